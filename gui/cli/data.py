"""``layerloom data PATH``: what a file or folder holds, and what a network could learn from it; or what is cached."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import presets.fitting
from engine.assignments import edit
from engine.data.cache import shelf
from engine.data.dataset import DataError
from engine.data.sources.arrays.arrays import Arrays
from engine.data.sources.describing import kind_of
from engine.data.sources.found import Found
from engine.data.sources.images.images import Images
from engine.data.sources.kinds import kinds, source_of
from engine.data.sources.offers import Offer
from engine.data.sources.tables.tables import Table
from engine.data.split_facts import PartFacts, split_facts
from engine.data.watch import Watch
from engine.graph import Graph
from engine.layers.parameters import parse
from engine.settings.data import DataConfig
from engine.settings.resolution import SettingFault, resolve_settings
from gui.cli.common import CallError, Commands, add_json, add_set, print_json, print_table
from gui.data.own.looking import OwnLook, look_into
from gui.data.own.splitting import candidates, settle, splitting_of
from gui.data.own.wishes import Wishes

MOST_CLASSES: Final = 8
"""Classes that get a column of their own in the table of parts."""

GB = 10**9


def add(commands: Commands) -> None:
    parser = commands.add_parser(
        "data", help="what a file or folder of your own holds, and how it is split; --cache: what is kept decoded"
    )
    parser.add_argument("path", metavar="PATH", type=Path, nargs="?")
    add_reading(parser)
    add_set(parser, "change a setting of the split, as data.split.test=0.2; may be given again")
    parser.add_argument("--cache", action="store_true", help="what is kept decoded on the disk, and how much it may be")
    parser.add_argument("--cache-limit", type=float, metavar="GB", help="how many GB may be kept; 0 keeps nothing")
    parser.add_argument("--empty-cache", action="store_true", help="remove all that is kept decoded")
    add_json(parser)
    parser.set_defaults(run=run)


def add_data(parser: argparse.ArgumentParser) -> None:
    """The options of commands that take data of one's own."""
    parser.add_argument("--data", type=Path, metavar="PATH", help="learn from this file or folder of your own")
    add_reading(parser)


def add_reading(parser: argparse.ArgumentParser) -> None:
    """How data of one's own are read."""
    parser.add_argument("--target", metavar="NAME", help="the column or array to learn, where another is guessed")
    parser.add_argument("--kind", metavar="KIND", help="what they are, where that is guessed wrong: text, table …")
    parser.add_argument(
        "--read",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="how they are read, as tokens=words or length=100 for text; may be given again",
    )
    parser.add_argument(
        "--split",
        metavar="WAY",
        help="how they are split: chance, group:COLUMN (what belongs together stays together), time:COLUMN, "
        "part:COLUMN (it names train, val, test); images also by folders, or parts (folders train, val, test)",
    )


def network(args: argparse.Namespace) -> Graph:
    """The network a command is about, fitted to the data it is to learn from. Raises LayerloomError."""
    if args.data is None:
        for name in ("target", "split", "kind", "read"):
            if getattr(args, name):
                raise CallError(f"--{name} is about --data; give both.")
        return presets.open_what(args.what)[0]
    return presets.fitting.fitted(args.what, look(args.data, reading_of(args)))[0]


@dataclass(frozen=True, slots=True)
class Reading:
    """How data are to be read, as a call says it; ``config`` has the split that it sets."""

    target: str | None = None
    split: str | None = None
    kind: str | None = None
    options: Sequence[str] = ()
    config: DataConfig | None = None


def reading_of(args: argparse.Namespace) -> Reading:
    """What a call says of reading. Raises LayerloomError."""
    shares = [one for one in args.assignments if one.startswith(("data.split.", "data.seed="))]
    return Reading(args.target, args.split, args.kind, args.read, data_settings(shares) if shares else None)


def look(path: Path, reading: Reading) -> Found:
    """What a path holds, with the target and the way to split it that are asked for. Raises LayerloomError."""
    kind, config = reading.kind, reading.config
    if kind is not None and kind not in kinds():
        raise CallError(f"--kind {kind}: there is no such kind of data; there are: {', '.join(kinds())}.")
    if kind is None and reading.options:
        try:
            kind = look_into(path, Wishes(), watch(), config).found.kind
        except DataError:  # as usual it cannot be read: perhaps with these options
            kind = kind_of(path)
    wishes = Wishes(kind)
    for option in reading.options:
        assert kind is not None or not reading.options
        wishes = wishes.with_option(*_option(str(kind), option))
    seen = look_into(path, wishes, watch(), config)
    wishes = Wishes(seen.found.kind, wishes.options)
    if reading.target is not None:
        wishes = _with_target(wishes, seen, reading.target)
        seen = look_into(path, wishes, watch(), config)
    if reading.split is not None:
        seen = look_into(path, _with_split(wishes, seen, reading.split), watch(), config)
    return seen.found


def _option(kind: str, text: str) -> tuple[str, object]:
    """An option and its value of ``name=value``. Raises CallError where the kind has no such option."""
    name, equals, value = text.partition("=")
    known = kinds()[kind].reads
    if not equals or name not in known:
        raise CallError(f"--read {text}: {kind} is read by {', '.join(known) or 'no options'}, each as name=value.")
    return name, parse(value)


