"""``layerloom train WHAT``: train without a window; the same bytes as the window writes."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from engine.assignments import edit
from engine.edits import SetSetting
from engine.training.control import Control
from engine.training.plan import check
from engine.training.runs import folds
from engine.training.runs.catalogue import accept_data
from engine.training.runs.lengthening import lengthen
from engine.training.status import TrainingError
from engine.training.steps.threads import prepare_environment
from gui.cli import folds as report
from gui.cli.common import CallError, Commands, add_set, add_what
from gui.cli.data import add_data, network
from gui.cli.fine_tuning import add_fine_tuning, fine_tuned
from gui.cli.progress import ProgressPrinter
from gui.cli.weights import add_weights, take_weights
from gui.signals import SIGNALLED, StoppedBySignal, heeded

if TYPE_CHECKING:
    from engine.graph import Graph
    from engine.training.loop import Trainer


def add(commands: Commands) -> None:
    parser = commands.add_parser("train", help="train a network, or resume a run")
    add_what(parser, optional=True)
    add_data(parser)
    parser.add_argument(
        "--resume", type=Path, metavar="RUN_DIR", help="resume this run, or the folds in a folder, where it was stopped"
    )
    parser.add_argument(
        "--changed-data", action="store_true", help="resume though the data have changed since: with them as they are"
    )
    parser.add_argument("--folds", type=int, metavar="K", help="cross-validation: K runs, then mean and deviation")
    parser.add_argument(
        "--epochs", type=int, metavar="N", help="how many times over the data; with --resume the new total"
    )
    add_set(parser, "change a setting or parameter, as training.optimizer.lr=0.01; may be given again")
    parser.add_argument("--device", metavar="D", help="auto, cpu, cuda, cuda:1 or mps")
    parser.add_argument("--threads", type=int, metavar="N", help="how many threads a step may use on the CPU")
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="the folder of the run (must not be there yet)")
    parser.add_argument(
        "--weights-of", type=Path, metavar="RUN_DIR", help="begin with the weights of this run, where layers still fit"
    )
    add_weights(parser, "begin with the weights of this file, whatever they are called there")
    add_fine_tuning(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line: each epoch, then the result")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    given = [
        name
        for name in (
            "what",
            "folds",
            "device",
            "threads",
            "run_dir",
            "weights_of",
            "weights",
            "data",
            "target",
            "split",
            "kind",
            "freeze_to",
            "lr_multiplier",
        )
        if getattr(args, name) is not None
    ]
    if args.resume is not None and (given or args.assignments or args.read or args.new_head or args.normalize):
        raise CallError("--resume continues a run as it was: it takes no WHAT and no settings but --epochs.")
    if args.changed_data and args.resume is None:
        raise CallError("--changed-data is about --resume; give both.")
    if args.resume is None and args.what is None:
        raise CallError("train needs WHAT to train, or --resume and the folder of a run.")
    prepare_environment()
    from engine.training.loop import Trainer

    if args.resume is not None:
        if args.changed_data:
            _accept(args.resume)
        if args.epochs is not None:
            args.resume = lengthen(args.resume, args.epochs)
        if folds.is_folds(args.resume):
            return _cross_validate(args.resume, args)
        return _train(partial(Trainer.resume, args.resume), args)[0]
    args.partial = args.partial or (args.new_head and args.weights is not None)
    graph = _graph(args)
    graph = fine_tuned(graph, take_weights(graph, args), args)
    if folds.folds_of(graph) is not None:
        check(graph)
        return _cross_validate(folds.create(graph, args.run_dir, weights_of=args.weights_of), args)
    return _train(partial(Trainer, graph, args.run_dir, weights_of=args.weights_of), args)[0]


def _accept(path: Path) -> None:
    """Take the data of a run, or of the fold that is next, as they are now. Raises RunError."""
    turn = folds.turn(path) if folds.is_folds(path) else None
    if turn is None:
        accept_data(path)
    elif turn.resume:
        accept_data(turn.path)


def _train(make: Callable[..., Trainer], args: argparse.Namespace, resume: Path | None = None) -> tuple[int, bool]:
    """Train one run; the exit code, and whether it came to its end. ``resume`` is what is to be resumed, if not it."""
    progress, control = ProgressPrinter(as_json=args.json), Control()
    trainer = make(control=control, on_epoch=progress.epoch)
    try:
        with stopping(control) as asked, progress.watching(lambda: trainer.status):
            result = trainer.run()
    except TrainingError as error:
        if error.about.reason != "changed-data":
            raise
        call = f"layerloom train --resume {resume or args.resume}"
        raise CallError(f"{error} With the data as they are now: `{call} --changed-data`.") from error
    code = progress.finish(result)
    if result.state == "stopped" and result.about.file is not None:
        print(f"layerloom: {result.message}", file=sys.stderr)
        print(f"layerloom: resume with `layerloom train --resume {resume or result.run}`", file=sys.stderr)
        return 1, False
    if asked() and result.state == "stopped":
        print(f"layerloom: resume with `layerloom train --resume {resume or result.run}`", file=sys.stderr)
        return SIGNALLED + asked(), False
    return code, result.state == "finished"


def _cross_validate(together: Path, args: argparse.Namespace) -> int:
    """Train the folds that are not done, one after the other, until one does not come to its end."""
    from engine.training.loop import Trainer

    code, ended = 0, True
    while ended and (turn := folds.turn(together)) is not None:
        if not args.json:
            report.begin(together, turn.number)
        code, ended = _train(partial(Trainer.resume, together), args, together)
    report.finish(together, as_json=args.json)
    return code


@contextmanager
def stopping(control: Control) -> Iterator[Callable[[], int]]:
    """Let a signal end the run between two steps, with a checkpoint; a second one ends it at once.

    Gives a function that says which signal came, 0 for none. A SIGHUP that is ignored, as under ``nohup``, stays so.
    """
    came = 0

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal came
        if came:
            raise StoppedBySignal(number)
        came = number
        control.stop()
        print("\nStopping after this step; Ctrl-C again stops at once.", file=sys.stderr)

    before = {number: signal.signal(number, stop) for number in heeded()}
    try:
        yield lambda: came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _graph(args: argparse.Namespace) -> Graph:
    graph = network(args)
    for assignment in args.assignments:
        edit(graph, assignment).apply(graph)
    if args.folds is not None:
        SetSetting(("data", "split", "folds"), args.folds).apply(graph)
    for name in ("epochs", "device", "threads"):
        if getattr(args, name) is not None:
            SetSetting(("training", name), getattr(args, name)).apply(graph)
    return graph
