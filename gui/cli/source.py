"""``layerloom source WHAT``: the PyTorch source of the model."""

from __future__ import annotations

import argparse
from pathlib import Path

import presets
from engine import source as writer
from engine.files import write_atomically
from gui.cli.common import Commands, add_force, add_what, check_new


def add(commands: Commands) -> None:
    parser = commands.add_parser("source", help="print the PyTorch source")
    add_what(parser)
    parser.add_argument("-o", dest="file", metavar="FILE.py", type=Path, help="write it to a file instead")
    add_force(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    graph, _ = presets.open_what(args.what)
    text = writer.write(graph)
    if args.file is None:
        print(text, end="")
    else:
        check_new(args.file, args.force)
        write_atomically(args.file, text.encode())
    return 0
