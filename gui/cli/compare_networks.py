"""What networks cost side by side, for ``layerloom compare WHAT WHAT…``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Final

import presets
from engine.comparison.network import UnknownCost, cost_of
from engine.comparison.scores import Measure, measures, runs_of
from engine.comparison.table import COLUMNS, Entry, remark, scored, text_table
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.tabular.formats import FORMATS, shown
from engine.training.runs.catalogue import listing
from gui.amounts import memory, short_time
from gui.cli.common import CallError, print_json, print_table

FORMS: Final = {"csv": "csv", "markdown": "md", "latex": "tex"}
MOST_BATCH: Final = 4096


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that are about networks only."""
    forms = parser.add_mutually_exclusive_group()
    for name in FORMS:
        forms.add_argument(f"--{name}", action="store_true", help=f"networks: the table as {name.upper()}")
    words = "networks: also measure how long one sample takes here, in evaluation"
    parser.add_argument("--time", action="store_true", help=words)
    parser.add_argument("--batch", type=int, default=4, metavar="N", help="with --time: samples at once (default 4)")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="with --time: threads (default 1)")
    parser.add_argument("--lines", action="store_true", help=argparse.SUPPRESS)  # for the window: a JSON object a line


def asked(args: argparse.Namespace) -> bool:
    """Whether an option is given that is about networks."""
    return bool(args.time or args.lines or any(getattr(args, name) for name in FORMS))


def run(args: argparse.Namespace) -> int:
    """Print the comparison; the answer is "no" where a network is not known."""
    if not (1 <= args.batch <= MOST_BATCH and 1 <= args.threads <= 1024):
        raise CallError(f"--batch must be from 1 to {MOST_BATCH:,}, --threads from 1 to 1,024.")
    graphs = [_opened(what) for what in args.subjects]
    if args.lines:
        _print_lines(graphs, args)
        return 0
    found = listing()
    entries = [_entry(what, graph) for what, graph in zip(args.subjects, graphs, strict=True)]
    entries = [
        replace(entry, runs=runs_of(graph, found)) if isinstance(graph, Graph) else entry
        for entry, graph in zip(entries, graphs, strict=True)
    ]
    measure = next(iter(measures(entry.runs for entry in entries)), None)
    entries = [replace(entry, score=scored(entry, measure)) for entry in entries]
    if args.time:
        entries = _timed(entries, graphs, args)
    _print(entries, measure, args)
    return 1 if any(entry.fault for entry in entries) else 0


def _opened(what: str) -> Graph | LayerloomError:
    try:
        return presets.open_what(what)[0]
    except LayerloomError as error:
        return error


def _entry(what: str, graph: Graph | LayerloomError) -> Entry:
    if not isinstance(graph, Graph):
        return Entry(what, fault=str(graph))
    try:
        return Entry(what, cost_of(graph))
    except UnknownCost as error:
        return Entry(what, fault=str(error))


# -- time --------------------------------------------------------------------------------------------------------------


def _timed(entries: Sequence[Entry], graphs: Sequence[Graph | LayerloomError], args: argparse.Namespace) -> list[Entry]:
    from engine.comparison.timing import Timing

    result = list(entries)
    for row, timing in _timings(
        [graph if not e.fault else None for graph, e in zip(graphs, entries, strict=True)], args
    ):
        if isinstance(timing, Timing):
            result[row] = replace(result[row], timing=timing)
        else:
            result[row] = replace(result[row], timing_fault=f"The time cannot be measured: {timing}")
    return result


def _timings(graphs: Sequence[object], args: argparse.Namespace) -> Iterator[tuple[int, object]]:
    """The row of each network that can be measured, with its timing or what went wrong."""
    from engine.comparison.timing import time_networks

    rows = [row for row, graph in enumerate(graphs) if isinstance(graph, Graph)]
    known = [graph for graph in graphs if isinstance(graph, Graph)]

    def show(index: int) -> None:
        if args.lines:
            print(json.dumps({"begun": rows[index]}), flush=True)
        else:
            print(f"layerloom: measuring {args.subjects[rows[index]]} …", file=sys.stderr)

    for index, timing in time_networks(known, batch=args.batch, threads=args.threads, show=show):
        yield rows[index], timing


def _print_lines(graphs: Sequence[Graph | LayerloomError], args: argparse.Namespace) -> None:
    from engine.comparison.timing import Timing

    for row, timing in _timings(graphs, args):
        said = {"timing": asdict(timing)} if isinstance(timing, Timing) else {"fault": str(timing)}
        print(json.dumps({"row": row, **said}), flush=True)


# -- printing ----------------------------------------------------------------------------------------------------------


def _print(entries: Sequence[Entry], measure: Measure | None, args: argparse.Namespace) -> None:
    empty = {column.key for column in COLUMNS if all(column.value(entry) is None for entry in entries)}
    columns = [column for column in COLUMNS if column.key not in empty]
    if args.json:
        print_json({"measure": None if measure is None else asdict(measure), "networks": [_answer(e) for e in entries]})
        return
    form = next((ending for name, ending in FORMS.items() if getattr(args, name)), None)
    table = text_table(entries, [column.key for column in columns], measure)
    if form is not None:
        sys.stdout.write(FORMATS[form](table))
        return
    say = {"bytes": lambda value: memory(int(value)), "seconds": short_time}
    rows = []
    for entry in entries:
        values = [(column.unit, column.value(entry)) for column in columns]
        rows.append(["–" if value is None else say.get(unit, shown)(value) for unit, value in values])
    print_table([column.title for column in columns], rows)
    for entry in entries:
        if text := remark(entry):
            print(f"{entry.name}: {text}")
    if measure is not None:
        print(f"score: {measure}")
    timing = next((entry.timing for entry in entries if entry.timing is not None), None)
    if timing is not None:
        print(f"time: {timing.conditions}")


def _answer(entry: Entry) -> dict[str, object]:
    """A network in the JSON of the command."""
    score = entry.score
    return {
        "network": entry.name,
        "fault": entry.fault or None,
        **(asdict(entry.cost) if entry.cost is not None else {}),
        "timing": asdict(entry.timing) if entry.timing is not None else None,
        "timing_fault": entry.timing_fault or None,
        "score": None if score is None else {**asdict(score), "run": str(score.run)},
    }
