"""Runs and data that do not fit: each is a sentence that says what, and what is left out is counted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.data import sources
from engine.data.dataset import DataError
from engine.edits import SetSetting
from engine.inside.evaluation.answered import answer_all
from engine.inside.evaluation.details import details
from engine.inside.evaluation.evaluation_set import of_files, of_part
from engine.inside.trained import open_run
from engine.training.loop import Trainer
from engine.training.runs.folder import PROJECT, WEIGHTS, RunError
from gui.cli import main
from presets.fitting import fitted
from tests.engine.own_data import diabetes_table, digit_folders, iris_arrays, wine_table
from tests.engine.test_evaluation_runs import trained

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluation")


@pytest.fixture(scope="module")
def table(place: Path) -> Path:
    return wine_table(place / "wine.csv")


@pytest.fixture(scope="module")
def wine(place: Path, table: Path) -> Path:
    return trained(fitted("mlp", sources.describe(table))[0], place / "wine", 1)


@pytest.fixture(scope="module")
def diabetes(place: Path) -> Path:
    return trained(fitted("mlp", sources.describe(diabetes_table(place / "d.csv")))[0], place / "diabetes", 1)


@pytest.fixture(scope="module")
def images(place: Path) -> Path:
    return trained(fitted("lenet-5", sources.describe(digit_folders(place / "own", 60)))[0], place / "images", 1)


def changed(table: Path, path: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Path:
    change(pd.read_csv(table)).to_csv(path, index=False)
    return path


def test_a_class_the_run_never_saw_is_left_out_and_said(wine: Path, table: Path, tmp_path: Path) -> None:
    def strange(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[:6, "grower"] = "grower 9"
        return frame

    one = open_run(wine)
    data = of_files(one, changed(table, tmp_path / "new.csv", strange))
    assert len(data) == 171
    assert data.notes == ("7 samples are left out: the run has not learned a class of these data, 'grower 9'.",)
    none = changed(table, tmp_path / "none.csv", lambda frame: frame.assign(grower="grower 9"))
    with pytest.raises(DataError, match="no row"):
        of_files(one, none)


def test_an_image_of_an_unknown_class_is_left_out_and_said(images: Path, place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "own" / "3", tmp_path / "new" / "3")
    shutil.copytree(place / "own" / "4", tmp_path / "new" / "cat")
    data = of_files(open_run(images), tmp_path / "new")
    assert len(data) == len(list((place / "own" / "3").iterdir()))
    (note,) = data.notes
    assert "'cat'" in note


def test_a_class_of_an_array_that_the_run_never_saw_is_left_out_and_said(tmp_path: Path, capsys: Capture) -> None:
    run = trained(fitted("mlp", sources.describe(iris_arrays(tmp_path / "iris.npz")))[0], tmp_path / "run", 1)
    stored = np.load(tmp_path / "iris.npz")
    labels = stored["y"].copy()
    labels[:7], labels[9] = 5, -1
    np.savez(tmp_path / "new.npz", x=stored["x"], y=labels)
    one = open_run(run)
    data = of_files(one, tmp_path / "new.npz")
    assert len(data) == 142
    assert data.notes == ("8 samples are left out: the run has not learned 2 classes of these data, '-1', '5'.",)
    assert [data.name(row) for row in (0, 2)] == ["new.npz sample 8", "new.npz sample 11"]
    own = answer_all(one, of_files(one, tmp_path / "iris.npz")).answers[0]
    kept = np.flatnonzero((labels >= 0) & (labels < 3))
    assert np.allclose(answer_all(one, data).answers[0], own[kept], atol=1e-6)
    np.savez(tmp_path / "none.npz", x=stored["x"], y=labels * 0 + 9)
    assert main(["evaluate", str(run), "--data", str(tmp_path / "none.npz")]) == 2
    assert "has no sample whose class in 'y' is known: '0', '1', '2'." in capsys.readouterr().err


def test_other_data_that_do_not_fit_are_said_as_what_was_given(
    images: Path, wine: Path, place: Path, tmp_path: Path, capsys: Capture
) -> None:
    plain = shutil.copytree(place / "own" / "3", tmp_path / "plain")
    (tmp_path / "few.csv").write_text("alcohol\n1\n")
    (tmp_path / "none.csv").write_text((place / "wine.csv").read_text().replace("grower 1", "x").replace("grower", "y"))
    for run, given, words in (
        (images, plain, "it needs images in folders that are called '0', '1', '2', '3', '4' …"),
        (images, tmp_path / "few.csv", "few.csv is not a folder: the network needs images in folders"),
        (images, tmp_path / "away", f"There is no file or folder {tmp_path / 'away'}."),
        (wine, tmp_path / "away.csv", f"There is no file or folder {tmp_path / 'away.csv'}."),
        (wine, plain, "it is a folder"),
        (wine, tmp_path / "few.csv", "few.csv has no column 'malic_acid'; there are alcohol."),
    ):
        assert main(["evaluate", str(run), "--data", str(given)]) == 2
        said = capsys.readouterr().err
        assert words in said
        assert "project" not in said
        assert "any more" not in said


def test_a_class_without_samples_is_said(wine: Path, table: Path, tmp_path: Path) -> None:
    file = changed(table, tmp_path / "two.csv", lambda frame: frame[frame["grower"] != "grower 2"])
    one = open_run(wine)
    found = details(answer_all(one, of_files(one, file)))
    assert any("no sample of the class 'grower 2'" in note for note in found.notes)
    assert np.isnan(found.curves[1].auroc)
    assert np.isfinite(found.curves[0].auroc)


def test_weights_that_do_not_fit_are_a_sentence(wine: Path, diabetes: Path, place: Path) -> None:
    copy = shutil.copytree(wine, place / "strange weights")
    shutil.copy(diabetes / WEIGHTS, copy / WEIGHTS)
    with pytest.raises(RunError, match="do not fit its network"):
        open_run(copy)


def test_a_missing_package_is_a_sentence(wine: Path, place: Path, capsys: Capture) -> None:
    file = shutil.copytree(wine, place / "missing package") / PROJECT
    file.write_text(file.read_text(encoding="utf-8").replace('"ReLU"', '"AcmeUnit"'), encoding="utf-8")
    assert main(["evaluate", str(file.parent)]) == 2
    assert "AcmeUnit" in capsys.readouterr().err


def test_data_that_have_changed_are_said(table: Path, tmp_path: Path, capsys: Capture) -> None:
    own = tmp_path / "wine.csv"
    shutil.copy(table, own)
    run = trained(fitted("mlp", sources.describe(own))[0], tmp_path / "run", 1)
    assert open_run(run).note == ""
    changed(own, own, lambda frame: frame.iloc[:-5])
    assert main(["evaluate", str(run), "--resamples", "0", "--json"]) == 0
    shown = capsys.readouterr()
    assert "have changed since" in shown.err
    json.loads(shown.out)


def test_a_run_whose_data_are_gone_is_judged_by_others(table: Path, tmp_path: Path, capsys: Capture) -> None:
    own = tmp_path / "own.csv"
    shutil.copy(table, own)
    run = trained(fitted("mlp", sources.describe(own))[0], tmp_path / "run", 1)
    other = changed(own, tmp_path / "other.csv", lambda frame: frame.iloc[:60])
    known = open_run(run)
    before = answer_all(known, of_files(known, other)).answers[0]
    own.unlink()
    assert main(["evaluate", str(run)]) == 2
    said = capsys.readouterr().err
    assert "are not at" in said
    assert "judged by other data only (--data PATH" in said
    assert "split" not in said
    assert main(["evaluate", str(run), "--data", str(other), "--details", "--resamples", "10", "--json"]) == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert found["samples"] == 60
    assert found["calibration"] is None
    assert "are not at" in shown.err
    one = open_run(run)
    assert np.allclose(answer_all(one, of_files(one, other)).answers[0], before)


def test_days_are_sliced_as_days(tmp_path: Path) -> None:
    days = pd.date_range("2024-01-01", periods=160, freq="3D").strftime("%Y-%m-%d")
    frame = pd.DataFrame({"a": np.arange(160) % 7, "day": days, "y": np.where(np.arange(160) % 3, "yes", "no")})
    frame.loc[::9, "day"] = ""
    frame.to_csv(tmp_path / "days.csv", index=False)
    run = trained(fitted("mlp", sources.describe(tmp_path / "days.csv"))[0], tmp_path / "run", 1)
    opened = open_run(run)
    asked = answer_all(opened, of_part(opened, "test"))
    rows = frame.iloc[[int(asked.data.name(row).rpartition(" ")[2]) - 1 for row in range(len(asked))]]
    found = {one.value: sorted(one.rows) for one in details(asked).slices if one.name == "day"}
    assert len(found) == 5
    for words, chosen in found.items():
        got = rows["day"].iloc[chosen]
        if words == "empty":
            assert set(got) == {""}
        else:
            low, high = words.split(" to ")
            assert got.between(low, high).all(), "ISO dates are in the order of their letters"
    assert sum(map(len, found.values())) == len(asked)


def test_one_sample_is_called_one_and_an_empty_table_is_said(
    wine: Path, table: Path, tmp_path: Path, capsys: Capture
) -> None:
    one, none = (changed(table, tmp_path / f"{count}.csv", lambda frame, n=count: frame.head(n)) for count in (1, 0))  # type: ignore[misc]
    assert main(["evaluate", str(wine), "--data", str(one), "--details", "--resamples", "5"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("1 sample;")
    assert "There is no sample of 2 classes" in said.err
    assert "in 1.csv, so there is no curve and no recall of them." in said.err
    assert main(["predict", str(wine), str(none)]) == 2
    assert "There is no sample in these files" in capsys.readouterr().err


def test_what_is_no_run_is_said_with_what_to_give(tmp_path: Path, capsys: Capture) -> None:
    assert main(["evaluate", "mlp"]) == 2
    assert (
        capsys.readouterr().err.rstrip().endswith("give the folder of one, which `layerloom train` names as it ends.")
    )


def test_a_run_whose_weights_are_not_numbers_says_so_everywhere(table: Path, tmp_path: Path, capsys: Capture) -> None:
    """Its loss became NaN: the answers are shown as they are, with a sentence, and no warning of NumPy."""
    graph = fitted("mlp", sources.describe(table))[0]
    given = {"training.epochs": 2, "training.threads": 1, "training.optimizer.lr": 1e30}
    for path, value in given.items():
        SetSetting(tuple(path.split(".")), value).apply(graph)
    run = tmp_path / "run"
    assert Trainer(graph, run).run().state == "failed"
    for call in (
        ["evaluate", str(run), "--details", "--resamples", "5"],
        ["predict", str(run), str(table)],
    ):
        assert main(call) == 0
        assert "The network answers NaN, no number" in capsys.readouterr().err
    (tmp_path / "script").mkdir()
    assert main(["export", str(run), "-o", str(tmp_path / "script" / "train.py")]) == 2
    assert "The training script stops as this run did" in capsys.readouterr().err
    assert not list((tmp_path / "script").iterdir()), "nothing half written stays"