def _with_target(wishes: Wishes, seen: OwnLook, target: str) -> Wishes:
    """The wishes in which this column or array alone is the target. Raises CallError where there is none."""
    source, path = source_of(seen.found.settings), seen.found.settings.path
    if source.target_option:
        able = dict(seen.offers.get(source.target_option, Offer("", ())).choices)
        if target not in able:
            there = ", ".join([*able][:40]) or "none"
            raise CallError(f"There is no {target!r} in {path}; there are: {there}.{_or_a_table(seen)}")
        return wishes.with_option(source.target_option, able[target])
    if isinstance(source, Images):
        if source.table is None:
            raise CallError(f"The images in {path} have no table of labels, so there is no column to choose.")
        chosen = {"answers": "table", "table": source.table, "file_column": source.file_column}
        for name, value in {**chosen, "label_columns": (target,)}.items():
            wishes = wishes.with_option(name, value)
        return wishes
    listed = source.columns if isinstance(source, Table) else source.fields if isinstance(source, Arrays) else ()
    known = [one.name for one in listed]
    if target not in known:
        raise CallError(f"There is no {target!r} in {path}; there are: {', '.join(known[:40])}.")
    return wishes.with_target(target, tuple(one.name for one in listed if one.role == "target"))


def _with_split(wishes: Wishes, seen: OwnLook, wanted: str) -> Wishes:
    """The wishes with another way to split. Raises CallError where that cannot be."""
    source = source_of(seen.found.settings)
    way, _, column = wanted.partition(":")
    known = splitting_of(source, seen.columns)
    ways = known.ways if known is not None else ()
    if way not in ways:
        said = f"these data can be split by {', '.join(ways) or 'chance'}, not by {way!r}."
        raise CallError(f"--split {wanted}: {said}{_or_a_table(seen)}")
    able = candidates(source, way, seen.columns)
    if column and column not in able:
        raise CallError(f"--split {wanted}: there is no such column; there are: {', '.join(able[:40])}.")
    return settle(wishes, source, way, column or None, seen.columns)


def _or_a_table(seen: OwnLook) -> str:
    """What else a table in order of time could be read as."""
    return " They are read as a series; --kind table reads rows." if seen.found.kind == "series" else ""


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
        found = look(args.path, reading_of(args))
        parts = split_facts(config_of(found, args.assignments))
    except DataError as error:
        if args.json:
            nothing: dict[str, object] = {"kind": None, "task": None, "samples": 0, "fields": {}, "classes": {}}
            print_json({**nothing, "notes": [{"code": "unusable", "message": str(error), "files": []}]})
        print(f"layerloom: {error}", file=sys.stderr)
        return 1
    if args.json:
        print_json(answer(found, parts))
    else:
        show(found, parts)
    return 0


def cache(args: argparse.Namespace) -> int:
    """Empty what is kept decoded or set its limit, where that is asked for, and say what there is."""
    if any((args.path, args.target, args.split, args.assignments)):
        raise CallError("--cache is about the data of all projects: it takes no PATH, --target, --split or --set.")
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


def config_of(found: Found, assignments: Sequence[str]) -> DataConfig:
    """The data section of a project that learns from these data. Raises LayerloomError."""
    return data_settings(assignments).model_copy(update={"dataset": None, "source": found.settings})


def data_settings(assignments: Sequence[str]) -> DataConfig:
    """The data section with these settings. Raises LayerloomError."""
    graph = Graph()
    for assignment in assignments:
        if not assignment.startswith("data."):
            raise CallError(f"--set {assignment}: only settings of the data can be set here, as data.split.test=0.2.")
        edit(graph, assignment).apply(graph)
    settings = resolve_settings(graph)
    if isinstance(settings, SettingFault):
        raise CallError(settings.message)
    return settings[0]


def answer(found: Found, parts: Sequence[PartFacts]) -> dict[str, object]:
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
        "split": {
            fact.name: {"samples": fact.samples, "groups": fact.groups, "classes": dict(fact.classes)} for fact in parts
        },
        "reasons": dict(found.reasons),
        "options": found.settings.options,
    }


def show(found: Found, parts: Sequence[PartFacts]) -> None:
    """The same for people."""
    print(f"{found.settings.path}: {found.kind}, {found.task}, {found.samples:,} samples")
    rows = list[list[str]]()
    for name, field in found.fields.items():
        values = f"{field.classes} classes" if field.classes else field.dtype
        rows.append([name, field.role, " × ".join(map(str, field.shape)) or "one number", values])
    print_table(["FIELD", "ROLE", "SHAPE", "VALUES"], rows)
    print()
    grouped, classed = parts[0].groups is not None, bool(parts[0].classes)
    names = list(parts[0].classes)[:MOST_CLASSES]
    head = ["PART", "SAMPLES", "SHARE", *["GROUPS"] * grouped, *names, *["CLASSES"] * classed]
    print_table(head, [_part(fact, names) for fact in parts])
    if found.classes:
        print()
        print_table(["CLASS", "SAMPLES"], [[name, f"{count:,}"] for name, count in found.classes.items()])
    for what, why in found.reasons.items():
        print(f"{what}: {why}")
    for note in found.notes:
        sign = {"error": "✕", "warning": "!", "hint": "·"}[note.severity]
        print(f"{sign} {note.message}" + (f" ({', '.join(note.files[:4])})" if note.files else ""))


def _part(fact: PartFacts, names: Sequence[str]) -> list[str]:
    groups = [] if fact.groups is None else [f"{fact.groups:,}"]
    met = [f"{fact.met} of {len(fact.classes)}"] if fact.classes else []
    return [
        *(fact.name, f"{fact.samples:,}", f"{100 * fact.share:.1f} %"),
        *groups,
        *(f"{fact.classes[name]:,}" for name in names),
        *met,
    ]
