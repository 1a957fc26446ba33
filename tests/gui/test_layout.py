"""The layout: no node on another, no wire through a node, a straight trunk, and no crossing that can be spared."""

from __future__ import annotations

import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from engine.graph import Edge, Graph, Node, Position
from gui.canvas.geometry import wire_path
from gui.canvas.layout.layout import GRID, arrange, routes
from gui.canvas.layout.layout_routes import UPWARDS
from gui.canvas.layout.layout_wrap import PAGE

Sizes = dict[str, tuple[float, float]]
Routes = dict[Edge, tuple[Position, ...]]


def chain(graph: Graph, start: str | None, *types: str) -> str:
    """Nodes of these types one after the other, below ``start``; the last one."""
    for name in types:
        node = graph.add(name)
        if start is not None:
            graph.connect(start, node)
        start = node
    assert start is not None
    return start


def merge(graph: Graph, kind: str, *sources: str) -> str:
    node = graph.add(kind)
    for source in sources:
        graph.connect(source, node)
    return node


def residual(*stages: int, skip_first: bool = False) -> Graph:
    """A ResNet of bottlenecks; the first block of a stage has a convolution in its shortcut."""
    graph = Graph()
    end = chain(graph, None, "Input", "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d")
    for blocks in stages:
        for number in range(blocks):
            branch = chain(graph, end, *("Conv2d", "BatchNorm2d", "ReLU") * 2, "Conv2d", "BatchNorm2d")
            shortcut = end if number else chain(graph, end, "Conv2d", "BatchNorm2d")
            sources = (shortcut, branch) if skip_first else (branch, shortcut)
            end = chain(graph, merge(graph, "Add", *sources), "ReLU")
    chain(graph, end, "AdaptiveAvgPool2d", "Linear", "Output")
    return graph


def unet(depth: int) -> Graph:
    graph = Graph()
    end, skips = chain(graph, None, "Input"), []
    for _ in range(depth):
        skips.append(chain(graph, end, "Conv2d", "ReLU"))
        end = chain(graph, skips[-1], "MaxPool2d")
    end = chain(graph, end, "Conv2d", "ReLU")
    for skip in reversed(skips):
        end = chain(graph, merge(graph, "Concat", chain(graph, end, "Conv2d"), skip), "Conv2d", "ReLU")
    chain(graph, end, "Output")
    return graph


def inception(blocks: int) -> Graph:
    graph = Graph()
    end = chain(graph, None, "Input", "Conv2d")
    for _ in range(blocks):
        branches = ("Conv2d",), ("Conv2d", "Conv2d"), ("Conv2d", "ReLU", "Conv2d"), ("MaxPool2d", "Conv2d")
        end = merge(graph, "Concat", *(chain(graph, end, *types) for types in branches))
    chain(graph, end, "Linear", "Output")
    return graph


def same(graph: Graph, size: tuple[float, float] = (160.0, 56.0)) -> Sizes:
    return dict.fromkeys(graph.nodes, size)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Graph, Sizes]:
    """Any acyclic graph of merging nodes, with wires side by side, parts apart, and nodes of any size."""
    graph = Graph()
    count = draw(st.integers(1, 24))
    names = [f"n{number}" for number in range(count)]
    size = st.tuples(st.sampled_from((80.0, 150.0, 160.0, 161.0, 300.0)), st.sampled_from((32.0, 56.0, 77.0, 200.0)))
    for name in names:
        graph.insert_node(Node(name, "Concat", name), (0.0, 0.0))
    for source, target, port in draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1), st.sampled_from(("out", "h"))))
    ):
        if source < target:
            index = len(graph.incoming[names[target]])
            graph.insert_edge(Edge(names[source], port, names[target], f"x{index}"))
    sizes = [draw(size)] * count if draw(st.booleans()) else [draw(size) for _ in names]
    return graph, dict(zip(names, sizes, strict=True))


def line(edge: Edge, positions: dict[str, Position], sizes: Sizes, ways: Routes) -> list[Position]:
    """The ends of a wire and its way points between."""
    (x, y), (width, height) = positions[edge.source], sizes[edge.source]
    (below, top), (wide, _) = positions[edge.target], sizes[edge.target]
    return [(x + width / 2, y + height), *ways[edge], (below + wide / 2, top)]


