"""Numbers of the data that are out of scale: what reaches the first layers with weights, and what is to be answered.

Both are measured before the first step, of a batch. The limits are measured, too: networks of one and two layers with
ReLU and Tanh, with AdamW at 0.003 and SGD at 0.05 with momentum 0.9, on wine, breast cancer, digits and diabetes, whose
standardised inputs were multiplied by 0.001 to 100. From 0.1 to 3 all 16 learn as well as with 1; at 10 five of eight
with SGD fail or lose more than a tenth, at 30 seven, with AdamW three of eight; at 0.03 nine of all 16 are worse, at
0.01 all but four. Targets behave alike: at 10 SGD diverges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from torch import Tensor

from engine.data.pipeline import Prepared
from engine.graph import Graph
from engine.losses.number_loss import NumberLoss
from engine.problems.rules.scale_rules import normed
from engine.training.diagnosis.probes import Results
from engine.training.evaluation.network import Head
from engine.training.findings import Diagnosis, NodePath
from engine.training.plan import TrainingPlan

LARGE, SMALL = 10.0, 0.1
"""The root mean square from which on numbers are too large, and the greatest one up to which all are too small."""


class Size(NamedTuple):
    """Numbers as they come: their root mean square and their greatest absolute value."""

    rms: float
    most: float

    @property
    def fault(self) -> str:
        """What is wrong with them, in a word; empty where nothing is."""
        return "large" if self.rms > LARGE else "small" if 0 < self.most < SMALL else ""

    def __str__(self) -> str:
        if self.rms > LARGE:
            return f"their root mean square is {self.rms:.3g}, more than {LARGE:g}"
        return f"none is greater than {self.most:.2g}, less than {SMALL:g}"


def size_of(values: Tensor) -> Size:
    """How large numbers are."""
    values = values.detach().float()
    return Size(float(values.square().mean().sqrt()), float(values.abs().max()))


class SizeListener:
    """Hears what every node of a probed module gives, and keeps how large it is."""

    def __init__(self) -> None:
        self.sizes: dict[NodePath, Size] = {}

    def hear(self, path: NodePath, values: Results) -> None:
        """Measure the first floats of a node."""
        value = next((v for v in values if v is not None and v.is_floating_point() and v.numel()), None)
        if value is not None:
            self.sizes[path] = size_of(value)


def input_scale(
    plan: TrainingPlan, sizes: Mapping[NodePath, Size], weighted: Mapping[NodePath, object]
) -> Iterator[Diagnosis]:
    """Inputs out of scale: said of the Input from which they come to the first layer with weights.

    Where a norm follows that layer, what comes in does not matter.
    """
    graph, said = plan.graph, set[str]()
    outer = {path.node for path in weighted if not path.inside}
    for reader in map(graph.node, outer):
        if normed(graph, reader.id):
            continue
        for edge in graph.incoming[reader.id].values():
            start, size = _input(graph, edge.source, outer), sizes.get(NodePath((), edge.source, ""))
            if start is None or size is None or not size.fault or start in said:
                continue
            said.add(start)
            field = plan.binding.inputs[start]
            yield Diagnosis(
                "input-scale",
                f"Inputs out of scale: the numbers that {reader.name} ({reader.type}) gets of "
                f"{graph.nodes[start].name} (Input) are too {size.fault}: {size}; layers begin with weights for "
                "numbers near 1.",
                f"Standardise {field!r} on the Data page, or begin with a normalisation.",
                0,
                (),
                start,
                "data.transforms",
                value=field,
            )


def target_scale(plan: TrainingPlan, data: Prepared, heads: tuple[Head, ...]) -> Iterator[Diagnosis]:
    """Numbers to be answered that are far from those with which a network begins."""
    for head in heads:
        values = data.train.values(head.field)
        if not isinstance(head.criterion, NumberLoss) or not values.is_floating_point() or not values.numel():
            continue
        size = size_of(values)
        if size.fault:
            yield Diagnosis(
                "target-scale",
                f"Targets out of scale: the numbers of {head.field!r} that {head.name} (Output) learns are too "
                f"{size.fault}: {size}; answers begin near 0 and change by little each step.",
                f"Standardise {head.field!r} on the Data page; answers are shown in its own units all the same.",
                0,
                (),
                head.node,
                "data.transforms",
                value=head.field,
            )


def _input(graph: Graph, node: str, weighted: set[str]) -> str | None:
    """The Input from which numbers come to a node through layers without weights; None where there is another way."""
    while node not in weighted:
        if graph.nodes[node].type == "Input":
            return node
        sources = list(graph.incoming[node].values())
        if len(sources) != 1:
            return None
        node = sources[0].source
    return None
