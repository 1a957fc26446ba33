"""Presets that can learn the user's data: each one fitted beside the window, a click opens it as a new project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

import presets
from engine import cost
from engine.data.origin import declared
from engine.data.sources.found import Found
from engine.data.watch import Watch
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.settings.data import DataConfig
from gui.data.own.describing import Describer
from gui.forms.flow import FlowLayout
from gui.widgets import Note, heading, plain
from presets.fitting import fitted
from presets.preset import Preset

FIRST: Final = 4
"""Presets that are shown at first."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A preset with the parameters its network has for the data, or why it cannot learn them."""

    preset: Preset
    parameters: int
    why: str = ""


def suggest(found: Found, watch: Watch) -> tuple[Suggestion, ...]:
    """Every preset fitted to the data; then those that cannot be.

    Those made for their task come first, of these those made for data of their kind (clips, images, …), of these the
    smaller networks. Raises Stopped.
    """
    made, every = list[Suggestion](), presets.all()
    for index, preset in enumerate(every):
        watch.at(index / len(every), f"Trying {preset.title}")
        try:
            graph, _ = fitted(preset.name, found)
            why = _rebuilt(preset, graph)
            made.append(Suggestion(preset, cost.total(graph).parameters, why))
        except LayerloomError as error:
            made.append(Suggestion(preset, 0, str(error)))
    task, kind = found.dataset.task, found.dataset.kind

    def order(one: Suggestion) -> tuple[bool, bool, bool, int]:
        return bool(one.why), one.preset.task != task, _kind(one.preset) != kind, one.parameters

    return tuple(sorted(made, key=order))


def _kind(preset: Preset) -> str:
    """What kind of data a preset learns on board; nothing where it learns none there."""
    return declared(DataConfig(dataset=preset.data)).kind if preset.data else ""


def _rebuilt(preset: Preset, graph: Graph) -> str:
    """Why a preset is not suggested though a network came of it: what would no longer be its own architecture."""
    before, now = (Counter(node.type for node in one.nodes.values()) for one in (preset.build(), graph))
    changes = [
        f"{' and '.join(sorted(names))} {words}"
        for words, types in (("added", now - before), ("taken out", before - now))
        if (names := set(types) - {"Flatten"})
    ]
    if not changes:
        return ""
    return f"{preset.title} is made for other data: it would have to be rebuilt, with {' and '.join(changes)}."


class PresetRow(QWidget):
    """A button for each preset; those that do not fit say why."""

    chosen = Signal(object)
    """The graph to open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.describer = Describer("fit-presets", self)
        self.buttons: list[QPushButton] = []
        self._found: Found | None = None
        self.title = heading("Open a preset for these data, as a new project")
        self.note = Note()
        self._all = False
        self.room = QWidget()
        self._flow = FlowLayout(self.room)
        self.more = QPushButton()
        self.more.setFlat(True)
        self.more.setProperty("role", "link")
        self.more.setAccessibleName("Show all presets")
        self.more.setToolTip(plain("Show all presets; those that do not fit say why"))
        self.more.clicked.connect(lambda _checked: self._unfold(not self._all))
        self._flow.addWidget(self.more)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        for widget in (self.title, self.note, self.room):
            box.addWidget(widget)
        self.hide()

    def show_for(self, found: Found | None) -> None:
        """Offer the presets for these data; None: nothing to offer."""
        self.setVisible(found is not None)
        if found is None:
            self.describer.cancel()
            self._found = None
        elif self._found is not None and (self._found.fields, self._found.kind) == (found.fields, found.kind):
            self._found = found  # what fits has not changed
        else:
            self._found, self._all = found, False
            self._offer(())
            self.note.setText("Trying which presets fit …")
            self.note.show()
            self.describer.run(lambda watch: suggest(found, watch), self._offer, self._failed)

    def close_background(self) -> None:
        self.describer.close_background()

    def _offer(self, some: Sequence[Suggestion]) -> None:
        for button in self.buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(one) for one in some]
        self._flow.removeWidget(self.more)
        for button in (*self.buttons, self.more):
            self._flow.addWidget(button)
        self._unfold(self._all)
        fits = any(not one.why for one in some)
        self.note.setText("" if fits else "None of the presets can learn these data; point at one to see why.")
        self.note.setVisible(not fits)

    def _unfold(self, on: bool) -> None:
        """Show all, or only the first of those that fit."""
        self._all = on
        for index, button in enumerate(self.buttons):
            button.setVisible(on or (index < FIRST and button.isEnabled()))
        hidden = len(self.buttons) - min(FIRST, sum(button.isEnabled() for button in self.buttons))
        self.more.setVisible(hidden > 0)
        self.more.setText("Show fewer" if on else f"Show {hidden} more …")
        self.more.setAccessibleName(f"{self.more.text()} presets")
        self._flow.invalidate()
        self.room.updateGeometry()

    def _button(self, one: Suggestion) -> QPushButton:
        name = one.preset.title.replace("&", "&&")
        button = QPushButton(f"✕ {name}" if one.why else name)
        button.setEnabled(not one.why)
        said = one.why or f"{one.preset.summary}\n{one.parameters:,} parameters"
        button.setToolTip(plain(said, wrap=True))
        fit = ", which does not fit these data" if one.why else ""
        button.setAccessibleName(f"Open preset {one.preset.title}{fit}")
        button.setAccessibleDescription(said)
        button.clicked.connect(lambda _checked=False, preset=one.preset: self._open(preset))
        return button

    def _open(self, preset: Preset) -> None:
        """Fit it to the data as they are read now, and open it."""
        found = self._found
        if found is not None:
            self.describer.run(lambda watch: fitted(preset.name, found)[0], self.chosen.emit, self._failed)

    def _failed(self, error: Exception) -> None:
        raise error
