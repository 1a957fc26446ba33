"""Gradients over time: how much the loss depends on each step of what the recurrent layers read."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from engine.graph import Graph
from engine.inside.looking.errors import LookingError
from engine.inside.looking.layer_answers import AnswerId, LayerAnswer
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Lines
from engine.inside.looking.samples import first
from engine.layers import kind
from engine.training.diagnosis.places import graph_at, node_at
from engine.training.findings import NodePath

LEAST = 1e-30
"""A norm of exactly 0 is drawn here, for the axis is logarithmic."""


def is_scan(graph: Graph, path: NodePath) -> bool:
    """Whether a node is a block that is scanned over time."""
    node = node_at(graph, path.inside, path.node)
    return node is not None and node.properties.get("apply") == "scan"


def recurrent_of(question: Question) -> dict[str, AnswerId]:
    """The recurrent layers by name, each with the answer that it reads as its sequence."""
    graph, found, seen = question.trained.plan.graph, dict[str, AnswerId](), set[NodePath]()
    for layer in question.inspector.layers(first(question.trained, question.part, 1)):
        path = layer.id.path
        if path in seen or not (kind(layer.type).runs_over_time or is_scan(graph, path)):
            continue
        seen.add(path)
        read = _read_by(graph, layer)
        if read is not None:
            found[layer.name.split(", ")[0]] = read
    return found


def _read_by(graph: Graph, layer: LayerAnswer) -> AnswerId | None:
    """The answer that is the first sequence of a layer."""
    from engine import ports

    path = layer.id.path
    level, node = graph_at(graph, path.inside), node_at(graph, path.inside, path.node)
    if level is None or node is None:
        return None
    block = level.blocks.of_type(node.type)
    port = "input"
    if block is not None:
        starts = block.graph.of_type("BlockInput")
        port = next((one.id for one in starts if one.parameters.get("state") is not True), "")
    edge = level.incoming[node.id].get(port)
    if edge is None:
        return None
    index = list(ports.output_ports(level, edge.source)).index(edge.source_port)
    return AnswerId(NodePath(path.inside, edge.source, path.path), 0, index)


def refuses(question: Question) -> str:
    """It needs a recurrent layer and a loss."""
    if not question.trained.network.objectives:
        return "This network has no loss to take a gradient of."
    if not recurrent_of(question):
        return "This network has no recurrent layer: no RNN, LSTM or GRU, and no block that is scanned over time."
    return ""


def norms(question: Question, reads: dict[str, AnswerId]) -> tuple[dict[str, Tensor], float]:
    """By name the mean over samples of ‖∂loss/∂x_t‖ for every step t (T,), and the norm over all weights."""
    inspector = question.inspector
    batch = first(question.trained, question.part, int(question.number("samples")))
    weights = list(inspector.network.module.parameters())
    for weight in weights:
        weight.requires_grad_(True)
    try:
        done = inspector.run(batch, list(reads.values()), gradients=True)
        with torch.enable_grad():
            terms = [each.loss(done.answers, batch) for each in inspector.network.objectives]
            loss = torch.stack(terms).sum()
        values = {name: done.values[read] for name, read in reads.items() if read in done.values}
        given = {name: value for name, value in values.items() if value.requires_grad and value.dim() == 3}
        if not given:
            raise LookingError("no-gradient", "What the recurrent layers read has no gradient: it holds integers.")
        wanted = [*given.values(), *weights]
        found = torch.autograd.grad(loss, wanted, allow_unused=True)
    finally:
        for weight in weights:
            weight.requires_grad_(False)
    count = len(next(iter(batch.values())))
    each = {
        name: torch.zeros(value.shape[1]) if slope is None else slope.flatten(2).norm(dim=-1).mean(0) * count
        for (name, value), slope in zip(given.items(), found, strict=False)
    }
    total = sum(float(slope.square().sum()) for slope in found[len(given) :] if slope is not None)
    return each, total**0.5


def compute(question: Question) -> Iterator[Step]:
    """A line for each recurrent layer; where clipping takes effect a second one, as much lower."""
    reads = recurrent_of(question)
    each, total = norms(question, reads)
    most = question.number("clip")
    factor = min(1.0, most / total) if most and total else 1.0
    lines = dict(each)
    if factor < 1:
        lines |= {f"{name}, clipped": values * factor for name, values in each.items()}
    steps = max(len(values) for values in lines.values())
    heights = np.full((len(lines), steps), np.nan)
    for row, values in enumerate(lines.values()):
        heights[row, : len(values)] = np.log10(np.maximum(values.numpy(), LEAST))
    facts = [("samples", str(int(question.number("samples")))), ("norm over all weights", f"{total:.3g}")]
    facts += [
        (f"{name}, first / last step", f"{float(v[0]) / max(float(v[-1]), LEAST):.3g}") for name, v in each.items()
    ]
    words = f"clipping at {most:g} multiplies all by {factor:.3g}" if factor < 1 else "clipping changes nothing"
    note = f"With {words}. A line that falls to the left vanishes, one that rises to the left explodes." if most else ""
    axes = ("time step", "log₁₀ of the gradient norm")
    yield Step(1.0, Lines(np.arange(1, steps + 1), heights, tuple(lines), axes), tuple(facts), note)


METHOD = Method(
    id="time_gradients",
    title="Gradients over time",
    help="How much the loss depends on each step that the recurrent layers read, ‖∂loss/∂x_t‖ "
    "(Bengio, Simard and Frasconi 1994, doi:10.1109/72.279181; Pascanu et al. 2013, arXiv:1211.5063).",
    needs=frozenset({"part"}),
    refuses=refuses,
    compute=compute,
    options=(
        Option("samples", "Samples", "the first samples of the part, at most", 32, low=1, high=512),
        Option(
            "clip",
            "Clip at",
            "the largest norm that all gradients together may have",
            1.0,
            low=0,
            high=1e6,
            lowest="no clipping",
        ),
    ),
    about="field",
)
