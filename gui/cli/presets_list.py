"""``layerloom presets``: the architectures to start from."""

from __future__ import annotations

import argparse
import sys

import presets
from engine import cost
from gui.cli.common import Commands, add_json, print_json, print_table


def add(commands: Commands) -> None:
    parser = commands.add_parser("presets", help="list the presets")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from presets.own import broken_presets

    rows = [
        {
            "name": preset.name,
            "title": preset.title,
            "family": preset.family,
            "year": preset.year or None,
            "paper": preset.paper,
            "parameters": cost.total(preset.build()).parameters,
            "data": preset.data,
        }
        for preset in presets.all()
    ]
    if args.json:
        print_json(rows)
    else:
        print_table(
            ["name", "year", "parameters", "data", "title"],
            [
                [str(r["name"]), str(r["year"] or ""), f"{r['parameters']:,}", str(r["data"]), str(r["title"])]
                for r in rows
            ],
        )
    for sentence in broken_presets():
        print(f"layerloom: left out of your presets: {sentence}", file=sys.stderr)
    return 0
