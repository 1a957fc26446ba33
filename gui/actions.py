"""Every action once: id, title, icon, menu, help and what it calls. Menus, toolbar, shortcuts and the key sheet come
from this table; the keys themselves are in `resources/keymap.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from gui.icons import icon
from gui.theme import theme

if TYPE_CHECKING:
    from gui.window import MainWindow


@dataclass(frozen=True, slots=True)
class Action:
    """``call`` is a method of the main window, dotted through its parts ("files.open"); ``needs`` what must be there:
    "" nothing, "design" the canvas, "selection" a selected node, "undo"/"redo", "running" or "idle" a training run."""

    id: str
    title: str
    icon: str
    menu: str
    help: str
    call: str
    needs: str = ""
    separator: bool = False


ACTIONS = (
    Action("file.new", "New", "file", "File", "Start an empty network", "files.new"),
    Action("file.open", "Open …", "folder-open", "File", "Open a project file", "files.ask_open"),
    Action("file.save", "Save", "save", "File", "Save the project", "files.save", separator=True),
    Action("file.save_as", "Save As …", "save-as", "File", "Save the project under another name", "files.ask_save_as"),
    Action(
        "file.save_preset",
        "Save as Preset …",
        "star",
        "File",
        "Keep this network in the gallery",
        "files.ask_save_preset",
    ),
    Action("file.quit", "Quit", "quit", "File", "Close Layerloom", "close", separator=True),
    Action("edit.undo", "Undo", "undo", "Edit", "Take the last step back", "undo", "undo"),
    Action("edit.redo", "Redo", "redo", "Edit", "Do the step again", "redo", "redo"),
    Action("edit.cut", "Cut", "cut", "Edit", "Cut the selected layers", "view.cut", "selection", separator=True),
    Action("edit.copy", "Copy", "copy", "Edit", "Copy the selected layers as text", "view.copy", "selection"),
    Action("edit.paste", "Paste", "paste", "Edit", "Paste layers at the cursor", "view.paste", "design"),
    Action(
        "edit.duplicate",
        "Duplicate",
        "clone",
        "Edit",
        "Copy the selection beside itself",
        "view.duplicate",
        "selection",
    ),
    Action(
        "edit.delete",
        "Delete",
        "delete",
        "Edit",
        "Delete the selected layers and wires",
        "view.delete_selection",
        "design",
    ),
    Action(
        "edit.delete_reconnect",
        "Delete and Reconnect",
        "delete-reconnect",
        "Edit",
        "Delete the selected layers and join what was around them",
        "view.delete_and_reconnect",
        "selection",
    ),
    Action("edit.select_all", "Select All", "select", "Edit", "Select every layer", "view.select_all", "design"),
    Action("edit.rename", "Rename", "rename", "Edit", "Rename the selected layer", "rename", "selection"),
    Action(
        "canvas.add",
        "Add Layer …",
        "add",
        "Canvas",
        "Search a layer and add it at the cursor",
        "view.open_popup",
        "design",
    ),
    Action(
        "canvas.arrange",
        "Arrange Everything",
        "arrange",
        "Canvas",
        "Lay the network out from top to bottom",
        "view.arrange",
        "design",
        separator=True,
    ),
    Action(
        "canvas.arrange_selection",
        "Arrange Selection",
        "arrange",
        "Canvas",
        "Lay out the selected layers",
        "view.arrange_selection",
        "selection",
    ),
    Action(
        "canvas.fit", "Fit All", "fit", "Canvas", "Show the whole network", "view.zoom_fit", "design", separator=True
    ),
    Action(
        "canvas.fit_selection",
        "Fit Selection",
        "fit-selection",
        "Canvas",
        "Show the selected layers",
        "view.zoom_selection",
        "design",
    ),
    Action(
        "canvas.reset", "Zoom 100 %", "zoom", "Canvas", "Show layers in their natural size", "view.zoom_reset", "design"
    ),
    Action("page.start", "Start", "home", "View", "Gallery and recent projects", "show_start"),
    Action("page.design", "Design", "design", "View", "Draw the network", "show_design"),
    Action("page.data", "Data", "data", "View", "Choose and look at the data", "show_data"),
    Action("page.train", "Training", "train", "View", "Train and watch", "show_training"),
    Action(
        "view.theme",
        "Dark or Light",
        "theme",
        "View",
        "Switch between the light and the dark theme",
        "switch_theme",
        separator=True,
    ),
    Action("train.start", "Train", "play", "Training", "Train this network", "train", "idle"),
    Action("train.pause", "Pause or Resume", "pause", "Training", "Hold the training, or go on", "pause", "running"),
    Action("train.step", "One Step", "step", "Training", "Train one batch, then hold", "step", "running"),
    Action("train.stop", "Stop", "stop", "Training", "End the training after this batch", "stop", "running"),
    Action("help.keys", "Keys", "keys", "Help", "Show every action with its keys", "show_keys"),
    Action("help.about", "About Layerloom", "about", "Help", "Version and licence", "show_about"),
)


@cache
def keymap() -> dict[str, list[str]]:
    """The keys of each action id."""
    text = files("resources").joinpath("keymap.json").read_text(encoding="utf-8")
    table: dict[str, list[str]] = json.loads(text)
    return table


class Actions(QObject):
    """The QActions of a window, by id; they keep their icons in the colours of the theme."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._table: dict[str, QAction] = {}
        for action in ACTIONS:
            item = QAction(action.title, window)
            item.setObjectName(action.id)
            item.setShortcuts([QKeySequence(keys) for keys in keymap().get(action.id, [])])
            shortcut = item.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item.setToolTip(f"{action.help} ({shortcut})" if shortcut else action.help)
            item.setStatusTip(action.help)
            item.triggered.connect(lambda _checked=False, call=action.call: self._call(call))
            window.addAction(item)
            self._table[action.id] = item
        self.update_icons()
        theme.changed.connect(self.update_icons)

    def __getitem__(self, action_id: str) -> QAction:
        return self._table[action_id]

    def _call(self, path: str) -> None:
        target: object = self._window
        for name in path.split("."):
            target = getattr(target, name)
        target()  # type: ignore[operator]

    def update_icons(self) -> None:
        """Draw the icons in the colours of the theme."""
        for action in ACTIONS:
            self._table[action.id].setIcon(icon(action.icon))

    def fill_menus(self) -> dict[str, QMenu]:
        """Put every action into its menu of the window's menu bar; returns the menus by title."""
        menus: dict[str, QMenu] = {}
        for action in ACTIONS:
            if action.menu not in menus:
                menus[action.menu] = self._window.menuBar().addMenu(action.menu)
            elif action.separator:
                menus[action.menu].addSeparator()
            menus[action.menu].addAction(self._table[action.id])
        return menus

    def update(self, state: dict[str, bool]) -> None:
        """Enable what can be done now; ``state`` says of each need whether it is met."""
        for action in ACTIONS:
            self._table[action.id].setEnabled(not action.needs or state[action.needs])
