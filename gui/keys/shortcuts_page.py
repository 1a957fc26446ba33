"""The page of the preferences where every action gets its keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from gui.keys.conflict import ConflictStrip
from gui.keys.doable import Doable, found
from gui.keys.key_field import KeyField
from gui.keys.keymap import keymap, shown
from gui.keys.usable import refusal
from gui.widgets import Note, plain, push_button

ID = Qt.ItemDataRole.UserRole


class ShortcutsPage(QWidget):
    """A tree of the actions by menu; below it what can be done with the keys of the chosen one."""

    def __init__(self, doables: Sequence[Doable], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._doables = {each.id: each for each in doables}
        self._keys, self._adding = "", False
        self.words = QLineEdit(placeholderText="Search an action", clearButtonEnabled=True)
        self.words.setAccessibleName("Search an action by its name")
        self.words.setToolTip("Parts of a name, of what it does, or of its keys")
        self.words.textChanged.connect(lambda _text: self.refresh())
        self.by_keys = push_button("Search by Keys …", "Press keys to see what they do", self._ask_for)
        self.asked = KeyField()
        self.asked.taken.connect(self._look_for)
        self.asked.left.connect(self.by_keys.show)
        self.all_again = push_button("", "Show all actions again", lambda: self._look_for(""))
        self.tree = self._build_tree()
        self.pressed = KeyField()
        self.pressed.taken.connect(self._take)
        self.note = Note()
        self.conflict = ConflictStrip()
        self.conflict.chosen.connect(self._give)
        self.set = push_button("Set Keys …", "Press the keys that shall do it (Enter)", lambda: self._listen(False))
        self.add = push_button("Add Keys …", "Press keys that shall do it as well", lambda: self._listen(True))
        self.remove = push_button("Remove Keys", "Leave the action without keys", self._remove)
        self.reset = push_button("Reset", "Back to the keys that Layerloom comes with", self._reset)
        self.reset_all = push_button("Reset All", "Give every action the keys that it comes with", keymap.reset_all)
        top, below = QHBoxLayout(), QHBoxLayout()
        for widget in (self.words, self.by_keys, self.asked, self.all_again):
            top.addWidget(widget, int(widget is self.words))
        for widget in (self.set, self.pressed, self.add, self.remove, self.reset):
            below.addWidget(widget)
        below.addStretch(1)
        below.addWidget(self.reset_all)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(top)
        box.addWidget(self.tree, 1)
        box.addWidget(self.conflict)
        box.addWidget(self.note)
        box.addLayout(below)
        keymap.changed.connect(self.refresh)
        self.refresh()

    def _build_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName("Actions and their keys")
        tree.setHeaderLabels(["Action", "Keys", ""])
        tree.setUniformRowHeights(True)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        tree.currentItemChanged.connect(lambda _now, _before: self._follow())
        tree.itemActivated.connect(lambda _item, _column: self._listen(False))
        return tree

    @property
    def current(self) -> Doable | None:
        """The chosen action."""
        item = self.tree.currentItem()
        return self._doables.get(item.data(0, ID)) if item is not None else None

    def show_words(self, words: str) -> None:
        """Show the actions that match."""
        self.words.setText(words)

    def refresh(self) -> None:
        """Show what is looked for, with the keys as they are now."""
        chosen = self.current
        self.tree.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for each in found(self._doables.values(), self.words.text(), self._keys):
            group = groups.get(each.menu)
            if group is None:
                group = groups[each.menu] = QTreeWidgetItem(self.tree, [each.menu])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                group.setExpanded(True)
            own = "changed" if keymap.is_own(each.id) else ""
            row = QTreeWidgetItem(group, [each.name, keymap.all_shown(each.id), own])
            row.setData(0, ID, each.id)
            for column in range(3):
                row.setToolTip(column, plain(each.help))
            if chosen is not None and each.id == chosen.id:
                self.tree.setCurrentItem(row)
        if self.current is None and groups:
            self.tree.setCurrentItem(next(iter(groups.values())).child(0))
        self.all_again.setText(f"{shown(self._keys)}  ✕" if self._keys else "")
        self.all_again.setAccessibleName(f"Show all actions again, not only those with {shown(self._keys)}")
        self.all_again.setVisible(bool(self._keys))
        self._follow()
        if not groups:
            self.note.setText("No action has these keys." if self._keys else "No action matches.")

    def _follow(self) -> None:
        current = self.current
        self.conflict.hide()
        self.note.set_token("muted")
        self.note.setText(current.help + ("; on the canvas only" if current.on_canvas else "") if current else "")
        for button in (self.set, self.add, self.remove):
            button.setEnabled(current is not None)
        self.remove.setEnabled(current is not None and bool(keymap.keys(current.id)))
        self.reset.setEnabled(current is not None and keymap.is_own(current.id))
        self.reset_all.setEnabled(bool(keymap.own))

    # -- looking for keys ------------------------------------------------------------------------------------------

    def _ask_for(self) -> None:
        self.by_keys.hide()
        self.asked.listen()

    def _look_for(self, keys: str) -> None:
        self._keys = keys
        self.refresh()

    # -- changing them ---------------------------------------------------------------------------------------------

    def _listen(self, adding: bool) -> None:
        self._adding = adding
        self._follow()
        if self.current is not None:
            self.note.setText(f"Press the keys for {self.current.name}. Esc breaks off.")
            self.pressed.listen()

    def _take(self, keys: str) -> None:
        current = self.current
        if current is None:
            return
        self.tree.setFocus()
        self._follow()
        if why := refusal(keys, on_canvas=current.on_canvas):
            self.note.set_token("error")
            self.note.setText(f"✕ {shown(keys)} cannot be used. {why}")
            return
        before = keymap.keys(current.id)
        wanted = {current.id: [*before, keys] if self._adding else [keys]}
        others = [each for each in keymap.holders(keys, list(self._doables)) if each != current.id]
        if not others:
            keymap.give(wanted)
            return
        other = self._doables[others[0]]
        left = {each: [old for old in keymap.keys(each) if old != keys] for each in others}
        swapped = {**left, other.id: [*left[other.id], *before[:1]]} if before and not self._adding else {}
        self.conflict.ask(keys, current.name, other.name, {**left, **wanted}, {**swapped, **wanted} if swapped else {})

    def _give(self, keys_of: dict[str, list[str]]) -> None:
        keymap.give(keys_of)
        self.tree.setFocus()

    def _remove(self) -> None:
        if self.current is not None:
            keymap.give({self.current.id: []})

    def _reset(self) -> None:
        """Its own keys again, unless another action has been given them: that is asked as for any other keys."""
        current = self.current
        if current is None:
            return
        before = keymap.keys(current.id)
        keymap.reset(current.id)
        wanted = keymap.keys(current.id)
        taken = [
            (keys, other)
            for keys in wanted
            for other in keymap.holders(keys, list(self._doables))
            if other != current.id
        ]
        if taken:
            keymap.give({current.id: before})
            left = {other: [old for old in keymap.keys(other) if old not in wanted] for _, other in taken}
            keys, other = taken[0]
            give = {**left, current.id: wanted}
            self.conflict.ask(keys, current.name, self._doables[other].name, give, {})
