"""What the open network costs: of a small one at once, of a large one once nobody has edited it for a moment."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal

from engine import cost
from engine.cost import Cost
from engine.data.fields import batch_of
from engine.edits import Change
from engine.settings.resolution import SettingFault, resolve_settings
from gui.document import Document
from gui.work.slices import Slices

SMALL: Final = 200
"""A network of so many layers is computed at once."""
STEPS: Final = 250
"""Layers that are looked at in a slice: some milliseconds."""
REST: Final = 150
"""Milliseconds without an edit before that of a large network is computed."""


class NetworkCost(QObject):
    """The cost of the whole project at the batch size of its settings, for all who show it."""

    computed = Signal()
    """It is known again."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._slices = Slices(STEPS, self)
        self._known: Cost | None = None
        self.batch = 1
        self.current = False
        """Whether nothing has changed since it was computed."""
        self.whole = False
        """Whether it is that of all layers: no fault leaves shapes unknown."""
        for signal in (document.changed, document.replaced):
            signal.connect(self._forget)
        document.inferred.connect(self._inferred)
        document.opened.connect(self._forget_all)

    def _forget_all(self) -> None:
        self._known = None

    def _forget(self, change: Change | None = None) -> None:
        if change is not None and change.only_moves:
            return
        self.current = False
        self._slices.stop()

    def _inferred(self, _node_ids: object) -> None:
        self.now()

    def now(self) -> Cost | None:
        """What it costs, or did before the last edits (`current`); `computed` follows then. None: not known yet."""
        if not self.current and not self._slices.busy and not self._document.analysis.inferring:  # `inferred` follows
            document = self._document
            settings = resolve_settings(document.project)
            self.batch = 1 if isinstance(settings, SettingFault) else batch_of(settings[0])
            work = cost.totalling(document.project, document.whole.report, self.batch)
            self._slices.run(work, self._take, after=REST)
            if len(document.project.nodes) <= SMALL:
                self._slices.finish()
        return self._known

    def _take(self, found: Cost) -> None:
        self._known, self.current = found, True
        self.whole = not self._document.whole.report.errors
        self.computed.emit()
