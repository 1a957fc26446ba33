"""Networks on the command line: what they cost side by side, and in what two of them differ."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gui.cli import main

Capture = pytest.CaptureFixture[str]


def test_networks_stand_side_by_side(layerloom_home: Path, capsys: Capture) -> None:
    assert main(["compare", "lenet-5", "mlp:classes=3"]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:3] == ["Network", "Input", "Parameters"]
    assert [row.split()[0] for row in rows] == ["lenet-5", "mlp:classes=3"]
    assert "61,706" in rows[0]
    assert main(["compare", "lenet-5", "mlp", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["parameters"] for one in found["networks"]] == [61_706, 17_226]
    assert [one["receptive_field"] for one in found["networks"]] == [[16, 16], None]
    assert main(["compare", "lenet-5", "--csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith('lenet-5,"(N, 1, 32, 32)",61706,416520,')


def test_a_network_that_cannot_be_opened_stays_with_its_reason(
    layerloom_home: Path, capsys: Capture, tmp_path: Path
) -> None:
    (tmp_path / "broken.loom").write_text("{")
    assert main(["compare", "lenet-5", str(tmp_path / "broken.loom"), "--markdown"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "broken.loom" in lines[3]
    assert "Remark" in lines[0]


def test_the_time_is_measured_where_it_is_asked_for(layerloom_home: Path, capsys: Capture) -> None:
    assert main(["compare", "linear-classifier", "--time", "--batch", "2", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["networks"]
    assert one["timing"]["batch"] == 2
    assert one["timing"]["seconds"] > 0
    assert main(["compare", "linear-classifier", "--time", "--lines"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == {"begun": 0}
    assert lines[1]["row"] == 0
    assert main(["compare", "linear-classifier", "--time", "--batch", "0"]) == 2
    assert "--batch" in capsys.readouterr().err


def test_differences_are_sentences(layerloom_home: Path, capsys: Capture) -> None:
    assert main(["diff", "resnet-18", "resnet-34"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"stage{n} (BasicBlock): repeat is {many}, was 2." for n, many in enumerate((3, 4, 6, 3), 1)]
    assert main(["diff", "lenet-5", "lenet-5"]) == 0
    assert "do not differ" in capsys.readouterr().out
    assert main(["diff", "lenet-5", "lenet-5:classes=3", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["differences"]
    assert (found["kind"], found["what"], found["old"], found["new"]) == ("changed", "out_features", "10", "3")
    assert main(["diff", "lenet-5", "lenet-55"]) == 2
