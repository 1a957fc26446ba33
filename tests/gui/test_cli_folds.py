"""``layerloom train --folds``: a table at the end, one JSON object a line, resumed by the folder of all folds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gui.cli import main
from tests.engine.own_data import table


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return table(tmp_path / "a.csv", ("x", "z", "label"), *((i / 9, i * 7 % 5, "ab"[i % 2]) for i in range(60)))


def test_folds_end_in_a_table_of_mean_and_deviation(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    together = tmp_path / "folds"
    call = ["train", "linear-classifier", "--data", str(rows), "--folds", "3", "--epochs", "1"]
    call += ["--run-dir", str(together)]
    assert main([*call, "--device", "cpu", "--threads", "1"]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert "VALIDATION ACCURACY" in next(line for line in lines if line.startswith("FOLD"))
    last = next(line for line in lines if line.startswith("mean ± deviation"))
    assert "3 of 3 done" in last
    assert last.count("±") >= 3
    assert "fold 2 of 3" in printed.err
    shutil.rmtree(together / "fold-2")
    assert main(["train", "--resume", str(together), "--json"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["fold"] for one in answers if "fold" in one] == [2], "what is done is not trained again"
    assert (answers[-1]["folds"], answers[-1]["done"]) == (3, 3)
    assert set(answers[-1]["validation"]["accuracy"]) == {"mean", "deviation", "folds"}
    assert [Path(run).name for run in answers[-1]["runs"]] == ["fold-1", "fold-2", "fold-3"]


@pytest.mark.parametrize("count", ["1", "0", "99"])
def test_a_number_of_folds_that_cannot_be_is_one_sentence(
    rows: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], count: str
) -> None:
    call = ["train", "linear-classifier", "--data", str(rows), "--folds", count, "--run-dir", str(tmp_path / "r")]
    assert main(call) == 2
    assert "data.split.folds" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()
