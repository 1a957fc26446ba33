"""What the data says of shapes, classes and vocabularies, for those who look for fixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.data.datasets import DataError, Field
from engine.data.fields import fields
from engine.graph import Graph
from engine.layers.endpoints import Input, Output
from engine.problems.ways.fault_site import FaultSite
from engine.settings.resolution import SettingFault, resolve_settings


def known_fields(project: Graph) -> Mapping[str, Field]:
    """The fields of the chosen data; none where no usable data is chosen."""
    resolved = resolve_settings(project)
    if isinstance(resolved, SettingFault) or not resolved[0].chosen:
        return {}
    try:
        return fields(resolved[0])
    except DataError:
        return {}


def data_shapes(project: Graph, layer: Input) -> Iterator[tuple[int, ...]]:
    """The shapes in the data that an Input could have."""
    for field in known_fields(project).values():
        if field.role == "input":
            yield field.shape


def vocabulary_of(known: Mapping[str, Field]) -> int | None:
    """How many different numbers the inputs among these fields hold, where that is known."""
    return max((field.classes for field in known.values() if field.role == "input" and field.classes), default=None)


def vocabulary(site: FaultSite) -> int | None:
    """How many different numbers the data has to look up."""
    return vocabulary_of(known_fields(site.project))


def target(site: FaultSite) -> Field | None:
    """The field of the data that the guilty Output learns."""
    return target_field(site, site.id)


def target_field(site: FaultSite, node_id: str) -> Field | None:
    """The field of the data that an Output learns."""
    known = known_fields(site.project)
    layer = site.report.layer(node_id)
    if isinstance(layer, Output) and layer.field is not None and layer.field in known:
        return known[layer.field]
    return next((field for field in known.values() if field.role == "target"), None)
