"""Fine-tuning: frozen layers with their statistics, learning rates of their own, a new head, and runs of these."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import presets
from engine import project
from engine.compile import compile_graph, compile_source
from engine.edits import RenameNode, SetProperty, SetSetting
from engine.exports.export import export
from engine.exports.registry import named as exporter
from engine.exports.subject import Subject
from engine.fine_tuning.failure import FineTuningError
from engine.fine_tuning.freezing import freeze_up_to, is_frozen, unfreeze, unfreeze_all
from engine.fine_tuning.learning_rates import multiplier_of_loaded, slow_down_loaded
from engine.fine_tuning.new_head import heads, new_head
from engine.graph import Graph
from engine.source import source
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.runs.folder import METRICS, WEIGHTS
from engine.weights import WeightsError, load, match
from engine.weights.chosen import choose, loaded_nodes


def small(classes: int = 10) -> Graph:
    """Convolution, batch norm, block, head: on digits of 8×8."""
    graph = Graph("small")
    inside = graph.define("Unit", channels=6)
    last = inside.add("BlockInput", name="x")
    for node in ("Conv2d", "BatchNorm2d", "BlockOutput"):
        names = {"Conv2d": "conv", "BatchNorm2d": "bn", "BlockOutput": "y"}
        filters = {"out_channels": 6, "kernel_size": 3, "padding": 1} if node == "Conv2d" else {}
        after = inside.add(node, name=names[node], **filters)
        inside.connect(last, after)
        last = after
    nodes = [
        graph.add("Input", shape=(1, 8, 8), name="image"),
        graph.add("Conv2d", out_channels=6, kernel_size=3, padding=1, name="stem"),
        graph.add("BatchNorm2d", name="norm"),
        graph.add("ReLU", name="relu"),
        graph.add("Unit", name="unit"),
        graph.add("Flatten", name="flat"),
        graph.add("Linear", out_features=classes, name="fc"),
        graph.add("Output", name="class"),
    ]
    for one, other in pairwise(nodes):
        graph.connect(one, other)
    graph.settings["data"] = {"dataset": "digits", "batch_size": 64}
    graph.settings["training"] = {"epochs": 2, "seed": 3}
    return graph


def named(graph: Graph, name: str) -> str:
    node = graph.by_name(name)
    assert node is not None
    return node.id


def frozen(graph: Graph) -> set[str]:
    return {node.name for node in graph.nodes.values() if is_frozen(node)}


def test_freezing_up_to_a_layer_moves_the_border_and_is_undone() -> None:
    graph = small()
    before = project.to_bytes(graph)
    inverse = freeze_up_to(graph, (named(graph, "unit"),)).apply(graph)
    assert frozen(graph) == {"stem", "norm", "unit"}
    inner = graph.blocks.of_type(graph.nodes[named(graph, "unit")].type)
    assert inner is not None
    freeze_up_to(graph, (named(graph, "unit"), named(inner.graph, "conv"))).apply(graph)
    assert frozen(graph) == {"stem", "norm"}
    assert frozen(inner.graph) == {"conv"}
    freeze_up_to(graph, (named(graph, "norm"),)).apply(graph)
    assert frozen(graph) == {"stem", "norm"}
    unfreeze(graph, [named(graph, "stem")]).apply(graph)
    assert frozen(graph) == {"norm"}
    unfreeze_all(graph).apply(graph)
    assert not frozen(graph) | frozen(inner.graph)
    graph = small()
    inverse = freeze_up_to(graph, (named(graph, "fc"),)).apply(graph)
    inverse.apply(graph)
    assert project.to_bytes(graph) == before
    with pytest.raises(FineTuningError, match="nothing to freeze"):
        freeze_up_to(graph, (named(graph, "image"),))
    with pytest.raises(FineTuningError, match="No layer is frozen"):
        unfreeze_all(graph)


def test_frozen_batch_norms_keep_their_statistics_in_every_training_loop() -> None:
    graph = small()
    freeze_up_to(graph, (named(graph, "unit"),)).apply(graph)
    module = compile_graph(graph)
    before = {name: value.clone() for name, value in module.state_dict().items()}
    for _ in range(2):
        module(torch.randn(5, 1, 8, 8))
        module.eval()
        module.train()
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert module.norm.training is module.unit.bn.training is False
    SetProperty(named(graph, "norm"), "frozen_statistics", False).apply(graph)
    module = compile_graph(graph)
    module(torch.randn(5, 1, 8, 8))
    assert not torch.equal(module.norm.running_mean, before["norm.running_mean"])
    assert torch.equal(module.unit.bn.running_mean, before["unit.bn.running_mean"])


def test_a_new_head_begins_at_random_and_learns_at_the_full_rate(tmp_path: Path) -> None:
    graph = small()
    save_file(compile_graph(graph).state_dict(), tmp_path / "w.safetensors")
    choose(match(graph, tmp_path / "w.safetensors")).apply(graph)
    slow_down_loaded(graph, 0.1).apply(graph)
    assert multiplier_of_loaded(graph) == 0.1
    assert [graph.nodes[one].name for one in heads(graph)] == ["fc"]
    new_head(graph, 4).apply(graph)
    assert graph.nodes[named(graph, "fc")].parameters["out_features"] == 4
    assert {graph.nodes[one].name for one in loaded_nodes(graph)} == {"stem", "norm", "unit"}
    optimizer = Trainer(graph)  # only built: what it would learn with
    assert optimizer.graph.nodes[named(graph, "fc")].properties == {}
    SetSetting(("data", "dataset"), "diabetes").apply(graph)
    with pytest.raises(FineTuningError, match="choose data with classes"):
        new_head(graph)


@pytest.mark.parametrize(
    "name", ["googlenet-small", "squeezenet-1.1-small", "mobilenet-v2-small", "densenet-121-small"]
)
def test_presets_get_a_new_head(name: str) -> None:
    known = {one.name for one in presets.all()}
    graph = presets.build(name) if name in known else presets.build(name.removesuffix("-small"))
    new_head(graph, 7).apply(graph)
    assert compile_source(source(graph)) is not None


def test_renamed_layers_keep_their_weights(tmp_path: Path) -> None:
    graph = small()
    torch.manual_seed(1)
    module = compile_graph(graph)
    save_file(module.state_dict(), tmp_path / "w.safetensors")
    choose(match(graph, tmp_path / "w.safetensors")).apply(graph)
    inner = graph.blocks.of_type(graph.nodes[named(graph, "unit")].type)
    assert inner is not None
    RenameNode(named(graph, "stem"), "first").apply(graph)
    RenameNode(named(graph, "unit"), "body").apply(graph)
    RenameNode(named(inner.graph, "conv"), "filter").apply(graph=inner.graph)
    SetSetting(("training", "epochs"), 0).apply(graph)
    result = Trainer(graph, tmp_path / "run").run()
    found = load_file(tmp_path / "run" / WEIGHTS)
    assert result.state == "finished"
    for ours, theirs in (("first", "stem"), ("body.filter", "unit.conv"), ("fc", "fc")):
        assert torch.equal(found[f"{ours}.weight"], module.state_dict()[f"{theirs}.weight"])


def test_a_guess_is_confirmed_before_it_loads(tmp_path: Path) -> None:
    graph = Graph("twins")
    last = graph.add("Input", shape=(4,), name="x")
    for name in ("a", "b"):
        after = graph.add("Linear", out_features=4, name=name)
        graph.connect(last, after)
        last = after
    graph.connect(last, graph.add("Output", loss="mse_loss", name="y"))
    tensors = {
        f"{layer}.{kind}": torch.randn(shape) for layer in "uv" for kind, shape in (("weight", (4, 4)), ("bias", (4,)))
    }
    save_file(tensors, tmp_path / "w.safetensors")
    report = match(graph, tmp_path / "w.safetensors")
    assert report.guessed
    with pytest.raises(WeightsError, match="placed by a guess"):
        choose(report)
    with pytest.raises(WeightsError, match="--accept-guess"):
        load(graph, tmp_path / "w.safetensors")
    load(graph, tmp_path / "w.safetensors", accept_guess=True)


def fine_tuned(tmp_path: Path, optimizer: dict[str, object]) -> Graph:
    graph = small()
    torch.manual_seed(5)
    save_file(compile_graph(graph).state_dict(), tmp_path / "w.safetensors")
    choose(match(graph, tmp_path / "w.safetensors")).apply(graph)
    freeze_up_to(graph, (named(graph, "norm"),)).apply(graph)
    slow_down_loaded(graph, 0.1).apply(graph)
    new_head(graph).apply(graph)
    graph.settings["training"] |= optimizer
    return graph


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": {"name": "adamw"}, "warmup": 0.5},
        {"optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.9}, "schedule": {"name": "one_cycle"}},
        {"optimizer": {"name": "muon"}, "schedule": {"name": "plateau", "min_lr": 1e-4}, "ema": {"decay": 0.9}},
    ],
    ids=["warm-up", "one cycle", "muon"],
)
def test_a_run_keeps_frozen_bytes_resumes_and_is_exported_exactly(settings: dict[str, object], tmp_path: Path) -> None:
    graph = fine_tuned(tmp_path, settings)
    whole = Trainer(graph, tmp_path / "whole").run()
    assert whole.state == "finished", whole.message
    trained, began = load_file(tmp_path / "whole" / WEIGHTS), load_file(tmp_path / "w.safetensors")
    for name in ("stem.weight", "stem.bias", "norm.weight", "norm.running_mean", "norm.running_var"):
        assert torch.equal(trained[name], began[name])
    assert not torch.equal(trained["unit.conv.weight"], began["unit.conv.weight"])
    assert not torch.equal(trained["unit.bn.running_mean"], began["unit.bn.running_mean"])

    control = Control()
    stopped = Trainer(graph, tmp_path / "parts", control=control, on_epoch=lambda _: control.stop()).run()
    assert stopped.state == "stopped"
    (tmp_path / "w.safetensors").rename(tmp_path / "moved.safetensors")
    assert Trainer.resume(tmp_path / "parts").run().state == "finished"
    for name in (METRICS, WEIGHTS):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()

    (tmp_path / "moved.safetensors").rename(tmp_path / "w.safetensors")
    subject = Subject.of_run(tmp_path / "whole")
    written = export(exporter("train"), subject, tmp_path / "train.py").checked
    assert (written.notes, written.difference) == ((), 0.0)
    assert written.samples == whole.steps
