"""``layerloom export RUN|WHAT -o FILE``: a network or a run as a file for elsewhere, checked before it is done."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import presets
from engine import own_files
from engine.errors import LayerloomError
from engine.exports import registry
from engine.exports.export import Exported, export
from engine.exports.exporter import Exporter
from engine.exports.subject import Subject
from engine.files import is_file
from engine.nearest import nearest
from engine.training.runs.folder import FACTS
from gui.cli.common import CallError, Commands, add_force, add_json, print_json, print_table
from gui.cli.drawing_options import add_drawing_options, drawn_as_asked
from gui.cli.run_names import run_of
from gui.cli.weights import add_weights, with_weights


def add(commands: Commands) -> None:
    parser = commands.add_parser(
        "export",
        help="write a network or a run for elsewhere",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(["formats:", *map(_line, registry.every())]),
    )
    parser.add_argument("what", metavar="RUN|WHAT", help="a run (its folder or name), a preset or a project file")
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, required=True, help="its ending says the format")
    parser.add_argument("--as", dest="format", metavar="NAME", help="the format, where the ending does not say it")
    add_weights(parser, "of WHAT: with the weights of this file")
    add_force(parser)
    add_json(parser)
    parser.add_argument("--lines", action="store_true", help=argparse.SUPPRESS)  # for the window: a JSON object a line
    add_drawing_options(parser)
    parser.set_defaults(run=run)


def _line(one: Exporter) -> str:
    return f"  {one.name:14} {', '.join(one.suffixes) or '--as':24} {one.summary}"


def run(args: argparse.Namespace) -> int:
    def show(phase: str) -> None:
        if args.lines:
            print(json.dumps({"phase": phase}), flush=True)
        else:
            print(f"layerloom: {phase} …", file=sys.stderr)

    try:
        exporter = registry.meant(args.output) if args.format is None else registry.named(args.format)
        exporter = drawn_as_asked(exporter, args)
        done = export(exporter, _subject(args), args.output.absolute(), force=args.force, show=show)
    except LayerloomError as error:
        if args.lines:
            print(json.dumps({"error": str(error)}), flush=True)
        raise
    if args.lines:
        print(json.dumps(answer(done)), flush=True)
    elif args.json:
        print_json(answer(done))
    else:
        _print(done, args.output)
    return 0


def _subject(args: argparse.Namespace) -> Subject:
    subject = subject_of(args.what)
    if subject.run is not None and args.weights is not None:
        raise CallError(f"{args.what} is a run, which has weights of its own: --weights is about WHAT.")
    with_weights(subject.graph, args)
    return subject


def subject_of(text: str) -> Subject:
    """The run or the network that is meant. Raises CallError where it is neither."""
    path = Path(text)
    if own_files.is_file(path, FACTS):
        return Subject.of_run(path)
    if path.suffix == ".loom" or is_file(path):
        return Subject(presets.open_what(text)[0])
    known = [preset.name for preset in presets.all()]
    if text.partition(":")[0] in known:
        return Subject(presets.open_what(text)[0])
    if near := nearest(text, known):
        raise CallError(f"There is no run, preset or project file {text!r}; did you mean {near!r}?")
    return Subject.of_run(run_of(text))


def answer(done: Exported) -> dict[str, object]:
    """The JSON of the command."""
    checked = done.checked
    return {
        "format": done.exporter.name,
        "files": [str(path) for path in done.paths],
        "samples": checked.samples,
        "difference": checked.difference,
        "checked": str(checked),
        "notes": list(checked.notes),
        "table": [list(row) for row in checked.table],
        **checked.facts,
    }


def _print(done: Exported, target: Path) -> None:
    for note in done.checked.notes:
        print(f"layerloom: {note}", file=sys.stderr)
    for path in done.paths:
        print(target.parent / path.name)
    if str(done.checked):
        print(done.checked)
    if done.checked.table:
        head, *rows = map(list, done.checked.table)
        print_table(head, rows)
