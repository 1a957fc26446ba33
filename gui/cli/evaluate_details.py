"""``layerloom evaluate RUN --details``: where the answers of one Output are wrong, and how sure they should be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from gui.cli.common import print_table
from gui.cli.evaluate_words import between, known, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.inside.evaluation.answered import Answered
    from engine.inside.evaluation.calibration import Reliability
    from engine.inside.evaluation.curves import AtThreshold, Curve
    from engine.inside.evaluation.details import Details
    from engine.inside.evaluation.slices import Slice
    from engine.inside.evaluation.suspects import Suspect

SHOWN: Final = 10
"""Lines of each list that people are shown; JSON has all."""


def of(asked: Answered, output: str | None) -> Details:
    """The details of one Output. Raises TrainingError, DataError."""
    from engine.inside.evaluation.details import details

    return details(asked, output)


def answer(found: Details) -> dict[str, object]:
    """What the JSON of a run has beside its metrics."""
    calibration = found.calibration
    return {
        "output": found.output,
        "curves": {one.name: _curve(one) for one in found.curves},
        "calibration": None
        if calibration is None
        else {
            "temperature": calibration.temperature if calibration.fitted else None,
            "before": _reliability(calibration.before),
            "after": _reliability(calibration.after),
        },
        "residuals": {
            one.name: {"mean": one.mean, "deviation": one.deviation, "quantiles": _quantiles(one.quantiles)}
            for one in found.residuals
        },
        "slices": [_slice(one, found.scores.metric) for one in found.slices],
        "hardest": [
            {"sample": one.name, "loss": known(one.loss), "answer": one.answer, "target": one.target}
            for one in found.hardest
        ],
        "suspects": None if found.suspects is None else suspects(found.suspects),
        "notes": list(found.notes),
    }


def suspects(found: Sequence[Suspect]) -> list[dict[str, object]]:
    """The JSON of labels that are probably wrong, the surest first."""
    return [{"sample": one.name, "label": one.given, "likely": one.likely, "margin": one.margin} for one in found]


def _curve(one: Curve) -> dict[str, object]:
    best = one.best_f1()
    return {
        "auroc": known(one.auroc),
        "average_precision": known(one.average_precision),
        "at_half": _at(one.at(0.5)),
        "best_f1": None if best is None else _at(best),
    }


def _at(one: AtThreshold) -> dict[str, object]:
    return {
        "threshold": one.threshold,
        "precision": known(one.precision),
        "recall": known(one.recall),
        "f1": known(one.f1),
        "confusion": [
            [one.true_negatives, one.false_positives],
            [one.false_negatives, one.true_positives],
        ],
    }


def _reliability(one: Reliability) -> dict[str, object]:
    bins = [
        {
            "low": part.low,
            "high": part.high,
            "samples": part.count,
            "confidence": part.confidence,
            "right": part.accuracy,
        }
        for part in one.bins
        if part.count
    ]
    return {"ece": known(one.ece), "nll": known(one.nll), "bins": bins}


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    from engine.inside.evaluation.residuals import LEVELS

    return {f"{level:g}": value for level, value in zip(LEVELS, values, strict=True)}


def _slice(one: Slice, metric: str) -> dict[str, object]:
    return {
        "property": one.name,
        "value": one.value,
        "samples": one.count,
        "metric": metric,
        "score": one.score.value,
        "low": known(one.score.low),
        "high": known(one.score.high),
        "worse_by": one.gap,
        "few": one.few,
    }


def show(found: Details) -> None:
    """The same for people: the beginning of each list."""
    if found.curves:
        _head("CLASS AGAINST ALL OTHERS")
        rows = []
        shown = list(found.curves)
        if len(shown) > SHOWN:
            shown = sorted(shown, key=lambda one: (math.isnan(one.average_precision), one.average_precision))[:SHOWN]
        for one in shown:
            best = one.best_f1()
            told = "–" if best is None else f"{text(best.f1)} from {text(best.threshold)} on"
            rows.append([one.name, text(one.auroc), text(one.average_precision), told])
        print_table(["CLASS", "AUROC", "AVERAGE PRECISION", "BEST F1"], rows)
        if len(found.curves) > SHOWN:
            print(f"the {SHOWN} classes with the lowest average precision of {len(found.curves):,}; --json has all")
    if found.calibration is not None:
        before, after = found.calibration.before, found.calibration.after
        _head("CALIBRATION")
        rows = [["as answered", text(before.ece), text(before.nll)]]
        if found.calibration.fitted:
            rows.append([f"temperature {text(found.calibration.temperature)}", text(after.ece), text(after.nll)])
        print_table(["", "ECE", "MEAN −LN P"], rows)
    if found.residuals:
        _head("RESIDUALS (predicted less true)")
        rows = [[one.name, text(one.mean), text(one.deviation), *map(text, one.quantiles)] for one in found.residuals]
        print_table(["NUMBER", "MEAN", "DEVIATION", "5 %", "25 %", "50 %", "75 %", "95 %"], rows)
    if found.slices:
        _head(f"SLICES WITH THE WORST {found.scores.metric.upper()}")
        rows = [
            [
                f"{one.name}: {one.value}",
                f"{one.count}{' (few)' if one.few else ''}",
                text(one.score.value),
                between(one.score),
            ]
            for one in found.slices[:SHOWN]
        ]
        print_table(["SLICE", "SAMPLES", "VALUE", "INTERVAL"], rows)
        _rest(len(found.slices))
    if found.hardest:
        _head("HIGHEST LOSS")
        rows = [[one.name, text(one.loss), one.answer, one.target or "–"] for one in found.hardest[:SHOWN]]
        print_table(["SAMPLE", "LOSS", "ANSWER", "TARGET"], rows)
        _rest(len(found.hardest))
    if found.suspects is not None:
        show_suspects(found.suspects)


def show_suspects(found: Sequence[Suspect]) -> None:
    """Labels that are probably wrong, for people."""
    _head(f"LABELS THAT ARE PROBABLY WRONG: {len(found):,}")
    if found:
        rows = [[one.name, one.given, one.likely, text(one.margin)] for one in found[:SHOWN]]
        print_table(["SAMPLE", "LABEL", "LIKELY", "MARGIN"], rows)
        _rest(len(found))


def _rest(count: int) -> None:
    """How many lines of a list are not shown."""
    if count > SHOWN:
        print(f"the first {SHOWN} of {count:,}; --json has all")


def _head(title: str) -> None:
    print(f"\n{title}")
