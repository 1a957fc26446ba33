"""How a tensor of a network is made of those in a file: taken as it is, turned, joined, or a part of one.

Written as text, as it is stored in a project: ``conv1.weight``, ``transpose(h.0.attn.c_attn.weight)``,
``join(q.weight, k.weight, v.weight)``, ``third_2(qkv.weight)``. Axes of size 1 come and go by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.weights.failure import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

Shape = tuple[int, ...]
NAME: Final = re.compile(r"[^(),=\s]+")
"""What names of tensors can be stored; a tensor with another name is never placed."""
CALL: Final = re.compile(r"([a-z]+(?:_[a-z0-9]+)?)\((.+)\)")
MOST_STEPS: Final = 4


@dataclass(frozen=True, slots=True)
class Recipe:
    """``names`` are tensors of the file; ``steps`` what is done with them, in this order."""

    names: tuple[str, ...]
    steps: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = ", ".join(self.names)
        for step in self.steps:
            text = f"{step}({text})"
        return text

    def then(self, step: str) -> Recipe:
        """The same with one more step."""
        return Recipe(self.names, (*self.steps, step))

    def shape(self, shapes: Mapping[str, Shape]) -> Shape | None:
        """The shape of what comes out; None where a tensor is missing or a step cannot be done."""
        if not all(name in shapes for name in self.names):
            return None
        found: Shape | None = shapes[self.names[0]]
        for step in self.steps:
            if found is None:
                return None
            found = _joined([shapes[name] for name in self.names]) if step == "join" else _shape_after(step, found)
        return found

    def make(self, read: Callable[[str], Tensor], shape: Shape) -> Tensor:
        """The tensor itself, in the shape that is wanted. Raises WeightsError where it has another one."""
        import torch

        parts = [read(name) for name in self.names]
        found = parts[0]
        for step in self.steps:
            found = torch.cat(parts) if step == "join" else _done(step, found)
        if not same_but_ones(tuple(found.shape), shape):
            raise WeightsError(f"{self} has the shape {shape_words(tuple(found.shape))}, not {shape_words(shape)}.")
        return found.reshape(shape)


def parse(text: str) -> Recipe:
    """A recipe from its text. Raises WeightsError."""
    steps: list[str] = []
    rest = text.strip()
    while (found := CALL.fullmatch(rest)) is not None:
        steps.insert(0, found[1])
        rest = found[2].strip()
    names = tuple(part.strip() for part in rest.split(","))
    known = all(step == "join" or step in PLAIN or _is_numbered(step) for step in steps)
    if len(steps) > MOST_STEPS or not known or not all(NAME.fullmatch(name) for name in names):
        raise WeightsError(
            f"{text[:100]!r} does not say what a tensor is made of: a name, or one of transpose(…), join(…, …), "
            "third_1(…), third_2(…), third_3(…), minus_exp(…), log_minus(…) around it."
        )
    if ("join" in steps[:1]) != (len(names) > 1) or "join" in steps[1:]:
        raise WeightsError(f"{text[:100]!r} does not say what a tensor is made of: only join takes several names.")
    return Recipe(names, tuple(steps))


def _is_numbered(step: str) -> bool:
    kind, _, number = step.rpartition("_")
    return kind in NUMBERED and number.isascii() and number.isdigit() and len(number) < 7


def same_but_ones(one: Shape, other: Shape) -> bool:
    """Whether two shapes are the same but for axes of size 1."""
    return one == other or _squeezed(one) == _squeezed(other)


def shape_words(shape: Shape) -> str:
    """A shape for people."""
    return f"({', '.join(map(str, shape))})"


def _squeezed(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def _joined(shapes: list[Shape]) -> Shape | None:
    if any(not shape or shape[1:] != shapes[0][1:] for shape in shapes):
        return None
    return (sum(shape[0] for shape in shapes), *shapes[0][1:])


def _shape_after(step: str, shape: Shape) -> Shape | None:
    kind, _, number = step.rpartition("_")
    if step == "transpose":
        return shape[::-1] if len(shape) == 2 else None
    if kind == "third":
        fits = bool(shape) and shape[0] % 3 == 0 and number in "123"
        return (shape[0] // 3, *shape[1:]) if fits else None
    if kind in ("halves", "neighbours"):
        fits = bool(shape) and int(number) > 0 and int(number) % 2 == 0 and shape[0] % int(number) == 0
        return shape if fits else None
    return shape


def _done(step: str, tensor: Tensor) -> Tensor:
    import torch

    kind, _, number = step.rpartition("_")
    if _shape_after(step, tuple(tensor.shape)) is None:
        raise WeightsError(f"A tensor of the shape {shape_words(tuple(tensor.shape))} has no {step}.")
    if step == "transpose":
        return tensor.T
    if step == "minus_exp":
        return -torch.exp(tensor)
    if step == "log_minus":
        return torch.log(-tensor)
    if kind == "third":
        return tensor.chunk(3)[int(number) - 1]
    pair = (int(number) // 2, 2) if kind == "halves" else (2, int(number) // 2)
    return tensor.reshape(-1, *pair, *tensor.shape[1:]).transpose(1, 2).reshape(tensor.shape)


PLAIN: Final = ("transpose", "minus_exp", "log_minus")
NUMBERED: Final = ("third", "halves", "neighbours")
"""``halves_64``: of each 64 rows, a head, pairs that were neighbours are put into both halves; and back.

Rotary positions turn pairs: Su et al. 2021 (neighbours), Black et al. 2022 (halves).
"""
