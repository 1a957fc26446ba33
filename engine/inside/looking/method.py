"""What a way of looking into a network is: its words, what it needs, and a generator of results that become finer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.data.pipeline import Part
from engine.inside.looking.errors import LookingError
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.layer_answers import LayerAnswer
from engine.inside.looking.results import Result
from engine.inside.looking.samples import Sample
from engine.inside.looking.target import Target
from engine.inside.trained import Trained

Need = Literal["sample", "layer", "part", "target"]
Value = int | float | str


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a method: one of ``choices``, or a number from ``low`` to ``high`` (whole if ``default`` is)."""

    name: str
    title: str
    help: str
    default: Value
    choices: tuple[str, ...] = ()
    low: float = 0
    high: float = 0
    lowest: str = ""
    """What the lowest number stands for, in a word, where that is not a number."""
    choices_of: Callable[[Trained], tuple[str, ...]] | None = None
    """Choices that depend on the run, instead."""

    def allowed(self, trained: Trained) -> tuple[str, ...]:
        """The choices there are; none where it is a number."""
        return self.choices if self.choices_of is None else self.choices_of(trained)


@dataclass(frozen=True, slots=True)
class Step:
    """How far a look is, from 0 to 1, and what it shows by now; ``facts`` are numbers that belong to it, by name."""

    done: float
    result: Result | None = None
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""
    apart: bool = False
    """What follows computes without torch, so that it need not wait for a turn beside a training."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: of which network, about which sample and layer, which number of the answer, with which options."""

    inspector: Inspector
    sample: Sample | None = None
    layer: LayerAnswer | None = None
    samples: Part | None = None
    """Those that are compared; none: the test part."""
    target: Target = field(default_factory=Target)
    options: Mapping[str, Value] = field(default_factory=dict)
    seed: int = 0

    @property
    def trained(self) -> Trained:
        return self.inspector.trained

    @property
    def part(self) -> Part:
        """The samples that are compared. Raises TrainingError where none are given and the test part is empty."""
        return self.trained.part("test") if self.samples is None else self.samples

    def the_sample(self) -> Sample:
        """The sample. Raises LookingError where none is chosen."""
        if self.sample is None:
            raise LookingError("sample", "Choose a sample first: this method explains the answer to one.")
        return self.sample

    def the_layer(self) -> LayerAnswer:
        """The layer. Raises LookingError where none is chosen."""
        if self.layer is None:
            raise LookingError("layer", "Choose a layer first: this method shows what one layer does.")
        return self.layer

    def number(self, name: str) -> float:
        """An option that is a number."""
        return float(self.options[name])

    def choice(self, name: str) -> str:
        """An option that is one of several words."""
        return str(self.options[name])


@dataclass(frozen=True, slots=True)
class Method:
    """A way of looking. ``help`` is one line with its source; ``refuses`` says why it cannot answer, or nothing."""

    id: str
    title: str
    help: str
    needs: frozenset[Need]
    refuses: Callable[[Question], str]
    compute: Callable[[Question], Iterator[Step]]
    options: tuple[Option, ...] = ()
    about: Literal["sample", "layer", "field"] = "layer"
    """What has to be another one where it refuses."""

    def looks(self, question: Question) -> Iterator[Step]:
        """Finer and finer results. Raises LookingError where something is missing, does not fit or is out of range."""
        if "sample" in self.needs:
            question.the_sample()
        if "layer" in self.needs:
            question.the_layer()
        reason = self.refuses(question)
        if reason:
            where = question.layer.id.path if question.layer is not None and self.about == "layer" else None
            raise LookingError(
                "task" if self.about == "field" else self.about,
                reason,
                node=None if where is None else where.node,
                inside=() if where is None else where.inside,
            )
        known = {one.name: one for one in self.options}
        for name, value in question.options.items():
            if name not in known:
                raise LookingError("option", f"{self.title} has no option {name!r}; it has: {', '.join(known)}.")
            _check(known[name], value, question.trained)
        options = {name: one.default for name, one in known.items()} | dict(question.options)
        yield from self.compute(replace(question, options=options))


def _check(option: Option, value: Value, trained: Trained) -> None:
    """Raise LookingError unless an option may have this value."""
    allowed = option.allowed(trained)
    if allowed or isinstance(option.default, str):
        if value not in allowed and value != option.default:
            said = f"{option.title} is one of {', '.join(allowed[:8])}, not {value!r}."
            raise LookingError("option", said)
    elif isinstance(value, str) or not option.low <= value <= option.high:
        raise LookingError("option", f"{option.title} is a number from {option.low:g} to {option.high:g}, not {value}.")
