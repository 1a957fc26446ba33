"""The rows of the layer table. Those inside a block add up to its row, the outermost ones to the whole network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from engine import cost
from engine.blocks.use import Use
from engine.bypassing import is_bypassed
from engine.cost import Leaf
from engine.dims import Dim
from engine.graph import Graph
from engine.live_nodes import live_nodes
from engine.properties import Properties
from engine.resolve import resolve_properties
from engine.shapes import Report, infer, kind_name
from engine.spec import UNWIRED, Spec, shape_text


class Amounts(NamedTuple):
    """What a layer costs in all its repeats and steps.

    Multiply-adds are those of one sample; ``weights`` are the bytes of parameters and buffers, ``activations`` those of
    all its results at the batch size of the table (how many are alive at once `engine.memory` knows).
    """

    parameters: int = 0
    trainable: int = 0
    multiply_adds: int = 0
    weights: int = 0
    activations: int = 0


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One node: ``path`` holds the ids of the uses of blocks around it, then its own.

    Shapes are those of the first repeat, with a symbol for the batch; there are none where they are not known.
    """

    path: tuple[str, ...]
    name: str
    type: str
    family: str
    summary: str
    """Its main parameters in a few words."""
    repeat: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    amounts: Amounts
    rows: tuple[LayerRow, ...] = ()
    """Those of the nodes inside, where it is a block."""
    bypassed: bool = False
    """Whether it passes its input on as if it were not there; then it costs nothing."""

    @property
    def kind(self) -> str:
        """What it is in a few words: ``Conv2d``, ``stage ×3``, ``ReLU (bypassed)``."""
        kind = f"{self.type} ×{self.repeat}" if self.repeat > 1 else self.type
        return f"{kind} (bypassed)" if self.bypassed else kind

    @property
    def depth(self) -> int:
        """How many blocks are around it."""
        return len(self.path) - 1

    def all(self) -> Iterator[LayerRow]:
        """It, and all rows inside."""
        yield self
        for row in self.rows:
            yield from row.all()


@dataclass(frozen=True, slots=True)
class LayerTable:
    """The rows of a network in the order of its forward pass, at one batch size."""

    name: str
    rows: tuple[LayerRow, ...]
    batch: int

    @property
    def total(self) -> Amounts:
        """What the whole network costs: what ``layerloom info`` says of it."""
        return _sum(row.amounts for row in self.rows)

    def all(self) -> Iterator[LayerRow]:
        """Every row, each block followed by what is inside it."""
        for row in self.rows:
            yield from row.all()


@dataclass(frozen=True, slots=True, eq=False)
class _Context:
    """A level as a repeat of its block sees it, how often that is met, and how its weights count there."""

    graph: Graph
    report: Report
    live: frozenset[str]
    met: int = 1
    times: Dim = 1
    borrowed: bool = False
    frozen: bool = False


def layer_table(graph: Graph, report: Report | None = None, batch: int = 1) -> LayerTable:
    """The table of a network. What takes no part is left out, and so are the ends of blocks, which compute nothing.

    What is bypassed is in it, at no cost.
    """
    report = report or infer(graph)
    top = _Context(graph, report, frozenset(live_nodes(graph, report)))
    return LayerTable(graph.name, tuple(_rows([top], (), batch)), batch)


def _rows(contexts: list[_Context], path: tuple[str, ...], batch: int) -> Iterator[LayerRow]:
    """The rows of one level, which is met in these contexts."""
    graph = contexts[0].graph
    for node_id in graph.order():
        if graph.nodes[node_id].type in ("BlockInput", "BlockOutput"):
            continue
        there = [context for context in contexts if node_id in context.live]
        present = [context for context in there if context.report.absent(node_id) is None]
        if present:
            yield _row(node_id, present, (*path, node_id), batch)
        elif there and is_bypassed(graph.nodes[node_id]):
            yield _bypassed(node_id, there[0], (*path, node_id))


def _bypassed(node_id: str, context: _Context, path: tuple[str, ...]) -> LayerRow:
    graph, report = context.graph, context.report
    node, inputs = graph.nodes[node_id], _shapes(report.inputs.get(node_id, ()))
    kind, outputs = kind_name(graph, node), _shapes(report.outputs.get(node_id, {}).values())
    return LayerRow(path, node.name, kind, "?", "", 1, inputs, outputs, Amounts(), bypassed=True)


def _row(node_id: str, contexts: list[_Context], path: tuple[str, ...], batch: int) -> LayerRow:
    graph, report = contexts[0].graph, contexts[0].report
    node, layer = graph.nodes[node_id], report.layer(node_id)
    inner = [each for context in contexts for each in _inside(context, node_id)]
    rows = tuple(_rows(inner, path, batch)) if inner else ()
    own = _sum(_amounts(context, node_id, batch) for context in contexts)
    return LayerRow(
        path,
        node.name,
        kind_name(graph, node),
        "?" if layer is None else layer.family,
        "" if layer is None else layer.summary(),
        layer.properties.repeat if isinstance(layer, Use) else 1,
        _shapes(report.inputs.get(node_id, ())),
        _shapes(report.outputs.get(node_id, {}).values()),
        _sum(row.amounts for row in rows) if rows else own,
        rows,
    )


def _amounts(context: _Context, node_id: str, batch: int) -> Amounts:
    """What a layer that is not a block costs in a context."""
    if isinstance(context.report.layer(node_id), Use):
        return Amounts()
    leaves = [_counted(context, leaf) for leaf in cost.leaves(context.graph, context.report, [node_id])]
    many = cost.of_leaves(leaves, batch)
    one = cost.of_leaves(leaves) if batch != 1 and many.multiply_adds else many
    found = (many.parameters, many.trainable, one.multiply_adds, many.memory_parameters, many.activations_inference)
    return Amounts(*(context.met * amount for amount in found))


def _counted(context: _Context, leaf: Leaf) -> Leaf:
    return replace(
        leaf,
        times=leaf.times * context.times,
        borrowed=leaf.borrowed or context.borrowed,
        frozen=leaf.frozen or context.frozen,
    )


def _inside(context: _Context, node_id: str) -> Iterator[_Context]:
    """The contexts of what is inside a node, where it is a block whose shapes are known; equal repeats are one."""
    report = context.report
    layer = report.layer(node_id)
    if not isinstance(layer, Use) or node_id not in report.inputs or node_id not in report.outputs:
        return
    properties = resolve_properties(context.graph.nodes[node_id], report.scope)
    known = properties if isinstance(properties, Properties) else None
    borrowed = context.borrowed or (known is not None and known.weights_of is not None)
    frozen = context.frozen or (known is not None and known.frozen)
    met: Counter[tuple[int, Dim, bool]] = Counter()
    reports = {}
    for index, (found, steps, _) in enumerate(layer.passes(*report.inputs[node_id])):
        again = layer.properties.share_weights and index > 0
        reports[id(found)] = found
        met[id(found), steps or 1, borrowed or again] += 1
    for (number, steps, lent), times in met.items():
        found = reports[number]
        live = frozenset(live_nodes(found.graph, found.report))
        yield _Context(found.graph, found.report, live, context.met * times, context.times * steps, lent, frozen)


def _sum(parts: Iterable[Amounts]) -> Amounts:
    return Amounts(*map(sum, zip(Amounts(), *parts, strict=True)))


def _shapes(specs: Iterable[Spec]) -> tuple[str, ...]:
    return tuple(shape_text(spec.shape) for spec in specs if spec is not UNWIRED)
