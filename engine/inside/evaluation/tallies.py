"""What every sample adds to each metric, so that a metric of samples drawn again is a sum and no new evaluation.

Metrics that are no function of sums over samples (the AUROC) have no tally.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from torch import Tensor

from engine import metrics
from engine.metrics.streams.answers import Answers
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
    answer = head.answer(answers)
    losses, counts = head.criterion.each_summed(answer, head.target(batch), head.weights, masked=head.masked)
    sums = {"loss": _array(losses), "compared": _array(counts)}
    formulas: dict[str, Formula] = {"loss": lambda t: t["loss"] / t["compared"]}
    found = Answers(head.task, head.criterion, answer, head.labels(batch), head.masked)
    for name in dict.fromkeys((head.metric, *head.metrics)):
        metric = metrics.get(name)
        if metric is not None and (own := metric.sums(found)):
            sums |= {key: _array(values) for key, values in own.items() if key not in sums}
            formulas[name] = partial(metric.of_totals, task=head.task)
    return Tally(sums, formulas)


def _array(values: Tensor) -> Array:
    found: Array = values.double().cpu().numpy()
    return found
