"""Tables: what their columns are held for, how they become numbers, and what is odd."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import sources
from engine.data.dataset import DataError
from engine.data.origin import opened
from engine.data.pipeline import prepare
from engine.data.sources.tables import oddities
from engine.data.sources.tables.reading import format_of
from engine.settings.data import DataConfig
from tests.engine.own_data import diabetes_table, table, wine_table


def config(found: sources.Found, **more: object) -> DataConfig:
    return DataConfig(source=found.settings, transforms=found.transforms, **more)  # type: ignore[arg-type]


def column(found: sources.Found, name: str) -> dict[str, object]:
    columns = found.settings.options["columns"]
    assert isinstance(columns, tuple)
    return next(entry for entry in columns if entry["name"] == name)


def test_the_wines_with_empty_cells(tmp_path: Path) -> None:
    found = sources.describe(wine_table(tmp_path / "wine.csv", 0.08))
    assert (found.kind, found.task, found.samples) == ("table", "classification", 178)
    assert found.fields["grower"].names == ("grower 1", "grower 2", "grower 3")
    assert column(found, "alcohol")["missing"] == "indicate"
    prepared = prepare(config(found))
    for part in (prepared.train, prepared.validation, prepared.test):
        assert part.tensors["features"].isfinite().all()


def test_numbers_with_commas_ids_and_words(tmp_path: Path) -> None:
    found = sources.describe(diabetes_table(tmp_path / "diabetes.csv"))
    assert (found.task, found.samples) == ("regression", 442)
    assert found.settings.options["separator"] == ";"
    assert found.settings.options["decimal_comma"] is True
    assert column(found, "patient")["type"] == "id"
    assert {"sex = f", "sex = m"} <= set(found.fields["features"].columns)
    assert "patient" not in found.fields["features"].columns
    assert opened(config(found)).arrays["target"][:].max() == 346


CELLS = {
    "number": ["1", "2.5", "-3e2", "4", "7", "8.25"],
    "yes_no": ["yes", "no", "No", "yes", "no", "YES"],
    "category": ["red", "blue", "red", "green", "blue", "red"],
    "date": ["2024-01-05", "2024-02-17", "2023-12-31", "2022-07-01", "2024-01-05", "2021-03-04"],
    "constant": ["a", "a", "a", "a", "a", "a"],
}


@pytest.mark.parametrize("kind", CELLS)
def test_what_a_column_is(tmp_path: Path, kind: str) -> None:
    cells = [cell for _ in range(10) for cell in CELLS[kind]]
    rows = [(cell, index % 3 + index / 60) for index, cell in enumerate(cells)]
    found = (
        sources.describe(table(tmp_path / "a.csv", ("it", "target"), *rows, ("", 3.5))) if kind != "constant" else None
    )
    if found is None:
        found = sources.describe(table(tmp_path / "a.csv", ("it", "other", "target"), *((a, b, b) for a, b in rows)))
    assert column(found, "it")["type" if kind != "number" else "name"] == (kind if kind != "number" else "it")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", [True, False])
def test_how_a_file_is_a_table_is_found(tmp_path: Path, encoding: str, separator: str, header: bool) -> None:
    head = [separator.join(("größe", "art", "label"))] if header else []
    lines = [separator.join((str(index * 1.5), "käse" if index % 2 else "brot", "ja")) for index in range(30)]
    (tmp_path / "a.csv").write_bytes(("\r\n".join([*head, *lines]) + "\r\n").encode(encoding))
    form = format_of(tmp_path / "a.csv")
    assert (form.separator, form.header) == (separator, header)
    assert "größe".encode(encoding)[-4:] == "größe".encode(form.encoding)[-4:]


def test_nothing_of_the_test_part_is_fitted(tmp_path: Path) -> None:
    source = np.random.RandomState(3)
    rows = [(index, source.choice(list("abc")), source.randn(), index % 2) for index in range(300)]
    path = table(tmp_path / "a.csv", ("id", "letter", "value", "label"), *rows)
    first = prepare(config(sources.describe(path)))
    held = set(first.test.indices.tolist()) | set(first.validation.indices.tolist())
    changed = [(i, "zz" if i in held else a, 1e6 if i in held else b, c) for i, a, b, c in rows]
    table(tmp_path / "b.csv", ("id", "letter", "value", "label"), *changed)
    second = prepare(config(sources.describe(tmp_path / "b.csv")))
    assert first.train.indices.tolist() == second.train.indices.tolist()
    names = second.fields["features"].columns
    assert "letter = zz" in names
    for part in (second.train, second.validation, second.test):
        seen = part.tensors["features"][:, names.index("letter = zz")]
        assert (seen == 0).all(), "a category that training lacks is unknown everywhere"
    assert first.fitted[1].mean[-1] == second.fitted[1].mean[-1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 50), st.integers(20, 120), st.integers(1, 30))
def test_adding_rows_moves_none(tmp_path_factory: pytest.TempPathFactory, seed: int, before: int, more: int) -> None:
    folder = tmp_path_factory.mktemp("grow")
    rows = [(index * 0.5 + 0.1, index % 2) for index in range(before + more)]
    parts = []
    for count in (before, before + more):
        found = sources.describe(table(folder / "a.csv", ("value", "label"), *rows[:count]))
        prepared = prepare(config(found, seed=seed, split={"train": 0.6, "validation": 0.2, "test": 0.2}))
        parts.append({int(index): name for name in ("train", "validation", "test")
                      for index in prepared.part(name).indices})  # fmt: skip
    assert sorted(parts[1]) == list(range(before + more))
    moved = [index for index, part in parts[0].items() if parts[1][index] != part]
    assert len(moved) <= 2, "only what was taken so that no part is empty"


@pytest.mark.parametrize("classes", [2, 3])
def test_exact_shares_keep_the_mix(tmp_path: Path, classes: int) -> None:
    rows = [
        (index * 0.5 + 0.1, f"class {0 if index % 10 else 1 + index % 20 // 10 % (classes - 1)}")
        for index in range(400)
    ]
    found = sources.describe(table(tmp_path / "a.csv", ("value", "label"), *rows))
    split = {"train": 0.5, "validation": 0.25, "test": 0.25, "exact": True}
    prepared = prepare(config(found, split=split))
    assert [len(prepared.train), len(prepared.validation), len(prepared.test)] == [200, 100, 100]
    for part in (prepared.validation, prepared.test):
        counts = np.bincount(part.tensors["label"].numpy(), minlength=classes)
        assert counts[0] == 90


def test_groups_stay_together_and_time_goes_on(tmp_path: Path) -> None:
    rows = [(index % 20, f"2024-01-{1 + index % 28:02}", index * 0.1, index % 2) for index in range(280)]
    path = table(tmp_path / "a.csv", ("patient", "day", "value", "label"), *rows)
    for name, role in (("patient", "group"), ("day", "time")):
        found = sources.describe(path, "table", {"columns": ({"name": name, "role": role},)})
        prepared = prepare(config(found, split={"train": 0.6, "validation": 0.2, "test": 0.2}))
        keys = [{rows[index][0 if role == "group" else 1] for index in part.indices}
                for part in (prepared.train, prepared.validation, prepared.test)]  # fmt: skip
        assert not (keys[0] & keys[1]) | (keys[1] & keys[2]) | (keys[0] & keys[2])
        if role == "time":
            assert max(keys[0]) < min(keys[1]) <= max(keys[1]) < min(keys[2])


def test_what_is_odd_is_said(tmp_path: Path) -> None:
    source = np.random.RandomState(0)
    frame = pd.DataFrame({
        "same": "x",
        "number": np.arange(100),
        "leak": [f"code {index % 2}" for index in range(100)],
        "wild": [*source.rand(99).round(3), 1e9],
        "slip": ["a bit" if index == 7 else str(source.rand()) for index in range(100)],
        "empty": [None if index % 3 else 1.5 + index for index in range(100)],
        "label": [f"class {index % 2}" for index in range(100)],
    })  # fmt: skip
    pd.concat([frame, frame.tail(3)]).to_csv(tmp_path / "a.csv", index=False)
    found = sources.describe(tmp_path / "a.csv")
    notes = {note.code: note for note in found.notes}
    assert set(notes) >= {"constant", "gives-away", "outliers", "not-numbers", "missing", "duplicates"}
    assert notes["gives-away"].files == ("leak",)
    assert "line 9 " in notes["not-numbers"].message
    assert notes["missing"].severity == "warning"


def test_a_wish_settles_what_is_guessed(tmp_path: Path) -> None:
    path = wine_table(tmp_path / "wine.csv")
    found = sources.describe(
        path, "table", {"columns": ({"name": "alcohol", "role": "target"}, {"name": "grower", "role": "input"})}
    )
    assert found.task == "regression"
    assert found.fields["target"].columns == ("alcohol",)
    assert "grower = grower 1" in found.fields["features"].columns


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "empty|no rows"),
        ("a.csv", b"x,y\n", "no rows"),
        ("a.csv", b"x,y\n1,2,3\n1\n", "a.csv"),
        ("a.csv", b"only\nalpha\nbeta\n", "learn"),
        ("a.parquet", b"PAR1 nothing", "a.parquet"),
        ("a.xlsx", b"PK nothing", "a.xlsx"),
        ("a.jsonl", b'{"x": 1}\n{"x": \n', "a.jsonl"),
    ],
)
def test_a_damaged_table_is_one_sentence(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words) as raised:
        sources.describe(tmp_path / name)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("suffix", [".parquet", ".xlsx", ".jsonl", ".tsv"])
def test_every_format_holds_the_same(tmp_path: Path, suffix: str) -> None:
    frame = pd.read_csv(wine_table(tmp_path / "wine.csv"))
    path = tmp_path / f"wine{suffix}"
    write = {
        ".parquet": lambda: frame.to_parquet(path),
        ".xlsx": lambda: frame.to_excel(path, index=False),
        ".jsonl": lambda: frame.to_json(path, orient="records", lines=True),
        ".tsv": lambda: frame.to_csv(path, sep="\t", index=False),
    }
    write[suffix]()
    one, other = sources.describe(tmp_path / "wine.csv"), sources.describe(path)
    assert one.fields == other.fields
    ours, theirs = opened(config(one)).arrays["features"], opened(config(other)).arrays["features"]
    np.testing.assert_allclose(ours[:], theirs[:], rtol=1e-6)


@pytest.mark.parametrize("at", ["word", "class"])
def test_cells_too_long_to_name_a_category_are_text(tmp_path: Path, at: str) -> None:
    rows = [[index * 1.5, ("red", "blue")[index % 2], ("yes", "maybe", "no")[index % 3]] for index in range(60)]
    rows[7][1 if at == "word" else 2] = "x" * 1500
    found = sources.describe(table(tmp_path / "long.csv", ("size", "word", "class"), *rows))
    long = column(found, at)
    assert (long["type"], long["role"]) == ("text", "ignored")
    assert prepare(config(found)).train.tensors["features"].isfinite().all()
    wish = {"columns": ({"name": at, "type": "category", "role": "target" if at == "class" else "input"},)}
    with pytest.raises(DataError, match=f"'{at}' holds texts of 1,500 characters: a category has 1,000 at most"):
        sources.describe(tmp_path / "long.csv", "table", wish)


@pytest.mark.parametrize("content", ["a\x7fb", "a\u202eb", "a\x00b"])
def test_what_is_said_of_a_table_can_be_shown(tmp_path: Path, content: str) -> None:
    rows = [[index * 1.5, f"{content}{index % 2}" if index < 3 else "usual"] for index in range(60)]
    found = sources.describe(table(tmp_path / "odd.csv", ("size", f"class{content}"), *rows))
    assert found.notes
    assert all(note.message.isprintable() for note in found.notes)
    with pytest.raises(DataError) as refused:
        sources.describe(table(tmp_path / "none.csv", (content,), *([content + str(row)] for row in range(40))))
    assert str(refused.value).isprintable()


def test_a_column_that_goes_is_named(tmp_path: Path) -> None:
    path = wine_table(tmp_path / "wine.csv")
    found = sources.describe(path)
    pd.read_csv(path).drop(columns="hue").to_csv(path, index=False)
    with pytest.raises(DataError, match="'hue'"):
        prepare(config(found))


NUMBERS = st.none() | st.integers(-40, 40).map(lambda number: number / 8)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS, st.sampled_from(["a", "b", "c", None])), min_size=1, max_size=60))
def test_what_gives_the_answer_away_is_what_column_by_column_does(rows: list[tuple[Any, ...]]) -> None:
    """All columns at once, against each of them by its words: stretches that do not overlap, and a straight line."""
    numbers = np.array([[np.nan if cell is None else cell for cell in row[:2]] for row in rows])
    numbers = np.concatenate((numbers, numbers * 2.0 + 1.0, numbers[:, :1] * 0.0), axis=1)
    answers = pd.Series([row[2] for row in rows], dtype="str")
    for told, column in zip(oddities._parts(numbers, answers), numbers.T, strict=True):
        groups = {
            name: [value for value, answer in zip(column, answers, strict=True) if answer == name and value == value]
            for name in "abc"
        }
        spans = sorted((min(one), max(one)) for one in groups.values() if one)
        apart = all(before[1] < after[0] for before, after in pairwise(spans))
        enough = len(spans) > 1 and sum(map(len, groups.values())) >= 10 * len(spans)
        assert told == (apart and enough)
    goal = pd.Series(numbers[:, 0])
    follows = oddities._in_line(numbers, goal)
    known = goal.notna().sum() > oddities.FEW_ROWS and goal.max() - goal.min() > 0.1
    assert follows[2] == follows[0]
    assert follows[0] == known or not known
    assert not follows[4], "what never varies follows nothing"


def test_a_column_that_names_the_parts_of_the_split_is_not_what_is_learned(tmp_path: Path) -> None:
    rows = [
        [index, index * 2 % 7, "ab"[index % 2], ("train", "train", "val", "test")[index % 4]] for index in range(60)
    ]
    found = sources.describe(table(tmp_path / "it.csv", ["size", "weight", "kind", "usage"], *rows))
    assert column(found, "usage")["role"] == "part"
    assert column(found, "kind")["role"] == "target"
