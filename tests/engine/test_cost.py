"""What a network costs, computed by rule, against torch's own counters and against memory laid out by hand."""

from __future__ import annotations

import random

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import presets
from engine import cost
from engine.compile import compile_graph
from engine.edits import SetParameter, SetSetting
from engine.graph import Graph
from engine.shapes import infer
from tests.engine.graphs import writable_graphs
from tests.engine.networks import Step, chain, lenet, long_chain, mlp, residual
from tests.engine.test_known_wrong import steps_of_a_state


def test_lenet_by_the_book() -> None:
    """61,706 parameters; per image 416,520 multiply-adds: 117,600 + 240,000 + 48,000 + 10,080 + 840."""
    one = cost.total(lenet())
    assert one.parameters == one.trainable == 61_706
    assert one.multiply_adds == 28 * 28 * 6 * 25 + 10 * 10 * 16 * 6 * 25 + 400 * 120 + 120 * 84 + 84 * 10 == 416_520
    assert one.flops == 2 * 416_520
    assert one.memory_parameters == 4 * 61_706
    assert cost.depth(lenet()) == 5


def test_each_node_has_its_share() -> None:
    graph = lenet()
    report = infer(graph)
    shares = {graph.node(node_id).name: cost.of_node(graph, report, node_id).parameters for node_id in graph.nodes}
    assert {name: share for name, share in shares.items() if share} == {
        "conv1": 156,
        "conv2": 2416,
        "fc1": 48_120,
        "fc2": 10_164,
        "fc3": 850,
    }
    assert sum(cost.of_node(graph, report, node_id).multiply_adds for node_id in graph.nodes) == 416_520


@pytest.mark.parametrize("graph", [lenet(), mlp(), long_chain(20), residual(5)], ids=lambda graph: graph.name)
@pytest.mark.parametrize("batch", [1, 7])
def test_torch_counts_the_same(graph: Graph, batch: int) -> None:
    with torch.device("meta"):
        model = compile_graph(graph)
        (shape,) = [spec.bound({"N": batch}) for spec in infer(graph).outputs["n1"].values()]
        with FlopCounterMode(display=False) as counter:
            model(torch.empty(shape))
    ours = cost.total(graph, batch=batch)
    assert ours.parameters == sum(parameter.numel() for parameter in model.parameters())
    assert ours.flops == counter.get_total_flops()


def test_every_repeat_of_a_scan_counts_the_steps_that_it_sees() -> None:
    """The first scans 5 steps, the second the 3 of its last state: a step takes 4·12 + 4·2, the layer after 6·6."""
    graph = steps_of_a_state().graph
    with FlopCounterMode(display=False) as counter:
        compile_graph(graph)(torch.randn(2, 5, 4))
    assert 2 * cost.total(graph, batch=2).multiply_adds == counter.get_total_flops()
    assert cost.total(graph, batch=2).multiply_adds == 2 * ((5 + 3) * (4 * 12 + 4 * 2) + 6 * 6)


def test_parameters_of_any_network_are_those_of_the_compiled_one(scale: int) -> None:
    counted = 0
    for graph in writable_graphs(random.Random(2), 30 * scale):
        model = compile_graph(graph)
        live = {
            node_id for node_id in graph.nodes if any(graph.reaches(node_id, end.id) for end in graph.of_type("Output"))
        }
        report = infer(graph)
        ours = sum(cost.of_node(graph, report, node_id).parameters for node_id in live)
        assert ours == sum(parameter.numel() for parameter in model.parameters())
        counted += ours > 0
    assert counted >= 5


def test_the_batch_scales_the_work_and_not_the_weights() -> None:
    one, many = cost.total(lenet(), batch=1), cost.total(lenet(), batch=64)
    assert many.multiply_adds == 64 * one.multiply_adds
    assert many.memory_parameters == one.memory_parameters
    assert many.memory_inference - many.memory_parameters == 64 * (one.memory_inference - one.memory_parameters)


def test_memory_laid_out_by_hand() -> None:
    """Input 4, wide 100, narrow 10: the input, an argument, stays alive while wide and narrow are."""
    graph = chain((4,), ("Linear", {"out_features": 100}), ("Linear", {"out_features": 10}))
    weights = 4 * 100 + 100 + 100 * 10 + 10
    both = cost.total(graph, batch=2)
    assert both.memory_parameters == 4 * weights
    assert both.memory_inference == 4 * (weights + 2 * (4 + 100 + 10))
    values = 4 * 2 * (4 + 100 + 10)
    assert both.memory_training == 4 * 4 * weights + values  # weights, gradients and AdamW's two moments
    SetSetting(("training", "optimizer"), {"name": "sgd"}).apply(graph)
    assert cost.total(graph, batch=2).memory_training == 2 * 4 * weights + values
    SetSetting(("training", "optimizer"), "nonsense").apply(graph)
    assert cost.total(graph, batch=2).memory_training == both.memory_training


def test_buffers_are_held_but_not_trained() -> None:
    graph = chain((8, 4, 4), ("BatchNorm2d", {}))
    ours = cost.total(graph)
    assert (ours.parameters, ours.memory_parameters) == (16, 4 * (16 + 8 + 8 + 1))


def test_depth_counts_matrices_on_the_longest_path() -> None:
    assert cost.depth(residual(6)) == 6
    assert cost.depth(long_chain(11)) == 3
    assert cost.depth(chain((8, 4, 4), ("BatchNorm2d", {}), ("ReLU", {}))) == 0
    assert cost.depth(Graph()) == 0


def test_depth_leaves_out_what_is_absent_and_what_does_not_join_the_path() -> None:
    """Of MobileNetV3 only eight of the fifteen blocks have a gate (Howard et al. 2019, table 1):
    1 + 2 + 14·3 + 8·2 + 3.

    The six decoder layers of the Transformer see the end of the encoder, so the first of their self-attentions is on no
    longest path: 6·3 + 1 + 2 + 5·4.
    """
    assert cost.depth(presets.build("mobilenet-v3-large")) == 64
    assert cost.depth(presets.build("transformer-base")) == 41


def test_a_network_with_faults_is_reckoned_as_far_as_it_is_known() -> None:
    graph = lenet()
    SetParameter("n5", "kernel_size", 50).apply(graph)
    ours = cost.total(graph)
    assert ours.parameters == 156
    assert cost.depth(graph) == 1
    wrong_rank = chain((784,), ("Conv2d", {"out_channels": 6, "kernel_size": 3}), ("Linear", {"out_features": 10}))
    assert cost.total(wrong_rank).parameters == 0
    assert cost.depth(wrong_rank) == 0


def test_an_open_length_counts_as_128() -> None:
    graph = chain(("T", 8), ("Linear", {"out_features": 4}))
    assert cost.total(graph, batch=2).multiply_adds == 2 * cost.OPEN_LENGTH * 8 * 4


def test_what_threads_can_share_is_one_product_not_a_whole_pass() -> None:
    def at_once(shape: tuple[int, ...], *steps: Step) -> int:
        graph = chain(shape, *steps)
        return cost.work_at_once(graph, infer(graph), 10)

    one = ("Linear", {"out_features": 8})
    assert at_once((4,), one) == 10 * 4 * 8
    assert at_once((4,), one, ("Linear", {"out_features": 4})) == 10 * 4 * 8
    assert at_once((50, 4), ("RNN", {"hidden_size": 4})) == 10 * 16  # one of two matrices, at one of 50 steps
    assert at_once((4,), ("ReLU", {})) == 0
