"""Receptive fields: the published ones, and against the gradients of networks whose every weight is positive."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import presets
from engine.compile import compile_graph
from engine.graph import Graph
from engine.shapes import infer
from engine.unfolding.receptive_field import receptive_field
from tests.engine.networks import chain

Row = tuple[str, dict[str, Any]]


@pytest.mark.parametrize(
    ("name", "size"), [("alexnet", 195), ("vgg-16", 212), ("mobilenet-v1", 315), ("resnet-18", 435), ("lenet-5", 16)]
)
def test_published_fields(name: str, size: int) -> None:
    """The first three are those of the table of Araujo et al. 2019; 1 + Σ (kernel − 1)·jump for the others."""
    found = receptive_field(presets.build(name))
    assert found is not None
    assert found.size == (size, size)


def test_a_gate_that_looks_at_the_whole_image_does_not_count() -> None:
    plain, gated = (receptive_field(presets.build(name)) for name in ("resnet-50", "se-resnet-50"))
    assert plain is not None
    assert gated is not None
    assert plain.size == gated.size == (427, 427)


def test_an_image_cut_into_patches_has_the_field_of_a_patch() -> None:
    found = receptive_field(presets.build("vit-b-16"))
    assert found is not None
    assert found.size == (16, 16)


@pytest.mark.parametrize("name", ["mlp", "lstm-classifier", "gpt-2-tiny"])
def test_networks_without_windows_have_none(name: str) -> None:
    assert receptive_field(presets.build(name)) is None


def test_a_network_with_faults_is_followed_as_far_as_it_is_known() -> None:
    graph = chain((1, 9, 9), conv(3), conv(40), conv(3))
    found = receptive_field(graph)
    assert found is not None
    assert found.size == (3, 3)
    assert receptive_field(Graph()) is None


def conv(kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> Row:
    options = {"out_channels": 2, "kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    return "Conv2d", options


KERNEL, STRIDE, ONE_OR_TWO = st.integers(1, 5), st.integers(1, 3), st.integers(1, 2)
CONVOLUTION = st.builds(
    lambda k, s, d, p: ("Conv1d", {"out_channels": 2, "kernel_size": k, "stride": s, "dilation": d, "padding": p}),
    *(KERNEL, STRIDE, ONE_OR_TWO, st.integers(0, 2) | st.just("same_tf")),
)
TRANSPOSED = st.builds(
    lambda k, s, p: ("ConvTranspose1d", {"out_channels": 2, "kernel_size": max(k, s), "stride": s, "padding": p}),
    *(KERNEL, STRIDE, st.integers(0, 2)),
)
POOLING = st.builds(lambda k, s: ("AvgPool1d", {"kernel_size": k, "stride": s}), KERNEL, STRIDE)
FINER = st.builds(
    lambda mode, factor, corners: (
        "Upsample",
        {"scale_factor": factor, "mode": mode, "align_corners": corners if mode == "linear" else None},
    ),
    *(st.sampled_from(["nearest", "linear"]), st.sampled_from([2.0, 3.0, 0.5]), st.sampled_from([True, False, None])),
)
OTHERS = st.sampled_from(
    [
        ("BatchNorm1d", {}),
        ("ReLU", {}),
        ("ConstantPad1d", {"padding": (3, 1), "value": 0.0}),
        ("Slice", {"dim": 2, "start": 2, "stop": -1, "step": 1}),
        ("Slice", {"dim": -1, "start": 1, "stop": None, "step": 2}),
        ("Chunk", {"chunks": 2, "dim": 1}),
        ("AdaptiveAvgPool1d", {"output_size": 40}),
    ]
)
LAYER = st.one_of(CONVOLUTION, TRANSPOSED, POOLING, FINER, OTHERS)


@settings(max_examples=60, deadline=None)
@given(st.lists(LAYER, min_size=1, max_size=5))
def test_random_chains_have_the_field_that_gradients_have(rows: list[Row]) -> None:
    graph = chain((2, 600), *rows)
    agrees_with_gradients(graph)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 3, 5]), ONE_OR_TWO), min_size=2, max_size=3), st.booleans(), LAYER)
def test_where_branches_meet_the_union_counts(branches: list[tuple[int, int]], joined: bool, after: Row) -> None:
    graph = Graph()
    start = graph.add("Input", shape=(2, 600))
    meeting = graph.add("Concat" if joined else "Add")
    for kernel, dilation in branches:
        layer = graph.add("Conv1d", out_channels=2, kernel_size=kernel, dilation=dilation, padding="same")
        graph.connect(start, layer)
        graph.connect(layer, meeting)
    last = graph.add(after[0], **after[1])
    graph.connect(meeting, last)
    graph.connect(last, graph.add("Output"))
    agrees_with_gradients(graph)


def test_a_u_net_has_the_field_that_gradients_have() -> None:
    graph = presets.build("u-net-small", input=(1, 96, 96))
    assert agrees_with_gradients(graph) == (44, 44)


def test_a_block_that_is_repeated_counts_as_often() -> None:
    graph = Graph()
    block = graph.define("Widen")
    inside, layer = block.add("BlockInput"), block.add("Conv2d", out_channels=2, kernel_size=3)
    block.connect(inside, layer)
    block.connect(layer, block.add("BlockOutput", name=block.nodes[inside].name))
    start, use = graph.add("Input", shape=(2, 64, 64)), graph.add("Widen", repeat=5)
    graph.connect(start, use)
    graph.connect(use, graph.add("Output"))
    assert agrees_with_gradients(graph) == (11, 11)


def agrees_with_gradients(graph: Graph) -> tuple[int, ...] | None:
    """The size of the field, which is where gradients of the middle of the result are not zero."""
    report = infer(graph)
    found = receptive_field(graph, report)
    (input,), (output,) = graph.of_type("Input"), graph.of_type("Output")
    if output.id not in report.outputs:
        return None
    module = compile_graph(graph).eval()
    for name, child in list(module.named_modules()):
        if isinstance(child, nn.MaxPool2d):  # its gradient goes to one cell of the window only
            parent = module.get_submodule(name.rpartition(".")[0])
            setattr(parent, name.rpartition(".")[2], nn.AvgPool2d(child.kernel_size, child.stride, child.padding))
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(0.05)
    x = torch.ones((1, *report.outputs[input.id]["output"].shape[1:]), dtype=torch.float64, requires_grad=True)
    y = module.double()(x)
    middle = tuple(size // 2 for size in y.shape[2:])
    y[(0, slice(None), *middle)].sum().backward()
    assert x.grad is not None
    touched = (x.grad[0].sum(0) != 0).nonzero()
    seen = tuple(zip(touched.amin(0).tolist(), touched.amax(0).tolist(), strict=True))
    if found is None:
        assert all(first == last for first, last in seen)
        return None
    assert seen == found.ranges
    return found.size
