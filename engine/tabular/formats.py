"""A table as CSV, Markdown or LaTeX. A name from a stranger's file stays a name in all of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

Cell = str | int | float | None
"""None is a value that is not known: it is left empty."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """A heading for each column, the rows, and which rows are totals (by their index)."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: frozenset[int] = frozenset()

    def numeric(self, column: int) -> bool:
        """Whether a column holds numbers: they stand at its right edge."""
        cells = [row[column] for row in self.rows if row[column] is not None]
        return bool(cells) and not any(isinstance(cell, str) for cell in cells)


def as_csv(table: TextTable) -> str:
    """Comma-separated, numbers as they are; what a spreadsheet would compute is marked as a text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.head)
    writer.writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in table.rows)
    return text.getvalue()


def as_markdown(table: TextTable) -> str:
    """A pipe table as in GitHub Flavored Markdown (spec 0.29, section 4.10), totals in bold."""
    rules = ["---:" if table.numeric(column) else "---" for column in range(len(table.head))]
    lines = [_pipes(map(_markdown, table.head)), _pipes(rules)]
    for index, row in enumerate(table.rows):
        cells = [_markdown(shown(cell)) for cell in row]
        bold = [f"**{cell}**" if cell else "" for cell in cells] if index in table.totals else cells
        lines.append(_pipes(bold))
    return "\n".join(lines) + "\n"


def as_latex(table: TextTable) -> str:
    """A ``tabular`` with the rules of the package booktabs, totals below a rule."""
    form = "".join("r" if table.numeric(column) else "l" for column in range(len(table.head)))
    lines = [
        f"% {' '.join(table.title.split())}",
        "% needs \\usepackage{booktabs}",
        f"\\begin{{tabular}}{{{form}}}",
        "\\toprule",
        _ampersands(map(_latex, table.head)),
        "\\midrule",
    ]
    for index, row in enumerate(table.rows):
        if index in table.totals:
            lines.append("\\midrule")
        lines.append(_ampersands(_latex(shown(cell)) for cell in row))
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}"]) + "\n"


FORMATS: Final[dict[str, Callable[[TextTable], str]]] = {"csv": as_csv, "md": as_markdown, "tex": as_latex}
"""Ending of the file → how the table is written."""


def shown(cell: Cell) -> str:
    """A cell for people: ``1,234``, ``0.97``, nothing for what is not known."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.4g}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


_MARKED: Final = {char: f"\\{char}" for char in "\\`*_{}[]<>#|~&"}
_TEX: Final = {
    **{char: f"\\{char}" for char in "&%$#_{}"},
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    '"': "\\textquotedbl{}",
    "×": "$\\times$",
    "→": "$\\to$",
    "·": "$\\cdot$",
    "⌊": "$\\lfloor$",
    "⌋": "$\\rfloor$",
    "−": "$-$",
    "–": "--",
    "…": "\\dots{}",
}


def _markdown(text: str) -> str:
    return "".join(_MARKED.get(char, char) for char in " ".join(text.split()))


def _latex(text: str) -> str:
    return "".join(_TEX.get(char, char) for char in " ".join(text.split()))


def _pipes(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _ampersands(cells: Iterable[str]) -> str:
    return f"{' & '.join(cells)} \\\\"
