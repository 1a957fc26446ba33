"""Fixes of layers for images where signals come, or the other way round: all that follow are exchanged in one step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.edits import Compound, Edit
from engine.graph import GraphError
from engine.problems.looking import below
from engine.problems.ways.fault_site import FaultSite, Way
from engine.problems.ways.values import listed, number

MOST: Final = 24
"""How many layers are exchanged in one step."""
LONG: Final = 3
"""So many times as long as wide is no image."""


def all_along(site: FaultSite) -> Iterator[Way | None]:
    """Conv1d and MaxPool1d for a signal, where Conv2d and MaxPool2d are drawn."""
    x, edits, names = site.spec(site.edge()), list[Edit](), list[str]()
    if x is None or site.graph is not site.project or not 3 <= x.rank <= 5:
        return
    sizes = [size for size in map(number, x.shape[1:]) if size]
    if x.rank == 3 and (len(sizes) < 2 or max(sizes) < LONG * min(sizes)):
        return  # an image without its axis of channels
    if x.rank == 4 and sizes[:1] not in ([1], [3]):
        return  # a volume without it
    wrong: str | None = site.id
    while wrong is not None and len(names) < MOST:
        try:
            way = _exchanged(site, wrong, edits)
        except GraphError:
            way = None
        if way is None:
            return
        edits += way.edits
        names.append(way.label)
        with site.trial.attempt(Compound(tuple(edits), "")) as attempt:
            for _ in attempt.shapes():
                pass
            faults = site.report.errors
            after = [n for n in below(site.graph, site.id) | {site.id} if n in faults and faults[n].code == "axes"]
            wrong = min(after, key=site.graph.rank, default=None)
        yield None
    if len(names) > 1:
        yield Way(f"Change {listed(names)}", tuple(edits))


def _exchanged(site: FaultSite, node_id: str, before: list[Edit]) -> Way | None:
    """The same layer for as many axes as it gets."""
    with site.trial.attempt(Compound(tuple(before), "")) as attempt:
        for _ in attempt.shapes():
            pass
        node, wires = site.graph.nodes[node_id], list(site.graph.incoming[node_id].values())
        x = site.spec(wires[0]) if len(wires) == 1 else None
        if x is None or node.type[-1:] != "d" or not node.type[-2:-1].isdigit() or not 3 <= x.rank <= 5:
            return None
        values = {
            name: value[0] if isinstance(value, tuple) and value else value for name, value in node.parameters.items()
        }
        kind = f"{node.type[:-2]}{x.rank - 2}d"
        return site.exchanged(node, kind, values, f"{node.name} to {kind}")
