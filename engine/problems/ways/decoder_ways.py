"""Fixes of encoders and decoders: the state, the memory or the width that the one has for the other."""

from __future__ import annotations

from collections.abc import Iterator

from engine.drawing import along
from engine.edits import AddNode, Connect, Disconnect, Edit
from engine.graph import Edge
from engine.layers.layer import Layer
from engine.problems.looking import above, below, kind_of, role
from engine.problems.rules.decoder_rules import decodes
from engine.problems.ways.fault_site import FaultSite, Step, Way, number
from engine.problems.ways.field_ways import target
from engine.problems.ways.width_ways import resized

SIZES = ("num_layers", "bidirectional", "hidden_size")


def by_name(site: FaultSite) -> Iterator[Way | None]:
    """Every state on the port that has its letter."""
    edits: list[Edit] = []
    named: list[str] = []
    wires = [wire for wire in site.wires() if role(site.kind, wire.target_port) == "state"]
    for wire in wires:
        meant = f"{wire.target_port.removesuffix('_0')}_n"
        if wire.source_port != meant and meant in site.report.outputs.get(wire.source, {}):
            edits += [Disconnect(wire), Connect(Edge(wire.source, meant, site.id, wire.target_port))]
            named.append(meant)
    if edits:
        yield Way(f"Take {' and '.join(named)} of {site.graph.nodes[wires[0].source].name}", tuple(edits))


def same_kind(site: FaultSite) -> Iterator[Way | None]:
    """A recurrent layer made one of the kind whose states it gets, or the other way round."""
    edge, node = site.edge(), site.node
    if edge is None or node is None or not site.kind.runs_over_time:
        return
    source = site.graph.nodes[edge.source]
    theirs = kind_of(site.graph, source.id)
    ours, given = _states(site.kind), [port.name for port in theirs.outputs if port.name.endswith("_n")]
    if not theirs.runs_over_time or len(ours) == len(given):
        return
    shared = {name: value for name, value in node.parameters.items() if name in theirs.model_fields}
    wired = [wire for wire in site.wires() if wire.target_port in ours]
    kept = [Edge(source.id, name, node.id, f"{name.removesuffix('_n')}_0") for name in given]
    if {wire.target_port for wire in wired} <= {wire.target_port for wire in kept}:
        exchange = site.exchanged(node, theirs.type_name(), shared)
        more = [Connect(wire) for wire in kept if wire.target_port not in {each.target_port for each in wired}]
        yield Way(f"Change {node.name} to {theirs.type_name()}", (*exchange.edits, *more), keeps=True)
    own = {name: value for name, value in source.parameters.items() if name in site.kind.model_fields}
    change = site.exchanged(source, site.kind.type_name(), own)
    edits = [*map(Disconnect, wired), *change.edits]
    left = [edit for edit in edits if not (isinstance(edit, Connect) and edit.edge.target == node.id)]
    left = [edit for index, edit in enumerate(left) if edit not in left[:index]]
    states = [Connect(Edge(source.id, f"{name.removesuffix('_0')}_n", node.id, name)) for name in ours]
    yield Way(f"Change {source.name} to {site.kind.type_name()} and take all its states", (*left, *states), keeps=True)


def bridged(site: FaultSite) -> Iterator[Way | None]:
    """Both directions of an encoder side by side, as one that is twice as wide: of a layer with one state."""
    edge = site.edge()
    if edge is None or not site.kind.runs_over_time or not kind_of(site.graph, edge.source).runs_over_time:
        return
    source = site.graph.nodes[edge.source]
    both, double = site.value("bidirectional", source), site.value("hidden_size", source)
    fits = isinstance(double, int) and 2 * double == site.value("hidden_size") and not site.value("bidirectional")
    if not (both and fits and site.value("num_layers", source) == site.value("num_layers") == 1):
        return
    wires = [wire for wire in site.wires() if role(site.kind, wire.target_port) == "state"]
    if len(wires) == 1 and wires[0].source_port.endswith("_n"):
        turn: Step = ("Permute", {"dims": (1, 0, 2)})
        steps: tuple[Step, ...] = (turn, ("Flatten", {}), ("Unsqueeze", {"dim": 1}), turn)
        yield site.insert(wires[0], *steps, label=f"Put both directions of {source.name} side by side")


