"""``layerloom new WHAT FILE.loom``: write a project file to start from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine import project
from gui.cli.common import CallError, Commands, add_force, add_what, check_new
from gui.cli.data import add_data, network


def add(commands: Commands) -> None:
    parser = commands.add_parser("new", help="write a project file")
    add_what(parser)
    parser.add_argument("file", metavar="FILE.loom", type=Path)
    add_data(parser)
    add_force(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    graph = network(args)
    if args.file.suffix != ".loom":
        raise CallError(f"{args.file} does not end in .loom, as project files do.")
    check_new(args.file, args.force)
    project.save(graph, args.file)
    print(f"layerloom: wrote {args.file}", file=sys.stderr)
    return 0
