"""Decoded samples that are kept on the disk: the same bytes as from memory and files, whatever happens to the cache."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data import pipeline, sources
from engine.data.cache import column as cache_column
from engine.data.cache import rows, shelf
from engine.data.cache.column import CachedColumn
from engine.data.pipeline import Prepared, prepare, shuffled
from engine.data.sources.images import columns
from engine.settings.data import DataConfig
from engine.training.control import Control
from engine.training.loop import Trainer
from presets.fitting import fitted
from tests.engine.own_data import digit_folders

RESIZE = {"name": "resize", "field": "image", "size": (4, 4)}


@pytest.fixture(autouse=True)
def small_data_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_column, "PAYS", 1)
    monkeypatch.setattr(shelf, "SPARE", 0)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> sources.Found:
    return sources.describe(digit_folders(tmp_path_factory.mktemp("own") / "digits", 120))


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The images that are decoded."""
    seen, before = list[str](), columns.read
    monkeypatch.setattr(
        columns, "read", lambda path, *rest, **more: (seen.append(path.name), before(path, *rest, **more))[1]
    )
    return seen


def config(found: sources.Found, **more: object) -> DataConfig:
    return DataConfig(source=found.settings, **({"transforms": found.transforms} | more))  # type: ignore[arg-type]


def streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "free_memory", lambda: 9_000)


def every_batch(prepared: Prepared) -> list[torch.Tensor]:
    order = shuffled(len(prepared.train), 5, 1)
    return [batch["image"] for batch in prepared.train.batches(prepared.fields, 16, order)]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("transforms", [None, (RESIZE,)], ids=["", "resized"])
def test_the_same_bytes_from_memory_cache_and_files(
    digits: sources.Found, monkeypatch: pytest.MonkeyPatch, decoded: list[str], transforms: object
) -> None:
    more = {} if transforms is None else {"transforms": (*transforms, *digits.transforms)}  # type: ignore[misc]
    shelf.set_limit(0)
    resident = every_batch(prepare(config(digits, **more)))
    streamed(monkeypatch)
    from_files = every_batch(prepare(config(digits, workers=3, **more)))
    assert not shelf.kept()
    shelf.set_limit(10**9)
    first = every_batch(prepare(config(digits, workers=3, **more)))
    decoded.clear()
    prepared = prepare(config(digits, workers=3, **more))
    assert list(prepared.train.views) == ["image"]
    again = every_batch(prepared)
    assert not decoded
    assert [same(resident, other) for other in (from_files, first, again)] == [True] * 3
    (kept,) = shelf.kept()
    size = 8 * 8 if transforms is None else 4 * 4 * 4  # a byte a pixel, or float32 where that is smaller
    assert (kept.path, kept.field) == (digits.settings.path, "image")
    assert 0 < kept.bytes <= 120 * (size + 12) + 200


def test_a_run_and_one_that_was_stopped_within_an_epoch_give_the_same_bytes(
    digits: sources.Found, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written = []
    for limit, stop in ((0, False), (10**9, False), (10**9, True)):
        shelf.set_limit(limit)
        graph, _ = fitted("mlp", digits)
        graph.settings["training"]["epochs"] = 2
        graph.settings["data"]["batch_size"] = 16
        streamed(monkeypatch)
        run, control = tmp_path / f"{limit}-{stop}", Control()
        trainer = Trainer(graph, run, control=control)
        if stop:
            monkeypatch.setattr(control, "gate", stopping_after(control, 8))  # six are an epoch
            assert trainer.run().state == "stopped"
            shelf.empty()
            trainer = Trainer.resume(run)
        assert trainer.run().state == "finished"
        written.append((run / "metrics.jsonl").read_bytes())
    assert written[0] == written[1] == written[2]


def stopping_after(control: Control, steps: int) -> Callable[..., bool]:
    before, done = control.gate, [0]

    def gate(before_waiting: Callable[[], None] | None = None) -> bool:
        done[0] += 1
        if done[0] > steps:
            control.stop()
        return before(before_waiting)

    return gate


def filled(digits: sources.Found) -> tuple[CachedColumn, Path, list[torch.Tensor]]:
    """A column whose images are all kept, its folder, and the values they have."""
    prepared = prepare(config(digits))
    (kept,) = shelf.kept()
    return prepared, kept.folder, every_batch(prepared)  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["values.bin", "index.bin", "facts.json"])
