"""Benchmarks as tables: on the screen with `pytest -s`, and in the file that LAYERLOOM_BENCH names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


def table(title: str, rows: Sequence[Sequence[object]]) -> None:
    """Print rows (the first holds the headings) as a table in Markdown; append it to the file of LAYERLOOM_BENCH."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(map(_padded, range(len(row)), row, widths)) + " |" for row in cells]
    rules = ("-" * (width + 1) + ("-" if column == 0 else ":") for column, width in enumerate(widths))
    lines.insert(1, "|" + "|".join(rules) + "|")
    text = "\n".join(["", f"### {title}", "", *lines, ""])
    print(text)
    if path := os.environ.get("LAYERLOOM_BENCH"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)


def _padded(column: int, cell: str, width: int) -> str:
    return cell.ljust(width) if column == 0 else cell.rjust(width)
