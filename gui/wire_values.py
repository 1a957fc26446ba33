"""Values on the wires: one batch goes through the network in the background, again whenever the network changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from engine.edits import Change
from engine.errors import LayerloomError
from gui.canvas.live_marks import LiveMarks
from gui.document import Document
from gui.work.background import Background

if TYPE_CHECKING:
    from gui.canvas.live_marks import Values

REST = 400
"""Milliseconds without an edit before a batch is sent."""


class WireValues(QObject):
    """Switched on it keeps the values on the canvas up to date; off, there are none."""

    message = Signal(str)
    switched = Signal(bool)

    def __init__(
        self, document: Document, live: LiveMarks, weights_of: Callable[[], Path | None], parent: QObject | None = None
    ) -> None:
        """``weights_of`` says from which run the weights come; None for new ones."""
        super().__init__(parent)
        self._weights_of = weights_of
        self.document, self.live = document, live
        self.on = False
        self._work = Background("values", self)
        self._soon = QTimer(self, singleShot=True, interval=REST)
        self._soon.timeout.connect(self._send)
        document.changed.connect(self._changed)
        document.opened.connect(self._opened)

    def toggle(self) -> None:
        """Switch on or off."""
        self.on = not self.on
        self.switched.emit(self.on)
        if self.on:
            self.message.emit("A batch of the data goes through the network …")
            self._send()
        else:
            self._soon.stop()
            self.live.show_values({})

    def refresh(self) -> None:
        """Look again, for the weights are others now."""
        if self.on:
            self._send()

    def close(self) -> None:
        """Wait for what is under way."""
        self._soon.stop()
        self._work.close()

    def _changed(self, change: Change) -> None:
        if self.on and (change.nodes or change.edges or change.settings):
            self._soon.start()

    def _opened(self) -> None:
        self.live.show_values({})
        if self.on:
            self._soon.start()

    def _send(self) -> None:
        graph, run = self.document.project.copy(), self._weights_of()

        def job() -> tuple[Values, Path | None]:
            from engine.training.runs.folder import RunError
            from engine.training.values import values_of

            try:
                return values_of(graph, run), run
            except RunError:  # it has kept none yet
                return values_of(graph), None

        self._work.run(job, self._show, self._failed)

    def _show(self, found: tuple[Values, Path | None]) -> None:
        if self.on:
            values, run = found
            self.live.show_values(values)
            if any(value is not None and value.numbers for each in values.values() for value in each):
                self.message.emit("On each wire: the numbers of the example.")
                return
            weights = "new weights" if run is None else "the weights of the run on the Training page, where they fit"
            self.message.emit(f"On each wire: mean ± standard deviation of one batch, with {weights}.")

    def _failed(self, error: Exception) -> None:
        self.live.show_values({})
        if self.on:
            reason = str(error) if isinstance(error, LayerloomError) else f"{type(error).__name__}: {error}"
            self.message.emit(f"No values on the wires: {reason}")
