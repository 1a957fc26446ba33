"""Fixes of layout: an image seen as a whole, channels or features where a layer looks for them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.edits import AddNode, SetParameter
from engine.graph import Edge
from engine.layers.endpoints import Input
from engine.problems.looking import kind_of, maps_features
from engine.problems.ways.axis_ways import FLATTEN, global_pool
from engine.problems.ways.fault_site import FaultSite, Step, Way, listed


def whole_image(site: FaultSite) -> Iterator[Way | None]:
    """Let a Linear layer see all of an image."""
    edge = site.edge("input")
    yield site.insert(edge, FLATTEN)
    yield from _flattened_first(site, edge)
    yield site.insert(edge, global_pool(4), FLATTEN, label="Insert global average pooling")


def _flattened_first(site: FaultSite, edge: Edge | None) -> Iterator[Way | None]:
    """The same where something further down has to go for it, because there is no image any more to be boiled down."""
    gone, current = [], site.id
    while len(wires := list(site.graph.outgoing[current])) == 1:
        current, x = wires[0].target, site.spec(wires[0])
        kind = kind_of(site.graph, current)
        if x is None or x.rank < 3 or not kind.inputs:
            break
        if kind.family == "Reduction" or kind.numbers in ("same", "averaged", "pooled"):
            gone.append(current)
    flat = site.insert(edge, FLATTEN)
    if gone and flat is not None:
        names = listed([site.graph.nodes[node_id].name for node_id in gone])
        bare = site.remove(*gone)
        yield Way(f"{flat.label} and remove {names}", (*flat.edits, *bare.edits), flat.made, keeps=False, spares=True)


def features_second(site: FaultSite) -> Iterator[Way | None]:
    """The features to the channels' position; where the layer keeps their number, back again after it."""
    edge = site.edge("input")
    turn: Step = ("Permute", {"dims": (0, 2, 1)})
    there = site.insert(edge, turn)
    after = list(site.graph.outgoing[site.id])
    if there is not None and len(after) == 1:
        taken = {edit.node.name for edit in there.edits if isinstance(edit, AddNode)}
        back = site.insert(after[0], turn, taken=taken)
        if back is not None and (site.kind.numbers == "standardized" or _wants_features_last(site, after[0].target)):
            label = f"{there.label} before and after it"
            yield Way(label, (*there.edits, *back.edits), (*there.made, *back.made))
    yield there


def _wants_features_last(site: FaultSite, node_id: str) -> bool:
    kind = kind_of(site.graph, node_id)
    return kind.runs_over_time or kind.attends or maps_features(kind)


def channels_first(site: FaultSite) -> Iterator[Way | None]:
    """Channels to the front: by a layer, or at the Input where the data has them there."""
    edge = site.edge()
    yield site.insert(edge, ("Permute", {"dims": (0, 3, 1, 2)}))
    current = edge
    while current is not None and site.graph.nodes[current.source].type != "Input":
        current = next(iter(site.graph.incoming[current.source].values()), None)
    if current is not None and isinstance(layer := site.report.layer(current.source), Input):
        height, width, channels = layer.shape
        name = site.graph.nodes[current.source].name
        edit = SetParameter(current.source, "shape", (channels, height, width))
        yield Way(f"Set shape of {name} to {channels} × {height} × {width}", (edit,))
