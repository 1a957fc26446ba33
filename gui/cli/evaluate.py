"""``layerloom evaluate RUN``: how good the network of a run is, with intervals, on a part of its data or on others."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from engine.data.splitting import PartName
from gui.cli.common import CallError, Commands, add_json, print_json, print_table
from gui.cli.run_names import run_of

if TYPE_CHECKING:
    from engine.inside.evaluation.scores import Interval, Scores

PER_CLASS = "_per_class"
MOST_RESAMPLES = 100_000


def add(commands: Commands) -> None:
    parser = commands.add_parser("evaluate", help="the metrics of a run on a part of its data, with intervals")
    parser.add_argument("folder", metavar="RUN", help="the folder of a run, or its name")
    parser.add_argument(
        "--part", choices=get_args(PartName), default="test", help="the part of its data (default test)"
    )
    parser.add_argument("--data", type=Path, metavar="PATH", help="other data of the same form, with their answers")
    parser.add_argument(
        "--resamples", type=int, default=1000, metavar="N", help="how often samples are drawn again for the intervals"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not 0 <= args.resamples <= MOST_RESAMPLES:
        raise CallError(f"--resamples is a whole number from 0 to {MOST_RESAMPLES:,}, not {args.resamples}.")
    from engine.inside.evaluation.scores import scores
    from engine.inside.trained import open_run

    trained = open_run(run_of(args.folder))
    if trained.note:
        print(f"layerloom: {trained.note}", file=sys.stderr)
    part = trained.part(args.part) if args.data is None else trained.others(args.data)
    found = scores(trained, part, resamples=args.resamples)
    assert found is not None
    if args.json:
        print_json(answer(found))
    else:
        show(found)
    return 0


def answer(found: Scores) -> dict[str, object]:
    """The JSON of the command; what is not a number is null."""
    metrics = {
        name: {"value": _known(one.value), "low": _known(one.low), "high": _known(one.high)}
        for name, one in found.metrics.items()
    }
    confusion = found.per_class.get("confusion_matrix")
    return {"metrics": metrics, "classes": classes(found), "confusion_matrix": confusion, "samples": found.samples}


def classes(found: Scores) -> dict[str, dict[str, float | None]]:
    """Class → what is measured of it alone."""
    rows: dict[str, dict[str, float | None]] = {}
    for metric, values in found.per_class.items():
        if metric.endswith(PER_CLASS) and isinstance(values, list):
            for index, value in enumerate(values):
                name = found.names[index] if index < len(found.names) else str(index)
                number = float(value) if isinstance(value, int | float) else math.nan
                rows.setdefault(name, {})[metric.removesuffix(PER_CLASS)] = _known(number)
    return rows


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def show(found: Scores) -> None:
    """The same for people."""
    print(f"{found.samples:,} samples; 95 % intervals over samples drawn again")
    print_table(["METRIC", "VALUE", "INTERVAL"], [_row(name, one) for name, one in found.metrics.items()])
    each = classes(found)
    if each:
        print()
        heads = list(next(iter(each.values())))
        rows = [[name, *(_text(values.get(head)) for head in heads)] for name, values in each.items()]
        print_table(["CLASS", *(head.upper() for head in heads)], rows)


def _row(name: str, one: Interval) -> list[str]:
    known = math.isfinite(one.low) and math.isfinite(one.high)
    return [name, _text(_known(one.value)), f"{_text(one.low)} to {_text(one.high)}" if known else "–"]


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
