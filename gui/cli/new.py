"""``layerloom new WHAT FILE.loom``: write a project file to start from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine import project
from engine.assignments import edit
from gui.cli.common import CallError, Commands, add_force, add_set, add_what, check_new
from gui.cli.data import add_data, network


def add(commands: Commands) -> None:
    parser = commands.add_parser("new", help="write a project file")
    add_what(parser)
    parser.add_argument("file", metavar="FILE.loom", type=Path)
    add_data(parser)
    add_set(parser, "change a setting or parameter, as data.split.test=0.2; may be given again")
    add_force(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    graph = network(args)
    for assignment in args.assignments:
        edit(graph, assignment).apply(graph)
    if args.file.suffix != ".loom":
        raise CallError(f"{args.file} does not end in .loom, as project files do.")
    check_new(args.file, args.force)
    project.save(graph, args.file)
    print(f"layerloom: wrote {args.file}", file=sys.stderr)
    return 0
