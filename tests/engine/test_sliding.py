"""Sliding windows: sizes, cells, sums and matrices are those of torch, whose gradients say what an output cell sees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine import Graph, layers
from engine.compile import compile_graph
from engine.dims import Size
from engine.layers.convolution import Filters
from engine.layers.layer import Layer
from engine.sliding.example import Example, computed, made_up
from engine.sliding.matrices import columns, linear, unrolled, weight_row
from engine.sliding.sliding import KINDS, OPEN, Sliding, SlidingError, sliding_of
from engine.sliding.sums import answer, channel_totals, window_sum
from engine.sliding.translation import course, figure, subject, translation
from engine.spec import BATCH, Spec

USUAL = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@st.composite
def slidings(draw: st.DrawFn, types: tuple[str, ...] = tuple(KINDS)) -> Sliding:
    """A layer of a drawn type and settings that fits its input."""
    name = draw(st.sampled_from(types))
    space = int(name[-2])
    sizes = draw(st.tuples(*[st.integers(1, 7)] * space))
    per_axis = lambda low, high: st.tuples(*[st.integers(low, high)] * space)  # noqa: E731
    groups = draw(st.sampled_from([1, 1, 2]))
    parameters: dict[str, Any] = {}
    if name.startswith("Adaptive"):
        parameters["output_size"] = draw(per_axis(1, 5))
        channels = draw(st.integers(1, 2))
    elif "Pool" in name:
        kernel = draw(per_axis(1, 4))
        parameters |= {"kernel_size": kernel, "stride": draw(per_axis(1, 3)), "ceil_mode": draw(st.booleans())}
        padding = tuple(draw(st.integers(0, size // 2)) for size in kernel)
        parameters["padding"] = draw(st.sampled_from([padding, "same_tf"]))
        if "Max" in name:
            parameters["dilation"] = draw(per_axis(1, 2))
        else:
            parameters["count_include_pad"] = draw(st.booleans())
            if space == 2:
                parameters["divisor_override"] = draw(st.sampled_from([None, None, 3]))
        channels = draw(st.integers(1, 2))
    else:
        parameters |= {"out_channels": 2 * groups, "groups": groups, "bias": draw(st.booleans())}
        parameters |= {"kernel_size": draw(per_axis(1, 4)), "stride": draw(per_axis(1, 3))}
        parameters |= {"dilation": draw(per_axis(1, 2))}
        if "Transpose" in name:
            parameters |= {"padding": draw(per_axis(0, 2)), "output_padding": draw(per_axis(0, 2))}
        else:
            parameters["padding"] = draw(st.sampled_from([draw(per_axis(0, 2)), "same", "valid", "same_tf"]))
            parameters["padding_mode"] = draw(st.sampled_from(["zeros", "zeros", "reflect", "replicate", "circular"]))
        channels = groups * draw(st.integers(1, 2))
    sliding = sliding_of(layers.get(name)(**parameters), Spec((1, channels, *sizes)))
    assume(not sliding.fault)
    return sliding


def example_of(sliding: Sliding, seed: int = 0) -> Example:
    """All its channels, with numbers that meet by chance nowhere."""
    random = np.random.default_rng(seed)
    weight = bias = None
    if isinstance(sliding.layer, Filters):
        shapes = sliding.layer.weights(Spec((1, sliding.channels, *sliding.sizes)))
        weight, bias = (
            random.normal(size=shapes[name]).astype(np.float32) if name in shapes else None
            for name in ("weight", "bias")
        )
    inputs = random.normal(size=(sliding.channels, *sliding.sizes)).astype(np.float32)
    return Example(sliding, inputs, computed(sliding, inputs, weight, bias), weight, bias)


@USUAL
@given(slidings())
def test_what_is_shown_is_what_the_network_computes(sliding: Sliding) -> None:
    example, graph = example_of(sliding), Graph()
    given_there = {
        name: value
        for name, value in sliding.layer.model_dump().items()
        if value != type(sliding.layer).model_fields[name].default
    }
    x = graph.add("Input", shape=(sliding.channels, *sliding.sizes))
    node = graph.add(sliding.type, **given_there)
    out = graph.add("Output")
    graph.connect(x, node)
    graph.connect(node, out)
    module = compile_graph(graph)
    if example.weight is not None:
        state = {key: example.weight if key.endswith("weight") else example.bias for key in module.state_dict()}
        module.load_state_dict({key: torch.from_numpy(value) for key, value in state.items() if value is not None})
    with torch.no_grad():
        answers = module(torch.from_numpy(example.inputs)[None])
    assert tuple(answers.shape[2:]) == sliding.counts == example.outputs.shape[1:]
    np.testing.assert_allclose(example.outputs, answers[0].numpy(), rtol=1e-5, atol=1e-5)


@USUAL
@given(slidings(), st.data())
def test_the_sum_of_a_cell_is_what_torch_answers(sliding: Sliding, data: st.DataObject) -> None:
    example = example_of(sliding)
    step = data.draw(st.integers(0, sliding.steps - 1))
    channel = data.draw(st.integers(0, sliding.out_channels - 1))
    position = sliding.position(step)
    assert sliding.step(position) == step
    if sliding.weighted:
        totals = [window_sum(example, read, channel, position).total for read in sliding.inputs_of(channel)]
        np.testing.assert_allclose(channel_totals(example, channel, position), totals, atol=1e-4)
    assert answer(example, channel, position) == pytest.approx(float(example.outputs[(channel, *position)]), abs=1e-4)


@USUAL
@given(slidings(), st.data())
def test_gradients_say_which_cells_an_output_cell_sees(sliding: Sliding, data: st.DataObject) -> None:
    """Weights of 1 hide nothing; of max pooling the gradient goes to the largest cell of the window alone."""
    layer, axes = sliding.layer, sliding.axes
    position = sliding.position(data.draw(st.integers(0, sliding.steps - 1)))
    random = np.random.default_rng(1)
    x = torch.from_numpy(random.normal(size=(1, 1, *sliding.sizes)).astype(np.float32)).requires_grad_()
    one = _single(layer, x)
    one[(0, 0, *position)].backward()
    assert x.grad is not None
    seen = {tuple(index) for index in x.grad[0, 0].nonzero().tolist()}
    known = {tuple(axis.source(at) for axis, at in zip(axes, cell, strict=True)) for cell in sliding.reads(position)}
    known = {cell for cell in known if None not in cell}
    if sliding.kind == "max":
        inside = set(known)
        values = x.detach()[0, 0].numpy()
        largest = max(inside, key=lambda cell: values[cell], default=None) if inside else None
        assert seen == ({largest} if largest is not None else set())
        known = inside
    else:
        assert seen == known
    for cell in np.ndindex(*sliding.sizes):
        assert (position in sliding.readers(cell)) == (cell in known)


def _single(layer: Layer, x: torch.Tensor) -> torch.Tensor:
    """The layer with one channel and weights of 1, as torch computes it."""
    name, space = type(layer).__name__, x.dim() - 2
    if not isinstance(layer, Filters):
        sliding = sliding_of(layer, Spec((1, 1, *x.shape[2:])))
        from engine.sliding.example import _pooled

        return _pooled(sliding, x)
    ones = torch.ones(1, 1, *layer.each("kernel_size"))
    if "Transpose" in name:
        call = getattr(functional, f"conv_transpose{space}d")
        padding, extra = layer.each("padding"), layer.each("output_padding")
        return call(x, ones, None, layer.each("stride"), padding, extra, 1, layer.each("dilation"))  # type: ignore[no-any-return]
    from engine.sliding.example import _padded

    padded = _padded(sliding_of(layer, Spec((1, layer.groups, *x.shape[2:]))), x)
    call = getattr(functional, f"conv{space}d")
    return call(padded, ones, None, layer.each("stride"), 0, layer.each("dilation"))  # type: ignore[no-any-return]


@USUAL
@given(slidings())
def test_cells_that_no_window_sees_have_no_reader(sliding: Sliding) -> None:
    for axis in sliding.axes:
        assert axis.unseen == tuple(cell for cell in range(axis.size) if not axis.readers(cell))
        read = {axis.source(tap.cell) for out in range(axis.count) for tap in axis.taps(out)}
        assert set(axis.unseen) == set(range(axis.size)) - read
    cells = [cell for cell in np.ndindex(*sliding.sizes) if not sliding.readers(cell)]
    assert sliding.unseen() == len(cells)


@USUAL
@given(slidings(("Conv1d", "Conv2d", "AvgPool1d")))
def test_a_convolution_is_its_weights_times_its_windows(sliding: Sliding) -> None:
    assume(sliding.weighted or not getattr(sliding.layer, "ceil_mode", False))
    assume(sliding.weighted or getattr(sliding.layer, "count_include_pad", False))
    example = example_of(sliding)
    for channel in range(sliding.out_channels):
        bias = 0.0 if example.bias is None else float(example.bias[channel])
        found = weight_row(example, channel) @ columns(example, channel, range(sliding.steps)) + bias
        np.testing.assert_allclose(found, example.outputs[channel].ravel(), rtol=1e-4, atol=1e-4)


@USUAL
@given(slidings(("Conv2d",)))
def test_the_columns_are_those_of_unfold(sliding: Sliding) -> None:
    assume(sliding.axes[0].fill == "zeros" and sliding.groups == 1)
    example, layer = example_of(sliding), sliding.layer
    assert isinstance(layer, Filters)
    (top, bottom), (left, right) = (axis.padding for axis in sliding.axes)
    padded = functional.pad(torch.from_numpy(example.inputs)[None], (left, right, top, bottom))
    wanted = functional.unfold(padded, layer.each("kernel_size"), layer.each("dilation"), 0, layer.each("stride"))
    np.testing.assert_array_equal(columns(example, 0, range(sliding.steps)), wanted[0].numpy())


@USUAL
@given(slidings())
def test_a_linear_layer_is_its_unrolled_matrix(sliding: Sliding) -> None:
    assume(linear(sliding))
    example = example_of(sliding)
    for channel in range(sliding.out_channels):
        total = np.zeros(sliding.steps)
        for read in sliding.inputs_of(channel):
            total += unrolled(example, read, channel) @ example.inputs[read].ravel()
        total += 0.0 if example.bias is None else float(example.bias[channel])
        np.testing.assert_allclose(total, example.outputs[channel].ravel(), rtol=1e-4, atol=1e-4)


@USUAL
@given(slidings(("ConvTranspose1d", "ConvTranspose2d")))
def test_the_matrix_of_a_transposed_convolution_is_the_transpose_of_a_convolution(sliding: Sliding) -> None:
    """That of the convolution with the same settings over what comes out."""
    layer = sliding.layer
    assert isinstance(layer, Filters)
    same = {name: getattr(layer, name) for name in ("kernel_size", "stride", "padding", "dilation")}
    back = sliding_of(layers.get(f"Conv{len(sliding.axes)}d")(out_channels=1, **same), Spec((1, 1, *sliding.counts)))
    assume(not back.fault and back.counts == sliding.sizes)
    example = example_of(sliding)
    assert example.weight is not None
    weight = example.weight[:1, :1]
    there = Example(back, np.zeros((1, *back.sizes), np.float32), np.zeros((1, *back.counts), np.float32), weight)
    np.testing.assert_array_equal(unrolled(example, 0, 0), unrolled(there, 0, 0).T)


@USUAL
@given(slidings(("Conv1d", "Conv2d", "ConvTranspose1d", "MaxPool2d", "AvgPool2d")), st.data())
def test_an_answer_moves_with_its_input_by_multiples_of_the_stride(sliding: Sliding, data: st.DataObject) -> None:
    example = example_of(sliding)
    by = tuple(data.draw(st.integers(-2, 2)) * (1 if axis.rule == "transposed" else axis.window.stride)
               for axis in sliding.axes)  # fmt: skip
    found = translation(example, by)
    assert found.exact
    assert found.largest == pytest.approx(0.0, abs=1e-5)


def moved_over(name: str, size: int = 24, **parameters: object) -> list[tuple[int, float, float]]:
    """The course of moves by 0 … 4 of a made-up figure."""
    sliding = sliding_of(layers.get(name)(**parameters), Spec((1, 1, size, size)))
    return course(subject(made_up(sliding)), 1, 4)


def test_a_stride_breaks_what_lies_between_its_steps() -> None:
    same = moved_over("Conv2d", out_channels=1, kernel_size=3, padding=1)
    assert [by for by, largest, _ in same if largest] == []
    for halved in (
        moved_over("Conv2d", out_channels=1, kernel_size=3, padding=1, stride=2),
        moved_over("MaxPool2d", kernel_size=2),
    ):
        assert [by for by, largest, _ in halved if largest] == [1, 3]


def test_global_pooling_answers_the_same_wherever_the_figure_is() -> None:
    assert all((largest, same) == (0.0, 1.0) for _, largest, same in moved_over("AdaptiveAvgPool2d", output_size=1))
    sliding = sliding_of(layers.get("Conv2d")(out_channels=2, kernel_size=3, padding=1), Spec((1, 1, 24, 24)))
    found = translation(subject(made_up(sliding)), (2, -3))
    assert found.lost == 0
    for before, after in (found.means, found.maxima):
        np.testing.assert_allclose(before, after, atol=1e-6)
    far = translation(subject(made_up(sliding)), (0, 12))
    assert far.lost > 0
    assert not np.allclose(*far.means)


def test_formulas_are_filled_in() -> None:
    conv = layers.get("Conv2d")(out_channels=8, kernel_size=(3, 5), stride=2, padding=1, dilation=(2, 1))
    assert [numbers for _, numbers in sliding_of(conv, Spec((1, 3, 11, 28))).formulas()] == [
        "H′ = ⌊(11 + 2·1 − 2·(3 − 1) − 1)/2⌋ + 1 = ⌊8/2⌋ + 1 = 5",
        "W′ = ⌊(28 + 2·1 − 1·(5 − 1) − 1)/2⌋ + 1 = ⌊25/2⌋ + 1 = 13",
    ]
    back = layers.get("ConvTranspose1d")(out_channels=8, kernel_size=3, stride=2, padding=1, output_padding=1)
    assert list(sliding_of(back, Spec((1, 3, 7))).formulas()) == [
        ("L′ = (L − 1)·s − 2p + d·(k − 1) + o + 1", "L′ = (7 − 1)·2 − 2·1 + 1·(3 − 1) + 1 + 1 = 14")
    ]


def test_a_window_that_does_not_fit_is_said_with_its_numbers() -> None:
    sliding = sliding_of(layers.get("MaxPool2d")(kernel_size=3, stride=2), Spec((1, 3, 2, 2)))
    assert sliding.counts == (0, 0)
    assert "0 rows are left" in sliding.fault
    assert next(numbers for _, numbers in sliding.formulas()).endswith("⌊−1/2⌋ + 1 = 0")
    assert sliding.axes[0].unseen == (0, 1)


def test_open_sizes_are_taken_for_a_number_and_other_layers_are_refused() -> None:
    sliding = sliding_of(layers.get("Conv1d")(out_channels=2, kernel_size=3), Spec((BATCH, 4, Size("T"))))
    assert (sliding.sizes, sliding.opened) == ((OPEN,), ("length",))
    for layer, x in (
        (layers.get("Linear")(out_features=3), Spec((BATCH, 4))),
        (layers.get("Conv2d")(out_channels=3, kernel_size=3), Spec((BATCH, 4))),
        (layers.get("Conv2d")(out_channels=3, kernel_size=3), Spec((BATCH, 4, 8, 8), "int64")),
    ):
        with pytest.raises(SlidingError):
            sliding_of(layer, x)


def test_made_up_numbers_are_integers_of_few_channels_and_the_same_each_time() -> None:
    conv = layers.get("Conv2d")(out_channels=256, kernel_size=3, groups=4, padding=1)
    example = made_up(sliding_of(conv, Spec((1, 128, 7, 7))))
    assert (example.inputs.shape, example.outputs.shape) == ((9, 7, 7), (3, 7, 7))
    assert example.source == "made-up integers for 9 of the 128 input and 3 of the 256 output channels"
    for numbers in (example.inputs, example.outputs, example.weight, example.bias):
        assert numbers is not None
        assert (numbers == np.rint(numbers)).all()
    again = made_up(sliding_of(conv, Spec((1, 128, 7, 7))))
    assert (again.outputs == example.outputs).all()
    assert not example.real


def test_a_large_figure_leaves_room_to_be_moved() -> None:
    for sizes in ((24,), (28, 28), (224, 224)):
        shown = figure(sizes)
        filled = np.argwhere(shown > 0)
        assert all(size // 6 <= low and high < size - size // 6
                   for low, high, size in zip(filled.min(0), filled.max(0), sizes, strict=True))  # fmt: skip


def test_a_window_of_padding_alone_has_no_largest_cell() -> None:
    sliding = sliding_of(layers.get("MaxPool1d")(kernel_size=2, stride=3, padding=1, dilation=2), Spec((1, 1, 4)))
    example = example_of(replace(sliding))
    met = window_sum(example, 0, 0, (0,))
    assert met.cells == ((-1, 1),)
    assert met.largest == (1,)
