"""The context menus of the canvas: what can be done with what was clicked, with its keys."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from engine.frames import COLORS
from gui.actions import Actions
from gui.canvas.frames.swatch import swatch
from gui.canvas.view import MenuTarget, View
from gui.widgets import plain

ADD: Final = "canvas.add"
ALIGN: Final = tuple(f"canvas.align_{way}" for way in ("left", "center", "right", "top", "middle", "bottom"))
CLIPBOARD: Final = ("edit.cut", "edit.copy", "edit.duplicate", "edit.delete", "edit.delete_reconnect")
ENTRIES: Final[dict[str, tuple[str, ...]]] = {
    "layer": (
        *("edit.rename", "canvas.open_block", "canvas.fold_block", "problem.fixes", "canvas.look_inside"),
        *("canvas.slide", "canvas.unroll", "", ADD, "", *CLIPBOARD, ""),
        *(
            "canvas.bypass",
            "canvas.freeze",
            "canvas.unfreeze",
            "canvas.new_head",
            "",
            "canvas.make_block",
            "canvas.dissolve_block",
        ),
        *("canvas.keep_block", "", "edit.select_upstream", "edit.select_downstream"),
    ),
    "selection": (
        *(
            "canvas.connect",
            "canvas.make_block",
            "canvas.frame",
            "",
            *ALIGN,
            "",
            "canvas.distribute_down",
            "canvas.distribute_across",
        ),
        *("canvas.arrange_selection", "", *CLIPBOARD, "", "canvas.bypass", "canvas.freeze", "canvas.unfreeze"),
        "canvas.fit_selection",
    ),
    "frame": ("edit.rename", "", "edit.cut", "edit.copy", "edit.duplicate", "edit.delete"),
    "wire": (ADD, "edit.delete", "", "view.values"),
    "port": (ADD,),
    "background": (
        *(
            ADD,
            "edit.paste",
            "edit.paste_wires",
            "",
            "edit.select_all",
            "edit.find",
            "canvas.frame",
            "",
            "canvas.arrange",
            "canvas.flow_automatic",
            "canvas.flow_down",
            "canvas.flow_right",
            "",
            "canvas.fit",
        ),
        *("canvas.reset", "", "canvas.leave_block", "view.values", "view.layers"),
    ),
}
"""The actions for each kind of target, with lines between; those that cannot be done are left out."""


SEVERAL: Final = (
    *ALIGN,
    *("canvas.distribute_down", "canvas.distribute_across", "", "canvas.make_block", "canvas.frame", "canvas.bypass"),
    *("edit.duplicate", "", "edit.delete"),
)
"""The actions of the small toolbar beside several selected layers."""


class ContextMenu:
    """Opens the menu that belongs to what was clicked on a view."""

    def __init__(self, view: View, actions: Actions, window: QWidget) -> None:
        self._view, self._actions, self._window = view, actions, window
        self.menu: QMenu | None = None
        view.menu_wanted.connect(self.open)

    def open(self, target: MenuTarget, at: QPoint) -> None:
        """Show the menu at a point of the screen."""
        menu = self.menu = QMenu(self._window)
        menu.setAccessibleName(f"What can be done with the {target.kind}")
        menu.setToolTipsVisible(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.destroyed.connect(self._gone)
        self._actions.update()
        line = False
        for action_id in ENTRIES[target.kind]:
            action = self._actions[action_id] if action_id else None
            if action is None:
                line = not menu.isEmpty()
            elif action.isEnabled():
                if line:
                    menu.addSeparator()
                line = False
                menu.addAction(self._adding(target, action, menu) if action_id == ADD else action)
        if target.kind == "frame":
            menu.addMenu(self._colors(menu))
        menu.popup(at)

    def _colors(self, parent: QMenu) -> QMenu:
        """The colours that the selected frame can have, by name."""
        menu, frame = QMenu("Color", parent), self._view.document.frame
        for color in COLORS:
            action = menu.addAction(swatch(color), color.capitalize())
            action.setCheckable(True)
            action.setChecked(frame is not None and frame.color == color)
            action.triggered.connect(lambda _checked=False, color=color: self._view.frames.set_color(color))
        return menu

    def _gone(self) -> None:
        self.menu = None

    def _adding(self, target: MenuTarget, action: QAction, menu: QMenu) -> QAction:
        """Add a layer just there: behind the layer, into the wire, at the port, or where there is nothing."""
        if target.kind == "layer":
            return action
        own = QAction(action.icon(), "Insert Layer …" if target.wire is not None else action.text(), menu)
        own.setShortcut(action.shortcut())
        own.setToolTip(plain(action.toolTip()))
        own.triggered.connect(lambda: self._view.adder.open(target.at, wire=target.end, into=target.wire))
        return own
