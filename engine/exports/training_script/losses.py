"""The losses of a network as plain functions of the script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from engine.data.dataset import Field
from engine.exports.training_script.text import indented, spelled
from engine.losses.class_loss import FEW
from engine.source import identifier
from engine.training.evaluation.network import Head, Network

TERM: Final = '''
def loss_{name}(answers, batch, reduction="mean"):
    """What arrives at {name} is itself a term of the loss: its mean."""
    value = answers[{index}]
    return value.double().mean() * len(value) if reduction == "sum" else value.mean()


def count_{name}(answers, batch):
    """Its samples."""
    return len(answers[{index}])
'''


class HeadCode:
    """The code of one Output that learns a field. ``rank`` is that of its answer, the batch axis included."""

    def __init__(self, name: str, head: Head, rank: int, field: Field) -> None:
        self.name, self.head, self.rank, self.field = name, head, rank, field
        self.loss, self.output = head.criterion, head.output
        self.of_classes = self.loss.target == "classes"
        self.soft = head.task.kind == "classes" and field.dtype == "float32"
        self.hidden = head.masked and self.of_classes
        """Some targets may count for nothing."""
        self.axis = None if head.axis is None or head.axis == rank - 1 else head.axis
        self.weights = f"CLASS_WEIGHTS_{name.upper()}"
        self.exact = False
        """Whether a GPU is to give the same bits every time."""

    @property
    def answer(self) -> str:
        """The expression of the answer, classes last."""
        return f"answers[{self.head.index}]" + ("" if self.axis is None else f".movedim({self.axis}, -1)")

    @property
    def target(self) -> str:
        """The expression of the field."""
        return f"batch[{spelled(self.head.field)}]"

    def constants(self) -> str:
        """What the functions refer to."""
        given = self.head.weights
        if given is None:
            return ""
        balanced = getattr(self.loss, "class_weights", None) == "balanced"
        why = " # every class counts the same over the training part" if balanced else ""
        return f"{self.weights} = {spelled(given.tolist())}{' ' * bool(why)}{why}"

    def function(self) -> str:
        """The loss of a batch: its mean, or its sum."""
        lines = [f"answer, target = {self.answer}, {self.target}", *self._fitted()]
        before, call = self.loss.source(self._options())
        lines += before
        if self.hidden:
            summed = call.replace("reduction=reduction", 'reduction="sum"')
            lines.append(f"total = {summed}")
            lines += ['if reduction == "sum":', "    return total"]
            lines.append(f"number = torch.as_tensor(count_{self.name}(answers, batch), device=total.device)")
            call = "total / number.clamp(min=torch.finfo(total.dtype).tiny)"
        said = f"{self.loss.title[0].upper()}{self.loss.title[1:]}: {self.loss.formula}."
        head = f'def loss_{self.name}(answers, batch, reduction="mean"):\n    """{said}"""\n'
        return head + "\n".join(indented(line) for line in [*lines, f"return {call}"])

    def count(self) -> str:
        """By what the sum of the loss over a batch is divided for its mean."""
        head = (
            f'def count_{self.name}(answers, batch):\n    """How many comparisons the loss of a batch is made of."""\n'
        )
        return f"{head}    return {self._number()}"

    def share(self) -> str:
        """The expression of how much a batch counts among several of one step."""
        weighs = self.of_classes and (self.head.masked or self.head.weights is not None)
        return f"count_{self.name}([], batch)" if weighs else f"len({self.target})"

    def _number(self) -> str:
        last = -1 if self.head.axis is None else self.head.axis
        answer, counts = f"answers[{self.head.index}]", self.loss.counts
        if counts == "weights":
            return self._weight(last)
        if counts == "labels":
            return f"{self.target}.numel()"
        if counts == "samples":
            return f"len({answer})"
        return f"{answer}.numel()" + (f" // {answer}.shape[{last}]" if counts == "vectors" else "")

    def _weight(self, last: int) -> str:
        """The weight of the labels that count; of probabilities their number."""
        if self.soft:
            return f"{self.target}.numel() // {self.target}.shape[{last}]"
        if self.head.weights is not None:
            kept = f"({self.target} != {self.loss.ignored})"
            weights = f"torch.tensor({self.weights}, device={self.target}.device)"
            return f"({weights}[{self.target}.masked_fill(~{kept}, 0)] * {kept}).sum()"
        return f"({self.target} != {self.loss.ignored}).sum()" if self.hidden else f"{self.target}.numel()"

    def _fitted(self) -> list[str]:
        """The lines that give answer and target the shapes that torch compares."""
        if self.of_classes:
            lines = []
            if self.soft and self.axis is not None:
                lines.append(f"target = target.movedim({self.axis}, -1)")
            if self.rank > 2:
                rows = f"answer, target = answer.flatten(0, -2), target.flatten({'0, -2' if self.soft else ''})"
                if not self.loss.any_axes:
                    return [*lines, rows]
                second = "answer, target = answer.movedim(-1, 1), target" + (".movedim(-1, 1)" if self.soft else "")
                few = f"answer.stride(-1) != 1 or answer.shape[-1] < {FEW}"
                few = f"if not answer.is_cuda and ({few}):" if self.exact else f"if {few}:"
                lines += [few, f"    {second}", "else:", f"    {rows}"]
            return lines
        if self.loss.target == "sequence":
            return []
        axes, integer = len(self.field.shape) + 1, self.field.dtype != "float32"
        if axes == self.rank:
            return ["target = target.float()"] if integer else []
        if integer and self.rank == axes + 1 and self.head.task.kind == "classes":
            return ["target = functional.one_hot(target, answer.shape[-1]).float()"]
        return ["target = target.reshape(answer.shape)" + (".float()" if integer else "")]

    def _options(self) -> dict[str, str]:
        found = dict[str, str]()
        if self.head.weights is not None:
            found["weight"] = f"torch.tensor({self.weights}, device=answer.device)"
        return found | self.loss.options(self.soft)

    def score(self) -> tuple[str, str]:
        """(name, expression) of (sum, number) of the metric that evaluations report; empty where there is none."""
        kind, target, answer = self.head.task.kind, self.target, self.answer
        if kind == "classes" and not self.soft:
            if self.head.masked and self.loss.ignored is not None:
                kept = f"({target} != {self.loss.ignored})"
                return "accuracy", f"(({answer}.argmax(-1) == {target}) & {kept}).sum(), {kept}.sum()"
            return "accuracy", f"({answer}.argmax(-1) == {target}).sum(), {target}.numel()"
        if kind == "two":
            same = f"{self.loss.yes_source(answer)} == ({target}.reshape({answer}.shape) > 0.5)"
            return "accuracy", f"({same}).sum(), {target}.numel()"
        if kind == "values" and len(self.field.shape) + 1 <= self.rank + 1 and self.field.dtype == "float32":
            answer = self.loss.predicted_source(answer)
            off = f"({answer} - {target}.reshape({answer}.shape)).abs()"
            return "mae", f"{off}{self._scale()}.sum(), {target}.numel()"
        return "", ""

    def _scale(self) -> str:
        """What brings distances of standardised numbers into the units of the data."""
        units = self.head.task.units
        if units is None:
            return ""
        if len(units.std) == 1:
            return f".mul({units.std[0]!r})"
        std = f"torch.tensor({list(units.std)}, device={self.target}.device).reshape({units.along})"
        return f".reshape({self.target}.shape).mul({std})"


def names_of(network: Network) -> list[str]:
    """A name for each objective that can stand in an identifier, no two alike."""
    taken = {"of": 1}
    return [identifier(one.name, taken, "output") for one in network.objectives]


def codes(network: Network, ranks: Sequence[int], fields: Mapping[str, Field]) -> list[HeadCode]:
    """The code of each head; ``ranks`` are those of all answers of the network."""
    named = zip(names_of(network), network.heads, strict=False)
    return [HeadCode(name, head, ranks[head.index], fields[head.field]) for name, head in named]


def functions(network: Network, heads: Sequence[HeadCode], *, shares: bool) -> str:
    """The functions of all objectives and of their sum; with ``shares`` also for steps of several batches."""
    names, parts, weights = names_of(network), list[str](), [one.output.weight for one in network.objectives]
    if constants := "\n".join(filter(None, (head.constants() for head in heads))):
        parts.append(constants)
    parts += dict.fromkeys(head.loss.helper.strip() for head in heads if head.loss.helper)
    for head in heads:
        parts += [head.function(), head.count()]
    for name, term in zip(names[len(heads) :], network.terms, strict=True):
        parts.append(TERM.strip().format(name=name, index=term.index))
    first = network.inputs[0]
    counted = [head.share() for head in heads] + [f"len(batch[{spelled(first)}])"] * len(network.terms)
    factors = [f" * {spelled(weight)}" if weight != 1.0 else "" for weight in weights]
    terms = [f"loss_{name}(answers, batch){factor}" for name, factor in zip(names, factors, strict=True)]
    if shares:
        terms = [f"{term} * shares[{index}]" for index, term in enumerate(terms)]
        parts.append(
            'def counts(batch):\n    """How much a batch counts among those of one step, for each loss."""\n'
            f"    return [{', '.join(counted)}]"
        )
        parts.append(
            'def shares_of(batches):\n    """For each batch its shares in the means over all of them."""\n'
            "    found = [counts(batch) for batch in batches]\n"
            "    totals = [sum(column) for column in zip(*found)]\n"
            "    return [[count / (total + 1e-30) for count, total in zip(row, totals)] for row in found]"
        )
    given = "answers, batch, shares" if shares else "answers, batch"
    parts.append(f'def loss_of({given}):\n    """What is made small."""\n    return {" + ".join(terms)}')
    return "\n\n\n".join(parts)


def table(network: Network) -> str:
    """The objectives by name, for evaluations."""
    pairs = zip(names_of(network), network.objectives, strict=True)
    rows = [f"    ({spelled(one.output.weight)}, loss_{name}, count_{name})," for name, one in pairs]
    return "\n".join(["OBJECTIVES = [  # weight in the sum, loss, how much a batch counts", *rows, "]"])
