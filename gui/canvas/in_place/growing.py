"""When what is inside an open block grows by an edit, what stands around its box makes room in the same step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.blocks.block_edits import within
from engine.edits import Change, Edit
from gui.canvas.in_place.open_boxes import OpenBoxes
from gui.canvas.in_place.room import resized
from gui.canvas.layout.flow import flow_of
from gui.canvas.layout.whole_project import moved
from gui.canvas.node_item import natural_size

if TYPE_CHECKING:
    from gui.canvas.scene import Scene


def making_room(scene: Scene, change: Change) -> Iterator[Edit]:
    """The edits of the project that make room after a change, the innermost first; each is applied before the next.

    A box that becomes smaller keeps the room that it had.
    """
    if change.drawing:  # opening a block makes room itself, and another direction arranges everything
        return
    grown: set[tuple[str | None, str]] = set()
    blocks = set(change.inner)
    for path in sorted(scene.parts, key=len, reverse=True):
        part = scene.parts[path]
        if part.around is None or part.graph.inside not in blocks:
            continue
        around, node_id = scene.parts[path[:-1]], path[-1]
        graph, flow = around.graph, flow_of(around.graph)
        if node_id not in graph.nodes or (graph.inside, node_id) in grown:
            continue
        grown.add((graph.inside, node_id))
        natural = natural_size(graph, around.report, node_id)
        new = OpenBoxes(scene.document.whole, flow).open_box(graph, node_id, around.path, natural).size
        old = part.around.look.size
        larger = (max(old[0], new[0]), max(old[1], new[1]))
        if larger == old:
            continue
        now = {name: size for name, size in around.boxes.sizes.items() if name in graph.nodes}
        known = {name: at for name, at in graph.positions.items() if name in now}
        for move in moved(graph, resized(known, now, node_id, larger, flow)):
            yield within(graph, move)
            if graph.inside is not None:
                blocks.add(graph.inside)