def pierced(points: list[Position], positions: dict[str, Position], sizes: Sizes) -> set[str]:
    """The nodes that a wire runs through, drawn in legs with vertical tangents."""
    hit = set()
    for (x, y), (end, bottom) in pairwise(points):
        for step in range(25):
            t = step / 24
            px, py = x + (end - x) * t * t * (3 - 2 * t), y + (bottom - y) * (1.5 * t * (1 - t) + t**3)
            for name, (left, top) in positions.items():
                width, height = sizes[name]
                if left + 1 < px < left + width - 1 and top + 1 < py < top + height - 1:
                    hit.add(name)
    return hit


def crossings(graph: Graph, positions: dict[str, Position], sizes: Sizes) -> int:
    """How many pairs of wires cross, drawn as straight lines from way point to way point."""

    def turn(a: Position, b: Position, c: Position) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    def cross(a: Position, b: Position, c: Position, d: Position) -> bool:
        return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0

    ways = routes(graph, positions, sizes)
    lines = [line(edge, positions, sizes, ways) for edge in graph.edges]
    return sum(
        any(cross(*one, *two) for one in pairwise(first) for two in pairwise(second))
        for first, second in combinations(lines, 2)
        if first[0][1] < second[-1][1] and second[0][1] < first[-1][1]
    )


def keep_apart(positions: dict[str, Position], sizes: Sizes) -> None:
    for one, two in combinations(positions, 2):
        (ax, ay), (bx, by), (aw, ah), (bw, bh) = positions[one], positions[two], sizes[one], sizes[two]
        beside = ax + aw + 32 <= bx or bx + bw + 32 <= ax
        assert beside or ay + ah + 40 <= by or by + bh + 40 <= ay, f"{one} and {two} touch"


@settings(deadline=None, max_examples=100)
@given(networks())
def test_any_network_is_tidy(network: tuple[Graph, Sizes]) -> None:
    graph, sizes = network
    positions = arrange(graph, sizes, wrap=False)
    assert positions.keys() == graph.nodes.keys()
    assert positions == arrange(graph.copy(), sizes, wrap=False)
    assert all(x % GRID == 0 == y % GRID for x, y in positions.values())
    assert (min(x for x, _ in positions.values()), min(y for _, y in positions.values())) == (0, 0)
    keep_apart(positions, sizes)
    ways = routes(graph, positions, sizes)
    assert ways.keys() == set(graph.edges)
    for edge in graph.edges:
        points = line(edge, positions, sizes, ways)
        assert points[-1][1] - points[0][1] >= 40
        assert all(below >= y for (_, y), (_, below) in pairwise(points))
        assert not pierced(points, positions, sizes), f"{edge} runs through a node"


@settings(deadline=None, max_examples=100)
@given(networks(), st.randoms(use_true_random=False))
def test_a_part_keeps_its_corner(network: tuple[Graph, Sizes], chance: random.Random) -> None:
    graph, sizes = network
    graph.positions.update({name: (chance.randint(-50, 50) * GRID, chance.randint(-50, 50) * GRID) for name in sizes})
    chosen = {name for name in sizes if chance.random() < 0.5} or set(sizes)
    positions = arrange(graph, sizes, chosen)
    assert positions.keys() == chosen
    for axis in (0, 1):
        assert min(at[axis] for at in positions.values()) == min(graph.positions[name][axis] for name in chosen)


@settings(deadline=None, max_examples=100)
@given(networks(), st.randoms(use_true_random=False))
def test_routes_run_down_wherever_the_nodes_are(network: tuple[Graph, Sizes], chance: random.Random) -> None:
    graph, sizes = network
    positions = {name: (chance.uniform(-500, 500), chance.uniform(-500, 500)) for name in sizes}
    ways = routes(graph, positions, sizes)
    for edge, points in ways.items():
        ends = line(edge, positions, sizes, ways)
        upwards = ends[0][1] - ends[-1][1] > UPWARDS
        assert not points or upwards or all(below >= y - 1e-9 for (_, y), (_, below) in pairwise(ends))
    some = set(list(graph.edges)[::3])
    again = routes(graph, positions, sizes, some, ways)
    assert some <= again.keys() <= ways.keys()


def shown_at(positions: dict[str, Position], sizes: Sizes) -> float:
    """The zoom at which all nodes are seen in a window of usual size."""
    wide = max(x + sizes[name][0] for name, (x, _) in positions.items())
    high = max(y + sizes[name][1] for name, (_, y) in positions.items())
    return min(PAGE[0] / wide, PAGE[1] / high, 1.0)


