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
from engine.nn.arange import Arange
from engine.nn.class_token import ClassToken
from engine.nn.constant import Constant
from engine.nn.future import future
from engine.nn.layer_norm2d import LayerNorm2d
from engine.nn.layer_scale import LayerScale
from engine.nn.learned_positions import LearnedPositions
from engine.nn.learned_tensor import LearnedTensor
from engine.nn.normal_noise import NormalNoise
from engine.nn.relative_position_bias import RelativePositionBias
from engine.nn.rotary_positions import RotaryPositions
from engine.nn.scaled_dot_product_attention import ScaledDotProductAttention
from engine.nn.shortcut import Shortcut
from engine.nn.sinusoidal_positions import SinusoidalPositions
from engine.nn.stochastic_depth import StochasticDepth
from engine.nn.uniform_noise import UniformNoise
from tests.engine.classics import along


@pytest.mark.parametrize("features", [1, 5, 8])
def test_sinusoidal_positions_are_the_waves_of_the_paper(features: int) -> None:
    got = SinusoidalPositions()(torch.zeros(1, 7, features))[0]
    for step in range(7):
        for feature in range(features):
            angle = step / 10000 ** (2 * (feature // 2) / features)
            expected = math.cos(angle) if feature % 2 else math.sin(angle)
            assert got[step, feature].item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("interleaved", [True, False])
def test_rotary_positions_keep_lengths_and_tell_distances_only(interleaved: bool) -> None:
    turn = RotaryPositions(interleaved=interleaved)
    query, key = torch.randn(8), torch.randn(8)
    turned_q, turned_k = turn(query.expand(1, 12, 8)), turn(key.expand(1, 12, 8))
    assert torch.allclose(turned_q.norm(dim=-1), query.norm().expand(1, 12), atol=1e-5)
    scores = (turned_q @ turned_k.mT)[0]
    for distance in (0, 1, 5):
        along_diagonal = scores.diagonal(distance)
        assert torch.allclose(along_diagonal, along_diagonal[0].expand_as(along_diagonal), atol=1e-4)
    assert torch.equal(turned_q[0, 0], query)


def test_rotary_positions_multiply_a_pair_as_a_complex_number() -> None:
    """RoFormer's pairs are neighbours, those of GPT-NeoX and LLaMA one half of the features apart."""
    x = torch.randn(2, 3, 7, 8, dtype=torch.float64)
    angles = torch.outer(torch.arange(7.0), 100.0 ** (-torch.arange(4.0) / 4)).double()
    turn = torch.polar(torch.ones_like(angles), angles)
    neighbours = torch.view_as_real(torch.view_as_complex(x.unflatten(-1, (4, 2))) * turn).flatten(-2)
    halves = torch.complex(x[..., :4], x[..., 4:]) * turn
    torch.testing.assert_close(RotaryPositions(100.0)(x), neighbours, rtol=1e-6, atol=1e-6)
    got = RotaryPositions(100.0, interleaved=False)(x)
    torch.testing.assert_close(got, torch.cat((halves.real, halves.imag), dim=-1), rtol=1e-6, atol=1e-6)


def test_rotary_positions_tell_late_steps_apart_in_half_floats() -> None:
    x = torch.ones(1, 400, 4, dtype=torch.bfloat16)
    turned = RotaryPositions()(x)[0]
    assert not torch.equal(turned[300], turned[301])
    torch.testing.assert_close(turned.float(), RotaryPositions()(x.float())[0], rtol=0.02, atol=0.02)


@pytest.mark.parametrize(("bidirectional", "buckets", "farthest"), [(True, 32, 128), (False, 32, 128), (True, 8, 20)])
def test_distances_share_the_buckets_of_the_paper(bidirectional: bool, buckets: int, farthest: int) -> None:
    """Raffel et al. 2019: half of the buckets for one distance each, the others for ranges that grow as powers do."""
    bias = RelativePositionBias(2, buckets, farthest, bidirectional)
    bias.weight.data = torch.stack((torch.arange(buckets), -torch.arange(buckets)), dim=1).float()
    got = bias(torch.zeros(1, 150, 3), torch.zeros(1, 160, 5))
    assert got.shape == (2, 150, 160)
    assert torch.equal(got[1], -got[0])
    count = buckets // 2 if bidirectional else buckets
    for step, key in ((0, 0), (5, 3), (3, 5), (40, 31), (31, 40), (140, 100), (149, 0), (0, 159), (100, 2), (10, 29)):
        far = abs(step - key) if bidirectional else max(step - key, 0)
        exact = count // 2
        if far >= exact:
            far = min(exact + int(math.log(far / exact) / math.log(farthest / exact) * (count - exact)), count - 1)
        assert got[0, step, key] == far + (count if bidirectional and key > step else 0)


@pytest.mark.parametrize("mask", [None, torch.randn(5, 7), torch.randn(4, 5, 7), torch.rand(2, 1, 5, 7) < 0.7])
def test_attention_in_groups_is_attention_with_the_keys_and_values_of_each_group_repeated(mask: torch.Tensor) -> None:
    query, key, value = torch.randn(2, 4, 5, 6), torch.randn(2, 2, 7, 6), torch.randn(2, 2, 7, 3)
    got = ScaledDotProductAttention(enable_gqa=True)(query, key, value, mask)
    for head in range(4):
        scores = query[:, head] @ key[:, head // 2].mT / math.sqrt(6)
        if mask is not None:
            mine = mask.expand(2, 4, 5, 7)[:, head]
            scores = scores.masked_fill(~mine, -math.inf) if mask.dtype == torch.bool else scores + mine
        expected = (scores.softmax(-1) @ value[:, head // 2]).nan_to_num()  # a step that may look nowhere takes nothing
        torch.testing.assert_close(got[:, head].nan_to_num(), expected)


def test_tokens_and_learned_positions_stand_where_they_should() -> None:
    x = torch.randn(2, 3, 4)
    token = ClassToken(4)
    assert torch.equal(token(x)[:, 1:], x)
    assert torch.equal(token(x)[1, 0], token.token)
    positions = LearnedPositions(4, 9)
    assert torch.equal(positions(x) - x, (x + positions.table[:3]) - x)


def test_layer_norm_of_images_has_mean_0_and_variance_1_over_the_channels_of_each_position() -> None:
    x = torch.randn(2, 5, 3, 4)
    norm = LayerNorm2d(5, eps=1e-3)
    expected = (x - x.mean(1, keepdim=True)) / (x.var(1, keepdim=True, unbiased=False) + 1e-3).sqrt()
    torch.testing.assert_close(norm(x), expected)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    torch.testing.assert_close(norm(x), expected * norm.weight.view(5, 1, 1) + norm.bias.view(5, 1, 1))


def test_a_dropped_branch_is_zero_for_whole_samples_and_right_in_the_mean() -> None:
    torch.manual_seed(0)
    layer = StochasticDepth(0.25)
    got = layer(torch.ones(4000, 2, 3))
    assert got.unique().tolist() == pytest.approx([0.0, 1 / 0.75])
    assert bool((got.amax(dim=(1, 2)) == got.amin(dim=(1, 2))).all())
    assert got.mean().item() == pytest.approx(1.0, abs=0.05)
    assert torch.equal(layer.eval()(got), got)


@pytest.mark.parametrize(
    ("noise", "mean", "std", "span"),
    [
        (NormalNoise(0.5, 0.2), 0.5, 0.2, (-math.inf, math.inf)),
        (UniformNoise(-0.5, 1.5), 0.5, 2 / math.sqrt(12), (-0.5, 1.5)),
    ],
    ids=["normal", "uniform"],
)
def test_noise_has_the_distribution_that_is_asked_for(
    noise: NormalNoise | UniformNoise, mean: float, std: float, span: tuple[float, float]
) -> None:
    torch.manual_seed(0)
    x = torch.randn(40_000, 2, requires_grad=True)
    added = noise(x) - x
    assert added.mean().item() == pytest.approx(mean, abs=0.01)
    assert added.std().item() == pytest.approx(std, rel=0.02)
    assert span[0] - 1e-6 <= added.min().item() <= added.max().item() <= span[1] + 1e-6
    assert abs(torch.corrcoef(added.T)[0, 1].item()) < 0.02, "each number has its own"
    assert torch.autograd.grad(noise(x).sum(), x)[0].eq(1).all()
    assert noise.eval()(x) is x
    noise.training_only = False
    assert not torch.equal(noise(x), x)


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


def test_multiply_adds_of_a_stack_are_those_of_its_layers() -> None:
    def one(kind: str, *inputs: tuple[int, int], **parameters: int) -> object:
        graph = Graph("transformer")
        node = graph.add(kind, nhead=2, dim_feedforward=16, **parameters)
        for place, shape in enumerate(inputs):
            graph.connect(graph.add("Input", shape=shape), node, target=place)
        graph.connect(node, graph.add("Output"))
        return cost.total(graph, batch=3).multiply_adds

    encoder, decoder = one("TransformerEncoderLayer", (6, 8)), one("TransformerDecoderLayer", (4, 8), (6, 8))
    assert isinstance(encoder, int)
    assert isinstance(decoder, int)
    assert one("TransformerEncoder", (6, 8), num_layers=3) == 3 * encoder
    assert one("TransformerDecoder", (4, 8), (6, 8), num_layers=2) == 2 * decoder
    numbers = {"num_encoder_layers": 3, "num_decoder_layers": 2}
    assert one("Transformer", (6, 8), (4, 8), **numbers) == 3 * encoder + 2 * decoder


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


def test_a_constant_has_its_numbers_row_by_row_and_goes_with_the_network() -> None:
    assert Constant(0.5)().tolist() == 0.5
    assert Constant((1, 2, 3))().tolist() == [1.0, 2.0, 3.0]
    assert Constant((1, 2, 3, 4), (2, 2), "int64")().tolist() == [[1, 2], [3, 4]]
    assert Constant(1, (3, 1), "bool")().tolist() == [[True], [True], [True]]
    assert Constant(0.5).double()().dtype == torch.float64
    assert Constant(2, dtype="int64").double()().dtype == torch.int64
    assert not Constant(0.5).state_dict()
    assert Arange(7, 1, 3)().tolist() == [1, 4]
    assert Arange(0, 3, -1)().tolist() == [3, 2, 1]


def test_a_learned_tensor_starts_as_it_is_told() -> None:
    torch.manual_seed(0)
    normal, uniform = LearnedTensor((100, 100), std=0.5)(), LearnedTensor((100, 100), "uniform", bound=3.0)()
    assert normal.requires_grad
    assert (normal.mean().item(), normal.std().item()) == pytest.approx((0.0, 0.5), abs=0.02)
    assert 2.9 < uniform.abs().max().item() <= 3.0
    assert uniform.mean().item() == pytest.approx(0.0, abs=0.05)
    assert torch.equal(LearnedTensor((2, 3), "constant", value=-1.5)(), torch.full((2, 3), -1.5))
