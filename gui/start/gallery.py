"""The gallery: all networks to start from, searched and filtered. Type to search, arrows walk, Enter opens."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

import presets
from gui.empty_state import EmptyState
from gui.start.card import PresetCard
from gui.start.card_grid import CardGrid, Section
from gui.start.filter_bar import FilterBar
from gui.start.portraits import Portrait, Portraits
from gui.widgets import label
from presets.finding import Search, find
from presets.own import FAMILY as OWN
from presets.own import broken_presets
from presets.preset import Preset

SOON = 50
"""Milliseconds after which facts are asked for once the gallery is shown: it is painted first."""
EVERY = 100
"""Milliseconds between two answers while facts come in."""


class Gallery(QWidget):
    """``chosen`` with the preset that is to be opened."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar, self.grid, self.portraits = FilterBar(), CardGrid(), Portraits(self)
        self.cards: dict[str, PresetCard] = {}
        """The cards by the names of their presets; made when they are first shown."""
        self._presets: list[Preset] = []
        self._small: dict[str, Preset] = {}
        self.bar.changed.connect(self._search_again)
        self.bar.words.returnPressed.connect(self._open_first)
        self._again = QTimer(self, singleShot=True, interval=EVERY)
        self._again.timeout.connect(self._search)
        self._resume = QTimer(self, singleShot=True, interval=SOON)
        self._resume.timeout.connect(self.portraits.resume)
        self.portraits.made.connect(self._portray)
        self.portraits.finished.connect(self._complete)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget()
        self._page = QVBoxLayout(page)
        self._page.setContentsMargins(0, 0, 12, 16)
        self._empty = self._build_empty()
        self._broken = label("", "error", wrap=True)
        for widget in (self._empty, self.grid, self._broken):
            self._page.addWidget(widget)
        self._page.addStretch(1)
        self.area.setWidget(page)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(12)
        rows.addWidget(self.bar)
        rows.addWidget(self.area, 1)
        self.refresh()

    def refresh(self) -> None:
        """Read the presets again (one may have been saved)."""
        for card in self.cards.values():
            card.hide()
            card.deleteLater()
        self.cards, self.grid.rows = {}, []
        self.grid.make_current(None)
        self._presets = presets.all()
        self._small = {preset.small_of: preset for preset in self._presets if preset.small_of}
        families = dict.fromkeys(preset.family for preset in self._presets)
        self.bar.offer(list(families), sorted({preset.task for preset in self._presets}))
        broken = broken_presets()
        self._broken.setText("\n".join(f"✕ {sentence}" for sentence in broken))
        self._broken.setVisible(bool(broken))
        self._search()
        self.portraits.ask(sorted(self._presets, key=lambda preset: bool(preset.small_of)))

    def clear(self) -> bool:
        """Show all networks again; whether that was not so already."""
        if self.bar.search() == Search():
            return False
        self.bar.clear()
        self.bar.words.setFocus()
        return True

    def close_background(self) -> None:
        self._again.stop()
        self._resume.stop()
        self.portraits.close()

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _search(self) -> None:
        search = self.bar.search()
        hits = find(search, self._presets, self.portraits.facts)
        names = {preset.name for preset in hits}
        shown = [preset for preset in hits if preset.small_of not in names]
        self.grid.show_sections(self._sections(shown, by_family=not search.words))
        self.grid.setVisible(bool(shown))
        self._empty.setVisible(not shown)
        self._say_none(search)
        self.bar.reset.setVisible(search != Search())
        self.bar.hits.setText(_counted(hits) + ("" if self._answered(search) else " so far …"))

    def _say_none(self, search: Search) -> None:
        answered = self._answered(search)
        title = "No network fits" if answered else "No network fits yet"
        self._empty.say("zoom", title, _why(search, complete=answered), "Clear Filters")

    def _search_again(self) -> None:
        self._search()
        self.area.verticalScrollBar().setValue(0)

    def _answered(self, search: Search) -> bool:
        return self.portraits.complete or not search.needs_facts

    def _sections(self, shown: Sequence[Preset], *, by_family: bool) -> list[Section]:
        """Families under their headings; what is searched for with words in the order of the finding."""
        cards = [self._card(preset) for preset in shown]
        if not by_family:
            return [("", cards)] if cards else []
        families: dict[str, list[PresetCard]] = {}
        for card in cards:
            families.setdefault(card.preset.family, []).append(card)
        return [(family if family == OWN else f"{family} networks", cards) for family, cards in families.items()]

    def _card(self, preset: Preset) -> PresetCard:
        if preset.name not in self.cards:
            small = self._small.get(preset.name)
            card = self.cards[preset.name] = PresetCard(preset, small, self.grid)
            card.chosen.connect(self.chosen)
            card.entered.connect(lambda card=card: self.grid.make_current(card))
            card.moved.connect(lambda key, card=card: self._walk(card, key))
            for one, tell in ((preset, card.portray), (small, card.portray_small)):
                if one is not None and (portrait := self.portraits.known.get(one.name)) is not None:
                    tell(portrait)
        return self.cards[preset.name]

    def _portray(self, preset: Preset, portrait: Portrait) -> None:
        if (card := self.cards.get(preset.name)) is not None:
            card.portray(portrait)
        if (larger := self.cards.get(preset.small_of)) is not None:
            larger.portray_small(portrait)
        if self.bar.search().needs_facts and not self._again.isActive():
            self._again.start()

    def _complete(self) -> None:
        if self.bar.search().needs_facts:
            self._search()

    def _build_empty(self) -> EmptyState:
        """What stands here where nothing fits, and what to do then."""
        empty = EmptyState("Show all networks again (Esc)")
        empty.wanted.connect(self.bar.clear)
        return empty

    # -- keys ------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Letters go to the search, wherever the focus is; Down leads from there to the cards."""
        if event.key() == Qt.Key.Key_Down and self.grid.rows:
            self._focus(self.grid.rows[0][0])
        elif event.text().strip() and event.text().isprintable():
            self.bar.words.setFocus()
            self.bar.words.setText(self.bar.words.text() + event.text())
        else:
            super().keyPressEvent(event)

    def _walk(self, card: PresetCard, key: int) -> None:
        to = self.grid.neighbour(card, key)
        if to is None:
            self.bar.words.setFocus(Qt.FocusReason.BacktabFocusReason)
        else:
            self._focus(to)

    def _focus(self, card: PresetCard) -> None:
        card.setFocus(Qt.FocusReason.TabFocusReason)
        self.area.ensureWidgetVisible(card, 0, 16)

    def _open_first(self) -> None:
        """Enter in the search opens the first hit."""
        if self.bar.search().words and self.grid.rows:
            self.chosen.emit(self.grid.rows[0][0].preset)

    # -- in sight --------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._resume.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._resume.stop()
        self.portraits.pause()


def _counted(hits: Sequence[Preset]) -> str:
    """How many there are, the small variants apart."""
    small = sum(1 for preset in hits if preset.small_of)
    parts = [(len(hits) - small, "network"), (small, "small variant")]
    said = [f"{count} {what}{'' if count == 1 else 's'}" for count, what in parts if count]
    return ", ".join(said) or "0 networks"


def _why(search: Search, *, complete: bool) -> str:
    """What to do where nothing fits."""
    if not complete:
        return "The networks are still being counted …"
    filters = [
        word
        for word, chosen in (
            ("another family", search.family),
            ("another task", search.task),
            ("another size", search.least or search.most),
            ("those that take longer", search.quick),
        )
        if chosen
    ]
    tips = [f"Allow {' or '.join(filters)}."] if filters else []
    if search.words:
        tips.insert(
            0,
            f"Nothing here is called “{search.words[:60]}” or has it in its paper, layers or description: "
            "try fewer letters, a layer such as Conv2d, or an author.",
        )
    return " ".join(tips)
