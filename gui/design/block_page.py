"""The inspector of the block that is open: name, help, parameters, who uses it, and what one use costs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QPushButton, QWidget

from engine import cost
from engine.blocks.block import Block, BlockParameter
from engine.blocks.block_edits import SetBlock
from engine.blocks.rename import drop, rename
from engine.edits import Edit
from engine.graph import GraphError
from engine.layers.parameters import unparse
from engine.spec import shape_text
from gui.design.block_parameters import BlockParameters
from gui.design.facts import FactSheet, column
from gui.document import Document
from gui.widgets import Note, heading, plain

MOST_USES = 12
HINT = (
    "Fields of the layers inside may use the parameters: type = channels * 4. "
    "The nodes BlockInput and BlockOutput are its ports."
)


class BlockPage(QWidget):
    """Shows the definition whose inside is open."""

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.help = HelpField()
        self.help.committed.connect(self._set_help)
        self.parameters = BlockParameters()
        self.parameters.changed.connect(self._set_parameters)
        self.parameters.renamed.connect(self._rename_parameter)
        self.parameters.dropped.connect(self._drop_parameter)
        self.used = heading("")
        self._uses = QWidget()
        self._links = column(self._uses)
        self._links.setSpacing(0)
        self.more = Note("")
        self.facts = FactSheet((("One use", "mono"), ("How it works", "muted")))
        box = column(self)
        for widget in (self.help, self.parameters, self.used, self._uses, self.more, self.facts):
            box.addWidget(widget)
        self._listed: list[tuple[str, str | None, str]] = []
        self._block_shown: str | None = None

    def block(self) -> Block | None:
        """The definition that is open."""
        return self.document.project.blocks.get(self.document.graph.inside or "")

    def kind(self) -> str:
        """What is shown, in a line."""
        return "Block · definition, the same for all its uses"

    def name(self) -> str:
        """What the block is called."""
        block = self.block()
        return block.name if block is not None else ""

    def rename(self, text: str) -> Edit:
        """The edit that gives the block another name."""
        block = self._needed()
        return SetBlock(block.id, text, block.parameters, block.help)

    def refresh(self) -> None:
        """Show it as it is now."""
        block = self.block()
        if block is None:
            return
        if block.id != self._block_shown:
            self._block_shown = block.id
            self.parameters.show_error("")
        self.help.show_text(block.help)
        self.parameters.show_parameters(block.parameters)
        self._show_uses(block)
        self.facts.set("One use", "\n".join(self._costs()))
        self.facts.set("How it works", HINT)

    # -- uses and costs --------------------------------------------------------------------------------------------

    def _show_uses(self, block: Block) -> None:
        found = uses(self.document, block)
        count = len(found)
        self.used.setText(f"Used by {count} {'layer' if count == 1 else 'layers'}" if count else "Not used yet")
        hidden = count - MOST_USES
        self.more.setText(f"and {hidden} more" if hidden > 0 else "" if count else "Add it from the palette.")
        self.more.setVisible(bool(self.more.text()))
        self._uses.setVisible(bool(found))
        if found == self._listed:
            return
        self._listed = found
        while (entry := self._links.takeAt(0)) is not None:
            old = entry.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for title, block_id, node_id in found[:MOST_USES]:
            link = QPushButton(title)
            link.setFlat(True)
            link.setProperty("role", "link")
            link.setToolTip(plain(f"Go to {title}"))
            link.setAccessibleName(f"Go to {title}")
            link.clicked.connect(partial(self._go, block_id, node_id))
            self._links.addWidget(link)

    def _go(self, block_id: str | None, node_id: str, _checked: bool = False) -> None:
        if block_id is None:
            self.document.open_block((), select=[node_id])
        else:
            self.document.open_definition(block_id)
            self.document.select([node_id])

    def _costs(self) -> list[str]:
        """What flows through and what it costs, as the use it was opened from has it."""
        graph, report, block_path = self.document.graph, self.document.known, self.document.block_path
        lines = [f"as {self._user(block_path)} uses it" if block_path else "with the defaults of its parameters"]
        lines += [f"{name} = {unparse(held)}" for name, held in report.arguments.items()]
        for node in (*graph.of_type("BlockInput"), *graph.of_type("BlockOutput")):
            specs = tuple(report.outputs.get(node.id, {}).values()) or report.inputs.get(node.id, ())
            lines += [f"{node.name}  {shape_text(spec.shape)}" for spec in specs if spec.shape]
        if any(node.id in report.outputs for node in graph.of_type("BlockInput")):
            whole = cost.total(graph, report)
            lines += [f"{whole.parameters:,} parameters", f"{whole.multiply_adds:,} multiply-adds"]
        else:
            lines.append("sizes are known once something is wired to it")
        return lines

    def _user(self, block_path: tuple[str, ...]) -> str:
        return self.document.titles()[len(block_path)][0]

    # -- edits -----------------------------------------------------------------------------------------------------

    def _needed(self) -> Block:
        block = self.block()
        assert block is not None
        return block

    def _set_help(self, text: str) -> None:
        block = self._needed()
        self._apply(SetBlock(block.id, block.name, block.parameters, text), f"Change the help of {block.name}")

    def _set_parameters(self, parameters: tuple[BlockParameter, ...], title: str) -> None:
        block = self._needed()
        self._apply(SetBlock(block.id, block.name, parameters, block.help), f"{title} of {block.name}")

    def _rename_parameter(self, old: str, new: str) -> None:
        self._apply(rename(self.document.project, self._needed().id, old, new), whole_project=True)

    def _drop_parameter(self, name: str) -> None:
        self._apply(drop(self.document.project, self._needed().id, name), whole_project=True)

    def _apply(self, edit: Edit, title: str | None = None, *, whole_project: bool = False) -> None:
        try:
            self.document.apply(edit, title, whole_project=whole_project)
        except GraphError as error:
            self.parameters.show_error(str(error))
            self.message.emit(str(error))
            self.refresh()
        else:
            self.parameters.show_error("")


class HelpField(QPlainTextEdit):
    """What the block is for, in a few lines; committed when it is left, and on Ctrl+Enter."""

    committed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._held = ""
        self.setPlaceholderText("What it is for, in a sentence or two")
        self.setAccessibleName("Help of the block")
        self.setToolTip("Shown wherever the block is used, and in its class in the source")
        self.setProperty("role", "field")
        self.setTabChangesFocus(True)
        self.setFixedHeight(3 * self.fontMetrics().lineSpacing() + 14)

    def show_text(self, text: str) -> None:
        """Show what holds; a half-typed text stays."""
        if self.hasFocus() and self.toPlainText() != self._held and text == self._held:
            return
        self._held = text
        if self.toPlainText() != text:
            self.setPlainText(text)

    def commit(self) -> None:
        """Hand on what was typed, if it differs from what holds."""
        text = self.toPlainText().strip()
        if text != self._held:
            self._held = text
            self.committed.emit(text)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving commits."""
        super().focusOutEvent(event)
        self.commit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter commits, Escape takes back."""
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.commit()
        elif event.key() == Qt.Key.Key_Escape and self.toPlainText() != self._held:
            self.setPlainText(self._held)
        else:
            super().keyPressEvent(event)


def uses(document: Document, block: Block) -> list[tuple[str, str | None, str]]:
    """The nodes that use a block: (title, the block they stand in, id); those of the network first."""
    project = document.project
    found: list[tuple[str, str | None, str]] = [(node.name, None, node.id) for node in project.of_type(block.type)]
    for other in project.blocks.values():
        found += [(f"{node.name} in {other.name}", other.id, node.id) for node in other.graph.of_type(block.type)]
    return found
