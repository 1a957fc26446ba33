"""Runs on the command line: listed, compared, deleted, found by their folder or their name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import presets
from engine.edits import SetSetting
from engine.training.loop import Trainer
from engine.training.runs.catalogue import describe, runs_folder
from gui.cli import main
from tests.engine.own_data import wine_table

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def two(layerloom_home: Path) -> list[Path]:
    """Two short runs that differ in their learning rate."""
    made = []
    for rate in (0.1, 0.2):
        graph = presets.build("linear-classifier")
        for path, value in (
            (("training", "epochs"), 1),
            (("training", "threads"), 1),
            (("training", "optimizer", "lr"), rate),
            (("data", "batch_size"), 400),
        ):
            SetSetting(path, value).apply(graph)
        result = Trainer(graph).run()
        assert result.run is not None
        made.append(result.run)
    return made


def test_runs_are_listed_newest_first(two: list[Path], capsys: Capture) -> None:
    describe(two[0], name="the slow one")
    assert main(["runs"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith("RUN")
    assert [line.rpartition(" ")[2] for line in lines] == [two[1].name, two[0].name]
    assert lines[1].startswith("the slow one")
    assert main(["runs", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(one["run"], one["state"], one["epochs"]) for one in found] == [
        (str(path), "finished", 1) for path in reversed(two)
    ]
    assert 0 < found[0]["test"]["accuracy"] <= 1


def test_no_runs_and_damaged_ones_are_said(layerloom_home: Path, capsys: Capture) -> None:
    assert main(["runs"]) == 0
    assert "no runs yet" in capsys.readouterr().out
    (runs_folder() / "broken").mkdir(parents=True)
    assert main(["runs", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == []
    assert "left out" in shown.err


def test_what_differs_and_what_was_reached_stand_side_by_side(two: list[Path], capsys: Capture) -> None:
    assert main(["compare", *map(str, two)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert next(line for line in lines if "optimizer.lr" in line).split()[-2:] == ["0.1", "0.2"]
    assert any(line.startswith("test accuracy") for line in lines)
    assert main(["compare", two[0].name, two[1].name, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["runs"] == [str(path) for path in two]
    assert [(one["what"], one["values"]) for one in found["differences"]] == [("optimizer.lr", ["0.1", "0.2"])]
    assert len(found["results"]["test accuracy"]) == 2
    assert main(["compare", two[0].name]) == 2
    assert "two runs or more" in capsys.readouterr().err


def test_runs_are_deleted_all_or_none(two: list[Path], capsys: Capture, tmp_path: Path) -> None:
    assert main(["rm", two[0].name, "no such run"]) == 2
    assert "There is no run 'no such run'" in capsys.readouterr().err
    assert two[0].exists()
    describe(two[1], name="best")
    assert main(["rm", "best"]) == 0
    assert [path.exists() for path in two] == [True, False]
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "run.json").write_bytes((two[0] / "run.json").read_bytes())
    assert main(["rm", str(outside)]) == 2, "only what is in the list of runs is deleted"
    assert outside.exists()


def test_a_name_of_several_runs_is_no_name(two: list[Path], capsys: Capture) -> None:
    for path in two:
        describe(path, name="mine")
    assert main(["evaluate", "mine"]) == 2
    assert "2 runs are called 'mine'" in capsys.readouterr().err
    assert main(["evaluate", two[0].name, "--resamples", "0"]) == 0


def test_a_run_whose_data_have_changed_is_resumed_with_the_option_that_is_named(
    tmp_path: Path, capsys: Capture
) -> None:
    table, run = wine_table(tmp_path / "wine.csv"), tmp_path / "run"
    assert main(["train", "mlp", "--data", str(table), "--epochs", "1", "--threads", "1", "--run-dir", str(run)]) == 0
    with table.open("a", encoding="utf-8") as file:
        file.write("13,2,2,15,100,2,2,0.3,1.5,5,1,3,900,grower 1\n")
    capsys.readouterr()
    call = ["train", "--resume", str(run), "--epochs", "2"]
    assert main(call) == 2
    said = capsys.readouterr().err
    assert "have changed since" in said
    assert f"`layerloom train --resume {run} --changed-data`" in said
    assert main([*call, "--changed-data"]) == 0