def runs_freely(graph: Graph, positions: dict[str, Position], sizes: Sizes) -> None:
    """No wire, as it is drawn, runs over a node."""
    ways = routes(graph, positions, sizes)
    for edge in graph.edges:
        (start, *points), end = line(edge, positions, sizes, ways)[:-1], line(edge, positions, sizes, ways)[-1]
        path = wire_path(QPointF(*start), QPointF(*end), points)
        for name, (x, y) in positions.items():
            box = QRectF(x, y, *sizes[name]).adjusted(2, 2, -2, -2)
            assert not any(box.contains(path.pointAtPercent(number / 60)) for number in range(61)), f"{edge}, {name}"


@settings(deadline=None, max_examples=8)
@given(st.integers(8, 60))
def test_a_long_chain_stands_in_columns_so_that_it_can_be_read(length: int) -> None:
    graph = Graph()
    nodes = [graph.add("ReLU") for _ in range(length)]
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    sizes = same(graph)
    positions, alone = arrange(graph, sizes), arrange(graph, sizes, wrap=False)
    assert shown_at(positions, sizes) >= min(0.6, 1.1 * shown_at(alone, sizes))
    assert nodes == sorted(nodes, key=lambda node: positions[node]), "down, then on to the right"
    keep_apart(positions, sizes)
    runs_freely(graph, positions, sizes)


@settings(deadline=None, max_examples=50)
@given(networks())
def test_columns_keep_any_network_tidy_and_are_never_harder_to_read(network: tuple[Graph, Sizes]) -> None:
    graph, sizes = network
    positions, alone = arrange(graph, sizes), arrange(graph, sizes, wrap=False)
    assert positions.keys() == alone.keys()
    assert shown_at(positions, sizes) >= shown_at(alone, sizes)
    assert all(x % GRID == 0 == y % GRID for x, y in positions.values())
    keep_apart(positions, sizes)


def test_a_network_is_cut_where_one_wire_runs_on_and_keeps_its_skips() -> None:
    graph = residual(6)
    sizes = same(graph)
    positions = arrange(graph, sizes)
    up = [edge for edge in graph.edges if positions[edge.target][1] <= positions[edge.source][1]]
    assert up
    assert all(len(graph.incoming[edge.target]) == 1 == len(graph.outgoing[edge.source]) for edge in up)
    runs_freely(graph, positions, sizes)


@settings(deadline=None, max_examples=50)
@given(st.integers(3, 40), st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39))), st.sampled_from((150.0, 160.0)))
def test_the_trunk_is_straight(length: int, skips: list[tuple[int, int]], width: float) -> None:
    graph = Graph()
    trunk = [graph.add("Concat") for _ in range(length)]
    for source, target in pairwise(trunk):
        graph.connect(source, target)
    for source_number, target_number in skips:
        if source_number < target_number < length:
            graph.connect(trunk[source_number], trunk[target_number])
    positions = arrange(graph, same(graph, (width, 56.0)), wrap=False)
    assert len({x for x, _ in positions.values()}) == 1


def test_widths_that_fit_the_raster_share_their_centre() -> None:
    graph = residual(2)
    sizes = {name: (160.0 + 32.0 * (number % 3), 56.0) for number, name in enumerate(graph.nodes)}
    positions = arrange(graph, sizes, wrap=False)
    trunk = [name for name in graph.nodes if graph.nodes[name].type in ("Input", "Add", "ReLU", "Output")]
    assert len({positions[name][0] + sizes[name][0] / 2 for name in trunk}) == 1


@pytest.mark.parametrize(
    "graph",
    [residual(2, 3), residual(2, 3, skip_first=True), residual(3, 8, 36, 3), unet(4), inception(3)],
    ids=["residual", "residual, skip first", "ResNet-152", "u-net", "inception"],
)
def test_no_crossing_and_no_wire_through_a_node(graph: Graph) -> None:
    sizes = same(graph)
    positions = arrange(graph, sizes, wrap=False)
    ways = routes(graph, positions, sizes)
    assert crossings(graph, positions, sizes) == 0
    for edge in graph.edges:
        points = line(edge, positions, sizes, ways)
        near = {name: at for name, at in positions.items() if points[0][1] - 999 < at[1] < points[-1][1]}
        assert not pierced(points, near, sizes)


