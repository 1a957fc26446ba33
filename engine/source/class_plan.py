"""One class of the source: the network itself, or a block as all its uses see it, and what its constructor is given.

An inferred value (``in_channels``) that differs between the uses of a block becomes an argument of its constructor,
unless it is an expression of what the constructor already knows. Whether it is shows in the uses themselves and in
trial uses with other sizes: the expression must give the right number in every one. What in all uses is equal to
another argument, or a multiple of it, is not an argument of its own either.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import InitVar, dataclass, field

from engine import expressions
from engine.blocks.block import Block, BlockParameter
from engine.errors import LayerloomError
from engine.graph import Graph, Node
from engine.properties import repeats
from engine.resolve import drawn_as
from engine.scope import REPEATS
from engine.shapes import sentence, wired_inputs
from engine.source.conditions import Conditions, there
from engine.source.names import identifier
from engine.source.ordering import gathered
from engine.source.samples import Samples, Wanted
from engine.source.views import BlockView, trials

Wire = tuple[str, str, str]
Value = tuple[str, str]
"""A node id and one of its output ports."""
MOST_CANDIDATES = 60
PLAINER = {"num_features": "in_channels", "num_channels": "in_channels"}
"""What an argument of a layer is called as an argument of a block."""


class SourceError(LayerloomError):
    """Why there is no source yet: a whole sentence."""


@dataclass(frozen=True, slots=True)
class Derived:
    """An argument of the constructor that no person declared, and how a view tells its value."""

    name: str
    value: Callable[[BlockView], object]
    values: tuple[object, ...]


@dataclass(slots=True)
class Body:
    """A class as it is written: the lines of the constructor with their nodes, and the forward pass.

    ``still`` are the lines that keep the statistics of frozen layers while it is in train mode, ``rates`` what the
    learning rate of an attribute's weights is multiplied by.
    """

    head: list[tuple[str, str]]
    signature: list[str]
    answer: str
    rows: list[tuple[str, str, str]]
    stored: list[str]
    attributes: dict[str, str]
    still: list[tuple[str, str]] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=dict)


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
    """For each node the expressions that its arguments are: candidates for what follows it."""
    wires: dict[str, list[Wire]] = field(default_factory=dict)
    nodes: list[str] = field(default_factory=list)
    """The nodes whose values are computed, in order."""
    reached: InitVar[Sequence[BlockView]] = ()
    """Uses that the blocks around would make of it with other arguments."""
    samples: Samples = field(init=False)
    guards: dict[str, str] = field(default_factory=dict)
    """The conditions of nodes that are not there in every use, over what the constructor is given."""
    handed: dict[Value, Value] = field(default_factory=dict)
    """What nodes that are there in no use hand on: of these only the value is left."""
    body: Body | None = None
    attributes: frozenset[str] = frozenset()
    """What the modules are called, once they are named: no argument may be called so from then on."""

    def __post_init__(self, reached: Sequence[BlockView]) -> None:
        here = [there(self.graph, view.report) for view in self.views]
        needed = set[str]().union(*(nodes for nodes in here))
        self.nodes = [node_id for node_id in self.graph.order() if node_id in needed]
        for node_id in self.graph.order():
            self._pass(node_id)
        for node_id in self.nodes:
            self._check(node_id)
        tried = list(trials(self.block, self.views)) if self.block is not None else []
        self.samples = Samples(self.views, tried, reached)
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
        """Where a value comes from, after nodes that only hand it on in every use."""
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

    def expressed(self, raw: object, node: Node | None = None, repeat: int | None = 0) -> str:
        """A raw value as source over what the constructor is given; sizes and the number of the repeat are given, too.

        ``node`` is one whose parameters may speak of its own repeats; without a ``repeat`` its number is a variable.
        """
        given: dict[str, str] = {}
        declared = {parameter.name for parameter in self.parameters}
        for name in sorted(expressions.mentions(raw) - declared):
            if name in REPEATS and node is not None and repeats(node):
                number = name if repeat is None else str(repeat)
                given[name] = number if name == REPEATS[0] else self.expressed(node.properties["repeat"])
            else:
                given[name] = self.text(self._named_input(name), name, lambda view, name=name: view.told(name))  # type: ignore[misc]
        return expressions.text(raw, repeat or 0, given)

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
        wanted = self.samples.wanted(value)
        values = tuple(wanted.some(self.samples.used))
        if self.block is None:
            return repr(values[0])
        known = list(dict.fromkeys([*(more or ()), *self.upstream(node_id), *self.names]))
        found = self.found(known, wanted)
        return self._argument(node_id, name, value, values) if found is None else found

    @property
    def names(self) -> list[str]:
        """What the constructor is given."""
        return [parameter.name for parameter in self.parameters] + [each.name for each in self.derived]

    def found(self, known: Sequence[str], wanted: Wanted) -> str | None:
        """A value as an expression or a literal; None where it is neither.

        Arguments would change it, so no literal. What is right in all uses in the network but not in trial uses
        is taken rather than a further argument that would always be equal to another, or a multiple of it.
        """
        samples = self.samples
        if (right := self.holding(known, wanted)) is not None:
            return right
        same = samples.constant(wanted)
        first = repr(wanted.some(samples.used)[0])
        if same and not samples.varies(wanted):
            return first
        scaled = list(samples.scaled([*self.names, *known], wanted))
        if (right := self.holding(scaled, wanted)) is not None:
            return right
        if same:
            others = [*samples.used, *samples.reached]
            moved = any(wanted[index] != wanted[0] for index in samples.reached if wanted[index] is not None)
            right = self.holding([*known, *scaled], wanted, others) if moved else None
        else:
            several = len(set(map(repr, wanted.some(samples.used)))) > 2
            multiples = samples.scaled(self.names, wanted, parts=False) if several else ()
            right = self.holding([*self.names, *multiples], wanted, samples.used)
        if right is not None:
            samples.keep(right, wanted)
            return right
        return first if same else None

    def holding(self, candidates: Iterable[str], wanted: Wanted, among: Iterable[int] | None = None) -> str | None:
        """The first of these expressions that gives the right value in all these uses."""
        return next((each for each in candidates if self.samples.holds(each, wanted, among)), None)

    def _argument(
        self, node_id: str, name: str, value: Callable[[BlockView], object], values: tuple[object, ...]
    ) -> str:
        """The name of a new argument of the constructor for a value."""
        taken = dict.fromkeys((*self.names, *self.attributes), 1)
        name = PLAINER.get(name, name)
        if name.startswith("size("):
            asked, _, axis = name[len("size(") : -1].rpartition(",")
            name = f"{asked}_size_{axis.strip().replace('-', 'minus_')}"
        if name in taken:
            name = f"{self.graph.nodes[node_id].name}_{name}"
        made = Derived(identifier(name, taken), lambda view: values[0] if (v := value(view)) is None else v, values)
        self.derived.append(made)
        self.samples.give(made.name, made.value)
        self.known.setdefault(self._entrance(node_id), []).append(made.name)
        return made.name

    def upstream(self, node_id: str) -> Iterator[str]:
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
