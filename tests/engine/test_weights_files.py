"""Files of weights from strangers: formats, folders and indices; what is damaged or hostile is one clear sentence."""

from __future__ import annotations

import json
import os
import pickle
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from engine.weights import WeightsError
from engine.weights.files import weights_file
from engine.weights.files.opening import open_weights
from tests.platforms import unix

TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4, dtype=torch.float16)}


def shards(folder: Path, names: tuple[str, str] = ("one.safetensors", "two.bin")) -> Path:
    save_file({"a.weight": TENSORS["a.weight"]}, folder / "one.safetensors")
    torch.save({"b": TENSORS["b"]}, folder / "two.bin")
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": {"a.weight": names[0], "b": names[1]}}))
    return index


def _torch(path: Path, *, legacy: bool = False) -> Path:
    torch.save(TENSORS, path, _use_new_zipfile_serialization=not legacy)
    return path


WRITTEN: dict[str, Callable[[Path], Path]] = {
    "safetensors": lambda folder: (save_file(TENSORS, folder / "w.safetensors"), folder / "w.safetensors")[1],
    "torch": lambda folder: _torch(folder / "w.pth"),
    "torch before 1.6": lambda folder: _torch(folder / "w.pt", legacy=True),
    "index": shards,
    "folder with an index": lambda folder: shards(folder).parent,
    "folder with one file": lambda folder: _torch(folder / "anything.ckpt").parent,
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_every_format_gives_the_same_tensors(kind: str, tmp_path: Path) -> None:
    file = open_weights(WRITTEN[kind](tmp_path))
    assert {name: facts.shape for name, facts in file.tensors.items()} == {"a.weight": (2, 3), "b": (4,)}
    assert file.tensors["b"].dtype == "float16"
    assert all(torch.equal(file.read(name), tensor) for name, tensor in TENSORS.items())
    assert len(file.sha256()) == 64


def test_the_average_is_taken_and_the_optimizer_is_not(tmp_path: Path) -> None:
    plain, average = {"w": torch.zeros(2), "v": torch.zeros(2)}, {"w": torch.ones(2), "v": torch.ones(2)}
    saved = {"epoch": 4, "state_dict": plain, "model_ema": average, "optimizer": {"state": {"w": torch.ones(9)}}}
    torch.save(saved, tmp_path / "all.tar")
    file = open_weights(tmp_path / "all.tar")
    assert torch.equal(file.read("w"), torch.ones(2))
    assert file.notes == ("all.tar has several tables of tensors: 'model_ema' is taken, not 'state_dict'.",)


class Harmful:
    """What a pickle can do when it is opened as one."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("harmed",)


@pytest.mark.parametrize("name", ["w.pth", "w.bin"])
@pytest.mark.parametrize("legacy", [False, True])
def test_no_code_of_a_file_runs(name: str, legacy: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save({"a": torch.ones(2), "b": Harmful()}, name, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(WeightsError, match="could run code"):
        open_weights(tmp_path / name)
    Path("plain.pkl").write_bytes(pickle.dumps(Harmful()))
    with pytest.raises(WeightsError, match="holds no weights that can be read"):
        open_weights(tmp_path / "plain.pkl")
    assert not Path("harmed").exists()


def test_what_is_cut_off_is_said_in_plain_words(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "cut.safetensors")
    whole = (tmp_path / "cut.safetensors").read_bytes()
    (tmp_path / "words.pth").write_text("hello")
    for content in (whole[: len(whole) // 2], whole[:-3], b""):
        (tmp_path / "cut.safetensors").write_bytes(content)
        with pytest.raises(WeightsError, match=r"it is cut off or damaged, so get it again\.$"):
            open_weights(tmp_path / "cut.safetensors")
    with pytest.raises(WeightsError, match=r"it is cut off or damaged, so get it again\.$"):
        open_weights(tmp_path / "words.pth")


def test_a_whole_pickled_module_is_refused_with_what_to_do(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pt")
    with pytest.raises(WeightsError, match=r"save model\.state_dict\(\)"):
        open_weights(tmp_path / "module.pt")


def test_packed_parts_and_huge_claims_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_file, "MOST_TENSORS", 50)
    _torch(tmp_path / "w.pth")
    with zipfile.ZipFile(tmp_path / "w.pth") as plain, zipfile.ZipFile(tmp_path / "packed.pth", "w") as packed:
        for entry in plain.infolist():
            packed.writestr(entry.filename, plain.read(entry) + bytes(10**6), zipfile.ZIP_DEFLATED)
    with pytest.raises(WeightsError, match="is packed"):
        open_weights(tmp_path / "packed.pth")
    (tmp_path / "long.safetensors").write_bytes(struct.pack("<Q", 2**62) + b"{}")
    with pytest.raises(WeightsError, match=r"long\.safetensors holds no weights"):
        open_weights(tmp_path / "long.safetensors")
    header = json.dumps({"a": {"dtype": "F32", "shape": [2**40, 2**20], "data_offsets": [0, 4]}}).encode()
    (tmp_path / "wide.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + b"1234")
    with pytest.raises(WeightsError, match=r"wide\.safetensors holds no weights"):
        open_weights(tmp_path / "wide.safetensors")
    header = json.dumps({f"t{n}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
                         for n in range(51)}).encode()  # fmt: skip
    (tmp_path / "many.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(WeightsError, match="51 tensors, and 50 are the most"):
        open_weights(tmp_path / "many.safetensors")


@pytest.mark.parametrize("name", ["../secret.bin", "/etc/passwd", "sub/two.bin", "..", "a\\b.bin", "x.index.json"])
def test_an_index_names_files_beside_it_and_no_others(name: str, tmp_path: Path) -> None:
    index = shards(tmp_path, ("one.safetensors", name))
    with pytest.raises(WeightsError, match=r"not in its folder|index itself"):
        open_weights(index)


def test_an_index_that_lies_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="where it is not"):
        open_weights(shards(tmp_path, ("two.bin", "two.bin")))
    with pytest.raises(WeightsError, match=r"names 'gone\.bin', but there is no such file beside it: put it there"):
        open_weights(shards(tmp_path, ("one.safetensors", "gone.bin")))


@unix
def test_pipes_loops_and_folders_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pth")
    (tmp_path / "loop.pt").symlink_to(tmp_path / "loop.pt")
    for name, why in (("pipe.pth", "named pipe"), ("loop.pt", "cannot be read"), ("gone.pth", "no such file")):
        with pytest.raises(WeightsError, match=why):
            open_weights(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match="has no weights"):
        open_weights(tmp_path / "empty")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(WeightsError, match="does not look like weights"):
        open_weights(tmp_path / "notes.txt")
    for name in ("a.pth", "b.pth"):
        _torch(tmp_path / "empty" / name)
    with pytest.raises(WeightsError, match="has 2 files of weights"):
        open_weights(tmp_path / "empty")


@pytest.mark.parametrize("kind", ["safetensors", "torch", "torch before 1.6", "index"])
def test_truncated_and_mutated_files_are_read_or_refused_in_one_sentence(kind: str, tmp_path: Path) -> None:
    path, draw = WRITTEN[kind](tmp_path), random.Random(5)
    whole = path.read_bytes()
    said: list[str] = []
    for number in range(60):
        content = bytearray(whole)
        if number % 2:
            content = content[: draw.randrange(len(content))]
        else:
            for _ in range(draw.randrange(1, 6)):
                content[draw.randrange(len(content))] = draw.randrange(256)
        path.write_bytes(bytes(content))
        try:
            file = open_weights(path)
            for name in file.tensors:
                file.read(name)
        except WeightsError as error:
            said.append(str(error))
    assert len(said) > 20
    assert not [sentence for sentence in said if "\n" in sentence or len(sentence) > 500]
