"""The command line: names, JSON and exit codes that scripts rely on, and one sentence for everything wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import presets
from engine import project
from engine.graph import Graph
from engine.training.loop import Trainer
from gui.cli import main
from tests.engine.stopping import Stopping
from tests.engine.test_training_learning import table

Capture = pytest.CaptureFixture[str]


def answer(capsys: Capture, *argv: str) -> Any:
    assert main([*argv, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_presets_json(capsys: Capture) -> None:
    rows = answer(capsys, "presets")
    keys = {"name", "title", "family", "task", "year", "paper", "link", "summary", "parameters", "multiply_adds"}
    assert [set(row) for row in rows] == [keys | {"data", "small_of", "score", "seeds", "seconds"}] * len(presets.all())
    lenet = next(row for row in rows if row["name"] == "lenet-5")
    assert (lenet["parameters"], lenet["multiply_adds"], lenet["small_of"]) == (61_706, 416_520, None)
    assert lenet["seconds"] < 60
    assert lenet["score"]["accuracy"] > 0.9
    assert lenet["seeds"] == 3


def test_presets_that_fit(capsys: Capture) -> None:
    rows = answer(capsys, "presets", "resnet18")
    assert [row["name"] for row in rows] == ["resnet-18", "resnet-18-small"]
    rows = answer(capsys, "presets", "--family", "convolutional", "--task", "Segmentation", "--quick")
    assert [row["name"] for row in rows] == ["u-net-small"]
    rows = answer(capsys, "presets", "residual", "--min-parameters", "25M", "--max-parameters", "25_557_032")
    assert [row["name"] for row in rows] == ["resnet-50", "resnext-50-32x4d"]
    assert main(["presets", "bottleneck", "--max-parameters", "10"]) == 1
    assert "none of the" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--task", "segmentaton"], "did you mean 'segmentation'"),
        (["--family", "quantum"], "there are: convolutional, dense"),
    ],
)
def test_a_search_for_presets_that_cannot_be_meant(capsys: Capture, argv: list[str], said: str) -> None:
    assert main(["presets", *argv]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("number", ["many", "-1", "1.5.2M", ""])
def test_a_number_of_parameters_that_is_none(capsys: Capture, number: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["presets", "--max-parameters", number])
    assert "--max-parameters" in capsys.readouterr().err


def test_layers_json(capsys: Capture) -> None:
    rows = {row["name"]: row for row in answer(capsys, "layers")}
    names = "Input Output Linear Conv2d MaxPool2d AvgPool2d AdaptiveAvgPool2d BatchNorm2d ReLU Tanh Sigmoid Softmax "
    assert set(f"{names}Dropout Flatten Add Concat".split()) <= set(rows)
    conv = rows["Conv2d"]
    assert conv["torch"] == "torch.nn.Conv2d"
    assert {"name", "type", "default", "help"} <= set(conv["parameters"][0])
    assert [port["name"] for port in conv["inputs"]] == ["input"]


def test_info_of_a_network_without_a_loss(capsys: Capture, tmp_path: Path) -> None:
    """Its shapes are known, whether something is learned or not."""
    graph = Graph()
    nodes = [graph.add("Input", shape=(4,)), graph.add("Linear", out_features=3), graph.add("Output", loss=None)]
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    project.save(graph, tmp_path / "it.loom")
    info = answer(capsys, "info", str(tmp_path / "it.loom"))
    assert info["parameters"] == 15
    assert info["outputs"] == {"output": ["N", 3]}


def test_info_json(capsys: Capture) -> None:
    info = answer(capsys, "info", "lenet-5", "--batch", "32")
    assert set(info) == {
        "parameters", "trainable", "multiply_adds", "flops", "memory", "inputs", "outputs", "depth",
        "transforms", "augmentation",
    }  # fmt: skip
    assert info["parameters"] == 61706
    assert info["flops"] == 2 * info["multiply_adds"] == 2 * 416_520
    assert info["inputs"] == {"image": ["N", 1, 32, 32]}
    assert info["outputs"] == {"digit": ["N", 10]}
    assert info["depth"] == 5
    assert set(info["memory"]) == {"parameters", "training", "inference"}


def test_augmentation_is_set_by_the_command_line_and_shown(capsys: Capture, tmp_path: Path) -> None:
    file, run = tmp_path / "work.loom", tmp_path / "run"
    assert main(["new", "mlp", str(file)]) == 0
    vary = '[{"name": "move", "field": "image", "rotate": 20.0, "fill": "zero"}, {"name": "noise", "field": "image"}]'
    sets = ["--set", f"data.augmentation={vary}", "--set", "training.epochs=1"]
    assert main(["train", str(file), *sets, "--run-dir", str(run)]) == 0
    capsys.readouterr()
    trained = run / "project.loom"
    assert [one["name"] for one in answer(capsys, "info", str(trained))["augmentation"]] == ["move", "noise"]
    assert main(["info", str(trained)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "augmentation   move image: rotate 20.0, fill zero" in lines
    assert lines[-1].split() == ["noise", "image"]


def test_new_check_and_source_of_a_file(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "work.loom"
    assert main(["new", "mlp:classes=10", str(file)]) == 0
    assert main(["new", "mlp", str(file)]) == 2  # never over a file that is there
    assert main(["check", str(file)]) == 0
    capsys.readouterr()
    assert main(["source", str(file)]) == 0
    text = capsys.readouterr().out
    assert "class MLP(nn.Module):" in text
    assert main(["source", str(file), "-o", str(tmp_path / "mlp.py")]) == 0
    assert (tmp_path / "mlp.py").read_text() == text


def test_check_says_no_with_the_guilty_node(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "work.loom"
    main(["new", "lenet-5", str(file)])
    file.write_text(
        file.read_text().replace('"kernel_size": 5, "out_channels": 16', '"kernel_size": 50, "out_channels": 16')
    )
    capsys.readouterr()
    assert main(["check", str(file), "--json"]) == 1
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert set(problems[0]) == {"severity", "code", "node", "port", "message", "fixes"}
    assert [(p["severity"], p["node"], p["port"]) for p in problems] == [("error", "conv2", "input")]
    assert "⌊(14 + 2·0 − 50)/1⌋ + 1 = −35" in problems[0]["message"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["check", "nothing"], "no preset named 'nothing'"),
        (["check", "missing.loom"], "missing.loom cannot be read"),
        (["info", "mlp:classes=0"], "integer"),
        (["info", "mlp", "--batch", "0"], "--batch"),
        (["source", "mlp", "-o", "/nowhere/there/x.py"], "cannot be written"),
        (["new", "mlp", "x.txt"], ".loom"),
        (["open", "--train"], "what"),
        (["train", "mlp", "--set", "nodes.fc9.out_features=3"], "no node named 'fc9'"),
        (["train", "mlp", "--set", "lr"], "path=value"),
        (["train", "mlp", "--set", "training.optimizer.lr=-1"], "training.optimizer.lr"),
        (["train", "mlp", "--set", "training.epoch=1"], "training.epoch"),
        (["train", "mlp", "--set", "nodes.fc1.out_features=0"], "out_features"),
        (["train", "mlp", "--device", "tpu"], "device"),
        (["train", "mlp", "--set", "data.dataset=none"], "No data is chosen"),
        (["train", "mlp", "--set", "data.dataset=digit"], "digits"),
        (["train", "mlp", "--run-dir", f"{__file__}/no/run"], f"{__file__}/no/run"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(capsys: Capture, argv: list[str], said: str) -> None:
    code = main(argv)
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert "unexpected" not in printed.err
    assert len(printed.err.strip().splitlines()) == 1


def test_an_unknown_command_is_exit_code_2(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["fly"])
    assert stop.value.code == 2


def test_set_path_reaches_data_training_and_nodes(capsys: Capture, tmp_path: Path) -> None:
    settings = ["training.seed=3", "training.optimizer.lr=0.02", "data.batch_size=50", "nodes.fc1.out_features=9"]
    assignments = [word for setting in settings for word in ("--set", setting)]
    run = tmp_path / "run"
    assert main(["train", "linear-classifier", "--epochs", "1", "--run-dir", str(run), *assignments[:6]]) == 0
    written = json.loads((run / "project.loom").read_text())
    assert written["training"]["seed"] == 3
    assert written["training"]["optimizer"]["lr"] == 0.02
    assert written["data"]["batch_size"] == 50


def test_train_json_has_a_line_an_epoch_and_a_result(capsys: Capture, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert main(["train", "linear-classifier", "--epochs", "3", "--run-dir", str(run), "--json"]) == 0
    *epochs, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert [row["epoch"] for row in epochs] == [1, 2, 3]
    assert set(result) == {"run", "state", "epochs", "steps", "seconds", "validation", "test"}
    assert (result["state"], result["epochs"], result["run"]) == ("finished", 3, str(run))
    assert result["test"]["accuracy"] > 0.5
    assert (run / "metrics.jsonl").exists()


def test_a_training_that_fails_is_exit_code_1(capsys: Capture, tmp_path: Path) -> None:
    argv = ["train", "mlp", "--set", "training.optimizer.lr=1e30", "--run-dir", str(tmp_path / "run"), "--json"]
    assert main(argv) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[-1])["state"] == "failed"
    assert "learning rate" in printed.err


def test_the_window_needs_a_display(tmp_path: Path) -> None:
    gone = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in gone}
    for extra in ({}, {"DISPLAY": ":987"}):
        done = subprocess.run(
            [sys.executable, "-m", "gui.cli", "open", "mlp"], env=environment | extra, capture_output=True, text=True,
            timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert "no display" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_the_command_line_imports_neither_qt_nor_torch_where_it_need_not() -> None:
    code = (
        "import sys; from gui.cli import main; main(['check', 'lenet-5']); "
        "sys.exit(any(m in sys.modules for m in ('PySide6', 'torch', 'sklearn', 'pyqtgraph')))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lenet.py"
    file.write_text("mine")
    assert main(["source", "lenet-5", "-o", str(file)]) == 2
    assert "is there already; --force replaces it" in capsys.readouterr().err
    assert file.read_text() == "mine"
    assert main(["source", "lenet-5", "-o", str(file), "--force"]) == 0
    assert "class LeNet" in file.read_text()


@pytest.mark.parametrize("command", [["source", "lenet-5", "-o"], ["new", "lenet-5"]])
def test_a_device_is_never_replaced(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    device = tmp_path / "null.loom"
    device.symlink_to(os.devnull)
    assert main([*command, str(device), "--force"]) == 2
    assert "cannot be written: it is a device" in capsys.readouterr().err
    assert device.is_symlink()


def test_a_run_of_another_computer_goes_on_in_a_copy_and_the_command_says_where(
    tmp_path: Path, layerloom_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs"
    assert Trainer(table(epochs=4), theirs, control=Stopping(20)).run().state == "stopped"
    (layerloom_home / "installation").write_text("b7" * 32, encoding="ascii")
    before = {path: path.read_bytes() for path in theirs.rglob("*") if path.is_file()}
    assert main(["train", "--resume", str(theirs)]) == 0
    said = capsys.readouterr()
    (copy,) = (path for path in (layerloom_home / "runs").iterdir() if path.is_dir())
    assert said.err.splitlines()[0] == (
        "This run was written on another computer or by another person: it is resumed in a copy, "
        f"{copy}, and the original is unchanged."
    )
    assert f"run folder: {copy}" in said.out
    assert {path: path.read_bytes() for path in theirs.rglob("*") if path.is_file()} == before
