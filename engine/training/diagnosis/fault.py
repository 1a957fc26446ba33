"""Which layer is at fault: the one that takes the gradient or makes the numbers, not the one that suffers from it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final

from engine import layers
from engine.problems.looking import PASSES_THROUGH
from engine.training.diagnosis.course import Course
from engine.training.diagnosis.places import graph_at, node_at
from engine.training.findings import LayerHealth, NodePath

Layers = Mapping[NodePath, LayerHealth]
ALONE: Final = 0.5
"""The share of all that is lost (in orders of magnitude) from which on one layer is at fault and not a chain."""
TAKES: Final = 0.6
"""A layer of a chain leaves less than this of the gradient: a sigmoid leaves a quarter at most, tanh near 0 all."""
LOUD: Final = 5.0
"""Root mean square from which on numbers are large: activations are flat there, and sound ones stay near 1."""


def before(course: Course, path: NodePath, known: Layers) -> list[NodePath]:
    """The nodes whose results a node reads, in the same drawing, of which something was measured."""
    drawing = graph_at(course.facts.graph, path.inside)
    if drawing is None or path.node not in drawing.nodes:
        return []
    sources = dict.fromkeys(edge.source for edge in drawing.incoming[path.node].values())
    return [at for source in sources if (at := NodePath(path.inside, source, path.path)) in known]


def passed(course: Course, known: Layers) -> Iterator[tuple[NodePath, float]]:
    """Of each node, in the order in which they computed, the gradient at its input by that at its result."""
    for path, health in known.items():
        mine = [known[at].gradient for at in before(course, path, known)]
        if mine and health.gradient and all(value == value for value in (*mine, health.gradient)):
            yield path, max(mine) / health.gradient


def taker(course: Course, known: Layers) -> tuple[NodePath | None, int]:
    """The layer that takes the gradient away, and how many do: one alone, or the first of a chain.

    Of a chain activations that are flat at their ends come before layers with weights.
    """
    factors = {path: factor for path, factor in passed(course, known) if factor < TAKES}
    if not factors:
        return None, 0
    least = min(factors, key=factors.__getitem__)
    lost = {path: -math.log(factor) if factor else math.inf for path, factor in factors.items()}
    if lost[least] >= ALONE * sum(lost.values()):
        return least, 1
    flat = [path for path in factors if _kind(course, path).saturates]
    chain = flat if sum(lost[path] for path in flat) >= ALONE * sum(lost.values()) else list(factors)
    return chain[0], len(chain)


def grower(course: Course, known: Layers) -> tuple[NodePath | None, int]:
    """The layer that makes the gradient large, and how many do: the first of those that do most."""
    factors = {path: factor for path, factor in passed(course, known) if factor > 1}
    most = max(factors.values(), default=0.0)
    chain = [path for path, factor in factors.items() if math.log(factor) >= ALONE * math.log(most)]
    return (chain[0], len(chain)) if chain else (None, 0)


def maker(course: Course, path: NodePath, known: Layers) -> NodePath:
    """The layer that makes the numbers an activation gets: the one before it, apart from what hands them on."""
    found = path
    while len(sources := before(course, found, known)) == 1:
        found = sources[0]
        if _kind(course, found).numbers not in PASSES_THROUGH:
            break
    return found


def amplifier(course: Course, path: NodePath, known: Layers) -> NodePath:
    """The layer that makes the numbers an activation gets large: back to where they were not yet."""
    found = maker(course, path, known)
    while sources := before(course, found, known):
        loudest = max(sources, key=lambda at: known[at].rms)
        if not known[loudest].rms > LOUD:
            break
        found = loudest
    return found


def _kind(course: Course, path: NodePath) -> type[layers.Layer]:
    node = node_at(course.facts.graph, path.inside, path.node)
    return layers.kind("" if node is None else node.type)