def of_one_step(site: FaultSite) -> Iterator[Way | None]:
    """The states of the top layer of a sequence for a cell, which does one step; both where it has two."""
    if site.kind.family != "Recurrent" or site.kind.runs_over_time:
        return
    wires = [wire for wire in site.wires() if wire.target_port != site.kind.inputs[0].name]
    edits: list[Edit] = []
    made: list[str] = []
    site.taken = set()
    for index, wire in enumerate(wires):
        x = site.spec(wire)
        if x is None or x.rank != 3 or not kind_of(site.graph, wire.source).runs_over_time:
            return
        node = site.fresh("Select", {"dim": 0, "index": -1})
        position = along(site.graph, site.graph.positions[site.id], -1, index + 1)
        edits += [Disconnect(wire), AddNode(node, position)]
        edits.append(Connect(Edge(wire.source, wire.source_port, node.id, "input")))
        edits.append(Connect(Edge(node.id, "output", wire.target, wire.target_port)))
        made.append(node.id)
    if made:
        names = " and ".join(wire.target_port for wire in wires)
        yield Way(f"Take the top layer for {names}: insert Select(0, -1)", tuple(edits), tuple(made))


def of_a_vector(site: FaultSite) -> Iterator[Way | None]:
    """A vector for each sample as the state that a recurrent layer begins with: all its states, where it has two."""
    edge, x = site.edge(), site.spec(site.edge())
    ours = _states(site.kind)
    if edge is None or x is None or x.rank != 2 or not site.kind.runs_over_time or edge.target_port not in ours:
        return
    if kind_of(site.graph, edge.source).runs_over_time:  # its states are what is meant
        return
    if len(ours) < 2 or x.shape[-1] != site.value("hidden_size") or site.value("num_layers") != 1:
        return
    site.taken = set()
    lifted = site.fresh("Unsqueeze", {"dim": 1})
    turned = site.fresh("Permute", {"dims": (1, 0, 2)})
    start = site.graph.positions[edge.source]
    wired = [wire for wire in site.wires() if wire.target_port in ours]
    edits: list[Edit] = [*map(Disconnect, wired)]
    edits += [AddNode(new, along(site.graph, start, row)) for row, new in enumerate((lifted, turned), 1)]
    edits.append(Connect(Edge(edge.source, edge.source_port, lifted.id, "input")))
    edits.append(Connect(Edge(lifted.id, "output", turned.id, "input")))
    edits += [Connect(Edge(turned.id, "output", site.id, port)) for port in ours]
    name = site.graph.nodes[edge.source].name
    yield Way(f"Begin {' and '.join(ours)} with {name}", tuple(edits), (lifted.id, turned.id), keeps=True)


def other_steps(site: FaultSite) -> Iterator[Way | None]:
    """The two sequences of a decoder exchanged, where the one that it looks at has the steps of the target."""
    edge, field = site.edge("input"), target(site)
    while edge is not None and field is not None and len(field.shape) == 1:
        kind, wires = kind_of(site.graph, edge.source), site.graph.incoming[edge.source]
        ports = {port.role: port.name for port in reversed(kind.inputs[:2])}
        own, memory = wires.get(ports.get("numbers", "")), wires.get(ports.get("context", ""))
        x, y = site.spec(own), site.spec(memory)
        if kind.attends and own is not None and memory is not None and x is not None and y is not None:
            if y.shape[1] == field.shape[0] != x.shape[1]:
                edits = (
                    *(Disconnect(own), Disconnect(memory)),
                    Connect(Edge(own.source, own.source_port, edge.source, memory.target_port)),
                    Connect(Edge(memory.source, memory.source_port, edge.source, own.target_port)),
                )
                names = f"{own.target_port} and {memory.target_port} of {site.graph.nodes[edge.source].name}"
                yield Way(f"Exchange {names}", edits)
            return
        edge = next(iter(wires.values()), None) if len(wires) == 1 else None


def _states(kind: type[Layer]) -> list[str]:
    return [port.name for port in kind.inputs if port.role == "state"]


def for_the_decoder(site: FaultSite) -> Iterator[Way | None]:
    """What an encoder has made and nothing reads: the first state of a decoder, or what a decoder looks at."""
    graph, node = site.graph, site.node
    if node is None:
        return
    before = above(graph, node.id)
    for other in graph.nodes.values():
        if other.id in before or other.id == node.id or other.id not in graph.incoming:
            continue
        kind, wires = kind_of(graph, other.id), graph.incoming[other.id]
        begun = {port: wires[port] for port in _states(kind) if port in wires}
        if site.kind.runs_over_time and kind.runs_over_time and not begun:
            yield from _begun(site, other.id)
        elif begun and {edge.source for edge in begun.values()} <= before and len(begun) == len(_states(site.kind)):
            moved = [Edge(node.id, edge.source_port, edge.target, edge.target_port) for edge in begun.values()]
            edits = (*map(Disconnect, begun.values()), *map(Connect, moved))
            named = " and ".join(edge.source_port for edge in moved)
            yield Way(f"Begin {other.name} with {named} of it", edits, keeps=True)
        ports = {port.role: port.name for port in reversed(kind.inputs[:2])}
        own, memory = wires.get(ports.get("numbers", "")), wires.get(ports.get("context", ""))
        if kind.attends and own is not None and memory is not None and _source(own) == _source(memory):
            encoded = bool(before & _encoders(site)) or node.id in _encoders(site)
            port = (memory if encoded else own).target_port
            yield site.rewire(wires[port], node.id, _first(site), f"Wire it to {port} of {other.name}")


