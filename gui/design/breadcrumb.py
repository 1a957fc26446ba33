"""The path from the network to the block whose inside is open; each part leads back there."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from engine.blocks.block_edits import uses_of
from gui.canvas.in_place.open_boxes import open_blocks
from gui.document import Document
from gui.widgets import Label, plain


class Breadcrumb(QWidget):
    """Seen only while the inside of a block is open."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.parts: list[QToolButton] = []
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(8, 4, 8, 4)
        self._box.setSpacing(2)
        self.hint = Label()
        self.hint.setProperty("muted", True)
        self._box.addStretch(1)
        self._box.addWidget(self.hint)
        self.setAccessibleName("Where the open block is")
        for signal in (document.replaced, document.changed, document.title_changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Show the path to the open level."""
        document = self.document
        inside = document.graph.inside
        shown = inside is not None or bool(open_blocks(document.sheet.graph))  # it comes when a block is opened in
        self.setVisible(shown)  # place, not when something inside is pressed: the sheet would move below the mouse
        titles = document.titles() if shown else []
        if [part.text() for part in self.parts] != [_text(index, name) for index, (name, _) in enumerate(titles)]:
            self._lay(titles)
        self.hint.setText("")
        if inside is not None:
            block = document.project.blocks[inside]
            count = len(uses_of(document.project, block))
            uses = "its one use" if count == 1 else f"all {count} uses"
            self.hint.setText(f"Changes count for {uses} of {block.name}")

    def _lay(self, titles: list[tuple[str, tuple[str, ...]]]) -> None:
        for part in self.parts:
            self._box.removeWidget(part)
            part.deleteLater()
        self.parts = []
        for index, (name, block_path) in enumerate(titles):
            part = QToolButton()
            part.setText(_text(index, name))
            part.setAutoRaise(True)
            last = index == len(titles) - 1
            part.setEnabled(not last)
            part.setToolTip(plain(f"{name} is open" if last else f"Back to {name}"))
            part.setAccessibleName(part.toolTip())
            part.clicked.connect(lambda _checked=False, block_path=block_path: self.document.open_block(block_path))
            self._box.insertWidget(index, part)
            self.parts.append(part)


def _text(index: int, name: str) -> str:
    return name if not index else f"› {name}"
