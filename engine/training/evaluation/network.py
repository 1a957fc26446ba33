"""The compiled network with what joins it to the data: which field goes in where, which comes out, what it costs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine import metrics
from engine.data.lengths import alike
from engine.data.pipeline import Part
from engine.layers.endpoints import Output
from engine.losses import Loss
from engine.losses.class_loss import likeliest
from engine.metrics.metric import Metric, Value
from engine.metrics.streams.output_metrics import OutputMetrics
from engine.metrics.task import Task
from engine.training.evaluation.scores import SMALL, Found, Score, Transfer, ask_totals, exact, fetched

Batch = Mapping[str, Tensor]
Forward = Callable[..., Tensor | tuple[Tensor, ...]]
"""A network, or compiled code of it."""


@dataclass(frozen=True, slots=True)
class Head:
    """One trained Output: where its answer stands among the network's, the field it learns, how it is judged.

    ``masked``: some targets may count for nothing, those of the ignored class or of one that weighs nothing.
    ``weights`` (classes) are those of the loss, ``node`` the id of the Output, ``axis`` that of the classes: `answer`
    has it last.
    """

    name: str
    output: Output
    index: int
    field: str
    task: Task
    masked: bool = False
    metrics: tuple[str, ...] = ()
    weights: Tensor | None = None
    node: str | None = None
    axis: int | None = None
    judge: OutputMetrics = dataclasses.field(init=False)
    criterion: Loss = dataclasses.field(init=False)
    """The loss that compares its answer with the field."""
    mean: Callable[[Tensor, Tensor], Tensor] = dataclasses.field(init=False)
    """Its mean over a batch, of `answer` and `target`."""
    step_metric: type[Metric] = dataclasses.field(init=False)
    """What the steps report."""

    def __post_init__(self) -> None:
        metric = metrics.get(self.task.step_metric)
        assert metric is not None
        object.__setattr__(self, "criterion", self.output.criterion)
        object.__setattr__(self, "mean", self.criterion.bound(self.weights, self.masked))
        object.__setattr__(self, "step_metric", metric)
        object.__setattr__(self, "judge", OutputMetrics(self.criterion, self.task, self.metrics, self.masked))

    @property
    def metric(self) -> str:
        """The name of what the steps report."""
        return self.step_metric.name

    def answer(self, answers: tuple[Tensor, ...]) -> Tensor:
        """What the network answers here, (N, …), classes last."""
        return self._classes_last(answers[self.index])

    def target(self, batch: Batch) -> Tensor:
        """What the loss compares it with: labels, values, or probabilities with their classes last."""
        target = batch[self.field]
        return self._classes_last(target) if self.soft(target) else target

    def labels(self, batch: Batch) -> Tensor:
        """The target as metrics count it: of probabilities the likeliest class."""
        target = batch[self.field]
        return likeliest(self._classes_last(target)) if self.soft(target) else target

    def counted(self, labels: Tensor) -> Tensor:
        """Which labels count: all but those of the ignored class, in their shape."""
        ignored = self.criterion.ignored
        return torch.ones_like(labels, dtype=torch.bool) if ignored is None else labels != ignored

    def predicted(self, answer: Tensor) -> Tensor:
        """The numbers that an answer foretells, in the units of the data."""
        return self.own(self.criterion.predicted(answer))

    def values(self, answer: Tensor, labels: Tensor) -> Tensor:
        """The numbers that it should be, in the shape of the answer and the units of the data."""
        return self.own(self.criterion.values(answer, labels))

    def own(self, values: Tensor) -> Tensor:
        """Numbers as they are learned, in the units of the data."""
        return values if self.task.units is None else self.task.units.own(values)

    def soft(self, target: Tensor) -> bool:
        """Whether the target is how likely each class is."""
        return self.task.kind == "classes" and target.is_floating_point()

    def _classes_last(self, value: Tensor) -> Tensor:
        return value if self.axis is None or self.axis == value.dim() - 1 else value.movedim(self.axis, -1)

    def loss(self, answers: tuple[Tensor, ...], batch: Batch) -> Tensor:
        """The mean loss of a batch times the weight of this Output."""
        value = self.mean(self.answer(answers), self.target(batch))
        return value if self.output.weight == 1.0 else value * self.output.weight

    def count(self, batch: Batch) -> Tensor | int:
        """How much a batch counts in the mean over several."""
        return self.criterion.share(self.target(batch), self.weights, masked=self.masked)

    def score(self, answers: tuple[Tensor, ...], batch: Batch) -> tuple[Tensor, Tensor | int]:
        """(sum, number) of the metric over a batch, apart from the gradients."""
        answer, target = self.answer(answers).detach(), self.labels(batch)
        return self.step_metric.score(self.criterion, answer, target, self.masked, self.task.units)

    def waits(self, answer: Tensor, target: Tensor) -> bool:
        """Whether what steps report is counted later, of an answer and the field as they come."""
        if not self.step_metric.counts or answer.numel() > SMALL or answer._is_view():  # of a weight that will change
            return False
        return (self.axis is None or self.axis == answer.dim() - 1) and not self.soft(target)

    def sums(self, answers: tuple[Tensor, ...], batch: Batch) -> list[Tensor] | list[float]:
        """[sum of the loss, its count, sum of the metric, its count], each without axes."""
        answer = self.answer(answers)
        values = self.criterion.summed(answer, self.target(batch), self.weights, masked=self.masked)
        return exact((*values, *self.score(answers, batch)), answer)


@dataclass(frozen=True, slots=True)
class Term:
    """An Output whose value is itself a term of the loss: the mean of what arrives, whatever the data says.

    ``index`` is that of its answer, ``node`` the id of the Output.
    """

    name: str
    output: Output
    index: int
    node: str | None = None

    def value(self, answers: tuple[Tensor, ...]) -> Tensor:
        """The mean over all numbers of a batch, a tensor without axes."""
        return answers[self.index].mean()

    def loss(self, answers: tuple[Tensor, ...], batch: Batch) -> Tensor:
        """That mean times the weight of this Output."""
        value = self.value(answers)
        return value if self.output.weight == 1.0 else value * self.output.weight

    def count(self, batch: Batch) -> int:
        """How much a batch counts in the mean over several: its samples."""
        return len(next(iter(batch.values())))

    def sums(self, answers: tuple[Tensor, ...]) -> list[Tensor] | list[float]:
        """[the mean times the samples of a batch, the samples], each without axes."""
        answer = answers[self.index]
        double = torch.float32 if answer.device.type == "mps" else torch.float64
        return exact((answer.to(double).mean() * len(answer), len(answer)), answer)


class Network:
    """A module, the fields of its inputs in order, its heads and the terms that are added to their losses.

    The first head is the one that steps report on.

    ``forward`` is what computes the answers: the module, or compiled code of it. ``channels_last``: images reach it
    with their channels last in memory. ``autocast`` are the numbers most layers compute with, None: float32.
    ``by_length``: no answer depends on how far its sample is padded, so those of like length are evaluated together.
    """

    def __init__(
        self,
        module: nn.Module,
        inputs: tuple[str, ...],
        heads: tuple[Head, ...],
        terms: tuple[Term, ...] = (),
        *,
        channels_last: bool = False,
        autocast: torch.dtype | None = None,
        by_length: bool = False,
    ) -> None:
        self.module, self.inputs, self.heads, self.channels_last = module, inputs, heads, channels_last
        self.terms = terms
        self._objectives: tuple[Head | Term, ...] = (*heads, *terms)
        self.forward: Forward = module
        self._reported = heads[0] if heads else None
        self.autocast, self.by_length = autocast, by_length
        self.fields = tuple(dict.fromkeys((*inputs, *(head.field for head in heads))))

    @property
    def ignored(self) -> dict[str, int]:
        """Field → the class of it that counts for nothing, of the heads that ignore one."""
        return {head.field: head.output.ignored for head in self.heads if head.output.ignored is not None}

    @property
    def objectives(self) -> tuple[Head | Term, ...]:
        """All that the loss is the weighted sum of: the heads, then the terms."""
        return self._objectives

    @property
    def metric(self) -> str:
        """What steps report beside the loss; empty where no Output is compared with the data."""
        return self.heads[0].metric if self.heads else ""

    def score(self, answers: tuple[Tensor, ...], batch: Batch) -> tuple[Tensor, Tensor | int]:
        """(sum, number) of that metric over a batch; a sum of 0 where there is none."""
        if self.heads:
            return self.heads[0].score(answers, batch)
        return torch.zeros((), device=answers[0].device), len(answers[0])

    def step_score(self, answers: tuple[Tensor, ...], batch: Batch) -> Score:
        """The same for a step, which may be counted later."""
        head = self._reported
        if head is not None and head.waits(answer := answers[head.index], target := batch[head.field]):
            return Score(answer.detach(), target, waiting=True)
        return Score(*self.score(answers, batch))

    def ask_totals(self, steps: Sequence[Sequence[Score]], transfer: Transfer) -> Found[tuple[float, float]]:
        """(sum, number) of every step whose batches have these scores, once the ``transfer`` was fetched."""
        return ask_totals(self._reported, steps, transfer)

    def answers(self, batch: Batch, forward: Forward | None = None) -> tuple[Tensor, ...]:
        """What the network (or ``forward``, a module like it) answers to a batch, in the order of its Outputs.

        Numbers of half precision come back as float32: losses and metrics are computed with those.
        """
        inputs = [batch[name] for name in self.inputs]
        if self.channels_last:
            inputs = list(map(channels_last, inputs))
        compute = self.forward if forward is None else forward
        if self.autocast is None:
            result = compute(*inputs)
        else:  # losses are computed outside: torch refuses some of them within
            with torch.autocast(inputs[0].device.type, self.autocast):
                result = compute(*inputs)
        if self.autocast is None and isinstance(result, Tensor):
            return (result,)
        return tuple(map(_single, result)) if isinstance(result, tuple) else (_single(result),)

    def loss(self, answers: tuple[Tensor, ...], batch: Batch, shares: Sequence[Tensor | float] | None = None) -> Tensor:
        """The weighted sum of all losses; ``shares`` are those of this batch among several, by `objectives`."""
        if len(self._objectives) == 1 and shares is None:
            return self._objectives[0].loss(answers, batch)
        losses = [each.loss(answers, batch) for each in self._objectives]
        if shares is not None:
            losses = [value * share for value, share in zip(losses, shares, strict=True)]
        total = losses[0]
        for value in losses[1:]:
            total = total + value
        return total

    def shares(self, batches: Sequence[Batch]) -> list[list[Tensor | float]]:
        """For each batch what it counts among these, by `objectives`: together the mean over all of them."""
        counts = [[each.count(batch) for each in self.objectives] for batch in batches]
        totals = [sum(column) for column in zip(*counts, strict=True)]
        return [[count / (total + 1e-30) for count, total in zip(row, totals, strict=True)] for row in counts]

    def evaluate(
        self,
        part: Part,
        size: int,
        go_on: Callable[[], bool],
        judged: nn.Module | None = None,
        observers: Sequence[Callable[[tuple[Tensor, ...], Batch], None]] = (),
    ) -> dict[str, Value] | None:
        """Loss and metrics over a whole part, every sample counting the same; None if ``go_on`` says no in between.

        ``judged`` is another module with weights of its own, such as a moving average. With several heads there is
        also ``loss_NAME``, ``accuracy_NAME`` and so on of each, and always ``loss_NAME`` of each term. ``observers``
        are given every batch and its answers; if ``by_length``, in the order of `alike`.
        """
        stopped, module = False, self.module if judged is None else judged
        forward = self.forward if module is self.module else module

        def asked() -> Iterator[tuple[tuple[Tensor, ...], Batch]]:
            nonlocal stopped
            for batch in part.batches(self.fields, size, alike(part.free, size) if self.by_length else None):
                if not go_on():
                    stopped = True
                    return
                answers = self.answers(batch, forward)
                yield answers, batch
                for see in observers:
                    see(answers, batch)
            stopped = not go_on()  # asked for while the last batch was looked at

        module.eval()
        try:
            with torch.no_grad():
                found = self.measure(asked())
        finally:
            module.train()
        return None if stopped else found

    def measure(self, answered: Iterable[tuple[tuple[Tensor, ...], Batch]]) -> dict[str, Value]:
        """Loss and metrics over batches with their answers, every sample counting the same; empty without any."""
        rows: list[list[Tensor] | list[float]] = []
        for head in self.heads:
            head.judge.reset()
        for answers, batch in answered:
            sums: list[Any] = [value for head in self.heads for value in head.sums(answers, batch)]
            sums += [value for term in self.terms for value in term.sums(answers)]
            rows.append(sums)
            for head in self.heads:
                head.judge.update(head.answer(answers), head.labels(batch))
        if not rows:
            return {}
        return self._means([sum(column) for column in zip(*fetched(rows), strict=True)])

    def _means(self, totals: list[float]) -> dict[str, Value]:
        several = len(self.heads) > 1
        result: dict[str, Value] = {}
        total = 0.0
        for number, head in enumerate(self.heads):
            loss_sum, compared, score_sum, judged = totals[4 * number : 4 * number + 4]
            mean = loss_sum / compared if compared else float("nan")
            score = score_sum / judged if judged else float("nan")
            total += head.output.weight * mean
            values: dict[str, Value] = {head.metric: score, **head.judge.compute()}
            result = {**values, **result}
            if several:
                result |= {f"{name}_{head.name}": value for name, value in {"loss": mean, **values}.items()}
            elif self.terms:
                result[f"loss_{head.name}"] = mean
        of_terms = totals[4 * len(self.heads) :]
        for term, value_sum, samples in zip(self.terms, of_terms[::2], of_terms[1::2], strict=True):
            mean = value_sum / samples if samples else float("nan")
            total += term.output.weight * mean
            result[f"loss_{term.name}"] = mean
        return {"loss": total, **result}


def channels_last(value: Tensor) -> Tensor:
    """The same numbers, an image (4 axes) or a volume (5) with its channels last in memory.

    `Tensor.contiguous` would leave what lies both ways at once, such as the weights of a convolution of 1 × 1, with
    strides that torch takes for channels first.
    """
    if value.dim() == 4:
        return value.to(memory_format=torch.channels_last)
    return value.to(memory_format=torch.channels_last_3d) if value.dim() == 5 else value


def _single(value: Tensor) -> Tensor:
    return value.float() if value.dtype in (torch.bfloat16, torch.float16) else value
