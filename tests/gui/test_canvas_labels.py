"""The shapes beside the wires: none on another or on a node, and one at least for every port."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtCore import QRectF

import presets
from engine.graph import Edge, Graph
from gui.canvas.laid_out import lay_out
from gui.canvas.scene import Scene
from gui.document import Document
from gui.levels import first_use


def labels(scene: Scene) -> dict[Edge, QRectF]:
    """Where shapes stand in a scene."""
    return {
        edge: wire.label_box(scene.styling.static(str(wire.spec), "label", 240.0))
        for edge, wire in scene.wires.items()
        if wire.spec is not None and wire.label_place is not None
    }


def overlaps(scene: Scene) -> list[tuple[str, str]]:
    """What lies on a shape: another one, or a node."""
    inside = {edge: box.adjusted(1, 1, -1, -1) for edge, box in labels(scene).items()}
    found = [(str(one), str(other)) for one, other in combinations(inside, 2) if inside[one].intersects(inside[other])]
    nodes = scene.nodes.values()
    return found + [(str(e), n.look.name) for e, box in inside.items() for n in nodes if box.intersects(n.box)]


@pytest.mark.parametrize("name", ["googlenet", "resnet-50", "u-net", "nasnet-a-mobile", "bert-tiny", "squeezenet-1.1"])
def test_no_shape_lies_on_another_or_on_a_node(qapp: object, name: str) -> None:
    graph = presets.build(name)
    lay_out(graph)
    document = Document(graph)
    inner = (first_use(graph, block) for block in graph.blocks if graph.blocks[block].name != "ReductionCell")
    for path in ((), *(path for path in inner if path is not None)):
        document.open_block(path)
        assert overlaps(Scene(document)) == []


def test_wires_of_one_port_say_their_shape_once_and_long_lanes_again(qapp: object) -> None:
    graph = Graph()
    image = graph.add("Input", shape=(3, 32, 32))
    first, second = (graph.add("Conv2d", out_channels=4, kernel_size=1) for _ in range(2))
    add, end = graph.add("Concat"), graph.add("Concat")
    for source, target in ((image, first), (image, second), (first, add), (second, add), (add, end)):
        graph.connect(source, target)
    near = graph.connect(image, add)
    graph.connect(image, end)
    lay_out(graph)
    scene = Scene(Document(graph))
    told = [edge for edge in labels(scene) if edge.source == image]
    assert len([edge for edge in told if edge.target in (first, second)]) == 1
    assert near not in told
    ports = {(edge.source, edge.source_port) for edge in scene.wires}
    assert {(edge.source, edge.source_port) for edge in labels(scene)} == ports
    assert overlaps(scene) == []
