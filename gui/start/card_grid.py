"""The cards of the gallery in columns that fill the width, under the headings of their families."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from shiboken6 import isValid

from gui.start.card import HEIGHT, NARROWEST, PresetCard
from gui.widgets import Label, heading

GAP = 16
HEADING = 34
Section = tuple[str, Sequence[PresetCard]]
"""A heading, or none, and the cards below it."""


class CardGrid(QWidget):
    """Places cards by itself: a layout of Qt's takes longer to fill than a frame may.

    Together they are one stop of the Tab key, as a list is: it leads to the current one, arrows to the others.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._sections: Sequence[Section] = ()
        self._headings: dict[str, Label] = {}
        self.rows: list[list[PresetCard]] = []
        """What is shown, row by row."""
        self.current: PresetCard | None = None
        """The card that Tab leads to."""

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show these cards and no others."""
        shown = {card for _, cards in sections for card in cards}
        for row in self.rows:
            for card in row:
                if card not in shown:
                    card.hide()
        self._sections = sections
        self._place()
        if self.current not in shown:
            self.make_current(self.rows[0][0] if self.rows else None)

    def make_current(self, card: PresetCard | None) -> None:
        """Let Tab lead to this card, and to no other."""
        if card is not self.current:
            if self.current is not None and isValid(self.current):
                self.current.set_reachable(reachable=False)
            if card is not None:
                card.set_reachable(reachable=True)
            self.current = card

    def neighbour(self, card: PresetCard, key: int) -> PresetCard | None:
        """Where an arrow key leads from a card; None above the first row."""
        number = next(number for number, row in enumerate(self.rows) if card in row)
        column, every = self.rows[number].index(card), [card for row in self.rows for card in row]
        index = every.index(card)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return every[max(0, min(index + (1 if key == Qt.Key.Key_Right else -1), len(every) - 1))]
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            return every[0 if key == Qt.Key.Key_Home else -1]
        goal = number + (1 if key == Qt.Key.Key_Down else -1)
        if goal < 0:
            return None
        row = self.rows[min(goal, len(self.rows) - 1)]
        return row[min(column, len(row) - 1)]

    def _place(self) -> None:
        columns = max(1, (self.width() + GAP) // (NARROWEST + GAP))
        wide = (self.width() - (columns - 1) * GAP) // columns
        self.rows, top = [], 0
        titles = {title for title, _ in self._sections}
        for title, label in self._headings.items():
            label.setVisible(title in titles)
        for title, cards in self._sections:
            if title:
                label = self._heading(title)
                label.setGeometry(0, top, self.width(), HEADING - 8)
                top += HEADING
            for start in range(0, len(cards), columns):
                row = list(cards[start : start + columns])
                for column, card in enumerate(row):
                    card.setGeometry(column * (wide + GAP), top, wide, HEIGHT)
                    card.show()
                self.rows.append(row)
                top += HEIGHT + GAP
        self.setFixedHeight(max(top, 1))

    def _heading(self, title: str) -> Label:
        if title not in self._headings:
            self._headings[title] = made = heading(title)
            made.setParent(self)
            made.show()
        return self._headings[title]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._place()
