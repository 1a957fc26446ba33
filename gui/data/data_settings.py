"""The right side of the Data page: what is done to the fields, and how the samples are split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TypeGuard

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout, QWidget

from engine.data.dataset import Dataset
from engine.edits import MISSING, SetSetting
from engine.graph import GraphError
from engine.layers.parameters import Parameter, parameters
from engine.problems.ways.field_ways import known_fields
from engine.settings.data import SplitSettings
from engine.settings.transforms import TRANSFORMS
from gui.data.split_preview import SplitPreview
from gui.data.taking import PATH, Items, Taking, fields_for, first_values, in_use, items, unread
from gui.document import Document
from gui.forms import Form
from gui.forms.sections import SettingsSection
from gui.theme import theme
from gui.widgets import Label, Note, heading, plain

SHARES = ("train", "validation", "test")
SPLIT = (*SHARES, "stratify", "exact", "folds")
"""The entries that are shown; which fold is the validation part is a matter of the runs."""


class Transforms(QWidget):
    """What is done to the fields, in order: add, remove, move and change."""

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._kinds: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self._cards: list[QWidget] = []
        self.add = QPushButton("Add transform")
        self.add.setToolTip("Put another step between the data and the network")
        self.menu = QMenu(self.add)
        self.add.setMenu(self.menu)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.empty = Note("None: the network sees the values as they are stored.")
        self.only_shown = Note()
        self.error = Note("", "error")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(heading("Transforms"))
        box.addWidget(self.only_shown)
        box.addWidget(self.empty)
        box.addLayout(self._rows)
        box.addWidget(self.error)
        box.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)

    def items(self) -> list[dict[str, object]]:
        """The transforms as they are set; what is no transform is left out."""
        return items(self.document)

    def refresh(self, wrong: Mapping[str, str], looked: Taking | None = None) -> None:
        """Show the transforms; their forms stay as long as there are as many of the same kinds.

        Those that come with a data set that is only ``looked`` at cannot be changed.
        """
        shown, dataset = (looked.transforms, looked.dataset) if looked else (self.items(), in_use(self.document))
        kinds = [(str(item["name"]), dataset.name if dataset else "") for item in shown]
        if kinds != self._kinds:
            self._kinds = kinds
            self._rebuild(shown, dataset)
        self.only_shown.setText(f"As they would be with {dataset.title}: use it to change them." if dataset else "")
        self.only_shown.setVisible(looked is not None)
        for part in (self.add, *self._cards):
            part.setEnabled(looked is None)
        if looked is not None:
            wrong = {}
        fields = dataset.fields if dataset else {}
        for index, (form, item) in enumerate(zip(self.forms, shown, strict=True)):
            prefix = f"data.transforms[{index}]."
            form.set_values(item)
            form.set_unread(unread(item, fields))
            form.set_errors(
                {path.removeprefix(prefix): text for path, text in wrong.items() if path.startswith(prefix)}
            )
        self.empty.setVisible(not shown)
        self.error.setText(f"✕ {wrong.get('data.transforms', '')}")
        self.error.setVisible("data.transforms" in wrong)

    def _rebuild(self, shown: Items, dataset: Dataset | None) -> None:
        while (entry := self._rows.takeAt(0)) is not None:
            widget = entry.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.forms, self._cards = [], []
        for index, item in enumerate(shown):
            fields = fields_for(str(item["name"]), dataset)
            wanted = [_with_fields(p, fields) for p in parameters(TRANSFORMS[str(item["name"])]) if p.name != "name"]
            form = Form(wanted, item)
            form.edited.connect(partial(self._edit, index))
            self.forms.append(form)
            self._cards.append(self._row(index, len(shown), str(item["name"]), form))
            self._rows.addWidget(self._cards[-1])

    def _row(self, index: int, count: int, name: str, form: Form) -> QWidget:
        frame = GroupFrame()
        head = QHBoxLayout()
        head.addWidget(Label(f"{index + 1}.  {name}"), 1)
        for text, tip, step in (("↑", "Earlier", -1), ("↓", "Later", 1), ("✕", "Remove", 0)):
            button = QToolButton()
            button.setText(text)
            button.setAutoRaise(True)
            button.setToolTip(plain(tip))
            button.setAccessibleName(f"{tip}: {name}")
            button.setEnabled(0 <= index + step < count)
            button.clicked.connect(partial(self._move, index, step))
            head.addWidget(button)
        box = QVBoxLayout(frame)
        box.setContentsMargins(8, 4, 4, 6)
        box.setSpacing(2)
        box.addLayout(head)
        box.addWidget(form)
        return frame

    def _fill_menu(self) -> None:
        self.menu.clear()
        for name, model in TRANSFORMS.items():
            action = self.menu.addAction(f"{name}: {model.summary}")
            action.setData(name)
            action.setEnabled(bool(fields_for(name, in_use(self.document))))
            action.triggered.connect(partial(self.append, name))

    def append(self, name: str, _checked: bool = False) -> None:
        """Add a transform at the end."""
        fields = fields_for(name, in_use(self.document))
        if fields:
            self._set(
                [*self.items(), first_values(name, fields[0], known_fields(self.document.project))], f"Add {name}"
            )

    def _edit(self, index: int, name: str, value: object) -> None:
        now = self.items()
        if not self._is_shown(now):
            return
        now[index].pop(name, None)
        if value is not MISSING:
            now[index][name] = value
        self._set(now, f"Set {name} of {now[index]['name']}")

    def _move(self, index: int, step: int, _checked: bool = False) -> None:
        now = self.items()
        if not self._is_shown(now):
            return
        item = now.pop(index)
        if step:
            now.insert(index + step, item)
        self._set(now, f"{'Move' if step else 'Remove'} {item['name']}")

    def _is_shown(self, now: Items) -> bool:
        """Whether the cards are those of the project; a press before they are made again is meant for others."""
        return [str(item["name"]) for item in now] == [name for name, _ in self._kinds]

    def _set(self, wanted: Items, title: str) -> None:
        try:
            self.document.apply(SetSetting(PATH, wanted or MISSING), title)
        except GraphError as error:
            self.message.emit(str(error))


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


class SplitSection(SettingsSection):
    """The shares of the parts, which stay a whole: what is typed for one is taken from the others."""

    def __init__(self, document: Document) -> None:
        super().__init__(document, "Split", ("data", "split"), SplitSettings, SPLIT)
        self.preview = SplitPreview()
        self._box.addWidget(self.preview)

    def edit(self, name: str, value: object) -> None:
        """Set a share and let the training part (or the two others) take the rest, as one undo step."""
        given = {key: self.values().get(key, SplitSettings.model_fields[key].default) for key in SHARES}
        shares = {key: share for key, share in given.items() if _is_share(share)}
        if name not in SHARES or not _is_share(value) or len(shares) < len(SHARES):
            super().edit(name, value)
            return
        shares[name] = value
        if name == "train":
            others = shares["validation"] + shares["test"]
            part = shares["validation"] / others if others else 0.5
            shares["validation"] = round((1 - value) * part, 6)
            shares["test"] = round(1 - value - shares["validation"], 6)
        else:
            shares["train"] = round(1 - shares["validation"] - shares["test"], 6)
        if shares["train"] <= 0 or min(shares.values()) < 0:
            super().edit(name, value)
            return
        table = {**self.values(), **shares}
        self.apply(SetSetting(self.path, table), f"Set {'.'.join(self.path)}.{name}")


def _with_fields(parameter: Parameter, fields: list[str]) -> Parameter:
    return replace(parameter, kind="choice", choices=tuple(fields)) if parameter.name == "field" else parameter


def _is_share(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
