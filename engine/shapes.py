"""What flows along every edge. `infer` looks at a whole graph; `Shapes` keeps up with edits and redoes only what moves.

A fault stays with the node that causes it: what follows it is unknown, not wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from typing import Any, Final, TypeAlias

from engine import parametrization
from engine.absent import Absent
from engine.blocks.block import PREFIX
from engine.expressions import mentions
from engine.graph import Graph, Node
from engine.layers.layer import Layer, ShapeError
from engine.ports import is_numbered
from engine.resolve import UNKNOWN, Fault, resolve, resolve_properties
from engine.scope import Scope
from engine.spec import UNWIRED, Spec, too_large

Known: TypeAlias = tuple[Any, ...]
"""What is known of a node: (what its layer was made of, layer, inputs, outputs, error, whether it asks for sizes)."""


@dataclass(slots=True)
class Report:
    """What is known of each node. ``outputs[node][port]`` is a spec; ``errors[node]`` the fault that stops it.

    ``scope`` is what expressions may speak of here: parameters of the block around, sizes of the inputs, the repeat.
    """

    layers: dict[str, Layer | Fault] = field(default_factory=dict)
    inputs: dict[str, tuple[Spec, ...]] = field(default_factory=dict)
    outputs: dict[str, dict[str, Spec]] = field(default_factory=dict)
    errors: dict[str, Fault] = field(default_factory=dict)
    sound: dict[str, Node] = field(default_factory=dict, compare=False)
    """The nodes as they were when they had a result last: since edits are followed."""
    earlier: dict[str, Node] = field(default_factory=dict, compare=False)
    """The nodes that have changed meanwhile, as they were before the last change."""
    scope: Scope = field(default_factory=Scope)

    @property
    def arguments(self) -> Mapping[str, object]:
        """The values of the parameters of the block around."""
        return self.scope.parameters

    def layer(self, node_id: str) -> Layer | None:
        """The node's layer, or None where its parameters make none or it is absent."""
        layer = self.layers.get(node_id)
        return None if layer is None or isinstance(layer, Fault) or type(layer) is Absent else layer

    def absent(self, node_id: str) -> Absent | None:
        """What an absent node hands on; None for one that is there."""
        layer = self.layers.get(node_id)
        return layer if type(layer) is Absent else None  # asked for every node: isinstance of a model is slow

    def complete(self, node_id: str) -> bool:
        """Whether the node has all its inputs and a result."""
        return node_id in self.outputs

    def spec(self, node_id: str, port: str = "output") -> Spec | None:
        """The spec of an output port, or None where it is unknown."""
        return self.outputs.get(node_id, {}).get(port)


def infer(graph: Graph) -> Report:
    """Specs of every port and the faults that stop them."""
    return Shapes(graph).report


MOST_KEPT: Final = 4096
NOTHING: Final = ""
"""The source of an optional input that has no wire."""


def wired_inputs(graph: Graph, node_id: str, layer: Layer) -> list[tuple[str, str, str]] | None:
    """(port, source node, source port) of each input in port order; None while a needed one is missing.

    An optional port without a wire keeps its position, its source being `NOTHING`.
    """
    incoming = graph.incoming[node_id]
    result = []
    for port in layer.input_ports():
        if port.many:
            numbered = sorted((int(name[len(port.name) :]), name) for name in incoming if is_numbered(name, port.name))
            names = [name for _, name in numbered]
            if not names:
                return None
        elif port.name in incoming:
            names = [port.name]
        elif port.optional:
            result.append((port.name, NOTHING, NOTHING))
            continue
        else:
            return None
        result += [(name, incoming[name].source, incoming[name].source_port) for name in names]
    return result


