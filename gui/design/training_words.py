"""What a training has to say of the selected layer: the sentences, what to do, and a button where a click fixes it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from engine.edits import Edit
from gui.canvas.live_marks import LiveMarks
from gui.design.facts import words
from gui.theme import theme
from gui.widgets import Label, Note, heading


class TrainingWords(QFrame):
    """Is there only where something is said of the layer."""

    chosen = Signal(object)
    """The `Edit` that fixes it."""

    def __init__(self, live: LiveMarks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training-words")
        self.setAccessibleName("What a training says of this layer")
        self._live = live
        self._node = ""
        self._shown: tuple[object, ...] = ()
        self._edit: Edit | None = None
        self.fix = QPushButton()
        self.fix.clicked.connect(self._fix)
        self._title = heading("While training")
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(8, 6, 6, 8)
        self._box.setSpacing(4)
        self._box.addWidget(self._title)
        self._box.addWidget(self.fix)
        self._said: list[Label] = []
        live.changed.connect(lambda: self.show_node(self._node))
        theme.changed.connect(self._recolor)
        self._recolor()
        self.hide()

    def show_node(self, node_id: str) -> None:
        """Show what is said of a node of the open level; nothing for an empty id."""
        self._node = node_id
        graph = self._live.document.graph
        said = self._live.diagnoses(node_id) if node_id in graph.nodes else []
        old = bool(said) and self._live.changed_since(node_id)
        remedy = self._live.remedy(node_id) if said else None
        shown = (*said, old, remedy)
        if shown == self._shown:
            return
        self._shown = shown
        for part in self._said:
            self._box.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._said = []
        self._title.setText("In training, before this layer was changed" if old else "While training")
        for diagnosis in said:
            sentence, advice = words(), Note(diagnosis.advice)
            sentence.setText(diagnosis.message)
            for part in (sentence, advice):
                self._box.insertWidget(self._box.count() - 1, part)
                self._said.append(part)
        self._edit = None if remedy is None else remedy[1]
        label = "" if remedy is None else remedy[0]
        self.fix.setText(label)
        self.fix.setAccessibleName(label or "Fix")
        self.fix.setToolTip("One step; Undo reverts it")
        self.fix.setVisible(remedy is not None)
        self.setVisible(bool(said))

    @property
    def text(self) -> str:
        """All that is said."""
        return " ".join(part.text() for part in self._said)

    def _fix(self) -> None:
        if self._edit is not None:
            self.chosen.emit(self._edit)

    def _recolor(self) -> None:
        color, ground = theme.color("warning").name(), theme.color("base").name()
        self.setStyleSheet(
            f"QFrame#training-words {{ background: {ground}; border: none; border-left: 4px solid {color}; }}"
        )
