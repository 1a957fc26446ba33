"""``layerloom compare RUN RUN…``: in what runs differ, and what each has reached; or WHAT WHAT…: what networks cost."""

from __future__ import annotations

import argparse
from typing import Final

from engine import project
from engine.training.runs.best import better
from engine.training.runs.compare import differences, live_differences
from engine.training.runs.folder import PROJECT
from engine.training.runs.run_info import RunInfo, read
from gui.cli import compare_networks
from gui.cli.common import CallError, Commands, add_json, is_network, print_json, print_table
from gui.cli.run_names import check_once, run_of

WIDEST: Final = 40
"""Characters of a value that people are shown; JSON has all of it."""


def add(commands: Commands) -> None:
    parser = commands.add_parser("compare", help="in what runs differ and what each has reached, or what networks cost")
    words = "runs (their folders or names), or networks (presets or project files)"
    parser.add_argument("subjects", metavar="RUN|WHAT", nargs="+", help=words)
    compare_networks.add_options(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if any(map(is_network, args.subjects)) or compare_networks.asked(args):
        return compare_networks.run(args)
    if len(args.subjects) < 2:
        raise CallError("compare needs two runs or more.")
    paths = [run_of(text) for text in args.subjects]
    check_once(paths)
    infos = [read(path) for path in paths]
    found = [
        *differences([project.load(path / PROJECT) for path in paths]),
        *live_differences([info.changes for info in infos]),
    ]
    results = {name: [_value(info, name) for info in infos] for name in _names(infos)}
    if args.json:
        print_json(
            {
                "runs": [str(path) for path in paths],
                "differences": [{"group": one.group, "what": one.what, "values": list(one.values)} for one in found],
                "results": results,
            }
        )
        return 0
    rows = [[f"{one.group}: {one.what}", *(shorten(value, WIDEST) for value in one.values)] for one in found]
    rows += [
        [name, *("–" if value is None else f"{value:.4g}" for value in values)] for name, values in results.items()
    ]
    print_table(["", *(path.name for path in paths)], rows)
    return 0


def shorten(text: str, length: int) -> str:
    """A text, cut where it is longer than that."""
    return text if len(text) <= length else f"{text[: length - 2]} …"


def _names(infos: list[RunInfo]) -> list[str]:
    """What was measured, the best on the validation part and the test part, and how a GPU was used."""
    best = dict.fromkeys(f"best {name}" for info in infos for name in info.best)
    test = dict.fromkeys(f"test {name}" for info in infos for name in info.test if better(name))
    used = dict.fromkeys(name for info in infos for name in info.gpu_use)
    return [*best, *test, *used]


def _value(info: RunInfo, name: str) -> float | None:
    """A result of a run; None where it has none, or one that is not a number."""
    kind, _, metric = name.partition(" ")
    value = (info.best if kind == "best" else info.test if kind == "test" else {}).get(metric, info.gpu_use.get(name))
    return value if isinstance(value, float) else None
