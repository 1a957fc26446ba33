"""The dialog for what went wrong unexpectedly: one sentence, details to copy, Continue and Save a Copy."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import mono_font
from gui.unexpected.hooks import Report
from gui.widgets import Label, Note, label

MOST = 20
"""Other reports whose details are added while the dialog is open."""
ADVICE = (
    "Layerloom keeps running. What you just did may not have been done, or only in part; if you are unsure, save a "
    "copy of the project."
)


class UnexpectedBox(QDialog):
    """Takes further reports while it is open, so that there is never a second one."""

    help_page: ClassVar = "guide/reliability"

    copy_wanted = Signal()
    """Save a copy of the project."""

    def __init__(self, report: Report, log_file: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Something Unexpected Went Wrong")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 380)
        self._kinds = [report.kind]
        self.sentence = label(report.sentence, "heading", wrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.count = Note()
        self.count.hide()
        self.details = QPlainTextEdit(report.details, readOnly=True)
        self.details.setAccessibleName("Details")
        self.details.setFont(mono_font(9))
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setTabChangesFocus(True)
        sign = Label()
        sign.setPixmap(icon("error", "error").pixmap(QSize(28, 28)))
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.sentence, 1)
        role, buttons = QDialogButtonBox.ButtonRole, QDialogButtonBox()
        self.copy = buttons.addButton("Copy Details", role.HelpRole)
        self.save = buttons.addButton("Save a Copy …", role.ActionRole)
        self.go_on = buttons.addButton("Continue", role.AcceptRole)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.details.toPlainText()))
        self.save.clicked.connect(self._save)
        self.go_on.clicked.connect(self.accept)
        self.go_on.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(Note(ADVICE))
        column.addWidget(self.count)
        column.addWidget(self.details, 1)
        column.addWidget(Note(f"The log has the same: {log_file}"))
        column.addWidget(buttons)
        self.go_on.setFocus()

    def add(self, report: Report, total: int) -> None:
        """Another one has come; ``total`` counts all since the dialog is open."""
        if report.kind not in self._kinds and len(self._kinds) <= MOST:
            self._kinds.append(report.kind)
            self.details.appendPlainText(f"\n{report.sentence}\n{report.details}")
        self.count.setText(f"{total:,} times so far." if len(self._kinds) == 1 else f"{total:,} reports so far.")
        self.count.show()

    def _save(self) -> None:
        self.accept()
        self.copy_wanted.emit()
