"""Fixes for sequences: positions, masks, states, and steps that were flattened away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from engine import layers
from engine.edits import MISSING, Connect, Disconnect, Edit, RemoveNode, SetParameter
from engine.graph import Edge
from engine.problems.looking import PASSES_THROUGH, above, keeps_layout, kind_of, maps_features, role
from engine.problems.ways.fault_site import FaultSite, Step, Way, number
from engine.problems.ways.field_ways import target
from engine.problems.ways.width_ways import features_last, resized


def back_in_shape(site: FaultSite) -> Iterator[Way | None]:
    """Steps that a Flatten has merged, taken from before it."""
    edge, node = site.edge(), site.node
    if edge is None or node is None or not (site.kind.attends or site.kind.family == "Recurrent"):
        return
    flat = site.graph.nodes[edge.source]
    before = list(site.graph.incoming[flat.id].values())
    if flat.type == "Flatten" and len(before) == 1:
        spec = site.spec(before[0])
        if spec is not None and spec.rank == 3:
            yield replace(site.remove(flat.id), spares=True)
        if spec is not None and spec.rank > 3:
            yield site.set(of=flat.id, start_dim=2, end_dim=-1)
            if spec.rank == 4:
                yield site.set(of=flat.id, start_dim=1, end_dim=2)
    x = site.spec(edge)
    if x is not None and x.rank == 4 and features_last(site, edge):  # the words of several pages
        yield site.insert(edge, ("Flatten", {"start_dim": 1, "end_dim": 2}))
    one_step = site.kind.family == "Recurrent" and not site.kind.runs_over_time
    if one_step and x is not None and x.rank == 3:
        yield _over_time(site)
        yield site.insert(edge, ("Select", {"dim": 1, "index": -1}))
    if kind_of(site.graph, flat.id).runs_over_time and edge.source_port != "output":
        yield site.rewire(edge, flat.id, "output", f"Take all steps of {flat.name}")


def _over_time(site: FaultSite) -> Way | None:
    """The layer that does for all steps what the guilty one does for one; its last answer goes where that went."""
    node = site.graph.node(site.id)
    whole, wires = node.type.removesuffix("Cell"), site.graph.incoming[node.id]
    states = {edge.source_port for edge in site.graph.outgoing[node.id]} - {site.kind.outputs[0].name}
    if not layers.kind(whole).runs_over_time or len(wires) != 1 or states:
        return None
    fields = layers.get(whole).model_fields
    kept = {name: value for name, value in node.parameters.items() if name in fields}
    return site.exchanged(node, whole, kept, f"Change to {whole} and take its last answer", leaving="last")


def positions(site: FaultSite) -> Iterator[Way | None]:
    """Positions for the steps before they are attended to."""
    edges = site.wires()
    if not edges:
        return
    x = site.spec(edges[0])
    kinds: list[Step] = [("SinusoidalPositions", {})]
    if x is not None and x.rank == 3 and (steps := number(x.shape[1])) is not None:
        kinds.append(("LearnedPositions", {"max_length": steps}))
    for kind in kinds:
        yield site.insert(edges[0], kind)
    # where query, key and value share a source, all of them need the positions: put them at that source
    shared = {edge.source for edge in edges}
    for source in shared:
        for before in site.graph.incoming[source].values():
            for kind in kinds:
                yield site.insert(before, kind)
    order = {node_id: index for index, node_id in enumerate(site.graph.order())}
    for node_id in sorted(above(site.graph, site.id), key=lambda n: -order[n]):
        learns = kind_of(site.graph, node_id)
        if learns.vocabulary_parameter or maps_features(learns):
            for edge in site.graph.outgoing[node_id]:
                yield site.insert(edge, kinds[0])


def causal(site: FaultSite) -> Iterator[Way | None]:
    """No looking ahead."""
    node = site.node
    if node is None:
        return
    parameter, value = site.kind.causal_by
    if parameter:
        yield site.set({parameter: value})


MASKS: Final = (
    "padding",
    *("key_padding_mask", "src_key_padding_mask", "memory_key_padding_mask", "tgt_key_padding_mask"),
    *("attn_mask", "src_mask", "tgt_mask", "memory_mask"),
)


def as_needed(site: FaultSite) -> Iterator[Way | None]:
    """The value on the guilty wire in the shape that is needed: another Input, a slice of it, a layer's width."""
    error, edge = site.report.errors.get(site.id), site.edge()
    x = site.spec(edge)
    if error is None or error.needed is None or edge is None or x is None:
        return
    needed = error.needed
    source, through = edge.source, 0
    while kind_of(site.graph, source).numbers in PASSES_THROUGH and site.graph.incoming[source] and through < 9:
        source, through = next(iter(site.graph.incoming[source].values())).source, through + 1
    if site.graph.nodes[source].type == "Input" and needed[0] == x.shape[0]:
        plain = all(isinstance(size, int) or str(size).isalnum() for size in needed[1:])
        if plain and not through:
            yield site.set(of=source, shape=tuple(size if isinstance(size, int) else str(size) for size in needed[1:]))
    if len(needed) == x.rank:
        wrong = [axis for axis, (a, b) in enumerate(zip(x.shape, needed, strict=True)) if a != b]
        for axis in wrong:
            have, want = number(x.shape[axis]), number(needed[axis])
            if have is not None and want is not None and axis:
                if have > want:
                    yield site.insert(edge, ("Slice", {"dim": axis, "start": 0, "stop": want}))
                    yield site.insert(edge, ("Slice", {"dim": axis, "start": have - want, "stop": None}))
                yield from resized(site, edge, axis, want)
        # a layer between that keeps the number of steps would do as well
        for node_id in sorted(above(site.graph, site.id)):
            layer = site.report.layer(node_id)
            if layer is not None and len(layer.windows()) == 1:
                yield site.set(of=node_id, stride=1)
                yield site.set(of=node_id, stride=1, padding=1)


