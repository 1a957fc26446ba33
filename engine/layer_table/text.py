"""The layer table as a table of text, for a file or the clipboard."""

from __future__ import annotations

from typing import Final

from engine.layer_table.rows import Amounts, LayerRow, LayerTable
from engine.tabular.formats import Cell, TextTable

HEAD: Final = (
    *("layer", "type", "input", "output", "parameters", "trainable", "multiply-adds", "weights (bytes)"),
    "activations (bytes)",
)


def text_table(table: LayerTable, *, blocks: bool = True) -> TextTable:
    """A row for each layer, named with the blocks around it, and the total; the rows of blocks are sums of theirs.

    Without ``blocks`` a block is one row.
    """
    rows = [_cells(row, "/".join(names)) for row, names in _named(table.rows, ()) if blocks or not row.depth]
    total: tuple[Cell, ...] = ("total", "", "", "", *table.total)
    title = f"{table.name}, activations at batch {table.batch}"
    return TextTable(title, HEAD, (*rows, total), frozenset([len(rows)]))


def _named(rows: tuple[LayerRow, ...], above: tuple[str, ...]) -> list[tuple[LayerRow, tuple[str, ...]]]:
    """Each row with the names that lead to it."""
    found = []
    for row in rows:
        names = (*above, row.name)
        found.append((row, names))
        found += _named(row.rows, names)
    return found


def _cells(row: LayerRow, name: str) -> tuple[Cell, ...]:
    known: Amounts | tuple[None, ...] = row.amounts if row.outputs or row.inputs else (None,) * len(row.amounts)
    return (name, row.kind, ", ".join(row.inputs), ", ".join(row.outputs), *known)
