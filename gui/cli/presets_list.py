"""``layerloom presets``: the architectures to start from, all or those that fit."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

import presets
from engine.nearest import hint
from gui.cli.common import CallError, Commands, add_json, print_json, print_table
from presets.facts import facts
from presets.finding import Search, find
from presets.preset import Preset
from presets.reached import reached

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


def add(commands: Commands) -> None:
    parser = commands.add_parser("presets", help="list the presets, or those that fit")
    parser.add_argument("words", metavar="WORD", nargs="*", help="in their name, paper, layers or description")
    parser.add_argument("--family", default="", help="only this family: convolutional, dense, recurrent, attention …")
    parser.add_argument("--task", default="", help="only for this task: classification, segmentation, translation …")
    for end, words in (("min", "at least"), ("max", "at most")):
        words = f"{words} so many parameters, such as 500k or 25M"
        parser.add_argument(f"--{end}-parameters", type=_count, metavar="N", help=words)
    parser.add_argument("--quick", action="store_true", help="only what learns its data here in about a minute")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from presets.own import broken_presets

    known = presets.all()
    search = Search(
        " ".join(args.words),
        _one_of(args.family, [preset.family for preset in known], "family"),
        _one_of(args.task, [preset.task for preset in known], "task"),
        args.min_parameters or 0,
        args.max_parameters,
        args.quick,
    )
    found = find(search, known)
    if args.json:
        print_json([_row(preset) for preset in found])
    elif found:
        print_table(["name", "year", "parameters", "multiply-adds", "data", "title"], [_line(one) for one in found])
    else:
        print(f"layerloom: none of the {len(known)} presets fits; ask for less.", file=sys.stderr)
    for sentence in broken_presets():
        print(f"layerloom: left out of your presets: {sentence}", file=sys.stderr)
    return 0 if found else 1


def _row(preset: Preset) -> dict[str, object]:
    known, found = facts(preset), reached(preset.name)
    return {
        "name": preset.name,
        "title": preset.title,
        "family": preset.family,
        "task": preset.task,
        "year": preset.year or None,
        "paper": str(preset.paper or ""),
        "link": preset.paper.url if preset.paper else None,
        "summary": preset.summary,
        "parameters": known.parameters,
        "multiply_adds": known.multiply_adds,
        "data": preset.data,
        "small_of": preset.small_of or None,
        "score": {found.metric: found.score} if found else None,
        "seeds": found.seeds if found else None,
        "seconds": None if known.seconds is None else round(known.seconds, 1),
    }


def _line(preset: Preset) -> list[str]:
    known = facts(preset)
    numbers = [str(preset.year or ""), f"{known.parameters:,}", f"{known.multiply_adds:,}"]
    return [preset.name, *numbers, preset.data, preset.title]


def _one_of(text: str, known: Sequence[str], what: str) -> str:
    """The family or task that is meant; raises CallError where there is none."""
    named = {name.casefold(): name for name in known}
    if text and text.casefold() not in named:
        raise CallError(f"There is no {what} {text[:100]!r}; {hint(text.casefold(), named)}")
    return named[text.casefold()] if text else ""


def _count(text: str) -> int:
    """``25M``, ``500k`` or ``1_000_000`` as a number. Raises ArgumentTypeError."""
    read = re.fullmatch(r"(\d[\d_,]*(?:\.\d+)?)\s*([kmg]?)", text.strip().casefold())
    if read is None:
        raise argparse.ArgumentTypeError(f"{text[:100]!r} is not a number such as 500k, 25M or 1000000")
    return int(float(re.sub("[_,]", "", read[1])) * UNITS[read[2]])
