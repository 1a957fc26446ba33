"""Layers that cut an image into patches, and paste patches to an image."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.spec import BATCH, Spec
from tests.engine.cases.case import Case, Drawing, Trial


def one_or_two(*numbers: int) -> st.SearchStrategy[int | tuple[int, int]]:
    one = st.sampled_from(numbers)
    return st.one_of(one, one, st.tuples(one, one))


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def columns(drawing: Drawing) -> list[Spec]:
    """Columns that mostly have the right number and length."""
    typed = drawing.typed
    count = 1
    for axis in (0, 1):
        size, kernel = pair(typed["output_size"])[axis], pair(typed["kernel_size"])[axis]
        stride, padding, dilation = (
            pair(typed.get(n, d))[axis] for n, d in (("stride", 1), ("padding", 0), ("dilation", 1))
        )
        count *= max((size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1, 1)
    height, width = pair(typed["kernel_size"])
    return [drawing.batched(drawing.axis(1, 2, 3) * (height * width), count)]


def single(trial: Trial) -> str:
    if trial.inputs[0].dtype != "float32":
        return "whether integers and booleans are cut depends on the device"
    rank = {"Unfold": 3, "Fold": 2}[trial.cls.__name__]
    return "torch takes it for one sample without a batch" if trial.inputs[0].rank == rank else ""


WINDOW = {
    "kernel_size": one_or_two(1, 2, 3),
    "stride": one_or_two(1, 1, 2, 3),
    "padding": one_or_two(0, 0, 0, 1),
    "dilation": one_or_two(1, 1, 1, 2),
}
CASES = {
    "Unfold": Case(likely=WINDOW, inputs=lambda d: [d.image()], stricter=single),
    "Fold": Case(
        likely=WINDOW | {"output_size": one_or_two(3, 4, 5, 6, 8)},
        inputs=columns,
        stricter=single,
        open_refused=True,
        exemplar=(Spec((BATCH, 8, 16)),),
    ),
}
