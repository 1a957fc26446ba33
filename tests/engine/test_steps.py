"""A block that is applied to each step sees each by itself, whether its steps go through one by one or as one batch."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from torch import nn

from engine import cost
from engine.compile import compile_graph
from engine.dims import Size
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems import find
from engine.shapes import infer
from engine.source import write
from engine.spec import BATCH, UNWIRED
from tests.engine import oracle
from tests.engine.cases import Trial, case
from tests.engine.classics import along, joined
from tests.engine.draws import COMPUTING, trials


def stepped(kind: str, shape: tuple[int | str, ...], dtype: str = "float32", **parameters: Any) -> Graph:
    """A layer that is applied to each step of an input (N, *shape), and something to learn before it."""
    graph = Graph("steps")
    block = graph.define("Around")
    along(block, block.add("BlockInput"), (kind, parameters), ("BlockOutput", {}))
    steps = [("Around", {"apply": "each_step"}), ("Output", {"loss": "mse_loss"})]
    if dtype == "float32":
        steps.insert(0, ("Linear", {"out_features": shape[-1], "name": "linear"}))
    along(graph, graph.add("Input", shape=shape, dtype=dtype), *steps)
    return graph


def turned() -> Graph:
    """Steps whose samples stand along an axis over which a convolution slides."""
    graph = Graph("turned")
    block = graph.define("Around")
    conv = ("Conv1d", {"out_channels": 3, "kernel_size": 3, "padding": 1})
    turns = [("Permute", {"dims": order}) for order in ((1, 2, 0), (2, 0, 1))]
    along(block, block.add("BlockInput"), turns[0], conv, turns[1], ("BlockOutput", {}))
    steps = (("Around", {"apply": "each_step"}), ("Output", {"loss": "mse_loss"}))
    along(graph, graph.add("Input", shape=("T", 3, 4)), *steps)
    return graph


@pytest.mark.parametrize(("kind", "more"), [("BatchNorm1d", {}), ("InstanceNorm1d", {"track_running_stats": True})])
def test_each_step_is_normalized_by_itself_while_training(kind: str, more: dict[str, Any]) -> None:
    model = compile_graph(stepped(kind, (5, 3, 4), **more)).train()
    norm = getattr(nn, kind)(3, **more)
    x = torch.randn(2, 5, 3, 4)
    inner = model.linear(x)
    expected = torch.stack([norm(step) for step in inner.unbind(1)], dim=1)
    torch.testing.assert_close(model(x), expected)
    (ours,) = [module for module in model.modules() if isinstance(module, type(norm))]
    torch.testing.assert_close(ours.running_var, norm.running_var)


def test_only_steps_that_are_not_mixed_go_through_as_one_batch() -> None:
    apart, together = "unbind(1)", "flatten(0, 1)"
    text = write(stepped("BatchNorm1d", ("T", 4)))
    assert (apart in text, together in text) == (True, False)
    text = write(stepped("LayerNorm", ("T", 4)))
    assert (apart in text, together in text) == (False, True)
    assert together in write(stepped("Softmax", ("T", 4), dim=1))
    assert apart in write(stepped("Softmax", ("T", 4), dim=0))
    assert together in write(stepped("Permute", ("T", 3, 4), dims=(0, 2, 1)))
    assert apart in write(turned())
    assert apart in write(
        stepped("Embedding", ("T",), "int64", num_embeddings=5, embedding_dim=4, scale_grad_by_freq=True)
    )


def test_steps_within_steps() -> None:
    graph = Graph("video")
    inner = graph.define("Row")
    along(inner, inner.add("BlockInput"), ("Linear", {"out_features": 2}), ("BlockOutput", {}))
    outer = graph.define("Frame")
    along(outer, outer.add("BlockInput"), ("Row", {"apply": "each_step"}), ("BlockOutput", {}))
    use = along(graph, graph.add("Input", shape=("T", 5, 4)), ("Frame", {"apply": "each_step"}))
    graph.connect(use, graph.add("Output", loss="mse_loss"))
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    assert [spec.shape for spec in infer(graph).outputs[use].values()] == [(BATCH, Size("T"), 5, 2)]
    model = compile_graph(graph)
    x = torch.randn(2, 3, 5, 4)
    (linear,) = [module for module in model.modules() if isinstance(module, nn.Linear)]
    torch.testing.assert_close(model(x), linear(x))


def test_a_scan_within_each_step_begins_with_zeros_for_every_sample_of_every_step() -> None:
    graph = Graph("documents")
    cell = graph.define("Cell")
    x, h = cell.add("BlockInput", name="x"), cell.add("BlockInput", name="h", state=True, shape=(4,))
    cell.connect(joined(cell, "Add", x, h), cell.add("BlockOutput", state="h"))
    outer = graph.define("Sentence")
    along(
        outer,
        outer.add("BlockInput"),
        ("Linear", {"out_features": 4}),
        ("Cell", {"apply": "scan"}),
        ("BlockOutput", {}),
    )
    along(
        graph,
        graph.add("Input", shape=(3, "T", 4)),
        ("Sentence", {"apply": "each_step"}),
        ("Output", {"loss": "mse_loss"}),
    )
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    model = compile_graph(graph)
    x = torch.randn(2, 3, 5, 4)
    (linear,) = [module for module in model.modules() if isinstance(module, nn.Linear)]
    torch.testing.assert_close(model(x), linear(x).sum(2))


def test_what_is_no_sequence_is_there_whole_at_every_step() -> None:
    graph = Graph("conditioned")
    block = graph.define("Add Condition")
    x, c = block.add("BlockInput", name="x"), block.add("BlockInput", name="c", sequence=False)
    block.connect(joined(block, "Add", x, c), block.add("BlockOutput"))
    use = graph.add("Add Condition", apply="each_step")
    steps = along(graph, graph.add("Input", shape=("T", 4)), ("Linear", {"out_features": 4, "name": "linear"}))
    graph.connect(steps, use)
    graph.connect(graph.add("Input", shape=(4,)), use)
    graph.connect(use, graph.add("Output", loss="mse_loss"))
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    model = compile_graph(graph)
    x, c = torch.randn(2, 3, 4), torch.randn(2, 4)
    torch.testing.assert_close(model(x, c), model.linear(x) + c[:, None])


@pytest.mark.parametrize("kind", ["BatchNorm1d", "LayerNorm"])
def test_steps_cost_the_same_in_either_way(kind: str) -> None:
    def macs(steps: int) -> int:
        graph = Graph("steps")
        block = graph.define("Around")
        along(block, block.add("BlockInput"), ("Linear", {"out_features": 8}), (kind, {}), ("BlockOutput", {}))
        along(graph, graph.add("Input", shape=(steps, 4)), ("Around", {"apply": "each_step"}), ("Output", {}))
        return cost.total(graph, batch=3).multiply_adds

    assert (macs(1), macs(7)) == (3 * 4 * 8, 7 * 3 * 4 * 8)


def test_sums_over_the_samples_are_those_of_one_step() -> None:
    graph = Graph("steps")
    block = graph.define("Around")
    x = block.add("BlockInput")
    mixed = joined(block, "Einsum", x, x, equation="ni,mi->ni")
    block.connect(mixed, block.add("BlockOutput"))
    steps = (("Linear", {"out_features": 3}), ("Around", {"apply": "each_step"}), ("Output", {"loss": "mse_loss"}))
    along(graph, graph.add("Input", shape=("T", 4)), *steps)
    model, given = compile_graph(graph), torch.randn(2, 5, 4)
    inner = next(model.children())(given)
    torch.testing.assert_close(model(given), inner * inner.sum(0, keepdim=True))


ALONE = ("Constant", "Parameter", "Arange", "IndexSelect", "NormalNoise", "UniformNoise", "RelativePositionBias")
"""Layers without samples: of tensors without a batch, of lengths alone, and of random numbers, others in every call."""


# -- what the layers say ---------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")  # torch warns of settings that have no effect
@pytest.mark.parametrize("cls", [cls for cls in COMPUTING if cls.__name__ not in ALONE], ids=lambda cls: cls.__name__)
def test_a_layer_that_does_not_say_it_mixes_samples_keeps_them_apart(cls: type[Layer], scale: int) -> None:
    @settings(max_examples=3 * scale)
    @given(trials(cls, spoil=False, symbols=False))
    def check(trial: Trial) -> None:
        wired = [spec for spec in trial.inputs if spec is not UNWIRED]
        results = oracle.rule(trial, trial.inputs)
        assume(results is not None and not case(cls).laxer(trial))
        assume(all(spec.shape[:1] == (BATCH,) for spec in wired))
        assume(not trial.parameters.get("dropout"))  # other numbers in every call
        assume(all(BATCH in spec.shape for spec in results or ()))  # what has no batch is the same for all samples
        if not cls.model_validate(trial.parameters).mixes_samples(*trial.inputs):
            assert mixed(trial, [spec.shape.index(BATCH) for spec in results or ()]) == ""

    check()


def mixed(trial: Trial, axes: list[int]) -> str:
    """Where two batches, joined along these axes of the results, differ from both as one; empty where they do not.

    Numbers, gradients and buffers are compared.
    """
    one, other = oracle.tensors(trial), [None if t is None else t.flip(0) for t in oracle.tensors(trial)]
    both = [None if a is None or b is None else torch.cat((a, b)) for a, b in zip(one, other, strict=True)]
    numbers = []
    for batches in ([one, other], [both]):
        torch.manual_seed(0)
        built = oracle.module(trial)
        if built is not None and any("rop" in type(module).__name__ for module in built.modules()):
            built.eval()  # what is dropped is another draw each time
        made = [oracle.apply(trial, built, batch) for batch in batches]
        together = [torch.cat(parts, axis) for parts, axis in zip(zip(*made, strict=True), axes, strict=True)]
        floats = [tensor for tensor in together if tensor.requires_grad]
        if floats:
            sum(tensor.square().sum() for tensor in floats).backward()  # type: ignore[union-attr]
        state = {} if built is None else {n: p.grad for n, p in built.named_parameters()} | dict(built.named_buffers())
        numbers.append([*together, *(t for t in state.values() if t is not None)])
    for place, (a, b) in enumerate(zip(*numbers, strict=True)):
        a, b = (t.to_dense() if t.is_sparse else t for t in (a, b))
        if not torch.allclose(a.float(), b.float(), rtol=1e-4, atol=1e-4, equal_nan=True):
            return f"number {place} of {trial}"
    return ""
