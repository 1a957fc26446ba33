"""Step by step: how one number of a Conv2d or Linear layer comes about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from torch import Tensor, nn
from torch.nn import functional

from engine.inside.looking.attribution import column_names
from engine.inside.looking.errors import LookingError
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Arithmetic
from engine.inside.looking.templates import field_of

MIDDLE: Final = -1
"""The position in the middle of the map, or of the sequence."""


def refuses(question: Question) -> str:
    """It needs a Conv2d or a Linear."""
    layer = question.the_layer()
    if isinstance(question.inspector.modules.get(layer.module), (nn.Conv2d, nn.Linear)):
        return ""
    return f"{layer.name} ({layer.type}) is not a Conv2d or Linear layer."


def compute(question: Question) -> Iterator[Step]:
    """Σ window · kernel + bias for one position of the answer, with every product."""
    layer, batch = question.the_layer(), question.the_sample().batch
    call = question.inspector.calls_of(batch, layer)[-1]
    module, read, answer = question.inspector.modules[layer.module], call.given[0], call.answer
    index = tuple(int(question.number(name)) for name in ("channel", "row", "column"))
    if isinstance(module, nn.Conv2d):
        result = _conv(module, read, answer, index)
    else:
        field, width = field_of(question, layer), read.shape[-1]
        names = () if field is None else column_names(question, field, width)
        result = _linear(module, read, answer, index, names)
    facts = (
        ("sum of products", f"{result.total - result.bias:.6g}"),
        ("bias", f"{result.bias:.6g}"),
        ("together", f"{result.total:.6g}"),
        ("the layer answers", f"{result.answer:.6g}"),
    )
    yield Step(1.0, result, facts)


def _within(names: tuple[str, ...], index: tuple[int, ...], shape: tuple[int, ...]) -> list[int]:
    """The position, its middles as numbers. Raises LookingError where there is none."""
    found = [size // 2 if at == MIDDLE else at for at, size in zip(index, shape, strict=True)]
    for name, at, size in zip(names, found, shape, strict=True):
        if not 0 <= at < size:
            raise LookingError("option", f"The answer of this layer has the {name}s 0 to {size - 1}, and no {at}.")
    return found


def _conv(module: nn.Conv2d, read: Tensor, answer: Tensor, index: tuple[int, ...]) -> Arithmetic:
    out, row, column = _within(("channel", "row", "column"), index, tuple(answer.shape[1:]))
    padded = read
    if isinstance(module.padding, str) or any(module.padding):
        mode = "constant" if module.padding_mode == "zeros" else module.padding_mode
        padded = functional.pad(read, module._reversed_padding_repeated_twice, mode=mode)
    weight = module.weight[out]
    group = out // (module.out_channels // module.groups)
    channels = slice(group * weight.shape[0], (group + 1) * weight.shape[0])
    rows, columns = (
        slice(at * stride, at * stride + dilation * (size - 1) + 1, dilation)
        for at, stride, dilation, size in zip(
            (row, column), module.stride, module.dilation, module.kernel_size, strict=True
        )
    )
    return Arithmetic(
        f"channel {out}, row {row}, column {column}",
        padded[0, channels, rows, columns].numpy(force=True),
        weight.detach().numpy(force=True),
        0.0 if module.bias is None else float(module.bias[out]),
        float(answer[0, out, row, column]),
        tuple(f"input channel {number}" for number in range(channels.start, channels.stop)),
        padded[0, channels].numpy(force=True),
        (rows.start, columns.start, rows.stop - rows.start, columns.stop - columns.start),
    )


def _linear(
    module: nn.Module, read: Tensor, answer: Tensor, index: tuple[int, ...], names: tuple[str, ...]
) -> Arithmetic:
    """Of answers at several positions, ``row`` and ``column`` say which one (flattened but for the features)."""
    assert isinstance(module, nn.Linear)
    rows, answers = read[0].reshape(-1, read.shape[-1]), answer[0].reshape(-1, answer.shape[-1])
    out, row = _within(("unit", "position"), index[:2], (answers.shape[1], answers.shape[0]))
    return Arithmetic(
        f"unit {out}" + (f", position {row}" if len(rows) > 1 else ""),
        rows[row][None].numpy(force=True),
        module.weight[out].detach()[None].numpy(force=True),
        0.0 if module.bias is None else float(module.bias[out]),
        float(answers[row, out]),
        names,
    )


METHOD = Method(
    id="arithmetic",
    title="Step by step",
    help="The window, the kernel, each product, their sum and the bias (LeCun et al. 1998, Proceedings of the IEEE).",
    needs=frozenset({"sample", "layer"}),
    refuses=refuses,
    compute=compute,
    options=(
        Option("channel", "Channel", "which channel or unit of the answer, from 0", 0, low=0, high=1_000_000),
        Option(
            "row",
            "Row",
            "which row of the map, from 0; of sequences which position",
            MIDDLE,
            low=MIDDLE,
            high=1_000_000,
            lowest="middle",
        ),
        Option(
            "column", "Column", "which column of the map, from 0", MIDDLE, low=MIDDLE, high=1_000_000, lowest="middle"
        ),
    ),
)
