"""The accessible interfaces of layers, ports, wires, frames and problems."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import QObject, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface, QWindow
from shiboken6 import VoidPtr

from engine.edits import Disconnect
from engine.graph import Edge
from gui.accessibility import words
from gui.accessibility.parts import FrameKey
from gui.canvas.geometry import GRIP, End

if TYPE_CHECKING:
    from engine.frames import Frame
    from engine.problems import Problem
    from gui.accessibility.parts import Key, Parts
    from gui.canvas.view import View
    from gui.document import Document

PRESS = QAccessibleActionInterface.pressAction()
NO_INTERFACE = VoidPtr(0)
"""The null pointer: PySide takes None and 0 for addresses of something, and Qt then follows them."""
WRONG = "invalidEntry" if hasattr(QAccessible.State, "invalidEntry") else "invalid"
FOCUS = QAccessibleActionInterface.setFocusAction()


class Actions(QAccessibleActionInterface):
    """What can be done with a part: names, and what they call."""

    def __init__(self, part: Part) -> None:
        super().__init__()
        self._part = part

    def actionNames(self) -> list[str]:
        return list(self._part.actions()) if self._part.isValid() else []

    def doAction(self, actionName: str) -> None:
        call = self._part.actions().get(actionName) if self._part.isValid() else None
        if call is not None:
            call()

    def keyBindingsForAction(self, actionName: str) -> list[str]:
        return []

    def localizedActionName(self, name: str) -> str:
        return name

    def localizedActionDescription(self, name: str) -> str:
        return name


class Part(QAccessibleInterface):
    """What they have in common; subclasses say name, description, place and actions."""

    kind: ClassVar[QAccessible.Role]

    def __init__(self, parts: Parts, key: Key) -> None:
        super().__init__()
        self.parts, self.key = parts, key
        self._actions = Actions(self)

    @property
    def view(self) -> View:
        """The canvas it is on."""
        return self.parts.view

    @property
    def document(self) -> Document:
        return self.parts.document

    def name(self) -> str:
        raise NotImplementedError

    def description(self) -> str:
        return ""

    def box(self) -> QRectF:
        """Where it is on the sheet."""
        raise NotImplementedError

    def owner(self) -> str | None:
        """The id of the layer it belongs to; None for what belongs to the canvas."""
        return None

    def children(self) -> list[Key]:
        return []

    def selected(self) -> bool:
        return False

    def actions(self) -> dict[str, Callable[[], object]]:
        return {}

    # -- what Qt asks ----------------------------------------------------------------------------------------------

    def isValid(self) -> bool:
        return self.parts.there(self.key)

    def object(self) -> QObject:
        return None  # type: ignore[return-value]

    def window(self) -> QWindow | None:  # type: ignore[override]
        return self.view.window().windowHandle()

    def parent(self) -> QAccessibleInterface | None:  # type: ignore[override]
        owner = self.owner()
        return QAccessible.queryAccessibleInterface(self.view) if owner is None else self.parts.get(owner)

    def childCount(self) -> int:
        return len(self.children()) if self.isValid() else 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        keys = self.children() if self.isValid() else []
        return self.parts.get(keys[index]) if 0 <= index < len(keys) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        keys = self.children()
        return keys.index(child.key) if isinstance(child, Part) and child.key in keys else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        children = (self.parts.get(key) for key in self.children())
        return next((child for child in children if child.rect().contains(x, y)), None)

    def role(self) -> QAccessible.Role:
        return self.kind

    def rect(self) -> QRect:
        view = self.view
        if not self.isValid():
            return QRect()
        area = view.mapFromScene(self.box()).boundingRect()
        return QRect(view.viewport().mapToGlobal(area.topLeft()), area.size())

    def state(self) -> QAccessible.State:
        state = QAccessible.State()
        if not self.isValid():
            state.invalid = True
            return state
        state.focusable = state.selectable = self.owner() is None
        state.selected = self.selected()
        state.focused = self.view.hasFocus() and self.parts.focused() == self.key
        seen = self.view.mapToScene(self.view.viewport().rect()).boundingRect()
        state.offscreen = not (self.view.isVisible() and seen.intersects(self.box()))
        return state

    def text(self, t: QAccessible.Text) -> str:
        if not self.isValid():
            return ""
        said = {QAccessible.Text.Name: self.name, QAccessible.Text.Description: self.description}
        return said[t]() if t in said else ""

    def setText(self, t: QAccessible.Text, text: str) -> None: ...

    def interface_cast(self, t: QAccessible.InterfaceType) -> Any:  # the object, whatever the stubs say
        return self._actions if t == QAccessible.InterfaceType.ActionInterface else NO_INTERFACE


class LayerPart(Part):
    """A layer; its ports and problems are its children."""

    kind = QAccessible.Role.ListItem
    key: str

    def name(self) -> str:
        return self.document.graph.nodes[self.key].name

    def description(self) -> str:
        return words.layer_description(
            self.document.graph, self.document.report, self.key, self.parts.problems_of(self.key)
        )

    def box(self) -> QRectF:
        return self.view.canvas.boxes.box(self.key)

    def children(self) -> list[Key]:
        return self.parts.inside(self.key)

    def selected(self) -> bool:
        return self.key in self.document.selection

    def state(self) -> QAccessible.State:
        state = super().state()
        if self.isValid():
            state.multiSelectable = state.extSelectable = True
            setattr(state, WRONG, any(problem.severity == "error" for problem in self.parts.problems_of(self.key)))
        return state

    def select(self) -> None:
        """Select it alone, and lead the keys there."""
        self.document.select([self.key])
        self.view.setFocus()
        self.view.show_node(self.key)

    def actions(self) -> dict[str, Callable[[], object]]:
        found: dict[str, Callable[[], object]] = {
            PRESS: self.select,
            FOCUS: self.select,
            "Open": self._open,
            "Connect": self._connect,
        }
        return found | ({"Fix": self.fix} if self.parts.problems_of(self.key) else {})

    def fix(self) -> None:
        """Offer what fixes it."""
        self.select()
        self.view.fix_menu.open()

    def _open(self) -> None:
        self.select()
        self.view.activate(self.key)

    def _connect(self) -> None:
        self.select()
        self.view.wirer.connect()


class PortPart(Part):
    """A port of a layer: pressed, a wire from it is searched."""

    kind = QAccessible.Role.Button
    key: End

    def name(self) -> str:
        return words.port_name(self.document, self.key)

    def description(self) -> str:
        return words.port_description(self.document, self.key)

    def owner(self) -> str:
        return self.key.node

    def box(self) -> QRectF:
        boxes = self.view.canvas.boxes
        middle = boxes.port(self.key)
        return boxes.box(self.key.node).intersected(QRectF(middle.x() - GRIP, middle.y() - GRIP, 2 * GRIP, 2 * GRIP))

    def actions(self) -> dict[str, Callable[[], object]]:
        return {PRESS: self._connect}

    def _connect(self) -> None:
        self.view.setFocus()
        self.view.wirer.open([self.key])


class WirePart(Part):
    """A wire: pressed, it is selected; Delete takes it off then."""

    kind = QAccessible.Role.Link
    key: Edge

    def name(self) -> str:
        return words.wire_name(self.document.graph, self.document.report, self.key)

    def box(self) -> QRectF:
        return self.view.canvas.wires[self.key].path.boundingRect().adjusted(-1, -1, 1, 1)

    def selected(self) -> bool:
        return self.view.canvas.chosen_wire == self.key

    def select(self) -> None:
        """Select it alone."""
        self.document.select([])
        self.view.canvas.choose_wire(self.key)
        self.view.setFocus()

    def actions(self) -> dict[str, Callable[[], object]]:
        return {PRESS: self.select, FOCUS: self.select, "Disconnect": lambda: self.view.apply(Disconnect(self.key))}


class FramePart(Part):
    """A comment frame: pressed, it is selected."""

    kind = QAccessible.Role.Grouping
    key: FrameKey

    @property
    def _frame(self) -> Frame:
        return self.document.graph.frames[self.key.id]

    def name(self) -> str:
        return words.frame_name(self._frame)

    def description(self) -> str:
        inside, _ = self.view.canvas.frames.content(self._frame)
        return words.frame_description(self.document.graph, self._frame, inside)

    def box(self) -> QRectF:
        return self.view.canvas.frames.items[self.key.id].box

    def selected(self) -> bool:
        return self.document.frame is self._frame

    def select(self) -> None:
        """Select it, and lead the keys there."""
        self.document.select_frame(self.key.id)
        self.view.setFocus()
        self.view.frames.reveal(self._frame)

    def actions(self) -> dict[str, Callable[[], object]]:
        return {PRESS: self.select, FOCUS: self.select, "Rename": self._rename}

    def _rename(self) -> None:
        self.select()
        self.view.frames.rename()


class ProblemPart(Part):
    """A problem of a layer, or of none: pressed, it leads to the layer."""

    kind = QAccessible.Role.AlertMessage
    key: tuple[str, str | None]

    def _problem(self) -> Problem:
        found = self.parts.problem(self.key)
        assert found is not None
        return found

    def name(self) -> str:
        return words.problem_name(self._problem())

    def description(self) -> str:
        return words.problem_description(self._problem())

    def owner(self) -> str | None:
        return self.key[1]

    def box(self) -> QRectF:
        """That of its layer; of the whole network where it has none."""
        canvas, node_id = self.view.canvas, self.key[1]
        return canvas.content() if node_id not in canvas.boxes else canvas.boxes.box(str(node_id))

    def actions(self) -> dict[str, Callable[[], object]]:
        node_id = self.key[1]
        if node_id is None:
            return {}
        layer = self.parts.get(node_id)
        assert isinstance(layer, LayerPart)
        return {PRESS: layer.select, "Fix": layer.fix}


def part(parts: Parts, key: Key) -> Part:
    """The interface that belongs to a key."""
    kinds: dict[type, type[Part]] = {str: LayerPart, End: PortPart, Edge: WirePart, FrameKey: FramePart}
    return kinds.get(type(key), ProblemPart)(parts, key)
