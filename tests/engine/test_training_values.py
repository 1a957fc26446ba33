"""Values on the wires, the range test of the learning rate, and the memory that a batch needs."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import presets
from engine.compile import compile_source
from engine.source import source
from engine.training.diagnosis.probes import Probed
from engine.training.findings import NodePath
from engine.training.loop import Trainer
from engine.training.plan import check
from engine.training.range_test import FIRST, LAST, STEPS, RangeTest, range_test, suggest
from engine.training.steps import device
from engine.training.steps import device_memory as memory
from engine.training.values import measure, values_of
from tests.engine.test_training_learning import table
from tests.engine.test_training_options import PICTURES
from tests.presets.lists import names_of

TRAINABLE = ["lenet-5", "mlp", "lstm-classifier", "transformer-encoder", "vit-tiny"]


class Unprobed(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        call = node.value
        probed = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "__probe__"
        return None if probed else node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | None:
        return None if node.module == "engine.training.diagnosis.probes" else node


@pytest.mark.parametrize("name", names_of())
def test_without_its_probes_the_probed_source_is_the_source(name: str) -> None:
    graph = presets.build(name)
    probed = Unprobed().visit(ast.parse(source(graph, probes=True).text))
    assert ast.dump(probed) == ast.dump(ast.parse(source(graph).text))


@pytest.mark.parametrize("name", TRAINABLE)
def test_a_probed_network_computes_the_same_on_the_same_weights(name: str) -> None:
    plan = check(presets.build(name))
    torch.manual_seed(0)
    module = compile_source(plan.source).eval()
    probed = Probed(plan.graph, plan.report, module)
    heard: list[NodePath] = []
    probed.listener = lambda path, values: heard.append(path)
    (node,) = plan.graph.of_type("Input")
    shape = [1 if not isinstance(size, int) else size for size in plan.report.spec(node.id, "output").shape[1:]]
    x = torch.randn(2, *shape)
    assert torch.equal(module(x), probed.like(module)(x))
    with torch.no_grad():
        next(module.parameters()).add_(0.5)
    assert torch.equal(module(x), probed(x))
    top = {path.node for path in heard if not path.inside}
    assert top == {n.id for n in plan.graph.nodes.values() if n.type != "Output"}


def test_what_flows_along_the_wires_is_what_a_batch_gives() -> None:
    graph = table("digits", 10, layers=PICTURES, standardise=(), data={"batch_size": 7})
    values = values_of(graph)
    (image,) = graph.of_type("Input")
    (relu,) = graph.of_type("ReLU")
    (shown,) = values[(), image.id]
    assert (shown.shape, shown.dtype, shown.low, shown.high) == ((7, 1, 8, 8), "float32", 0.0, 16.0)
    (cut,) = values[(), relu.id]
    assert cut.low == 0.0 < cut.mean < cut.high
    assert values_of(graph) == values
    assert str(shown) == f"{shown.mean:.2g} ± {shown.std:.2g}"


@pytest.mark.parametrize(
    ("tensor", "text", "words"),
    [
        (torch.tensor([1.0, 3.0]), "2 ± 1", "2 float32: from 1 to 3, mean 2, standard deviation 1"),
        (torch.tensor([[4, 9]]), "4 … 9", "1 × 2 int64: from 4 to 9"),
        (torch.tensor([1.0, float("nan")]), "not a number", "holds NaN or infinite numbers"),
    ],
)
def test_values_speak_plainly(tensor: torch.Tensor, text: str, words: str) -> None:
    assert str(measure(tensor)) == text
    assert words in measure(tensor).words


def test_the_range_test_finds_a_rate_that_learns_and_leaves_no_run(tmp_path: Any) -> None:
    graph = table(epochs=10, optimizer={"name": "sgd"})
    found = range_test(graph)
    assert found is not None
    assert found.suggestion is not None
    assert FIRST < found.suggestion < LAST
    assert list(found.rates) == sorted(found.rates)
    graph.settings["training"]["optimizer"]["lr"] = found.suggestion
    assert Trainer(graph, tmp_path / "run").run().test["accuracy"] > 0.85
    assert range_test(graph, lambda step, steps: step < 20) is None


@given(st.floats(1e-5, 1.0), st.integers(20, STEPS))
def test_the_steepest_fall_is_suggested(best: float, steps: int) -> None:
    rates = [FIRST * (LAST / FIRST) ** (n / (steps - 1)) for n in range(steps)]
    losses = [2.0 / (1 + (rate / best) ** 2) + (rate / (100 * best)) ** 2 for rate in rates]
    found = suggest(rates, losses)
    assert found is not None
    assert best / 6 < found < 6 * best
    assert suggest(rates, [2.0] * steps) is None
    assert suggest(rates, [2.0 + n for n in range(steps)]) is None


@given(st.integers(0, 2**16), st.floats(0.02, 0.045), st.floats(1e-4, 1e-2))
def test_a_network_that_learns_slowly_gets_its_rate_too(seed: int, fall: float, best: float) -> None:
    rates = [FIRST * (LAST / FIRST) ** (n / (STEPS - 1)) for n in range(STEPS)]
    noise = np.random.default_rng(seed).uniform(-0.002, 0.002, STEPS)
    down = [2.3 * (1 - fall / (1 + (best / rate) ** 2)) for rate in rates]
    losses = (np.array(down) + noise).tolist()
    found = suggest(rates, losses)
    assert found is not None
    assert best / 100 < found < 100 * best
    assert "falls only a little" in str(RangeTest(tuple(rates), tuple(losses), found))


@given(st.integers(0, 2**16), st.floats(0.0, 0.05))
def test_chance_is_no_fall(seed: int, spread: float) -> None:
    rates = [FIRST * (LAST / FIRST) ** (n / (STEPS - 1)) for n in range(STEPS)]
    losses = (2.3 + np.random.default_rng(seed).uniform(-spread, spread, STEPS)).tolist()
    assert suggest(rates, losses) is None
    said = str(RangeTest(tuple(rates), tuple(losses), None))
    assert said.startswith("At no learning rate did the loss fall")
    assert said.endswith("look for what keeps the network from learning.")


def test_no_batch_in_half_precision_is_refused_that_may_fit() -> None:
    whole, half = (
        memory.needed_memory(check(table("digits", 10, layers=PICTURES, standardise=(), precision=numbers)), 512)
        for numbers in ("float32", "bfloat16")
    )
    assert 0.5 * whole < half < 0.6 * whole, "values by half, weights as they are"


def test_a_batch_that_does_not_fit_is_refused_with_the_largest_that_does(tmp_path: Any, monkeypatch: Any) -> None:
    graph = table("digits", 10, layers=PICTURES, standardise=(), data={"batch_size": 512})
    plan = check(graph)
    room = int(memory.needed_memory(plan, 100) / memory.SPARE)
    assert 95 <= memory.largest_batch(plan, room) <= 105
    monkeypatch.setattr("engine.training.preflight.free_memory", lambda device: room)
    result = Trainer(graph, tmp_path / "run").run()
    assert (result.state, result.steps) == ("failed", 0)
    assert "A batch of 512 samples needs about" in result.message
    assert "the largest that fits has " in result.message


def test_free_memory_of_the_cpu_is_known() -> None:
    free = memory.free_memory(torch.device("cpu"))
    assert free is not None
    assert free > 2**28


def test_what_nobody_reads_keeps_its_index() -> None:
    graph = presets.build("lstm-classifier")
    (lstm,) = graph.of_type("LSTM")
    given = values_of(graph)[(), lstm.id]
    layer = check(graph).report.layer(lstm.id)
    assert layer is not None
    read = [any(edge.source_port == port.name for edge in graph.outgoing[lstm.id]) for port in layer.output_ports()]
    assert [value is not None for value in given] == read


def test_the_range_test_takes_data_that_do_not_fit_and_gives_a_gpu_back(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, rooms, released = table(epochs=3, optimizer={"name": "sgd"}), [None, 0], list[torch.device]()
    monkeypatch.setattr(memory, "room_for_data", lambda target: rooms.pop(0))
    monkeypatch.setattr(device, "give_back", released.append)
    assert range_test(graph) == range_test(graph)
    assert rooms == []
    assert released == 2 * [torch.device("cpu")]


def test_the_range_test_minds_no_schedule() -> None:
    graph = table(epochs=3, optimizer={"name": "sgd"}, schedule={"name": "one_cycle"})
    found = range_test(graph)
    assert found is not None
    assert len(found.rates) > 21


def test_values_come_with_the_weights_of_a_run(tmp_path: Any) -> None:
    graph = table(layers=(), epochs=40, optimizer={"lr": 0.1})
    (fc,) = graph.of_type("Linear")
    Trainer(graph, tmp_path / "run").run()
    new, trained = values_of(graph), values_of(graph, tmp_path / "run")
    (before,), (after,) = new[(), fc.id], trained[(), fc.id]
    assert before is not None
    assert after is not None
    assert after.std > 2 * before.std, "what has learned tells the samples apart"
