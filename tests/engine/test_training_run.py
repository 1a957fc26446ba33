"""The folder of a run, written and read back: whole, cut off, damaged, hostile."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open

from engine import project
from engine.home import home
from engine.training.history import History
from engine.training.loop import Trainer
from engine.training.runs.folder import RunError
from engine.training.runs.lines import line
from engine.training.runs.metric_lines import read_metrics
from engine.training.runs.run import Run
from engine.training.runs.run_info import read, runs, scan
from tests.engine.test_training_learning import table


def test_a_run_keeps_the_project_its_facts_and_its_weights(layerloom_home: Path) -> None:
    graph = table()
    result = Trainer(graph).run()
    assert home() == layerloom_home
    assert result.run.parent == layerloom_home / "runs"
    assert result.run.name.endswith("-table")
    assert project.to_bytes(project.load(result.run / "project.loom")) == project.to_bytes(graph)
    (info,) = runs()
    assert info == read(result.run)
    assert (info.state, info.epochs, info.steps, info.device, info.threads) == ("finished", 3, 21, "cpu", 1)
    assert info.network == "table"
    assert info.settings["training"]["epochs"] == 3
    assert set(info.environment) == {"python", "torch", "numpy", "platform"}
    assert info.test == dict(result.test)
    assert info.started.endswith("+00:00")
    with safe_open(result.run / "model.safetensors", "pt") as weights:
        modules = json.loads(weights.metadata()["modules"])
        assert modules == info.modules
        assert [graph.node(node_id).type for node_id in modules] == ["Linear", "Tanh", "Linear"]
        assert all(any(key.startswith(f"{path}.") for path in modules.values()) for key in weights.keys())  # noqa: SIM118


def test_runs_of_one_second_get_folders_of_their_own(tmp_path: Path) -> None:
    graph = table(epochs=0)
    paths = {Trainer(graph, root=tmp_path).run().run for _ in range(3)}
    assert len(paths) == len(runs(tmp_path)) == 3


def test_a_broken_run_is_left_out_and_says_why(tmp_path: Path) -> None:
    Trainer(table(epochs=0), tmp_path / "good").run()
    broken = {
        "empty": None,
        "cut": '{"network": "x", "state": "fin',
        "list": "[1, 2]",
        "wrong": '{"network": "x", "state": "dancing", "started": "now"}',
        "short": '{"network": "x"}',
    }
    for name, text in broken.items():
        (tmp_path / name).mkdir()
        if text is not None:
            (tmp_path / name / "run.json").write_text(text)
    (tmp_path / "no folder").write_text("")
    found, reasons = scan(tmp_path)
    assert [info.path.name for info in found] == ["good"]
    assert {path.name for path in reasons} == set(broken)
    assert all(str(path) in reason for path, reason in reasons.items())
    assert runs(tmp_path / "nowhere") == []


def test_a_line_is_compact_in_its_own_order_and_finite(tmp_path: Path) -> None:
    row = {"step": 1, "loss": math.nan, "a": math.inf, "b": -math.inf, "c": 0.1}
    assert line(row) == '{"step":1,"loss":"NaN","a":"Infinity","b":"-Infinity","c":0.1}'


def test_metrics_come_back_as_they_were_also_when_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    rows = [
        {"step": n, "epoch": 1, "split": "train", "loss": loss} for n, loss in enumerate((0.5, math.nan, math.inf), 1)
    ]
    path.write_text("".join(f"{line(row)}\n" for row in rows) + '{"step":4,"epoch":1,"split":"tr')
    steps, values = read_metrics(path.parent).series("train/loss")
    assert steps.tolist() == [1.0, 2.0, 3.0]
    assert values[0] == 0.5
    assert math.isnan(values[1])
    assert values[2] == math.inf


@pytest.mark.parametrize(
    "text",
    [
        "nonsense\n", "[]\n", "{}\n", "3\n", "\n", "[" * 5000 + "\n",
        '{"step":1,"epoch":1,"split":"train","loss":"high"}\n',
        '{"step":"one","epoch":1,"split":"train","loss":1}\n', '{"step":1,"epoch":1,"split":"train","loss":null}\n',
        '{"step":1e999,"epoch":1,"split":"train","loss":1}\n', "x" * 2_000_000,
    ],
    ids=range(11),
)  # fmt: skip
def test_damaged_metrics_are_one_sentence_with_the_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step":1,"epoch":1,"split":"train","loss":1}\n' + text)
    with pytest.raises(RunError, match="line 2"):
        read_metrics(path.parent)


@settings(max_examples=200)
@given(st.binary(max_size=60))
def test_any_bytes_are_curves_or_one_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "metrics.jsonl"
    path.write_bytes(data)
    try:
        assert isinstance(read_metrics(path.parent), History)
    except RunError as error:
        assert str(error).count("\n") == 0 or b"\n" in data  # noqa: PT017


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="cannot be read: No such file"):
        read_metrics(tmp_path)
    with pytest.raises(RunError, match=r"is not a run: run\.json cannot be read"):
        read(tmp_path)


def test_facts_change_atomically(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", table(), device="cpu")
    before = (tmp_path / "run" / "run.json").read_bytes()
    assert read(run.path).state == "running"
    run.update(state="failed", message="Größe ∞", test={"loss": math.nan})
    assert (tmp_path / "run" / "run.json").read_bytes() != before
    assert (read(run.path).state, read(run.path).message, read(run.path).test) == ("failed", "Größe ∞", {"loss": "NaN"})
    stay = {"project.loom", "run.json", "metrics.jsonl", "timing.jsonl", ".writer"}
    assert {path.name for path in run.path.iterdir()} == {*stay, ".spare"}
    run.close()
    assert {path.name for path in run.path.iterdir()} == stay