class Shapes:
    """The report of a graph, kept up to date: after edits call `update` with the nodes they touched.

    The graph of a block is seen with ``arguments`` for its parameters (by default their defaults) and the specs that
    are ``given`` to its BlockInputs, by their ids (by default unknown), in one of ``count`` repeats.
    """

    def __init__(
        self,
        graph: Graph,
        arguments: Mapping[str, object] | None = None,
        given: Mapping[str, Spec] | None = None,
        repeat: tuple[int, int] = (0, 1),
    ) -> None:
        self.graph = graph
        if arguments is None and graph.inside is not None:
            arguments = graph.blocks[graph.inside].defaults()
        self.given = given or {}
        scope = Scope(arguments or {}) if graph.inside is None else Scope(arguments or {}).at(*repeat)
        self.report = Report(scope=scope)
        self._resolved: dict[str, Node] = {}
        self._sized: set[str] = set()
        """The nodes whose expressions ask for the sizes of inputs, or for what is not known here."""
        self._before: dict[str, Known] | None = None
        """What was known of the nodes looked at, while it is to be known again."""
        self._todo: list[tuple[float, str]] = []
        """What `updating` has still to look at, by rank."""
        self._seen: list[str] = []
        """What it has looked at, and not yet said so."""
        for node in self._starts() if graph.inside is None else ():
            self._visit(node.id)
        self._see_sizes()
        for node_id in graph.order():
            if node_id not in self.report.layers:
                self._visit(node_id)

    def copy(self) -> Shapes:
        """The same for a copy of the graph, without looking at anything again."""
        other = Shapes.__new__(Shapes)
        other.graph, other.given = self.graph.copy(), self.given
        report = self.report
        kept = dict(report.layers), dict(report.inputs), dict(report.outputs), dict(report.errors)
        other.report = Report(*kept, dict(report.sound), dict(report.earlier), report.scope)
        other._resolved, other._sized, other._before = dict(self._resolved), set(self._sized), None
        other._todo, other._seen = list(self._todo), list(self._seen)
        return other

    @contextmanager
    def tentative(self) -> Iterator[None]:
        """At the end all is known again as it was at the beginning, without looking at anything again.

        By then the graph must be again as it was, too.
        """
        scope, self._before = self.report.scope, {}
        left = self._todo, self._seen
        self._todo, self._seen = list(self._todo), list(self._seen)
        try:
            yield
        finally:
            for node_id, (*known, sized) in self._before.items():
                put_back(node_id, known, self._places)
                (self._sized.add if sized else self._sized.discard)(node_id)
            self.report.scope, self._before = scope, None
            self._todo, self._seen = left

    @property
    def _places(self) -> tuple[dict[str, Any], ...]:
        """Where it is known what a node is."""
        report = self.report
        known = report.layers, report.inputs, report.outputs, report.errors, report.sound, report.earlier
        return self._resolved, *known

    def _note(self, node_id: str) -> None:
        """Note what is known of a node before it is looked at again."""
        if self._before is not None and node_id not in self._before:
            self._before[node_id] = *(place.get(node_id) for place in self._places), node_id in self._sized

    @property
    def under_way(self) -> bool:
        """Whether some nodes are still to be looked at (`updating`): what is known of those is what it was."""
        return bool(self._todo or self._seen)

    @property
    def arguments(self) -> Mapping[str, object]:
        """The values of the parameters of the block around."""
        return self.report.arguments

    def _starts(self) -> list[Node]:
        """The inputs of the graph, whose sizes expressions may ask for."""
        return self.graph.of_type("Input" if self.graph.inside is None else "BlockInput")

    def _see_sizes(self) -> set[str]:
        """Let expressions see the sizes of the inputs; returns the nodes that ask for them, where one has changed."""
        report, inside = self.report, self.graph.inside is not None
        specs = {node.name: self.given.get(node.id) if inside else report.spec(node.id) for node in self._starts()}
        shapes = {name: None if spec is None else spec.shape for name, spec in specs.items()}
        if list(shapes.items()) == list(report.scope.inputs.items()):
            return set()
        report.scope = replace(report.scope, inputs=shapes)
        for node_id in self._sized:
            self._resolved.pop(node_id, None)
        return {node_id for node_id in self._sized if node_id in self.graph.nodes}

    def update(self, dirty: Iterable[str]) -> set[str]:
        """Look again at these nodes and at all that depends on what has changed; returns the nodes looked at."""
        return set(self.updating(dirty))

    def updating(self, dirty: Iterable[str]) -> Iterator[str]:
        """The same node by node. Who stops before the end either takes back what was found so far (`tentative`), or
        calls it again later, after further edits perhaps: it continues with what was left to do.
        """
        graph = self.graph
        known = {*dirty, *(node_id for _, node_id in self._todo)}
        known.update(sharer for node_id in tuple(known) for sharer in _all_sharers(graph, node_id))
        todo: list[tuple[float, str]] = []
        gone: list[str] = []
        for node_id in known:
            if node_id in graph.nodes:
                todo.append((graph.rank(node_id), node_id))
            else:
                self._forget(node_id)
                gone.append(node_id)
        starts = dict.fromkeys(node_id for _, node_id in todo if graph.nodes[node_id].type in ("Input", "BlockInput"))
        if starts or gone:  # what expressions know of the inputs comes first
            todo = [(rank, node_id) for rank, node_id in todo if node_id not in starts]
            after = {edge.target for node_id in starts if self._visit(node_id) for edge in graph.outgoing[node_id]}
            for node_id in (after | self._see_sizes()) - known:
                known.add(node_id)
                todo.append((graph.rank(node_id), node_id))
        heapify(todo)
        self._todo = todo
        self._seen += [*gone, *starts]
        return self._inferring(known)

    def _inferring(self, known: set[str]) -> Iterator[str]:
        """Look at what is left to do; ``known`` is what has been or will be looked at."""
        graph, todo = self.graph, self._todo
        while self._seen:
            yield self._seen.pop()
        while todo:  # sources before targets, so each is looked at once
            _, node_id = heappop(todo)
            if self._visit(node_id):
                for edge in graph.outgoing[node_id]:
                    if edge.target not in known:
                        known.add(edge.target)
                        heappush(todo, (graph.rank(edge.target), edge.target))
            yield node_id

    def _visit(self, node_id: str) -> bool:
        """Infer one node; returns whether its outputs have changed."""
        graph, report, node = self.graph, self.report, self.graph.nodes[node_id]
        if self._before is not None:
            self._note(node_id)
        known = self._resolved.get(node_id)
        if known is not node or node.properties or node.type.startswith(PREFIX):
            if known is not None and known.parameters != node.parameters:
                report.earlier[node_id] = known
            self._resolved[node_id] = node
            report.layers[node_id] = self._resolve(node)
        before = report.outputs.pop(node_id, None)
        report.errors.pop(node_id, None)
        report.inputs.pop(node_id, None)
        layer = report.layers[node_id]
        if isinstance(layer, Fault):
            if layer.code != UNKNOWN:
                report.errors[node_id] = layer
            return before is not None
        wired = wired_inputs(graph, node_id, layer)
        if wired is None:
            return before is not None
        specs = [report.outputs.get(source, {}).get(port) if source else UNWIRED for _, source, port in wired]
        needed: Collection[int] = range(len(specs))
        if type(layer) is Absent:
            needed = layer.indices()
            specs = [spec if index in needed else spec or UNWIRED for index, spec in enumerate(specs)]
        inputs = tuple(spec for spec in specs if spec is not None)
        if len(inputs) < len(specs):
            return before is not None
        for index, ((port_name, source, _), spec) in enumerate(zip(wired, inputs, strict=True)):
            if spec is UNWIRED and source and index in needed and not _optional(layer, port_name):
                message = f"needs its {port_name}, but that comes from an optional input that nothing is wired to."
                report.errors[node_id] = Fault(message, "shape", None, port_name)
                return before is not None
        report.inputs[node_id] = inputs
        if node.type == "BlockInput" and graph.inside is not None:
            if node_id in self.given:
                report.outputs[node_id] = {"output": self.given[node_id]}
            return not _same(before, report.outputs.get(node_id, {}))
        try:
            result = self._infer(node, layer, inputs)
        except ShapeError as error:
            port = wired[error.port][0] if isinstance(error.port, int) else error.port
            code = error.code or "shape"
            report.errors[node_id] = Fault(str(error), code, error.parameter, port, error.inside, error.needed)
            return before is not None
        if "parametrization" in node.properties and (fault := self._parametrized(node, layer, inputs)) is not None:
            report.errors[node_id] = fault
            return before is not None
        outputs = (result,) if isinstance(result, Spec) else result
        if any(map(too_large, outputs)):
            report.errors[node_id] = Fault(f"would give {outputs[0]}: more numbers than torch can count.", "shape")
            return before is not None
        after = {port.name: spec for port, spec in zip(layer.output_ports(), outputs, strict=True)}
        same = _same(before, after)
        report.outputs[node_id] = before if before is not None and same else after  # so readers see it at a glance
        report.sound[node_id] = node
        return not same

    def _resolve(self, node: Node) -> Layer | Fault:
        """The layer of a node; what one inside a block is in every use is kept."""
        constant, scope = self.graph.blocks.constant, self.report.scope
        self._sized.discard(node.id)
        known = constant.get(id(node))
        if known is not None:
            return known[1]
        layer = resolve(node, self.graph, scope if node.type != "Input" else replace(scope, inputs={}))
        words = mentions([*node.parameters.values(), *node.properties.values()])
        if words - scope.parameters.keys():
            self._sized.add(node.id)
        if self.graph.inside is not None and not (words or node.properties or node.type.startswith(PREFIX)):
            if len(constant) >= MOST_KEPT:
                constant.clear()
            constant[id(node)] = node, layer  # the node stays, so that its id does
        return layer

    def _infer(self, node: Node, layer: Layer, inputs: tuple[Spec, ...]) -> Spec | tuple[Spec, ...]:
        """What leaves a layer: mostly known, for nodes share their layers (`engine.resolve`). Raises ShapeError."""
        if node.type.startswith(PREFIX) or type(layer) is Absent:  # which are no other node's
            return layer.infer(*inputs)
        known = self.graph.blocks.inferred
        key = id(layer), inputs, tuple([spec is not UNWIRED and spec.axes for spec in inputs])
        found = known.get(key)
        if found is None:
            if len(known) >= MOST_KEPT:
                known.clear()
            found = known[key] = layer, layer.infer(*inputs)  # the layer stays, so that its id does
        return found[1]

    def _parametrized(self, node: Node, layer: Layer, inputs: tuple[Spec, ...]) -> Fault | None:
        properties = resolve_properties(node, self.report.scope)
        return None if isinstance(properties, Fault) else parametrization.fault(layer, properties, inputs)

    def _forget(self, node_id: str) -> None:
        report = self.report
        self._note(node_id)
        self._resolved.pop(node_id, None)
        report.layers.pop(node_id, None)
        report.inputs.pop(node_id, None)
        report.outputs.pop(node_id, None)
        report.errors.pop(node_id, None)
        report.sound.pop(node_id, None)
        report.earlier.pop(node_id, None)