def masks(site: FaultSite) -> Iterator[Way | None]:
    """One mask only, and one of the right shape."""
    node, edge = site.node, site.edge()
    if node is None:
        return
    hidden = site.graph.incoming[node.id].get("src_key_padding_mask")
    if hidden is not None and edge is None and site.problem.port == "memory_key_padding_mask":
        wire = Edge(hidden.source, hidden.source_port, node.id, "memory_key_padding_mask")
        yield Way(f"Connect {site.graph.nodes[hidden.source].name} to memory_key_padding_mask", (Connect(wire),))
    for name in ("is_causal", "tgt_is_causal", "src_is_causal"):
        if node.parameters.get(name) is True:
            yield Way(f"Set {name} to False", (SetParameter(node.id, name, MISSING),))
    x = site.spec(edge)
    if edge is None or x is None:
        return
    if x.dtype == "int64" and edge.target_port != "attn_mask":
        yield site.insert(edge, ("PaddingMask", {}))
    if x.rank == 2:
        yield site.insert(edge, ("Permute", {"dims": (1, 0)}))
        yield site.insert(edge, ("Unsqueeze", {"dim": 1}))
        yield site.insert(edge, ("Unsqueeze", {"dim": -1}))
        yield site.insert(edge, ("Unsqueeze", {"dim": 1}), ("Unsqueeze", {"dim": 1}))
    if x.rank == 3:
        one: Step = ("Select", {"dim": -1, "index": 0})
        yield site.insert(
            edge, ("Permute", {"dims": (1, 2, 0)}), one, label="Insert Permute and Select: one mask for all"
        )
        yield site.insert(edge, ("Unsqueeze", {"dim": 1}))
        yield site.insert(edge, ("Select", {"dim": 1, "index": 0}))
        yield site.insert(edge, ("Squeeze", {"dim": 1}))
        yield site.insert(edge, ("Permute", {"dims": (0, 2, 1)}))
    # a mask made from other scores: made from those that are masked instead
    wires = site.wires()
    if node.type == "MaskedFill" and len(wires) == 2 and site.graph.nodes[edge.source].type == "CausalMask":
        scores = next(wire for wire in wires if wire.target_port == "input")
        into = next(iter(site.graph.incoming[edge.source].values()), None)
        if into is not None and into.source != scores.source:
            yield site.rewire(into, scores.source, scores.source_port, "Make the mask from the same scores")
    # a mask of samples and steps given where steps by steps are wanted, or the other way round
    for other in MASKS:
        if edge.target_port in MASKS and other not in site.graph.incoming[node.id]:
            moved = Edge(edge.source, edge.source_port, node.id, other)
            yield Way(f"Lead the mask to {other}", (Disconnect(edge), Connect(moved)))
    parameter, value = site.kind.causal_by
    if site.layer is not None and parameter and role(site.kind, edge.target_port) == "mask":
        edits = (Disconnect(edge), SetParameter(node.id, parameter, value))
        yield Way(f"Set {parameter} instead of the mask", edits, keeps=False)


