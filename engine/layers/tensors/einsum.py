"""Sums of products over named axes."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from typing import Annotated, ClassVar, Final

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.axes import batch_axis
from engine.layers.layer import Layer, Port, ShapeError, need_float
from engine.spec import Spec

REST: Final = "..."
TERM: Final = r"[A-Za-z]*(\.\.\.[A-Za-z]*)?"
EQUATION: Final = rf"{TERM}(,{TERM})*(->{TERM})?"
Labels = tuple[str, ...]
"""A letter for each axis; those of ``...`` are called by their place from the end, as they are broadcast."""
Sizes = dict[str, Dim]


class Einsum(Layer):
    """Multiplies its inputs and sums over axes, which letters name: 'bij,bjk->bik' is a matrix product.

    Each input has a letter for each of its axes. Axes with the same letter are multiplied position by position, and a
    letter that is missing after the arrow is summed over. Three dots stand for any number of axes more, which are
    joined at their last one: '...ij,jk->...ik'.
    """

    family: ClassVar[str] = "Merge"
    torch: ClassVar[str] = "torch.einsum"
    multiplies: ClassVar[bool] = True
    formula: ClassVar[str] = "'bij,bjk->bik': y(b, i, k) = Σⱼ x₀(b, i, j) · x₁(b, j, k)"
    reference: ClassVar[str] = "https://docs.pytorch.org/docs/stable/generated/torch.einsum.html"
    initial: ClassVar[dict[str, object]] = {"equation": "bij,bjk->bik"}
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", "a factor", many=True),)

    equation: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="the letters of each input's axes, and after an arrow those of the result: bij,bjk->bik; "
        "... stands for all axes that have none"
    )

    def check(self) -> None:
        if re.fullmatch(EQUATION, self.equation) is None:
            raise ShapeError(
                "needs an equation of letters, one for each axis, such as 'bij,bjk->bik': inputs between commas, the "
                "result after ->, without spaces; ... stands for axes without a letter, once in each.",
                parameter="equation",
            )
        left, _, result = self.equation.partition("->")
        for letter, times in Counter(result.replace(REST, "")).items():
            if times > 1:
                raise ShapeError(f"has the letter {letter} twice in its result.", parameter="equation")
            if letter not in left:
                raise ShapeError(
                    f"has the letter {letter} in its result, but in none of its inputs.", parameter="equation"
                )

    def _terms(self) -> list[str]:
        return self.equation.partition("->")[0].split(",")

    def _labels(self, inputs: tuple[Spec, ...]) -> tuple[list[Labels], Labels]:
        """What the axes of each input are called, and those of the result.

        Without an arrow these are the axes of ..., then the letters that occur once, in the order of the alphabet.
        """
        counts = [spec.rank - len(term.replace(REST, "")) for term, spec in zip(self._terms(), inputs, strict=True)]
        terms = [_spelt(term, count) for term, count in zip(self._terms(), counts, strict=True)]
        left, arrow, right = self.equation.partition("->")
        often = Counter(left.replace(",", "").replace(REST, ""))
        once = "".join(sorted(letter for letter, times in often.items() if times == 1))
        most = max((count for term, count in zip(self._terms(), counts, strict=True) if REST in term), default=0)
        return terms, _spelt(right if arrow else REST + once, most)

    def infer(self, *inputs: Spec) -> Spec:
        terms = self._terms()
        if len(terms) != len(inputs):
            raise ShapeError(
                f"has letters for {len(terms)} inputs in {self.equation!r}, but {len(inputs)} are wired.",
                parameter="equation",
                code="sizes",
            )
        for index, (term, spec) in enumerate(zip(terms, inputs, strict=True)):
            need_float(spec, f"x{index}")
            letters = len(term.replace(REST, ""))
            if letters > spec.rank or (letters < spec.rank and REST not in term):
                raise ShapeError(
                    f"has {letters} letters, {term}, for the {spec.rank} axes of {spec}.",
                    port=index,
                    parameter="equation",
                    code="axes",
                )
        sizes = self._sizes(inputs)
        return Spec(tuple(sizes[label] for label in self._labels(inputs)[1]))

    def _sizes(self, inputs: tuple[Spec, ...]) -> Sizes:
        """The size that each label stands for. Raises ShapeError."""
        sizes: Sizes = {}
        for index, (term, spec) in enumerate(zip(self._labels(inputs)[0], inputs, strict=True)):
            here: Sizes = {}
            for label, size in zip(term, spec.shape, strict=True):
                if here.setdefault(label, size) != size:
                    raise ShapeError(
                        f"takes the diagonal {label} of {spec}, but {here[label]} and {size} differ.",
                        port=index,
                        code="mismatch",
                    )
            for label, size in here.items():
                known = sizes.get(label, 1)
                if 1 not in (known, size) and known != size:
                    name = f"the letter {label}" if label.isalpha() else f"axis {label} of ..."
                    raise ShapeError(
                        f"multiplies by {self.equation!r}, but {name} stands for {known} and for {size}.",
                        port=index,
                        code="mismatch",
                    )
                sizes[label] = size if known == 1 else known
        return sizes

    def mixes_samples(self, *inputs: Spec) -> bool:
        """Unless the batch is one letter in all inputs that have it, and the first of the result."""
        terms, result = self._labels(inputs)
        axes = [batch_axis(spec) for spec in inputs]
        batch = {term[axis] for term, axis in zip(terms, axes, strict=True) if axis is not None}
        once = all(term.count(label) <= 1 for term in terms for label in batch)
        return bool(batch) and not (once and batch == set(result[:1]))

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"torch.einsum({', '.join([repr(self.equation), *arguments])})"

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        """Of two inputs that share a letter which is summed over: a matrix product for all other letters."""
        terms, result = self._labels(inputs)
        total: Dim = 0
        sizes = self._sizes(inputs)
        done = terms[0]
        for index, term in enumerate(terms[1:], start=1):
            later = set(chain(result, *terms[index + 1 :]))
            both = set(done) | set(term)
            if any(label in term and label not in later for label in done):
                total = total + product(sizes[label] for label in sorted(both))
            done = tuple(sorted(both & later))
        return total

    def summary(self) -> str:
        return self.equation


def _spelt(term: str, count: int) -> Labels:
    """The labels of a term whose ... stands for so many axes: the last of them is called −1."""
    before, rest, behind = term.partition(REST)
    return (*before, *(f"−{place}" for place in range(count, 0, -1) if rest), *behind)


LAYERS = (Einsum,)
