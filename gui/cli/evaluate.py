"""``layerloom evaluate RUN…``: how good the networks of runs are, alone, side by side and together."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from engine.data.splitting import PartName
from engine.training.runs import folds
from gui.cli import evaluate_details, evaluate_several
from gui.cli.common import CallError, Commands, add_json, print_json, print_table
from gui.cli.evaluate_words import answer, between, classes, known, samples, text
from gui.cli.predict import is_network, opened
from gui.cli.run_names import check_once, run_of
from gui.cli.weights import add_weights

if TYPE_CHECKING:
    from engine.inside.evaluation.answered import Answered
    from engine.inside.evaluation.scores import Interval, Scores

MOST_RESAMPLES = 100_000


def add(commands: Commands) -> None:
    parser = commands.add_parser("evaluate", help="the metrics of runs on a part of their data, with intervals")
    parser.add_argument(
        "folders",
        metavar="RUN|WHAT",
        nargs="+",
        help="the folder of a run or of folds, or its name; a network with weights",
    )
    parser.add_argument(
        "--part", choices=get_args(PartName), default="test", help="the part of its data (default test)"
    )
    parser.add_argument("--data", type=Path, metavar="PATH", help="other data of the same form, with their answers")
    parser.add_argument(
        "--details",
        action="store_true",
        help="curves, calibration, residuals, slices, the hardest samples and labels that are probably wrong",
    )
    parser.add_argument("--output", metavar="NAME", help="the Output that details and --compare are about")
    parser.add_argument("--compare", action="store_true", help="two runs sample by sample, with McNemar's test")
    parser.add_argument("--ensemble", action="store_true", help="the average of the answers of all runs as well")
    parser.add_argument(
        "--resamples", type=int, default=1000, metavar="N", help="how often samples are drawn again for the intervals"
    )
    add_weights(parser, "of WHAT: its weights")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not 0 <= args.resamples <= MOST_RESAMPLES:
        raise CallError(f"--resamples is an integer from 0 to {MOST_RESAMPLES:,}, not {args.resamples}.")
    paths = [path for given in args.folders for path in _runs(given, network=is_network(given, args))]
    check_once(paths)
    if args.compare and len(paths) != 2:
        raise CallError(f"--compare puts two runs side by side, not {len(paths)}.")
    if args.ensemble and len(paths) < 2:
        raise CallError("--ensemble needs two runs or more.")
    from engine.inside.evaluation.scores import scores_of

    asked = [_ask(path, args) for path in paths]
    every = (scores_of(one, resamples=args.resamples) for one in asked)
    found = [one for one in every if one is not None]
    if len(paths) > 1:
        evaluate_several.report(args, asked, found)
        return 0
    output = asked[0].head(args.output).name if asked[0].trained.network.heads else ""
    told = evaluate_details.of(asked[0], args.output) if args.details else None
    for note in asked[0].data.notes if told is None else told.notes:
        print(f"layerloom: {note}", file=sys.stderr)
    if args.json:
        print_json(answer(found[0], output) | ({} if told is None else evaluate_details.answer(told)))
        return 0
    show(found[0], output)
    if told is not None:
        evaluate_details.show(told)
    return 0


def _runs(given: str, *, network: bool) -> Sequence[Path]:
    """The run or the ``network`` that is meant, or the runs of all folds. Raises CallError, RunError."""
    path = Path(given)
    if network:
        return [path]
    if not folds.is_folds(path):
        return [run_of(given)]
    found = list(folds.run_folders(path))
    if not found:
        raise CallError(f"No fold in {path} is trained yet; `layerloom train --resume {path}` does that.")
    return found


def _ask(path: Path, args: argparse.Namespace) -> Answered:
    """A run, or a network, that has answered all samples it is to be judged by."""
    from engine.inside.evaluation.answered import answer_all
    from engine.inside.evaluation.evaluation_set import of_files, of_part

    trained = opened(str(path), args)
    if trained.note:
        print(f"layerloom: {trained.note}", file=sys.stderr)
    return answer_all(trained, of_part(trained, args.part) if args.data is None else of_files(trained, args.data))


def show(found: Scores, output: str = "") -> None:
    """The same for people."""
    print(f"{samples(found.samples)}; 95 % intervals over samples drawn again")
    print_table(["METRIC", "VALUE", "INTERVAL"], [_row(name, one) for name, one in found.metrics.items()])
    each = classes(found, output)
    if each:
        print()
        heads = list(next(iter(each.values())))
        rows = [[name, *(text(values.get(head)) for head in heads)] for name, values in each.items()]
        print_table(["CLASS", *(head.upper() for head in heads)], rows)


def _row(name: str, one: Interval) -> list[str]:
    return [name, text(known(one.value)), between(one) or "–"]
