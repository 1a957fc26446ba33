"""Series of a user's own, made on the spot: hourly loads of some sites, in order, and with what goes wrong."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

START = datetime(2024, 1, 1)


def hourly(hours: int, sites: Sequence[str] = ("",), seed: int = 0) -> list[dict[str, str]]:
    """A row for each hour and site: a load that follows the day and the temperature, in order of time."""
    source = np.random.RandomState(seed)
    rows = list[dict[str, str]]()
    for hour in range(hours):
        for number, site in enumerate(sites):
            warm = 10 + 5 * np.sin(hour / 50 + number) + source.normal()
            load = 100 * (number + 1) + 20 * np.sin(2 * np.pi * hour / 24) + warm + source.normal()
            row = {"time": f"{START + timedelta(hours=hour):%Y-%m-%d %H:%M}", "site": site}
            rows.append(
                {**row, "temperature": f"{warm:.3f}", "load": f"{load:.3f}", "holiday": str(hour // 24 % 7 // 6)}
            )
    return rows if any(sites) else [{key: cell for key, cell in row.items() if key != "site"} for row in rows]


def written(
    path: Path, rows: Sequence[dict[str, str]], change: Callable[[int, dict[str, str]], None] | None = None
) -> Path:
    """The rows as CSV, each after a change."""
    rows = [dict(row) for row in rows]
    for index, row in enumerate(rows):
        if change is not None:
            change(index, row)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
