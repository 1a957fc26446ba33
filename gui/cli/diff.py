"""``layerloom diff WHAT WHAT``: in what two networks differ, layer by layer."""

from __future__ import annotations

import argparse
from dataclasses import asdict

import presets
from engine.difference.network_difference import difference
from gui.cli.common import Commands, add_json, print_json


def add(commands: Commands) -> None:
    parser = commands.add_parser("diff", help="in what two networks differ: layers, parameters, wires")
    words = "a preset, a preset with options, or a project file"
    parser.add_argument("first", metavar="WHAT", help=words)
    parser.add_argument("second", metavar="WHAT", help="the network it is compared with")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    first, second = (presets.open_what(what)[0] for what in (args.first, args.second))
    found = difference(first, second)
    if args.json:
        print_json({"differences": [{**asdict(one), "message": str(one)} for one in found]})
        return 0
    for one in found:
        print(one)
    if not found:
        print("The networks do not differ.")
    return 0
