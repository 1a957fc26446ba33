"""The learning rate of the Train page: a setting while nothing trains, a rein of the run while it goes."""

from __future__ import annotations

import math
import time
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from engine.edits import MISSING, SetSetting
from engine.graph import GraphError
from gui.document import Document
from gui.forms.sections import faults, lr_setting
from gui.training.controls import Controls
from gui.training.current_run import CurrentRun

LR = "training.optimizer.lr"
LATER = 0.5
"""Seconds for which the status of a run may still say the old rate."""


class Rate(QObject):
    """Between the field of the controls, the document and the run."""

    message = Signal(str)

    def __init__(self, controls: Controls, document: Document, run: CurrentRun, parent: QWidget) -> None:
        super().__init__(parent)
        self._page, self._controls, self._document, self._run = parent, controls, document, run
        self._at = 0.0
        controls.lr_typed.connect(self.set)
        controls.find_clicked.connect(self.find)

    def show_setting(self) -> None:
        """Show the rate that a run would begin with."""
        self._controls.show_lr(lr_setting(self._document))
        self._controls.show_lr_error(faults(self._document).get(LR, ""))

    def show_running(self, lr: float) -> None:
        """Show the rate of a run that goes, unless another one was just asked for."""
        if lr and time.monotonic() > self._at:
            self._controls.show_lr_error("")
            self._controls.show_lr(lr)

    def set(self, value: Any) -> None:
        """Use this rate: from the next step on, or from the next run."""
        host = self._run.host if self._run.running else None
        if host is None:
            try:
                self._document.apply(SetSetting(("training", "optimizer", "lr"), value))
            except GraphError as error:
                self.message.emit(str(error))
            self.show_setting()
        elif isinstance(value, (int, float)) and math.isfinite(value) and value > 0:
            host.set_lr(float(value))
            self._at = time.monotonic() + LATER
            self.message.emit(f"The learning rate is {value:g} from the next step on.")
        else:
            shown = "" if value is MISSING else f", not {value if isinstance(value, (int, float)) else repr(value)}"
            self.message.emit(f"The learning rate must be a number > 0{shown}.")
            self._controls.show_lr(host.status.lr)

    def focus(self) -> None:
        """Put the cursor into the field, to type another one."""
        self._controls.lr.setFocus(Qt.FocusReason.OtherFocusReason)
        self._controls.lr.selectAll()

    def find(self) -> None:
        """Let a range test find one."""
        if not self._run.ready():
            return
        from gui.training.range_dialog import RangeDialog

        dialog = RangeDialog(self._document.project, self._page)
        dialog.chosen.connect(self.set)
        dialog.open()
