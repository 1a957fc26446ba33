"""``layerloom weights FILE WHAT``: which tensors of a file fit where in a network, and which not; with -o a project."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import presets
from engine import project
from engine.graph import Graph
from engine.weights.beside import read_classes
from engine.weights.chosen import choose, name_classes
from engine.weights.matching import match
from engine.weights.recipe import shape_words
from engine.weights.report import Report
from engine.weights.rotary import ORDERS
from gui.cli.common import (
    CallError,
    Commands,
    add_force,
    add_json,
    add_what,
    check_ending,
    check_new,
    print_json,
    print_table,
)

FEW: Final = 5
"""Rows of a table that are shown where nothing fits."""
HOW = {"name": "name", "order": "order, proven", "shape": "order, a guess", "hand": "by hand"}


def add(commands: Commands) -> None:
    parser = commands.add_parser("weights", help="which tensors of a file of weights fit where in a network")
    parser.add_argument("file", metavar="FILE", type=Path, help=".safetensors, .pth, .pt, an index, or their folder")
    add_what(parser)
    parser.add_argument(
        "--assign",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help="what a tensor of the network is made of; nothing after = leaves it as it begins; may be given again",
    )
    add_partial(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.loom", help="a project that begins with them")
    add_force(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def add_weights(parser: argparse.ArgumentParser, words: str) -> None:
    """The options of commands that take weights from a file."""
    parser.add_argument("--weights", type=Path, metavar="FILE", help=words)
    add_partial(parser)


def add_partial(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--partial", action="store_true", help="leave out what has no place or another shape")
    parser.add_argument(
        "--rotary", choices=ORDERS, help="what rotary positions turn together in the file, where it does not tell"
    )
    parser.add_argument(
        "--classes", type=Path, metavar="FILE", help="the names of the classes of the weights: a line each, or JSON"
    )
    parser.add_argument(
        "--accept-guess", action="store_true", help="take tensors that are placed by a guess among equal shapes"
    )


def with_weights(graph: Graph, args: argparse.Namespace) -> Graph:
    """The network with the weights of ``--weights``, where that is given. Raises WeightsError, CallError."""
    take_weights(graph, args)
    return graph


def take_weights(graph: Graph, args: argparse.Namespace) -> Report | None:
    """Let a network begin with the weights of ``--weights``; what fits where. Raises WeightsError, CallError."""
    if args.weights is not None:
        report = match(graph, args.weights, rotary=args.rotary)
        _take(graph, report, args)
        for note in (str(report), *report.notes):
            print(f"layerloom: {note}", file=sys.stderr)
        return report
    given = {"--partial": args.partial, "--accept-guess": args.accept_guess, "--classes": args.classes}
    if option := next((option for option, value in given.items() if value), ""):
        raise CallError(f"{option} is about --weights; give both.")
    return None


def _take(graph: Graph, report: Report, args: argparse.Namespace) -> None:
    """Let a network begin with the weights of a report. Raises WeightsError."""
    choose(report, partial=args.partial, accept_guess=args.accept_guess).apply(graph)
    if args.classes is not None:
        name_classes(graph, read_classes(args.classes), args.classes.name).apply(graph)


def run(args: argparse.Namespace) -> int:
    if args.output is not None:
        check_ending(args.output, ["loom"])
        check_new(args.output, args.force)
    graph, _ = presets.open_what(args.what)
    report = match(graph, args.file, dict(map(_assignment, args.assign)), args.rotary)
    if args.json:
        print_json(answer(report))
    else:
        show(report)
    fits = report.loadable(partial=args.partial, accept_guess=args.accept_guess)
    if args.output is not None:
        _take(graph, report, args)
        project.save(graph, args.output)
        print(f"wrote {args.output}", file=sys.stderr)
    return 0 if fits else 1


def _assignment(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not equals or not ours.strip():
        raise CallError(f"--assign {text!r} is not of the form OURS=THEIRS.")
    return ours.strip(), theirs.strip()


def answer(report: Report) -> dict[str, object]:
    """The JSON of the command."""
    return {
        "file": str(report.path),
        "sha256": report.sha256,
        "network": report.by,
        "complete": report.complete,
        "placed": {
            name: {"from": source, "how": report.how[name], "shape": list(report.ours[name])}
            for name, source in report.placed.items()
        },
        "left_over": {
            name: {"why": why, "shape": list(report.theirs[name].shape)} for name, why in report.left_over.items()
        },
        "missing": {name: {"why": why, "shape": list(report.ours[name])} for name, why in report.missing.items()},
        "skipped": dict(report.skipped),
        "rotary": None if report.rotary is None else report.rotary.order or "unknown",
        "notes": list(report.notes),
    }


def show(report: Report) -> None:
    """The same for people."""
    print(report)
    for note in report.notes:
        print(note)
    tables = (
        (["TENSOR", "SHAPE", "HOW", "FROM"], [
            [name, shape_words(report.ours[name]), HOW[report.how[name]], source]
            for name, source in report.placed.items()
        ]),
        (["STAYS AS IT BEGINS", "SHAPE", "WHY"], [
            [name, shape_words(report.ours[name]), why] for name, why in report.missing.items()
        ]),
        (["HAS NO PLACE", "SHAPE", "WHY"], [
            [name, shape_words(report.theirs[name].shape), why] for name, why in report.left_over.items()
        ]),
        (["NOT A WEIGHT", "WHY"], [[name, why] for name, why in report.skipped.items()]),
    )  # fmt: skip
    most = None if report.placed else FEW
    for head, rows in tables:
        if rows:
            print()
            print_table(head, rows[:most])
            if most is not None and len(rows) > most:
                print(f"… and {len(rows) - most:,} more")
