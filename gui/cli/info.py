"""``layerloom info WHAT``: size, cost and shapes of a network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import presets
from engine import cost
from engine.comparison.network import hides_shapes
from engine.files import write_atomically
from engine.layer_table.rows import layer_table
from engine.layer_table.text import text_table
from engine.layers.parameters import unparse
from engine.problems import find
from engine.settings.resolution import SettingFault, resolve_settings
from engine.settings.section import Section
from engine.shapes import infer
from engine.spec import Spec
from engine.tabular.formats import FORMATS
from gui.cli.common import (
    CallError,
    Commands,
    add_force,
    add_json,
    add_what,
    check_ending,
    check_new,
    print_json,
)
from gui.cli.structure_words import structure_of


def add(commands: Commands) -> None:
    parser = commands.add_parser("info", help="parameters, multiply-adds, memory and shapes")
    add_what(parser)
    parser.add_argument("--batch", type=int, default=1, metavar="N", help="batch size the memory is for (default 1)")
    parser.add_argument(
        "--table",
        type=Path,
        metavar="FILE",
        help="write the table of all layers: FILE.csv, .md (Markdown) or .tex (LaTeX)",
    )
    parser.add_argument(
        "--structure",
        action="store_true",
        help="longest path, trunk (what every path passes), repeated parts",
    )
    add_json(parser)
    add_force(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not 1 <= args.batch <= 2**31:
        raise CallError(f"--batch must be an integer ≥ 1, not {args.batch}.")
    if args.table is not None:
        check_ending(args.table, FORMATS)
        check_new(args.table, args.force)
    graph, _ = presets.open_what(args.what)
    report = infer(graph)
    errors = [problem.message for problem in find(graph) if hides_shapes(problem, report)]
    if errors:
        raise CallError(f"{args.what} has errors, so its shapes are not known: {errors[0]}")
    if args.table is not None:
        table = text_table(layer_table(graph, report, args.batch))
        write_atomically(args.table, FORMATS[args.table.suffix[1:].lower()](table).encode())
    whole, one = cost.total(graph, report, args.batch), cost.total(graph, report, 1)
    memory = {
        "parameters": whole.memory_parameters,
        "training": whole.memory_training,
        "inference": whole.memory_inference,
    }
    ends = {
        "inputs": {n.name: _shape(report.outputs[n.id]["output"]) for n in graph.of_type("Input")},
        "outputs": {n.name: _shape(report.inputs[n.id][0]) for n in graph.of_type("Output")},
    }
    depth, settings = cost.depth(graph, report), resolve_settings(graph)
    data = None if isinstance(settings, SettingFault) else settings[0]
    answer = {
        "parameters": whole.parameters,
        "trainable": whole.trainable,
        "multiply_adds": one.multiply_adds,
        "flops": one.flops,
        "memory": memory,
        **ends,
        "depth": depth,
        "transforms": [_item(one) for one in data.transforms] if data else [],
        "augmentation": [_item(one) for one in data.augmentation] if data else [],
    }
    structure = structure_of(graph) if args.structure else None
    if args.json:
        print_json(answer | ({"structure": structure.facts} if structure else {}))
        return 0
    print(f"parameters     {whole.parameters:,} ({whole.trainable:,} trainable)")
    print(f"multiply-adds  {one.multiply_adds:,} for one sample ({one.flops:,} FLOPs)")
    each = ", ".join(f"{size / 2**20:,.2f} MiB {name}" for name, size in memory.items())
    print(f"memory         {each} at batch {args.batch}")
    for side, shapes in ends.items():
        for name, shape in shapes.items():
            print(f"{side[:-1].ljust(14)} {name} ({', '.join(map(str, shape))})")
    print(f"depth          {depth}")
    if data is not None:
        _print_steps("transforms", data.transforms)
        _print_steps("augmentation", data.augmentation)
    if structure:
        print(structure.text)
    return 0


def _item(step: Section) -> dict[str, object]:
    return step.model_dump(mode="json")


def _print_steps(title: str, steps: Sequence[Section]) -> None:
    """What is done to the fields, one step a line with what is set of it."""
    for index, step in enumerate(steps):
        values = step.model_dump(exclude_defaults=True, exclude={"name", "field"})
        said = ", ".join(f"{name} {unparse(value)}" for name, value in values.items())
        head = title if not index else ""
        named = step.model_dump(include={"name", "field"})
        print(f"{head.ljust(14)} {named['name']} {named['field']}{f': {said}' if said else ''}")


def _shape(spec: Spec) -> list[int | str]:
    return [dim if isinstance(dim, int) else str(dim) for dim in spec.shape]
