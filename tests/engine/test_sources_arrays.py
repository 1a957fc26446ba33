"""Arrays: which are given and which are to be predicted, read without being unpickled."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.data import sources
from engine.data.dataset import DataError
from engine.data.origin import opened
from engine.data.pipeline import prepare
from engine.problems import find
from engine.settings.data import DataConfig
from tests.engine.corpus.notation import read
from tests.engine.own_data import iris_arrays


def made(path: Path, **arrays: np.ndarray) -> Path:
    if path.suffix == ".safetensors":
        save_file(arrays, str(path))
    else:
        np.savez(path, **arrays)
    return path


def test_iris_as_x_and_y(tmp_path: Path) -> None:
    found = sources.describe(iris_arrays(tmp_path / "iris.npz"))
    assert (found.task, found.samples, found.classes) == ("classification", 150, {"0": 50, "1": 50, "2": 50})
    assert len(prepare(DataConfig(source=found.settings)).train) > 80


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "uint8", "int16"])
def test_numbers_of_every_type(tmp_path: Path, suffix: str, dtype: str) -> None:
    values = np.arange(24 * 6).reshape(24, 6).astype(dtype)
    path = made(tmp_path / f"a{suffix}", x=values, y=np.linspace(0, 1, 24).astype(np.float32))
    found = sources.describe(path)
    assert (found.task, found.fields["y"].shape) == ("regression", (1,))
    samples = opened(DataConfig(source=found.settings))
    np.testing.assert_array_equal(samples.arrays["x"][:].astype("float64"), values.astype("float64"))
    assert samples.arrays["y"][np.array([3, 1])].shape == (2, 1)


def test_images_with_their_channels_last(tmp_path: Path) -> None:
    images = np.random.RandomState(0).randint(0, 255, (20, 9, 7, 3)).astype(np.uint8)
    found = sources.describe(made(tmp_path / "a.npz", images=images, labels=np.arange(20) % 4))
    assert found.fields["images"].shape == (3, 9, 7)
    values = opened(DataConfig(source=found.settings)).arrays["images"][:]
    np.testing.assert_array_equal(values, images.transpose(0, 3, 1, 2))


def test_labels_of_which_several_hold(tmp_path: Path) -> None:
    rng = np.random.RandomState(0)
    x, y = rng.rand(40, 5).astype(np.float32), (rng.rand(40, 6) < 0.4).astype(np.float32)
    found = sources.describe(made(tmp_path / "a.npz", x=x, y=y))
    assert (found.fields["y"].several, found.fields["y"].classes) == (True, None)
    shares = sources.describe(made(tmp_path / "b.npz", x=x, y=rng.dirichlet(np.ones(6), 40).astype(np.float32)))
    assert not shares.fields["y"].several
    one = sources.describe(made(tmp_path / "c.npz", x=x, y=np.eye(6, dtype=np.float32)[rng.randint(0, 6, 40)]))
    assert (one.fields["y"].several, one.fields["y"].classes) == (False, 6)
    network = read(
        "x: Input(shape=(5,)); fc: Linear(out_features=6); y: Output", {"data.source": found.settings.model_dump()}
    )
    assert "several-labels" in [problem.code for problem in find(network)]


def test_roles_by_choice(tmp_path: Path) -> None:
    path = made(tmp_path / "a.npz", a=np.zeros((30, 2), np.float32), b=np.arange(30.0), c=np.arange(30) % 2)
    options = {"fields": ({"name": "b", "role": "target"}, {"name": "c", "role": "group"})}
    found = sources.describe(path, "arrays", options)
    assert list(found.fields) == ["a", "b"]
    prepared = prepare(DataConfig(source=found.settings, split={"train": 0.5, "validation": 0.0, "test": 0.5}))
    assert {int(index) % 2 for index in prepared.train.indices} != {0, 1}


def test_objects_are_never_unpickled(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "went off",))  # type: ignore[return-value]

    np.savez(tmp_path / "a.npz", x=np.array([Bomb(), 1], dtype=object), y=np.arange(2))
    np.save(tmp_path / "a.npy", np.array([Bomb(), 1], dtype=object), allow_pickle=True)
    for name in ("a.npz", "a.npy"):
        with pytest.raises(DataError, match=name):
            sources.describe(tmp_path / name)
    assert not (tmp_path / "went off").exists()


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".safetensors"])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, suffix: str) -> None:
    whole = tmp_path / f"whole{suffix}"
    if suffix == ".npy":
        np.save(whole, np.zeros((20, 3)))
    else:
        made(whole, x=np.zeros((20, 3), np.float32), y=np.arange(20))
    content = bytearray(whole.read_bytes())
    source, said = np.random.RandomState(0), list[str]()
    for trial in range(60):
        damaged = bytearray(content)
        if trial % 3 == 0:
            damaged = damaged[: source.randint(0, len(content))]
        for _ in range(1 + trial % 4):
            if damaged:
                damaged[source.randint(0, min(len(damaged), 300))] ^= 1 << source.randint(0, 8)
        path = tmp_path / f"a{suffix}"
        path.write_bytes(bytes(damaged))
        try:
            found = sources.describe(path)
            prepare(DataConfig(source=found.settings))
        except DataError as error:
            said.append(str(error))
    assert said
    assert not any("\n" in sentence for sentence in said)


def test_another_number_of_samples_is_said(tmp_path: Path) -> None:
    path = made(tmp_path / "a.npz", x=np.zeros((30, 2), np.float32), y=np.arange(30) % 3)
    found = sources.describe(path)
    made(path, x=np.zeros((30, 2), np.float32), y=np.arange(29) % 3)
    with pytest.raises(DataError, match="different numbers of samples"):
        prepare(DataConfig(source=found.settings))
    made(path, x=np.zeros((30, 5), np.float32), y=np.arange(30) % 3)
    with pytest.raises(DataError, match="add the data again"):
        prepare(DataConfig(source=found.settings))
