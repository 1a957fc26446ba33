"""A list of declared steps as cards: add, order, change and remove them, each press one undo step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.edits import MISSING, SetSetting
from engine.graph import GraphError
from engine.layers.parameters import Parameter, parameters
from engine.problems.ways.field_ways import known_fields
from gui.data.steps import KINDS, Items, Path, fields_for, first_values, items, unread
from gui.data.taking import Taking, in_use
from gui.document import Document
from gui.forms import Form
from gui.theme import theme
from gui.widgets import Label, Note, heading, plain


class StepCards(QWidget):
    """The steps at a path of the settings: what is done to the fields, or how samples are varied."""

    message = Signal(str)
    added = Signal()
    """A step was added by hand."""

    def __init__(
        self, document: Document, path: Path, title: str, add: str, empty: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.document, self.path = document, path
        self._kinds: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._cards: list[StepCard] = []
        self.add = QPushButton(add)
        self.menu = QMenu(self.add)
        self.menu.setToolTipsVisible(True)
        self.add.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.empty = Note(empty)
        self.only_shown = Note()
        self.error = Note("", "error")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(heading(title))
        box.addWidget(self.only_shown)
        box.addWidget(self.empty)
        box.addLayout(self._rows)
        box.addWidget(self.error)
        box.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def items(self) -> Items:
        """The steps as they are set; what is none is left out."""
        return items(self.document, self.path)

    def refresh(self, wrong: Mapping[str, str], looked: Taking | None = None) -> None:
        """Show the steps; their forms stay as long as there are as many of the same kinds.

        Those that come with a data set that is only ``looked`` at cannot be changed.
        """
        shown, dataset = (looked.steps(self.path), looked.dataset) if looked else (self.items(), in_use(self.document))
        kinds = [(str(item["name"]), dataset.name if dataset else "") for item in shown]
        if kinds != self._kinds:
            self._kinds = kinds
            self._rebuild(shown, dataset)
        self.only_shown.setText(f"As they would be with {dataset.title}: use it to change them." if dataset else "")
        self.only_shown.setVisible(looked is not None and bool(shown))
        for part in (self.add, *self._cards):
            part.setEnabled(looked is None)
        here, fields = ".".join(self.path), dataset.fields if dataset else {}
        wrong = {} if looked is not None else wrong
        for index, (card, item) in enumerate(zip(self._cards, shown, strict=True)):
            card.form.set_values(item)
            card.form.set_unread(unread(item, fields))
            card.show_errors(wrong, f"{here}[{index}]")
        self.empty.setVisible(not shown)
        unknown = (text for key, text in wrong.items() if key.startswith(f"{here}[") and key.endswith("].name"))
        said = wrong.get(here) or next(unknown, "")  # a kind that there is not has no card
        self.error.setText(f"✕ {said}")
        self.error.setVisible(bool(said))

    def append(self, name: str, _checked: bool = False) -> None:
        """Add a step at the end."""
        fields = fields_for(name, in_use(self.document))
        if fields:
            item = first_values(name, fields[0], known_fields(self.document.project))
            self.replace([*self.items(), item], f"Add {name}")
            self.added.emit()

    def replace(self, wanted: Items, title: str) -> None:
        """Set all steps."""
        try:
            self.document.apply(SetSetting(self.path, wanted or MISSING), title)
        except GraphError as error:
            self.message.emit(str(error))

    def _fill_menu(self) -> None:
        self.menu.clear()
        for name, model in KINDS[self.path].items():
            action = self.menu.addAction(f"{name}: {model.summary}")
            action.setData(name)
            action.setEnabled(bool(fields_for(name, in_use(self.document))))
            action.triggered.connect(partial(self.append, name))

    def _rebuild(self, shown: Items, dataset: Dataset | None) -> None:
        while (entry := self._rows.takeAt(0)) is not None:
            widget = entry.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.forms, self._cards = [], []
        for index, item in enumerate(shown):
            name = str(item["name"])
            fields = fields_for(name, dataset)
            wanted = [_with_fields(p, fields) for p in parameters(KINDS[self.path][name]) if p.name != "name"]
            card = StepCard(index, len(shown), name, Form(wanted, item))
            card.form.edited.connect(partial(self._edit, index))
            card.moved.connect(partial(self._move, index))
            self.forms.append(card.form)
            self._cards.append(card)
            self._rows.addWidget(card)
        width = max((form.label_width() for form in self.forms), default=0)
        for form in self.forms:  # the fields of all cards begin on one line
            form.set_label_width(width)

    def _edit(self, index: int, name: str, value: object) -> None:
        now = self.items()
        if not self._is_shown(now):
            return
        now[index].pop(name, None)
        if value is not MISSING:
            now[index][name] = value
        self.replace(now, f"Set {name} of {now[index]['name']}")

    def _move(self, index: int, step: int) -> None:
        now = self.items()
        if not self._is_shown(now):
            return
        item = now.pop(index)
        if step:
            now.insert(index + step, item)
        self.replace(now, f"{'Move' if step else 'Remove'} {item['name']}")

    def _is_shown(self, now: Items) -> bool:
        """Whether the cards are those of the project; a press before they are made again is meant for others."""
        return [str(item["name"]) for item in now] == [name for name, _ in self._kinds]


class GroupFrame(QFrame):
    """A frame around what belongs together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        theme.changed.connect(self._recolor)
        self._recolor()

    def _recolor(self) -> None:
        border = theme.color("border").name()
        self.setStyleSheet(f"QFrame#card {{ border: 1px solid {border}; border-radius: 4px; }}")


class StepCard(GroupFrame):
    """One step: its number and name, buttons that move and remove it, its values, and what is wrong with it."""

    moved = Signal(int)
    """By so many places; 0 removes it."""

    def __init__(self, index: int, count: int, name: str, form: Form, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form, self.error = form, Note("", "error")
        head = QHBoxLayout()
        head.addWidget(Label(f"{index + 1}.  {name}"), 1)
        for text, tip, step in (("↑", "Earlier", -1), ("↓", "Later", 1), ("✕", "Remove", 0)):
            button = QToolButton()
            button.setText(text)
            button.setAutoRaise(True)
            button.setToolTip(plain(tip))
            button.setAccessibleName(f"{tip}: {name}")
            button.setEnabled(0 <= index + step < count)
            button.clicked.connect(partial(self._press, step))
            head.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 4, 4, 6)
        box.setSpacing(2)
        box.addLayout(head)
        box.addWidget(form)
        box.addWidget(self.error)
        self.error.hide()

    def show_errors(self, wrong: Mapping[str, str], path: str) -> None:
        """Show what is wrong with the step at this path of the settings and with its values."""
        start = f"{path}."
        self.form.set_errors({key.removeprefix(start): text for key, text in wrong.items() if key.startswith(start)})
        self.error.setText(f"✕ {wrong.get(path, '')}")
        self.error.setVisible(path in wrong)

    def _press(self, step: int, _checked: bool = False) -> None:
        self.moved.emit(step)


def _with_fields(parameter: Parameter, fields: list[str]) -> Parameter:
    return replace(parameter, kind="choice", choices=tuple(fields)) if parameter.name == "field" else parameter
