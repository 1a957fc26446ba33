"""After any edits what the canvas keeps up to date is what one builds from nothing, in every level on the sheet."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QCoreApplication, QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from engine.drawing import open_in_place
from engine.edits import AddNode, Connect, Disconnect, Edit, Move, RenameNode, SetParameter, remove
from engine.graph import Graph, GraphError, Node
from engine.ports import edge_between
from gui.canvas import courses, scene
from gui.canvas.geometry import End
from gui.canvas.in_place import stage
from gui.canvas.in_place.part import Part
from gui.canvas.overview import Gathered, Overview
from gui.canvas.scene import Scene
from gui.canvas.sight.node_boxes import SIDES
from gui.document import Document
from gui.work import analysis

KINDS = ("Conv2d", "ReLU", "Add", "Flatten", "Linear", "Output", "Unit")


def start() -> Graph:
    """A short residual network of blocks, the first of which has a block inside."""
    graph = Graph("drawn")
    inner, unit = graph.define("Inner"), graph.define("Unit")
    for block, kinds in ((inner, ("BatchNorm2d", "ReLU")), (unit, ("Conv2d", "Inner"))):
        ids = [block.add("BlockInput", position=(0.0, 0.0))]
        for row, kind in enumerate(kinds, 1):
            sizes = {"out_channels": 3, "kernel_size": 3, "padding": 1} if kind == "Conv2d" else {}
            ids.append(block.add(kind, position=(0.0, 96.0 * row), **sizes))
        ids.append(block.add("BlockOutput", position=(0.0, 96.0 * len(ids))))
        for one, other in pairwise(ids):
            block.connect(one, other)
    before = graph.add("Input", shape=(3, 8, 8), position=(0.0, 0.0))
    for row in range(1, 5):
        node = graph.add("Unit", position=(0.0, 192.0 * row))
        join = graph.add("Add", position=(0.0, 192.0 * row + 96.0))
        graph.connect(before, node)
        graph.connect(node, join)
        graph.connect(before, join)
        before = join
    return graph


def an_edit(dice: random.Random, graph: Graph) -> Edit | None:
    """Something one may do to a graph, be it refused."""
    node_ids = [*graph.nodes]
    if not node_ids or dice.random() < 0.2:
        kind = dice.choice(KINDS)
        at = (16.0 * dice.randint(-40, 40), 16.0 * dice.randint(0, 80))
        return AddNode(Node(graph.fresh_id(), _type(graph, kind), graph.fresh_name(kind.lower())), at)
    one, other = dice.choice(node_ids), dice.choice(node_ids)
    match dice.randint(0, 5):
        case 0:
            return Connect(edge_between(graph, one, other, 0, None))
        case 1:
            edges = [*graph.edges]
            return Disconnect(dice.choice(edges)) if edges else None
        case 2:
            return remove(graph, set(dice.sample(node_ids, min(len(node_ids), dice.randint(1, 3)))))
        case 3:
            parameter, value = dice.choice((("kernel_size", 5), ("kernel_size", 40), ("padding", 0), ("bias", False)))
            return SetParameter(one, parameter, value)
        case 4:
            chosen, (dx, dy) = dice.sample(node_ids, min(len(node_ids), dice.randint(1, 4))), (dice.randint(-9, 9), 5)
            at = graph.positions
            return Move({each: (at[each][0] + 16 * dx, at[each][1] + 16 * dy) for each in chosen})
        case _:
            return RenameNode(one, f"{graph.nodes[one].type.lower().strip(':')}_{dice.randint(0, 99)}")


def _type(graph: Graph, kind: str) -> str:
    return next((block.type for block in graph.blocks.values() if block.name == kind), kind)


def do_something(dice: random.Random, document: Document, scene: Scene) -> None:
    graph, chance = document.graph, dice.random()
    blocks = [n.id for n in graph.nodes.values() if graph.blocks.of_type(n.type) is not None]
    try:
        if chance < 0.15:
            document.history.undo()
        elif chance < 0.25:
            document.history.redo()
        elif chance < 0.35:
            document.select(dice.sample([*graph.nodes], dice.randint(0, len(graph.nodes))))
        elif chance < 0.5 and blocks:
            some = dice.sample(blocks, dice.randint(1, len(blocks)))
            document.apply(open_in_place(graph, some, is_open=dice.random() < 0.7), whole_project=True)
        elif chance < 0.6:
            document.open_block(dice.choice([*scene.parts]))
        elif chance < 0.65 and graph.nodes:  # dragged there and back
            chosen, at = dice.sample([*graph.nodes], dice.randint(1, len(graph.nodes))), graph.positions
            scene.place({each: (at[each][0] + 48, at[each][1] + 32) for each in chosen}, dragging=True)
            scene.reroute()
            scene.place({each: at[each] for each in chosen}, dragging=True)
            scene.reroute()
        elif (edit := an_edit(dice, graph)) is not None:
            document.apply(edit)
    except GraphError:  # the graph refuses it, and nothing has changed
        pass


def looks(part: Part) -> dict[str, tuple[object, ...]]:
    """What each node shows, its ports and where it is."""
    found: dict[str, tuple[object, ...]] = {}
    for node_id, item in part.nodes.items():
        look = item.look
        said = (look.name, look.type, look.summary, look.shape, look.severity, set(look.guilty), look.selected)
        ends = [End(node_id, side, name) for side in SIDES for name in look.ports(side)]
        ports = {end: item.port(end).toTuple() for end in ends}
        assert ports == {end: part.boxes.port(end).toTuple() for end in ends}
        found[node_id] = *said, look.fold, ports, item.pos().toTuple(), look.size
    return found


def overview(part: Part, known: Gathered) -> None:
    """What the overview has gathered bit by bit is what it gathers at once."""
    new = Gathered(part, (*part.boxes, *part.courses.points))
    for name in ("open", "bypassed"):
        assert getattr(known, name) == getattr(new, name)
    for name in ("boxes", "problems"):
        kept = {key: found for key, found in getattr(known, name).items() if found}
        assert kept == getattr(new, name)
    assert {tuple(line.toTuple()) for line in known.lines} == {tuple(line.toTuple()) for line in new.lines}
    assert known.selected == new.selected


def all_known(document: Document, scene: Scene) -> None:
    """Wait for all problems, which are told with the next events, and for all wires."""
    document.all_problems()
    QCoreApplication.processEvents()
    scene.flush()
    scene.settle()


def check(document: Document, scene: Scene, far: Overview, dice: random.Random) -> None:
    all_known(document, scene)
    other = Document(document.project.copy())
    other.open_block(document.sheet.block_path)
    other.open_block(document.block_path)
    other.select(document.selection)
    fresh = Scene(other)
    all_known(other, fresh)
    assert scene.parts.keys() == fresh.parts.keys()
    assert scene.content() == fresh.content()
    paint(far)
    for path, part in scene.parts.items():
        new = fresh.parts[path]
        assert looks(part) == looks(new)
        assert dict(part.boxes) == dict(new.boxes)
        assert part.boxes.tiles.areas == new.boxes.tiles.areas
        assert part.offset == new.offset
        assert part.wires.keys() == set(part.graph.edges) == part.courses.tiles.areas.keys()
        for edge, wire in part.wires.items():
            again = new.wires[edge]
            assert (wire.kind, wire.spec, wire.active) == (again.kind, again.spec, again.active)
            assert (wire.start, wire.end, wire.points) == (again.start, again.end, part.courses.points[edge])
            area = part.courses.tiles.areas[edge]
            assert QRectF(area.left, area.top, area.right - area.left, area.bottom - area.top).contains(wire.rect())
        overview(part, far.gathered(part))
        left, top, width, height = (16 * dice.randint(*span) for span in ((-60, 60), (-10, 90), (1, 60), (1, 60)))
        sight = QRectF(left, top, width, height)
        touched = {n for n, item in part.nodes.items() if sight.intersects(item.box) or sight.contains(item.box)}
        assert touched <= set(part.boxes.within(sight))
    fresh.deleteLater()


def paint(far: Overview) -> None:
    """Paint it, as the minimap and the view from afar do."""
    image = QImage(QSize(40, 40), QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    far.paint(painter, 0.01)
    painter.end()


@pytest.mark.parametrize("large", [False, True], ids=["at once", "in pieces"])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_what_is_kept_up_to_date_is_what_is_built_from_nothing(qapp: object, large: bool, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if large:  # as in a network of which only a part is in sight
            patch.setattr(stage, "FEW", 3)
            patch.setattr(scene, "MOST", 8)
            patch.setattr(scene, "SOME", 2)
            patch.setattr(courses, "MANY", 2)
            patch.setattr(analysis, "AT_ONCE", 1)
            patch.setattr(analysis, "STEPS", 2)
        dice = random.Random(seed)
        document = Document(start())
        made = Scene(document)
        far = Overview(made)
        for _ in range(4):
            for _ in range(dice.randint(1, 4)):
                do_something(dice, document, made)
                made.look(QRectF(0, 16 * dice.randint(0, 60), 400, 400))
                if dice.random() < 0.3:
                    paint(far)
            check(document, made, far, dice)
        document.all_problems()
        QCoreApplication.processEvents()
        made.deleteLater()
