"""How much of an image the cells after a node see, and how that is followed as the network is edited.

Receptive fields: Araujo, Norris and Sim 2019, Computing Receptive Fields of Convolutional Neural Networks,
https://distill.pub/2019/computing-receptive-fields
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf
from typing import Final, cast

from engine.blocks.block import PREFIX
from engine.blocks.use import Use
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.live_nodes import STARTS
from engine.shapes import Report
from engine.spec import Spec

OBJECT: Final = 0.5
"""How much of the smaller side of an image an object is taken to fill."""


def view(graph: Graph, report: Report, node_id: str, cells: float = 1.0) -> float:
    """How many pixels of the Input (or cells of the BlockInput) so many cells after a node depend on, along one axis.

    Going up, r ← (r − 1)·stride + reach. Infinite where it is at least `OBJECT` of the whole, or not known.
    """
    return View(node_id, cells).now(graph, report)


@dataclass
class View:
    """What so many cells after a node depend on, kept up to date: an edit costs what it changes of it.

    ``seen`` says for each node above how many cells after it count, ``wider`` how many of its inputs, ``reader``
    which node wants the most of it. Of an infinite view only the nodes of one path are known.
    """

    start: str
    cells: float = 1.0
    seen: dict[str, float] = field(default_factory=dict)
    wider: dict[str, float] = field(default_factory=dict)
    reader: dict[str, str] = field(default_factory=dict)
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ends: set[str] = field(default_factory=set)
    """The nodes among them where values enter."""
    infinite: bool = False
    changed: set[str] = field(default_factory=set)
    """The nodes that may look otherwise since."""

    def copy(self) -> View:
        """An independent copy."""
        known = (dict(self.seen), dict(self.wider), dict(self.reader), dict(self.sources), set(self.ends))
        return View(self.start, self.cells, *known, self.infinite, set(self.changed))

    def now(self, graph: Graph, report: Report) -> float:
        """The view of the network as it is."""
        known = bool(self.seen) and (self._holds(graph, report) if self.infinite else self._follow(graph, report))
        if not known:
            self._search(graph, report)
        self.changed.clear()
        return inf if self.infinite else max((self.wider[end] for end in self.ends), default=0.0)

    def image(self, graph: Graph, report: Report) -> int | None:
        """The smaller side of the image that is seen, where the view is finite."""
        inputs = [node_id for node_id in self.ends if graph.nodes[node_id].type == "Input"]
        return _side(report, inputs[0]) if len(inputs) == 1 else image_side(graph, report, self.start)

    def _search(self, graph: Graph, report: Report) -> None:
        """Look at the whole network above, the widest first, then the nearest: mostly a few layers are enough."""
        self.seen, self.wider, self.reader, self.sources = {self.start: self.cells}, {}, {self.start: ""}, {}
        self.ends, self.infinite = set(), False
        heap, count = [(-self.cells, 0, self.start)], 0
        while heap:
            seen, _, current = heappop(heap)
            if -seen < self.seen[current]:
                continue
            wide = self.wider[current] = wider(graph, report, current, -seen)
            if wide == inf:
                return self._keep_path(current)
            for source in self._see(graph, current):
                if wide > self.seen.get(source, 0.0):
                    self.seen[source], self.reader[source] = wide, current
                    count += 1
                    heappush(heap, (-wide, count, source))

    def _see(self, graph: Graph, node_id: str) -> tuple[str, ...]:
        """Note what a node reads; nothing for one where values enter."""
        if graph.nodes[node_id].type in STARTS:
            self.ends.add(node_id)
            sources: tuple[str, ...] = ()
        else:
            self.ends.discard(node_id)
            sources = tuple({edge.source: None for edge in graph.incoming[node_id].values()})
        self.sources[node_id] = sources
        return sources

    def _keep_path(self, last: str) -> None:
        """Forget all but the way to a node from which on the view is infinite."""
        path = [last]
        while last := self.reader[last]:
            path.append(last)
        self.seen = {node_id: self.seen[node_id] for node_id in path}
        self.wider = {node_id: self.wider[node_id] for node_id in path}
        self.reader = {node_id: self.reader[node_id] for node_id in path}
        self.sources, self.ends, self.infinite = {}, set(), True

    def _holds(self, graph: Graph, report: Report) -> bool:
        """Whether the path to an infinite view is as it was."""
        for node_id in self.changed:
            if node_id in self.seen:
                if node_id not in graph.nodes:
                    return False
                if wider(graph, report, node_id, self.seen[node_id]) != self.wider[node_id]:
                    return False
                wires = graph.incoming.get(self.reader[node_id], {})
                if node_id != self.start and all(edge.source != node_id for edge in wires.values()):
                    return False
        return True

    def _follow(self, graph: Graph, report: Report) -> bool:
        """Bring a finite view up to date, readers before sources; False where it is to be searched again."""
        raised: dict[str, tuple[float, str]] = {}
        lowered: set[str] = set()
        todo: list[tuple[float, str]] = []
        queued: set[str] = set()

        def queue(node_id: str) -> None:
            if node_id in graph.nodes and node_id not in queued:
                queued.add(node_id)
                heappush(todo, (-graph.rank(node_id), node_id))

        def offer(source: str, reader: str, wide: float | None) -> None:
            """A reader wants so many cells of a source, or nothing any more."""
            if wide is not None and wide > max(self.seen.get(source, 0.0), raised.get(source, (0.0, ""))[0]):
                raised[source] = wide, reader
            elif self.reader.get(source) == reader and (wide is None or wide < self.seen[source]):
                lowered.add(source)
            else:
                return
            queue(source)

        def withdraw(node_id: str) -> None:
            for source in self.sources.pop(node_id, ()):
                offer(source, node_id, None)
            for known in (self.seen, self.wider, self.reader):
                known.pop(node_id, None)
            self.ends.discard(node_id)

        for node_id in self.changed & self.seen.keys():
            if node_id in graph.nodes:
                queue(node_id)
            elif node_id == self.start:
                return False
            else:
                withdraw(node_id)
        while todo:
            _, node_id = heappop(todo)
            queued.discard(node_id)
            if node_id in raised:
                self.seen[node_id], self.reader[node_id] = raised[node_id]
            elif node_id in lowered:
                best, reader = self._most(graph, node_id)
                if not reader:
                    withdraw(node_id)
                    continue
                self.seen[node_id], self.reader[node_id] = best, reader
            wide = wider(graph, report, node_id, self.seen[node_id])
            if wide == inf:
                return False
            before, known = self.sources.get(node_id, ()), self.wider.get(node_id)
            self.wider[node_id] = wide
            now = self._see(graph, node_id)
            if wide != known or now != before:
                for source in before:
                    if source not in now:
                        offer(source, node_id, None)
                for source in now:
                    offer(source, node_id, wide)
        return True

    def _most(self, graph: Graph, node_id: str) -> tuple[float, str]:
        """The most that is wanted of a node, and by whom; nobody: the empty text."""
        best, reader = 0.0, ""
        for edge in graph.outgoing[node_id]:
            wide = self.wider.get(edge.target, 0.0) if edge.target not in self.ends else 0.0
            if wide > best:
                best, reader = wide, edge.target
                if best == self.seen.get(node_id):  # none wants more than before, or it would have been raised
                    break
        return best, reader


def wider(graph: Graph, report: Report, node_id: str, seen: float) -> float:
    """How many cells of its inputs so many cells after a node depend on; for a start, as many."""
    node, spec = graph.nodes[node_id], next(iter(report.outputs.get(node_id, {}).values()), None)
    if spec is None or spec.rank != 4:
        return inf
    sizes = [size for size in spec.shape[2:] if isinstance(size, int)]
    if sizes and seen >= OBJECT * min(sizes) and min(sizes) > 1 and node.type != "Input":
        return inf
    if node.type in STARTS:
        return seen
    return _before(report.layer(node_id), node.type, seen, report.inputs.get(node_id, ()), spec)


def _before(layer: Layer | None, kind: str, seen: float, inputs: tuple[Spec, ...], output: Spec) -> float:
    """How many cells of its input so many cells of a layer's output depend on."""
    if layer is None or not inputs or inputs[0].rank != 4:
        return inf
    if kind.startswith(PREFIX):
        return _through(cast(Use, layer), inputs, seen)
    if layer.sees == "window":
        window = layer.windows()[-1]
        return float((seen - 1) * window.stride + window.reach)
    if layer.sees == "share":
        return seen * _shrinks(inputs[0], output)
    if layer.sees == "overlap":
        return seen * _shrinks(inputs[0], output) + 1
    return seen if layer.cell_by_cell() else inf


