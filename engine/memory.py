"""How much memory the values of a network take, found by walking through its forward pass as the source does it.

A value takes memory until its last reader is done; in training also as long as the backward pass will read it, which
each layer declares (`Layer.saves`). Views take none of their own. Arguments of a block live until it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.blocks.use import Inside, Use
from engine.dims import Dim, product
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.live_nodes import live_nodes, read_edges
from engine.shapes import Report, wired_inputs
from engine.spec import UNWIRED, Spec

BYTES = {"float32": 4, "int64": 8, "bool": 1}
Number = Callable[[Dim], int]
Value = tuple[str, str]


@dataclass
class Memory:
    """The storages of one forward pass: who holds them, and the most bytes there were at once."""

    training: bool
    number: Number
    sizes: dict[int, int] = field(default_factory=dict)
    holders: dict[int, int] = field(default_factory=dict)
    saved: set[int] = field(default_factory=set)
    fixed: int = 0
    """Bytes that are kept until the backward pass without being a value of the network (masks, indices)."""
    alive: int = 0
    peak: int = 0

    def new(self, size: int) -> int:
        """A storage that nobody holds yet."""
        storage = len(self.sizes)
        self.sizes[storage] = size
        self.holders[storage] = 0
        self.alive += size
        self.peak = max(self.peak, self.alive + self.fixed)
        return storage

    def hold(self, storage: int) -> None:
        """One more reads it."""
        self.holders[storage] += 1

    def release(self, storage: int) -> None:
        """One reads it no more; without a holder it goes, unless the backward pass wants it."""
        self.holders[storage] -= 1
        self._drop(storage)

    def _drop(self, storage: int) -> None:
        if not self.holders[storage] and storage not in self.saved:
            self.alive -= self.sizes[storage]
            self.sizes[storage] = 0

    def save(self, storage: int) -> None:
        """The backward pass reads it."""
        self.saved.add(storage)

    def keep(self, size: int) -> None:
        """So many bytes more wait for the backward pass."""
        self.fixed += size
        self.peak = max(self.peak, self.alive + self.fixed)

    def bytes(self, spec: Spec) -> int:
        """The size of a value."""
        return 0 if spec is UNWIRED else BYTES[spec.dtype] * self.number(product(spec.shape))


def peak(graph: Graph, report: Report, number: Number, *, training: bool) -> int:
    """The most bytes that values take at once in a forward pass, the inputs included."""
    memory = Memory(training, number)
    given = {}
    for node in graph.of_type("Input"):
        spec = report.outputs.get(node.id, {}).get("output")
        if spec is not None:
            given[node.id] = memory.new(memory.bytes(spec))
            memory.hold(given[node.id])
    _walk(memory, graph, report, given)
    return memory.peak


def _walk(memory: Memory, graph: Graph, report: Report, given: Mapping[str, int]) -> list[int]:
    """Go through the nodes; returns the storages of the answers, each held once for the caller."""
    storages: dict[Value, int] = {(node_id, "output"): storage for node_id, storage in given.items()}
    live = live_nodes(graph, report)
    readers: dict[Value, int] = {}
    for node_id in live:
        for edge in read_edges(graph, report, node_id):
            value = (edge.source, edge.source_port)
            readers[value] = readers.get(value, 0) + 1
    answers: list[int] = []
    for node_id in graph.order():
        node, absent = graph.nodes[node_id], report.absent(node_id)
        layer = absent or report.layer(node_id)
        if (
            node_id not in live
            or layer is None
            or node_id not in report.outputs
            or node.type in ("Input", "BlockInput")
        ):
            continue
        wires = wired_inputs(graph, node_id, layer) or []
        read = range(len(wires)) if absent is None else absent.indices()
        taken = [storages.get((source, port)) if source else None for _, source, port in wires]
        made: Sequence[int | None]
        if node.type in ("Output", "BlockOutput"):
            found = [storage for storage in taken if storage is not None]
            for each in found:
                memory.hold(each)
            answers += found
        else:
            specs = tuple(report.outputs[node_id].values())
            handed = [taken[index] for index in read]
            made = handed if absent else _node(memory, layer, report.inputs[node_id], specs, taken)
            if not absent and node.properties.get("parametrization") is not None:
                first = all(graph.nodes[source].type == "Input" for _, source, _ in wires if source)
                _made_weight(memory, layer.weights(*report.inputs[node_id]), waits=memory.training and not first)
            for port, storage in zip(report.outputs[node_id], made, strict=True):
                if storage is None:  # nothing is wired to what it hands on
                    continue
                storages[node_id, port] = storage
                memory.hold(storage)
                if not readers.get((node_id, port)):
                    memory.release(storage)
        for _, source, port in (wires[index] for index in read):
            if not source or (source, port) not in storages:
                continue
            readers[source, port] -= 1
            if not readers[source, port] and source not in given:  # an argument lives until the end
                memory.release(storages[source, port])
    return answers


def _node(
    memory: Memory, layer: Layer, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], taken: list[int | None]
) -> list[int]:
    """The storages of a node's outputs."""
    if isinstance(layer, Use):
        return _use(memory, layer, inputs, taken)
    first = next((storage for storage in taken if storage is not None), None)
    if (first is not None or not taken) and layer.passes_through(inputs, memory.training):
        return [memory.new(0) if first is None else first for _ in outputs]  # without an input: its own weights
    made = [memory.new(memory.bytes(spec)) for spec in outputs]
    memory.peak = max(memory.peak, memory.alive + memory.fixed + memory.number(layer.scratch(inputs, outputs)))
    if memory.training and any(spec.dtype == "float32" for spec in outputs):
        if layer.saves in ("inputs", "both"):
            for storage in taken:
                if storage is not None:
                    memory.save(storage)
        if layer.saves in ("outputs", "both"):
            for storage in made:
                memory.save(storage)
        memory.keep(memory.number(layer.kept(inputs, outputs)))
    return made


