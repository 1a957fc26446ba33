"""Several runs together: the average of their answers, and how far the scores of single runs are apart."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.inside.evaluation.answered import Answered
from engine.inside.evaluation.comparing import aligned
from engine.inside.evaluation.scores import Scores
from engine.training.evaluation.network import Head
from engine.training.runs.folds import Spread, folds_of_run
from engine.training.status import TrainingError


def ensemble(asked: Sequence[Answered]) -> Answered:
    """The average of several runs' answers to the same samples, as the answers of the first: of its Outputs.

    Classes are averaged as probabilities, numbers as numbers (Lakshminarayanan, Pritzel and Blundell, Simple and
    Scalable Predictive Uncertainty Estimation using Deep Ensembles, 2017). Raises TrainingError where the runs do not
    answer the same samples in the same way.
    """
    first = asked[0]
    orders = [torch.from_numpy(aligned(first, other)) for other in asked]
    answers = list(first.answers)
    for number, head in enumerate(first.trained.network.heads):
        made = list[Tensor]()
        for one, order in zip(asked, orders, strict=True):
            heads = one.trained.network.heads
            own = heads[number] if number < len(heads) else None
            if own is None or not _alike(head, own):
                raise TrainingError(
                    f"{one.trained.folder.name} does not answer {head.field!r} as {first.trained.folder.name} does, "
                    "so their answers have no average."
                )
            answer = one.answer(own)
            made.append(_probabilities(own, answer)[order.to(answer.device)])
        mean = _answers(head, torch.stack(made).mean(0))
        answers[head.index] = mean if head.axis is None else mean.movedim(-1, head.axis)
    return first.with_answers(tuple(answers))


def _alike(head: Head, other: Head) -> bool:
    """Whether two Outputs answer the same in the same form."""
    return head.field == other.field and head.task == other.task and head.task.kind != "sequence"


def spreads(found: Sequence[Scores]) -> dict[str, Spread]:
    """Each metric that all of these have: its mean, and the standard deviation of a sample."""
    names = [name for name in found[0].metrics if all(name in one.metrics for one in found)] if found else []
    result = dict[str, Spread]()
    for name in names:
        values = [one.metrics[name].value for one in found]
        deviation = statistics.stdev(values) if len(values) > 1 else 0.0
        result[name] = Spread(statistics.fmean(values), deviation, len(values))
    return result


def not_alike(asked: Sequence[Answered]) -> str:
    """Why scores of these runs are not drawn from one and the same question; empty where they may be averaged.

    The folds of one cross-validation have samples of their own by intent.
    """
    if len({folds_of_run(one.trained.folder) or one.trained.folder for one in asked}) == 1:
        return ""
    (origin, ours), *others = (one.data.identities() for one in asked)
    if any(origin != other for other, _ in others):
        what = "different data"
    elif any(set(ours.tolist()) != set(theirs.tolist()) for _, theirs in others):
        what = "different samples of the same data, as their splits differ"
    else:
        return ""
    return f"These runs are judged by {what}: their mean ± deviation compares what is not comparable."


def _probabilities(head: Head, answer: Tensor) -> Tensor:
    """What is averaged."""
    if head.task.kind == "values":
        return head.criterion.predicted(answer.double())
    return head.criterion.probabilities(answer.double())


def _answers(head: Head, mean: Tensor) -> Tensor:
    """An average in the form in which the Output answers."""
    if head.task.kind == "values":
        return head.criterion.from_predicted(mean).float()
    return head.criterion.from_probabilities(mean).float()