def put_back(node_id: str, entries: Iterable[object], places: Iterable[dict[str, Any]]) -> None:
    """Let these places have these entries for a node again; None where they had none."""
    for place, entry in zip(places, entries, strict=True):
        if entry is None:
            place.pop(node_id, None)
        else:
            place[node_id] = entry


def sentence(graph: Graph, node_id: str, message: str) -> str:
    """The clause of a fault with the node before it: ``conv1 (Conv2d) gets …``."""
    node = graph.node(node_id)
    return f"{node.name} ({kind_name(graph, node)}) {message}"


def kind_name(graph: Graph, node: Node) -> str:
    """What people call the kind of a node: ``Conv2d``, or the name of its block."""
    block = graph.blocks.of_type(node.type)
    return node.type if block is None else block.name


def _optional(layer: Layer, port_name: str) -> bool:
    return any(port.optional and port.name == port_name for port in layer.input_ports())


def _all_sharers(graph: Graph, node_id: str) -> set[str]:
    """The nodes that use the weights of this one, through others that share, too."""
    found: set[str] = set()
    stack = [node_id]
    while stack:
        for sharer in graph.sharers(stack.pop()):
            if sharer not in found:
                found.add(sharer)
                stack.append(sharer)
    return found


def _same(before: dict[str, Spec] | None, after: dict[str, Spec]) -> bool:
    """Whether nothing has changed, axis meanings (which take no part in equality) included."""
    return before == after and all(spec.axes == after[port].axes for port, spec in (before or {}).items())
