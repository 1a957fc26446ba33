"""``layerloom rm RUN…``: delete runs."""

from __future__ import annotations

import argparse

from engine.training.runs.catalogue import delete
from gui.cli.common import Commands
from gui.cli.run_names import run_of


def add(commands: Commands) -> None:
    parser = commands.add_parser("rm", help="delete runs from the list of runs, with all that is in them")
    parser.add_argument("runs", metavar="RUN", nargs="+", help="the folder of a run, or its name")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    for path in [run_of(text) for text in args.runs]:  # nothing is deleted where one of them is not there
        delete(path)
        print(f"deleted {path}")
    return 0
