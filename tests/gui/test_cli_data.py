"""``layerloom data``, and own data of ``new`` and ``train``: targets, ways to split, what each part gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import project
from gui.cli import main
from tests.engine.own_data import table
from tests.engine.own_series import hourly, written


@pytest.fixture
def visits(tmp_path: Path) -> Path:
    rows = [(index % 8, f"2024-05-{1 + index % 28:02}", index % 17 / 7, "ab"[index % 3 == 0]) for index in range(80)]
    return table(tmp_path / "visits.csv", ("patient", "day", "value", "label"), *rows)


def parts(capsys: pytest.CaptureFixture[str], *argv: str) -> dict[str, dict[str, object]]:
    assert main(["data", *argv, "--json"]) == 0
    found: dict[str, dict[str, object]] = json.loads(capsys.readouterr().out)["split"]
    return found


def test_data_says_what_each_part_gets(capsys: pytest.CaptureFixture[str], visits: Path) -> None:
    drawn = parts(capsys, str(visits), "--set", "data.split.exact=true")
    assert {name: one["samples"] for name, one in drawn.items()} == {"train": 56, "validation": 12, "test": 12}
    grouped = parts(capsys, str(visits), "--split", "group:patient")
    groups = [one["groups"] for one in grouped.values()]
    assert sum(count for count in groups if isinstance(count, int)) == 8
    folds = parts(capsys, str(visits), "--split", "time", "--set", "data.split.folds=3")
    assert sum(bool(one["samples"]) for one in folds.values()) == 3
    assert main(["data", str(visits)]) == 0
    assert "PART" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--split", "group:nobody"], "no such column; there are: patient"),
        (["--split", "folders"], "can be split by chance, group, time, part, not by 'folders'"),
        (["--set", "training.epochs=3"], "only settings of the data"),
        (["--set", "data.split.test=3"], "test"),
        (["--target", "nothing"], "There is no 'nothing'"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    capsys: pytest.CaptureFixture[str], visits: Path, argv: list[str], said: str
) -> None:
    assert main(["data", str(visits), *argv]) == 2
    found = capsys.readouterr().err
    assert said in found
    assert found.count("\n") == 1


def test_a_series_says_how_it_is_read_as_a_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(written(tmp_path / "load.csv", hourly(200)))
    assert main(["data", path]) == 0
    assert "goes in equal steps, so this is a series" in capsys.readouterr().out
    for call in (["--split", "group:holiday"], ["--target", "nothing"]):
        assert main(["data", path, *call]) == 2
        assert capsys.readouterr().err.endswith("They are read as a series; --kind table reads rows.\n")
    assert main(["data", path, "--kind", "table", "--split", "time:time"]) == 0


def test_a_new_project_splits_as_it_is_told(capsys: pytest.CaptureFixture[str], visits: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.loom"
    call = ["new", "mlp", str(file), "--data", str(visits), "--split", "time:day", "--set", "data.split.test=0.15"]
    assert main(call) == 0
    settings = project.load(file).settings["data"]
    columns = {column["name"]: column.get("role") for column in settings["source"]["options"]["columns"]}
    assert columns["day"] == "time"
    assert settings["split"]["test"] == 0.15
    assert main(["new", "mlp", str(tmp_path / "b.loom"), "--split", "time"]) == 2


def test_what_is_read_otherwise_is_not_first_read_as_usual(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A text with no room for the usual context was refused with a shorter one, too: to choose a shorter one."""
    text = tmp_path / "short.txt"
    text.write_text("To be or not to be, that is the question.", encoding="utf-8")
    assert main(["data", str(text)]) == 1
    assert "context of 64 characters" in capsys.readouterr().err
    assert main(["data", str(text), "--read", "length=4", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fields"]["text"]["shape"] == [4]
