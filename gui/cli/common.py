"""What several commands share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import presets
from engine.errors import LayerloomError
from engine.files import NotAFile, check_regular
from gui.cli.output import escapes


class CallError(LayerloomError):
    """A call of the command line that cannot be meant."""


class Commands(Protocol):
    """What argparse gives to hang commands on."""

    def add_parser(self, name: str, **kwargs: object) -> argparse.ArgumentParser: ...


def add_what(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """The network a command is about."""
    words = "a preset, a preset with options, or a project file"
    if optional:
        parser.add_argument("what", metavar="WHAT", nargs="?", help=words)
    else:
        parser.add_argument("what", metavar="WHAT", help=words)


def is_network(text: str) -> bool:
    """Whether a word of a call is WHAT, a network, and not a run."""
    path = Path(text)
    return path.suffix == ".loom" or text.partition(":")[0] in {preset.name for preset in presets.all()}


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="the answer as JSON")


def add_set(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", dest="assignments", help=words)


def add_force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="replace a file that is there already")


def check_ending(file: Path, endings: Iterable[str]) -> None:
    """Raises CallError where the ending of a file, without its dot, is none of these."""
    known = [f".{ending}" for ending in endings]
    if file.suffix.lower() not in known:
        raise CallError(f"{file.name} must end with {', '.join(known[:-1])} or {known[-1]}.")


def check_new(file: Path, force: bool) -> None:
    """Raises CallError where a file is there already and may not be replaced, or is none."""
    if file.exists():
        try:
            check_regular(file, file.stat())
        except NotAFile as error:
            raise CallError(f"{file} cannot be written: {error.strerror}.") from error
        if not force:
            raise CallError(f"{file} is there already; --force replaces it.")


def print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=escapes(), indent=1))


def print_table(head: list[str], rows: list[list[str]]) -> None:
    """Columns as wide as their widest entry, the last as long as it is."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head) - 1)]
    for row in [head, *rows]:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip())