@pytest.mark.parametrize(
    "damage", ["cut", "zeros", *(pytest.param(how, marks=pytest.mark.slow) for how in ("half", "gone", "longer"))]
)
def test_a_damaged_cache_is_never_seen(digits: sources.Found, decoded: list[str], name: str, damage: str) -> None:
    _, where, values = filled(digits)
    file = where / name
    content = file.read_bytes()
    made = {
        "cut": content[: len(content) * 2 // 3 + 5],
        "half": content[: len(content) // 2] + bytes(len(content) - len(content) // 2),
        "zeros": bytes(len(content)),
        "gone": b"",
        "longer": content + b"\x01\x02\x03",
    }[damage]
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(made)
    assert same(values, every_batch(prepare(config(digits))))
    decoded.clear()
    assert same(values, every_batch(prepare(config(digits))))
    if damage != "half" and name != "values.bin":
        assert not decoded  # what was lost is there again


def test_a_kill_between_values_and_index_costs_those_samples_alone(
    digits: sources.Found, monkeypatch: pytest.MonkeyPatch, decoded: list[str]
) -> None:
    before = rows.own_files.append

    def killed(folder: Path, name: str, size: int | None = None) -> object:
        if name == rows.INDEX:
            raise OSError(28, "No space left on device")
        return before(folder, name, size)

    monkeypatch.setattr(rows.own_files, "append", killed)
    values = every_batch(prepare(config(digits)))
    monkeypatch.setattr(rows.own_files, "append", before)
    (kept,) = shelf.kept()
    assert (kept.folder / "values.bin").stat().st_size > 0
    assert same(values, every_batch(prepare(config(digits))))
    assert (kept.folder / "values.bin").stat().st_size == 120 * 64
    decoded.clear()
    assert same(values, every_batch(prepare(config(digits))))
    assert not decoded


def test_a_changed_image_is_decoded_again_and_no_other(tmp_path: Path, decoded: list[str]) -> None:
    folder = digit_folders(tmp_path / "digits", 60)
    found = sources.describe(folder)
    prepare(config(found))
    name = next((folder / "3").iterdir())
    other = next((folder / "1").iterdir()).read_bytes()
    name.write_bytes(other)
    os.utime(name, ns=(1, 1))
    decoded.clear()
    prepare(config(found))
    assert set(decoded) == {name.name}


def test_what_was_not_used_for_longest_makes_room(digits: sources.Found, tmp_path: Path) -> None:
    prepare(config(digits))
    first = shelf.kept()
    found = sources.describe(digit_folders(tmp_path / "more", 120))
    shelf.set_limit(first[0].bytes + 5_000)
    prepare(config(found))
    assert [one.path for one in shelf.kept()] == [found.settings.path]
    assert shelf.used() <= shelf.limit()
    shelf.set_limit(100)
    assert not shelf.kept()
    prepare(config(found))
    assert shelf.used() < 500  # facts alone: no room for images
    assert shelf.empty() > 0
    assert not shelf.kept()


def test_an_emptied_cache_disturbs_nobody_who_reads_it(digits: sources.Found) -> None:
    prepared, _, values = filled(digits)
    shelf.empty()
    assert same(values, every_batch(prepared))  # type: ignore[arg-type]


def test_rows_of_two_programs_at_once(tmp_path: Path) -> None:
    marks = np.arange(1, 41, dtype=np.uint64)
    values = np.arange(40 * 6, dtype=np.float32).reshape(40, 2, 3)
    one, other = (rows.Rows(tmp_path, marks, (2, 3), np.dtype(np.float32)) for _ in range(2))
    one.keep(np.arange(10), values[:10])
    other.keep(np.arange(5, 20), values[5:20])
    one.keep(np.arange(15, 40), values[15:])
    third = rows.Rows(tmp_path, marks[::-1].copy(), (2, 3), np.dtype(np.float32))
    for each, expected, there in ((one, values, 40), (other, values, 20), (third, values[::-1], 40)):
        into = np.zeros((40, 2, 3), np.float32)
        read = each.read(np.arange(40), into)
        assert read.sum() == there
        assert np.array_equal(into[read], expected[read])
    assert (tmp_path / "values.bin").stat().st_size == 40 * 24


def test_data_on_board_and_small_data_are_not_kept(digits: sources.Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_column, "PAYS", 10**6)
    prepare(config(digits))
    prepare(DataConfig(dataset="iris"))
    assert not shelf.kept()


@pytest.mark.parametrize("used", ["9" * 400, "1e999", "NaN", "-Infinity", "true", '"x"', "[" * 30_000])
def test_a_folder_whose_facts_are_damaged_was_used_never(used: str, layerloom_home: Path) -> None:
    shelf.note_use(shelf.folder() / "one", "/data/mine", "image")
    shelf.note_use(shelf.folder() / "two", "/data/mine", "mask")
    (shelf.folder() / "one" / shelf.FACTS).write_text(f'{{"path": "/data/mine", "used": {used}}}')
    assert [(entry.folder.name, entry.used > 0) for entry in shelf.kept()] == [("two", True), ("one", False)]
