"""The accessible objects of one canvas: made when somebody asks for them, kept as long as what they stand for is there.

Qt keeps bare pointers to accessible interfaces. Each is therefore held here until Qt itself has deleted it
(`QAccessible.deleteAccessibleInterface`), which Python's collector must never do before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import ref

from PySide6.QtGui import QAccessible

from engine.graph import Edge
from engine.problems import Problem
from gui.canvas.geometry import End, Side

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gui.accessibility.interfaces import Part
    from gui.canvas.view import View
    from gui.document import Document


@dataclass(frozen=True, slots=True)
class FrameKey:
    """A frame, whose id may be that of a layer as well."""

    id: str


Key = str | End | Edge | FrameKey | tuple[object, ...]
"""The id of a layer, a port, a wire, a frame, or the key of a problem."""
SIDES: Final[tuple[Side, ...]] = ("input", "output")


class Parts:
    """Keys in order, and their interfaces. Order and problems are worked out again only when asked after a change."""

    def __init__(self, view: View) -> None:
        self._view = ref(view)  # lest an interface keeps the view alive that Qt deletes it with
        self._made: dict[Key, tuple[Part, int]] = {}
        self._top: list[Key] | None = None
        self._index: dict[Key, int] = {}
        self._problems: dict[str | None, list[Problem]] | None = None

    @property
    def view(self) -> View:
        """The canvas, which lives longer than any call about it."""
        view = self._view()
        assert view is not None
        return view

    @property
    def document(self) -> Document:
        return self.view.document

    # -- what there is ---------------------------------------------------------------------------------------------

    def top(self) -> list[Key]:
        """The children of the canvas: layers in the order of the forward pass, frames, wires, problems of no layer."""
        if self._top is None:
            graph, order = self.document.graph, self.document.graph.order()
            wires = [edge for node_id in order for edge in graph.outgoing[node_id]]
            frames = map(FrameKey, graph.frames)
            self._top = [*order, *frames, *wires, *(problem.key for problem in self.problems_of(None))]
            self._index = {key: number for number, key in enumerate(self._top)}
        return self._top

    def index(self, key: Key) -> int:
        """The place of a child of the canvas; -1 for what is none."""
        self.top()
        return self._index.get(key, -1)

    def inside(self, node_id: str) -> list[Key]:
        """The children of a layer: its ports, then its problems."""
        box = self.view.canvas.boxes.get(node_id)
        if box is None:
            return []
        ports = [End(node_id, side, name) for side in SIDES for name in box.ports(side)]
        return [*ports, *(problem.key for problem in self.problems_of(node_id))]

    def problems_of(self, node_id: str | None) -> list[Problem]:
        """The problems of a layer, or those of none."""
        if self._problems is None:
            self._problems = {}
            for problem in self.document.problems():
                self._problems.setdefault(problem.node, []).append(problem)
        return self._problems.get(node_id, [])

    def problem(self, key: Key) -> Problem | None:
        """The problem with this key as it is now; None where it is gone."""
        assert isinstance(key, tuple)
        node = key[1]
        assert node is None or isinstance(node, str)
        return next((problem for problem in self.problems_of(node) if problem.key == key), None)

    def focused(self) -> Key | None:
        """What the keys are about: the wire or the frame that is chosen, or the layer that was selected last."""
        selection, frame = self.document.selection, self.document.frame
        if frame is not None:
            return FrameKey(frame.id)
        return self.view.canvas.chosen_wire or (selection[-1] if selection else None)

    def there(self, key: Key) -> bool:
        """Whether what it stands for is still there."""
        graph = self.document.graph
        if isinstance(key, str):
            return key in graph.nodes
        if isinstance(key, FrameKey):
            return key.id in self.view.canvas.frames.items and key.id in graph.frames
        if isinstance(key, Edge):
            return graph.incoming.get(key.target, {}).get(key.target_port) == key
        if isinstance(key, End):
            box = self.view.canvas.boxes.get(key.node) if key.node in graph.nodes else None
            return box is not None and key.port in box.ports(key.side)
        return self.problem(key) is not None

    # -- their interfaces ------------------------------------------------------------------------------------------

    def get(self, key: Key) -> Part:
        """The interface of this part."""
        if key not in self._made:
            from gui.accessibility.interfaces import part

            made = part(self, key)
            self._made[key] = made, QAccessible.registerAccessibleInterface(made)
        return self._made[key][0]

    def made(self, key: Key) -> Part | None:
        """Its interface, if somebody has asked for it already."""
        found = self._made.get(key)
        return None if found is None else found[0]

    def stale(self) -> None:
        """The network has changed: forget the order, and the interfaces of what is gone."""
        self._top = self._problems = None
        self.forget([key for key in self._made if not self.there(key)])

    def forget(self, keys: Iterable[Key]) -> None:
        """Give up these interfaces."""
        for key in keys:
            interface, number = self._made.pop(key)
            QAccessible.deleteAccessibleInterface(number)
            del interface  # not before Qt has let go of it

    def forget_all(self) -> None:
        """Another network is shown, or the view is gone: give up all."""
        self._top = self._problems = None
        self.forget(list(self._made))
