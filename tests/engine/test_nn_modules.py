"""The modules of our own, against formulas written down another way, and the products that torch's counter counts."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine import cost
from engine.compile import compile_graph
from engine.graph import Graph
from engine.nn.class_token import ClassToken
from engine.nn.future import future
from engine.nn.layer_scale import LayerScale
from engine.nn.learned_positions import LearnedPositions
from engine.nn.rotary_positions import RotaryPositions
from engine.nn.shortcut import Shortcut
from engine.nn.sinusoidal_positions import SinusoidalPositions
from engine.nn.stochastic_depth import StochasticDepth
from tests.engine.classics import along


@pytest.mark.parametrize("features", [1, 5, 8])
def test_sinusoidal_positions_are_the_waves_of_the_paper(features: int) -> None:
    got = SinusoidalPositions()(torch.zeros(1, 7, features))[0]
    for step in range(7):
        for feature in range(features):
            angle = step / 10000 ** (2 * (feature // 2) / features)
            expected = math.cos(angle) if feature % 2 else math.sin(angle)
            assert got[step, feature].item() == pytest.approx(expected, abs=1e-5)


def test_rotary_positions_keep_lengths_and_tell_distances_only() -> None:
    turn = RotaryPositions()
    query, key = torch.randn(8), torch.randn(8)
    turned_q, turned_k = turn(query.expand(1, 12, 8)), turn(key.expand(1, 12, 8))
    assert torch.allclose(turned_q.norm(dim=-1), query.norm().expand(1, 12), atol=1e-5)
    scores = (turned_q @ turned_k.mT)[0]
    for distance in (0, 1, 5):
        along_diagonal = scores.diagonal(distance)
        assert torch.allclose(along_diagonal, along_diagonal[0].expand_as(along_diagonal), atol=1e-4)
    assert torch.equal(turned_q[0, 0], query)


def test_tokens_and_learned_positions_stand_where_they_should() -> None:
    x = torch.randn(2, 3, 4)
    token = ClassToken(4)
    assert torch.equal(token(x)[:, 1:], x)
    assert torch.equal(token(x)[1, 0], token.token)
    positions = LearnedPositions(4, 9)
    assert torch.equal(positions(x) - x, (x + positions.table[:3]) - x)


def test_a_dropped_branch_is_zero_for_whole_samples_and_right_in_the_mean() -> None:
    torch.manual_seed(0)
    layer = StochasticDepth(0.25)
    got = layer(torch.ones(4000, 2, 3))
    assert got.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert bool((got.amax(dim=(1, 2)) == got.amin(dim=(1, 2))).all())
    assert got.mean().item() == pytest.approx(1.0, abs=0.05)
    assert torch.equal(layer.eval()(got), got)


def test_a_shortcut_is_the_input_itself_where_nothing_changes() -> None:
    x = torch.randn(2, 4, 6, 6)
    assert Shortcut(4, 4)(x) is x
    assert tuple(Shortcut(4, 8, 2)(x).shape) == (2, 8, 3, 3)
    assert torch.equal(LayerScale(4, 0.5, dim=1)(x), x * 0.5)
    mask = future(torch.zeros(1, 3, 2))
    assert mask.tolist() == [[False, True, True], [False, False, True], [False, False, False]]


def counted(graph: Graph, *shapes: tuple[int, ...]) -> int:
    """FLOPs by torch's counter, in training mode, where no fused kernel hides products."""
    model = compile_graph(graph)
    with FlopCounterMode(display=False) as counter:
        model(*(torch.randn(shape) for shape in shapes))
    total: int = counter.get_total_flops()
    return total


def test_multiply_adds_of_attention_are_what_the_counter_counts() -> None:
    graph = Graph("attention")
    node = along(graph, graph.add("Input", shape=(6, 8)), ("MultiheadAttention", {"num_heads": 2}))
    graph.connect(node, graph.add("Output"), source="output")
    graph.connect(node, graph.add("Output"), source="weights")
    assert cost.total(graph, batch=3).flops == counted(graph, (3, 6, 8))


@pytest.mark.parametrize("kind", ["TransformerEncoderLayer", "TransformerDecoderLayer"])
def test_multiply_adds_of_a_transformer_layer_are_those_of_its_parts(kind: str) -> None:
    graph = Graph("transformer")
    first = graph.add("Input", shape=(6, 8))
    node = along(graph, first, (kind, {"nhead": 2, "dim_feedforward": 16}))
    decodes = kind == "TransformerDecoderLayer"
    if decodes:
        graph.connect(graph.add("Input", shape=(4, 8)), node, target="memory")
    graph.connect(node, graph.add("Output"))
    own = 3 * (3 * 6 * 8 * 8 + 2 * 6 * 6 * 8 + 6 * 8 * 8)  # projections, scores and values, out
    other = 3 * (6 * 8 * 8 + 2 * 4 * 8 * 8 + 2 * 6 * 4 * 8 + 6 * 8 * 8)
    linear = 3 * 2 * 6 * 8 * 16
    assert cost.total(graph, batch=3).multiply_adds == own + linear + (other if decodes else 0)


@pytest.mark.parametrize(("kind", "gates"), [("RNN", 1), ("LSTM", 4), ("GRU", 3)])
def test_multiply_adds_of_a_recurrent_layer_are_its_matrices_at_every_step(kind: str, gates: int) -> None:
    graph = Graph("recurrent")
    shape = {"hidden_size": 5, "num_layers": 2, "bidirectional": True}
    node = along(graph, graph.add("Input", shape=(7, 3)), (kind, shape))
    graph.connect(node, graph.add("Output"), source="last")
    step = 2 * gates * 5 * (3 + 5) + 2 * gates * 5 * (10 + 5)
    assert cost.total(graph, batch=2).multiply_adds == 2 * 7 * step
    cell = Graph("cell")
    inside = along(cell, cell.add("Input", shape=(3,)), (f"{kind}Cell", {"hidden_size": 5}))
    cell.connect(inside, cell.add("Output"))
    assert cost.total(cell, batch=2).flops == pytest.approx(counted(cell, (2, 3)), rel=0.01)


def test_lengths_end_each_sequence_where_it_ends() -> None:
    graph = Graph("lengths")
    node = along(graph, graph.add("Input", shape=("T", 3)), ("GRU", {"hidden_size": 4, "bidirectional": True}))
    graph.connect(graph.add("Input", shape=(), dtype="int64"), node, target="lengths")
    graph.connect(node, graph.add("Output"), source="last")
    model = compile_graph(graph)
    x, lengths = torch.randn(2, 6, 3), torch.tensor([6, 2])
    got = model(x, lengths)
    gru = model.gru1
    assert isinstance(gru, nn.GRU)
    for sample, length in enumerate(lengths.tolist()):
        output, _ = gru(x[sample : sample + 1, :length])
        expected = torch.cat((output[0, -1, :4], output[0, 0, 4:]))
        torch.testing.assert_close(got[sample], expected)
