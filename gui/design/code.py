"""The Code panel: the very source that is trained and exported, beside the layers it speaks of.

A block is a class in it: selecting a layer inside marks its lines there, a click on a line opens the block.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QShowEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QTextEdit, QVBoxLayout, QWidget

from engine.shapes import Shapes
from engine.source import Source, SourceError, source
from gui.design.highlighter import PythonHighlighter
from gui.document import Document
from gui.icons import icon
from gui.theme import mono_font, theme
from gui.widgets import label, plain
from gui.work.background import Background

LARGE = 500
"""The source of a network of more layers is written beside the window, once nobody has edited it for `REST`."""
REST = 250
MOST_MARKS = 500
"""So many lines are marked at once."""


class CodePanel(QWidget):
    """Selecting a layer marks its lines; a click on a line selects its layer. It writes only while it is seen."""

    message = Signal(str)
    save_wanted = Signal()

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.source: Source | None = None
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFont(mono_font())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("PyTorch source")
        self.text.setToolTip("This text is what is trained. Click a line to go to its layer.")
        self._highlighter = PythonHighlighter(self.text.document())
        self.state = label(role="muted", wrap=True)
        self.copy = QPushButton(icon("clipboard"), "Copy")
        self.copy.setToolTip("Copy the source to the clipboard")
        self.copy.clicked.connect(self._copy)
        self.save = QPushButton(icon("save"), "Save As .py …")
        self.save.setToolTip("Save the source as a Python file")
        self.save.clicked.connect(self.save_wanted)
        for button in (self.copy, self.save):
            button.setAccessibleName(button.toolTip())
        head = QHBoxLayout()
        head.setContentsMargins(8, 4, 8, 0)
        head.addWidget(self.state, 1)
        head.addWidget(self.copy)
        head.addWidget(self.save)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addLayout(head)
        box.addWidget(self.text, 1)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refresh_if_seen)
        self._work = Background("write source", self)
        self._stale = True
        self._classes: dict[int, str | None] = {}
        self._lines: dict[tuple[str | None, str], list[int]] = {}
        self._marked: object = None
        for signal in (document.changed, document.checked, document.replaced):
            signal.connect(self._later)
        document.selection_changed.connect(self._mark)
        theme.changed.connect(self._retheme)
        self.text.cursorPositionChanged.connect(self._clicked)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_if_seen()

    def close_work(self) -> None:
        """Wait for what is being written."""
        self._soon.stop()
        self._work.close()

    def _later(self) -> None:
        self._stale = True
        self._soon.start(REST if self._large() else 0)

    def _large(self) -> bool:
        return len(self.document.project.nodes) > LARGE

    def _refresh_if_seen(self) -> None:
        if self._stale and self.isVisible() and not self.document.checking:  # else `checked` follows
            self.refresh()

    def _say(self, text: str) -> None:
        self.state.setText(text)
        self.state.setToolTip(plain(text, wrap=True))

    def refresh(self) -> None:
        """Write the source again; while the network is not complete the last text stays, and a line says why."""
        self._stale = False
        if not self._large():
            self._show(_write(self.document.whole))
            return
        self._say("Writing the source …")
        shapes = self.document.whole.copy()
        self._work.run(partial(_write, shapes), self._written, self._failed)

    def _written(self, written: Source | SourceError) -> None:
        if not self._stale:  # else it is written again
            self._show(written)

    def _failed(self, error: Exception) -> None:
        raise error

    def _show(self, written: Source | SourceError) -> None:
        if isinstance(written, SourceError):
            self._say(f"✕ Not complete yet: {written}")
            self.source = None
            if self.document.project.nodes and self.text.toPlainText():
                self.text.setEnabled(False)
            else:
                self._set_text("")
        else:
            self._say("This source is what is trained and exported.")
            self.text.setEnabled(True)
            self.source = written
            self._classes = classes(written)
            self._lines = {}
            for line, owner in self._owners(written).items():
                self._lines.setdefault(owner, []).append(line)
            self._set_text(written.text)
        self.copy.setEnabled(self.source is not None)
        self.save.setEnabled(self.source is not None)
        self._mark()

    def _set_text(self, text: str) -> None:
        """Put in the lines that are others now; the rest keeps its colours."""
        old = self.text.toPlainText()
        if text == old:
            return
        before, after = old.split("\n"), text.split("\n")
        end = min(len(before), len(after))
        first = next((n for n in range(end) if before[n] != after[n]), end)
        last = next((n for n in range(end - first) if before[-1 - n] != after[-1 - n]), end - first)
        head, tail = "\n".join(before[:first]), "\n".join(before[len(before) - last :])
        bar = self.text.verticalScrollBar()
        position = bar.value()
        self.text.blockSignals(True)
        cursor = QTextCursor(self.text.document())
        cursor.setPosition(_units(head))
        cursor.setPosition(_units(old) - _units(tail), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[len(head) : len(text) - len(tail)])
        self.text.blockSignals(False)
        bar.setValue(position)

    def _mark(self) -> None:
        """Mark the lines of what is selected; where a block is open and nothing is, the line its class begins at."""
        if self._stale or not self.isVisible():
            return
        chosen, inside = set(self.document.selection), self.document.graph.inside
        lines: list[int] = []
        if self.source is not None:
            lines = sorted(line for node_id in chosen for line in self._lines.get((inside, node_id), ()))
            if inside is not None and not chosen:
                lines = [line for line, block_id in self._classes.items() if block_id == inside]
        del lines[MOST_MARKS:]
        marks = [self._marking(line) for line in lines]
        self.text.setExtraSelections(marks)
        wanted = (inside, chosen, self.text.document().revision())
        if marks and wanted != self._marked and not self.text.hasFocus():
            self._scroll_to(marks[-1 if chosen else 0].cursor, to_top=not chosen)
        self._marked = wanted

    def _marking(self, line: int) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        color = QColor(theme.color("accent"))
        color.setAlpha(48)
        mark.format.setBackground(color)
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        mark.cursor = QTextCursor(self.text.document().findBlockByNumber(line - 1))
        return mark

    def _scroll_to(self, cursor: QTextCursor, *, to_top: bool) -> None:
        self.text.blockSignals(True)
        self.text.setTextCursor(QTextCursor(cursor))
        self.text.blockSignals(False)
        if to_top:
            self.text.verticalScrollBar().setValue(cursor.blockNumber())
        self.text.ensureCursorVisible()

    def _owners(self, written: Source) -> dict[int, tuple[str | None, str]]:
        """The block (None: the network) and the node each line speaks of."""
        return {line: (None, node_id) for line, node_id in written.lines.items()} | dict(written.block_lines)

    def _clicked(self) -> None:
        if self.source is None or not self.text.hasFocus() or self.text.textCursor().hasSelection():
            return
        line = self.text.textCursor().blockNumber() + 1
        starts = list(self._classes)
        if line < (starts[0] if starts else line + 1):
            return  # what stands in front of all classes
        block_id, node_id = self._owners(self.source).get(
            line, (self._classes[starts[bisect_right(starts, line) - 1]], "")
        )
        if block_id != self.document.graph.inside:
            if block_id is None:
                self.document.open_block(())
            else:
                self.document.open_definition(block_id)
        if node_id:
            self.document.select([node_id])

    def _copy(self) -> None:
        if self.source is not None:
            QGuiApplication.clipboard().setText(self.source.text)
            self.message.emit("The source is on the clipboard.")

    def _retheme(self) -> None:
        self.copy.setIcon(icon("clipboard"))
        self.save.setIcon(icon("save"))
        self._highlighter.retheme()
        self._mark()


def _units(text: str) -> int:
    """The length of a text as Qt counts it."""
    return len(text.encode("utf-16-le")) // 2


def _write(shapes: Shapes) -> Source | SourceError:
    """The source of a network, or why it has none."""
    try:
        return source(shapes.graph, shapes.report)
    except SourceError as error:
        return error


def classes(written: Source) -> dict[int, str | None]:
    """The line at which each class begins, with its block: None for the network, whose class is the last."""
    starts = [number for number, line in enumerate(written.text.splitlines(), 1) if line.startswith("class ")]
    found: dict[int, str | None] = {}
    for line, (block_id, _) in sorted(written.block_lines.items()):
        found[starts[bisect_right(starts, line) - 1]] = block_id
    if starts:
        found[starts[-1]] = None
    return found
