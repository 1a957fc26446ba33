"""What the split makes of the data, as a small table: samples, groups and classes of each part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.data.split_facts import PartFacts
from gui.data.data_preview import PARTS
from gui.widgets import Label, plain

NAMED: Final = 12
"""Classes whose counts a tooltip lists."""


class SplitPreview(QWidget):
    """A row for each part; a part that lacks a class says so by a word and a sign."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(8)
        self.grid.setVerticalSpacing(2)
        self.grid.setColumnStretch(0, 1)
        self.cells: list[list[Label]] = []
        self.setAccessibleName("Samples of each part")
        self.show_facts(())

    def show_facts(self, facts: Sequence[PartFacts]) -> None:
        """Show these; none: nothing is known."""
        self.setVisible(bool(facts))
        rows = table_of(facts)
        while self.cells and [len(row) for row in self.cells] != [len(row) for row in rows]:
            for cell in self.cells.pop():
                self.grid.removeWidget(cell)
                cell.hide()
                cell.deleteLater()
        if not self.cells:
            self.cells = [[_cell() for _ in row] for row in rows]
            for at, row in enumerate(self.cells):
                for column, cell in enumerate(row):
                    side = Qt.AlignmentFlag.AlignLeft if not column else Qt.AlignmentFlag.AlignRight
                    self.grid.addWidget(cell, at, column, side)
        for row, texts in zip(self.cells, rows, strict=True):
            for cell, text in zip(row, texts, strict=True):
                cell.setText(text)
        for row, fact in zip(self.cells[1:], facts, strict=True):
            for cell in row:
                cell.setToolTip(plain(words(fact)))
            row[0].setAccessibleName(words(fact).replace("\n", ", "))


def _cell() -> Label:
    cell = Label()
    font = cell.font()
    font.setPointSizeF(max(7.0, font.pointSizeF() - 1))
    cell.setFont(font)
    return cell


def table_of(facts: Sequence[PartFacts]) -> list[list[str]]:
    """The texts of the table, its head first; columns that say nothing are left out."""
    if not facts:
        return []
    grouped, classed = any(fact.groups is not None for fact in facts), any(fact.classes for fact in facts)
    head = ["", "samples", "groups" if grouped else "share", *["classes"] * classed]
    rows = [head]
    for fact in facts:
        row = [PARTS[fact.name], f"{fact.samples:,}"]
        row.append(f"{fact.groups or 0:,}" if grouped else f"{100 * fact.share:.1f} %")
        lacks = fact.samples and fact.met < len(fact.classes)
        row += [f"{'! ' if lacks else ''}{fact.met} of {len(fact.classes)}"] * classed
        rows.append(row)
    return rows


def line_of(facts: Sequence[PartFacts]) -> str:
    """The samples of each part in one line."""
    return " · ".join(f"{PARTS[fact.name]}\u00a0{fact.samples:,}" for fact in facts)


def words(fact: PartFacts) -> str:
    """A part in words, with its classes."""
    lines = [f"{PARTS[fact.name]} part: {fact.samples:,} samples, {100 * fact.share:.1f} %"]
    if fact.groups is not None:
        lines.append(f"{fact.groups:,} groups that stay together")
    lines += [f"{name}: {count:,}" for name, count in list(fact.classes.items())[:NAMED]]
    if len(fact.classes) > NAMED:
        lines.append(f"and {len(fact.classes) - NAMED:,} classes more")
    return "\n".join(lines)
