"""Images lie with their channels last where that is faster, decided once for a run by its network alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

import presets
from engine import layers
from engine.compile import compile_source
from engine.data.pipeline import prepare
from engine.edits import SetSetting
from engine.exports.export import export
from engine.exports.exporter import Exporter
from engine.exports.model_class import ModelClass
from engine.exports.prediction_package.package import PackageArchive
from engine.exports.safetensors_file import SafetensorsFile
from engine.exports.subject import Subject
from engine.exports.training_script.training_script import TrainingScript
from engine.graph import Graph
from engine.inside.trained import open_run
from engine.layers.packages import LAYERS
from engine.training.loop import Trainer
from engine.training.plan import check
from engine.training.runs.folder import FACTS
from engine.training.runs.run_info import read
from engine.training.steps.assembly import build
from engine.training.steps.computing import decided, of_run
from tests.engine.stopping import Stopping

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("name", "faster"),
    [
        ("resnet-18-small", True),
        ("u-net-small", True),
        ("googlenet-small", True),
        ("lenet-5", True),
        ("mobilenet-v1-small", True),
        ("squeezenet-1.1-small", True),
        ("densenet-121-small", True),
        ("captioning-cnn-lstm", True),
        ("c3d-small", True),
        ("lstm-classifier", False),
        ("conv-1d-classifier", False),
        ("vit-tiny", False),
    ],
)
def test_it_is_chosen_where_it_was_measured_to_be_faster(name: str, faster: bool) -> None:
    plan = check(presets.build(name))
    assert decided(plan, CPU).training.channels_last is faster
    assert decided(plan, torch.device("meta")).training.channels_last is False, "nothing is known of other devices"


@pytest.mark.parametrize("wanted", [True, False])
def test_what_is_set_counts(wanted: bool) -> None:
    graph = presets.build("resnet-18-small" if not wanted else "lenet-5")
    SetSetting(("training", "channels_last"), wanted).apply(graph)
    assert decided(check(graph), CPU).training.channels_last is wanted


@pytest.mark.parametrize(
    ("norm", "channels", "faster"),
    [
        ("BatchNorm2d", 8, True),
        ("BatchNorm2d", 4, False),
        ("GroupNorm", 8, True),
        ("GroupNorm", 4, False),
        ("InstanceNorm2d", 32, False),
    ],
)
def test_norms_that_are_slower_then_speak_against_it(norm: str, channels: int, faster: bool) -> None:
    options: dict[str, Any] = {"num_groups": 2} if norm == "GroupNorm" else {}
    graph = stacked([("Conv2d", {"out_channels": channels, "kernel_size": 3, "padding": 1}), (norm, options)] * 3)
    assert decided(check(graph), CPU).training.channels_last is faster


@pytest.mark.parametrize("wanted", ["auto", True])
def test_lbfgs_reads_gradients_as_one_row(wanted: bool | str, tmp_path: Path) -> None:
    graph = stacked([("Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1})] * 2)
    SetSetting(("training", "optimizer"), {"name": "lbfgs", "max_iter": 2}).apply(graph)
    SetSetting(("training", "channels_last"), wanted).apply(graph)
    assert decided(check(graph), CPU).training.channels_last is (wanted is True)
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "finished", result.message
    found = export(TrainingScript(), Subject.of_run(tmp_path / "run"), tmp_path / "train.py")
    assert found.checked.difference == 0.0


@pytest.mark.parametrize(
    ("kind", "factor"), [("PixelShuffle", "upscale_factor"), ("PixelUnshuffle", "downscale_factor")]
)
def test_torch_cannot_shuffle_the_pixels_of_volumes_whose_channels_lie_last(
    kind: str, factor: str, tmp_path: Path
) -> None:
    conv = ("Conv3d", {"out_channels": 4, "kernel_size": 3, "padding": 1})
    graph = stacked([("Permute", {"dims": (0, 2, 1, 3, 4)}), conv, (kind, {factor: 2})], shape=(8, 1, 16, 16))
    graph.settings["data"] = {"dataset": "moving_digits", "split": {"train": 0.01, "validation": 0.01, "test": 0.98}}
    assert decided(check(graph), CPU).training.channels_last is False
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "finished", result.message


def test_layers_of_packages_may_ask_for_views(monkeypatch: pytest.MonkeyPatch) -> None:
    conv = ("Conv2d", {"out_channels": 8, "kernel_size": 3})
    assert decided(check(stacked([conv])), CPU).training.channels_last is True
    monkeypatch.setattr(LAYERS, "all", lambda: [layers.get("ReLU")])
    assert decided(check(stacked([conv])), CPU).training.channels_last is False


def test_convolutions_that_take_hardly_any_time_do_not_count() -> None:
    graph = stacked([("Conv2d", {"out_channels": 2, "kernel_size": 1})], ("Linear", {"out_features": 500}))
    assert decided(check(graph), CPU).training.channels_last is False


def test_weights_that_lie_both_ways_at_once_are_laid_with_their_channels_last() -> None:
    """torch takes those of 1 × 1 and of one channel a group for channels first unless their strides say otherwise:
    mobile networks took 1.6 times as long."""
    plan = check(wide())
    stepper = build(decided(plan, CPU), prepare(plan.data), CPU)
    weights = [weight for weight in stepper.network.module.parameters() if weight.dim() == 4]
    assert {tuple(weight.shape[1:]) for weight in weights} >= {(1, 3, 3), (32, 1, 1)}
    assert all(weight.stride(1) == 1 and weight.stride(3) == weight.shape[1] for weight in weights)


def wide() -> Graph:
    """Convolutions of 32 channels, among them one of each channel by itself and one of 1 × 1."""
    same = {"out_channels": 32, "kernel_size": 3, "padding": 1}
    return stacked(
        [("Conv2d", options) for options in (same, {**same, "groups": 32}, {"out_channels": 32, "kernel_size": 1})]
    )


def stacked(
    first: Sequence[tuple[str, dict[str, Any]]],
    *after: tuple[str, dict[str, Any]],
    shape: tuple[int, ...] = (1, 8, 8),
) -> Graph:
    """Layers for images, each with a ReLU behind it, that tell digits apart; some more before the last one."""
    graph = Graph("stacked")
    ids = [graph.add("Input", name="image", shape=shape)]
    for kind, options in first:
        ids += [graph.add(kind, **options), graph.add("ReLU")]
    ids += [graph.add("Flatten"), *(graph.add(kind, **options) for kind, options in after)]
    ids += [graph.add("Linear", out_features=10), graph.add("Output", name="digit")]
    for source, target in pairwise(ids):
        graph.connect(source, target)
    graph.settings = {
        "data": {"dataset": "digits", "split": {"train": 0.1, "validation": 0.1, "test": 0.8}},
        "training": {"epochs": 2, "threads": 1},
    }
    return graph


def test_a_run_keeps_what_was_decided(tmp_path: Path) -> None:
    assert Trainer(wide(), tmp_path / "whole").run().state == "finished"
    assert read(tmp_path / "whole").channels_last is True
    assert open_run(tmp_path / "whole").network.channels_last is True
    Trainer(wide(), tmp_path / "cut", control=Stopping(4)).run()
    Trainer.resume(tmp_path / "cut").run()
    whole, cut = ((tmp_path / name / "metrics.jsonl").read_bytes() for name in ("whole", "cut"))
    assert cut == whole


def test_runs_of_former_versions_go_on_as_they_were_begun(tmp_path: Path) -> None:
    facts = tmp_path / "run" / FACTS
    Trainer(wide(), tmp_path / "run", control=Stopping(4)).run()
    said = json.loads(facts.read_text(encoding="utf-8"))
    del said["channels_last"]
    facts.write_text(json.dumps(said), encoding="utf-8")
    graph = wide()
    assert of_run(read(tmp_path / "run"), check(graph)).training.channels_last is False
    SetSetting(("training", "channels_last"), True).apply(graph)
    assert of_run(read(tmp_path / "run"), check(graph)).training.channels_last is True
    assert open_run(tmp_path / "run").network.channels_last is False


@pytest.mark.parametrize(
    ("exporter", "name"),
    [(SafetensorsFile(), "weights.safetensors"), (ModelClass(), "wide.py"), (PackageArchive(), "wide.zip")],
)
def test_exports_answer_as_the_network_does(exporter: Exporter, name: str, tmp_path: Path) -> None:
    """Bit by bit, as they say, although their weights lie otherwise than those of the run did."""
    assert Trainer(wide(), tmp_path / "run").run().state == "finished"
    found = export(exporter, Subject.of_run(tmp_path / "run"), tmp_path / name)
    assert found.checked.difference == 0.0


def test_the_exported_script_gives_the_same_losses(tmp_path: Path) -> None:
    """Of images with one channel it is a matter of how the weights are brought into that order."""
    assert Trainer(wide(), tmp_path / "run").run().state == "finished"
    found = export(TrainingScript(), Subject.of_run(tmp_path / "run"), tmp_path / "train.py")
    assert found.checked.difference == 0.0


def test_what_is_asked_outside_rounds_as_its_exports_do(tmp_path: Path) -> None:
    """`predict` and a package give the same answers to the last digit; what is evaluated here is as in the training."""
    Trainer(wide(), tmp_path / "run").run()
    trained, asked = open_run(tmp_path / "run"), open_run(tmp_path / "run", as_exported=True)
    assert (trained.network.channels_last, asked.network.channels_last) == (True, False)
    samples = Subject.of_run(tmp_path / "run").samples(64)
    exported = compile_source(asked.plan.source).eval()
    exported.load_state_dict(trained.network.module.state_dict())
    batch = dict(zip(asked.network.inputs, samples, strict=True))
    assert torch.equal(exported(*samples), asked.network.answers(batch)[0])