def _begun(site: FaultSite, decoder: str) -> Iterator[Way | None]:
    """The states of the guilty layer as those that a decoder begins with, and that of the same size and kind."""
    kind, name = kind_of(site.graph, decoder), site.graph.nodes[decoder].name
    given = {port.name for port in site.kind.outputs}
    pairs = [(f"{port.removesuffix('_0')}_n", port) for port in _states(kind)]
    edits: list[Edit] = []
    label = ""
    if any(theirs not in given for theirs, _ in pairs):  # an LSTM begins with two states, a GRU has one
        pairs = [pair for pair in pairs if pair[0] in given]
        decoding = site.graph.nodes[decoder]
        shared = {key: value for key, value in decoding.parameters.items() if key in site.kind.model_fields}
        edits += site.exchanged(decoding, site.kind.type_name(), shared).edits
        label = f"Change {name} to {site.kind.type_name()} and begin it"
    edits += [Connect(Edge(site.id, theirs, decoder, port)) for theirs, port in pairs]
    text = f"{label or f'Begin {name}'} with {' and '.join(theirs for theirs, _ in pairs)} of it"
    yield Way(text, tuple(edits), keeps=True)
    sizes = {key: value for key in SIZES if (value := site.value(key)) != site.value(key, site.graph.nodes[decoder])}
    if sizes:
        yield Way(f"{text}, and set its sizes alike", (*edits, *site.set(sizes, of=decoder).edits), keeps=True)


def _encoders(site: FaultSite) -> set[str]:
    """The nodes that let steps see each other."""
    found = set[str]()
    for node_id in site.graph.nodes:
        kind, layer = kind_of(site.graph, node_id), site.report.layer(node_id)
        if kind.attends or kind.runs_over_time or (layer is not None and layer.windows()):
            found.add(node_id)
    return found


def _source(edge: Edge) -> tuple[str, str]:
    return edge.source, edge.source_port


def _first(site: FaultSite) -> str:
    return site.problem.port or "output"


def exchanged(site: FaultSite) -> Iterator[Way | None]:
    """The two sequences of a decoder on one another's ports."""
    wires = [wire for wire in site.wires() if role(site.kind, wire.target_port) in ("numbers", "context")][:2]
    if len(wires) != 2:
        return
    one, other = wires
    edits = (
        *map(Disconnect, wires),
        Connect(Edge(one.source, one.source_port, site.id, other.target_port)),
        Connect(Edge(other.source, other.source_port, site.id, one.target_port)),
    )
    yield Way(f"Exchange {one.target_port} and {other.target_port}", edits)


def same_memory(site: FaultSite) -> Iterator[Way | None]:
    """The memory that another decoder looks at, or what an encoder has made; without one a layer that needs none."""
    edge, order = site.edge(), site.graph.order()
    if edge is None or site.node is None:
        return
    x, below_it = site.spec(edge), below(site.graph, site.id) | {site.id}
    own = above(site.graph, site.id) | {edge.source}
    found: dict[tuple[str, str], None] = {}
    for node_id in order:
        if decodes(kind_of(site.graph, node_id)) and node_id != site.id:
            wires = site.graph.incoming[node_id].values()
            memories = (wire for wire in wires if role(kind_of(site.graph, node_id), wire.target_port) == "context")
            found.update(dict.fromkeys((wire.source, wire.source_port) for wire in memories))
    for node_id in reversed(order):
        if node_id not in own and node_id not in below_it and site.graph.nodes[node_id].type != "Input":
            found.update(dict.fromkeys((node_id, port) for port in site.report.outputs.get(node_id, {})))
    for source, port in found:
        spec = site.report.spec(source, port)
        if spec is None or x is None or spec.rank != x.rank or spec.shape[1] == 1:  # one step is no memory
            continue
        if spec.shape[-1] == x.shape[-1]:
            yield site.rewire(edge, source, port, f"Take {site.graph.nodes[source].name} for {edge.target_port}")


def same_width(site: FaultSite) -> Iterator[Way | None]:
    """What is looked at made as wide as what looks, or the other way round."""
    if not site.kind.attends:
        return
    wires = site.wires()
    own = next((wire for wire in wires if role(site.kind, wire.target_port) == "numbers"), None)
    memory = next((wire for wire in wires if role(site.kind, wire.target_port) == "context"), None)
    x, y = site.spec(own), site.spec(memory)
    if own is None or memory is None or x is None or y is None or x.shape[-1] == y.shape[-1]:
        return
    for edge, size in ((memory, number(x.shape[-1])), (own, number(y.shape[-1]))):
        if size is not None:
            yield from resized(site, edge, -1, size)
