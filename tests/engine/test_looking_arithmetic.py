"""One unit, step by step: the products and their sum are what the layer answers."""

from __future__ import annotations

import pytest

from engine.inside.looking.arithmetic import METHOD as ARITHMETIC
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.results import Arithmetic
from tests.engine.looking_networks import asked, fresh, last, on_digits, small


@pytest.mark.parametrize(
    ("layer", "index"), [("conv1", (3, 0, 0)), ("conv2", (15, 9, 4)), ("fc1", (7, 0, 0)), ("fc3", (9, 0, 0))]
)
def test_the_arithmetic_of_a_unit_gives_what_the_layer_answers(layer: str, index: tuple[int, int, int]) -> None:
    inspector = Inspector(fresh(small("lenet-5")))
    channel, row, column = index
    question = asked(inspector, layer, options={"channel": channel, "row": row, "column": column})
    result = last(ARITHMETIC, question).result
    assert isinstance(result, Arithmetic)
    assert question.layer is not None
    answer = inspector.run(question.the_sample().batch, [question.layer.id]).values[question.layer.id]
    wanted = float(answer[(0, *index)] if answer.dim() == 4 else answer[0, channel])
    assert result.answer == wanted
    assert result.total == pytest.approx(wanted, abs=1e-5)
    assert result.products.sum() + result.bias == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"stride": 2, "padding": 2, "dilation": 2},
        {"groups": 2, "padding": "same"},
        {"padding": 1, "padding_mode": "reflect"},
        {"padding": (2, 0), "stride": (1, 2), "padding_mode": "circular", "bias": False},
    ],
)
def test_the_arithmetic_minds_padding_stride_dilation_and_groups(options: dict[str, object]) -> None:
    graph = on_digits(
        ("Conv2d", {"out_channels": 4, "kernel_size": 1}),
        ("Conv2d", {"out_channels": 4, "kernel_size": 3, **options}),
        ("Flatten", {}),
        ("Linear", {"out_features": 10}),
    )
    inspector = Inspector(fresh(graph))
    question = asked(inspector, "conv2")
    assert question.layer is not None
    value = inspector.run(question.the_sample().batch, [question.layer.id]).values[question.layer.id]
    _, channels, rows, columns = value.shape
    for channel, row, column in ((0, 0, 0), (channels - 1, rows - 1, columns - 1), (2, rows // 2, 0)):
        at = {"channel": channel, "row": row, "column": column}
        result = last(ARITHMETIC, asked(inspector, "conv2", options=at)).result
        assert isinstance(result, Arithmetic)
        assert result.total == pytest.approx(float(value[0, channel, row, column]), abs=1e-5)
