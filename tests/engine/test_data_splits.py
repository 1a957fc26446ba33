"""Splits: parts share nothing and cover everything, whatever stays together, and folds take turns."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import sources
from engine.data.dataset import DataError
from engine.data.datasets import catalogue
from engine.data.fields import fields, training_samples
from engine.data.origin import opened
from engine.data.split_facts import split_facts
from engine.data.splitting import PARTS, Parts, split
from engine.settings.data import DataConfig, SourceSettings
from tests.engine.own_data import digit_folders, table

WAYS = ("samples", "group", "time", "part")
SEEDS = st.integers(0, 2**31 - 1)


def config_of(path: Path, way: str, rows: Mapping[str, np.ndarray], seed: int, **shares: object) -> DataConfig:
    """Arrays in a file with what says how they are split."""
    np.savez(path, **rows)  # type: ignore[arg-type]
    classes = tuple(map(str, range(3)))
    listed: list[dict[str, object]] = [
        {"name": "x", "shape": (1,)},
        {"name": "y", "role": "target", "classes": classes},
        {"name": "by", "role": way if way != "samples" else "ignored"},
    ]
    source = SourceSettings(kind="arrays", path=str(path), options={"fields": tuple(listed)})
    return DataConfig(source=source, seed=seed, split=shares)  # type: ignore[arg-type]


def rows_of(way: str, count: int, source: np.random.RandomState, kinds: int) -> dict[str, np.ndarray]:
    by = source.randint(-1, 3, count) if way == "part" else source.randint(0, kinds, count)
    by[0] = 0
    labels = np.minimum(source.randint(0, 10, count) // 4, 2)
    return {"x": source.randn(count, 1).astype(np.float32), "y": labels, "by": by}


def able(way: str, by: np.ndarray) -> bool:
    """Whether there is something for every part."""
    return way in ("samples", "part") or len(np.unique(by)) >= 3


def parts_of(config: DataConfig) -> Parts:
    return split(config, opened(config).arrays, fields(config))


@settings(max_examples=25, deadline=None)
@given(
    way=st.sampled_from(WAYS),
    seed=SEEDS,
    count=st.integers(12, 90),
    kinds=st.integers(4, 30),
    exact=st.booleans(),
    stratify=st.booleans(),
    shares=st.sampled_from([(0.7, 0.15, 0.15), (0.5, 0.25, 0.25), (0.8, 0.2, 0.0), (0.9, 0.0, 0.1), (1.0, 0.0, 0.0)]),
)
def test_parts_share_nothing_cover_everything_and_tear_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    way: str,
    seed: int,
    count: int,
    kinds: int,
    exact: bool,
    stratify: bool,
    shares: tuple[float, float, float],
) -> None:
    rows = rows_of(way, count, np.random.RandomState(seed), kinds)
    named = dict(zip(("train", "validation", "test"), shares, strict=True))
    path = tmp_path_factory.mktemp("split") / "a.npz"
    config = config_of(path, way, rows, seed, exact=exact, stratify=stratify, **named)
    if not able(way, rows["by"]):
        with pytest.raises(DataError, match="leave none"):
            parts_of(config)
        return
    parts = parts_of(config)
    together = np.concatenate([parts[name] for name in PARTS])
    assert sorted(together.tolist()) == list(range(count))
    by = {name: set(rows["by"][parts[name]].tolist()) for name in PARTS}
    if way == "part":
        for number, name in enumerate(PARTS):
            own = set(np.flatnonzero(rows["by"] == number).tolist())
            assert own <= set(parts[name].tolist())
        return
    assert all(bool(len(parts[name])) == bool(share) for name, share in zip(PARTS, shares, strict=True))
    if way in ("group", "time"):
        assert not (by["train"] & by["validation"]) | (by["train"] & by["test"]) | (by["validation"] & by["test"])
    if way == "time":
        ends = [(min(by[name]), max(by[name])) for name in PARTS if by[name]]
        assert all(before[1] < after[0] for before, after in pairwise(ends))
    if way == "samples" and exact:
        assert tuple(len(parts[name]) for name in PARTS) == config.split.counts(count)
        for label in range(3) if stratify else ():
            of_class = int((rows["y"] == label).sum())
            for name, share in zip(PARTS, shares, strict=True):
                exactly = len(parts[name]) / count * of_class
                assert abs(int((rows["y"][parts[name]] == label).sum()) - exactly) < 2.5, (name, label, share)


@settings(max_examples=12, deadline=None)
@given(way=st.sampled_from(["samples", "group"]), seed=SEEDS, before=st.integers(30, 80), more=st.integers(1, 40))
def test_adding_samples_moves_none(
    tmp_path_factory: pytest.TempPathFactory, way: str, seed: int, before: int, more: int
) -> None:
    folder = tmp_path_factory.mktemp("grow")
    rows = rows_of(way, before + more, np.random.RandomState(seed), 40)
    found = []
    for number, count in enumerate((before, before + more)):
        some = {name: values[:count] for name, values in rows.items()}
        parts = parts_of(config_of(folder / f"{number}.npz", way, some, seed))
        found.append({index: name for name in PARTS for index in parts[name].tolist()})
    moved = {index for index, name in found[0].items() if found[1][index] != name}
    units = moved if way == "samples" else set(rows["by"][sorted(moved)].tolist())
    assert len(units) <= 2, "only what was taken so that no part is empty"


@settings(max_examples=20, deadline=None)
@given(
    way=st.sampled_from(WAYS),
    seed=SEEDS,
    count=st.integers(40, 90),
    folds=st.integers(2, 6),
    exact=st.booleans(),
    stratify=st.booleans(),
)
def test_folds_take_turns_and_the_test_part_stays_apart(
    tmp_path_factory: pytest.TempPathFactory,
    way: str,
    seed: int,
    count: int,
    folds: int,
    exact: bool,
    stratify: bool,
) -> None:
    rows = rows_of(way, count, np.random.RandomState(seed), 25)
    path = tmp_path_factory.mktemp("fold") / "a.npz"
    shares = {"exact": exact, "stratify": stratify}
    alone = parts_of(config_of(path, way, rows, seed, **shares))
    turns = [parts_of(config_of(path, way, rows, seed, folds=folds, fold=n + 1, **shares)) for n in range(folds)]
    for parts in turns:
        assert sorted(parts["test"].tolist()) == sorted(alone["test"].tolist())
        pieces = [set(parts[name].tolist()) for name in PARTS]
        assert sum(map(len, pieces)) == len(set.union(*pieces))
        assert all(pieces[:2])
    judged = [index for parts in turns for index in parts["validation"].tolist()]
    assert len(set(judged)) == len(judged)
    rest = sorted([*alone["train"].tolist(), *alone["validation"].tolist()])
    if way == "time":
        for parts in turns:
            moments = [rows["by"][parts[name]] for name in PARTS]
            assert moments[0].max() < moments[1].min()
            assert moments[1].max() < moments[2].min()
        return
    assert sorted(judged) == rest
    for parts in turns:
        assert sorted([*parts["train"].tolist(), *parts["validation"].tolist()]) == rest
        if way == "group":
            assert not {*rows["by"][parts["train"]].tolist()} & {*rows["by"][parts["validation"]].tolist()}
    sizes = [len(parts["validation"]) for parts in turns]
    if way == "samples":
        assert max(sizes) - min(sizes) <= 1
        counts = [np.bincount(rows["y"][parts["validation"]], minlength=3) for parts in turns]
        assert not stratify or bool((np.max(counts, 0) - np.min(counts, 0) <= 1).all())


@pytest.mark.parametrize("parting", ["samples", "groups", "time"])
def test_sets_on_board_have_folds_too(parting: str) -> None:
    of_kind = (one for one in catalogue() if one.parting == parting and not one.files)
    dataset = min(of_kind, key=lambda one: one.samples).name
    turns = [parts_of(DataConfig(dataset=dataset, split={"folds": 3, "fold": n})) for n in (1, 2, 3)]  # type: ignore[arg-type]
    judged = np.concatenate([parts["validation"] for parts in turns])
    assert len(np.unique(judged)) == len(judged)
    alone = parts_of(DataConfig(dataset=dataset))
    assert all(sorted(parts["test"].tolist()) == sorted(alone["test"].tolist()) for parts in turns)
    if parting == "samples":
        config = DataConfig(dataset=dataset, split={"folds": 3, "fold": 2})  # type: ignore[arg-type]
        assert training_samples(config) == (len(turns[1]["train"]), True)
    if parting != "time":
        assert len(judged) == len(alone["train"]) + len(alone["validation"])


def test_too_few_samples_for_the_folds_are_one_sentence(tmp_path: Path) -> None:
    rows = rows_of("group", 30, np.random.RandomState(0), 4)
    with pytest.raises(DataError, match="too few for 5 folds") as raised:
        parts_of(config_of(tmp_path / "a.npz", "group", rows, 0, folds=5))
    assert raised.value.about.setting == "data.split.folds"
    with pytest.raises(ValueError, match="at most 3"):
        DataConfig(split={"folds": 3, "fold": 4})  # type: ignore[arg-type]


def test_a_column_names_the_part(tmp_path: Path) -> None:
    names = ["train", "Train ", "val", "TEST", "train"]
    rows = [(index * 0.37 % 5, index % 2, names[index % 5]) for index in range(100)]
    found = sources.describe(table(tmp_path / "a.csv", ("value", "label", "split"), *rows))
    assert "split" not in {column for field in found.fields.values() for column in field.columns}
    assert found.reasons["columns.split"] == "It names the parts of a split."
    config = DataConfig(source=found.settings)
    assert {fact.name: fact.samples for fact in split_facts(config)} == {"train": 60, "validation": 20, "test": 20}
    table(tmp_path / "b.csv", ("value", "label", "split"), *rows[:-10], *((a, b, "") for a, b, _ in rows[-10:]))
    wish = ({"name": "split", "role": "part"},)
    again = sources.describe(tmp_path / "b.csv", "table", {"columns": wish})
    assert "no-part" in {note.code for note in again.notes}
    parts = parts_of(DataConfig(source=again.settings))
    assert sorted(np.concatenate([*parts.values()]).tolist()) == list(range(100))


def test_images_are_split_by_the_table_of_their_labels(tmp_path: Path) -> None:
    from PIL import Image

    for index in range(24):
        Image.new("L", (6, 6), 10 * index).save(tmp_path / f"{index:02}.png")
    rows = [
        (f"{index:02}.png", "cat" if index % 2 else "dog", index // 4, f"2024-01-{index + 1:02}") for index in range(24)
    ]
    table(tmp_path / "labels.csv", ("file", "label", "patient", "day"), *rows)
    for column, way in (("patient", "group"), ("day", "time")):
        wishes = {"answers": "table", "split_column": column, "split_by": way}
        found = sources.describe(tmp_path, "images", wishes)
        assert found.settings.options["label_columns"] == ("label",)
        parts = parts_of(DataConfig(source=found.settings))
        groups = [{index // 4 if way == "group" else index for index in parts[name].tolist()} for name in PARTS]
        assert not (groups[0] & groups[1]) | (groups[1] & groups[2]) | (groups[0] & groups[2])
        assert way == "group" or max(groups[0]) < min(groups[1]) <= max(groups[1]) < min(groups[2])
    wrong = {"answers": "table", "split_column": "label", "split_by": "time"}
    with pytest.raises(DataError, match="neither a number nor a date"):
        sources.describe(tmp_path, "images", wrong)


def test_the_same_image_in_two_parts_of_a_column_is_said(tmp_path: Path) -> None:
    from PIL import Image

    for index in range(12):
        Image.new("L", (6, 6), 20 * (index % 11)).save(tmp_path / f"{index:02}.png")
    rows = [(f"{index:02}.png", "ab"[index % 2], ("train", "val", "test", "test")[index % 4]) for index in range(12)]
    table(tmp_path / "labels.csv", ("file", "label", "set"), *rows)
    notes = {note.code: note.files for note in sources.describe(tmp_path).notes}
    assert set(notes["duplicates-across-parts"]) == {"00.png", "11.png"}


def test_images_of_one_folder_stay_together(tmp_path: Path) -> None:
    digit_folders(tmp_path, 60)
    for file in sorted(tmp_path.rglob("*.png")):
        patient = file.parent / f"patient {int(file.stem) % 7}"
        patient.mkdir(exist_ok=True)
        file.rename(patient / file.name)
    found = sources.describe(tmp_path, "images", {"together": True})
    config = DataConfig(source=found.settings)
    parts = parts_of(config)
    names = opened(config).arrays["image"].names  # type: ignore[attr-defined]
    patients = [{names[index].split("/")[1] for index in parts[name]} for name in PARTS]
    assert not (patients[0] & patients[1]) | (patients[1] & patients[2]) | (patients[0] & patients[2])
    assert [fact.groups for fact in split_facts(config)] == [len(some) for some in patients]
