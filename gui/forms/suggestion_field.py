"""A field for a name that is typed or taken from a list: what is offered helps, and forbids nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QWidget

from engine.layers.parameters import Parameter
from gui.forms.form_fields import TextField
from gui.forms.typed_text import Context

Offer = tuple[str, str]
"""A name, and what there is to know of it."""


class SuggestionField(QComboBox):
    """A line of text with a list below it; ``edit`` is the line."""

    committed = Signal(object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.edit = TextField(parameter, self)
        self.setLineEdit(self.edit)
        self.setCompleter(None)  # type: ignore[arg-type]
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        if isinstance(view := self.view(), QListView):
            view.setSpacing(4)
        self._offers: list[Offer] = []
        self.edit.committed.connect(self.committed)
        self.activated.connect(self._take)

    @property
    def context(self) -> Context:
        """Where the form stands."""
        return self.edit.context

    @context.setter
    def context(self, context: Context) -> None:
        self.edit.context = context

    def offer(self, offers: Sequence[Offer]) -> None:
        """Offer these; what is typed stays."""
        if list(offers) == self._offers:
            return
        self._offers, text = list(offers), self.edit.text()
        with QSignalBlocker(self):
            self.clear()
            for name, about in offers:
                self.addItem(f"{name}   {about}".rstrip(), name)
            self.setCurrentIndex(-1)
            self.edit.setText(text)
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + 24)

    def show_value(self, value: object) -> None:
        """Show a value that holds now; a half-typed text in a focused field stays."""
        with QSignalBlocker(self):
            self.setCurrentIndex(-1) if self.currentIndex() >= 0 else None
        self.edit.show_value(value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the page unless this field has the focus."""
        super().wheelEvent(event) if self.hasFocus() else event.ignore()

    def _take(self, index: int) -> None:
        """One was chosen from the list: its name is what was meant."""
        name = self.itemData(index)
        with QSignalBlocker(self):
            self.setCurrentIndex(-1)
        self.edit.setText(str(name))
        self.edit.commit()
