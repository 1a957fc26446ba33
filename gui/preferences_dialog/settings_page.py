"""The preferences by group, each with its field, what it is for, and a button back to its default."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.edits import MISSING
from gui.forms import Form
from gui.preference_list import GROUPS, PREFERENCES, Preference
from gui.preferences import Preferences
from gui.theme import theme
from gui.widgets import Label, heading, label


class SettingsPage(QScrollArea):
    """One group, or what is looked for in all of them. What is chosen is stored at once."""

    restored = Signal(int)
    """How many preferences went back to their defaults."""

    def __init__(self, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._before: dict[Preference, object] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Preferences")
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(12, 0, 12, 8)
        box.setSpacing(8)
        self.headings: dict[str, Label] = {}
        self.forms: dict[Preference, Form] = {}
        for group in GROUPS:
            self.headings[group] = heading(group)
            box.addWidget(self.headings[group])
            for each in (each for each in PREFERENCES if each.group == group):
                form = self.forms[each] = Form([each.parameter], parent=body)
                help = each.parameter.help
                form.set_hints({each.title: f"{help[:1].upper()}{help[1:]}."})
                form.edited.connect(partial(self._edited, each))
                box.addWidget(form)
        self.nothing = label("No preference matches.", "muted")
        box.addWidget(self.nothing)
        box.addStretch(1)
        self.setWidget(body)
        self._align()
        theme.changed.connect(self._align)
        preferences.changed.connect(lambda _key: self.refresh())
        self.refresh()

    def _align(self) -> None:
        """Let all fields begin at one line, whatever the size of the text."""
        width = max(form.label_width() for form in self.forms.values())
        for form in self.forms.values():
            form.set_label_width(width)

    def refresh(self) -> None:
        """Show what is chosen now."""
        for each, form in self.forms.items():
            set_to = self._preferences.get(each) if self._preferences.is_set(each) else MISSING
            form.set_values({} if set_to is MISSING else {each.title: set_to})

    def show_group(self, group: str) -> None:
        """Show the preferences of one group."""
        self._show([each for each in self.forms if each.group == group])

    def show_found(self, words: str) -> None:
        """Show those of all groups that have all the words."""
        asked = words.casefold().split()
        self._show([each for each in self.forms if all(word in _text(each) for word in asked)])

    def restore(self) -> None:
        """Take all preferences back to their defaults."""
        self._before = {each: self._preferences.get(each) for each in PREFERENCES if self._preferences.is_set(each)}
        for each in self._before:
            self._preferences.put(each, MISSING)
        self.restored.emit(len(self._before))

    def undo_restore(self) -> None:
        """Choose again what was chosen before `restore`."""
        for each, value in self._before.items():
            self._preferences.put(each, value)
        self._before = {}

    def _show(self, wanted: list[Preference]) -> None:
        for each, form in self.forms.items():
            form.setVisible(each in wanted)
        groups = {each.group for each in wanted}
        for group, head in self.headings.items():
            head.setVisible(group in groups)
        self.nothing.setVisible(not wanted)
        self.verticalScrollBar().setValue(0)

    def _edited(self, each: Preference, _name: str, value: object) -> None:
        self._preferences.put(each, value)


def _text(each: Preference) -> str:
    parameter = each.parameter
    return f"{each.title} {each.group} {parameter.help} {parameter.type} {each.also}".casefold()
