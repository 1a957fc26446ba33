"""Weights on the command line: the report, a project that begins with them, and commands that take a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine import project
from engine.training.runs.folder import WEIGHTS
from engine.training.runs.run_info import read
from gui.cli import main

WHAT = "mlp"


@pytest.fixture
def module() -> nn.Module:
    """The preset's network by other names."""
    torch.manual_seed(3)
    linears = [nn.Linear(64, 128), nn.Linear(128, 64), nn.Linear(64, 10)]
    return nn.Sequential(nn.Flatten(), linears[0], nn.ReLU(), linears[1], nn.ReLU(), linears[2])


@pytest.fixture
def saved(module: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    torch.save({"net": {f"net.{name}": value for name, value in module.state_dict().items()}}, "theirs.pth")
    return "theirs.pth"


def answers(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(arguments) == code
    return capsys.readouterr().out


def test_the_report_says_what_goes_where_as_data_and_in_words(saved: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(answers(capsys, "weights", saved, WHAT, "--json"))
    assert told["complete"]
    assert [entry["from"] for entry in told["placed"].values()] == [f"net.{n}.{k}" for n in (1, 3, 5)
                                                                    for k in ("weight", "bias")]  # fmt: skip
    assert {entry["how"] for entry in told["placed"].values()} == {"order"}
    said = answers(capsys, "weights", saved, WHAT)
    assert said.startswith("6 of 6 tensors are placed by their order and shapes.")
    assert "net.5.bias" in said


def test_what_has_no_place_makes_the_answer_no_unless_partial(saved: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(answers(capsys, "weights", saved, f"{WHAT}:classes=4", "--json", code=1))
    assert set(told["left_over"]) == {"net.5.weight", "net.5.bias"}
    assert len(told["missing"]) == 2
    answers(capsys, "weights", saved, f"{WHAT}:classes=4", "-o", "four.loom", code=2)
    answers(capsys, "weights", saved, f"{WHAT}:classes=4", "-o", "four.loom", "--partial")
    assert len(project.load(Path("four.loom")).settings["training"]["weights"]["map"]) == 4
    answers(capsys, "train", f"{WHAT}:classes=4", "--weights", saved, code=2)


def test_a_training_begins_with_them(saved: str, module: nn.Module, capsys: pytest.CaptureFixture[str]) -> None:
    answers(capsys, "weights", saved, WHAT, "-o", "net.loom")
    answers(capsys, "train", "net.loom", "--epochs", "0", "--run-dir", "a")
    answers(capsys, "train", WHAT, "--weights", saved, "--epochs", "0", "--run-dir", "b")
    for name in ("a", "b"):
        assert _same(load_file(Path(name) / WEIGHTS), module)
        assert "Begun with 6 tensors of theirs.pth." in read(Path(name)).notes
    torch.save({name: value + 1 for name, value in torch.load(saved)["net"].items()}, saved)
    answers(capsys, "train", "net.loom", "--epochs", "0", "--run-dir", "c")
    assert "has changed since its weights were loaded" in read(Path("c")).notes[0]
    Path(saved).unlink()
    checked = json.loads(answers(capsys, "check", "net.loom", "--json"))
    assert [one["code"] for one in checked["problems"] if one["severity"] != "hint"] == ["weights-missing"]
    answers(capsys, "train", "net.loom", "--run-dir", "d", code=2)
    assert not Path("d").exists()
    answers(capsys, "evaluate", "a", "--resamples", "0", "--json")


def test_a_network_that_no_run_has_trained_is_asked_and_exported(
    saved: str, module: nn.Module, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(capsys, "weights", saved, WHAT, "-o", "net.loom")
    one = answers(capsys, "evaluate", WHAT, "--weights", saved, "--resamples", "0", "--json")
    assert one == answers(capsys, "evaluate", "net.loom", "--resamples", "0", "--json")
    answers(capsys, "export", WHAT, "--weights", saved, "-o", "out.safetensors")
    assert _same(load_file("out.safetensors"), module)
    torch.save({"0.weight": torch.ones(3, 3)}, "odd.pth")
    for command in (["evaluate", WHAT], ["predict", WHAT, saved], ["export", WHAT, "-o", "other.safetensors"]):
        answers(capsys, *command, "--weights", "odd.pth", code=2)
    assert main(["predict", "resnet-18", "--weights", saved, saved]) == 2
    assert main(["evaluate", "mlp:classes=3", "--partial"]) == 2


def _same(ours: dict[str, Tensor], module: nn.Module) -> bool:
    return all(torch.equal(a, b) for a, b in zip(ours.values(), _in_our_order(ours, module), strict=True))


def _in_our_order(ours: dict[str, Tensor], module: nn.Module) -> list[Tensor]:
    theirs = list(module.state_dict().values())
    return [next(one for one in theirs if one.shape == tensor.shape) for tensor in ours.values()]
