"""Where things are: sizes, ports, wires, distances."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from engine.graph import Graph
from gui.canvas.geometry import (
    GRID,
    HEIGHT,
    WIDTH,
    distance_to,
    nearest,
    node_size,
    port_points,
    snap,
    snap_down,
    wire_path,
)
from gui.canvas.walking import step

COUNTS = st.integers(0, 40)
COORDINATES = st.integers(-2000, 2000)


@given(COUNTS, COUNTS, st.booleans())
def test_ports_lie_on_the_edge_of_a_box_on_the_raster(inputs: int, outputs: int, spare: bool) -> None:
    spare = spare and inputs > 2
    size = node_size(inputs, outputs, spare)
    assert size[1] == HEIGHT
    assert (size[0] - WIDTH) % (2 * GRID) == 0  # so that the middles of all nodes can stand in line
    for side, count, y in (("input", inputs, 0.0), ("output", outputs, HEIGHT)):
        points = port_points(size, side, count, spare and side == "input")  # type: ignore[arg-type]
        assert [point.y() for point in points] == [y] * count
        assert all(16 <= point.x() <= size[0] - 16 for point in points)
        assert all(b.x() - a.x() >= 24 for a, b in pairwise(points))


def test_a_single_port_and_a_pair_stand_in_the_middle_with_the_spare_one_beside() -> None:
    assert port_points((WIDTH, HEIGHT), "input", 1)[0].x() == WIDTH / 2
    pair, with_spare = port_points((WIDTH, HEIGHT), "input", 2), port_points((WIDTH, HEIGHT), "input", 3, True)
    assert with_spare[:2] == pair
    assert pair[0].x() + pair[1].x() == WIDTH


@given(COUNTS, COUNTS, st.floats(-100, 2000), st.floats(-100, 200), st.floats(0, 60))
def test_the_port_that_is_hit_is_the_nearest_within_reach(
    inputs: int, outputs: int, x: float, y: float, reach: float
) -> None:
    size = node_size(inputs, outputs)
    points = [*port_points(size, "input", inputs), *port_points(size, "output", outputs)]
    distances = [math.hypot(point.x() - x, point.y() - y) for point in points]
    found = nearest(points, QPointF(x, y), reach)
    if found is None:
        assert all(distance > reach for distance in distances)
    else:
        assert distances[found] == min(distances)
        assert distances[found] <= reach


@given(COUNTS, COUNTS, st.data())
def test_a_press_near_a_port_hits_that_port(inputs: int, outputs: int, data: st.DataObject) -> None:
    size = node_size(inputs, outputs)
    points = [*port_points(size, "input", inputs), *port_points(size, "output", outputs)]
    for index, point in enumerate(points):
        angle, far = data.draw(st.floats(0, 6.28)), data.draw(st.floats(0, 9.9))
        assert nearest(points, point + QPointF(far * math.cos(angle), far * math.sin(angle)), 10.0) == index


@given(COORDINATES, COORDINATES, COORDINATES, COORDINATES, st.booleans())
def test_a_wire_leaves_downwards_and_arrives_from_above(x1: int, y1: int, x2: int, y2: int, by: bool) -> None:
    assume((x1, y1) != (x2, y2))
    start, end = QPointF(x1, y1), QPointF(x2, y2)
    points = ((x1 + 300.0, y1 + 44.0), (x1 + 300.0, y1 + 400.0)) if by else ()
    path = wire_path(start, end, points)
    assert path.pointAtPercent(0) == start
    assert path.pointAtPercent(1) == end
    assert distance_to(path, start) == pytest.approx(0, abs=1e-6)
    for x, y in points:
        assert distance_to(path, QPointF(x, y)) == pytest.approx(0, abs=0.5)
    first, last = path.elementAt(1), path.elementAt(path.elementCount() - 2)
    assert first.x == x1  # type: ignore[attr-defined]
    assert first.y >= y1 or y1 == y2  # type: ignore[attr-defined]
    assert last.x == x2 or path.elementCount() == 2  # type: ignore[attr-defined]


def test_the_distance_to_a_straight_wire() -> None:
    path = wire_path(QPointF(0, 0), QPointF(0, 100))
    assert distance_to(path, QPointF(30, 50)) == pytest.approx(30)
    assert distance_to(path, QPointF(0, 140)) == pytest.approx(40)


@given(st.floats(-2000, 2000))
def test_snapping(value: float) -> None:
    assert snap(value) % GRID == 0
    assert abs(snap(value) - value) <= GRID / 2
    assert value - 1e-9 <= snap_down(value) <= value + GRID


def test_arrows_walk_along_wires() -> None:
    graph = Graph()
    image = graph.add("Input", shape=(1, 8, 8), position=(0.0, 0.0))
    left = graph.add("Conv2d", out_channels=2, kernel_size=3, position=(-200.0, 100.0))
    right = graph.add("Conv2d", out_channels=2, kernel_size=3, position=(20.0, 100.0))
    joined = graph.add("Add", position=(0.0, 200.0))
    for source, target in ((image, left), (image, right), (left, joined), (right, joined)):
        graph.connect(source, target)
    walk = graph.positions
    assert step(graph, walk, None, "down") == image
    assert step(graph, walk, image, "down") == right  # the straightest way
    assert step(graph, walk, right, "left") == left
    assert step(graph, walk, left, "right") == right
    assert step(graph, walk, left, "down") == joined
    assert step(graph, walk, joined, "up") == right
    assert step(graph, walk, joined, "down") is None
    assert step(Graph(), {}, None, "up") is None
