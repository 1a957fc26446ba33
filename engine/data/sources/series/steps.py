"""Whether the rows of a table follow each other in equal steps of time: then it is a series before it is a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.data.dataset import Array

EQUAL: Final = 0.9
"""The share of steps that are equal where a series has a step."""
NEAR: Final = 0.1
"""How far a step may be from the usual one, as a share of it: months and quarters are not all as long."""
FEWEST: Final = 48
"""Rows of a series at least, or of the middle one of several in a table."""
DAY: Final = 86_400.0
YEARLY: Final = 360 * DAY
"""Seconds from which on a step is a year."""
THURSDAY: Final = 3
"""The day of the week on which moments begin to count; Monday is 0."""
FRIDAY: Final = 4


def equal_steps(moments: Array, keys: Array | None = None) -> bool:
    """Whether rows are in order of time with equal steps, days without weekends included, and none comes twice.

    ``moments`` are seconds since 1970 in the order of the rows, NaN where there is none; ``keys`` name the series that
    each row belongs to. Several series whose steps are years are a table: of countries, say, by year.
    """
    import numpy as np

    timed = ~np.isnan(moments)
    moments, keys = moments[timed], None if keys is None else keys[timed]
    if keys is None:
        parts = [moments]
    else:
        names, number = np.unique(keys.astype(str), return_inverse=True)
        parts = [moments[number.reshape(-1) == one] for one in range(len(names))]
    twice = any(len(np.unique(part)) < len(part) for part in parts)
    if not parts or twice or np.median([len(part) for part in parts]) < FEWEST:
        return False
    steps = np.concatenate([_steps(part) for part in parts])
    usual = float(np.median(steps))
    equal = np.abs(steps - usual) <= NEAR * usual
    return usual > 0 and float(equal.mean()) >= EQUAL and not (len(parts) > 1 and usual >= YEARLY)


def _steps(moments: Array) -> Array:
    """Seconds from each moment to the next; from a Friday to the Monday after it is a day where no weekend is there."""
    import numpy as np

    steps, days = np.diff(moments), np.floor(moments / DAY)
    weekdays = (days + THURSDAY) % 7
    if np.median(steps) != DAY or bool((weekdays > FRIDAY).any()):
        return steps
    dates = days.astype("datetime64[D]")
    result: Array = np.busday_count(dates[:-1], dates[1:]) * DAY
    return result
