"""The images of the presets and the facts about them, made beside the window: that takes building each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from PySide6.QtCore import QObject, Signal

from engine.errors import LayerloomError
from gui.start.thumbnail import ThumbnailBox
from gui.work.background import Background
from presets.built_in import BUILT_IN
from presets.facts import Facts, facts_of
from presets.preset import Preset


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is known of a preset that was built."""

    facts: Facts
    boxes: tuple[ThumbnailBox, ...]


class Portraits(QObject):
    """Makes them in the order in which they are asked for; ``made`` with each preset and its portrait."""

    made = Signal(object, object)
    finished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("portraits", self)
        self._left: list[Preset] = []
        self._paused = True
        self.known: dict[str, Portrait] = {}

    @property
    def complete(self) -> bool:
        """Whether all that were asked for are made."""
        return not self._left

    def facts(self, preset: Preset) -> Facts | None:
        """What is known of a preset by now."""
        portrait = self.known.get(preset.name)
        return None if portrait is None else portrait.facts

    def ask(self, presets: Sequence[Preset]) -> None:
        """These are to be made; all others are forgotten."""
        self._left, self.known = list(presets), {}
        self._make_next()

    def pause(self) -> None:
        """Leave the rest for later."""
        self._paused = True

    def resume(self) -> None:
        """Make what is left."""
        self._paused = False
        self._make_next()

    def close(self) -> None:
        """End, once the preset that is being built is done."""
        self.pause()
        self._background.close()

    def _make_next(self) -> None:
        if self._left and not self._paused and not self._background.busy:
            preset = self._left[0]
            make = _portrait_on_board if preset in BUILT_IN else _portrait
            self._background.run(partial(make, preset), partial(self._made, preset), partial(self._failed, preset))

    def _made(self, preset: Preset, portrait: Portrait) -> None:
        if preset in self._left:
            self.known[preset.name] = portrait
            self.made.emit(preset, portrait)
        self._go_on(preset)

    def _failed(self, preset: Preset, error: Exception) -> None:
        self._go_on(preset)
        if not isinstance(error, LayerloomError):  # a file of the user's own, which the gallery names
            raise error

    def _go_on(self, preset: Preset) -> None:
        if preset in self._left:
            self._left.remove(preset)
            if not self._left:
                self.finished.emit()
        self._make_next()


def _portrait(preset: Preset) -> Portrait:
    from engine.shapes import infer  # most of the engine, which is imported beside the window, too
    from gui.start.thumbnail_boxes import blocks

    graph = preset.build()
    report = infer(graph)
    return Portrait(facts_of(graph, report), tuple(blocks(graph, report)))


_portrait_on_board = cache(_portrait)
