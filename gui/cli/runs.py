"""``layerloom runs``: the trainings there are, newest first."""

from __future__ import annotations

import argparse
import sys

from engine.training.runs.catalogue import Listing, RunEntry, listing
from engine.training.runs.export import result
from gui.cli.common import Commands, add_json, print_json, print_table


def add(commands: Commands) -> None:
    parser = commands.add_parser("runs", help="list the runs, newest first")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    found = listing()
    if args.json:
        print_json([answer(found, entry) for entry in found.entries])
    elif found.entries:
        head = ["RUN", "NETWORK", "STATE", "EPOCHS", "BEST ON VALIDATION", "STARTED", "FOLDER"]
        print_table(head, [_row(found, entry) for entry in found.entries])
    else:
        print("There are no runs yet; `layerloom train lenet-5` makes one.")
    for sentence in found.broken.values():
        print(f"layerloom: left out: {sentence}", file=sys.stderr)
    return 0


def answer(found: Listing, entry: RunEntry) -> dict[str, object]:
    """A run in the JSON of the command."""
    return {
        "run": str(entry.path),
        "name": found.called(entry),
        "network": entry.network,
        "data": entry.data or None,
        "state": entry.state,
        "training": entry.path in found.going_on,
        "epochs": entry.epochs,
        "steps": entry.steps,
        "seconds": entry.seconds,
        "started": entry.started,
        "best": entry.best,
        "validation": entry.validation,
        "test": entry.test,
        "gpu": {"name": entry.gpu_name, "computing": entry.gpu, **entry.gpu_use} if entry.gpu else None,
        "tags": entry.tags,
        "note": entry.note,
        "message": entry.message,
    }


def _row(found: Listing, entry: RunEntry) -> list[str]:
    metric, value = result(entry)
    best = "" if value is None else f"{metric} {value:.4g}"
    state = "running" if entry.path in found.going_on else "cut off" if entry.state == "running" else entry.state
    started = entry.started.replace("T", " ")[:16]
    return [found.called(entry), entry.network, state, str(entry.epochs), best, started, entry.path.name]
