"""Weight norm and spectral norm: in source, cost, problems and training, against torch's parametrizations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from safetensors.torch import load_file
from torch import nn

from engine import cost, parametrization, project
from engine.compile import compile_source
from engine.edits import MISSING, SetProperty
from engine.graph import Graph
from engine.layers import get
from engine.problems import find
from engine.properties import Properties
from engine.shapes import infer
from engine.source import source, write
from engine.training.loop import Trainer
from engine.training.runs.folder import WEIGHTS
from tests.engine.classics import along
from tests.engine.draws import trials
from tests.engine.networks import lenet
from tests.engine.stopping import Stopping
from tests.engine.syntax import strange
from tests.engine.test_layers_run import fitting
from tests.engine.test_training_learning import table

KINDS = ("weight_norm", "spectral_norm")
LAYERS = (
    *("Linear", "Bilinear", "Conv1d", "Conv2d", "Conv3d", "Embedding"),
    *("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"),
)
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.mark.parametrize("name", LAYERS)
@every_kind
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_names_and_shapes_of_its_tensors_are_torchs(name: str, kind: str) -> None:
    seen = 0

    @settings(max_examples=12)
    @given(trials(get(name), spoil=False, symbols=False))
    def check(trial: Any) -> None:
        nonlocal seen
        assume(not trial.parameters.get("max_norm") and not trial.parameters.get("sparse"))
        graph, _ = fitting(trial)
        (node,) = graph.of_type(name)
        SetProperty(node.id, "parametrization", kind).apply(graph)
        report = infer(graph)
        layer, inputs, properties = report.layer(node.id), report.inputs[node.id], Properties(parametrization=kind)  # type: ignore[arg-type]
        assert layer is not None
        written = source(graph, report)
        module = compile_source(written).get_submodule(written.modules[node.id])
        assert parametrization.weights(layer, properties, inputs) == {
            key: tuple(tensor.shape) for key, tensor in module.named_parameters()
        }
        assert parametrization.buffers(layer, properties, inputs) == {
            key: tuple(tensor.shape) for key, tensor in module.named_buffers()
        }
        counted = cost.total(graph, report)
        assert counted.parameters == sum(tensor.numel() for tensor in module.parameters())
        tensors = [*module.parameters(), *module.buffers()]
        assert counted.memory_parameters == 4 * sum(tensor.numel() for tensor in tensors)
        seen += 1

    check()
    assert seen >= 5


def normed(kind: str | None = None, **more: Any) -> Graph:
    graph = lenet()
    if kind is not None:
        SetProperty("n2", "parametrization", kind).apply(graph)
    for name, value in more.items():
        SetProperty("n2", name, value).apply(graph)
    return graph


@every_kind
def test_the_source_norms_weights_that_have_started_as_asked_and_freezes_what_is_learned(kind: str) -> None:
    graph = normed(kind, initialization="orthogonal", frozen=True)
    text = write(graph)
    lines = [line.strip() for line in text.splitlines() if "self.conv1" in line][:4]
    assert lines == [
        "self.conv1 = nn.Conv2d(1, 6, kernel_size=5)",
        "initialize(self.conv1, nn.init.orthogonal_)",
        f"nn.utils.parametrizations.{kind}(self.conv1)",
        "self.conv1.requires_grad_(False)",
    ]
    assert strange(text) == ""
    conv = compile_source(source(graph)).conv1
    assert isinstance(conv, nn.Conv2d)
    matrix = conv.weight.flatten(1)
    torch.testing.assert_close(matrix @ matrix.T, torch.eye(6))
    assert not any(tensor.requires_grad for tensor in conv.parameters())
    again = project.from_bytes(project.to_bytes(graph))
    assert write(again) == text


@pytest.mark.parametrize(
    ("layer", "parameters", "why"),
    [
        ("LSTM", {"hidden_size": 4}, "it has no single weight matrix to normalize"),
        ("BatchNorm1d", {}, "it has no single weight matrix to normalize"),
        ("ReLU", {}, "it has no single weight matrix to normalize"),
    ],
)
@every_kind
def test_a_layer_without_a_matrix_of_its_own_cannot_have_it(
    layer: str, parameters: dict[str, Any], why: str, kind: str
) -> None:
    graph = Graph("none")
    node = along(graph, graph.add("Input", shape=(5, 4)), (layer, {**parameters, "parametrization": kind}))
    graph.connect(node, graph.add("Output", loss="mse_loss"))
    (problem,) = [problem for problem in find(graph) if problem.code == "property"]
    assert (problem.node, problem.parameter) == (node, "parametrization")
    assert why in problem.message
    assert str(problem.fixes[0]).startswith("Give it no parametrization")
    problem.fixes[0].apply(graph)
    assert [problem.code for problem in find(graph) if problem.code == "property"] == []


def test_tables_whose_rows_are_rewritten_or_whose_gradients_are_sparse_cannot_have_it() -> None:
    graph = Graph("table")
    sizes = {"num_embeddings": 9, "embedding_dim": 3}
    node = along(graph, graph.add("Input", shape=(5,), dtype="int64"), ("Embedding", {**sizes, "max_norm": 1.0}))
    graph.connect(along(graph, node, ("Linear", {"out_features": 2})), graph.add("Output", loss="mse_loss"))
    SetProperty(node, "parametrization", "weight_norm").apply(graph)
    assert "max_norm rewrites the weights" in next(p.message for p in find(graph) if p.code == "property")


def test_a_block_gives_it_to_the_layers_inside() -> None:
    graph = Graph("block")
    block = graph.define("Unit", norm="spectral_norm")
    inner = {"out_features": 3, "parametrization": {"expr": "norm"}}
    along(block, block.add("BlockInput"), ("Linear", inner), ("BlockOutput", {}))
    steps = (("Unit", {}), ("Unit", {"norm": "weight_norm"}), ("Unit", {}))
    graph.connect(along(graph, graph.add("Input", shape=(3,)), *steps), graph.add("Output", loss="mse_loss"))
    model = compile_source(source(graph))
    names = [name for name, _ in model.named_parameters() if "original" in name]
    assert [name.rpartition(".")[2] for name in names] == ["original", "original0", "original1", "original"]
    use = graph.nodes[next(node.id for node in graph.nodes.values() if node.type.startswith("block."))]
    SetProperty(use.id, "parametrization", "weight_norm").apply(graph)
    (problem,) = [p for p in find(graph) if p.code == "property"]
    assert problem.message == "unit1 (Unit) cannot have weight_norm: give it to the layers inside the block."


def test_uses_of_a_block_that_freeze_or_start_otherwise_are_classes_of_their_own() -> None:
    graph = Graph("block")
    block = graph.define("Unit", still=True)
    inner = {"out_features": 3, "frozen": {"expr": "still"}}
    said_in_vain = ("Scale", {"factor": 2.0, "initialization": "normal"})
    along(block, block.add("BlockInput"), said_in_vain, ("Linear", inner), ("BlockOutput", {}))
    steps = (("Unit", {"still": False}), ("Unit", {}))
    graph.connect(along(graph, graph.add("Input", shape=(3,)), *steps), graph.add("Output", loss="mse_loss"))
    learns = [tensor.requires_grad for tensor in compile_source(source(graph)).parameters()]
    assert learns == [True, True, False, False]
    assert "initialize" not in write(graph), "a layer without weights needs no helper"


@every_kind
def test_shared_weights_share_their_norm_and_single_tensors_cannot(kind: str) -> None:
    graph = Graph("tied")
    tokens = graph.add("Input", shape=("T",), dtype="int64")
    sizes = {"num_embeddings": 11, "embedding_dim": 6}
    embedding = along(graph, tokens, ("Embedding", {**sizes, "name": "embedding", "parametrization": kind}))
    head = along(graph, embedding, ("Linear", {"out_features": 11, "bias": False, "weights_of": embedding}))
    graph.connect(head, graph.add("Output"))
    (problem,) = [problem for problem in find(graph) if problem.code == "sharing"]
    assert problem.message == (
        f"fc1 (Linear) cannot use the weights of embedding: they are made by {kind}, "
        "and only a layer of the same kind can share those."
    )
    twin = Graph("twin")
    first = along(twin, twin.add("Input", shape=(4,)), ("Linear", {"out_features": 4, "parametrization": kind}))
    twin.connect(along(twin, first, ("Linear", {"weights_of": first})), twin.add("Output", loss="mse_loss"))
    model = compile_source(source(twin))
    assert cost.total(twin).parameters == sum(tensor.numel() for tensor in model.parameters())


@every_kind
def test_it_trains_goes_on_to_the_same_bytes_and_is_looked_into(kind: str, tmp_path: Path) -> None:
    layers = (("Linear", {"out_features": 16, "parametrization": kind}), ("ReLU", {}))
    graph = table(layers=layers, epochs=4, optimizer={"lr": 0.02}, health=1, ema={"decay": 0.5})
    whole = Trainer(graph, tmp_path / "whole").run()
    assert whole.state == "finished"
    assert whole.validation["loss"] < 0.8
    assert Trainer(graph, tmp_path / "run", control=Stopping(9)).run().state == "stopped"
    assert Trainer.resume(tmp_path / "run").run().state == "finished"
    assert (tmp_path / "run" / WEIGHTS).read_bytes() == (tmp_path / "whole" / WEIGHTS).read_bytes()
    assert any("parametrizations.weight" in name for name in load_file(tmp_path / "run" / WEIGHTS))


@pytest.mark.parametrize("before", [None, *KINDS])
@pytest.mark.parametrize("after", [None, *KINDS])
def test_a_run_begins_with_the_weights_of_one_without_a_norm_or_with_another(
    before: str | None, after: str | None, tmp_path: Path
) -> None:
    def network(kind: str | None, epochs: int) -> Graph:
        more = {} if kind is None else {"parametrization": kind}
        return table(layers=(("Linear", {"out_features": 16, **more}), ("ReLU", {})), epochs=epochs)

    first = Trainer(network(before, 2), tmp_path / "first").run()
    second = Trainer(network(after, 0), tmp_path / "second", weights_of=tmp_path / "first").run()
    if after == "spectral_norm" and before != after:
        assert "starts from scratch (its weights are normalized in another way now)" in second.message
    else:
        assert second.validation["loss"] == pytest.approx(first.validation["loss"], rel=1e-5)
        assert "start from scratch" not in second.message


def test_taking_it_back_gives_the_source_from_before() -> None:
    graph = normed("weight_norm")
    SetProperty("n2", "parametrization", MISSING).apply(graph)
    assert write(graph) == write(lenet())
