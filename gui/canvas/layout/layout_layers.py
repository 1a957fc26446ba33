"""Rows for the layout: which node stands in which row, the trunk, and the bends that long wires need.

The first step of Sugiyama, Tagawa, Toda: Methods for Visual Understanding of Hierarchical System Structures, 1981.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping

from engine.graph import Edge, Graph

NODE_GAP = 32.0
"""The least horizontal distance between two nodes, and between a node and a lane."""
ROW_GAP = 40.0
"""The least vertical distance between two rows: a shape label fits between."""
LANE_GAP = 16.0
"""The distance between two lanes."""
CROSSING = 256.0
"""How far out of its way a wire goes to avoid one crossing."""


def lean(incoming: Mapping[str, Edge]) -> dict[Edge, float]:
    """The side from which each wire reaches its port without a crossing: −1 the far left … 1 the far right."""
    last = max(len(incoming) - 1, 1)
    return {edge: 2 * index / last - 1 for index, edge in enumerate(_in_order(incoming))}


def _number(port: str) -> int:
    digits = port[len(port.rstrip("0123456789")) :]
    return int(digits) if digits else 0


def components(graph: Graph, names: list[str]) -> Generator[None, None, list[list[str]]]:
    """The connected parts of these nodes, each in the order of ``names``; step by step."""
    part: dict[str, list[str]] = {}
    inside = set(names)
    for start in names:
        if start in part:
            continue
        part[start] = found = [start]
        for name in found:
            yield
            near = [edge.source for edge in graph.incoming[name].values()]
            for other in (*near, *(edge.target for edge in graph.outgoing[name])):
                if other in inside and other not in part:
                    part[other] = found
                    found.append(other)
    index = {name: number for number, name in enumerate(names)}
    return [sorted(found, key=index.__getitem__) for found in {id(found): found for found in part.values()}.values()]


class Layers:
    """One connected part in rows. Items are numbers: first the nodes in topological order, then the bends.

    A bend is where a wire passes a row without a node of its own. Wires that leave the same port share their bends, so
    a dense block needs one lane for each source and not one for each wire. Every wire thus becomes segments from one
    row to the next: ``above[item]`` and ``below[item]``. ``trunk`` has one node in every row. ``lean[item]`` says to
    which side the order of the ports draws the wires that run from the item to the trunk. `find` finds all that.
    """

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.row: list[int] = []
        self.trunk: list[int] = []
        self.above: list[list[int]] = [[] for _ in names]
        self.below: list[list[int]] = [[] for _ in names]
        self.lean = [0.0] * len(names)

    def find(self, graph: Graph) -> Iterator[None]:
        """Put the nodes into rows, step by step."""
        number = {name: item for item, name in enumerate(self.names)}
        wires: list[list[tuple[int, Edge]]] = []
        for name in self.names:
            into = _in_order(graph.incoming[name])
            wires.append([(number[edge.source], edge) for edge in into if edge.source in number])
            yield
        before = [[source for source, _ in into] for into in wires]
        self.row = _longest_paths(before)
        self.trunk = _trunk(before, self.row)
        yield
        _lower_free_branches(before, self.row, self.trunk)
        yield from self._segments(wires)

    def _segments(self, wires: list[list[tuple[int, Edge]]]) -> Iterator[None]:
        chains: dict[tuple[int, str], list[int]] = {}
        on_trunk = set(self.trunk)
        for target, into in enumerate(wires):
            yield
            leans = self._leans(target, into) if len(into) > 1 and target in on_trunk else {}
            for source, edge in into:
                last, row = source, self.row[source]
                if (span := self.row[target] - row) > 1:
                    chain = chains.setdefault((source, edge.source_port), [])
                    while len(chain) < span - 1:
                        chain.append(self._bend(chain[-1] if chain else source))
                    last = chain[span - 2]
                if target not in self.below[last]:
                    self._join(last, target)
                self.lean[last] += leans.get(edge, 0.0)

    def _leans(self, target: int, into: list[tuple[int, Edge]]) -> dict[Edge, float]:
        """How many ports a wire enters a node of the trunk to the right of where the trunk itself does.

        A little of how far right of the middle that is decides for branches that do so on both sides.
        """
        before, middle = self.trunk[self.row[target] - 1] if self.row[target] else None, (len(into) - 1) / 2
        straight = next((index for index, (source, _) in enumerate(into) if source == before), middle)
        return {edge: index - straight + 0.1 * (index - middle) for index, (_, edge) in enumerate(into)}

    def _bend(self, upper: int) -> int:
        item = len(self.row)
        self.row.append(self.row[upper] + 1)
        self.above.append([])
        self.below.append([])
        self.lean.append(0.0)
        self._join(upper, item)
        return item

    def _join(self, upper: int, lower: int) -> None:
        self.below[upper].append(lower)
        self.above[lower].append(upper)


def _in_order(incoming: Mapping[str, Edge]) -> list[Edge]:
    return [incoming[port] for port in sorted(incoming, key=_number)] if len(incoming) > 1 else [*incoming.values()]


def _longest_paths(before: list[list[int]]) -> list[int]:
    row: list[int] = []
    for sources in before:
        row.append(max((row[source] for source in sources), default=-1) + 1)
    return row


def _trunk(before: list[list[int]], row: list[int]) -> list[int]:
    """The longest path: one node in every row; where several are equally long, that into the first port."""
    last = max(range(len(row)), key=row.__getitem__)
    path = [last]
    while row[last]:
        last = next(source for source in before[last] if row[source] == row[last] - 1)
        path.append(last)
    return path[::-1]


def _lower_free_branches(before: list[list[int]], row: list[int], trunk: list[int]) -> None:
    """Move what does not hang below the trunk down to its consumers, so that a second Input stands near its use."""
    count = len(row)
    hangs, feeds = [False] * count, [False] * count
    for item in trunk:
        hangs[item] = feeds[item] = True
    for item in range(count):
        hangs[item] = hangs[item] or any(hangs[source] for source in before[item])
    lowest = [len(trunk) - 1] * count
    for item in reversed(range(count)):
        lowest[item] = row[item] if hangs[item] else lowest[item]
        for source in before[item]:
            lowest[source] = min(lowest[source], lowest[item] - 1)
            feeds[source] = feeds[source] or feeds[item]
    for item in range(count):
        if not hangs[item]:
            near = max((row[source] for source in before[item]), default=-1) + 1
            row[item] = lowest[item] if feeds[item] or not before[item] else near
