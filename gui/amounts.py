"""Large numbers and sizes in memory, short enough to be read at a glance."""

from __future__ import annotations

UNITS = (("G", 1e9), ("M", 1e6), ("k", 1e3))


def short(number: float) -> str:
    """``416.5 k``: three or four digits and a unit."""
    for unit, size in UNITS:
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:.0f}"


def memory(size: int) -> str:
    """``2.9 MiB``: bytes in the unit that reads best."""
    power = next((power for power in (3, 2) if size >= 1024**power), 1)
    return f"{size / 1024**power:,.1f} {('KiB', 'MiB', 'GiB')[power - 1]}"


def short_time(seconds: float) -> str:
    """``2.9 ms``: a short time in the unit that reads best, with three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
