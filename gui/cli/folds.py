"""Cross-validation on the command line: the folds one after the other, and at the end what they reach together."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from engine.training.runs import folds
from engine.training.runs.folds import FoldsSummary, Spread
from engine.training.runs.lines import line
from engine.training.status import Result
from gui.cli.common import print_table
from gui.training.folds_words import table_of


def begin(together: Path, number: int) -> None:
    """Say which fold is trained now."""
    print(f"fold {number} of {folds.facts(together).folds}", file=sys.stderr, flush=True)


def finish(together: Path, *, as_json: bool) -> None:
    """Print what the folds have reached so far."""
    found = folds.summary(together)
    if as_json:
        print(line(answer(found)), flush=True)
        return
    head, rows = table_of(found)
    print()
    print_table([title.upper() for title in head], rows)
    print(f"folder of the folds: {together}")


def answer(found: FoldsSummary) -> dict[str, object]:
    """The JSON of the last line."""
    return {
        "folds": found.folds,
        "done": found.done,
        "run": str(found.path),
        "runs": [str(info.path) for info in found.runs.values()],
        "validation": _spreads(found.validation),
        "test": _spreads(found.test),
    }


def _spreads(values: Mapping[str, Spread]) -> dict[str, object]:
    return {name: {"mean": one.mean, "deviation": one.deviation, "folds": one.count} for name, one in values.items()}


def of_result(result: Result) -> dict[str, object]:
    """What the JSON of a run says beside how it ended, where it is one fold of several."""
    together = folds.folds_of_run(result.run)
    return {} if together is None else {"fold": folds.number_of(result.run)}