def test_what_enters_to_the_right_of_the_trunk_stands_to_its_right_in_the_order_of_the_ports() -> None:
    """As in attention: query, key and value from one layer, and a mask from outside."""
    graph = Graph()
    start = chain(graph, None, "Input", "LayerNorm")
    query, key, value = (chain(graph, start, "Linear", "Unflatten", "Permute") for _ in range(3))
    mask = graph.add("Input")
    end = chain(graph, merge(graph, "Concat", query, key, value, mask), "Output")
    sizes = same(graph)
    positions = arrange(graph, sizes)
    across = [positions[name][0] for name in (end, query, key, value, mask)]
    assert across[0] == across[1] < across[2] < across[3] < across[4]
    assert crossings(graph, positions, sizes) == 0


def test_a_skip_runs_in_a_lane_on_the_side_of_its_port() -> None:
    for first in (False, True):
        graph = residual(3, skip_first=first)
        sizes = same(graph)
        positions = arrange(graph, sizes)
        ways = routes(graph, positions, sizes)
        skips = [edge for edge in graph.edges if graph.nodes[edge.source].type == "ReLU" and ways[edge]]
        assert len(skips) == 2
        for edge in skips:
            left = positions[edge.source][0]
            (x, start), (below, end) = ways[edge]
            assert x == below == (left - 32 if first else left + 160 + 32)
            assert end - start > 400


def test_wires_of_one_port_share_a_lane_and_others_do_not() -> None:
    graph = Graph()
    nodes = [graph.add("Concat") for _ in range(9)]
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    shared = [graph.connect(nodes[0], nodes[number]) for number in (4, 6, 8)]
    other = graph.connect(nodes[1], nodes[7])
    sizes = same(graph)
    ways = routes(graph, arrange(graph, sizes), sizes)
    assert len({ways[edge][0] for edge in shared}) == 1
    assert abs(ways[other][0][0] - ways[shared[0]][0][0]) >= 16


def test_a_second_input_stands_near_its_use() -> None:
    graph = Graph()
    trunk = chain(graph, None, "Input", *["ReLU"] * 6)
    branch = chain(graph, None, "Input", "Linear")
    spare = chain(graph, branch, "Output")
    end = merge(graph, "Concat", trunk, branch)
    positions = arrange(graph, same(graph))
    second = graph.of_type("Input")[1].id
    heights = sorted({y for _, y in positions.values()})
    rows = {name: heights.index(y) for name, (_, y) in positions.items()}
    assert (rows[second], rows[branch], rows[end], rows[spare]) == (rows[end] - 2, rows[end] - 1, rows[end], rows[end])


def test_parts_stand_side_by_side() -> None:
    graph = Graph()
    ends = [chain(graph, None, "Input", "ReLU"), chain(graph, None, "Input", "ReLU", "Output"), graph.add("ReLU")]
    positions = arrange(graph, same(graph))
    xs = [positions[end][0] for end in ends]
    assert [positions[graph.of_type("Input")[number].id][1] for number in (0, 1)] == [0, 0]
    assert xs[1] - xs[0] >= 160 + 32
    assert xs[2] - xs[1] >= 160 + 32


def test_the_smallest_networks() -> None:
    graph = Graph()
    assert arrange(graph, {}) == {}
    assert routes(graph, {}, {}) == {}
    node = graph.add("ReLU", position=(33.0, 50.0))
    assert arrange(graph, same(graph)) == {node: (0.0, 0.0)}
    assert arrange(graph, same(graph), {node}) == {node: (32.0, 48.0)}
    assert arrange(graph, same(graph), set()) == {}


def test_a_moved_node_reroutes_its_wires_alone() -> None:
    graph = residual(3)
    sizes = same(graph)
    positions = arrange(graph, sizes)
    before = routes(graph, positions, sizes)
    add = graph.of_type("Add")[1].id
    positions[add] = (positions[add][0] + 300, positions[add][1])
    touched = [*graph.incoming[add].values(), *graph.outgoing[add]]
    after = routes(graph, positions, sizes, touched, before)
    assert len(after) < 8
    merged = before | after
    for edge in touched:
        assert not pierced(line(edge, positions, sizes, merged), positions, sizes)