def _made_weight(memory: Memory, weights: Mapping[str, tuple[Dim, ...]], *, waits: bool) -> None:
    """A weight that is computed in every pass; it ``waits`` for a backward pass that leads on to what is before."""
    size = 4 * memory.number(product(weights.get("weight", (0,))))
    memory.peak = max(memory.peak, memory.alive + memory.fixed + size)
    if waits:
        memory.keep(size)


def _use(memory: Memory, use: Use, inputs: tuple[Spec, ...], taken: list[int | None]) -> list[int]:
    """A block: its repeats one behind the other; in a scan each step leaves what a step leaves."""
    stream = list(taken)
    made: list[int] = []
    pairs = use.handed_on
    for found, steps, outputs in use.passes(*inputs):
        before = made
        made = _scan(memory, found, memory.number(steps), outputs) if steps else _once(memory, found, stream)
        for storage in before:
            memory.release(storage)
        for source, target in pairs if made else ():
            stream[target] = made[source]
    for storage in made:  # whoever reads them holds them from here on
        memory.holders[storage] -= 1
    return made


def _once(memory: Memory, found: Inside, stream: list[int | None]) -> list[int]:
    starts = found.graph.of_type("BlockInput")
    given = {node.id: storage for node, storage in zip(starts, stream, strict=True) if storage is not None}
    return _walk(memory, found.graph, found.report, given)


def _scan(memory: Memory, found: Inside, steps: int, outputs: tuple[Spec, ...]) -> list[int]:
    """Each step leaves what the backward pass wants; what the steps give is kept as a list, then stacked."""
    one = Memory(memory.training, memory.number)
    starts = {}
    for node_id, spec in found.given.items():
        if spec is not UNWIRED:
            starts[node_id] = one.new(0)  # a view of the sequence, or the state that the step before has left
            one.hold(starts[node_id])
    answers = _walk(one, found.graph, found.report, starts)
    left = one.fixed + sum(one.sizes[storage] for storage in one.saved)
    memory.keep(left * steps if memory.training else one.peak)
    made = []
    for spec, step, answer in zip(outputs, found.outputs, answers, strict=True):
        if spec.rank > step.rank and not (memory.training and answer in one.saved):
            memory.keep(memory.bytes(spec))
        made.append(memory.new(memory.bytes(spec)))
        memory.hold(made[-1])
    return made
