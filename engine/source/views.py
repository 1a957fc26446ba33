"""A block as its uses see it: those in the network, those that other arguments of the blocks around would make, and
trial uses with other arguments and sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine import expressions
from engine.blocks.block import Block
from engine.blocks.use import Inside, Key, Use, inside, reads_repeat
from engine.dims import Dim
from engine.graph import Graph, Node
from engine.layers.endpoints import BlockInput
from engine.layers.layer import Layer, ShapeError
from engine.resolve import resolve
from engine.scope import ExpressionError, Scope
from engine.shapes import Report
from engine.spec import UNWIRED, Spec

MOST_REACHED = 24


@dataclass(frozen=True, slots=True)
class BlockView:
    """The graph of a class as one use sees it."""

    report: Report
    arguments: Mapping[str, object]
    _unfolded: dict[str, list[Inside]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def inputs(self) -> Mapping[str, tuple[Dim, ...] | None]:
        """The shapes of what reaches the block, by the names of its inputs."""
        return self.report.scope.inputs

    def unfolded(self, node_id: str) -> list[Inside]:
        """What each repeat of a block sees; empty where it is not known."""
        if node_id not in self._unfolded:
            layer, inputs = self.report.layer(node_id), self.report.inputs.get(node_id)
            known = isinstance(layer, Use) and inputs is not None and node_id in self.report.outputs
            self._unfolded[node_id] = list(layer.unfolded(*inputs)) if known else []  # type: ignore[union-attr,misc]
        return self._unfolded[node_id]

    def layer(self, node_id: str) -> Layer:
        """The node's layer; the graph is complete by now."""
        layer = self.report.layer(node_id)
        assert layer is not None
        return layer

    def unwired(self, graph: Graph) -> frozenset[str]:
        """The inputs of the block that nothing is wired to in this use."""
        starts = graph.of_type("BlockInput")
        return frozenset(node.id for node in starts if self.report.outputs.get(node.id, {}).get("output") is UNWIRED)

    def has(self, node_id: str) -> bool:
        """Whether a node is there and complete in this use."""
        return self.report.layer(node_id) is not None and node_id in self.report.outputs

    def told(self, name: str) -> object:
        """What an expression sees under a name; None where that has no value in this use."""
        try:
            return expressions.evaluate(name, self.report.scope)
        except ExpressionError:
            return None

    def inferred(self, node_id: str, name: str) -> object:
        """The value of an inferred argument; None where this view does not know it."""
        layer, inputs = self.report.layer(node_id), self.report.inputs.get(node_id)
        if layer is None or inputs is None or node_id not in self.report.outputs:
            return None
        return layer.arguments(*inputs).get(name)


def view_of(found: Inside) -> BlockView:
    """A use of a block as a view of its class."""
    return BlockView(found.report, found.arguments)


def trials(block: Block, views: list[BlockView]) -> Iterator[BlockView]:
    """Uses of a block with other arguments and sizes than it has in the network, as far as they work."""
    first = views[0]
    starts = block.graph.of_type("BlockInput")
    specs = tuple(first.report.outputs[node.id]["output"] for node in starts)
    numbers = {name: item for name, item in first.arguments.items() if type(item) is int}
    every = {**first.arguments, **{name: 2 * number for name, number in numbers.items()}}
    held = [_held(node, block, spec, first.report.scope) for node, spec in zip(starts, specs, strict=True)]
    wide = tuple(spec if state else _doubled(spec, 1) for spec, state in zip(specs, held, strict=True))
    scope = first.report.scope
    repeat = scope.index or 0, scope.count or 1
    later = repeat[0] + 1, repeat[1] + 2
    tried: list[tuple[Mapping[str, object], tuple[Spec, ...], tuple[int, int]]] = [
        *(({**first.arguments, name: 2 * number}, specs, repeat) for name, number in numbers.items()),
        *(({**first.arguments, name: number + 1}, specs, repeat) for name, number in numbers.items()),
        (every, specs, repeat),
        (every, wide, repeat),
        (first.arguments, wide, repeat),
        *([(first.arguments, specs, later)] if reads_repeat(block) else []),
    ]
    for index, spec in enumerate(specs):
        for axis in range(1, 1 if held[index] else spec.rank):
            changed = (*specs[:index], _doubled(spec, axis), *specs[index + 1 :])
            tried += [(first.arguments, changed, repeat), (every, changed, repeat)]
    for arguments, inputs, number in tried:
        shapes = {node.name: spec.shape for node, spec in zip(starts, inputs, strict=True)}
        seen = Scope(arguments, shapes).at(*number)
        inputs = tuple(
            replace(spec, shape=(spec.shape[0], *_sizes(node, block, seen))) if state else spec
            for node, spec, state in zip(starts, inputs, held, strict=True)
        )
        try:
            found = inside(block.graph.blocks, block, arguments, inputs, number)
        except ShapeError:
            continue
        if found.fault is None:
            yield view_of(found)


def _held(node: Node, block: Block, spec: Spec, scope: Scope) -> bool:
    """Whether an input is a state that has the size its BlockInput says: then it keeps that in every trial."""
    sizes = _sizes(node, block, scope)
    return bool(sizes) and spec is not UNWIRED and spec.shape[1:] == sizes


def _sizes(node: Node, block: Block, scope: Scope) -> tuple[int, ...]:
    layer = resolve(node, block.graph, scope)
    return layer.shape if isinstance(layer, BlockInput) and layer.state else ()


def _doubled(spec: Spec, axis: int) -> Spec:
    if spec is UNWIRED or axis >= spec.rank:
        return spec
    return replace(spec, shape=(*spec.shape[:axis], spec.shape[axis] * 2, *spec.shape[axis + 1 :]))


def reached(graph: Graph, found: dict[str, dict[Key, Inside]]) -> dict[str, list[BlockView]]:
    """Further uses of each block: those that the blocks around it make of it with other arguments and sizes.

    ``found`` holds the uses in the network; a block stands there before those it is used in.
    """
    further: dict[str, dict[Key, BlockView]] = {block_id: {} for block_id in found}
    for block_id in reversed(found):
        block = graph.blocks[block_id]
        nodes = [node.id for node in block.graph.nodes.values() if block.graph.blocks.of_type(node.type) is not None]
        first = view_of(next(iter(found[block_id].values())))
        for view in (*trials(block, [first]), *further[block_id].values()) if nodes else ():
            for node_id in nodes:
                for seen in view.unfolded(node_id):
                    known = further.get(seen.block.id)
                    if known is not None and seen.key not in found[seen.block.id] and len(known) < MOST_REACHED:
                        known.setdefault(seen.key, view_of(seen))
    return {block_id: list(views.values()) for block_id, views in further.items()}
