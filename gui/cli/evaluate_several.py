"""``layerloom evaluate RUN RUN…``: each run, the mean of all, two sample by sample, and all together."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.training.runs import folds
from gui.cli import evaluate_details
from gui.cli.common import print_json, print_table
from gui.cli.evaluate_words import answer, between, known, samples, text

if TYPE_CHECKING:
    from engine.inside.evaluation.answered import Answered
    from engine.inside.evaluation.comparing import Comparison
    from engine.inside.evaluation.scores import Scores
    from engine.inside.evaluation.suspects import Suspect
    from engine.training.runs.folds import Spread


def report(args: argparse.Namespace, asked: Sequence[Answered], found: Sequence[Scores]) -> None:
    """Print what several runs reach. Raises TrainingError where they cannot be compared or averaged."""
    from engine.inside.evaluation.comparing import compare
    from engine.inside.evaluation.ensembles import ensemble, not_alike, spreads
    from engine.inside.evaluation.scores import scores_of

    for note in dict.fromkeys(note for one in asked for note in one.data.notes):
        print(f"layerloom: {note}", file=sys.stderr)
    spread = spreads(found)
    if note := not_alike(asked):
        print(f"layerloom: {note}", file=sys.stderr)
    together = scores_of(ensemble(asked), resamples=args.resamples) if args.ensemble else None
    comparison = compare(asked[0], asked[1], args.output) if args.compare else None
    doubted = _doubted(asked, args.output) if args.details else None
    if args.json:
        made: dict[str, object] = {
            "notes": [note] if note else [],
            "runs": [{"run": str(one.trained.folder), **answer(own)} for one, own in zip(asked, found, strict=True)],
            "spread": {
                name: {"mean": known(one.mean), "deviation": known(one.deviation), "runs": one.count}
                for name, one in spread.items()
            },
        }
        made |= {} if together is None else {"ensemble": answer(together)}
        made |= {} if comparison is None else {"comparison": _comparison(asked[0], comparison)}
        made |= {} if doubted is None else {"suspects": evaluate_details.suspects(doubted)}
        print_json(made)
        return
    _show(asked, found, spread, together)
    if comparison is not None:
        _show_comparison(asked, comparison)
    if doubted is not None:
        evaluate_details.show_suspects(doubted)


def _doubted(asked: Sequence[Answered], output: str | None) -> Sequence[Suspect] | None:
    """Suspected labels of all samples, where the runs are the folds of one cross-validation; else None."""
    from engine.inside.evaluation.answered import answer_all
    from engine.inside.evaluation.details import suspects_by_folds
    from engine.inside.evaluation.evaluation_set import of_part

    together = {folds.folds_of_run(one.trained.folder) for one in asked}
    if None in together or len(together) > 1:
        print(
            "layerloom: --details of several runs are the labels that are probably wrong by the folds of one "
            "cross-validation; these runs are none: ask each alone.",
            file=sys.stderr,
        )
        return None
    return suspects_by_folds([answer_all(one.trained, of_part(one.trained, "validation")) for one in asked], output)


def _comparison(first: Answered, found: Comparison) -> dict[str, object]:
    def named(rows: object) -> list[str]:
        return [first.data.name(int(row)) for row in rows]  # type: ignore[attr-defined]

    difference, test = found.difference, found.test
    return {
        "metric": found.metric,
        "a": found.a,
        "b": found.b,
        "difference": {"value": difference.value, "low": known(difference.low), "high": known(difference.high)},
        "both": len(found.both),
        "neither": len(found.neither),
        "only_a": named(found.only_a),
        "only_b": named(found.only_b),
        "mcnemar": None
        if test is None
        else {"exact_p": test.exact, "chi_squared": test.statistic, "corrected_p": test.corrected},
    }


def _show(
    asked: Sequence[Answered], found: Sequence[Scores], spread: dict[str, Spread], together: Scores | None
) -> None:
    print(f"{samples(found[0].samples)}; 95 % intervals over samples drawn again")
    for one, own in zip(asked, found, strict=True):
        if own.samples != found[0].samples:
            print(f"{one.trained.folder.name}: {samples(own.samples)}")
    head = ["METRIC", *(one.trained.folder.name for one in asked), "MEAN ± DEVIATION"]
    head += [] if together is None else ["ENSEMBLE"]
    rows = []
    for name, mean in spread.items():
        each = [*found, together] if together is not None else [*found]
        cells = [f"{text(one.metrics[name].value)} ({between(one.metrics[name]) or '–'})" for one in each]
        cells.insert(len(found), f"{text(mean.mean)} ± {text(mean.deviation)}")
        rows.append([name, *cells])
    print_table(head, rows)


def _show_comparison(asked: Sequence[Answered], found: Comparison) -> None:
    a, b = (one.trained.folder.name for one in asked)
    print(f"\nSAMPLE BY SAMPLE ({found.metric})")
    print(f"difference, {b} less {a}: {text(found.difference.value)} ({between(found.difference)})")
    counts = [len(rows) for rows in (found.both, found.only_a, found.only_b, found.neither)]
    if found.test is None:
        print_table(
            ["SAMPLES", "COUNT"],
            [["alike", str(counts[0])], [f"{a} closer", str(counts[1])], [f"{b} closer", str(counts[2])]],
        )
        return
    words = ("both right", f"only {a}", f"only {b}", "neither")
    print_table(["SAMPLES", "COUNT"], [[word, str(count)] for word, count in zip(words, counts, strict=True)])
    print(
        f"McNemar's test: p = {text(found.test.exact)} (exact); χ² = {text(found.test.statistic)} with continuity "
        f"correction, p = {text(found.test.corrected)}"
    )
