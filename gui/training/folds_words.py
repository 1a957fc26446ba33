"""How a cross-validation reads: the table of its folds with mean ± deviation, and the same in a sentence."""

from __future__ import annotations

from pathlib import Path

from engine.training.runs import folds
from engine.training.runs.folder import RunError
from engine.training.runs.folds import FoldsSummary, Spread
from gui.training.words import main_metrics, metric_title, unit, value_text

MEAN = "mean ± deviation"


def spread_text(name: str, spread: Spread) -> str:
    """``96.1 % ± 1.2 %``, or a single value where there is one fold alone."""
    mean = value_text(name, spread.mean)
    deviation = value_text(name, spread.deviation) if unit(name) == "%" else f"{spread.deviation:.2g}"
    return mean if spread.count < 2 else f"{mean} ± {deviation}"


def table_of(found: FoldsSummary, *, every: bool = False) -> tuple[list[str], list[list[str]]]:
    """Head and rows: each fold, and in the last row mean ± deviation; the main metrics, or ``every`` one."""
    spreads = {"validation": found.validation, "test": found.test}
    columns = list[tuple[str, str]]()
    for part in spreads:
        of_part = [info.validation if part == "validation" else info.test for info in found.runs.values()]
        there = {name: 0.0 for one in of_part for name in one}
        names = list(there) if every else main_metrics(there) or list(there)[:2]
        columns += [(part, name) for name in names]
    rows = list[list[str]]()
    for number in range(1, found.folds + 1):
        info = found.runs.get(number)
        cells = list[str]()
        for part, name in columns:
            known = {} if info is None else info.validation if part == "validation" else info.test
            cells.append(value_text(name, known[name]) if name in known else "–")
        rows.append([str(number), "not begun" if info is None else info.state, *cells])
    means = [spread_text(name, spreads[part][name]) if name in spreads[part] else "–" for part, name in columns]
    rows.append([MEAN, f"{found.done} of {found.folds} done", *means])
    return ["fold", "state", *(f"{part} {metric_title(name).lower()}" for part, name in columns)], rows


def sentence_of(run: Path) -> str:
    """What the folds of a run have reached together; empty for a run that is none of a cross-validation."""
    try:
        together = folds.folds_of_run(run)
        found = folds.summary(together) if together is not None else None
    except RunError:
        return ""
    if found is None:
        return ""
    parts = [
        f"{part} {name.replace('_', ' ')} {spread_text(name, spreads[name])}"
        for part, spreads in (("test", found.test), ("validation", found.validation))
        for name in (main_metrics({name: one.mean for name, one in spreads.items()}) or list(spreads))[:1]
    ]
    done = f"All {found.folds} folds" if found.done == found.folds else f"{found.done} of {found.folds} folds"
    return f"{done}: {', '.join(parts)}." if parts else f"{done} done."


def fold_text(run: Path) -> str:
    """``fold 2 of 5``; empty for a run that is none of a cross-validation."""
    try:
        together = folds.folds_of_run(run)
        return "" if together is None else f"fold {folds.number_of(run)} of {folds.facts(together).folds}"
    except RunError:
        return ""
