"""Every action once: id (its first part is the menu), title, icon, help and what it calls. Menus, toolbar, shortcuts and the key sheet come
from this table; the keys themselves are in `resources/keymap.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from gui.icons import icon
from gui.theme import theme


@dataclass(frozen=True, slots=True)
class Action:
    """``call`` is a method of the main window, dotted through its parts ("files.open"); ``needs`` what must be there:
    "" nothing, "design" the canvas, "selection" a selected node, "block" a selected block, "inside" an open one, "fixable" one selected node, "undo"/"redo", "running" or "idle" a training run."""

    id: str
    title: str
    icon: str
    help: str
    call: str
    needs: str = ""
    separator: bool = False

    @property
    def menu(self) -> str:
        """The menu it stands in: that of the first part of its id."""
        return MENUS[self.id.split(".")[0]]


MENUS = {"file": "File", "edit": "Edit", "canvas": "Canvas", "problem": "Problems", "page": "View", "view": "View", "train": "Training",
         "help": "Help"}  # fmt: skip

# fmt: off
ACTIONS = (
    Action("file.new", "New", "file", "Start an empty network", "files.new"),
    Action("file.open", "Open …", "folder-open", "Open a project file", "files.ask_open"),
    Action("file.save", "Save", "save", "Save the project", "files.save", separator=True),
    Action("file.save_as", "Save As …", "save-as", "Save the project under another name", "files.ask_save_as"),
    Action("file.save_preset", "Save as Preset …", "star", "Keep this network in the gallery", "files.ask_save_preset"),
    Action("file.quit", "Quit", "quit", "Close Layerloom", "close", separator=True),
    Action("edit.undo", "Undo", "undo", "Take the last step back", "undo", "undo"),
    Action("edit.redo", "Redo", "redo", "Do the step again", "redo", "redo"),
    Action("edit.cut", "Cut", "cut", "Cut the selected layers", "view.cut", "selection", separator=True),
    Action("edit.copy", "Copy", "copy", "Copy the selected layers as text", "view.copy", "selection"),
    Action("edit.paste", "Paste", "paste", "Paste layers at the cursor", "view.paste", "design"),
    Action("edit.paste_wires", "Paste with Wires", "paste", "Paste layers with the wires that led into them", "view.paste_with_wires", "design"),
    Action("edit.duplicate", "Duplicate", "clone", "Copy the selection beside itself", "view.duplicate", "selection"),
    Action("edit.delete", "Delete", "delete", "Delete the selected layers and wires", "view.delete_selection", "design"),
    Action("edit.delete_reconnect", "Delete and Reconnect", "delete-reconnect", "Delete the selected layers and join what was around them", "view.delete_and_reconnect", "selection"),
    Action("edit.select_all", "Select All", "select", "Select every layer", "view.select_all", "design"),
    Action("edit.rename", "Rename", "rename", "Rename the selected layer", "rename", "selection"),
    Action("canvas.add", "Add Layer …", "add", "Search a layer and add it at the cursor", "view.open_popup", "design"),
    Action("canvas.connect", "Connect Selected", "connect", "Wire the two selected layers", "view.connect_selection", "selection"),
    Action("canvas.make_block", "Make Block …", "block", "Make one block of the selected layers", "view.make_block", "selection", separator=True),
    Action("canvas.dissolve_block", "Dissolve Block", "dissolve", "Put what is inside the block in its place", "view.dissolve_block", "block"),
    Action("canvas.open_block", "Open Block", "open-block", "Show what is inside the block", "view.open_selected", "block"),
    Action("canvas.leave_block", "Leave Block", "leave-block", "Show what is around the open block", "view.leave_block", "inside"),
    Action("canvas.keep_block", "Keep Block in My Library", "star", "Use this block in other projects, too", "view.keep_block", "keepable"),
    Action("canvas.arrange", "Arrange Everything", "arrange", "Lay the network out from top to bottom", "view.arrange", "design", separator=True),
    Action("canvas.arrange_selection", "Arrange Selection", "arrange", "Lay out the selected layers", "view.arrange_selection", "selection"),
    Action("canvas.fit", "Fit All", "fit", "Show the whole network", "view.zoom_fit", "design", separator=True),
    Action("canvas.fit_selection", "Fit Selection", "fit-selection", "Show the selected layers", "view.zoom_selection", "design"),
    Action("canvas.zoom_in", "Zoom In", "zoom-in", "Come closer", "view.zoom_in", "design"),
    Action("canvas.zoom_out", "Zoom Out", "zoom-out", "Go farther away", "view.zoom_out", "design"),
    Action("canvas.reset", "Zoom 100 %", "zoom", "Show layers in their natural size", "view.zoom_reset", "design"),
    Action("problem.next", "Next Problem", "next", "Go to the next problem and its layer", "next_problem"),
    Action("problem.previous", "Previous Problem", "previous", "Go to the problem before and its layer", "previous_problem"),
    Action("problem.fixes", "Fixes for the Layer …", "fix", "Show what would mend the selected layer, or suit its place", "show_fixes", "fixable", separator=True),
    Action("problem.mend_all", "Mend All", "fix", "Apply to every problem its best fix that keeps all layers", "design.mend_all"),
    Action("page.start", "Start", "home", "Gallery and recent projects", "show_start"),
    Action("page.design", "Design", "design", "Draw the network", "show_design"),
    Action("page.data", "Data", "data", "Choose and look at the data", "show_data"),
    Action("page.train", "Training", "train", "Train and watch", "show_training"),
    Action("view.values", "Values on the Wires", "values", "Send a batch through the network and show what flows along each wire", "values.toggle", "design", separator=True),
    Action("view.theme", "Dark or Light", "theme", "Switch between the light and the dark theme", "switch_theme", separator=True),
    Action("train.start", "Train", "play", "Train this network", "train", "idle"),
    Action("train.pause", "Pause or Resume", "pause", "Hold the training, or go on", "pause", "running"),
    Action("train.step", "One Step", "step", "Train one batch, then hold", "step", "running"),
    Action("train.stop", "Stop", "stop", "End the training after this batch", "stop", "running"),
    Action("train.notice", "Say When It Ends", "about", "Show a message when a training has ended while you look elsewhere", "switch_notice", separator=True),
    Action("help.keys", "Keys", "keys", "Show every action with its keys", "show_keys"),
    Action("help.about", "About Layerloom", "about", "Version and licence", "show_about"),
)
# fmt: on


@cache
def keymap() -> dict[str, list[str]]:
    """The keys of each action id."""
    text = files("resources").joinpath("keymap.json").read_text(encoding="utf-8")
    table: dict[str, list[str]] = json.loads(text)
    return table


class Actions(QObject):
    """The QActions of a window, by id; they keep their icons in the colours of the theme."""

    def __init__(self, window: QMainWindow) -> None:
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
