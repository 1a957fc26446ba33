"""MNIST and CIFAR in their true formats: what is in the files is loaded, and no bad file is more than a sentence."""

from __future__ import annotations

import gzip
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import pipeline
from engine.data.datasets import DataError, folder, get, load, samples
from engine.data.files import cifar as cifar_module
from engine.data.fingerprint import fingerprint
from engine.settings.data import DataConfig
from tests.engine.published import archive, cifar, idx, mnist, packed, write

SETS = ("mnist", "fashion_mnist", "cifar_10", "cifar_100")


def forms(name: str) -> list[dict[str, bytes]]:
    """The files of a data set in every form they can come in."""
    if "mnist" in name:
        files, _ = mnist()
        return [files, packed(files), {key.replace("-idx", ".idx"): data for key, data in files.items()}]
    files, _ = cifar(name)
    return [files, {get(name).files[0].name: archive(name, files)}]


def held(name: str) -> dict[str, np.ndarray]:
    return (mnist() if "mnist" in name else cifar(name))[1]


@pytest.mark.parametrize("form", [0, 1, 2])
@pytest.mark.parametrize("name", SETS)
def test_what_is_in_the_files_is_what_is_loaded(tmp_path: Path, name: str, form: int) -> None:
    files = forms(name)[form % len(forms(name))]
    below = form == 2 and "cifar" in name
    write(tmp_path / get(name).options["inside"] if below else tmp_path, forms(name)[0] if below else files)
    arrays = load(name, str(tmp_path))
    assert list(arrays) == list(get(name).fields)
    for key, values in held(name).items():
        assert np.array_equal(arrays[key], values), key
        assert arrays[key].dtype == ("uint8" if key == "image" else "int64")


@pytest.mark.parametrize("name", SETS)
def test_the_official_test_files_stay_the_test_part(tmp_path: Path, name: str) -> None:
    write(tmp_path, forms(name)[0])
    for shares in ((0.7, 0.15, 0.15), (0.5, 0.5, 0.0), (0.8, 0.0, 0.2)):
        train, validation, test = shares
        share = {"train": train, "validation": validation, "test": test, "stratify": False}
        config = DataConfig.model_validate({"dataset": name, "path": str(tmp_path), "split": share, "seed": 3})
        prepared = pipeline.prepare(config)
        assert prepared.test.indices.tolist() == list(range(40, 60))
        assert len(prepared.validation) == round(40 * validation / (train + validation))
        every = np.concatenate([prepared.train.indices, prepared.validation.indices])
        assert sorted(every.tolist()) == list(range(40))
        assert str(prepared.train.tensors["image"].dtype) == "torch.float32"
        assert prepared.train.tensors["image"].max() == 255


def test_without_a_path_the_files_are_looked_for_at_home(layerloom_home: Path) -> None:
    where = folder(get("mnist"), None)
    assert where == layerloom_home / "data" / "mnist"
    with pytest.raises(DataError, match=re.escape(f"train-images-idx3-ubyte.gz, which is not in {where}: download it")):
        load("mnist")
    write(where, forms("mnist")[1])
    assert len(load("mnist")["label"]) == 60


def test_a_relative_path_begins_at_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "digits", forms("mnist")[0])
    monkeypatch.chdir(tmp_path)
    assert len(load("mnist", "digits")["label"]) == 60


@pytest.mark.parametrize("path", ["/nowhere/at all", "x" * 3000, "~nobody-here/data", "with\0zero"])
@pytest.mark.parametrize("name", SETS)
def test_a_folder_that_is_not_there_is_one_sentence(name: str, path: str) -> None:
    with pytest.raises(DataError) as caught:
        load(name, path)
    assert str(caught.value).endswith(".")


