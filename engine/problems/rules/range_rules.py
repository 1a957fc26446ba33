"""Rules of ranges: an answer that cannot reach its target, and targets outside what a loss compares."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from engine.blocks.use import Use
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.layers.layer import Layer
from engine.layers.merge import Scale
from engine.losses import suiting
from engine.problems.looking import PASSES_THROUGH, called, only, origins
from engine.problems.problem import Problem
from engine.problems.rule import Found, MarkRule, a
from engine.problems.rules.data_rules import target_of
from engine.shapes import Report


def answer_range(graph: Graph, report: Report, outputs: Collection[str]) -> Found:
    """A bounded answer for a target that goes beyond: what lies outside can never be answered.

    Only losses that compare numbers as they are: the others have an activation of their own.
    """
    for node_id in outputs:
        yield from _of_output(graph, report, node_id)


def _learns_numbers(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a node is an Output that learns numbers of the data."""
    found = target_of(graph, report, node_id)
    return found is not None and not found[1].classes


def _of_output(graph: Graph, report: Report, node_id: str) -> Found:
    output, found = report.layer(node_id), target_of(graph, report, node_id)
    if found is None or not isinstance(output, Output) or output.loss is None:
        return
    name, field = found
    if field.classes:
        return
    if field.bounds is not None and (wrong := output.criterion.out_of_bounds(*field.bounds, name)):
        yield Problem(
            "error",
            "output-data",
            f"{called(graph, graph.node(node_id))} compares by {output.loss}, {wrong}: choose "
            f"{' or '.join(suiting('numbers'))}.",
            node_id,
            None,
            "loss",
        )
    if output.criterion.wants != "numbers" or (field.bounds is None and not field.standardised):
        return
    low, high = field.bounds or (-1.0, 1.0)
    goes = (
        f"goes from {low:g} to {high:g}" if field.bounds else "is standardised: half of it lies below 0, some beyond ±1"
    )
    for answer in _answers(graph, report, node_id):
        least, most = answer.scaled(*_range(answer.layer, answer.port))
        within = least <= low and high <= most if field.bounds else least < low and high < most
        if within or (least, most) == (-math.inf, math.inf):
            continue
        reach = (
            f"from {least:g} to {most:g}" if math.isfinite(least) and math.isfinite(most) else f"of {least:g} and more"
        )
        if not math.isfinite(least):
            reach = f"of {most:g} and less"
        yield Problem(
            "warning",
            "answer-range",
            f"{answer.text} gives numbers {reach} only{_by(answer)}, but the target {name!r} {goes}: what is beyond "
            "can never be answered. Let the last layer answer as it is.",
            answer.path[0],
            inside=answer.path[1:],
        )


def _by(answer: Answer) -> str:
    return "" if (answer.factor, answer.shift) == (1.0, 0.0) else " after the scaling behind it"


@dataclass(frozen=True, slots=True)
class Answer:
    """What gives an answer: the way to it, outermost first, its name in a sentence, its layer and output."""

    path: tuple[str, ...]
    text: str
    layer: Layer
    port: str
    factor: float = 1.0
    shift: float = 0.0

    def scaled(self, least: float, most: float) -> tuple[float, float]:
        """A range after what a Scale behind the layer makes of it."""
        ends = sorted(end * self.factor if math.isfinite(end) else math.copysign(end, end * self.factor)
                      for end in (least, most)) if self.factor else [0.0, 0.0]  # fmt: skip
        return ends[0] + self.shift, ends[1] + self.shift


def _answers(graph: Graph, report: Report, node_id: str) -> Iterator[Answer]:
    """The layers that make the numbers which come in at a node; of a block the one inside."""
    for edge in origins(graph, report, node_id, only(*PASSES_THROUGH, "pooled", "averaged", "chosen")):
        layer, text = report.layer(edge.source), called(graph, graph.nodes[edge.source])
        if isinstance(layer, Use) and edge.source in report.outputs:
            last = list(layer.unfolded(*report.inputs[edge.source]))[-1:]
            for seen in last:
                if edge.source_port in seen.graph.nodes:
                    for inner in _answers(seen.graph, seen.report, edge.source_port):
                        path = (edge.source, *inner.path)
                        yield Answer(path, f"{text}, inside: {inner.text}", inner.layer, inner.port)
        elif isinstance(layer, Scale) and edge.source in report.outputs:
            for inner in _answers(graph, report, edge.source):
                factor, shift = inner.factor * layer.factor, inner.shift * layer.factor + layer.shift
                yield replace(inner, factor=factor, shift=shift)
        elif layer is not None:
            yield Answer((edge.source,), text, layer, edge.source_port)


def _range(layer: Layer, port: str) -> tuple[float, float]:
    """Between which numbers an output lies; what a recurrent layer shows was squeezed by a tanh."""
    if layer.runs_over_time and port in ("output", "last") and not getattr(layer, "proj_size", 0):
        return (0.0, math.inf) if getattr(layer, "nonlinearity", "tanh") == "relu" else (-1.0, 1.0)
    return layer.value_range()


MARK = (MarkRule(_learns_numbers, answer_range, a(Output)),)
