"""The naive forecast: what was a season ago comes again. How far it is off in the training part, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.data.dataset import Field

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.data.dataset import Array, Columns
    from engine.data.transforms import Fitted

MOST: Final = 8_000
"""Training samples that are looked at, spread over all."""


def past_of(fields: Mapping[str, Field]) -> str:
    """The field whose first numbers are the past of what is forecast."""
    return next(name for name, field in fields.items() if field.role == "input")


def naive_errors(
    fields: Mapping[str, Field], raw: Columns, indices: Array, target: str, fitted: Sequence[Fitted] = ()
) -> tuple[float, ...]:
    """The mean of |y(t) − y(t − season)| of each number that is forecast, over training samples (``indices``).

    A season as long as a sample or longer counts as one step. Where transforms have changed the target it is in the
    units of each of its numbers along the last axis.
    """
    import numpy as np

    chosen = indices[np.linspace(0, len(indices) - 1, min(MOST, len(indices))).astype(np.int64)]
    future = np.asarray(raw[target][chosen], np.float64)
    future = future.reshape(*future.shape[:2], -1)
    past = np.asarray(raw[past_of(fields)][chosen], np.float64)[..., : future.shape[2]]
    whole = np.concatenate([past, future], axis=1)
    season = fields[target].season
    season = season if season < whole.shape[1] else 1
    apart = np.abs(whole[:, season:] - whole[:, :-season])
    found = apart.mean((0, 1))
    for learnt in fitted:
        if learnt.transform.field == target and learnt.std:
            found = found / np.array(learnt.std)
    return tuple(found.tolist())


def seasonal(past: Array, horizon: int, season: int, targets: int) -> Array | None:
    """The naive forecast (samples, horizon, targets) of pasts (samples, steps, values); None: it is too short."""
    import numpy as np

    if season > past.shape[1]:
        return None
    steps = past.shape[1] - season + np.arange(horizon) % season
    found: Array = past[:, steps, :targets]
    return found
