"""Data as people have them: titles before a table, lines with too many cells, folders in folders, names that tell."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data import sources
from engine.data.dataset import DataError
from engine.data.pipeline import prepare
from engine.data.sources.found import Found
from engine.settings.data import DataConfig

NUMBERS = np.random.default_rng(5).integers(0, 5000, 60).tolist()


def rows(pattern: str, start: str = "a,b,y\n") -> str:
    """A table of 60 rows: {n} is a number, {m} another one, {c} one of two classes."""
    return start + "".join(
        pattern.format(n=number, m=NUMBERS[-index], c="xz"[index % 2]) + "\n" for index, number in enumerate(NUMBERS)
    )


def described(path: Path, content: str | bytes) -> Found:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return sources.describe(path)


def images(folder: Path, *names: str) -> Path:
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(index).integers(0, 255, (16, 20, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return folder


def codes(found: Found) -> set[str]:
    return {note.code for note in found.notes}


PLAIN = rows("{n},{m},{c}")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("title.csv", "Sales of 2024\n\n" + PLAIN),
        ("comments.csv", "# by a machine, in May\n# 2024\n" + PLAIN),
        ("excel.csv", "sep=;\n" + PLAIN.replace(",", ";")),
        ("blanks.dat", PLAIN.replace(",", "   ")),
        ("uci.data", PLAIN.partition("\n")[2] + "\n"),
        ("rows_of_r.csv", "a,b,y\n" + "".join(f"{i}-th,{line}\n" for i, line in enumerate(PLAIN.splitlines()[1:]))),
        ("twice.csv", rows("{n},{m},{c}", "a,a,y\n")),
        ("mac.csv", PLAIN.replace("\n", "\r")),
        ("windows.csv", PLAIN.replace("\n", "\r\n")),
        ("both.csv", "\ufeff" + PLAIN),
    ],
)
def test_a_table_is_found_whatever_stands_around_it(name: str, content: str, tmp_path: Path) -> None:
    found = described(tmp_path / name, content)
    assert (found.kind, found.task, found.samples) == ("table", "classification", 60)
    assert found.dataset.fields[found.dataset.first("target")].names == ("x", "z")
    (features,) = (values for field, values in found_columns(found).items() if field == "features")
    assert features[:, :2].tolist() == [[number, NUMBERS[-index]] for index, number in enumerate(NUMBERS)]


def found_columns(found: Found) -> dict[str, np.ndarray]:
    source = sources.kinds.source_of(found.settings)
    return {name: np.asarray(column[:]) for name, column in source.open(Path(found.settings.path)).arrays.items()}


def test_few_lines_with_too_many_cells_are_left_out_and_named(tmp_path: Path) -> None:
    lines = PLAIN.splitlines()
    lines[7] += ",9"
    lines[31] += ",9,9"
    found = described(tmp_path / "odd.csv", "\n".join(lines) + "\n")
    assert found.samples == 58
    (note,) = (note for note in found.notes if note.code == "uneven")
    assert "line 8, 32 of odd.csv" in note.message
    assert len(found_columns(found)["features"]) == 58


def test_a_first_line_with_too_many_cells_moves_no_column(tmp_path: Path) -> None:
    lines = PLAIN.splitlines()
    lines[1] += ",9"
    found = described(tmp_path / "odd.csv", "\n".join(lines) + "\n")
    assert found_columns(found)["features"][:, 0].tolist() == NUMBERS[1:]


def test_a_text_of_many_such_lines_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 2 has 4 cells where the first has 3, and 59 more lines"):
        described(
            tmp_path / "odd.csv",
            "\n".join(line + ",9" * (i > 0) for i, line in enumerate(PLAIN.split("\n")[:31]))
            + "\n"
            + "\n".join(line + ",9,8" for line in PLAIN.splitlines()[31:]),
        )


@pytest.mark.parametrize(
    ("pattern", "divided"),
    [('"{n:,}",{m},{c}', 1), ("${n},{m},{c}", 1), ("{n} €,{m},{c}", 1), ("{n} %,{m},{c}", 1), ("-${n},{m},{c}", -1)],
)
def test_money_shares_and_parted_thousands_are_numbers(pattern: str, divided: int, tmp_path: Path) -> None:
    found = described(tmp_path / "money.csv", rows(pattern))
    assert codes(found) <= {"two-labels"}
    assert found_columns(found)["features"][:, 0].tolist() == [divided * number for number in NUMBERS]


def test_json_is_a_list_of_objects_and_those_within_become_columns(tmp_path: Path) -> None:
    objects = [{"size": {"width": n, "height": 2 * n + i % 7}, "y": "ab"[i % 2]} for i, n in enumerate(NUMBERS)]
    for name, text in (("a.json", json.dumps(objects)), ("b.jsonl", "\n".join(map(json.dumps, objects)))):
        found = described(tmp_path / name, text)
        assert found.dataset.fields["features"].columns == ("size.width", "size.height")
    with pytest.raises(DataError, match="no list of objects"):
        described(tmp_path / "c.json", '{"images": []}')


def test_whole_numbers_that_count_the_rows_are_learned_from_where_there_is_nothing_else(tmp_path: Path) -> None:
    found = described(tmp_path / "time.csv", "step,y\n" + "".join(f"{i},{i * 1.5}\n" for i in range(60)))
    assert found.dataset.fields["features"].columns == ("step",)
    assert "nothing else" in found.reasons["columns.step"]


def test_why_no_column_is_left_is_said(tmp_path: Path) -> None:
    text = "review,y\n" + "".join(f'"This film, number {i}, was long",{i % 2}\n' for i in range(60))
    assert described(tmp_path / "films.csv", text).kind == "text"
    with pytest.raises(DataError, match="review is free text"):
        sources.describe(tmp_path / "films.csv", "table")


def test_folders_in_folders_are_opened(tmp_path: Path) -> None:
    names = [f"{c}/{i}.png" for c in ("cat", "dog") for i in range(8)]
    images(tmp_path / "unpacked" / "data" / "photos", *names)
    (tmp_path / "unpacked" / "README.md").write_text("Photos.", encoding="utf-8")
    (tmp_path / "unpacked" / "__MACOSX").mkdir()
    found = sources.describe(tmp_path / "unpacked")
    assert found.classes == {"cat": 8, "dog": 8}
    assert found.settings.path == str(tmp_path / "unpacked" / "data" / "photos")


def test_names_of_images_tell_their_class(tmp_path: Path) -> None:
    folder = images(tmp_path / "pets", *(f"{'cat' if i % 2 else 'big_dog'}.{i}.png" for i in range(20)))
    found = sources.describe(folder)
    assert found.classes == {"big_dog": 10, "cat": 10}
    made = prepare(DataConfig(source=found.settings))
    assert sum(len(part.indices) for part in (made.train, made.validation, made.test)) == 20


@pytest.mark.parametrize("names", [["IMG_{}", "DSC_{}"], ["{}", "{}a"], ["alone-{}", "alone {}"]])
def test_names_of_cameras_and_numbers_tell_nothing(names: list[str], tmp_path: Path) -> None:
    folder = images(tmp_path / "photos", *(names[i % 2].format(i) + ".png" for i in range(12)))
    with pytest.raises(DataError, match="nothing says what they show"):
        sources.describe(folder)


def test_a_table_that_has_nothing_to_do_with_the_images_is_passed_over(tmp_path: Path) -> None:
    folder = images(tmp_path / "photos", *(f"{c}/{i}.png" for c in "ab" for i in range(8)))
    (folder / "annotations.json").write_text('{"images": []}', encoding="utf-8")
    (folder / "sizes.csv").write_text("file,size\n1,20\n", encoding="utf-8")
    assert sources.describe(folder).classes == {"a": 8, "b": 8}


def test_labels_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    folder = images(tmp_path / "photos", *(f"{i}.png" for i in range(8)))
    (folder / "labels.csv").write_bytes(b"")
    with pytest.raises(DataError, match=r"labels\.csv is empty"):
        sources.describe(folder)


def test_arrays_of_each_part_are_one_array_with_a_given_split(tmp_path: Path) -> None:
    source = np.random.default_rng(1)
    parts = {"train": 40, "test": 12}
    stored = {f"x_{part}": source.integers(0, 255, (n, 9, 9), dtype=np.uint8) for part, n in parts.items()}
    stored |= {f"y_{part}": np.arange(n) % 3 for part, n in parts.items()}
    np.savez(tmp_path / "mnist.npz", **stored)
    found = sources.describe(tmp_path / "mnist.npz")
    assert found.samples == 52
    assert {name: field.shape for name, field in found.fields.items()} == {"x": (1, 9, 9), "y": ()}
    made = prepare(DataConfig(source=found.settings))
    assert np.array_equal(np.sort(made.test.indices), np.arange(40, 52))
    rows = made.test.indices - 40
    assert np.array_equal(made.test.tensors["x"].numpy()[:, 0], stored["x_test"][rows])
    assert np.array_equal(made.test.tensors["y"].numpy(), stored["y_test"][rows])


@pytest.mark.parametrize("kept", ["names", "rows"])
def test_classes_by_name_or_as_rows_with_a_single_1(kept: str, tmp_path: Path) -> None:
    labels = np.arange(40) % 3
    target = np.array(["ant", "bee", "cow"])[labels] if kept == "names" else np.eye(3, dtype=np.float32)[labels]
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).random((40, 5)), y=target)
    found = sources.describe(tmp_path / "a.npz")
    assert found.task == "classification"
    assert list(found.classes) == (["ant", "bee", "cow"] if kept == "names" else ["0", "1", "2"])
    assert np.array_equal(found_columns(found)["y"], labels)


def test_copies_in_more_than_one_part_of_the_usual_split_are_said(tmp_path: Path) -> None:
    """Each sample draws its part by itself, so of many copies some come into another one."""
    folder = images(tmp_path / "photos", *(f"{c}/{i}.png" for c in "ab" for i in range(20)))
    for index in range(20):
        (folder / "a" / f"copy {index}.png").write_bytes((folder / "a" / "3.png").read_bytes())
    table = PLAIN + PLAIN.partition("\n")[2]
    np.savez(tmp_path / "a.npz", x=np.tile(np.random.default_rng(0).random((30, 4)), (2, 1)), y=np.arange(60) % 2)
    (tmp_path / "twice.csv").write_text(table, encoding="utf-8")
    for path, code in (
        (folder, "duplicates"),
        (tmp_path / "twice.csv", "duplicates"),
        (tmp_path / "a.npz", "duplicates"),
    ):
        found = sources.describe(path)
        assert {code, f"{code}-across-parts"} <= codes(found)
        (note,) = (note for note in found.notes if note.code == f"{code}-across-parts")
        assert "more than one part of the split" in note.message
    assert "a/3.png" in next(note for note in sources.describe(folder).notes if note.code.endswith("parts")).files


def test_samples_that_are_all_different_are_not_said_to_be_twice(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).random((60, 4)), y=np.arange(60) % 2)
    assert not codes(sources.describe(tmp_path / "a.npz")) & {"duplicates", "duplicates-across-parts"}
