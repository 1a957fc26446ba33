"""Every action once: id (its first part is the menu), title, icon, help and what it calls. Menus, toolbar, shortcuts and the key sheet come
from this table; which keys they have says `gui.keys.keymap`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu

from gui.icons import icon
from gui.keys.doable import Doable
from gui.keys.keymap import keymap
from gui.theme import theme
from gui.widgets import plain

if TYPE_CHECKING:
    from gui.commands import Commands


@dataclass(frozen=True, slots=True)
class Action:
    """``call`` does it with the commands of the window; ``needs`` is what must be there:
    "" nothing, "design" the canvas, "selection" a selected node, "chosen" that or a selected frame, "framed" any frame, "block" a selected block, "frozen" a frozen one, "inside" an open block, "fixable" one selected node, "sliding" one that slides a window, "scan" a block scanned over time, "undo"/"redo", "running" or "idle" a training run."""

    id: str
    title: str
    icon: str
    help: str
    call: Callable[[Commands], object]
    needs: str = ""
    separator: bool = False
    canvas_only: bool = False
    """Whether its keys count on the canvas only, although its needs do not say so."""

    @property
    def menu(self) -> str:
        """The menu it stands in: that of the first part of its id."""
        return MENUS[self.id.split(".")[0]]

    @property
    def on_canvas(self) -> bool:
        """Whether its keys count only while the canvas has the focus: Tab, L, Del …"""
        return self.canvas_only or self.needs in ("design", "selection", "chosen", "several", "block", "framed")


MENUS = {"file": "File", "edit": "Edit", "canvas": "Canvas", "problem": "Problems", "page": "View", "view": "View", "data": "Data", "train": "Training",
         "help": "Help"}  # fmt: skip

# fmt: off
ACTIONS = (
    Action("file.new", "New", "file", "Start an empty network", lambda c: c.files.new()),
    Action("file.open", "Open …", "folder-open", "Open a project file", lambda c: c.files.ask_open()),
    Action("file.save", "Save", "save", "Save the project", lambda c: c.files.save(), separator=True),
    Action("file.save_as", "Save As …", "save-as", "Save the project under another name", lambda c: c.files.ask_save_as()),
    Action("file.save_preset", "Save as Preset …", "star", "Save this network in the gallery", lambda c: c.files.ask_save_preset()),
    Action("file.load_weights", "Load Weights …", "import", "Let the network begin with weights from a file, whatever they are called there", lambda c: c.weights.ask()),
    Action("file.export", "Export …", "export", "Write the network, or a run with its weights, for elsewhere: ONNX, a training script, a prediction package …", lambda c: c.exporting.ask()),
    Action("file.export_drawing", "Export Drawing …", "image", "Save the drawing as SVG, PDF or PNG", lambda c: c.drawings.ask_export()),
    Action("file.quit", "Quit", "quit", "Close Layerloom", lambda c: c.close(), separator=True),
    Action("edit.undo", "Undo", "undo", "Undo the last step", lambda c: c.editing.undo(), "undo"),
    Action("edit.redo", "Redo", "redo", "Do the step again", lambda c: c.editing.redo(), "redo"),
    Action("edit.cut", "Cut", "cut", "Cut the selected layers", lambda c: c.clipboard.cut(), "chosen", separator=True),
    Action("edit.copy", "Copy", "copy", "Copy the selected layers as text", lambda c: c.clipboard.copy(), "chosen"),
    Action("edit.copy_picture", "Copy as Image", "image", "Copy the drawing to the clipboard as an image", lambda c: c.drawings.copy()),
    Action("edit.paste", "Paste", "paste", "Paste layers at the cursor", lambda c: c.clipboard.paste(), "design"),
    Action("edit.paste_wires", "Paste with Wires", "paste", "Paste layers with the wires that led into them", lambda c: c.clipboard.paste(keep_wires=True), "design"),
    Action("edit.duplicate", "Duplicate", "clone", "Copy the selection beside itself", lambda c: c.clipboard.duplicate(), "chosen"),
    Action("edit.delete", "Delete", "delete", "Delete the selected layers and wires", lambda c: c.editing.delete(), "design"),
    Action("edit.delete_reconnect", "Delete and Reconnect", "delete-reconnect", "Delete the selected layers and join what was around them", lambda c: c.editing.delete_and_reconnect(), "selection"),
    Action("edit.select_all", "Select All", "select", "Select every layer", lambda c: c.editing.select_all(), "design"),
    Action("edit.select_upstream", "Select Upstream", "select", "Select as well all that leads to the selected layers", lambda c: c.editing.select_upstream(), "selection"),
    Action("edit.select_downstream", "Select Downstream", "select", "Select as well all that the selected layers lead to", lambda c: c.editing.select_downstream(), "selection"),
    Action("edit.find", "Find Layer or Frame …", "zoom", "Find a layer of the network by its name or type, or a frame by its title or text, inside blocks too", lambda c: c.finder.open()),
    Action("edit.find_next", "Find Next", "next", "Go to the next layer that matches", lambda c: c.finder.next()),
    Action("edit.rename", "Rename", "rename", "Rename the selected layer or frame", lambda c: c.rename(), "chosen"),
    Action("edit.preferences", "Preferences …", "settings", "Choose how Layerloom looks and answers", lambda c: c.settings.show(), separator=True),
    Action("edit.shortcuts", "Keyboard Shortcuts …", "keys", "Choose the keys of every action", lambda c: c.settings.show_keys()),
    Action("canvas.add", "Add Layer …", "add", "Search a layer and add it at the cursor", lambda c: c.adder.open(), "design"),
    Action("canvas.connect", "Connect …", "connect", "Wire the selected layer to another that is searched, or two selected layers to each other", lambda c: c.wirer.connect(), "selection"),
    Action("canvas.disconnect", "Disconnect …", "disconnect", "Take a wire off the selected layer", lambda c: c.wirer.disconnect(), "selection"),
    Action("canvas.bypass", "Bypass", "bypass", "Let the selected layers pass their input on as if they were not there, or use them again", lambda c: c.editing.bypass(), "selection"),
    Action("canvas.move_earlier", "Move Layer Earlier", "previous", "Exchange the selected layer with the one before it in its chain", lambda c: c.editing.move_along(later=False), "fixable"),
    Action("canvas.move_later", "Move Layer Later", "next", "Exchange the selected layer with the one behind it in its chain", lambda c: c.editing.move_along(later=True), "fixable"),
    Action("canvas.make_block", "Make Block …", "block", "Make one block of the selected layers", lambda c: c.blocks.make(), "selection", separator=True),
    Action("canvas.dissolve_block", "Dissolve Block", "dissolve", "Replace the block with what is inside it", lambda c: c.blocks.dissolve(), "block"),
    Action("canvas.open_block", "Open Block", "open-block", "Show what is inside the block", lambda c: c.blocks.open_selected(), "block"),
    Action("canvas.fold_block", "Open or Close in Place", "fold-block", "Show what is inside the selected blocks on the same sheet, or hide it again", lambda c: c.blocks.fold_selected(), "selection"),
    Action("canvas.step_inside", "Step Inside", "step-inside", "Work inside the selected block without leaving the sheet", lambda c: c.blocks.step_inside(), "block"),
    Action("canvas.leave_block", "Leave Block", "leave-block", "Show what is around the open block", lambda c: c.blocks.leave(), "inside"),
    Action("canvas.keep_block", "Save Block to My Library", "star", "Use this block in other projects, too", lambda c: c.blocks.keep(), "keepable"),
    Action("canvas.frame", "Add Frame", "frame", "Draw a frame with a title around the selected layers, or at the cursor", lambda c: c.frames.add(), "design"),
    Action("canvas.next_frame", "Next Frame", "frame", "Select the frame around the selected layer, or the next frame", lambda c: c.frames.next(), "framed"),
    Action("canvas.freeze", "Freeze Up to Here", "freeze", "Keep the weights of the selected layer and of all before it as they are while training; what is after it learns", lambda c: c.fine_tuning.freeze(), "fixable", separator=True),
    Action("canvas.unfreeze", "Unfreeze", "unfreeze", "Let the selected layers learn again", lambda c: c.fine_tuning.unfreeze(), "frozen"),
    Action("canvas.unfreeze_all", "Unfreeze All", "unfreeze", "Let all layers learn again", lambda c: c.fine_tuning.unfreeze_all(), "design"),
    Action("canvas.new_head", "New Head", "new-head", "Replace the last layer by one for the classes of the data, which begins at random; the rest keeps its weights", lambda c: c.fine_tuning.new_head()),
    Action("canvas.arrange", "Arrange Everything", "arrange", "Lay the network out, in columns where it is long", lambda c: c.editing.arrange(), "design", separator=True),
    Action("canvas.arrange_selection", "Arrange Selection", "arrange", "Lay out the selected layers", lambda c: c.editing.arrange_selection(), "selection"),
    Action("canvas.flow_automatic", "Automatic Direction", "flow-automatic", "Draw the network in the direction that fits the sheet best, now and whenever it is arranged", lambda c: c.editing.set_direction(None), "design"),
    Action("canvas.flow_down", "Top to Bottom", "flow-down", "Draw the network from top to bottom, and arrange it again", lambda c: c.editing.set_direction("down"), "design"),
    Action("canvas.flow_right", "Left to Right", "flow-right", "Draw the network from left to right, and arrange it again", lambda c: c.editing.set_direction("right"), "design"),
    Action("canvas.align_left", "Align Left", "align-left", "Put the left edges of the selected layers on one line", lambda c: c.editing.align("left"), "several", separator=True),
    Action("canvas.align_center", "Align Centers", "align-center", "Put the selected layers under one another", lambda c: c.editing.align("center"), "several"),
    Action("canvas.align_right", "Align Right", "align-right", "Put the right edges of the selected layers on one line", lambda c: c.editing.align("right"), "several"),
    Action("canvas.align_top", "Align Top", "align-top", "Put the top edges of the selected layers on one line", lambda c: c.editing.align("top"), "several"),
    Action("canvas.align_middle", "Align Middles", "align-middle", "Put the selected layers side by side", lambda c: c.editing.align("middle"), "several"),
    Action("canvas.align_bottom", "Align Bottom", "align-bottom", "Put the bottom edges of the selected layers on one line", lambda c: c.editing.align("bottom"), "several"),
    Action("canvas.distribute_down", "Distribute Down", "distribute-down", "Leave the same room between the selected layers, from top to bottom", lambda c: c.editing.align("down"), "several"),
    Action("canvas.distribute_across", "Distribute Across", "distribute-across", "Leave the same room between the selected layers, from left to right", lambda c: c.editing.align("across"), "several"),
    Action("canvas.tools", "Tools of the Selection", "tools", "Lead the keyboard to the small toolbar beside several selected layers", lambda c: c.design.view.tools_wanted.emit(), "several"),
    Action("canvas.fit", "Fit All", "fit", "Show the whole network", lambda c: c.zooming.fit_all(), "design", separator=True),
    Action("canvas.fit_selection", "Fit Selection", "fit-selection", "Show the selected layers", lambda c: c.zooming.fit_selection(), "design"),
    Action("canvas.zoom_in", "Zoom In", "zoom-in", "Come closer", lambda c: c.zooming.zoom_in(), "design"),
    Action("canvas.zoom_out", "Zoom Out", "zoom-out", "Zoom out", lambda c: c.zooming.zoom_out(), "design"),
    Action("canvas.reset", "Zoom 100 %", "zoom", "Show layers in their natural size", lambda c: c.zooming.reset(), "design"),
    Action("canvas.map", "Map", "map", "Show the whole network in a corner of the canvas", lambda c: c.zooming.toggle_map(), "design"),
    Action("canvas.look_inside", "Look Inside", "inside", "Show what the selected layer answers in a trained network, and why", lambda c: c.pages.look_inside(), "fixable", separator=True, canvas_only=True),
    Action("canvas.slide", "How It Slides …", "slide", "Show the window of the selected convolution or pooling layer sliding over its input, as a matrix product, and under moves of the input", lambda c: c.sliding.open(), "sliding", canvas_only=True),
    Action("canvas.unroll", "Unroll Over Time …", "unroll", "Show the first steps of the selected scan side by side, with the wires that carry its states and what flows at each step", lambda c: c.unrolled.open(), "scan"),
    Action("problem.next", "Next Problem", "next", "Go to the next problem and its layer", lambda c: c.problems.next()),
    Action("problem.previous", "Previous Problem", "previous", "Go to the problem before and its layer", lambda c: c.problems.previous()),
    Action("problem.fixes", "Fixes for the Layer …", "fix", "Show what would fix the selected layer, or suit its position", lambda c: c.fix_menu.open(), "fixable", separator=True),
    Action("problem.mend_all", "Fix All", "fix", "Apply to every problem its best fix that keeps all layers", lambda c: c.design.fix_all()),
    Action("page.start", "Start", "home", "Gallery and recent projects", lambda c: c.pages.show_start()),
    Action("page.design", "Design", "design", "Draw the network", lambda c: c.pages.show_design()),
    Action("page.data", "Data", "data", "Choose and look at the data", lambda c: c.pages.show_data()),
    Action("page.train", "Training", "train", "Train and watch", lambda c: c.pages.show_training()),
    Action("page.results", "Results", "results", "See what a trained network does, and ask it about data of yours", lambda c: c.pages.show_results()),
    Action("page.networks", "Compare Networks", "compare", "Put presets and projects side by side: what they cost, reach and how they differ", lambda c: c.pages.show_networks()),
    Action("view.layers", "Table of Layers", "table", "Show what each layer is, gives and costs", lambda c: c.pages.show_layers(), separator=True),
    Action("view.history", "History", "history", "Show every step, and go back or forth to one", lambda c: c.pages.show_history()),
    Action("view.values", "Values on the Wires", "values", "Send a batch through the network and show what flows along each wire", lambda c: c.values.toggle(), "design"),
    Action("view.outline", "Outline", "outline", "Show the network as a tree that can be read and edited by keys alone", lambda c: c.pages.show_outline()),
    Action("view.next_part", "Next Part", "parts", "Lead the keys to the next part of the window: toolbar, panels, canvas, status line", lambda c: c.parts.next()),
    Action("view.previous_part", "Previous Part", "parts", "Lead the keys to the part of the window before", lambda c: c.parts.previous()),
    Action("view.theme", "Dark or Light", "theme", "Switch between the light and the dark theme", lambda c: c.preferences.switch_theme(), separator=True),
    Action("data.add_file", "Add Your Own File …", "file", "Learn from a table, a text, a series or arrays of yours (CSV, Excel, Parquet, .txt, .npy …)", lambda c: c.pages.ask_own("file")),
    Action("data.add_folder", "Add Your Own Folder …", "folder-open", "Learn from a folder of images, texts (.txt) or clips of yours", lambda c: c.pages.ask_own("folder")),
    Action("train.start", "Train", "play", "Train this network", lambda c: c.training.train(), "idle"),
    Action("train.pause", "Pause or Resume", "pause", "Hold the training, or resume it", lambda c: c.run.pause_or_resume(), "running"),
    Action("train.step", "One Step", "step", "Train one batch, then hold", lambda c: c.run.step(), "running"),
    Action("train.stop", "Stop", "stop", "End the training after this batch", lambda c: c.run.stop(), "running"),
    Action("train.notice", "Notify When Finished", "about", "Show a message when a training has ended while you look elsewhere", lambda c: c.notice.switch(), separator=True),
    Action("train.report", "Save Report …", "report", "Save the run that is shown as one HTML file", lambda c: c.reports.ask_save(), separator=True),
    Action("help.here", "Help on This", "help", "Show the page of the help about the layer, the problem or the page that has the focus", lambda c: c.help.show_here()),
    Action("help.contents", "Help Pages", "report", "Search all pages of the help: layers, problems, pages of the window, guides", lambda c: c.help.show_contents()),
    Action("help.tour", "Guided Tour", "tour", "Draw, break, fix and train a first network, step by step; continues where it was left", lambda c: c.tour.start()),
    Action("help.palette", "All Actions …", "keys", "Search an action by a few letters and do it", lambda c: c.palette.open()),
    Action("help.keys", "Keys and Gestures", "keys", "Show every action with its keys, and what the mouse does", lambda c: c.help.show_keys()),
    Action("help.worked", "Worked Examples …", "worked", "Softmax, CNN, RNN, LSTM and attention with numbers, to be computed by hand and read off the wires", lambda c: c.worked.open()),
    Action("help.slide", "Sliding Windows …", "slide", "Show how convolution and pooling slide, with sizes and settings to try", lambda c: c.sliding.open_kind()),
    Action("help.about", "About Layerloom", "about", "Version and licence", lambda c: c.help.show_about()),
)
# fmt: on


def doables() -> list[Doable]:
    """Every action, as lists of keys show it."""
    return [Doable(each.id, each.title, each.menu, each.help, each.on_canvas) for each in ACTIONS]


class Actions(QObject):
    """The QActions of a window, by id; they keep their icons in the colours of the theme.

    ``commands`` gives what they call, which may be built for the first of them. Until `update` only those can be done
    that need nothing.
    """

    def __init__(self, window: QMainWindow, commands: Callable[[], Commands]) -> None:
        super().__init__(window)
        self._window, self._commands = window, commands
        self._undo_titles = ("", "")
        self._table: dict[str, QAction] = {}
        for action in ACTIONS:
            item = QAction(action.title, window)
            item.setObjectName(action.id)
            item.setStatusTip(action.help)
            item.setEnabled(action.needs in ("", "idle"))
            item.triggered.connect(lambda _checked=False, call=action.call: call(commands()))
            if action.on_canvas:
                item.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            else:
                window.addAction(item)
            self._table[action.id] = item
        self.update_icons()
        self.update_keys()
        theme.changed.connect(self.update_icons)
        keymap.changed.connect(self.update_keys)

    def __getitem__(self, action_id: str) -> QAction:
        return self._table[action_id]

    def update_icons(self) -> None:
        """Draw the icons in the colours of the theme."""
        for action in ACTIONS:
            self._table[action.id].setIcon(icon(action.icon))

    def update_keys(self) -> None:
        """Give each action its keys, and say the first of them in its tooltip."""
        for action in ACTIONS:
            item = self._table[action.id]
            item.setShortcuts(keymap.sequences(action.id))
            item.setToolTip(plain(f"{action.help}{keymap.hint(action.id)}"))
        self._name_undo()

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

    def update(self) -> None:
        """Enable what can be done now and name what undo and redo would do."""
        commands = self._commands()
        possible, history = commands.possible(), commands.pages.document.history
        for action in ACTIONS:
            self._table[action.id].setEnabled(not action.needs or possible[action.needs])
        for action_id, on in commands.direction().items():
            self._table[action_id].setCheckable(True)
            self._table[action_id].setChecked(on)
        self._undo_titles = history.undo_title, history.redo_title
        self._name_undo()

    def _name_undo(self) -> None:
        names = (("edit.undo", "Undo"), ("edit.redo", "Redo"))
        for (action_id, word), title in zip(names, self._undo_titles, strict=True):
            item = self._table[action_id]
            item.setText(f"{word}: {title}" if title else word)
            item.setToolTip(plain(f"{item.text()}{keymap.hint(action_id)}"))
