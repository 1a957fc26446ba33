"""Asks how many epochs more a run that has ended is to be trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QInputDialog, QWidget

from engine.training.runs.folder import RunError
from gui.widgets import plain

MOST = 1_000_000
TIP = "Train this run on, as one that never ended: with its own settings, its optimizer and its schedule"


def ask_epochs(window: QWidget, run: Path, then: Callable[[int], None], say: Callable[[str], None]) -> None:
    """Ask for the number; ``then`` gets how many epochs the run is to have in all. Does not wait for the answer."""
    from engine.training.runs.run_info import read  # it needs numpy, which the first window does without

    try:
        epochs = read(run).epochs
    except RunError as error:
        say(str(error))
        return
    dialog = QInputDialog(window)
    dialog.setInputMode(QInputDialog.InputMode.IntInput)
    dialog.setWindowTitle("Train Longer")
    dialog.setLabelText(plain(f"The run has {epochs} epoch{'' if epochs == 1 else 's'}. How many more?"))
    dialog.setIntRange(1, MOST)
    dialog.setIntValue(max(1, epochs))
    dialog.setOkButtonText("Train")
    dialog.setToolTip(plain(TIP))
    dialog.intValueSelected.connect(lambda more: then(epochs + more))
    dialog.finished.connect(lambda _code: dialog.deleteLater())
    dialog.open()
