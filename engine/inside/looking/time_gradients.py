"""Gradients over time: how much the loss depends on each step of what the recurrent layers read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from engine.graph import Graph
from engine.inside.looking.layer_answers import LayerAnswer
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


def recurrent_of(question: Question) -> dict[str, LayerAnswer]:
    """The recurrent layers by name."""
    graph, found = question.trained.plan.graph, dict[str, LayerAnswer]()
    for layer in question.inspector.layers(first(question.trained, question.part, 1)):
        if layer.module and (kind(layer.type).runs_over_time or is_scan(graph, layer.id.path)):
            found.setdefault(layer.name.split(", ")[0], layer)
    return found


class _Reading:
    """Hands a copy of its sequence to a recurrent layer, so that what others read of it counts for them alone.

    The module of torch's layers is called once with all steps, that of a scanned block once a step; of a repeated one
    it is the first.
    """

    def __init__(self, question: Question, layer: LayerAnswer) -> None:
        modules, graph = question.inspector.modules, question.trained.plan.graph
        module = modules[layer.module]
        self.module = module[0] if isinstance(module, nn.ModuleList) else module
        self.fused = kind(layer.type).runs_over_time
        self.position = 0 if self.fused else _position(graph, layer)
        self.first = not self.fused or getattr(module, "batch_first", True)
        self.copies: list[Tensor] = []
        self._packed: PackedSequence | None = None

    def hook(self, module: nn.Module, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """Before the module is called: the same arguments, with a copy of the sequence."""
        value = given[self.position]
        data = value.data if isinstance(value, PackedSequence) else value
        copy = data.clone() if data.requires_grad else data.detach().clone().requires_grad_()
        self.copies.append(copy)
        if isinstance(value, PackedSequence):
            self._packed = value
            copy = PackedSequence(copy, value.batch_sizes, value.sorted_indices, value.unsorted_indices)
        return (*given[: self.position], copy, *given[self.position + 1 :])

    def by_step(self, slopes: Sequence[Tensor | None]) -> Tensor:
        """The gradients of the copies as (N, T, features)."""
        known = [
            torch.zeros_like(copy) if slope is None else slope for copy, slope in zip(self.copies, slopes, strict=True)
        ]
        if not self.fused:
            return torch.stack(known, 1).flatten(2)
        (one, *_) = known
        if self._packed is not None:
            packed = self._packed
            whole = PackedSequence(one, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices)
            return pad_packed_sequence(whole, batch_first=True)[0]
        return one if self.first else one.transpose(0, 1)


def _position(graph: Graph, layer: LayerAnswer) -> int:
    """Which argument of a block's module is its sequence: those that may be left out come last."""
    level = graph_at(graph, (*layer.id.path.inside, layer.id.path.node))
    starts = [] if level is None else level.of_type("BlockInput")
    order = sorted(starts, key=lambda node: node.parameters.get("optional") is True)
    return next((index for index, node in enumerate(order) if node.parameters.get("state") is not True), 0)


def refuses(question: Question) -> str:
    """It needs a recurrent layer and a loss."""
    if not question.trained.network.objectives:
        return "This network has no loss to take a gradient of."
    if not recurrent_of(question):
        return "This network has no recurrent layer: no RNN, LSTM or GRU, and no block that is scanned over time."
    return ""


def norms(question: Question) -> tuple[dict[str, Tensor], float]:
    """By name the mean over samples of ‖∂loss/∂x_t‖ for every step t (T,), and the norm over all weights."""
    inspector = question.inspector
    batch = first(question.trained, question.part, int(question.number("samples")))
    weights = list(inspector.network.module.parameters())
    readings = {name: _Reading(question, layer) for name, layer in recurrent_of(question).items()}
    handles = [one.module.register_forward_pre_hook(one.hook) for one in readings.values()]
    for weight in weights:
        weight.requires_grad_(True)
    try:
        done = inspector.run(batch, gradients=True)
        with torch.enable_grad():
            loss = torch.stack([one.loss(done.answers, batch) for one in inspector.network.objectives]).sum()
        copies = [copy for one in readings.values() for copy in one.copies]
        slopes = iter(torch.autograd.grad(loss, [*copies, *weights], allow_unused=True))
    finally:
        for weight in weights:
            weight.requires_grad_(False)
        for handle in handles:
            handle.remove()
    count = len(next(iter(batch.values())))
    each = {
        name: one.by_step([next(slopes) for _ in one.copies]).norm(dim=-1).mean(0) * count
        for name, one in readings.items()
        if one.copies
    }
    total = sum(float(slope.square().sum()) for slope in slopes if slope is not None)
    return each, total**0.5


def compute(question: Question) -> Iterator[Step]:
    """A line for each recurrent layer; where clipping takes effect a second one, as much lower."""
    each, total = norms(question)
    most = question.number("clip")
    factor = min(1.0, most / total) if most and total else 1.0
    lines = dict(each)
    if factor < 1:
        lines |= {f"{name}, clipped": values * factor for name, values in each.items()}
    steps = max(len(values) for values in lines.values())
    heights = np.full((len(lines), steps), np.nan)
    for row, values in enumerate(lines.values()):
        heights[row, : len(values)] = np.log10(np.maximum(values.numpy(force=True), LEAST))
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
