"""``layerloom predict RUN|WHAT PATH…``: what a network answers to files, prepared as its own data were."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import presets
from engine.files import write_atomically
from gui.cli.common import CallError, Commands, add_force, add_json, check_new, print_json, print_table
from gui.cli.run_names import run_of
from gui.cli.weights import add_weights, with_weights

if TYPE_CHECKING:
    from engine.inside.predicting import Answer, Prediction
    from engine.inside.trained import Trained

SHOWN: Final = 5
"""Classes of a sample that people are told."""


def add(commands: Commands) -> None:
    parser = commands.add_parser("predict", help="what the network of a run answers to files or a text")
    parser.add_argument("folder", metavar="RUN|WHAT", help="the folder of a run, or its name; a network with weights")
    paths = parser.add_argument(
        "paths", metavar="PATH", type=Path, nargs="+", default=[], help="files, or folders of images or texts"
    )
    paths.required = False  # with nargs="*" Python 3.11 takes them to be none where an option stands before them
    parser.add_argument(
        "--text", metavar="TEXT", action="append", default=[], help="a text, or several; - reads it from standard input"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.csv", help="write all answers into a table")
    add_weights(parser, "of WHAT: its weights")
    add_force(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if args.output is not None:
        if args.output.suffix.lower() != ".csv":
            raise CallError(f"{args.output}: answers are written as CSV; give a name that ends in .csv.")
        check_new(args.output, args.force)
    if bool(args.paths) == bool(args.text):
        raise CallError("There is nothing to ask about: give files, or --text TEXT." if not args.text else
                        "Files and --text exclude each other: ask about one after the other.")  # fmt: skip
    from engine.inside.answer_table import table
    from engine.inside.predicting import predict
    from engine.inside.replaced import not_read, notes
    from engine.inside.trained import NOT_NUMBERS

    trained = opened(args.folder, args)
    if trained.note:
        print(f"layerloom: {trained.note}", file=sys.stderr)
    predictions = predict(trained, args.paths) if args.paths else _of_texts(trained, args.text)
    said = [value for one in predictions for each in one.answers for _, value in each.probabilities + each.numbers]
    if any(map(math.isnan, said)):
        print(f"layerloom: {NOT_NUMBERS}", file=sys.stderr)
    for note in (*notes(predictions), *(one.error for one in predictions), not_read(predictions)):
        if note:
            print(f"layerloom: {note}", file=sys.stderr)
    if args.output is not None:
        write_atomically(args.output, table(predictions).encode("utf-8"))
        print(f"wrote {args.output}", file=sys.stderr)
    if args.json:
        print_json([answer(one) for one in predictions])
    elif args.output is None:
        print_table(["SAMPLE", "OUTPUT", "ANSWER"], [row for one in predictions for row in _rows(one)])
    return 1 if any(one.error for one in predictions) else 0


def _of_texts(trained: Trained, texts: Sequence[str]) -> list[Prediction]:
    """The answers to texts, each by itself. Raises DataError where one cannot be read."""
    from engine.inside.asking import of_text
    from engine.inside.predicting import answers_to

    given = [sys.stdin.read().removesuffix("\n") if text == "-" else text for text in texts]
    return [one for text in given for one in answers_to(trained, of_text(trained, text))]


def is_network(what: str, args: argparse.Namespace) -> bool:
    """Whether a network with weights from a file is meant, and not a run."""
    return args.weights is not None or Path(what).suffix == ".loom"


def opened(what: str, args: argparse.Namespace) -> Trained:
    """The network of a run, or one with weights from a file. Raises LayerloomError."""
    from engine.inside.published import open_network
    from engine.inside.trained import open_run

    if is_network(what, args):
        return open_network(with_weights(presets.open_what(what)[0], args))
    return open_run(run_of(what), as_exported=True)  # a package gives the same answers to the last digit


def answer(prediction: Prediction) -> dict[str, object]:
    """The JSON of one sample; of several Outputs each has its own list.

    One that cannot be read has an ``error`` and no answers; ``positions`` are the classes of a sequence, ``replaced``
    cells that their columns do not hold.
    """
    if prediction.error:
        return {"file": prediction.name, "answers": [], "error": prediction.error}
    said = {one.output: _entries(one) for one in prediction.answers}
    made: dict[str, object] = {
        "file": prediction.name,
        "answers": next(iter(said.values()), []) if len(said) == 1 else said,
    }
    if steps := {one.output: list(one.positions) for one in prediction.answers if one.positions}:
        made["positions"] = next(iter(steps.values())) if len(said) == 1 else steps
    cells = [{"column": one.column, "cell": one.cell, "instead": one.instead} for one in prediction.replaced]
    return made | ({"replaced": cells} if cells else {})


def _entries(one: Answer) -> list[dict[str, object]]:
    chances: list[dict[str, object]] = [{"name": name, "probability": chance} for name, chance in one.probabilities]
    return chances + [{"name": name, "value": value} for name, value in one.numbers]


def _rows(prediction: Prediction) -> list[list[str]]:
    from engine.inside.answer_table import in_runs

    rows = [[prediction.name, "–", "cannot be read"]] if prediction.error else []
    for one in prediction.answers:
        chances = ", ".join(f"{name} {100 * chance:.1f} %" for name, chance in one.probabilities[:SHOWN])
        values = ", ".join(f"{name} {value:.6g}" for name, value in one.numbers)
        inside = f": {in_runs(one.positions)}" if one.positions else ""
        rows.append([prediction.name, one.output, (chances or values) + inside])
    return rows
