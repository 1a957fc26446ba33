"""Which layer keeps a run from giving the same bits every time: torch has no such kernel for it and refuses."""

from __future__ import annotations

import re
import traceback
import warnings
from collections.abc import Iterable
from typing import Final

import torch

from engine.graph import Node
from engine.training.evaluation.network import Batch, Network
from engine.training.plan import TrainingPlan
from engine.training.status import TrainingError

LINE: Final = re.compile(r'File "(<layerloom_[^"]*)", line (\d+)')


def not_repeatable(plan: TrainingPlan, network: Network, batch: Batch, operation: str) -> TrainingError:
    """The error for a network with an ``operation`` that torch has refused, with the layer it is about.

    The batch goes through once more, so that torch says from which line of the source a backward pass comes.
    """
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        lines: Iterable[tuple[str, int]] = ()
        try:
            with torch.autograd.detect_anomaly(check_nan=False):
                network.loss(network.answers(batch), batch).backward()  # type: ignore[no-untyped-call]
        except RuntimeError as error:
            frames = traceback.extract_tb(error.__traceback__)
            lines = [(frame.filename, frame.lineno or 0) for frame in frames]
    found = (LINE.findall(str(one.message)) for one in said)
    lines = [*lines, *((name, int(number)) for one in found for name, number in one)]
    node = _node(plan, lines)
    what = "The loss" if node is None else f"{node.name} ({node.type})"
    return TrainingError(
        f"{what} is computed on this GPU by {operation}, which gives other bits every time, so training.gpu cannot be "
        f"'exact': set it to 'fast', or take another {'loss' if node is None else 'layer'}.",
        node=None if node is None else node.id,
        setting="training.gpu",
        reason="not-repeatable",
    )


def _node(plan: TrainingPlan, lines: Iterable[tuple[str, int]]) -> Node | None:
    """The node of the innermost line of the source."""
    own = [number for name, number in lines if name.startswith("<layerloom_") and number in plan.source.lines]
    return plan.graph.nodes.get(plan.source.lines[own[-1]]) if own else None
