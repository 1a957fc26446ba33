"""``layerloom data PATH``: what a file or folder holds, and what a network could learn from it; or what is cached."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

import presets.fitting
from engine.data import sources
from engine.data.cache import shelf
from engine.data.dataset import DataError
from engine.data.sources.found import Found
from engine.data.watch import Watch
from engine.graph import Graph
from gui.cli.common import CallError, Commands, add_json, print_json, print_table

GB = 10**9


def add(commands: Commands) -> None:
    parser = commands.add_parser("data", help="what a file or folder of your own holds; --cache: what is kept decoded")
    parser.add_argument("path", metavar="PATH", type=Path, nargs="?")
    add_target(parser)
    parser.add_argument("--cache", action="store_true", help="what is kept decoded on the disk, and how much it may be")
    parser.add_argument("--cache-limit", type=float, metavar="GB", help="how many GB may be kept; 0 keeps nothing")
    parser.add_argument("--empty-cache", action="store_true", help="remove all that is kept decoded")
    add_json(parser)
    parser.set_defaults(run=run)


def add_data(parser: argparse.ArgumentParser) -> None:
    """The options of commands that take data of one's own."""
    parser.add_argument("--data", type=Path, metavar="PATH", help="learn from this file or folder of your own")
    add_target(parser)


def add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", metavar="NAME", help="the column or array to learn, where another is guessed")


def network(args: argparse.Namespace) -> Graph:
    """The network a command is about, fitted to the data it is to learn from. Raises LayerloomError."""
    if args.data is None:
        if args.target is not None:
            raise CallError("--target names what is to be learned of --data; give both.")
        return presets.open_what(args.what)[0]
    return presets.fitting.fitted(args.what, look(args.data, args.target))[0]


def look(path: Path, target: str | None) -> Found:
    """What a path holds, with the target that is asked for. Raises DataError."""
    found = sources.describe(path, watch=watch())
    if target is None:
        return found
    return sources.describe(path, found.kind, options_with(found, target), watch())


def options_with(found: Found, target: str) -> dict[str, object]:
    """The options in which this column or array alone is the target. Raises CallError where there is none."""
    names = {"table": "columns", "arrays": "fields"}
    if found.kind == "images":
        return {"answers": "table", **_kept(found, "table", "file_column"), "label_columns": (target,)}
    listed = found.settings.options[names[found.kind]]
    assert isinstance(listed, tuple)
    known = [str(entry["name"]) for entry in listed]
    if target not in known:
        raise CallError(f"There is no {target!r} in {found.settings.path}; there are: {', '.join(known[:40])}.")
    wishes = list[dict[str, object]]()
    for entry in listed:
        role = "target" if entry["name"] == target else "input" if entry.get("role") == "target" else None
        wishes.append({"name": entry["name"], **({"role": role} if role else {})})
    return {names[found.kind]: tuple(wishes)}


def _kept(found: Found, *names: str) -> Mapping[str, object]:
    options = found.settings.options
    if "table" not in options:
        raise CallError(
            f"The images in {found.settings.path} have no table of labels, so there is no column to choose."
        )
    return {name: options[name] for name in names if name in options}


def watch() -> Watch:
    """Says on a terminal how far it is."""
    if not sys.stderr.isatty():
        return Watch()
    return Watch(lambda share, words: print(f"\r{100 * share:3.0f} % {words:60.60}", end="", file=sys.stderr))


def run(args: argparse.Namespace) -> int:
    if args.cache or args.empty_cache or args.cache_limit is not None:
        return cache(args)
    if args.path is None:
        raise CallError("data needs the PATH of a file or folder, or --cache.")
    try:
        found = look(args.path, args.target)
    except DataError as error:
        if args.json:
            nothing: dict[str, object] = {"kind": None, "task": None, "samples": 0, "fields": {}, "classes": {}}
            print_json({**nothing, "notes": [{"code": "unusable", "message": str(error), "files": []}]})
        print(f"layerloom: {error}", file=sys.stderr)
        return 1
    if args.json:
        print_json(answer(found))
    else:
        show(found)
    return 0


def cache(args: argparse.Namespace) -> int:
    """Empty what is kept decoded or set its limit, where that is asked for, and say what there is."""
    if args.path is not None or args.target is not None:
        raise CallError("--cache is about the data of all projects: it takes no PATH and no --target.")
    if args.cache_limit is not None:
        if not 0 <= args.cache_limit * GB <= shelf.MOST:
            raise CallError(f"--cache-limit is a number of GB from 0 to {shelf.MOST // GB:,}, not {args.cache_limit}.")
        shelf.set_limit(round(args.cache_limit * GB))
    if args.empty_cache:
        shelf.empty()
    kept, limit = shelf.kept(), shelf.limit()
    if args.json:
        rows = [{"path": one.path, "field": one.field, "bytes": one.bytes, "used": one.used} for one in kept]
        print_json(
            {"bytes": sum(one.bytes for one in kept), "limit": limit, "folder": str(shelf.folder()), "kept": rows}
        )
        return 0
    print(f"{sum(one.bytes for one in kept) / GB:.3g} of {limit / GB:.3g} GB in {shelf.folder()}")
    if kept:
        print_table(["GB", "FIELD", "DATA"], [[f"{one.bytes / GB:.3g}", one.field, one.path] for one in kept])
    return 0


def answer(found: Found) -> dict[str, object]:
    """The JSON of the command."""
    return {
        "kind": found.kind,
        "task": found.task,
        "samples": found.samples,
        "fields": {
            name: {
                "shape": list(field.shape),
                "dtype": field.dtype,
                "role": field.role,
                "classes": list(field.names) or None,
            }
            for name, field in found.fields.items()
        },
        "classes": dict(found.classes),
        "notes": [
            {"code": note.code, "severity": note.severity, "message": note.message, "files": list(note.files)}
            for note in found.notes
        ],
        "reasons": dict(found.reasons),
        "options": found.settings.options,
    }


def show(found: Found) -> None:
    """The same for people."""
    print(f"{found.settings.path}: {found.kind}, {found.task}, {found.samples:,} samples")
    rows = list[list[str]]()
    for name, field in found.fields.items():
        values = f"{field.classes} classes" if field.classes else field.dtype
        rows.append([name, field.role, " × ".join(map(str, field.shape)) or "one number", values])
    print_table(["FIELD", "ROLE", "SHAPE", "VALUES"], rows)
    if found.classes:
        print()
        print_table(["CLASS", "SAMPLES"], [[name, f"{count:,}"] for name, count in found.classes.items()])
    for what, why in found.reasons.items():
        print(f"{what}: {why}")
    for note in found.notes:
        sign = {"error": "✕", "warning": "!", "hint": "·"}[note.severity]
        print(f"{sign} {note.message}" + (f" ({', '.join(note.files[:4])})" if note.files else ""))
