"""Partial dependence: the mean answer when one column has the same value in every sample."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch

from engine.inside.looking.attribution import is_table
from engine.inside.looking.columns import TableColumn, columns_of
from engine.inside.looking.errors import LookingError
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Curve
from engine.inside.looking.samples import first
from engine.inside.looking.target import Target, numbers
from engine.inside.trained import Trained

MOST: Final = 2000
SEEN: Final = 50


def answers(question: Question, target: Target, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """(N,): the probability of the class that is asked about, or the value."""
    found = question.inspector.run(batch).answers
    heads = question.inspector.network.heads
    value = numbers(question.trained, target, found)
    if heads:
        head = heads[target.head]
        kind = head.task.kind
        if kind == "classes":
            value = value.softmax(-1)
        elif kind != "sequence":
            value = head.criterion.probabilities(value) if kind == "two" else head.predicted(value)
    assert target.unit is not None
    return value[:, target.unit]


def compute(question: Question) -> Iterator[Step]:
    """mean over samples of f(x with column j set to v), for v from the 5 % to the 95 % quantile of the column."""
    column = _column(question)
    batch = first(question.trained, question.part, MOST)
    target = question.target.settled(
        question.trained, question.inspector.run(first(question.trained, question.part, 1)).answers
    )
    values, label = batch[column.field], target.name(question.trained)
    (position,) = column.positions
    own = values[:, position].numpy(force=True).astype(np.float64)
    unique = np.unique(own)
    count = int(question.number("points"))
    low, high = (float(np.quantile(own, share)) for share in (0.05, 0.95))
    grid = unique if len(unique) <= count else np.linspace(low, high, count)
    known, real = _real(question, column, own)
    x = np.interp(grid, known, real)
    seen = np.interp(np.quantile(own, np.linspace(0, 1, SEEN)), known, real)
    means = list[float]()
    for number, value in enumerate(grid):
        changed = values.clone()
        changed[:, position] = float(value)
        means.append(float(answers(question, target, {**batch, column.field: changed}).double().mean()))
        y = np.array(means)
        facts = (("samples", f"{len(own):,}"), ("from", f"{y.min():.4g}"), ("to", f"{y.max():.4g}"))
        axes = (column.name, f"mean answer: {label}")
        yield Step((number + 1) / len(grid), Curve(x[: len(y)], y, axes, seen), facts)


def _column(question: Question) -> TableColumn:
    """The column that is asked about: by its name, else the first that is one number."""
    wanted, found = question.choice("column"), [one for one in columns_of(question.trained) if len(one.positions) == 1]
    if not found:
        raise LookingError("task", "The network is given no column that is one number: there is no axis to go along.")
    return next((one for one in found if one.name == wanted), found[0])


def _names(trained: Trained) -> tuple[str, ...]:
    return tuple(one.name for one in columns_of(trained) if len(one.positions) == 1)


def _real(question: Question, column: TableColumn, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of values as the network has them, and as they are in the data, both rising; of other files the former."""
    data = question.trained.data
    if all(question.part is not one for one in (data.train, data.validation, data.test)):
        return np.sort(own), np.sort(own)
    raw = question.trained.data.raw[column.field]
    there = np.asarray(raw[question.part.indices[: len(own)]])[:, column.positions[0]].astype(np.float64)
    known = np.isfinite(there)  # the others were filled in
    order = np.argsort(own[known], kind="stable")
    return own[known][order], there[known][order]


METHOD = Method(
    id="partial-dependence",
    title="Partial dependence",
    help="The mean answer along one column (Friedman 2001, Greedy Function Approximation, Annals of Statistics 29).",
    needs=frozenset({"part", "target"}),
    refuses=is_table,
    compute=compute,
    options=(
        Option("column", "Column", "the column to go along; none: the first", "", choices_of=_names),
        Option("points", "Points", "values along the column", 20, low=2, high=500),
    ),
    about="field",
)
