"""Fixes of numbers that come in too large or too unequal: prepared with the data, or by a first layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.data.binding import input_field
from engine.data.datasets import DataError
from engine.drawing import along
from engine.edits import AddNode, Connect, Disconnect, Edit, Move
from engine.graph import Edge
from engine.layers.endpoints import Input
from engine.literals import literal
from engine.problems.looking import below
from engine.problems.ways.fault_site import FaultSite, Step, Way
from engine.problems.ways.field_ways import known_fields
from engine.problems.ways.setting_ways import setting


def standardised(site: FaultSite) -> Iterator[Way | None]:
    """The field brought to mean 0 and deviation 1, as measured on the training part."""
    layer, known = site.layer, known_fields(site.project)
    if not isinstance(layer, Input) or site.node is None or not known:
        return
    try:
        name = input_field(site.node, layer, known)
    except DataError:
        return
    raw = site.project.settings.get("data", {}).get("transforms", ())
    given = list(raw) if isinstance(raw, (list, tuple)) else []
    kept = [part for part in given if not _standardises(part, name)]
    label = f"Standardise {name} in the data settings"
    if len(kept) < len(given):
        label = f"Standardise {name} by its own mean and deviation"
    yield setting("data.transforms", literal([*kept, {"name": "standardise", "field": name}]), label)


def _standardises(transform: object, field: str) -> bool:
    return isinstance(transform, Mapping) and (transform.get("name"), transform.get("field")) == ("standardise", field)


def normed(site: FaultSite) -> Iterator[Way | None]:
    """A norm right after the Input: of each channel or feature over the batch, of steps over their features."""
    spec = site.report.spec(site.id)
    rank = spec.rank if spec is not None else 0
    kinds: dict[int, Step] = {2: ("BatchNorm1d", {}), 3: ("LayerNorm", {}), 4: ("BatchNorm2d", {})}
    if rank in kinds:
        yield _behind(site, kinds[rank])


def scaled(site: FaultSite) -> Iterator[Way | None]:
    """Pixels divided by their largest value."""
    spec, known = site.report.spec(site.id), known_fields(site.project)
    if spec is None or spec.rank != 4:
        return
    if any(field.bounds == (0, 255) and field.role == "input" for field in known.values()):
        yield _behind(site, ("Scale", {"factor": round(1 / 255, 6)}))


def _behind(site: FaultSite, step: Step) -> Way | None:
    """A layer between the guilty node and all that reads it."""
    site.taken = set()
    node = site.fresh(*step)
    readers = list(site.graph.outgoing[site.id])
    if not readers:
        return None
    after = along(site.graph, site.graph.positions[site.id], 1)
    lower = {each: site.graph.positions[each] for each in below(site.graph, site.id)}
    edits: list[Edit] = [*map(Disconnect, readers), AddNode(node, after)]
    edits.append(Connect(Edge(site.id, readers[0].source_port, node.id, "input")))
    edits += [Connect(Edge(node.id, "output", edge.target, edge.target_port)) for edge in readers]
    edits.append(Move({each: along(site.graph, at, 1) for each, at in lower.items()}))
    return Way(f"Insert {site.titled(node)} after {site.graph.nodes[site.id].name}", tuple(edits), (node.id,))
