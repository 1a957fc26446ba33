"""Rules of scale: numbers that reach the first weights so large, or so unequal, that these cannot learn from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.blocks.use import Use
from engine.data.binding import input_field
from engine.data.datasets import DataError, Field
from engine.data.fields import fields
from engine.graph import Graph
from engine.layers.endpoints import Input
from engine.layers.layer import Layer
from engine.layers.merge import Scale
from engine.layers.nature import Numbers
from engine.problems.looking import called, kind_of
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.settings.resolution import SettingFault, resolve_settings
from engine.shapes import Report

LARGE: Final = 100.0
"""From this size on numbers are too large for weights as they start, which suit numbers around 1."""
UNEQUAL: Final = 1_000.0
"""So many times the smallest column the largest is all that is seen."""
KEEPS_SIZE: Final[frozenset[Numbers]] = frozenset(
    {"same", "chosen", "dropped", "noisy", "averaged", "pooled", "resampled"}
)


def input_scale(graph: Graph, report: Report) -> Found:
    """Numbers far from 1, or columns of unequal size, that nothing brings to one scale before the first weights.

    LeCun et al. 1998, Efficient BackProp, section 4.3
    """
    known = _known(graph) if "Input" in graph.types else {}
    for node in graph.of_type("Input") if known else ():
        layer = report.layer(node.id)
        if not isinstance(layer, Input) or layer.dtype != "float32":
            continue
        try:
            name = input_field(node, layer, known)
        except DataError:  # `input_fits_data` says it
            continue
        field = known[name]
        says, size = _out_of_scale(name, field)
        if says and _reaches_weights(graph, report, node.id, size, uneven=bool(field.column_bounds)):
            yield Problem(
                "warning",
                "input-scale",
                f"{called(graph, node)} gives {says}: the first weights, which start out for numbers around 1, learn "
                "badly from them. Standardise the field in the data settings.",
                node.id,
            )


def _known(graph: Graph) -> Mapping[str, Field]:
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault) or not resolved[0].chosen:
        return {}
    try:
        return fields(resolved[0])
    except DataError:  # `settings_valid` says it
        return {}


def _out_of_scale(name: str, field: Field) -> tuple[str, float]:
    """What is wrong with the size of a field's numbers, and the size; empty where nothing is."""
    sizes = [max(map(abs, known)) for known in field.column_bounds if known is not None]
    size = max(sizes, default=0.0) if field.bounds is None else max(map(abs, field.bounds))
    if size > LARGE:
        if sizes and size == max(sizes) and len(field.columns) == len(field.column_bounds):
            worst = max(zip(field.columns, field.column_bounds, strict=True), key=_size)[0]
            return f"{name!r}, whose column {worst!r} goes up to {size:,.6g}", size
        low, high = field.bounds or (0.0, size)
        return f"{name!r}, which goes from {low:,.6g} to {high:,.6g}", size
    there = [each for each in sizes if each > 0]
    if there and max(there) >= UNEQUAL * min(there):
        says = f"{name!r}, whose columns differ in size: one goes to {max(there):,.3g}, another to {min(there):,.3g}"
        return says, size
    return "", size


def _size(column: tuple[str, tuple[float, float] | None]) -> float:
    return max(map(abs, column[1])) if column[1] is not None else 0.0


def _reaches_weights(graph: Graph, report: Report, start: str, size: float, *, uneven: bool) -> bool:
    """Whether numbers of a size reach weights as they are, or a function that is flat for them.

    Where they are not ``uneven``, a norm after the first weights does as well as one before.
    """
    stack, seen = [(start, size)], set[str]()
    while stack:
        current, large = stack.pop()
        for edge in graph.outgoing[current]:
            target, layer = edge.target, report.layer(edge.target)
            if target in seen or layer is None or target not in report.outputs:
                continue
            seen.add(target)
            kind = kind_of(graph, target)
            if report.absent(target) is not None or _keeps_size(kind):
                stack.append((target, large))
            elif isinstance(layer, Scale):
                after = large * abs(layer.factor) + abs(layer.shift)
                if after > LARGE or uneven:
                    stack.append((target, after))
            elif isinstance(layer, Use):
                if _inside(layer, report, target, edge.target_port, large, uneven=uneven):
                    return True
            elif kind.family != "Normalization" and (kind.saturates or layer.weights(*report.inputs[target])):
                raw = uneven or not normed(graph, target)
                if raw:
                    return True
    return False


def _keeps_size(kind: type[Layer]) -> bool:
    """Whether its results are about as large as what comes in."""
    bends = kind.family == "Activation" and not kind.saturates and not kind.squashes
    adds = kind.joins_elementwise and kind.symbol == "+"
    return kind.numbers in KEEPS_SIZE or kind.family == "Padding" or bends or adds


def _inside(layer: Use, report: Report, node_id: str, port: str, size: float, *, uneven: bool) -> bool:
    """The same within a block, for what comes in at a port."""
    first = next(iter(layer.unfolded(*report.inputs[node_id])), None)
    if first is None or port not in first.graph.nodes:
        return False
    return _reaches_weights(first.graph, first.report, port, size, uneven=uneven)


def normed(graph: Graph, node_id: str) -> bool:
    """Whether what the first weights make is normalized right after: then the size of what came in does not matter."""
    readers = [edge.target for edge in graph.outgoing[node_id]]
    kinds = [(reader, kind_of(graph, reader)) for reader in readers]
    return bool(readers) and all(
        kind.family == "Normalization" or (_keeps_size(kind) and normed(graph, reader)) for reader, kind in kinds
    )


GRAPH = (GraphRule(input_scale),)
