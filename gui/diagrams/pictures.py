"""The picture of a problem: with the numbers of the case where its kind has a rule of sizes, else with usual ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from engine.absent import Absent
from engine.layers.layer import Layer
from engine.problems import Problem
from engine.spec import Spec
from gui.diagrams.chains import contrast
from gui.diagrams.learning_pictures import LEARNING
from gui.diagrams.network_pictures import NETWORK
from gui.diagrams.sketch import Diagram
from gui.diagrams.tensors import Axes, Join, Sharing
from gui.diagrams.training_pictures import TRAINING
from gui.diagrams.windows import Window

Case = Callable[[Layer, Sequence[Spec]], Diagram | None]
LONGEST: Final = 4096
"""Cells of an axis above which the usual picture says more."""


def usual(code: str) -> Diagram | None:
    """The picture of a kind of problem with usual numbers."""
    return NETWORK.get(code) or LEARNING.get(code) or TRAINING.get(code)


def of_problem(problem: Problem) -> Diagram | None:
    """The picture of this problem."""
    make = CASES.get(problem.code)
    if make is not None and problem.node is not None and not problem.inside and problem.seen_by is not None:
        report = problem.seen_by.shapes.report
        layer, inputs = report.layer(problem.node), report.inputs.get(problem.node)
        if layer is not None and not isinstance(layer, Absent) and inputs:
            found = make(layer, inputs)
            if found is not None:
                return found
    return usual(problem.code)


def of_window(layer: Layer, inputs: Sequence[Spec], note: str = "") -> Window | None:
    """The window of a convolution or pooling over the axis where it has least room; None where sizes are open."""
    found: list[Window] = []
    for axis, size in enumerate(inputs[0].shape[2:]):
        numbers = [_along(getattr(layer, name, usual), axis) for name, usual in PARTS]
        if isinstance(size, int) and 0 < size <= LONGEST and all(isinstance(number, int) for number in numbers):
            kernel, stride, padding, dilation = numbers
            found.append(Window(size, kernel, stride or kernel, padding, dilation, note))
    return min(found, key=lambda window: window.count, default=None)


PARTS: Final = (("kernel_size", None), ("stride", 1), ("padding", 0), ("dilation", 1))


def _along(value: Any, axis: int) -> Any:
    """What holds for one axis of a parameter; a window without a stride moves by its own size."""
    if isinstance(value, tuple):
        return value[axis] if axis < len(value) else None
    return 0 if value is None else value


def _window(layer: Layer, inputs: Sequence[Spec]) -> Diagram | None:
    return of_window(layer, inputs, "The window is larger than what there is to look at.")


def _columns(layer: Layer, inputs: Sequence[Spec]) -> Diagram | None:
    window = of_window(layer, inputs, "Cells with ✕ are read by no window.")
    return window


def _gaps(layer: Layer, inputs: Sequence[Spec]) -> Diagram | None:
    window = of_window(layer, inputs)
    return None if window is None else replace(
        window, note=f"It moves by {window.stride} and is {window.span} wide: what is between is read by nothing."
    )  # fmt: skip


def _texts(spec: Spec) -> tuple[str, ...]:
    return tuple(str(size) for size in spec.shape)


def _mismatch(layer: Layer, inputs: Sequence[Spec]) -> Diagram | None:
    if len(inputs) < 2:
        return None
    one = inputs[0]
    other = next((spec for spec in inputs[1:] if spec.shape != one.shape), inputs[1])
    joined = getattr(layer, "dim", None)
    free = joined % len(one.shape) if isinstance(joined, int) and one.shape else -1
    sign = "+" if layer.type_name() == "Add" else "&" if free >= 0 else "·"
    found = Join(_texts(one), _texts(other), sign, free, "Along these axes the sizes must be equal" + (
        "." if free >= 0 else ", or 1."
    ))  # fmt: skip
    return found if found.differing() else None


def _division(layer: Layer, inputs: Sequence[Spec]) -> Diagram | None:
    channels = inputs[0].shape[1] if len(inputs[0].shape) > 1 else None
    for name in ("groups", "num_groups", "num_heads"):
        groups = getattr(layer, name, None)
        for count in (channels, getattr(layer, "out_channels", None), inputs[0].shape[-1]):
            if isinstance(groups, int) and isinstance(count, int) and 0 < groups <= 64 and count % groups:
                return Sharing(count, groups, note=f"{name} = {groups} must divide {count}.")
    return None


def _axes(layer: Layer, inputs: Sequence[Spec]) -> Diagram | None:
    names = tuple(inputs[0].axes) if inputs[0].axes else ()
    return Axes(_texts(inputs[0]), names, (), f"{layer.title()} cannot take these {len(inputs[0].shape)} axes.")


def _axis(layer: Layer, inputs: Sequence[Spec]) -> Diagram | None:
    wanted = next((getattr(layer, name) for name in ("dim", "axis", "start_dim") if hasattr(layer, name)), None)
    count = len(inputs[0].shape)
    if not isinstance(wanted, int) or -count <= wanted < count or abs(wanted) > 12:
        return None
    return Axes(_texts(inputs[0]), (), (wanted,) if wanted > 0 else (), f"Axis {wanted} of {count} is not there.")


def _linear(layer: Layer, inputs: Sequence[Spec]) -> Diagram | None:
    sizes = [size for size in inputs[0].shape[1:] if isinstance(size, int)]
    if len(sizes) != len(inputs[0].shape) - 1:
        return None
    whole = 1
    for size in sizes:
        whole *= size
    out = getattr(layer, "out_features", "…")
    before, last = str(inputs[0]), ", ".join(map(str, (*inputs[0].shape[:-1], out)))
    return contrast(
        f"{before} → !Linear → ({last})",
        f"{before} → +Flatten → (N, {whole}) → Linear → (N, {out})",
        f"it works on the last axis of {len(sizes) + 1} only",
        "it sees the whole image",
    )


CASES: Final[dict[str, Case]] = {
    "window": _window,
    "unused-columns": _columns,
    "gaps": _gaps,
    "over-padding": lambda layer, inputs: of_window(layer, inputs, "Most of the window sees padding."),
    "window-of-one": lambda layer, inputs: of_window(layer, inputs, "Of one number the largest is that number."),
    "mismatch": _mismatch,
    "division": _division,
    "axes": _axes,
    "axis": _axis,
    "linear-on-image": _linear,
}
"""The kinds that have a rule of sizes."""
