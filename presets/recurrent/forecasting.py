"""What the forecasters have in common: a week of an hourly series goes in, the next half day comes out."""

from __future__ import annotations

from engine.graph import Graph
from presets.attention.heads import Wire, added, along, connect
from presets.learning import on_board
from presets.preset import Settings

INPUT, HORIZON = (168, 2), 12
"""Of the hourly series on board, a week of them."""
FEWEST = 8
"""Steps that are left where several hours become one."""


def past(graph: Graph, input: tuple[int, ...]) -> str:
    """The Input: steps by values; of the series on board hours by (value, driver)."""
    return graph.add("Input", name="past", shape=input)


def centred(graph: Graph, start: str) -> str:
    """The past without its own mean: the level is the linear model's business."""
    level = along(graph, start, ("Mean", {"name": "level", "dim": 1, "keepdim": True}))
    found = graph.add("Subtract", name="centred")
    graph.connect(start, found)
    graph.connect(level, found)
    return found


def pieces(steps: int, longest: int) -> int:
    """Into how many equal pieces of at most ``longest`` steps so many are cut: few, but at least `FEWEST`."""
    fitting = (size for size in range(1, longest + 1) if steps % size == 0 and steps // size >= FEWEST)
    return steps // max(fitting, default=1)


def cut(graph: Graph, start: str, steps: int, count: int) -> str:
    """(steps, values) as (pieces, steps of a piece · values), as in PatchTST (Nie et al. 2022, 2211.14730)."""
    if count == steps:
        return start
    split = ("Unflatten", {"name": "pieces", "dim": 1, "unflattened_size": (count, steps // count)})
    return along(graph, start, split, ("Flatten", {"name": "hours", "start_dim": 2}))


def forecast(
    graph: Graph,
    start: str,
    read: Wire,
    horizon: int,
    targets: int = 1,
    dropout: float = 0.1,
    ahead: int = 0,
) -> Graph:
    """The head: what was read corrects a linear model of the whole past, as in LSTNet (Lai et al. 2017, 1703.07015).

    It answers with (horizon,), or with (horizon, targets) where several values are forecast. Where ``ahead`` columns
    are known in advance, both the correction and the linear model are given their next ``horizon`` steps.
    """
    size = horizon * targets
    corrects: Wire = along(graph, read, ("Dropout", {"p": dropout}))
    linear: Wire = along(graph, start, ("Flatten", {}))
    if ahead:
        known = graph.add("Input", name="ahead", shape=(horizon, ahead))
        steps = along(graph, known, ("Flatten", {"name": "steps_ahead"}))
        corrects, linear = (_beside(graph, one, steps) for one in (corrects, linear))
    correction = along(graph, corrects, ("Linear", {"name": "correction", "out_features": size}))
    linear = along(graph, linear, ("Linear", {"name": "linear_model", "out_features": size}))
    answer = added(graph, linear, correction)
    if targets > 1:
        answer = along(graph, answer, ("Unflatten", {"dim": 1, "unflattened_size": (horizon, targets)}))
    along(graph, answer, ("Output", {"name": "future", "loss": "l1_loss"}))
    graph.settings = learn()
    return graph


def _beside(graph: Graph, one: Wire, other: Wire) -> str:
    """Two rows of numbers as one."""
    both = graph.add("Concat", dim=1)
    for wire in (one, other):
        connect(graph, wire, both)
    return both


def learn() -> Settings:
    """Settings to learn the hourly series on board."""
    return on_board("series_week", epochs=10, lr=3e-3, weight_decay=0.2, clip_norm=1.0)
