"""``layerloom layers``: the catalogue with every parameter."""

from __future__ import annotations

import argparse

from engine import layers
from engine.layers.layer import Port
from engine.layers.parameters import parameters
from gui.cli.common import Commands, add_json, print_json, print_table


def add(commands: Commands) -> None:
    parser = commands.add_parser("layers", help="list the layers and their parameters")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.json:
        print_json([_describe(cls) for cls in layers.all()])
    else:
        rows = [[cls.__name__, cls.family, ", ".join(p.name for p in parameters(cls))] for cls in layers.all()]
        print_table(["layer", "family", "parameters"], rows)
    return 0


def _describe(cls: type[layers.Layer]) -> dict[str, object]:
    return {
        "name": cls.__name__,
        "family": cls.family,
        "torch": cls.torch or None,
        "parameters": [
            {"name": p.name, "type": p.type, "default": p.default, "required": p.required, "help": p.help}
            for p in parameters(cls)
        ],
        "inputs": [_port(port) for port in cls.inputs],
        "outputs": [_port(port) for port in cls.outputs],
    }


def _port(port: Port) -> dict[str, object]:
    return {"name": port.name, "many": port.many, "optional": port.optional}
