"""What a preset is like once it is built: its size, its layers, and how long it takes to learn here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from engine.blocks.block import PREFIX
from engine.graph import Graph
from presets.built_in import BUILT_IN
from presets.preset import Preset

if TYPE_CHECKING:
    from engine.cost import Leaf
    from engine.data.dataset import Dataset
    from engine.shapes import Report

MULTIPLY_ADDS_A_SECOND: Final = 2e10
SECONDS_A_LAYER: Final = 3e-4
"""What two cores without a GPU manage in training, and what a layer costs in every step beside its multiply-adds.

Both are careful: the seven runs that the README times took 0.1 to 0.7 of what is estimated so.
"""
MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Facts:
    """``layers`` are the types of layers, and the names of blocks, that it is made of.

    ``seconds`` is about how long it takes to learn the data it comes with, in its own epochs, on two cores without a
    GPU; None where it comes without data, or with files that are not counted.
    """

    parameters: int
    multiply_adds: int
    layers: frozenset[str]
    seconds: float | None = None

    @property
    def quick(self) -> bool:
        """Whether it runs here in a minute."""
        return self.seconds is not None and self.seconds <= MINUTE


def facts(preset: Preset) -> Facts:
    """The facts of a preset; what comes along is built once only. Raises what building it raises."""
    return _of_built_in(preset) if preset in BUILT_IN else _of(preset)


def facts_of(graph: Graph, report: Report) -> Facts:
    """The facts of a network that is built."""
    from engine import cost  # the Start page is seen before anything is counted

    leaves = list(cost.leaves(graph, report))
    amounts = cost.of_leaves(leaves)
    seconds = _seconds(graph, leaves)
    return Facts(amounts.parameters, amounts.multiply_adds, _layers(graph), seconds)


def _of(preset: Preset) -> Facts:
    from engine.shapes import infer

    graph = preset.build()
    return facts_of(graph, infer(graph))


_of_built_in = cache(_of)


def _layers(graph: Graph) -> frozenset[str]:
    levels = [graph, *(block.graph for block in graph.blocks.values())]
    types = {node.type for level in levels for node in level.nodes.values()}
    return frozenset(
        {name for name in types if not name.startswith(PREFIX)} | {block.name for block in graph.blocks.values()}
    )


def _seconds(graph: Graph, leaves: Sequence[Leaf]) -> float | None:
    """Three multiply-adds for each of the forward pass (two go backwards), and what every layer costs beside them."""
    from engine import cost
    from engine.data import datasets
    from engine.settings.resolution import SettingFault, resolve_settings

    settings = resolve_settings(graph)
    if isinstance(settings, SettingFault) or settings[0].dataset is None or settings[0].source is not None:
        return None
    data, training = settings
    dataset = datasets.get(data.dataset)
    samples = round(dataset.samples * data.split.train)
    steps = math.ceil(samples / data.size(samples))
    multiply_adds = cost.of_leaves(leaves, lengths=_lengths(graph, dataset)).multiply_adds
    work = 3 * samples * multiply_adds / MULTIPLY_ADDS_A_SECOND
    return training.epochs * (steps * len(leaves) * SECONDS_A_LAYER + work)


def _lengths(graph: Graph, dataset: Dataset) -> dict[str, int]:
    """What the sizes that Inputs leave open are in the data, by their names."""
    found = dict[str, int]()
    for node in graph.of_type("Input"):
        shape, field = node.parameters.get("shape", ()), node.parameters.get("field") or node.name
        if isinstance(shape, tuple) and field in dataset.fields:
            pairs = zip(shape, dataset.fields[str(field)].shape, strict=False)
            found |= {size: length for size, length in pairs if isinstance(size, str)}
    return found
