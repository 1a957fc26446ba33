"""Opens the dialog *Load Weights* for the project of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from engine.weights.chosen import chosen
from gui.document import Document

if TYPE_CHECKING:
    from gui.weights.weights_dialog import WeightsDialog


class WeightsLoading:
    """One dialog at a time."""

    def __init__(self, document: Document, window: QWidget, say: Callable[[str], None]) -> None:
        self._document, self._window, self._say = document, window, say
        self.dialog: WeightsDialog | None = None

    def ask(self) -> None:
        """Choose weights for the network, or do without those that it begins with."""
        from gui.weights.weights_dialog import WeightsDialog

        self.dialog = WeightsDialog(self._document, self._window)
        self.dialog.destroyed.connect(self._forget)
        self.dialog.accepted.connect(self._loaded)
        self.dialog.open()

    def locate(self) -> None:
        """Say where the file of the weights is now."""
        self.ask()
        if self.dialog is not None:
            self.dialog.choose_file()

    def close(self) -> None:
        """End what is under way."""
        if self.dialog is not None:
            self.dialog.close()

    def _loaded(self) -> None:
        if (path := chosen(self._document.project)) is not None:
            self._say(
                f"The network begins with the weights of {Path(path).name}: ask it on the Results page (Predict)."
            )

    def _forget(self) -> None:
        self.dialog = None
