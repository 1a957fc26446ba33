"""Samples as rows of numbers for simple models: (rows, features) and what each row is to answer.

A sample is one row. Where a target has several positions each of them is a row: of the values around it where the input
lies along it (the characters of a line, the pixels of a picture), else of the whole input and of what comes before
it. Symbols become one-hot. At most `ROWS` rows are drawn to fit on, and `JUDGED` to be judged on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.data.dataset import Dataset, Field
from engine.data.naive import seasonal

if TYPE_CHECKING:
    import numpy as np

    from engine.data.dataset import Array

ROWS, JUDGED = 8_000, 2_000
MOST_SYMBOLS = 1_000
MOST_SHOWN = 8_000
"""Numbers of a row of symbols as one-hot up to which they are kept apart; of more it is counted how often each comes.
"""
BEFORE, AROUND = 8, 6
"""Characters before a position that is to be foretold, or on either side of one that is to be named."""
PIXELS = 3
"""Pixels on every side."""
WEIGHT = 4.0
"""How much the position itself counts beside a one-hot symbol, where rows of all positions stand together."""


@dataclass(frozen=True, slots=True)
class Views:
    """Rows to fit on and to be judged by, float32, with their goals; ``classes`` says that these are classes.

    Of a series ``last`` has the last values of what is forecast, for every step, and ``seasonal`` those of a season
    before, in the data's own units, of each row to be judged.
    """

    train: Array
    train_goal: Array
    test: Array
    test_goal: Array
    classes: bool
    last: Array | None = None
    seasonal: Array | None = None


def views(
    dataset: Dataset,
    arrays: dict[str, Array],
    train: Array,
    test: Array,
    target: str,
    source: np.random.RandomState,
) -> Views:
    """The rows of a target; ``train`` and ``test`` are the indices of the samples, ``source`` draws among them."""
    import numpy as np

    goal, name = dataset.fields[target], dataset.first("input")
    field, values, goals = dataset.fields[name], arrays[name], arrays[target]
    if not goal.classes or not goal.shape:
        chosen = [_some(indices, most, source) for indices, most in ((train, ROWS), (test, JUDGED))]
        made = [_whole(field, values[indices]) for indices in chosen]
        scaled = tuple(
            np.concatenate([rows, *_beside(dataset, arrays, name, indices)], axis=1)
            for rows, indices in zip(_scaled(field, *made), chosen, strict=True)
        )
        answers = [goals[indices] for indices in chosen]
        found = Views(scaled[0], _flat(answers[0]), scaled[1], _flat(answers[1]), bool(goal.classes))
        if values.ndim < 3 or not goal.shape:
            return found
        past = values[chosen[1]]
        return replace(found, last=_naive(goal, past, 1), seasonal=_naive(goal, past, goal.season))
    picked = [_positions(goal, goals, indices, most, source) for indices, most in ((train, ROWS), (test, JUDGED))]
    rows = [_around(dataset, arrays, target, *where) for where in picked]
    (_, first), (_, second) = ((where, goals[(where[0], *where[1].T)]) for where in picked)
    return Views(rows[0], first, rows[1], second, True)


def _naive(goal: Field, past: Array, season: int) -> Array | None:
    """What was a season before, (rows, numbers), of pasts (rows, steps, values); None where they are too short."""
    found = seasonal(past, goal.shape[0], season, goal.shape[1] if len(goal.shape) > 1 else 1) if season else None
    return None if found is None else found.reshape(len(past), -1)


def _beside(dataset: Dataset, arrays: dict[str, Array], first: str, indices: Array) -> list[Array]:
    """The categories of a table that are looked up, each as one-hot."""
    one_each = {name: field for name, field in dataset.fields.items() if field.role == "input" and not field.shape}
    return [
        _one_hot(arrays[name][indices][:, None], field.classes)
        for name, field in one_each.items()
        if name != first and field.classes
    ]


def _some(indices: Array, most: int, source: np.random.RandomState) -> Array:
    """At most so many of the indices, in the order they have."""
    import numpy as np

    if len(indices) <= most:
        return indices
    return indices[np.sort(source.permutation(len(indices))[:most])]


def _flat(goals: Array) -> Array:
    """One number a row where a sample answers with one, else all its numbers."""
    flat = goals.reshape(len(goals), -1)
    return flat[:, 0] if flat.shape[1] == 1 else flat


def _positions(
    goal: Field, goals: Array, samples: Array, most: int, source: np.random.RandomState
) -> tuple[Array, Array]:
    """(samples, indices within them (rows, rank)) of positions that are no padding; some of all of them."""
    import numpy as np

    size = int(np.prod(goal.shape))
    drawn = samples[source.randint(0, len(samples), 3 * most)], source.randint(0, size, 3 * most)
    inside = np.stack(np.unravel_index(drawn[1], goal.shape), axis=1)
    kept = goals[(drawn[0], *inside.T)] != (-1 if goal.padding is None else goal.padding)
    _, once = np.unique(drawn[0][kept] * size + drawn[1][kept], return_index=True)
    once = np.sort(once)[:most]
    return drawn[0][kept][once], inside[kept][once]


def _around(dataset: Dataset, arrays: dict[str, Array], target: str, samples: Array, inside: Array) -> Array:
    """What a row sees of its position."""
    import numpy as np

    goal, name = dataset.fields[target], dataset.first("input")
    field, values = dataset.fields[name], arrays[name]
    if field.shape == goal.shape and field.classes:
        after = 0 if dataset.task == "language model" else AROUND
        before = BEFORE - 1 if dataset.task == "language model" else AROUND
        padded = np.pad(values, ((0, 0), (before, after)))
        steps = np.arange(before + after + 1)
        return _one_hot(padded[samples[:, None], inside[:, :1] + steps], field.classes)
    if len(goal.shape) == 2 and field.shape[-2:] == goal.shape:
        padded = np.pad(values, ((0, 0), (0, 0), (PIXELS, PIXELS), (PIXELS, PIXELS)), mode="edge")
        steps = np.arange(2 * PIXELS + 1)
        y, x = (inside[:, axis, None] + steps for axis in (0, 1))
        seen = padded[samples[:, None, None], :, y[:, :, None], x[:, None, :]]
        return _unit(seen.reshape(len(samples), -1))
    whole = _whole(field, values[samples]) if field.classes else _unit(_whole(field, values[samples]))
    shown = next((key for key, one in dataset.fields.items() if one.role == "input" and one.shape == goal.shape), None)
    parts = [whole, WEIGHT * _one_hot(inside[:, :1], goal.shape[0])]
    if shown is not None:
        parts.append(_one_hot(arrays[shown][samples, inside[:, 0]][:, None], goal.classes or 1))
    return np.concatenate(parts, axis=1)


def _whole(field: Field, values: Array) -> Array:
    """All values of the samples (rows, features), symbols as one-hot."""
    import numpy as np

    if field.classes and len(field.shape) == 1 and field.shape[0] * min(field.classes, MOST_SYMBOLS) > MOST_SHOWN:
        return _counts(values, field)
    if field.classes:
        return _one_hot(values.reshape(len(values), -1), field.classes)
    return values.reshape(len(values), -1).astype(np.float32)


def _counts(values: Array, field: Field) -> Array:
    """How often each symbol comes in a row (rows, classes), as a share of its symbols; padding counts for nothing."""
    import numpy as np

    classes = min(field.classes or 1, MOST_SYMBOLS)
    counts = np.zeros((len(values), classes), np.float32)
    rows = np.repeat(np.arange(len(values)), values.shape[1])
    np.add.at(counts, (rows, np.minimum(values.reshape(-1), classes - 1)), 1.0)
    if field.padding is not None:
        counts[:, field.padding] = 0.0
    shares: Array = counts / np.maximum(1.0, counts.sum(1, keepdims=True))
    return shares


def _scaled(field: Field, train: Array, test: Array) -> tuple[Array, Array]:
    """Mean 0 and deviation 1 on the rows to fit on: each feature of a table, all values of anything else together."""
    import numpy as np

    if field.classes:
        return train, test
    axis = 0 if len(field.shape) == 1 else None
    train, test = _filled(train, test)
    middle, spread = train.mean(axis, dtype=np.float64), train.std(axis, dtype=np.float64)
    spread = np.where(spread > 1e-9, spread, 1.0)
    return ((train - middle) / spread).astype(np.float32), ((test - middle) / spread).astype(np.float32)


def _filled(train: Array, test: Array) -> tuple[Array, Array]:
    """The median of the rows to fit on where a value is missing (NaN), 0 where a feature has none."""
    import numpy as np

    holes = np.isnan(train), np.isnan(test)
    if not holes[0].any() and not holes[1].any():
        return train, test
    known = ~holes[0].all(0)
    medians = np.zeros(train.shape[1], train.dtype)
    medians[known] = np.nanmedian(train[:, known], axis=0)
    return np.where(holes[0], medians, train), np.where(holes[1], medians, test)


def _unit(values: Array) -> Array:
    """Values of images between 0 and 1."""
    import numpy as np

    return values.astype(np.float32) / 255


def _one_hot(symbols: Array, classes: int) -> Array:
    """Symbols (rows, positions) as (rows, positions · classes) in float32; beyond `MOST_SYMBOLS` they are one."""
    import numpy as np

    rows, positions = symbols.shape
    classes = min(classes, MOST_SYMBOLS)
    result = np.zeros((rows, positions, classes), np.float32)
    result[np.arange(rows)[:, None], np.arange(positions), np.minimum(symbols, classes - 1)] = 1.0
    return result.reshape(rows, positions * classes)
