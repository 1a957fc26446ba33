"""``layerloom train WHAT``: train without a window; the same bytes as the window writes."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from engine.assignments import edit
from engine.edits import SetSetting
from gui.cli.common import CallError, Commands, add_set, add_what
from gui.cli.data import add_data, network
from gui.cli.progress import ProgressPrinter
from gui.signals import SIGNALLED, heeded

if TYPE_CHECKING:
    from engine.graph import Graph
    from engine.training.control import Control


class StoppedBySignal(KeyboardInterrupt):
    """A second signal: the command ends at once, with this exit ``code``."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.code = SIGNALLED + number


def add(commands: Commands) -> None:
    parser = commands.add_parser("train", help="train a network, or resume a run")
    add_what(parser, optional=True)
    add_data(parser)
    parser.add_argument("--resume", type=Path, metavar="RUN_DIR", help="resume this run where it was stopped")
    parser.add_argument("--epochs", type=int, metavar="N", help="how many times over the data")
    add_set(parser, "change a setting or parameter, as training.optimizer.lr=0.01; may be given again")
    parser.add_argument("--device", metavar="D", help="auto, cpu, cuda, cuda:1 or mps")
    parser.add_argument("--threads", type=int, metavar="N", help="how many threads a step may use on the CPU")
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="the folder of the run (must not be there yet)")
    parser.add_argument(
        "--weights-of", type=Path, metavar="RUN_DIR", help="begin with the weights of this run, where layers still fit"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line: each epoch, then the result")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    given = [
        name
        for name in ("what", "epochs", "device", "threads", "run_dir", "weights_of", "data", "target", "split")
        if getattr(args, name) is not None
    ]
    if args.resume is not None and (given or args.assignments):
        raise CallError("--resume continues a run as it was: it takes no WHAT and no other settings.")
    if args.resume is None and args.what is None:
        raise CallError("train needs WHAT to train, or --resume and the folder of a run.")
    from engine.training.steps.threads import use_passive_waiting

    use_passive_waiting()
    from engine.training.control import Control
    from engine.training.loop import Trainer

    progress, control = ProgressPrinter(as_json=args.json), Control()
    if args.resume is not None:
        trainer = Trainer.resume(args.resume, control=control, on_epoch=progress.epoch)
    else:
        trainer = Trainer(
            _graph(args), args.run_dir, control=control, on_epoch=progress.epoch, weights_of=args.weights_of
        )
    with stopping(control) as asked, progress.watching(lambda: trainer.status):
        result = trainer.run()
    code = progress.finish(result)
    if asked() and result.state == "stopped":
        print(f"layerloom: resume with `layerloom train --resume {result.run}`", file=sys.stderr)
        return SIGNALLED + asked()
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
    for name in ("epochs", "device", "threads"):
        if getattr(args, name) is not None:
            SetSetting(("training", name), getattr(args, name)).apply(graph)
    return graph
