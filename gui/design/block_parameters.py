"""The parameters of a block as a table to edit: each is a card with name, kind, default and help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QWidget

from engine.blocks.block import KINDS, BlockParameter, Kind, fits
from engine.edits import MISSING
from engine.layers.parameters import Parameter
from gui.design.facts import column
from gui.forms.form_fields import FIELDS, BoolField, PlainField
from gui.forms.repeats import tool
from gui.widgets import Note, heading, plain

ZEROS: Final[dict[Kind, object]] = {"int": 1, "float": 1.0, "bool": False, "text": ""}
TYPES: Final[dict[Kind, str]] = {"int": "an integer", "float": "a number", "bool": "true or false", "text": "text"}
WORDS: Final[dict[Kind, str]] = {"int": "whole", "float": "number", "bool": "yes/no", "text": "text"}
FIRST_NAMES: Final = ("channels", "size", "count")


class BlockParameters(QWidget):
    """A card each, and a button to add one. It says what is wanted and shows what holds."""

    changed = Signal(object, str)
    """All parameters as they are to be, and what the step is called."""
    renamed = Signal(str, str)
    """The old and the new name of one."""
    dropped = Signal(str)
    """The name of one that is to go."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameters: tuple[BlockParameter, ...] = ()
        self.cards: list[ParameterCard] = []
        self.empty = Note("None: every use of this block is the same.")
        self.error = Note("", "error")
        self.add = QPushButton("Add Parameter")
        self.add.setToolTip("Another number that the fields inside may use, and that each use can set")
        self.add.setAccessibleName("Add Parameter")
        self.add.clicked.connect(self._add)
        self._holder = QWidget()
        self._cards = column(self._holder)
        box = column(self)
        for widget in (heading("Parameters"), self.empty, self._holder, self.error):
            box.addWidget(widget)
        box.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def show_parameters(self, parameters: Sequence[BlockParameter]) -> None:
        """Show these; cards stay as long as there are as many, of the same kinds."""
        before, self.parameters = self.parameters, tuple(parameters)
        if [p.kind for p in before] != [p.kind for p in self.parameters]:
            self._rebuild()
        for card, parameter in zip(self.cards, self.parameters, strict=True):
            card.show_parameter(parameter)
        self.empty.setVisible(not self.parameters)
        self._holder.setVisible(bool(self.parameters))

    def show_error(self, sentence: str) -> None:
        """Say why the last change was refused; nothing where it was not."""
        self.error.setText(f"✕ {sentence}")
        self.error.setVisible(bool(sentence))

    def _rebuild(self) -> None:
        for card in self.cards:
            self._cards.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        for index, parameter in enumerate(self.parameters):
            card = ParameterCard(parameter.kind, first=index == 0, last=index == len(self.parameters) - 1)
            card.edited.connect(partial(self._edited, index))
            card.moved.connect(partial(self._move, index))
            card.name.editingFinished.connect(partial(self._renamed, index))
            card.remove.clicked.connect(partial(self._remove, index))
            self._cards.addWidget(card)
            card.show()
            self.cards.append(card)

    # -- what people do --------------------------------------------------------------------------------------------

    def _edited(self, index: int, changes: dict[str, Any]) -> None:
        old = self.parameters[index]
        new = replace(old, **changes)
        if new != old:
            self._want([*self.parameters[:index], new, *self.parameters[index + 1 :]], f"Change {old.name}")

    def _renamed(self, index: int) -> None:
        if index >= len(self.parameters):
            return
        old, name = self.parameters[index].name, self.cards[index].name.text().strip()
        self.cards[index].name.setModified(False)
        if name and name != old:
            self.renamed.emit(old, name)
        else:
            self.cards[index].name.setText(old)

    def _move(self, index: int, step: int) -> None:
        order = list(self.parameters)
        order.insert(index + step, order.pop(index))
        self._want(order, f"Move {self.parameters[index].name}")
        card = self.cards[index + step]
        (card.up if step < 0 and card.up.isEnabled() else card.down).setFocus()

    def _remove(self, index: int) -> None:
        self.dropped.emit(self.parameters[index].name)

    def _add(self) -> None:
        taken = {parameter.name for parameter in self.parameters}
        names = (*FIRST_NAMES, *(f"parameter_{number}" for number in range(1, 100)))
        name = next(name for name in names if name not in taken)
        self._want([*self.parameters, BlockParameter(name, ZEROS["int"])], f"Add {name}")
        if self.parameters and self.parameters[-1].name == name:
            self.cards[-1].name.setFocus()
            self.cards[-1].name.selectAll()

    def _want(self, parameters: Sequence[BlockParameter], title: str) -> None:
        self.changed.emit(tuple(parameters), title)


