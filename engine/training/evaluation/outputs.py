"""The Outputs of a graph as what a network is judged by: heads that learn fields of the data, terms of the loss."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence

import torch

from engine.data.binding import Binding
from engine.data.class_axis import class_axis
from engine.data.datasets import Field
from engine.data.pipeline import Part
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.losses import compares
from engine.metrics.units import Units
from engine.shapes import Report
from engine.training.evaluation.network import Head, Term
from engine.training.evaluation.tasks import class_weights, task


def heads(
    graph: Graph,
    report: Report,
    binding: Binding,
    fields: Mapping[str, Field],
    parts: Sequence[Part],
    asked: tuple[str, ...] | None = None,
    uncovered: Collection[str] = (),
    naive: Mapping[str, tuple[float, ...]] | None = None,
    units: Mapping[str, Units] | None = None,
    device: torch.device | None = None,
) -> tuple[Head, ...]:
    """The Outputs with a loss, in creation order; ``parts`` are those of the data, training first.

    ``asked`` are the metrics asked for (None: what fits each), ``uncovered`` the masks that variations leave open,
    ``naive`` how far the naive forecast of a field is off in the training part, ``units`` those of the data for fields
    that transforms have changed. ``device`` is where answers are compared, which the data need not lie on (None: do).
    """
    result = []
    for index, node in enumerate(graph.of_type("Output")):
        output = report.layer(node.id)
        if node.id not in binding.targets or not isinstance(output, Output):
            continue
        name = binding.targets[node.id]
        (answer,) = report.inputs[node.id]
        job = dataclasses.replace(task(output, answer, fields[name]), naive=(naive or {}).get(name, ()))
        if job.kind == "values":
            job = dataclasses.replace(job, units=(units or {}).get(name))
        target = parts[0].values(name)
        ignored = output.ignored is not None and (
            name in uncovered or any(bool((part.values(name) == output.ignored).any()) for part in parts)
        )
        axis = class_axis(output, answer, fields[name]).axis
        soft = job.kind == "classes" and target.is_floating_point()
        weights = class_weights(output, target.movedim(axis, -1) if soft and axis is not None else target, job)
        masked = ignored or (weights is not None and not bool(weights.all()))
        weights = None if weights is None else weights.to(device)
        chosen = job.chosen(asked)
        result.append(Head(node.name, output, index, name, job, masked, chosen, weights, node.id, axis))
    return tuple(result)


def terms(graph: Graph, report: Report) -> tuple[Term, ...]:
    """The Outputs that are a term of the loss, in creation order."""
    found = []
    for index, node in enumerate(graph.of_type("Output")):
        output = report.layer(node.id)
        if isinstance(output, Output) and output.loss is not None and not compares(output.loss):
            found.append(Term(node.name, output, index, node.id))
    return tuple(found)
