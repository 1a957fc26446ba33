"""How a GPU was used in a run: the curves that are read from it, and what they come to."""

from __future__ import annotations

from typing import Final

from engine.training.history import History

UTILISATION: Final = "gpu_utilisation"
"""Which share of the time it computes, 0 to 1."""
MEMORY: Final = "gpu_memory"
"""Bytes that are in use, by whatever program."""
TEMPERATURE: Final = "gpu_temperature"
"""In °C."""


def use_of(history: History) -> dict[str, float]:
    """The mean utilisation, the most memory and the highest temperature; nothing where no GPU was read."""
    found: dict[str, float] = {}
    for name in (UTILISATION, MEMORY, TEMPERATURE):
        values = history.series(f"train/{name}")[1]
        if len(values):
            found[name] = float(values.mean() if name == UTILISATION else values.max())
    return found