class ParameterCard(QWidget):
    """One parameter: name, kind and default; below them its help and the buttons."""

    edited = Signal(object)
    """What is to be different: field of `BlockParameter` → value."""
    moved = Signal(int)

    def __init__(self, kind: Kind, *, first: bool, last: bool) -> None:
        super().__init__()
        self._shown = BlockParameter("", ZEROS[kind], kind)
        self.name = QLineEdit()
        self.name.setToolTip("What expressions inside call it; renaming it here renames it there, too")
        self.kind = QComboBox()
        for each in KINDS:
            self.kind.addItem(WORDS[each], each)
        self.kind.setToolTip("What kind of value it is")
        self.kind.activated.connect(lambda index: self._kind_chosen(self.kind.itemData(index)))
        default = Parameter("default", kind, TYPES[kind], ZEROS[kind], True, "", any_text=kind == "text")
        self.default: PlainField = FIELDS[kind](default)
        self.default.setToolTip("The value where a use does not set it")
        self.default.committed.connect(self._default_typed)
        self.help = QLineEdit()
        self.help.setPlaceholderText("what it is for")
        self.help.setToolTip("Shown beside the field of every use")
        self.help.editingFinished.connect(lambda: self.edited.emit({"help": self.help.text().strip()}))
        self.up, self.down, self.remove = tool("↑", "Earlier"), tool("↓", "Later"), tool("✕", "Remove")
        self.up.setEnabled(not first)
        self.down.setEnabled(not last)
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down.clicked.connect(lambda: self.moved.emit(1))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 4)
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(2)
        for index, (widget, share) in enumerate(((self.name, 4), (self.kind, 3), (self.default, 3))):
            if not isinstance(widget, BoolField):
                widget.setMinimumWidth(56)
            grid.addWidget(widget, 0, index)
            grid.setColumnStretch(index, share)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.help, 1)
        for button in (self.up, self.down, self.remove):
            row.addWidget(button)
        grid.addLayout(row, 1, 0, 1, 3)

    def show_parameter(self, parameter: BlockParameter) -> None:
        """Show it; a half-typed text in a focused field stays."""
        self._shown, name = parameter, parameter.name
        for field, text in ((self.name, name), (self.help, parameter.help)):
            if not (field.hasFocus() and field.isModified()):
                field.setText(text)
        with QSignalBlocker(self.kind):
            self.kind.setCurrentIndex(KINDS.index(parameter.kind))
        self.default.show_value(parameter.default)
        words = ((self.name, "Name"), (self.kind, "Kind"), (self.default, "Default"), (self.help, "Help"))
        for widget, word in words:
            widget.setAccessibleName(f"{word} of {name}")
        for button, word in ((self.up, "Earlier"), (self.down, "Later"), (self.remove, "Remove")):
            button.setAccessibleName(f"{word}: {name}")
            button.setToolTip(plain(f"{word}: {name}"))

    def _kind_chosen(self, kind: Kind) -> None:
        if kind != self._shown.kind:
            self.edited.emit({"kind": kind, "default": converted(self._shown.default, kind)})

    def _default_typed(self, value: object) -> None:
        if value is MISSING:
            value = "" if self._shown.kind == "text" else self._shown.default
            self.default.show_value(value)
        self.edited.emit({"default": value})


def converted(value: object, kind: Kind) -> object:
    """A default as one of another kind, as near as that can be."""
    if kind == "text":
        return str(value)
    if kind == "bool":
        return bool(value)
    if isinstance(value, (bool, int, float)):
        near = int(value) if kind == "int" else float(value)
        return near if fits(kind, near) else ZEROS[kind]
    return ZEROS[kind]
