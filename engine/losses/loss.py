"""What a loss declares: what it compares, its parameters, counts and words, each once and in its own class."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from engine.dims import Dim
from engine.losses.targets import as_values

if TYPE_CHECKING:
    from torch import Tensor

Target = Literal["classes", "values", "sequence", "nothing"]
"""A label for each position, numbers in the shape of the answer, labels fewer than the answer has steps, nothing."""
Suited = Literal["labels", "numbers", "yes or no"]
Wanted = Literal["scores", "log-probabilities", "probabilities", "numbers"]
Activation = Literal["", "softmax", "sigmoid"]
Link = Literal["softmax", "sigmoid"]
Counted = Literal["numbers", "vectors", "samples", "labels", "weights"]
Reduction = Literal["mean", "sum", "none"]


class Loss(BaseModel):
    """How an answer is compared with its target: a frozen model whose fields are the parameters, with torch's names.

    A subclass declares ``name``, ``title``, ``formula`` and what differs from the usual: a function of
    torch.nn.functional of that name, which compares number by number. Answers are (N, …), their classes last.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    name: ClassVar[str]
    """What projects call it: its function in torch.nn.functional."""
    title: ClassVar[str]
    formula: ClassVar[str]
    """Of an answer x and a target y."""
    torch: ClassVar[str] = ""
    """The public name in torch, for example ``torch.nn.MSELoss``; empty where torch has no such loss."""
    reference: ClassVar[str] = ""
    """Where it is described beside torch's page: the paper."""
    rank: ClassVar[int] = 100
    """Where it stands in lists: the most used have the lowest."""
    suits: ClassVar[frozenset[Suited]] = frozenset()
    """The targets it is the usual choice for."""

    target: ClassVar[Target] = "values"
    wants: ClassVar[Wanted] = "numbers"
    """What the answer has to be."""
    axes: ClassVar[tuple[str, ...]] = ("N",)
    """The axes an answer has at least."""
    by_class: ClassVar[bool] = True
    """Whether it compares class by class, so that labels may become one-hot and one axis may be that of the classes."""
    soft: ClassVar[bool] = False
    """Whether it also takes how likely each class is as a target of classes."""
    decides: ClassVar[bool] = False
    """Whether a number of the answer says yes or no."""
    bounds: ClassVar[tuple[float, float]] = (-math.inf, math.inf)
    """Between which the numbers of a target lie."""
    activation: ClassVar[Activation] = ""
    """The activation that it computes itself, so that none of the kind belongs before it."""
    of_scores: ClassVar[str] = ""
    """The loss that does the same with scores, where this one wants probabilities or their logarithms."""
    link: ClassVar[Link] = "softmax"
    """What makes probabilities of `logits`: over all classes together, or of each number by itself."""
    any_axes: ClassVar[bool] = False
    """Whether torch's function takes labels with several axes, the classes of the answer on axis 1."""
    counts: ClassVar[Counted] = "numbers"
    """What its mean is taken over: the numbers of the answer, its vectors along the last axis, the samples, the labels,
    or the weights of the labels that count."""
    helper: ClassVar[str] = ""
    """The function that a script needs for it; empty where torch has all."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        """Read once: pydantic would read the class variables again for each loss below it."""
        cls.__annotations__ = {name: kind for name, kind in cls.__annotations__.items() if name in cls.model_fields}

    @property
    def ignored(self) -> int | None:
        """The class of a target that counts for nothing; None where the loss leaves none out."""
        return None

    def fault(self) -> tuple[str, str] | None:
        """(parameter, a clause after the name of the Output) where the parameters do not fit each other."""
        return None

    def mismatch(self, answer: Sequence[Dim], classes: int | None, target: Sequence[int]) -> str:
        """Why it cannot compare such samples, the end of a sentence; empty where nothing of its own speaks against it.

        Shapes are without the batch; ``classes`` is how many labels tell apart, None: the target is numbers.
        """
        return ""

    def wrong_targets(self, target: Tensor, field: str) -> str:
        """Why the numbers of a field cannot be compared, a clause after the loss; empty where they can."""
        return self.out_of_bounds(float(target.min()), float(target.max()), field)

    def out_of_bounds(self, low: float, high: float, field: str) -> str:
        """The same of targets that are known to go from ``low`` to ``high``."""
        least, most = self.bounds
        if least <= low and high <= most:
            return ""
        wanted = f"are at least {least:g}" if most == math.inf else f"lie between {least:g} and {most:g}"
        return f"whose targets {wanted}, but the field {field!r} goes from {low:g} to {high:g}"

    # the loss of answers

    def pair(self, answer: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Answer and target as torch's function takes them. Raises LossError where they do not fit each other."""
        return answer, as_values(answer, target)

    def given(self, answer: Tensor, target: Tensor, weights: Tensor | None) -> dict[str, object]:
        """The arguments of torch's function beside the pair."""
        return dict(self.arguments)

    @cached_property
    def arguments(self) -> dict[str, object]:
        """All parameters by name, put together once: they never change, and every step asks."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def compare(self, answer: Tensor, target: Tensor, weights: Tensor | None, reduction: Reduction) -> Tensor:
        """What torch gives. Raises LossError where answer and target do not fit each other."""
        from torch.nn import functional

        answer, target = self.pair(answer, target)
        given = self.given(answer, target, weights)
        result: Tensor = getattr(functional, self.name)(answer, target, **given, reduction=reduction)
        return result

    def number(self, answer: Tensor, target: Tensor, weights: Tensor | None, masked: bool) -> Tensor | int:
        """By what a sum is divided for the mean."""
        if self.counts == "labels":
            return target.numel()
        if self.counts == "samples":
            return len(answer)
        return answer.numel() // (answer.shape[-1] if self.counts == "vectors" else 1)

    def mean(self, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = False) -> Tensor:
        """The mean loss of a batch, a tensor without axes. Raises LossError.

        Where some targets are the ignored class (``masked``) and none is left that counts, the loss is 0.
        """
        return self.compare(answer, target, weights, "mean")

    def bound(self, weights: Tensor | None, masked: bool) -> Callable[[Tensor, Tensor], Tensor]:
        """`mean` for the steps of a training, in which these two never change."""
        return partial(self.mean, weights=weights, masked=masked)

    def summed(
        self, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = True
    ) -> tuple[Tensor, Tensor | int]:
        """(sum, number): what `mean` is the quotient of, so that batches of any size add up to the mean over a part."""
        return self.compare(answer, target, weights, "sum"), self.number(answer, target, weights, masked)

    def share(self, target: Tensor, weights: Tensor | None, *, masked: bool) -> Tensor | int:
        """How much a batch counts in the mean over several: its samples, or the weight of the targets that count."""
        return len(target)

    def each_summed(
        self, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = True
    ) -> tuple[Tensor, Tensor]:
        """(sums, numbers), each (N): what `summed` gives of every sample; together they are that of all."""
        sums = self.compare(answer, target, weights, "none").reshape(len(answer), -1).sum(1)
        number = self.number(answer[:1], target[:1], None, False)
        return sums, sums.new_full((len(answer),), float(number))

    def each(self, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = True) -> Tensor:
        """(N) the loss of every sample by itself: what `mean` is of a batch of that sample alone."""
        sums, counts = self.each_summed(answer, target, weights, masked=masked)
        return sums / counts.clamp(min=1.1754943508222875e-38)  # the least float32: nothing counts there

    def chance_level(self, target: Tensor, classes: int, weights: Tensor | None) -> float:
        """The loss of the best answer that is the same for every sample; NaN where it is not known.

        ``classes`` is how many an answer tells apart, 0 where it does not; a target of probabilities has them last.
        """
        return math.nan

    # what answers say

    def values(self, answer: Tensor, target: Tensor) -> Tensor:
        """The target as metrics count it, in the shape of the answer: numbers, or 0 and 1. Raises LossError."""
        return as_values(answer, target)

    def predicted(self, answer: Tensor) -> Tensor:
        """The numbers that an answer foretells, in the units of the target."""
        return answer

    def logits(self, answer: Tensor) -> Tensor:
        """Numbers in the shape of the answer of which `link` makes probabilities."""
        return answer

    def probabilities(self, answer: Tensor) -> Tensor:
        """How likely each class is, or each yes."""
        logits = self.logits(answer)
        return logits.sigmoid() if self.link == "sigmoid" else logits.softmax(-1)

    def from_probabilities(self, probabilities: Tensor) -> Tensor:
        """An answer that says these: what `probabilities` turns back. Zeros become tiny."""
        return probabilities.clamp(min=1.1754943508222875e-38).log()

    def from_predicted(self, values: Tensor) -> Tensor:
        """An answer that foretells these: what `predicted` turns back."""
        return values

    def says_yes(self, answer: Tensor) -> Tensor:
        """Whether each number of an answer says yes."""
        return answer > 0.5

    # how it reads in a script, in which torch.nn.functional is called functional

    def options(self, soft: bool) -> dict[str, str]:
        """The arguments that are not as torch has them, as source; ``soft``: the target is probabilities."""
        fields = sorted(type(self).model_fields.items())
        return {name: repr(getattr(self, name)) for name, info in fields if getattr(self, name) != info.default}

    def source(self, options: Mapping[str, str]) -> tuple[list[str], str]:
        """(lines, expression): the loss of ``answer`` and ``target``, reduced by ``reduction``."""
        given = ", ".join(["answer", "target", *(f"{name}={text}" for name, text in options.items())])
        return [], f"functional.{self.name}({given}, reduction=reduction)"

    def probabilities_source(self, answer: str) -> str:
        """The expression of `probabilities`."""
        return f"{answer}.sigmoid()" if self.link == "sigmoid" else f"{answer}.softmax(-1)"

    def predicted_source(self, answer: str) -> str:
        """The expression of `predicted`."""
        return answer

    def yes_source(self, answer: str) -> str:
        """The expression of `says_yes`."""
        return f"({answer} > 0.5)"

    def values_source(self, target: str) -> str:
        """The expression of `values` for a target in the shape of the answer."""
        return target


Loss.__annotations__ = {}  # as in `Loss.__pydantic_init_subclass__`
