"""Fixes that take back what was typed last: the values with which a layer and those above it were in order before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.edits import MISSING
from engine.graph import Node
from engine.problems.looking import above
from engine.problems.ways.fault_site import FaultSite, Way

MOST: Final = 3
"""How many layers further up are taken back, each by itself."""


def previous(site: FaultSite) -> Iterator[Way | None]:
    """The values of the guilty layer while it had a result; else those that a layer above it had before."""
    node, report = site.node, site.report
    if node is None or site.graph is not site.project:
        return
    yield _as_before(site, node, report.sound.get(node.id))
    upwards = report.earlier.keys() & above(site.graph, node.id)
    for node_id in sorted(upwards, key=site.graph.rank, reverse=True)[:MOST]:
        yield _as_before(site, site.graph.nodes[node_id], report.earlier[node_id])


def _as_before(site: FaultSite, node: Node, before: Node | None) -> Way | None:
    if before is None or before.type != node.type:
        return None
    values = {
        name: before.parameters.get(name, MISSING)
        for name in dict.fromkeys((*node.parameters, *before.parameters))
        if node.parameters.get(name, MISSING) != before.parameters.get(name, MISSING)
    }
    return site.set(values, of=node.id) if values else None