def answer_not_state(site: FaultSite) -> Iterator[Way | None]:
    """The answer at the last step, where a state, whose first axis is that of layers, was led on."""
    wires, seen = site.wires(), set[str]()
    while wires:
        wire = wires.pop()
        ports = site.report.outputs.get(wire.source, {})
        if wire.source in seen:
            continue
        seen.add(wire.source)
        if kind_of(site.graph, wire.source).runs_over_time:
            if wire.source_port not in ("output", "last") and "last" in ports:
                label = f"Take last of {site.graph.nodes[wire.source].name}"
                if site.graph.nodes[wire.target].type == "Flatten" and wire.target != site.id:
                    yield _past_flatten(site, wire, label)
                yield site.rewire(wire, wire.source, "last", label)
        else:
            wires += site.graph.incoming[wire.source].values()


def _past_flatten(site: FaultSite, wire: Edge, label: str) -> Way:
    """The answer led to where a Flatten, which would have nothing to do, led the state."""
    readers = list(site.graph.outgoing[wire.target])
    edits: list[Edit] = [Disconnect(wire), *map(Disconnect, readers), RemoveNode(wire.target)]
    edits += [Connect(Edge(wire.source, "last", each.target, each.target_port)) for each in readers]
    name = site.graph.nodes[wire.target].name
    return Way(f"{label} and remove {name}", tuple(edits), keeps=False, spares=True)


def both_states(site: FaultSite) -> Iterator[Way | None]:
    """All states of one layer handed to another of the same size, where its answer or one of them was wired."""
    edge, layer = site.edge(), site.layer
    if edge is None or layer is None or not layer.runs_over_time:
        return
    source, name = edge.source, site.graph.nodes[edge.source].name
    theirs = [port for port in site.report.outputs.get(source, {}) if port.endswith("_n")]
    ours = [port.name for port in layer.input_ports() if role(site.kind, port.name) == "state"]
    if not kind_of(site.graph, source).runs_over_time or len(theirs) != len(ours):
        return
    wired = [wire for wire in site.wires() if wire.target_port in ours]
    edits: list[Edit] = [*map(Disconnect, wired)]
    edits += [Connect(Edge(source, a, site.id, b)) for a, b in zip(theirs, ours, strict=True)]
    sizes = {key: site.value(key, site.graph.nodes[source]) for key in ("num_layers", "bidirectional", "hidden_size")}
    label = f"Take {' and '.join(theirs)} of {name}"
    yield Way(label, tuple(edits), keeps=True)
    yield Way(f"{label} and set its sizes alike", (*edits, *site.set(sizes).edits), keeps=True)


def states(site: FaultSite) -> Iterator[Way | None]:
    """Sizes that let the state of one layer begin another."""
    node, edge = site.node, site.edge()
    if node is None or site.layer is None:
        return
    fields = type(site.layer).model_fields
    for wire in [edge, *site.wires()]:
        x = site.spec(wire)
        if wire is None or x is None or wire.target_port == "input":
            continue
        if wire.target_port == "lengths":
            if x.rank == 2 and x.dtype == "int64":
                yield site.insert(wire, ("SequenceLengths", {}))
            yield from _lengths(site, wire.source)
        size = number(x.shape[-1]) if x.shape else None
        if "hidden_size" in fields and size is not None and size != site.value("hidden_size"):
            yield site.set(hidden_size=size)
            yield from resized(site, wire, -1, site.integer("hidden_size"))
        source = site.graph.nodes[wire.source]
        if site.kind.runs_over_time and kind_of(site.graph, source.id).runs_over_time:
            for name in ("num_layers", "bidirectional", "hidden_size"):
                theirs = site.value(name, source)
                if theirs != site.value(name):
                    yield site.set({name: theirs})
                    yield site.set({name: site.value(name)}, of=source.id)
            both = ("num_layers", "bidirectional", "hidden_size")
            sizes = {n: site.value(n, source) for n in both}
            yield site.set(sizes, label=f"Set its sizes as {source.name} has them")
        for port in site.report.outputs.get(wire.source, {}):
            if port != wire.source_port:
                yield site.rewire(wire, wire.source, port, f"Take {port} of {site.graph.nodes[wire.source].name}")
        if x.rank == 2:
            yield site.insert(wire, ("Unsqueeze", {"dim": 1}), ("Permute", {"dims": (1, 0, 2)}))
        if x.rank == 3:
            yield site.insert(wire, ("Permute", {"dims": (1, 0, 2)}))
            yield site.insert(wire, ("Select", {"dim": 0, "index": -1}))
            yield site.insert(wire, ("Select", {"dim": 1, "index": -1}))
    # one of two states is missing: take the other from where the first one comes from
    wired = {wire.target_port: wire for wire in site.wires()}
    for one, other in (("h_0", "c_0"), ("c_0", "h_0"), ("h", "c"), ("c", "h")):
        if one in wired and other not in wired and other in {port.name for port in site.layer.input_ports()}:
            start = wired[one].source
            for port in site.report.outputs.get(start, {}):
                if port != wired[one].source_port and port != "output":
                    yield site.wire(start, port, other)
            yield site.wire(start, wired[one].source_port, other)