def test_files_that_have_changed_are_read_anew(tmp_path: Path) -> None:
    files, values = mnist()
    write(tmp_path, files)
    config = DataConfig(dataset="mnist", path=str(tmp_path))
    before = fingerprint(config)
    assert samples("mnist", str(tmp_path)) is samples("mnist", str(tmp_path))
    shorter = {"t10k-images-idx3-ubyte": idx(values["image"][40:50, 0]), "t10k-labels-idx1-ubyte": idx(np.arange(10))}
    write(tmp_path, shorter)
    assert len(load("mnist", str(tmp_path))["label"]) == 50
    assert fingerprint(config) != before


def test_the_fingerprint_is_that_of_the_samples_and_not_of_the_folder(tmp_path: Path) -> None:
    for name, form in zip("ab", forms("mnist"), strict=False):
        write(tmp_path / name, form)
    one, other = (fingerprint(DataConfig(dataset="mnist", path=str(tmp_path / name))) for name in "ab")
    assert one == other
    write(tmp_path / "c", forms("mnist")[0])
    assert fingerprint(DataConfig(dataset="fashion_mnist", path=str(tmp_path / "c"))) == one


GOOD = idx(np.zeros((40, 28, 28)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is cut off: 0 of 4 bytes"),
        (b"\x00\x00\x08\x03\x00", "is cut off: 1 of 12 bytes"),
        (b"PK\x03\x04" + GOOD[4:], "is not an idx file of 3 axes of bytes: it begins with 504b0304"),
        (b"\x00\x00\x0d\x03" + GOOD[4:], "begins with 00000d03 and not with 00000803"),
        (idx(np.arange(40)), "begins with 00000801 and not with 00000803"),
        (idx(np.zeros((40, 28, 27))), "holds samples of 28 × 27 values, and 28 × 28 are expected"),
        (struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 28, 28), "says that it holds 4,294,967,295 samples"),
        (struct.pack(">HBB3I", 0, 8, 3, 40, 2**32 - 1, 2**32 - 1), "holds samples of 4294967295 × 4294967295"),
        (idx(np.zeros((0, 28, 28))), "says that it holds 0 samples"),
        (GOOD[:-1], "is cut off: 31,359 of 31,360 bytes"),
        (GOOD + b"x", "is longer than the 40 samples"),
        (idx(np.zeros((39, 28, 28))), "holds 40 labels, but there are 39 images beside it"),
    ],
)
def test_a_bad_idx_file_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    write(tmp_path, {**mnist()[0], "train-images-idx3-ubyte": content})
    with pytest.raises(DataError, match=re.escape(words)):
        load("mnist", str(tmp_path))


def test_a_label_beyond_the_classes_is_one_sentence(tmp_path: Path) -> None:
    files, _ = mnist()
    write(tmp_path, {**files, "t10k-labels-idx1-ubyte": idx(np.full(20, 10))})
    with pytest.raises(DataError, match="holds the label 10, but there are the classes 0 to 9 only"):
        load("mnist", str(tmp_path))
    records, _ = cifar("cifar_100")
    write(tmp_path, {**records, "test.bin": bytes([20]) + records["test.bin"][1:]})
    with pytest.raises(DataError, match="holds the coarse 20, but there are the classes 0 to 19 only"):
        load("cifar_100", str(tmp_path))


@pytest.mark.parametrize("size", [0, 1, 3072, 3074])
def test_records_that_are_cut_off_are_one_sentence(tmp_path: Path, size: int) -> None:
    files, _ = cifar("cifar_10")
    write(tmp_path, {**files, "data_batch_3.bin": bytes(size)})
    with pytest.raises(DataError, match=re.escape(f"has {size:,} bytes, which is not a multiple of records of 3,073")):
        load("cifar_10", str(tmp_path))


