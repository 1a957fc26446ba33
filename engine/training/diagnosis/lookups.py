"""Numbers that are looked up in tables: an index that no row has is found before the first step.

torch would stop in the middle of an epoch ("index out of range in self"), and on an accelerator without saying where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine import layers
from engine.blocks.use import Use
from engine.data.pipeline import Part, Prepared
from engine.graph import Graph, Node
from engine.layers.layer import Layer
from engine.problems.looking import PASSES_THROUGH
from engine.shapes import Report
from engine.training.plan import TrainingPlan
from engine.training.status import TrainingError


class Lookup(NamedTuple):
    """A table that a field is looked up in: the node within blocks, how many rows it has, and who says so."""

    inside: tuple[str, ...]
    node: Node
    rows: int
    parameter: str
    field: str


def check_lookups(plan: TrainingPlan, data: Prepared) -> None:
    """Whether every number that is looked up has a row. Raises TrainingError with the first that has none."""
    for lookup in lookups(plan.graph, plan.report, plan.binding.inputs):
        for name in ("train", "validation", "test"):
            part: Part = getattr(data, name)
            _check(lookup, part)


def lookups(graph: Graph, report: Report, fields: Mapping[str, str], inside: tuple[str, ...] = ()) -> Iterator[Lookup]:
    """The tables that are looked into with a field as it is; ``fields`` are those that nodes give, by id."""
    given = dict(fields)
    for node_id in graph.order():
        node, layer = graph.nodes[node_id], report.layer(node_id)
        edges = graph.incoming[node_id]
        if isinstance(layer, Use):
            yield from _within(graph, report, node, layer, given, inside)
        elif isinstance(layer, Layer) and edges and report.complete(node_id):
            first = edges.get(layer.input_ports()[0].name)
            field = given.get(first.source) if first is not None else None
            kind = layers.kind(node.type)
            if field is None:
                continue
            if kind.vocabulary_parameter:
                rows = getattr(layer, kind.vocabulary_parameter)
                yield Lookup(inside, node, rows, kind.vocabulary_parameter, field)
            elif kind.numbers in (*PASSES_THROUGH, "chosen") and len(edges) == 1:
                given[node_id] = field


def _within(
    graph: Graph, report: Report, node: Node, use: Use, given: Mapping[str, str], inside: tuple[str, ...]
) -> Iterator[Lookup]:
    """The tables in a block that get what reaches a use of it, in its first repeat."""
    found = next((found for found, _, _ in use.passes(*report.inputs[node.id])), None)
    if found is not None and found.fault is None:
        edges = graph.incoming[node.id]
        fields = {
            start.id: given[edges[start.id].source]
            for start in found.graph.of_type("BlockInput")
            if start.id in edges and edges[start.id].source in given
        }
        yield from lookups(found.graph, found.report, fields, (*inside, node.id))


def _check(lookup: Lookup, part: Part) -> None:
    if not len(part):
        return
    values = part.values(lookup.field)
    if values.is_floating_point() or not values.numel():
        return
    low, high = int(values.min()), int(values.max())
    if low >= 0 and high < lookup.rows:
        return
    wrong = (values < 0) | (values >= lookup.rows)
    sample = int(wrong.flatten(1).any(1).nonzero()[0]) if wrong.dim() > 1 else int(wrong.nonzero()[0])
    number = int(values[sample].flatten()[wrong[sample].flatten()][0])
    node, outer = lookup.node, lookup.inside
    advice = (
        f"If {number} only fills samples up, give it a number of its own from 0 on (padding_idx leaves it out)."
        if number < 0
        else f"Set {lookup.parameter} to {high + 1}."
    )
    raise TrainingError(
        f"{node.name} ({node.type}) has rows for the numbers 0 … {lookup.rows - 1}, but the field {lookup.field!r} "
        f"holds {number} (sample {int(part.indices[sample])}). {advice}",
        node=outer[0] if outer else node.id,
        inside=(*outer[1:], node.id) if outer else (),
        field=lookup.field,
    )
