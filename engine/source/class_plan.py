"""One class of the source: the network itself, or a block as all its uses see it, and what its constructor is given.

An inferred value (``in_channels``) that differs between the uses of a block becomes an argument of its constructor,
unless it is an expression of what the constructor already knows. Whether it is shows in the uses themselves and in
trial uses with other sizes: the expression must give the right number in every one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine import expressions
from engine.blocks.block import Block, BlockParameter
from engine.blocks.use import Inside, Use, inside, reads_repeat
from engine.errors import LayerloomError
from engine.graph import Graph, Node
from engine.layers.endpoints import BlockInput
from engine.layers.layer import Layer, ShapeError
from engine.properties import repeats
from engine.resolve import drawn_as, resolve
from engine.scope import REPEATS, ExpressionError, Scope
from engine.shapes import Report, sentence, wired_inputs
from engine.source.conditions import Conditions, gathered, there
from engine.source.names import identifier
from engine.spec import UNWIRED, Spec

Wire = tuple[str, str, str]
Value = tuple[str, str]
"""A node id and one of its output ports."""
MOST_CANDIDATES = 60
PLAINER = {"num_features": "in_channels", "num_channels": "in_channels"}
"""What an argument of a layer is called as an argument of a block."""


class SourceError(LayerloomError):
    """Why there is no source yet: a whole sentence."""


@dataclass(frozen=True, slots=True)
class BlockView:
    """The graph of a class as one use sees it."""

    report: Report
    arguments: Mapping[str, object]
    _unfolded: dict[str, list[Inside]] = field(default_factory=dict, compare=False, repr=False)

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


@dataclass(frozen=True, slots=True)
class Derived:
    """An argument of the constructor that no person declared, and how a view tells its value."""

    name: str
    value: Callable[[BlockView], object]
    values: tuple[object, ...]


@dataclass(slots=True)
class Body:
    """A class as it is written: the lines of the constructor with their nodes, and the forward pass."""

    head: list[tuple[str, str]]
    signature: list[str]
    answer: str
    rows: list[tuple[str, str, str]]
    stored: list[str]
    attributes: dict[str, str]


@dataclass
class ClassPlan:
    """What a class is made of. ``texts[node]`` are the arguments of its constructor call that are no literals."""

    graph: Graph
    views: list[BlockView]
    class_name: str
    block: Block | None = None
    derived: list[Derived] = field(default_factory=list)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)
    """For each node the expressions that its arguments are: candidates for what hangs behind it."""
    wires: dict[str, list[Wire]] = field(default_factory=dict)
    nodes: list[str] = field(default_factory=list)
    """The nodes whose values are computed, in order."""
    guards: dict[str, str] = field(default_factory=dict)
    """The conditions of nodes that are not there in every use, over what the constructor is given."""
    handed: dict[Value, Value] = field(default_factory=dict)
    """What nodes that are there in no use hand on: of these only the value is left."""
    body: Body | None = None

    def __post_init__(self) -> None:
        here = [there(self.graph, view.report) for view in self.views]
        needed = set[str]().union(*(nodes for nodes in here))
        self.nodes = [node_id for node_id in self.graph.order() if node_id in needed]
        for node_id in self.graph.order():
            self._pass(node_id)
        for node_id in self.nodes:
            self._check(node_id)
        for node in self.graph.of_type("BlockInput"):  # the size of a state is one of the block's own expressions
            sizes = node.parameters.get("shape")
            if isinstance(sizes, (list, tuple)):
                self.known[node.id] = [self.expressed(raw) for raw in sizes if expressions.is_expression(raw)]
        if self.block is None:
            return
        conditions = Conditions(self.graph, [view.report for view in self.views])
        declared = {parameter.name for parameter in self.parameters}
        for node_id in self.nodes:
            own, often = conditions.deciding(node_id, here, declared)
            parts = [self.expressed(expressions.expression(text)) if text else "" for text in (own, often)]
            texts = [f"({part}){after}" for part, after in zip(parts, ("", " > 0"), strict=True) if part]
            if texts:
                self.guards[node_id] = expressions.substitute(" and ".join(texts), {})
        self.nodes = gathered(self.nodes, self.wires, self.guards)

    @cached_property
    def trials(self) -> list[BlockView]:
        """Other uses of the block, looked at once an expression is right in all that there are."""
        return list(trials(self.block, self.views)) if self.block is not None else []

    @property
    def parameters(self) -> tuple[BlockParameter, ...]:
        """The declared parameters."""
        return self.block.parameters if self.block is not None else ()

    def view(self, node_id: str) -> BlockView:
        """The first use in which a node is there."""
        if len(self.views) == 1:
            return self.views[0]
        return next(view for view in self.views if view.has(node_id))

    def _pass(self, node_id: str) -> None:
        """Note what a node hands on that is there in no use."""
        absents = [found for view in self.views if (found := view.report.absent(node_id)) is not None]
        for absent in absents if node_id not in self.nodes else ():
            wires = wired_inputs(self.graph, node_id, absent) or []
            for output, index in absent.handed().items():
                if index < len(wires):
                    self.handed[node_id, output] = self.origin(wires[index][1:])

    def hands_on(self, node_id: str) -> dict[str, int]:
        """For each output that a node still has where it is absent, which of its wires that hands on.

        A node that is repeated zero times hands on more than one whose condition does not hold.
        """
        absents = [found for view in self.views if (found := view.report.absent(node_id)) is not None]
        return {output: index for absent in absents for output, index in absent.handed().items()}

    def origin(self, value: Value) -> Value:
        """Where a value comes from, behind nodes that only hand it on in every use."""
        return self.handed.get(value, value)

    def _check(self, node_id: str) -> None:
        graph = self.graph
        view = next((view for view in self.views if view.has(node_id)), self.views[0])
        layer, report = view.report.layer(node_id), view.report
        if node_id in report.errors:
            raise SourceError(sentence(graph, node_id, report.errors[node_id].message), node=node_id)
        if layer is None or not report.complete(node_id):
            raise SourceError(sentence(graph, node_id, "has an input that nothing is wired to."), node=node_id)
        wires = wired_inputs(graph, node_id, layer) or []
        self.wires[node_id] = [(port, *self.origin((source, leaving))) for port, source, leaving in wires]
        for stray in sorted(graph.incoming[node_id].keys() - {port for port, *_ in wires}):
            raise SourceError(
                sentence(graph, node_id, f"has no input {stray!r} that a wire could end on."), node=node_id
            )

    def counted(self, node_id: str) -> str | None:
        """The expression that says how often a block is repeated; None for a number that all uses share.

        An expression counts only repeats that are alike: others are written one by one.
        """
        alike = all(repeats_alike(self.graph, node_id, self.parameters, view) for view in self.views)
        return self.count(node_id) if self.counts(node_id) and alike else None

    def count(self, node_id: str) -> str | None:
        """The expression of the number of repeats; None for a plain number."""
        return self.expressed(self._repeat(node_id)) if self.counts(node_id) else None

    def counts(self, node_id: str) -> bool:
        """Whether there is such an expression."""
        return self.block is not None and expressions.depends(self._repeat(node_id))

    def _repeat(self, node_id: str) -> object:
        return drawn_as(self.graph, self.graph.nodes[node_id]).properties.get("repeat", 1)

    # -- what people have written ----------------------------------------------------------------------------------

    def expressed(self, raw: object, node: Node | None = None, repeat: int = 0) -> str:
        """A raw value as source over what the constructor is given; sizes and the number of the repeat are given, too.

        ``node`` is one whose parameters may speak of its own repeats.
        """
        given: dict[str, str] = {}
        declared = {parameter.name for parameter in self.parameters}
        for name in sorted(expressions.mentions(raw) - declared):
            if name in REPEATS and node is not None and repeats(node):
                given[name] = str(repeat) if name == REPEATS[0] else self.expressed(node.properties["repeat"])
            else:
                given[name] = self.text(self._named_input(name), name, lambda view, name=name: view.told(name))  # type: ignore[misc]
        return expressions.text(raw, repeat, given)

    def _named_input(self, name: str) -> str:
        """The input that an expression asks the size of; any node where it is something else."""
        starts = self.graph.of_type("BlockInput")
        asked = [node.id for node in starts if name.startswith(f"size({node.name},")]
        return next(iter((*asked, *(node.id for node in starts), *self.graph.nodes)))

    # -- what an inferred value reads as ---------------------------------------------------------------------------

    def text(self, node_id: str, name: str, value: Callable[[BlockView], object], more: list[str] | None = None) -> str:
        """How a value that follows from the inputs is written: an expression, a literal, or a new argument.

        A view in which the value plays no part (a repeat that it does not have) may give None.
        """
        values = tuple(item for view in self.views if (item := value(view)) is not None)
        if self.block is None:
            return repr(values[0])
        candidates = [*(more or []), *self._upstream(node_id)]
        candidates += [parameter.name for parameter in self.parameters] + [each.name for each in self.derived]
        for candidate in dict.fromkeys(candidates):
            if self._holds(candidate, value):
                return candidate
        if all(each == values[0] for each in values):
            return repr(values[0])
        taken = dict.fromkeys((*(p.name for p in self.parameters), *(each.name for each in self.derived)), 1)
        name = PLAINER.get(name, name)
        if name.startswith("size("):
            asked, _, axis = name[len("size(") : -1].rpartition(",")
            name = f"{asked}_size_{axis}"
        if name in taken:
            name = f"{self.graph.nodes[node_id].name}_{name}"
        made = Derived(identifier(name, taken), lambda view: values[0] if (v := value(view)) is None else v, values)
        self.derived.append(made)
        self.known.setdefault(self._entrance(node_id), []).append(made.name)
        return made.name

    def environment(self, view: BlockView) -> dict[str, object]:
        """What the constructor knows in this view."""
        return dict(view.arguments) | {each.name: each.value(view) for each in self.derived}

    def _holds(self, candidate: str, value: Callable[[BlockView], object]) -> bool:
        return all(self._fits(candidate, value, view) for view in self.views) and all(
            self._fits(candidate, value, view) for view in self.trials
        )

    def _fits(self, candidate: str, value: Callable[[BlockView], object], view: BlockView) -> bool:
        """Whether an expression is the value in this view, or that plays no part there."""
        wanted = value(view)
        if wanted is None:
            return True
        try:
            got = expressions.evaluate(candidate, self.environment(view))
        except ExpressionError:
            return False
        return got == wanted and type(got) is type(wanted)

    def _upstream(self, node_id: str) -> Iterator[str]:
        """The expressions of the nodes before this one, the nearest first."""
        seen, queue, count = {node_id}, deque([node_id]), 0
        while queue and count < MOST_CANDIDATES:
            current = queue.popleft()
            for text in self.known.get(current, ()) if current != node_id else ():
                yield text
                count += 1
            for edge in self.graph.incoming[current].values():
                if edge.source not in seen:
                    seen.add(edge.source)
                    queue.append(edge.source)

    def _entrance(self, node_id: str) -> str:
        """The nearest BlockInput before a node; the node itself where there is none."""
        seen, queue = {node_id}, deque([node_id])
        while queue:
            current = queue.popleft()
            if self.graph.nodes[current].type == "BlockInput":
                return current
            for edge in self.graph.incoming[current].values():
                if edge.source not in seen:
                    seen.add(edge.source)
                    queue.append(edge.source)
        return node_id


def repeats_alike(graph: Graph, node_id: str, parameters: Iterable[BlockParameter], view: BlockView) -> bool:
    """Whether the repeats of a block are built alike from the second on, by what they are and by how that is said."""
    numbers = {*REPEATS}.difference(parameter.name for parameter in parameters)
    given = drawn_as(graph, graph.nodes[node_id]).parameters.values()
    numbered = any(expressions.mentions(raw) & numbers for raw in given)
    return not numbered and len({inside.key for inside in view.unfolded(node_id)[1:]}) <= 1


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
