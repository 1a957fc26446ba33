"""The exported training script gives the losses of the run, step by step, and ends with its weights."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import presets
from engine.data import sources
from engine.exports.export import export
from engine.exports.loading import module_of
from engine.exports.subject import Subject
from engine.exports.training_script.training_script import TrainingScript
from engine.graph import Graph
from engine.settings.optimizers import Optimizer
from engine.settings.schedules import Schedule
from engine.training.control import Control
from engine.training.loop import Trainer
from presets.fitting import fitted
from tests.engine.own_data import diabetes_table, digit_folders, iris_arrays, wine_table
from tests.engine.runs_to_export import trained
from tests.engine.test_exports import clean

OPTIMIZERS = [tag.__metadata__[0].tag for tag in Optimizer.__args__[0].__args__]
SCHEDULES = [tag.__metadata__[0].tag for tag in Schedule.__args__[0].__args__]


def rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a file of metrics, with what both have of them."""
    wanted = ("step", "epoch", "split", "loss", "lr", "accuracy", "mae")
    found = [json.loads(line) for line in path.read_text().splitlines()]
    kept = [{key: row[key] for key in wanted if key in row} for row in found]
    for row in kept:
        if row["split"] == "train":
            row.pop("accuracy", None)
            row.pop("mae", None)
    return kept


def script_of(run: Path, folder: Path) -> Path:
    """The script, exported; what the export itself compared had no difference."""
    done = export(TrainingScript(), Subject.of_run(run), folder / "train.py")
    assert done.checked.samples
    assert done.checked.difference == 0.0
    assert done.checked.notes == ()
    assert sorted(path.name for path in folder.iterdir()) == ["train.py", "train_data.npz"]
    return folder / "train.py"


def agrees(run: Path, folder: Path) -> None:
    """The whole run again, by the script in a process without Layerloom."""
    folder.mkdir(exist_ok=True)
    script = script_of(run, folder)
    call = [sys.executable, "-I", script.name, "--log", "log.jsonl", "--save", "model.pt"]
    subprocess.run(call, cwd=folder, env=clean(), check=True, capture_output=True)
    assert rows(folder / "log.jsonl") == rows(run / "metrics.jsonl")
    ours, theirs = load_file(run / "model.safetensors"), torch.load(folder / "model.pt")
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def agrees_within(run: Path, folder: Path) -> None:
    """The same within this process, which is faster."""
    from engine.training.steps.device import settled

    folder.mkdir(exist_ok=True)
    script = script_of(run, folder)
    with settled(1):
        module_of(script).main(["--log", str(folder / "log.jsonl"), "--save", str(folder / "model.pt")])
    assert rows(folder / "log.jsonl") == rows(run / "metrics.jsonl")
    ours, theirs = load_file(run / "model.safetensors"), torch.load(folder / "model.pt")
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_the_script_alone_gives_the_losses_of_the_run(tmp_path: Path) -> None:
    settings = {"training.clip_norm": 0.5, "training.accumulate": 2, "training.optimizer": {"name": "sgd", "lr": 0.1}}
    run = trained(presets.build("mlp"), tmp_path / "run", 1, settings)
    agrees(run, tmp_path / "alone")
    text = (tmp_path / "alone" / "train.py").read_text()
    assert "engine" not in {name.partition(".")[0] for name in _imported(text)}
    assert str(tmp_path) not in text


def _imported(text: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(text)))
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return found | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_a_live_change_of_the_learning_rate_is_in_the_script(tmp_path: Path) -> None:
    run = changed_live(presets.build("linear-classifier"), tmp_path / "run", {"training.schedule.name": "exponential"})
    assert len({row["lr"] for row in rows(run / "metrics.jsonl") if row["split"] == "train"}) > 2
    agrees_within(run, tmp_path / "alone")
    assert "LEARNING_RATE_CHANGES = {1: 0.0" in (tmp_path / "alone" / "train.py").read_text()


def changed_live(graph: Graph, folder: Path, settings: dict[str, Any]) -> Path:
    """A run whose learning rate is changed before its first step and after its first epoch."""
    from engine.edits import SetSetting

    control = Control()
    control.set_lr(0.02)
    for path, value in {"training.epochs": 3, "training.threads": 1, **settings}.items():
        SetSetting(tuple(path.split(".")), value).apply(graph)
    trainer = Trainer(graph, folder, control=control, on_epoch=lambda status: control.set_lr(0.003 / status.epoch))
    assert trainer.run().state == "finished"
    return folder


def test_weights_of_another_run_are_said_to_be_missing(tmp_path: Path) -> None:
    first = trained(presets.build("linear-classifier"), tmp_path / "first", 1)
    graph = presets.build("linear-classifier")
    from engine.edits import SetSetting

    SetSetting(("training", "epochs"), 1).apply(graph)
    Trainer(graph, tmp_path / "second", weights_of=first).run()
    done = export(TrainingScript(), Subject.of_run(tmp_path / "second"), tmp_path / "train.py")
    assert "began with the weights of another run" in done.checked.notes[0]
    assert done.checked.difference > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name: str, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"training.optimizer": {"name": name}, "data.batch_size": 100}
    if name == "lbfgs":
        settings["training.optimizer"] |= {"lr": 0.1, "line_search_fn": "strong_wolfe"}
    agrees_within(trained(presets.build("mlp"), tmp_path / "run", 2, settings), tmp_path / "alone")


