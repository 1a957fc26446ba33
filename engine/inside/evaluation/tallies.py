"""What every sample adds to each metric, so that a metric of samples drawn again is a sum and no new evaluation.

Metrics that are no function of sums over samples (the AUROC) have no tally.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from engine.losses.sequence_loss import SequenceLoss
from engine.metrics.deviations import columns
from engine.training.evaluation.network import Head, Network, Term

if TYPE_CHECKING:
    from engine.data.dataset import Array

Totals = Mapping[str, "Array"]
"""Name of a sum → (draws, …)."""
Formula = Callable[[Totals], "Array"]


@dataclass(frozen=True, slots=True)
class Tally:
    """``sums`` are (N, …) what each sample adds; ``formulas`` make metrics (draws) of the totals (draws, …)."""

    sums: Mapping[str, Array]
    formulas: Mapping[str, Formula]

    def metrics(self, weights: Array) -> dict[str, Array]:
        """Metric → its value (draws) where samples count as often as ``weights`` (draws, N) say."""
        totals = {
            name: (weights @ values.reshape(len(values), -1)).reshape(len(weights), *values.shape[1:])
            for name, values in self.sums.items()
        }
        with np.errstate(divide="ignore", invalid="ignore"):
            return {name: formula(totals) for name, formula in self.formulas.items()}


def tallies(
    network: Network, answers: tuple[Tensor, ...], batch: Mapping[str, Tensor]
) -> Callable[[Array], dict[str, Array]]:
    """What `Network.measure` gives, as a function of how often each sample counts: (draws, N) → metric → (draws).

    The names are those of `Network.measure`; metrics without a tally are missing.
    """
    heads = [(head, of_head(head, answers, batch)) for head in network.heads]
    terms = [(term, of_term(term, answers)) for term in network.terms]

    def metrics(weights: Array) -> dict[str, Array]:
        several = len(heads) > 1
        result: dict[str, Array] = {}
        total: Array = np.zeros(len(weights))
        for head, tally in heads:
            values = tally.metrics(weights)
            loss = values.pop("loss")
            total = total + head.output.weight * loss
            result = {**values, **result}
            if several:
                result |= {f"{name}_{head.name}": value for name, value in {"loss": loss, **values}.items()}
            elif terms:
                result[f"loss_{head.name}"] = loss
        for term, tally in terms:
            result[f"loss_{term.name}"] = tally.metrics(weights)["loss"]
            total = total + term.output.weight * result[f"loss_{term.name}"]
        return {"loss": total, **result}

    return metrics


def of_term(term: Term, answers: tuple[Tensor, ...]) -> Tally:
    """That of an Output whose mean is itself a term of the loss."""
    values = answers[term.index].double().reshape(len(answers[term.index]), -1).mean(1)
    sums = {"loss": _array(values), "samples": np.ones(len(values))}
    return Tally(sums, {"loss": lambda t: t["loss"] / t["samples"]})


def of_head(head: Head, answers: tuple[Tensor, ...], batch: Mapping[str, Tensor]) -> Tally:
    """That of an Output which is compared with the data."""
    answer, labels = head.answer(answers).float(), head.labels(batch)
    losses, counts = head.criterion.each_summed(
        head.answer(answers), head.target(batch), head.weights, masked=head.masked
    )
    sums = {"loss": _array(losses), "compared": _array(counts)}
    formulas: dict[str, Formula] = {"loss": lambda t: t["loss"] / t["compared"]}
    kinds = {"values": _values, "two": _two, "classes": _classes, "sequence": _sequence}
    more, made = kinds[head.task.kind](head, answer, labels)
    wanted = {head.metric, *head.metrics}
    return Tally(sums | more, formulas | {name: formula for name, formula in made.items() if name in wanted})


def _values(head: Head, answer: Tensor, target: Tensor) -> tuple[dict[str, Array], dict[str, Formula]]:
    answer, goal = head.criterion.predicted(answer), head.criterion.values(answer, target)
    off = (answer - goal).abs().double().reshape(len(answer), -1)
    given, true = (columns(value).double() for value in (answer, goal))
    true, given = true - true.mean(0), given - true.mean(0)  # sums of squares keep their digits
    shape = (len(answer), len(true) // len(answer), true.shape[1])
    sums = {
        "off": off.sum(1),
        "numbers": torch.full((len(answer),), float(off.shape[1])),
        "missed": (given - true).square().reshape(shape).sum(1),
        "true": true.reshape(shape).sum(1),
        "squares": true.square().reshape(shape).sum(1),
        "rows": torch.full((len(answer), 1), float(shape[1])),
    }

    def r2(t: Totals) -> Array:
        varied = t["squares"] - np.square(t["true"]) / t["rows"]
        left = np.where(t["missed"] > 0, t["missed"] / varied, 0.0)
        found: Array = (1 - np.where(np.isinf(left), 1.0, left)).mean(1)
        return np.where(t["rows"][:, 0] < 2, np.nan, found)

    return _arrays(sums), {
        "mae": lambda t: t["off"] / t["numbers"],
        "rmse": lambda t: np.sqrt(t["missed"] / t["rows"]).mean(1),
        "r2": r2,
    }


def _two(head: Head, answer: Tensor, target: Tensor) -> tuple[dict[str, Array], dict[str, Formula]]:
    goal = head.criterion.values(answer, target).reshape(len(answer), -1)
    given = head.criterion.says_yes(answer).reshape(len(answer), -1)
    true = goal.long() > 0
    sums = {
        "right": (given == (goal > 0.5)).double().sum(1),
        "numbers": torch.full((len(answer),), float(given.shape[1])),
        "both": (given & true).double().sum(1),
        "given": given.double().sum(1),
        "true": true.double().sum(1),
    }
    return _arrays(sums), {
        "accuracy": lambda t: t["right"] / t["numbers"],
        "precision": lambda t: _share(t["both"], t["given"]),
        "recall": lambda t: _share(t["both"], t["true"]),
        "f1": lambda t: _share(2 * t["both"], t["given"] + t["true"]),
        "iou": lambda t: _share(t["both"], t["given"] + t["true"] - t["both"]),
    }


def _classes(head: Head, answer: Tensor, target: Tensor) -> tuple[dict[str, Array], dict[str, Formula]]:
    count, classes = len(answer), answer.shape[-1]
    scores, labels = answer.reshape(count, -1, classes), target.reshape(count, -1)
    kept = head.counted(labels)
    given = scores.argmax(-1)
    right = (given == labels) & kept
    safe = labels.clamp(0, classes - 1)
    chances = scores.log_softmax(-1).gather(-1, safe[..., None])[..., 0].double()
    floor = float(np.log(torch.finfo(torch.float32).tiny))
    sums = {
        "right": right.double().sum(1),
        "numbers": kept.double().sum(1),
        "whole": ((given == labels) | ~kept).all(1).double(),
        "samples": torch.ones(count),
        "both": by_class(safe, right, classes),
        "given": by_class(given, kept, classes),
        "true": by_class(safe, kept, classes),
        "surprise": -(chances.clamp(min=floor) * kept).sum(1),
    }
    if "top5_accuracy" in head.metrics:
        near = (scores.topk(min(5, classes), -1).indices == labels[..., None]).any(-1) & kept
        sums["near"] = near.double().sum(1)
    return _arrays(sums), {
        "accuracy": lambda t: t["right"] / t["numbers"],
        "top5_accuracy": lambda t: t["near"] / t["numbers"],
        "exact_match": lambda t: t["whole"] / t["samples"],
        "perplexity": lambda t: np.exp(t["surprise"] / t["numbers"]),
        "precision": lambda t: _mean(t, t["both"], t["given"]),
        "recall": lambda t: _mean(t, t["both"], t["true"]),
        "f1": lambda t: _mean(t, 2 * t["both"], t["given"] + t["true"]),
        "iou": lambda t: _mean(t, t["both"], t["given"] + t["true"] - t["both"]),
    }


def _sequence(head: Head, answer: Tensor, target: Tensor) -> tuple[dict[str, Array], dict[str, Formula]]:
    assert isinstance(head.criterion, SequenceLoss)
    right = head.criterion.right(answer, target).double()
    sums = {"whole": right, "samples": torch.ones(len(answer))}
    return _arrays(sums), {"exact_match": lambda t: t["whole"] / t["samples"]}


def by_class(labels: Tensor, counted: Tensor, classes: int) -> Tensor:
    """(N, classes) how often each class is among the labels (N, P) that are counted."""
    count = len(labels)
    numbers = (labels + classes * torch.arange(count, device=labels.device)[:, None])[counted]
    return torch.bincount(numbers, minlength=count * classes).reshape(count, classes).double()


def _mean(totals: Totals, parts: Array, wholes: Array) -> Array:
    """The mean over the classes that occur in targets or answers."""
    there = totals["given"] + totals["true"] > 0
    found: Array = (_share(parts, wholes) * there).sum(1) / there.sum(1)
    return found


def _share(parts: Array, wholes: Array) -> Array:
    """0 where there is nothing to share."""
    found: Array = np.where(wholes > 0, parts / wholes, 0.0)
    return found


def _array(values: Tensor) -> Array:
    found: Array = values.double().cpu().numpy()
    return found


def _arrays(sums: Mapping[str, Tensor]) -> dict[str, Array]:
    return {name: _array(values) for name, values in sums.items()}
