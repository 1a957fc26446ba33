"""What a random network has: read off the network itself, not off the hand that drew it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from engine import layers
from engine.absent import Absent
from engine.blocks.ends import states
from engine.blocks.use import Inside, Use
from engine.expressions import asks_size, depends, is_expression, mentions, per_repeat
from engine.graph import Graph, Node
from engine.layers.endpoints import BlockInput
from engine.live_nodes import live_nodes
from engine.properties import Properties
from engine.resolve import owner_of, resolve, resolve_properties
from engine.scope import REPEATS
from engine.shapes import Report, infer
from tests.engine.draws import COMPUTING
from tests.engine.random_networks import Network

KINDS: Final = (
    *("nested blocks", "blocks three deep", "a block used with other sizes", "several outputs of a block"),
    *("several outputs of the network", "repeat", "per-repeat values", "repeat from an expression"),
    *("each step, as one batch", "each step, one by one"),
    *("scan with 1 state", "scan with 2 states", "scan with 3 states", "states of different shapes"),
    *("a state nobody reads inside", "a state nobody reads outside", "a state that begins wired", "a repeated scan"),
    *("an optional input wired", "an optional input open", "an optional input wired inside to an optional port"),
    *("an absent node", "a condition from an expression", "a node that is there in some uses only"),
    *("an absent block", "repeat 0", "several values handed on", "weights shared across repeats"),
    *("the size of an input in an expression", "the number of the repeat in an expression"),
    *("shared weights", "a shared block", "tied tensors", "frozen", "an initialization"),
    *("weight norm", "spectral norm"),
    *("float32", "float64", "bfloat16", "batch of 1", "open lengths"),
)
FIELDS: Final = tuple(f"{cls.__name__}.{name}" for cls in COMPUTING for name in cls.model_fields)


@dataclass(frozen=True)
class Seen:
    """A node that takes part, as one use of the graph around it sees it."""

    graph: Graph
    report: Report
    node: Node
    layer: Any
    depth: int

    def repeats(self) -> list[Inside]:
        """A block as each repeat sees it."""
        return list(self.layer.unfolded(*self.report.inputs[self.node.id]))

    def read(self) -> set[str]:
        """The outputs that somebody reads who takes part."""
        live = live_nodes(self.graph)
        return {edge.source_port for edge in self.graph.outgoing[self.node.id] if edge.target in live}

    def wired(self) -> set[str]:
        """The inputs with a wire that carries something."""
        return {port for port, edge in self.graph.incoming[self.node.id].items() if self._carries(edge.source)}

    def _carries(self, source: str) -> bool:
        layer, spec = self.report.layer(source), self.report.spec(source)
        return not (isinstance(layer, BlockInput) and layer.optional and spec is not None and not spec.shape)


def seen(graph: Graph, report: Report | None = None, depth: int = 0) -> Iterator[Seen]:
    """Every node that takes part, once for each way in which its graph is used."""
    report = report or infer(graph)
    live = live_nodes(graph, report)
    for node_id in graph.order():
        layer = report.absent(node_id) or report.layer(node_id)
        if node_id not in live or layer is None or node_id not in report.inputs:
            continue
        here = Seen(graph, report, graph.nodes[node_id], layer, depth)
        yield here
        if isinstance(layer, Use):
            for inside in {found.key: found for found in here.repeats()}.values():
                yield from seen(inside.graph, inside.report, depth + 1)


def coverage(network: Network) -> set[str]:
    """The kinds of things that a network has, its layers, and the fields of layers that are expressions in it."""
    nodes = list(seen(network.graph))
    found = {str(network.dtype).removeprefix("torch.")}
    found |= {"batch of 1"} if network.sizes["N"] == 1 else set()
    found |= {"several outputs of the network"} if len(network.graph.of_type("Output")) > 1 else set()
    present: dict[Any, set[bool]] = {}
    for each in nodes:
        if each.node.type == "Input" and any(isinstance(size, str) for size in each.node.parameters["shape"]):
            found.add("open lengths")
        found |= _of_node(each)
        if isinstance(each.layer, Absent):
            present.setdefault((each.graph.inside, each.node.id), set()).add(False)
            found |= {"repeat 0"} if "repeat" in each.node.properties else {"an absent node"}
            found |= {"an absent block"} if each.node.type.startswith("block.") else set()
            continue
        present.setdefault((each.graph.inside, each.node.id), set()).add(True)
        if isinstance(each.layer, Use):
            found |= _of_use(each)
        else:
            expressed = [name for name, raw in each.node.parameters.items() if depends(raw)]
            found |= {each.node.type, *(f"{each.node.type}.{name}" for name in expressed)}
    found |= {"a node that is there in some uses only"} if any(len(each) > 1 for each in present.values()) else set()
    uses: dict[str, set[Any]] = {}
    for each in nodes:
        if isinstance(each.layer, Use):
            uses.setdefault(each.node.type, set()).update(inside.key for inside in each.repeats())
    return found | ({"a block used with other sizes"} if any(len(keys) > 1 for keys in uses.values()) else set())


def _of_node(each: Seen) -> set[str]:
    found = set()
    owner = owner_of(each.graph, each.node)
    if isinstance(owner, Node) and owner.id != each.node.id:
        same = owner.type == each.node.type
        found.add("shared weights" if same else "tied tensors")
        found |= {"a shared block"} if same and isinstance(each.layer, Use) else set()
    words = mentions([*each.node.parameters.values(), *each.node.properties.values()]) - each.report.arguments.keys()
    found |= {"the size of an input in an expression"} if any(map(asks_size, words)) else set()
    found |= {"the number of the repeat in an expression"} if words & {*REPEATS} else set()
    found |= {"a condition from an expression"} if is_expression(each.node.properties.get("when")) else set()
    found |= {"frozen"} if each.node.properties.get("frozen") else set()
    found |= {"an initialization"} if each.node.properties.get("initialization") else set()
    properties = resolve_properties(each.node, each.report.scope)
    if isinstance(properties, Properties) and properties.parametrization:
        found.add(properties.parametrization.replace("_", " "))
    ports = {port.name for port in each.layer.input_ports() if port.optional}
    for port, edge in each.graph.incoming[each.node.id].items():
        source = each.report.layer(edge.source)
        if port in ports and isinstance(source, BlockInput) and source.optional:
            found.add("an optional input wired inside to an optional port")
    return found


def _of_use(each: Seen) -> set[str]:
    use, node = each.layer, each.node
    found = {"nested blocks"} if each.depth else set()
    found |= {"blocks three deep"} if each.depth > 1 else set()
    found |= {"several outputs of a block"} if len(use.output_ports()) > 1 else set()
    found |= {"repeat"} if use.properties.repeat > 1 else set()
    found |= {"several values handed on"} if use.properties.repeat > 1 and len(use.handed_on) > 1 else set()
    found |= {"weights shared across repeats"} if use.properties.repeat > 1 and use.properties.share_weights else set()
    found |= {"repeat from an expression"} if is_expression(node.properties.get("repeat")) else set()
    if use.properties.repeat > 1 and any(per_repeat(raw) for raw in node.parameters.values()):
        found |= {"per-repeat values"} if len(use.repeats) > 1 else set()
    if use.properties.apply == "each_step":
        found.add(
            "each step, one by one" if use.one_by_one(*each.report.inputs[node.id]) else "each step, as one batch"
        )
    wired = each.wired()
    for start in use.block.graph.of_type("BlockInput"):
        if start.parameters.get("optional") is True:
            found.add("an optional input wired" if start.id in wired else "an optional input open")
    return found | (_of_scan(each, wired) if use.properties.apply == "scan" else set())


def _of_scan(each: Seen, wired: set[str]) -> set[str]:
    use, graph = each.layer, each.layer.block.graph
    starts = [node for node in graph.of_type("BlockInput") if node.parameters.get("state") is True]
    layers_ = [resolve(node, graph, use.arguments_of()) for node in starts]
    shapes = {layer.shape for layer in layers_ if isinstance(layer, BlockInput)}
    many = len(starts)
    found = {f"scan with {many} state{'s' if many > 1 else ''}"}
    found |= {"states of different shapes"} if len(shapes) > 1 else set()
    found |= {"a repeated scan"} if use.properties.repeat > 1 else set()
    found |= {"a state that begins wired"} if any(node.id in wired for node in starts) else set()
    live = live_nodes(graph)
    if any(not any(edge.target in live for edge in graph.outgoing[node.id]) for node in starts):
        found.add("a state nobody reads inside")
    ports, read = [port.name for port in use.output_ports()], each.read()
    if any(ports[index] not in read for index in states(use.block)):
        found.add("a state nobody reads outside")
    return found


def table(networks: list[set[str]]) -> str:
    """How many networks have each kind of thing, and what none of them has."""
    counts = {kind: sum(kind in found for found in networks) for kind in KINDS}
    everything = set().union(*networks)
    lines = [f"{count:6}  {kind}" for kind, count in counts.items()]
    fields = [name for name in FIELDS if name not in everything]
    missing = [cls.__name__ for cls in layers.all() if cls.__name__ not in everything]
    lines.append(f"{len(FIELDS) - len(fields):6}  of {len(FIELDS)} fields of layers are an expression somewhere")
    return "\n".join(
        [*lines, f"fields never an expression: {', '.join(fields) or 'none'}", f"layers never drawn: {missing}"]
    )
