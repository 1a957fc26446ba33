"""Fixes of joins of several branches of which more than one does not fit: all of them are made alike in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from engine.dims import Dim
from engine.edits import Compound, Edit
from engine.graph import Edge
from engine.problems.ways.fault_site import FaultSite, Way
from engine.problems.ways.size_ways import alike
from engine.problems.ways.values import listed

MOST_OF_ONE = 6
"""How many ways are tried for each branch."""


def every_branch(site: FaultSite) -> Iterator[Way | None]:
    """Each branch that differs made as most of them are, by the first way that does it."""
    wires = site.wires()
    if len(wires) < 3 or site.graph is not site.project:
        return
    sizes = {wire: _joined(site, wire) for wire in wires}
    usual = Counter(sizes.values()).most_common(1)[0][0]
    other = next(wire for wire in wires if sizes[wire] == usual)
    edits: list[Edit] = []
    made: list[str] = []
    labels: list[str] = []
    for wire in wires:
        x, y = site.spec(wire), site.spec(other)
        if sizes[wire] == usual or x is None or y is None:
            continue
        for way in islice(alike(site, wire, x, other, y), MOST_OF_ONE):
            if way is not None and _fits(site, [*edits, *way.edits], wire, usual):
                edits += way.edits
                made += way.made
                labels.append(way.label)
                break
            yield None
        else:
            return
    if len(labels) > 1:
        yield Way(listed([labels[0], *(label[0].lower() + label[1:] for label in labels[1:])]), edits, tuple(made))


def _joined(site: FaultSite, wire: Edge) -> tuple[Dim, ...]:
    """The sizes on a wire that must agree with the others."""
    x, axis = site.spec(wire), site.value("dim")
    shape = x.shape if x is not None else ()
    apart = axis % len(shape) if isinstance(axis, int) and shape and site.node and site.node.type == "Concat" else -1
    return tuple(size for index, size in enumerate(shape) if index != apart)


def _fits(site: FaultSite, edits: list[Edit], wire: Edge, usual: tuple[Dim, ...]) -> bool:
    """Whether what arrives where this wire does is as most are, after these edits."""
    with site.trial.attempt(Compound(tuple(edits), "")) as attempt:
        for _ in attempt.shapes():
            pass
        now = site.graph.incoming[site.id].get(wire.target_port)
        return now is not None and _joined(site, now) == usual