def _through(use: Use, inputs: tuple[Spec, ...], seen: float) -> float:
    """How many cells of the input of a block so many cells of its first output depend on."""
    for inside in reversed(list(use.unfolded(*inputs))):
        ends = inside.graph.of_type("BlockOutput")
        wires = list(inside.graph.incoming[ends[0].id].values()) if ends else []
        seen = view(inside.graph, inside.report, wires[0].source, seen) if wires else inf
        if seen == inf:
            return inf
    return seen


def _shrinks(before: Spec, after: Spec) -> float:
    """How many cells become one."""
    sizes = zip(before.shape[2:], after.shape[2:], strict=True)
    return max((a / b for a, b in sizes if isinstance(a, int) and isinstance(b, int)), default=1.0)


def image_side(graph: Graph, report: Report, node_id: str) -> int | None:
    """The smaller side of the image that a node sees."""
    stack, seen = [node_id], {node_id}
    while stack:
        current = stack.pop()
        if graph.nodes[current].type == "Input":
            return _side(report, current)
        for edge in graph.incoming[current].values():
            if edge.source not in seen:
                seen.add(edge.source)
                stack.append(edge.source)
    return None


def _side(report: Report, node_id: str) -> int | None:
    """The smaller side of an Input's image."""
    spec = report.spec(node_id)
    sizes = spec.shape[2:] if spec is not None else ()
    return min((size for size in sizes if isinstance(size, int)), default=None)
