"""Data that stay in their files: the same bytes as from memory, with any number of threads, and again after a stop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data import pipeline, sources
from engine.data.dataset import DataError
from engine.data.pipeline import Prepared, prepare, shuffled
from engine.settings.data import DataConfig
from engine.training.loop import Trainer
from presets.fitting import fitted
from tests.engine.own_data import digit_folders


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> sources.Found:
    return sources.describe(digit_folders(tmp_path_factory.mktemp("own") / "digits", 300))


def streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the computer had no memory to spare for images; labels stay."""
    monkeypatch.setattr(pipeline, "free_memory", lambda: 20_000)


def config(found: sources.Found, **more: object) -> DataConfig:
    return DataConfig(source=found.settings, transforms=found.transforms, **more)  # type: ignore[arg-type]


def every_batch(prepared: Prepared, skip: int = 0) -> list[dict[str, torch.Tensor]]:
    order = shuffled(len(prepared.train), 5, 1)
    return list(prepared.train.batches(prepared.fields, 16, order, skip=skip))


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_same_from_memory_and_from_files(
    digits: sources.Found, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    kept = prepare(config(digits))
    assert not kept.train.views
    streamed(monkeypatch)
    read = prepare(config(digits, workers=threads))
    assert list(read.train.views) == ["image"]
    for one, other in zip(every_batch(kept, 3), every_batch(read, 3), strict=True):
        assert all(torch.equal(one[name], other[name]) for name in ("image", "label"))
    assert torch.equal(kept.train.values("image")[: len(read.train.values("image"))], read.train.values("image"))


@pytest.mark.parametrize("threads", [1, 3])
def test_a_run_gives_the_same_bytes(
    digits: sources.Found, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, threads: int
) -> None:
    written = []
    for index in range(2):
        graph, _ = fitted("mlp", digits)
        graph.settings["training"]["epochs"] = 2
        if index:
            streamed(monkeypatch)
            graph.settings["data"]["workers"] = threads
        assert Trainer(graph, tmp_path / str(index)).run().state == "finished"
        written.append((tmp_path / str(index) / "metrics.jsonl").read_bytes())
    assert written[0] == written[1]


def test_an_image_that_breaks_while_it_is_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = sources.describe(digit_folders(tmp_path / "digits", 60))
    streamed(monkeypatch)
    prepared = prepare(config(found))
    name = prepared.raw["image"].names[prepared.train.indices[-1]]  # type: ignore[attr-defined]
    (tmp_path / "digits" / name).write_bytes(b"")
    with pytest.raises(DataError, match=str(Path(name).name)):
        every_batch(prepared)


def test_only_what_is_needed_is_read(digits: sources.Found, monkeypatch: pytest.MonkeyPatch) -> None:
    streamed(monkeypatch)
    prepared = prepare(config(digits))
    seen = list[int]()
    column = type(prepared.raw["image"])
    before = column.__getitem__
    monkeypatch.setattr(column, "__getitem__", lambda self, which: (seen.append(1), before(self, which))[1])
    batches = prepared.train.batches(["image"], 8)
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert len(seen) <= 1 + 2 * prepared.train.threads


def test_numbers_that_are_none_are_said_where_they_come_from(tmp_path: Path) -> None:
    values = np.arange(120, dtype=np.float32).reshape(40, 3)
    values[7, 1] = np.nan
    np.savez(tmp_path / "a.npz", x=values, y=np.arange(40) % 2)
    found = sources.describe(tmp_path / "a.npz")
    assert [note.code for note in found.notes] == ["not-numbers"]