def _lengths(site: FaultSite, source: str) -> Iterator[Way | None]:
    if site.graph.nodes[source].type == "Input":
        yield site.set(of=source, shape=(), dtype="int64", label="Make the lengths one integer a sample")


def batch_first(site: FaultSite) -> Iterator[Way | None]:
    """The layer told that samples come first, as they do."""
    yield site.set(batch_first=True)


def stacked(site: FaultSite) -> Iterator[Way | None]:
    """Two layers, with something between them to drop; else dropout of the steps, or none."""
    yield site.set(num_layers=2)
    share = site.value("dropout")
    for edge in list(site.graph.outgoing[site.id])[:1]:
        after = site.insert(edge, ("Dropout", {"p": share}))
        if after is not None:
            label = f"Set dropout to 0 and insert Dropout({share}) after it"
            yield Way(label, (*site.set(dropout=0.0).edits, *after.edits), after.made)
    yield site.set(dropout=0.0)


def last_output(site: FaultSite) -> Iterator[Way | None]:
    """The end of both passes, which the layer gives by itself, instead of the last step."""
    edge = into = site.edge("input")
    while edge is not None and not kind_of(site.graph, edge.source).runs_over_time:
        edge = next(iter(site.graph.incoming[edge.source].values()), None)
    if edge is None or into is None:
        return
    last = Edge(edge.source, "last", edge.target, edge.target_port)
    start = last if edge is into else into
    readers = list(site.graph.outgoing[site.id])
    edits: list[Edit] = [*map(Disconnect, dict.fromkeys([edge, into, *readers])), RemoveNode(site.id)]
    edits += [Connect(last)] if edge is not into else []
    edits += [Connect(Edge(start.source, start.source_port, each.target, each.target_port)) for each in readers]
    yield Way(f"Take last of {site.graph.nodes[edge.source].name} instead", tuple(edits), keeps=False)


def last_of_states(site: FaultSite) -> Iterator[Way | None]:
    """The same where a state was to be brought into the shape of an answer."""
    edge = site.edge("input")
    if edge is None or not kind_of(site.graph, edge.source).runs_over_time or not edge.source_port.endswith("_n"):
        return
    if not site.value("bidirectional", site.graph.nodes[edge.source]):
        yield site.exchange("Select", {"dim": 0, "index": -1}, "Change to Select(0, -1): the state of the top layer")
    yield from last_output(site)


def answer_at_the_end(site: FaultSite) -> Iterator[Way | None]:
    """The answer after the last step, where one label a sample is learned and all steps were led on."""
    edge, field = site.edge("input"), target(site)
    x = site.spec(edge)
    if edge is None or x is None or x.rank != 3 or field is None or field.shape not in ((), (1,)):
        return
    while (before := list(site.graph.incoming[edge.source].values())) and len(before) == 1:
        kind = kind_of(site.graph, edge.source)
        if kind.runs_over_time or not (keeps_layout(kind) or maps_features(kind)):
            break
        edge = before[0]
    if kind_of(site.graph, edge.source).runs_over_time and edge.source_port == "output":
        yield site.rewire(edge, edge.source, "last", f"Take last of {site.graph.nodes[edge.source].name}")
