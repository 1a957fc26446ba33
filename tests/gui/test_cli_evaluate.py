"""``layerloom evaluate``: details of one run, several runs side by side, an ensemble, folds; what cannot be is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import presets
from engine.edits import SetSetting
from engine.training.loop import Trainer
from gui.cli import main
from tests.engine.own_data import table

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluate")


@pytest.fixture(scope="module")
def seeds(place: Path) -> list[str]:
    """Three runs of one network from different weights."""
    made = []
    for seed in range(3):
        graph = presets.build("linear-classifier")
        for name, value in (("epochs", 2), ("threads", 1), ("device", "cpu"), ("seed", seed)):
            SetSetting(("training", name), value).apply(graph)
        assert Trainer(graph, place / f"seed-{seed}").run().state == "finished"
        made.append(str(place / f"seed-{seed}"))
    return made


@pytest.fixture(scope="module")
def together(place: Path) -> str:
    """Three folds of a table one of whose labels is wrong: row 11."""
    rows = [[index % 2 + index / 1000, index * 7 % 5, "ab"[index % 2]] for index in range(90)]
    rows[10][2] = "b"
    file = table(place / "a.csv", ("x", "z", "label"), *rows)
    call = ["train", "linear-classifier", "--data", str(file), "--folds", "3", "--epochs", "12"]
    assert main([*call, "--run-dir", str(place / "folds"), "--device", "cpu", "--threads", "1"]) == 0
    return str(place / "folds")


def asked(capsys: Capture, *call: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["evaluate", *call, "--resamples", "20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def test_details_of_a_run(seeds: list[str], capsys: Capture) -> None:
    plain = asked(capsys, seeds[0])
    assert set(plain) == {"metrics", "classes", "confusion_matrix", "samples"}
    found = asked(capsys, seeds[0], "--details")
    assert found.items() >= plain.items()
    assert set(found["curves"]) == {"setosa", "versicolor", "virginica"}  # type: ignore[call-overload]
    assert set(found["calibration"]) == {"temperature", "before", "after"}  # type: ignore[call-overload]
    assert {one["property"] for one in found["slices"]} >= {"petal length (cm)", "label"}  # type: ignore[attr-defined]
    losses = [one["loss"] for one in found["hardest"]]  # type: ignore[attr-defined]
    assert losses == sorted(losses, reverse=True)
    assert found["hardest"][0]["sample"].startswith("sample ")  # type: ignore[index]
    assert main(["evaluate", seeds[0], "--details", "--resamples", "0"]) == 0
    shown = capsys.readouterr().out
    for title in ("CLASS AGAINST ALL OTHERS", "CALIBRATION", "SLICES WITH", "HIGHEST LOSS", "PROBABLY WRONG"):
        assert title in shown
    assert main(["evaluate", seeds[0], "--details", "--output", "nothing"]) == 2
    assert "There is no Output named 'nothing'" in capsys.readouterr().err


def test_several_seeds_are_a_mean_and_an_ensemble(seeds: list[str], capsys: Capture) -> None:
    alone = [asked(capsys, run)["metrics"]["accuracy"]["value"] for run in seeds]  # type: ignore[index]
    found = asked(capsys, *seeds, "--ensemble")
    assert [one["run"] for one in found["runs"]] == seeds  # type: ignore[attr-defined]
    spread = found["spread"]["accuracy"]  # type: ignore[index]
    assert spread["mean"] == pytest.approx(sum(alone) / 3)
    assert spread["runs"] == 3
    assert set(found["ensemble"]) == {"metrics", "classes", "confusion_matrix", "samples"}  # type: ignore[call-overload]
    assert main(["evaluate", *seeds, "--ensemble", "--resamples", "0"]) == 0
    head, *_ = [line for line in capsys.readouterr().out.splitlines() if line.startswith("METRIC")]
    assert head.split() == ["METRIC", "seed-0", "seed-1", "seed-2", "MEAN", "±", "DEVIATION", "ENSEMBLE"]


def test_two_runs_are_compared_sample_by_sample(seeds: list[str], capsys: Capture) -> None:
    found = asked(capsys, *seeds[:2], "--compare")["comparison"]
    samples = asked(capsys, seeds[0])["samples"]
    assert found["both"] + found["neither"] + len(found["only_a"]) + len(found["only_b"]) == samples  # type: ignore[index]
    assert 0 <= found["mcnemar"]["exact_p"] <= 1  # type: ignore[index]
    assert main(["evaluate", *seeds[:2], "--compare", "--resamples", "0"]) == 0
    assert "McNemar" in capsys.readouterr().out
    assert main(["evaluate", *seeds, "--compare"]) == 2
    assert "two runs side by side, not 3" in capsys.readouterr().err
    assert main(["evaluate", seeds[0], "--ensemble"]) == 2
    assert "needs two runs or more" in capsys.readouterr().err
    for call in (["evaluate", seeds[0], seeds[0], "--compare"], ["compare", seeds[1], seeds[0], seeds[0]]):
        assert main(call) == 2
        assert "seed-0 is given twice: give each run once." in capsys.readouterr().err


def test_folds_are_one_argument_and_find_the_wrong_label(together: str, capsys: Capture) -> None:
    found = asked(capsys, together, "--details")
    assert [Path(one["run"]).name for one in found["runs"]] == ["fold-1", "fold-2", "fold-3"]  # type: ignore[attr-defined]
    assert found["spread"]["accuracy"]["runs"] == 3  # type: ignore[index]
    first = found["suspects"][0]  # type: ignore[index]
    assert (first["sample"], first["label"], first["likely"]) == ("a.csv row 11", "b", "a")


def test_runs_that_are_not_of_the_same_samples_are_refused(seeds: list[str], together: str, capsys: Capture) -> None:
    for flag in ("--compare", "--ensemble"):
        assert main(["evaluate", seeds[0], f"{together}/fold-1", flag, "--resamples", "0"]) == 2
        assert "do not have the same samples" in capsys.readouterr().err
    assert main(["evaluate", f"{together}/fold-1", f"{together}/fold-2", "--part", "validation", "--compare"]) == 2
    assert "do not have the same samples in the validation part" in capsys.readouterr().err
    assert main(["evaluate", *seeds[:2], "--details", "--resamples", "0"]) == 0
    assert "ask each alone" in capsys.readouterr().err


def test_a_mean_over_different_samples_is_said(seeds: list[str], together: str, place: Path, capsys: Capture) -> None:
    graph = presets.build("linear-classifier")
    for path, value in ((("training", "epochs"), 1), (("training", "threads"), 1), (("data", "seed"), 7)):
        SetSetting(path, value).apply(graph)
    Trainer(graph, place / "split").run()
    capsys.readouterr()
    for others, words in (([f"{together}/fold-1"], "different data"), ([str(place / "split")], "their splits differ")):
        assert main(["evaluate", seeds[0], *others, "--resamples", "0", "--json"]) == 0
        shown = capsys.readouterr()
        assert words in shown.err
        assert words in json.loads(shown.out)["notes"][0]
    for alike in (seeds, [together]):
        assert main(["evaluate", *alike, "--part", "validation", "--resamples", "0", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["notes"] == []


def test_lists_that_are_cut_say_so(place: Path, capsys: Capture) -> None:
    rows = [[index % 12 + 0.01 * (index % 7), index % 5, f"kind {index % 12:02}"] for index in range(240)]
    file = table(place / "many.csv", ("x", "z", "label"), *rows)
    call = ["train", "linear-classifier", "--data", str(file), "--epochs", "1", "--threads", "1"]
    assert main([*call, "--run-dir", str(place / "many")]) == 0
    capsys.readouterr()
    assert main(["evaluate", str(place / "many"), "--details", "--resamples", "0"]) == 0
    shown = capsys.readouterr().out
    assert "the 10 classes with the lowest average precision of 12; --json has all" in shown
    assert "the first 10 of " in shown


def test_what_needs_one_run_says_which_of_a_cross_validation_there_are(together: str, capsys: Capture) -> None:
    assert main(["predict", together, "nothing.csv"]) == 2
    said = capsys.readouterr().err
    assert "is a cross-validation of several runs: take one of its runs, such as" in said
    assert str(Path(together) / "fold-1") in said
