"""Asks where to save the curves, and says how that went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from engine.files import FileError
from engine.training.history import History

if TYPE_CHECKING:
    from gui.training.plots.plot import Plot


def ask_where(
    window: QWidget, plots: Sequence[Plot], runs: Sequence[tuple[str, History]], say: Callable[[str], None]
) -> None:
    """Choose a file; its kind says what is saved."""
    from gui.training.plots.exporting import FORMS, save

    dialog = QFileDialog(window, "Export the curves", str(Path.home()), ";;".join(FORMS))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("png")
    dialog.selectFile("curves")
    dialog.filterSelected.connect(lambda form: dialog.setDefaultSuffix(FORMS[form]))

    def chosen(name: str) -> None:
        try:
            say(save(Path(name), plots, runs))
        except FileError as error:
            say(str(error))

    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(lambda _code: dialog.deleteLater())
    dialog.open()
