"""Comparisons, which give booleans, and what computes with those."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.axes import broadcast
from engine.layers.layer import Layer, Port, Saves, need_truth
from engine.layers.nature import Numbers
from engine.layers.parameters import Whole
from engine.spec import UNWIRED, Spec, promote


class _Comparison(Layer):
    """Compares number by number, with one number or with a tensor that is wired to it."""

    saves: ClassVar[Saves] = "nothing"
    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Logic"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "the numbers on the left"),
        Port("other", "the numbers on the right, in place of the parameter", optional=True),
    )
    sign: ClassVar[str]

    other: Whole | float = Field(0, description="the number to compare with, where no tensor is wired to it")

    def infer(self, *inputs: Spec) -> Spec:
        x, other = inputs
        shape, axes = (x.shape, x.axes) if other is UNWIRED else broadcast(inputs, "compares", self.sign)
        return Spec(shape, "bool", axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        x, other = arguments
        return f"{x} {self.sign} {self.other if other == 'None' else other}"

    def summary(self) -> str:
        return f"{self.sign} {self.other:g}"


class Equal(_Comparison):
    """True where two numbers are equal: where a token is the padding, for example."""

    torch: ClassVar[str] = "torch.eq"
    formula: ClassVar[str] = "y = (x = other)"
    sign: ClassVar[str] = "=="


class NotEqual(_Comparison):
    """True where two numbers differ."""

    torch: ClassVar[str] = "torch.ne"
    formula: ClassVar[str] = "y = (x ≠ other)"
    sign: ClassVar[str] = "!="


class Less(_Comparison):
    """True where the first number is smaller."""

    torch: ClassVar[str] = "torch.lt"
    formula: ClassVar[str] = "y = (x < other)"
    sign: ClassVar[str] = "<"


class LessEqual(_Comparison):
    """True where the first number is smaller, or both are equal."""

    torch: ClassVar[str] = "torch.le"
    formula: ClassVar[str] = "y = (x ≤ other)"
    sign: ClassVar[str] = "<="


class Greater(_Comparison):
    """True where the first number is larger."""

    torch: ClassVar[str] = "torch.gt"
    formula: ClassVar[str] = "y = (x > other)"
    sign: ClassVar[str] = ">"


class GreaterEqual(_Comparison):
    """True where the first number is larger, or both are equal."""

    torch: ClassVar[str] = "torch.ge"
    formula: ClassVar[str] = "y = (x ≥ other)"
    sign: ClassVar[str] = ">="


class _Logical(Layer):
    """Computes with booleans; a number counts as true where it is not 0."""

    saves: ClassVar[Saves] = "nothing"
    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Logic"

    def infer(self, *inputs: Spec) -> Spec:
        shape, axes = broadcast(inputs, "joins", "and")
        return Spec(shape, "bool", axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"{self.torch}({', '.join(arguments)})"


class And(_Logical):
    """True where both inputs are true: joins two masks."""

    torch: ClassVar[str] = "torch.logical_and"
    formula: ClassVar[str] = "y = a ∧ b"
    inputs: ClassVar[tuple[Port, ...]] = (Port("a", "the one side"), Port("b", "the other side"))


class Or(_Logical):
    """True where at least one input is true."""

    torch: ClassVar[str] = "torch.logical_or"
    formula: ClassVar[str] = "y = a ∨ b"
    inputs: ClassVar[tuple[Port, ...]] = (Port("a", "the one side"), Port("b", "the other side"))


class Not(_Logical):
    """True where the input is false: turns a mask of what counts into one of what does not."""

    torch: ClassVar[str] = "torch.logical_not"
    formula: ClassVar[str] = "y = ¬x"


class Where(Layer):
    """Takes each number from one of two inputs: from the first where the condition is true, else from the second."""

    saves: ClassVar[Saves] = "nothing"
    keeps_positions: ClassVar[bool] = True
    family: ClassVar[str] = "Logic"
    numbers: ClassVar[Numbers] = "chosen"
    torch: ClassVar[str] = "torch.where"
    formula: ClassVar[str] = "y = input where condition, else other"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("condition", "booleans", role="pointer"),
        Port("input", "what is taken where the condition is true"),
        Port("other", "what is taken elsewhere"),
    )

    def infer(self, *inputs: Spec) -> Spec:
        condition, x, other = inputs
        need_truth(condition, "condition", "a condition")
        shape, axes = broadcast(inputs, "chooses with", "and")
        return Spec(shape, promote(x.dtype, other.dtype), axes)

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"torch.where({', '.join(arguments)})"

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return product(inputs[0].shape)


LAYERS = (Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, And, Or, Not, Where)
