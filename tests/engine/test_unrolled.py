"""A scan unrolled is a network that computes what the scan does, step by step."""

from __future__ import annotations

import pytest
import torch

from engine.compile import compile_graph
from engine.graph import Graph
from engine.shapes import infer
from engine.training.step_values import step_values
from engine.training.values import values_of
from engine.unfolding.unrolled import UnrollError, unroll
from presets.blocks import gru_cell, lstm_cell, rnn_cell
from tests.engine.test_blocks import scanned


def scan_of(cell, **properties: object) -> tuple[Graph, str]:
    graph = Graph("scan")
    use = graph.add(cell.define(graph), name="cell", apply="scan", hidden=3, **properties)
    graph.connect(graph.add("Input", shape=(6, 2)), use)
    for port in infer(graph).outputs[use]:
        graph.connect(use, graph.add("Output"), source=port)
    return graph, use


@pytest.mark.parametrize("repeat", [1, 2])
@pytest.mark.parametrize("cell", [rnn_cell, lstm_cell, gru_cell], ids=lambda cell: cell.NAME)
def test_the_unrolled_network_computes_the_scan(cell, repeat: int) -> None:
    graph, use = scan_of(cell, repeat=repeat)
    made = unroll(graph, infer(graph), use, 16)
    assert (made.steps, made.total) == (6, 6)
    assert infer(made.graph).errors == {}
    model, steps = compile_graph(graph), compile_graph(made.graph)
    values = [value for key, value in model.state_dict().items()]
    steps.load_state_dict(dict(zip(steps.state_dict(), values, strict=True)))
    x = torch.randn(2, 6, 2)
    inputs = [
        x[:, int(node.name[2:]) - 1] if node.name.startswith("x_") else torch.zeros(2, 3)
        for node in made.graph.of_type("Input")
    ]
    answers = dict(zip((node.name for node in made.graph.of_type("Output")), steps(*inputs), strict=True))
    y, *last = model(x)
    torch.testing.assert_close(torch.stack([answers[f"y_{step + 1}"] for step in range(6)], 1), y)
    for value, name in zip(last, [name for name in answers if name.startswith("last")], strict=True):
        torch.testing.assert_close(answers[name], value)


def test_a_few_steps_of_a_sequence_of_open_length_are_drawn() -> None:
    graph = scanned(hidden=4)
    (use,) = graph.of_type("block.cell")
    made = unroll(graph, infer(graph), use.id, 3)
    assert (made.steps, made.total) == (3, None)
    report = infer(made.graph)
    assert report.errors == {}
    assert [node.name for node in made.graph.of_type("Input")] == ["x_1", "h_0", "x_2", "x_3"]
    assert [node.name for node in made.graph.of_type("Output")] == ["y_1", "y_2", "y_3", "next"]
    uses = made.graph.of_type("block.cell")
    assert [made.graph.incoming[each.id]["n2"].source for each in uses[1:]] == [each.id for each in uses[:-1]]


def test_what_is_no_scan_is_refused_with_a_sentence() -> None:
    graph = scanned(hidden=4)
    with pytest.raises(UnrollError, match="scanned over time"):
        unroll(graph, infer(graph), graph.of_type("Input")[0].id, 3)


def test_the_values_of_a_sample_are_those_of_the_steps() -> None:
    graph = Graph("numbers")
    use = graph.add(rnn_cell.define(graph), name="cell", apply="scan", hidden=2, repeat=2)
    rows = tuple(float(number) for number in range(8))
    graph.connect(graph.add("Input", shape=(4, 2), example=rows), use)
    graph.connect(use, graph.add("Output", name="y", loss="mse_loss"))
    made = unroll(graph, infer(graph), use, 3)
    values = step_values(graph, (use,), made)
    whole = values_of(graph)
    for step in range(3):
        (x,) = values[(), made.given[0, step, 0]]
        assert x is not None
        assert x.numbers == rows[2 * step : 2 * step + 2]
        y = values[(), made.made[1, step, 0][0]][0]
        scanned_y = whole[(), use][0]
        assert y is not None
        assert scanned_y is not None
        assert y.numbers == pytest.approx(scanned_y.numbers[2 * step : 2 * step + 2], abs=1e-6)
    (h,) = values[(), made.given[0, 0, 1]]
    assert h is not None
    assert h.numbers == (0.0, 0.0)
