"""How much memory the values of a network take, found by walking through its forward pass as the source does it.

A value takes memory until its last reader is done; in training also as long as the backward pass will read it, which
each layer declares (`Layer.saves`). Views take none of their own. Arguments of a block live until it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from engine.blocks.use import Inside, Use
from engine.dims import Dim, product
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.live_nodes import finding_live, read_edges
from engine.shapes import Report, wired_inputs
from engine.spec import UNWIRED, Spec

BYTES = {"float32": 4, "int64": 8, "bool": 1}
T = TypeVar("T")
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
    learned: set[int] = field(default_factory=set)
    """Those that a gradient goes to, or would go to: without training the learned tensors themselves."""
    gpu: bool = False
    """Whether it is that of a GPU, where some layers keep less."""
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


def peak(graph: Graph, report: Report, number: Number, *, training: bool, gpu: bool = False) -> int:
    """The most bytes that values take at once in a forward pass, the inputs included."""
    return finished(peaking(graph, report, number, training=training, gpu=gpu))


def finished(steps: Generator[None, None, T]) -> T:
    """What a computation gives that can be done step by step, done at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def peaking(
    graph: Graph, report: Report, number: Number, *, training: bool, gpu: bool = False
) -> Generator[None, None, int]:
    """The same node by node."""
    memory = Memory(training, number, gpu=gpu)
    given = {}
    for node in graph.of_type("Input"):
        spec = report.outputs.get(node.id, {}).get("output")
        if spec is not None:
            given[node.id] = memory.new(memory.bytes(spec))
            memory.hold(given[node.id])
    yield from _walking(memory, graph, report, given)
    return memory.peak


def _walk(memory: Memory, graph: Graph, report: Report, given: Mapping[str, int]) -> list[int]:
    """Go through the nodes; returns the storages of the answers, each held once for the caller."""
    return finished(_walking(memory, graph, report, given))


def _walking(
    memory: Memory, graph: Graph, report: Report, given: Mapping[str, int]
) -> Generator[None, None, list[int]]:
    """The same node by node."""
    storages: dict[Value, int] = {(node_id, "output"): storage for node_id, storage in given.items()}
    live: set[str] = set()
    yield from finding_live(graph, report, live)
    readers: dict[Value, int] = {}
    for node_id in live:
        yield
        for edge in read_edges(graph, report, node_id):
            value = (edge.source, edge.source_port)
            readers[value] = readers.get(value, 0) + 1
    answers: list[int] = []
    for node_id in graph.order():
        yield
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
            handed = [taken[index] for index in read]
            asked = [port for port in report.outputs[node_id] if readers.get((node_id, port))]
            specs = computed(layer, report.outputs[node_id], asked)
            learns = not node.properties.get("frozen")
            made = handed if absent else _node(memory, layer, report.inputs[node_id], specs, taken, learns)
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


def computed(layer: Layer, outputs: Mapping[str, Spec], read: Collection[str]) -> tuple[Spec, ...]:
    """The outputs of a layer; UNWIRED are those that it computes only where they are read."""
    return tuple(UNWIRED if p in layer.on_demand and p not in read else spec for p, spec in outputs.items())


def _node(
    memory: Memory,
    layer: Layer,
    inputs: tuple[Spec, ...],
    outputs: tuple[Spec, ...],
    taken: list[int | None],
    learns: bool,
) -> list[int]:
    """The storages of a node's outputs; whether it ``learns`` says if its weights, where it has some, do."""
    if isinstance(layer, Use):
        return _use(memory, layer, inputs, taken)
    learned = [storage in memory.learned for storage in taken]
    layer = layer.learning(learned).model_copy(update={"_gpu": memory.gpu})
    made = _made(memory, layer, inputs, outputs, taken)
    if (memory.training and any(learned)) or ((memory.training or not inputs) and learns and layer.weights(*inputs)):
        memory.learned |= {each for each, spec in zip(made, outputs, strict=True) if spec.dtype == "float32"}
    return made


def _made(
    memory: Memory, layer: Layer, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], taken: list[int | None]
) -> list[int]:
    first = next((storage for storage in taken if storage is not None), None)
    if (first is not None or not taken) and layer.passes_through(inputs, memory.training):
        return [memory.new(0) if first is None else first for _ in outputs]  # without an input: its own weights
    made = [memory.new(memory.bytes(spec)) for spec in outputs]
    worst = max(map(memory.number, layer.workspace(inputs, outputs, memory.training)))
    memory.peak = max(memory.peak, memory.alive + memory.fixed + worst)
    if memory.training and any(spec.dtype == "float32" for spec in outputs):
        saves = layer.reads_again(*inputs)
        if saves in ("inputs", "both"):
            for storage in taken:
                if storage is not None:
                    memory.save(storage)
        if saves in ("outputs", "both"):
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
    """A block: its repeats one after the other; in a scan each step leaves what a step leaves."""
    stream = list(taken)
    made: list[int] = []
    pairs, lists = use.handed_on, 0
    for found, steps, outputs in use.passes(*inputs):
        before = made
        memory.fixed -= lists  # a repeat makes lists of its own where those of the repeat before were
        lists = 0
        if steps:
            made, lists = _scan(memory, found, memory.number(steps), outputs, stream)
        else:
            made = _once(memory, found, stream)
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


def _scan(
    memory: Memory, found: Inside, steps: int, outputs: tuple[Spec, ...], stream: list[int | None]
) -> tuple[list[int], int]:
    """Each step leaves what the backward pass wants; what the steps give is kept as a list, then stacked.

    Returns the storages of the outputs, each held once for the caller, and the bytes of the lists.
    """
    one = Memory(memory.training, memory.number, gpu=memory.gpu)
    starts = {}
    for (node_id, spec), storage in zip(found.given.items(), stream, strict=True):
        if spec is not UNWIRED:
            starts[node_id] = one.new(0)  # a view of the sequence, or the state that the step before has left
            one.hold(starts[node_id])
            if storage in memory.learned:
                one.learned.add(starts[node_id])
    answers = _walk(one, found.graph, found.report, starts)
    if memory.training:
        memory.keep((one.fixed + sum(one.sizes[storage] for storage in one.saved)) * steps)
    pairs = zip(outputs, found.outputs, answers, strict=True)
    stacked = [
        spec for spec, step, answer in pairs if spec.rank > step.rank and not (memory.training and answer in one.saved)
    ]
    lists = sum(map(memory.bytes, stacked))
    memory.keep(lists)
    memory.peak = max(memory.peak, memory.alive + memory.fixed + one.peak)
    made = [memory.new(memory.bytes(spec)) for spec in outputs]
    for storage in made:
        memory.hold(storage)
    return made, lists
