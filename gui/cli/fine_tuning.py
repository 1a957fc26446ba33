"""The options of ``layerloom train`` that continue from loaded weights: a new head, frozen layers, a smaller rate."""

from __future__ import annotations

import argparse
import sys

from engine.blocks.block import PREFIX
from engine.fine_tuning.freezing import freeze_up_to
from engine.fine_tuning.learning_rates import slow_down_loaded
from engine.fine_tuning.new_head import new_head
from engine.graph import Graph
from engine.weights.normalization import differs, normalize, words
from engine.weights.report import Report
from gui.cli.common import CallError


def add_fine_tuning(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument(
        "--new-head",
        action="store_true",
        help="begin with a new last layer for the classes of the data (and --partial)",
    )
    parser.add_argument(
        "--normalize", action="store_true", help="normalise images of your own as the loaded weights expect them"
    )
    parser.add_argument(
        "--freeze-to", metavar="NODE", help="keep this layer and all before it as they are; in blocks as stage3.conv1"
    )
    parser.add_argument(
        "--lr-multiplier", type=float, metavar="X", help="layers with loaded weights learn at X times the learning rate"
    )


def fine_tuned(graph: Graph, report: Report | None, args: argparse.Namespace) -> Graph:
    """The network as these options want it, once its weights are chosen. Raises CallError, FineTuningError,
    WeightsError.

    ``report`` is that of the weights of ``--weights``.
    """
    if args.normalize and report is None:
        raise CallError("--normalize is about --weights; give both.")
    wanted = report.images if report is not None else None
    if wanted is not None and args.normalize:
        normalize(graph, wanted).apply(graph)
    elif wanted is not None and differs(graph, wanted):
        print(f"layerloom: {words(wanted)} --normalize does that.", file=sys.stderr)
    if args.new_head:
        new_head(graph).apply(graph)
    if args.freeze_to is not None:
        freeze_up_to(graph, path_of(graph, args.freeze_to)).apply(graph)
    if args.lr_multiplier is not None:
        if not 0.0 < args.lr_multiplier <= 1000.0:
            raise CallError(
                f"--lr-multiplier is above 0 and at most 1000, not {args.lr_multiplier:g}; --freeze-to is 0."
            )
        slow_down_loaded(graph, args.lr_multiplier).apply(graph)
    return graph


def path_of(graph: Graph, name: str) -> tuple[str, ...]:
    """The ids that lead to a layer: its name, in blocks with those of the uses before it. Raises CallError."""
    found: list[str] = []
    here, rest = graph, name
    while True:
        fitting = [node for node in here.nodes.values() if rest == node.name or rest.startswith(f"{node.name}.")]
        node = max(fitting, key=lambda one: len(one.name), default=None)
        block = here.blocks.of_type(node.type) if node is not None and node.type.startswith(PREFIX) else None
        if node is None or (rest != node.name and block is None):
            names = ", ".join(node.name for node in here.nodes.values())
            raise CallError(f"--freeze-to {name}: there is no layer {rest!r}; there are: {names}.")
        found.append(node.id)
        if rest == node.name:
            return tuple(found)
        assert block is not None
        here, rest = block.graph, rest[len(node.name) + 1 :]
