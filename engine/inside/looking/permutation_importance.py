"""Permutation importance: how much a score falls when a column is shuffled among the samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import torch
from torch import Tensor

from engine.inside.looking.attribution import is_table
from engine.inside.looking.columns import columns_of
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Bars
from engine.inside.looking.samples import first
from engine.seeds import derive
from engine.training.runs.best import better

MOST: Final = 5000
"""Samples that are judged at most."""


def refuses(question: Question) -> str:
    """It needs a table, and an Output that is compared with the data."""
    if not question.trained.network.heads:
        return "No Output of this network is compared with the data, so there is no score that could fall."
    return is_table(question)


def score(question: Question, batch: Mapping[str, Tensor]) -> float:
    """The metric that steps report of the first Output, larger is better: errors count below 0."""
    network = question.inspector.network
    answers = question.inspector.run(batch).answers
    total, count = network.score(answers, batch)
    value = float(total) / float(count)
    return -value if better(network.metric) == "low" else value


def compute(question: Question) -> Iterator[Step]:
    """score − mean score with one column permuted, over so many permutations, ± their standard deviation."""
    batch = first(question.trained, question.part, MOST)
    count, columns, rounds = (
        len(next(iter(batch.values()))),
        columns_of(question.trained),
        int(question.number("repeats")),
    )
    base, lost = score(question, batch), np.zeros((len(columns), 0))
    metric = question.inspector.network.metric
    generator = torch.Generator().manual_seed(derive(question.seed, "permutation importance"))
    for number in range(rounds):
        falls = list[float]()
        for column in columns:
            order = torch.randperm(count, generator=generator)
            value = batch[column.field].clone()
            if column.positions:
                chosen = list(column.positions)
                value[:, chosen] = value[order][:, chosen]
            else:
                value = value[order]
            falls.append(base - score(question, {**batch, column.field: value}))
        lost = np.column_stack([lost, falls])
        order_of = np.argsort(-lost.mean(1), kind="stable")
        names = tuple(columns[index].name for index in order_of)
        shown = Bars(names, lost.mean(1)[order_of], f"fall of {metric}", lost.std(1)[order_of])
        facts = ((metric, f"{abs(base):.4g}"), ("samples", f"{count:,}"), ("permutations", str(number + 1)))
        yield Step((number + 1) / rounds, shown, facts)


METHOD = Method(
    id="permutation-importance",
    title="Permutation importance",
    help="How much the score falls when a column is shuffled (Breiman 2001, Random Forests, Machine Learning 45).",
    needs=frozenset({"part"}),
    refuses=refuses,
    compute=compute,
    options=(Option("repeats", "Permutations", "how often each column is shuffled", 10, low=1, high=1000),),
    about="field",
)