@pytest.mark.slow
@pytest.mark.parametrize("interval", ["epoch", "step"])
@pytest.mark.parametrize("warmup", [0.0, 1.5])
@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule(name: str, warmup: float, interval: str, tmp_path: Path) -> None:
    if warmup and name in ("one_cycle", "warm_restarts", "cyclic"):
        warmup = 0.0  # they have a beginning of their own
    schedule: dict[str, Any] = {"name": name}
    if name not in ("constant", "plateau"):
        schedule["interval"] = interval
    if name == "plateau":
        schedule |= {"patience": 0, "threshold": 0.5}
    if name == "step":
        schedule |= {"step_size": 2}
    if name == "multi_step":
        schedule |= {"milestones": (2, 3)}
    settings: dict[str, Any] = {"training.schedule": schedule, "training.warmup": warmup, "data.batch_size": 200}
    agrees_within(trained(presets.build("mlp"), tmp_path / "run", 4, settings), tmp_path / "alone")


@pytest.mark.slow
@pytest.mark.parametrize("warmup", [0.0, 1.5])
@pytest.mark.parametrize("name", SCHEDULES)
def test_live_changes_with_every_schedule(name: str, warmup: float, tmp_path: Path) -> None:
    warmup = 0.0 if name in ("one_cycle", "warm_restarts", "cyclic") else warmup
    settings: dict[str, Any] = {"training.schedule": {"name": name}, "training.warmup": warmup}
    agrees_within(changed_live(presets.build("mlp"), tmp_path / "run", settings), tmp_path / "alone")


OTHERS: dict[str, dict[str, Any]] = {
    "clip value": {"training.clip_value": 0.01, "training.clip_norm": 0.3},
    "penalties": {"training.l1": 1e-4, "training.l2": 1e-3},
    "penalties, accumulated": {"training.l2": 1e-3, "training.accumulate": 3},
    "average": {"training.ema": {"decay": 0.9}},
    "early": {"training.early_stopping": {"patience": 0, "min_delta": 0.5}},
    "balanced sampling": {"data.sampling": "balanced"},
    "in order, last left out": {"data.shuffle": False, "data.drop_last": True},
    "all samples at once": {"data.batch_size": None},
    "one fold": {"data.split.folds": 3, "data.split.fold": 2},
    "no validation": {"data.split": {"train": 0.8, "validation": 0.0, "test": 0.2}},
    "half precision": {"training.precision": "bfloat16"},
    "another seed": {"training.seed": 7, "data.seed": 3},
    "two threads": {"training.threads": 2},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_every_other_setting(name: str, tmp_path: Path) -> None:
    run = trained(presets.build("mlp"), tmp_path / "run", 3, OTHERS[name])
    agrees(run, tmp_path / "alone") if name == "two threads" else agrees_within(run, tmp_path / "alone")


VARIATIONS: list[dict[str, Any]] = [
    {"name": "flip", "field": "image", "vertical": True},
    {"name": "move", "field": "image", "shear": 5.0},
    {"name": "crop", "field": "image", "ratio": 1.5, "probability": 0.5},
    {"name": "colour", "field": "image"},
    {"name": "blur", "field": "image"},
    {"name": "noise", "field": "image", "probability": 0.5},
    {"name": "erase", "field": "image"},
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "variations", [*([one] for one in VARIATIONS), VARIATIONS], ids=lambda v: v[0]["name"] + str(len(v))
)
def test_every_variation(variations: list[dict[str, Any]], tmp_path: Path) -> None:
    settings = {"data.augmentation": tuple(variations), "training.channels_last": True}
    agrees_within(trained(presets.build("lenet-5"), tmp_path / "run", 1, settings), tmp_path / "alone")


FEWER = {"data.split": {"train": 0.1, "validation": 0.05, "test": 0.85}}
"""Of ten thousand samples a tenth makes as many steps as all digits do; to be judged takes a third of the time."""
LARGE = ("shapes", "dates", "docstrings", "python_tokens", "moving_digits", "masked_docstrings", "python_names")
LARGE += ("drawn_words", "changing_digits")


@pytest.mark.slow
@pytest.mark.parametrize("name", [preset.name for preset in presets.all() if preset.data])
def test_every_trainable_preset_in_a_clean_environment(name: str, tmp_path: Path) -> None:
    graph = presets.build(name)
    settings = FEWER if graph.settings["data"]["dataset"] in LARGE else {}
    agrees(trained(graph, tmp_path / "run", 1, settings), tmp_path / "alone")


@pytest.mark.slow
@pytest.mark.parametrize(
    "make", [wine_table, diabetes_table, digit_folders, iris_arrays], ids=lambda make: make.__name__
)
def test_own_data(make: Any, tmp_path: Path) -> None:
    names = {"digit_folders": "own", "iris_arrays": "own.npz"}
    path = make(tmp_path / names.get(make.__name__, "own.csv"))
    graph = fitted("lenet-5" if make is digit_folders else "mlp", sources.describe(path))[0]
    agrees_within(trained(graph, tmp_path / "run", 2), tmp_path / "alone")
    with np.load(tmp_path / "alone" / "train_data.npz") as arrays:
        assert {name.partition("/")[0] for name in arrays.files} == {"train", "validation", "test"}
