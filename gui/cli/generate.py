"""``layerloom generate RUN``: what a network of sequences writes, how it labels a text, or what it forecasts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gui.cli.common import CallError, Commands, add_json, print_json, print_table
from gui.cli.run_names import run_of

if TYPE_CHECKING:
    from engine.inside.generating.jobs import Classifying, Job, Labelling
    from engine.inside.generating.writing import Start, Writer
    from engine.inside.trained import Trained


WORDS: Final = {"Labelling": "labels a text", "Classifying": "classifies a text", "Forecasting": "forecasts a series"}
"""What a network that writes nothing does instead."""


def add(commands: Commands) -> None:
    parser = commands.add_parser("generate", help="what a network of sequences writes, labels, classifies or forecasts")
    parser.add_argument("folder", metavar="RUN", help="the folder of a run, or its name")
    parser.add_argument(
        "--prompt",
        metavar="TEXT",
        help="a text to be continued, translated, labelled or classified; - reads it from standard input",
    )
    parser.add_argument("--image", type=Path, metavar="FILE", help="the image a caption is wanted for")
    parser.add_argument(
        "--sample", type=int, metavar="N", help="in place of both: the N-th test sample of its own data"
    )
    parser.add_argument("--length", type=int, metavar="N", help="tokens at most")
    parser.add_argument(
        "--temperature", type=float, metavar="T", help="below 1 likely tokens come more often; 0 the likeliest always"
    )
    parser.add_argument("--top-k", type=int, metavar="K", help="choose among the K likeliest tokens only")
    parser.add_argument("--top-p", type=float, metavar="P", help="choose among the likeliest that together reach P")
    parser.add_argument("--seed", type=int, metavar="S", help="one seed always gives the same text (default 0)")
    parser.add_argument("--beams", type=int, metavar="B", help="search for the likeliest sequence, B at a time")
    parser.add_argument(
        "--length-penalty", type=float, metavar="A", help="beams are compared by log probability / length^A (default 1)"
    )
    parser.add_argument("--best", action="store_true", help="the weights of its best epoch, not those of its end")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    given = [name for name in ("prompt", "image", "sample") if getattr(args, name) is not None]
    if len(given) > 1:
        raise CallError(f"--{given[0]} and --{given[1]} exclude each other: give one.")
    drawn = [name for name in ("temperature", "top_k", "top_p", "seed") if getattr(args, name) is not None]
    if args.beams is not None and drawn:
        raise CallError(
            f"--beams searches for the likeliest sequence and draws nothing: leave out --{drawn[0].replace('_', '-')}."
        )
    if args.length_penalty is not None and args.beams is None:
        raise CallError("--length-penalty compares the sequences of a search: give --beams, too.")
    if args.sample is not None and args.sample < 1:
        raise CallError(f"--sample is {args.sample}: samples are counted from 1.")
    from engine.inside.generating.jobs import Classifying, Forecasting, Labelling, job_of
    from engine.inside.generating.writing import Writer
    from engine.inside.trained import open_run
    from engine.training.runs.stored import best_weights

    folder = run_of(args.folder)
    trained = open_run(folder, weights=best_weights(folder) if args.best else None)
    if trained.note:
        print(f"layerloom: {trained.note}", file=sys.stderr)
    job = job_of(trained)
    if isinstance(job, Forecasting):
        return _forecast(args, trained, job)
    if isinstance(job, Labelling):
        return _label(args, trained, job)
    if isinstance(job, Classifying):
        return _classify(args, trained, job)
    return _write(args, Writer(trained))


def _write(args: argparse.Namespace, writer: Writer) -> int:
    """A text as it comes; with beams the likeliest, and the others as JSON."""
    from engine.inside.generating.choosing import Choosing

    temperature = 1.0 if writer.job.kind == "continue" else 0.0
    choosing = Choosing(
        temperature if args.temperature is None else args.temperature, args.top_k, args.top_p, args.seed or 0
    )
    start = _start(args, writer, choosing.seed)
    typed = writer.note(_prompt(args)) if args.sample is None and args.image is None else ""
    if typed:
        print(f"layerloom: {typed}", file=sys.stderr)
    facts = {"kind": writer.job.kind} | ({"source": start.source} if start.source else {})
    if args.sample is not None:
        facts["expected"] = start.wanted
    if args.beams is not None:
        power = 1.0 if args.length_penalty is None else args.length_penalty
        found = writer.search(start, args.beams, args.length, power)
        answers = [
            {"text": one.text, "probability": one.probability, "score": one.score, "ended": one.ended} for one in found
        ]
        if args.json:
            print_json({**facts, "text": found[0].text, "answers": answers, "kept": writer.opened(start).kept})
        else:
            print(found[0].text)
        return 0
    shown = writer.job.alphabet.decode(start.shown)
    if args.json:
        tokens = list(writer.write(start, choosing, args.length))
        text = shown + "".join(one.text for one in tokens)
        each = [{"token": one.symbol, "probability": one.probability} for one in tokens]
        print_json({**facts, "text": text, "tokens": each, "seed": choosing.seed, "kept": writer.opened(start).kept})
        return 0
    print(shown, end="", flush=True)
    for token in writer.write(start, choosing, args.length):
        print(token.text, end="", flush=True)
    print()
    return 0


def _start(args: argparse.Namespace, writer: Writer, seed: int) -> Start:
    """Where it begins. Raises LayerloomError."""
    if args.sample is not None:
        return writer.from_sample(args.sample - 1)
    if args.image is not None:
        return writer.from_image(args.image)
    if args.prompt is None and writer.job.kind != "continue":
        ways = "--image FILE" if writer.job.kind == "caption" else "--prompt TEXT"
        raise CallError(f"There is nothing to {writer.job.kind}: give {ways}, or --sample N for a sample of its data.")
    return writer.from_text(_prompt(args), seed)


def _prompt(args: argparse.Namespace) -> str:
    if args.prompt == "-":
        return sys.stdin.read().removesuffix("\n")
    return args.prompt or ""


def _only(args: argparse.Namespace, job: Job, *allowed: str) -> None:
    """Raises CallError for what says nothing to a network that writes no text."""
    asked = ("prompt", "image", "sample", "length", "temperature", "top_k", "top_p", "seed", "beams")
    extra = next((name for name in asked if getattr(args, name) is not None and name not in allowed), None)
    if extra is not None:
        what = WORDS[type(job).__name__]
        ways = " or ".join(f"--{name}" for name in allowed)
        raise CallError(f"The network of this run {what}: --{extra.replace('_', '-')} says nothing to it. Give {ways}.")


def _label(args: argparse.Namespace, trained: Trained, job: Labelling) -> int:
    from engine.inside.generating.labelling import labels, runs

    _only(args, job, "prompt")
    if args.prompt is None:
        raise CallError("There is nothing to label: give --prompt TEXT.")
    found = labels(trained, job, _prompt(args))
    if note := job.alphabet.note(_prompt(args)):
        print(f"layerloom: {note}", file=sys.stderr)
    if args.json:
        print_json([{"token": one.symbol, "label": one.label, "probability": one.probability} for one in found])
    else:
        print_table(["TOKENS", "LABEL"], [[symbols, label] for symbols, label in runs(found)])
    return 0


def _classify(args: argparse.Namespace, trained: Trained, job: Classifying) -> int:
    from engine.inside.generating.classifying import classify

    _only(args, job, "prompt")
    if args.prompt is None:
        raise CallError("There is nothing to classify: give --prompt TEXT.")
    found = classify(trained, job, _prompt(args))
    if found.note:
        print(f"layerloom: {found.note}", file=sys.stderr)
    if args.json:
        print_json([{"class": name, "probability": chance} for name, chance in found.classes])
    else:
        print_table(["CLASS", "PROBABILITY"], [[name, f"{100 * chance:.1f} %"] for name, chance in found.classes])
    return 0


def _forecast(args: argparse.Namespace, trained: Trained, job: Job) -> int:
    from engine.inside.generating.forecasting import forecast
    from engine.inside.generating.jobs import Forecasting

    assert isinstance(job, Forecasting)
    _only(args, job, "sample")
    found = forecast(trained, job, (args.sample or 1) - 1)
    if args.json:
        print_json(
            {
                "sample": found.name,
                "past": found.past.tolist(),
                "expected": found.expected.tolist(),
                "true": found.true.tolist(),
                "mae": found.error,
                "naive_mae": found.naive,
            }
        )
        return 0
    rows = [
        [str(step), f"{one:.4g}", f"{two:.4g}"]
        for step, (one, two) in enumerate(zip(found.expected, found.true, strict=True), 1)
    ]
    print_table(["STEP", "FORECAST", "TRUE"], rows)
    naive = "" if found.naive is None else f", the last value held {found.naive:.4g}"
    print(f"{found.name}: mean absolute error {found.error:.4g}{naive}", file=sys.stderr)
    return 0
