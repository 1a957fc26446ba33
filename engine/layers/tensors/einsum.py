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

EQUATION: Final = r"[A-Za-z]*(,[A-Za-z]*)*(->[A-Za-z]*)?"
Letters = dict[str, Dim]


class Einsum(Layer):
    """Multiplies its inputs and sums over axes, which letters name: 'bij,bjk->bik' is a matrix product.

    Each input has a letter for each of its axes. Axes with the same letter are multiplied position by position, and a
    letter that is missing behind the arrow is summed over.
    """

    family: ClassVar[str] = "Merge"
    torch: ClassVar[str] = "torch.einsum"
    formula: ClassVar[str] = "'bij,bjk->bik': y(b, i, k) = Σⱼ x₀(b, i, j) · x₁(b, j, k)"
    reference: ClassVar[str] = "https://docs.pytorch.org/docs/stable/generated/torch.einsum.html"
    initial: ClassVar[dict[str, object]] = {"equation": "bij,bjk->bik"}
    inputs: ClassVar[tuple[Port, ...]] = (Port("x", "a factor", many=True),)

    equation: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="the letters of each input's axes, and behind an arrow those of the result: bij,bjk->bik"
    )

    def check(self) -> None:
        if re.fullmatch(EQUATION, self.equation) is None:
            raise ShapeError(
                "needs an equation of letters, one for each axis, such as 'bij,bjk->bik': inputs between commas, the "
                "result behind ->, without spaces.",
                parameter="equation",
            )
        terms, result = self._terms(), self._result()
        for letter, times in Counter(result).items():
            if times > 1:
                raise ShapeError(f"has the letter {letter} twice in its result.", parameter="equation")
            if not any(letter in term for term in terms):
                raise ShapeError(
                    f"has the letter {letter} in its result, but in none of its inputs.", parameter="equation"
                )

    def _terms(self) -> list[str]:
        return self.equation.partition("->")[0].split(",")

    def _result(self) -> str:
        """The letters of the result; without an arrow those that occur once, in the order of the alphabet."""
        left, arrow, right = self.equation.partition("->")
        counts = Counter(left.replace(",", ""))
        return right if arrow else "".join(sorted(letter for letter, times in counts.items() if times == 1))

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
            if len(term) != spec.rank:
                raise ShapeError(
                    f"has {len(term)} letters, {term}, for the {spec.rank} axes of {spec}.",
                    port=index,
                    parameter="equation",
                    code="axes",
                )
        sizes = self._sizes(inputs)
        return Spec(tuple(sizes[letter] for letter in self._result()))

    def _sizes(self, inputs: tuple[Spec, ...]) -> Letters:
        """The size that each letter stands for. Raises ShapeError."""
        sizes: Letters = {}
        for index, (term, spec) in enumerate(zip(self._terms(), inputs, strict=True)):
            here: Letters = {}
            for letter, size in zip(term, spec.shape, strict=True):
                if here.setdefault(letter, size) != size:
                    raise ShapeError(
                        f"takes the diagonal {letter} of {spec}, but {here[letter]} and {size} differ.",
                        port=index,
                        code="mismatch",
                    )
            for letter, size in here.items():
                known = sizes.get(letter, 1)
                if 1 not in (known, size) and known != size:
                    raise ShapeError(
                        f"multiplies by {self.equation!r}, but the letter {letter} stands for {known} and for {size}.",
                        port=index,
                        code="mismatch",
                    )
                sizes[letter] = size if known == 1 else known
        return sizes

    def mixes_samples(self, *inputs: Spec) -> bool:
        """Unless the batch is one letter in all inputs that have it, and the first of the result."""
        axes = [batch_axis(spec) for spec in inputs]
        letters = {term[axis] for term, axis in zip(self._terms(), axes, strict=True) if axis is not None}
        once = all(term.count(letter) <= 1 for term in self._terms() for letter in letters)
        return bool(letters) and not (once and letters == {self._result()[:1]})

    def expression(self, module: str, arguments: list[str]) -> str:
        return f"torch.einsum({', '.join([repr(self.equation), *arguments])})"

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        """Of two inputs that share a letter which is summed over: a matrix product for all other letters."""
        terms, result = self._terms(), self._result()
        total: Dim = 0
        sizes = self._sizes(inputs)
        done = terms[0]
        for index, term in enumerate(terms[1:], start=1):
            later = set(chain(result, *terms[index + 1 :]))
            both = set(done) | set(term)
            if any(letter in term and letter not in later for letter in done):
                total = total + product(sizes[letter] for letter in sorted(both))
            done = "".join(sorted(both & later))
        return total

    def summary(self) -> str:
        return self.equation


LAYERS = (Einsum,)