def test_the_version_made_of_pickles_is_not_touched(tmp_path: Path) -> None:
    """A pickle that would run code lies under every name: nothing of it runs, and what is needed is said."""
    trap = b"cbuiltins\nexec\n(Vraise SystemExit('it ran')\ntR."
    folder = get("cifar_10").options["inside"]
    write(tmp_path, {f"data_batch_{number}": trap for number in range(1, 6)} | {"test_batch": trap})
    with pytest.raises(DataError, match=r"needs the file cifar-10-binary\.tar\.gz"):
        load("cifar_10", str(tmp_path))
    write(tmp_path / folder, {f"data_batch_{number}.bin": trap for number in range(1, 6)} | {"test_batch.bin": trap})
    with pytest.raises(DataError, match="not a multiple of records"):
        load("cifar_10", str(tmp_path))


def test_an_archive_of_something_else_is_one_sentence(tmp_path: Path) -> None:
    files, _ = cifar("cifar_100")
    write(tmp_path, {"cifar-10-binary.tar.gz": archive("cifar_10", files)})
    with pytest.raises(DataError, match=r"holds no data_batch_1\.bin: it is not the binary version of CIFAR-10"):
        load("cifar_10", str(tmp_path))


def test_an_archive_that_unpacks_without_end_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar_module, "LARGEST", 100_000)
    write(tmp_path, {"cifar-10-binary.tar.gz": archive("cifar_10", {"filler": bytes(10_000_000)})})
    with pytest.raises(DataError, match="unpacks to far more than what is published"):
        load("cifar_10", str(tmp_path))
    write(tmp_path, {**cifar("cifar_10")[0], "data_batch_1.bin": bytes(3073 * 40)})
    with pytest.raises(DataError, match="has more than 100,000 bytes"):
        load("cifar_10", str(tmp_path))


def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """The content cut off, with bytes changed, or with bytes put in."""
    offset = draw(st.integers(0, len(content) - 1) | st.integers(0, 40))
    kind = draw(st.sampled_from(("cut", "change", "insert")))
    if kind == "cut":
        return content[:offset]
    new = draw(st.binary(min_size=1, max_size=8))
    return content[:offset] + new + content[offset + (len(new) if kind == "change" else 0) :]


@st.composite
def broken(draw: st.DrawFn) -> tuple[str, dict[str, bytes]]:
    name = draw(st.sampled_from(("mnist", "cifar_10", "cifar_100")))
    files = dict(draw(st.sampled_from(FORMS[name])))
    guilty = draw(st.sampled_from(sorted(files)))
    return name, {**files, guilty: damaged(draw, files[guilty])}


FORMS = {name: forms(name) for name in SETS}


@settings(max_examples=150)
@given(broken())
def test_damaged_files_load_in_the_right_form_or_are_one_sentence(tmp_path_factory, case) -> None:
    name, files = case
    where = write(tmp_path_factory.mktemp("damaged"), files)
    arrays, said = {}, ""
    try:
        arrays = load(name, str(where))
    except DataError as error:
        said = str(error)
    assert said == "" or (said.endswith(".") and "\n" not in said)
    for key, values in arrays.items():
        field = get(name).fields[key]
        assert values.shape == (len(arrays["image"]), *field.shape)
        if field.classes:
            assert 0 <= values.min() <= values.max() < field.classes


def test_a_gzip_bomb_of_an_idx_file_is_bounded(tmp_path: Path) -> None:
    """It says 200,001 samples: nothing of what follows is unpacked."""
    bomb = struct.pack(">HBB3I", 0, 8, 3, 200_001, 28, 28) + bytes(5_000_000)
    write(tmp_path, {**packed(mnist()[0]), "train-images-idx3-ubyte.gz": gzip.compress(bomb)})
    with pytest.raises(DataError, match="says that it holds 200,001 samples"):
        load("mnist", str(tmp_path))


def test_a_file_that_is_cut_off_says_so_once(tmp_path: Path) -> None:
    for name, content in mnist(20, 10)[0].items():
        (tmp_path / name).write_bytes(content[:-3] if "train-images" in name else content)
    with pytest.raises(DataError) as caught:
        load("mnist", str(tmp_path))
    assert str(caught.value).count("cut off") == 1
    assert "damaged" not in str(caught.value)
