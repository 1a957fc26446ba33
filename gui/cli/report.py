"""``layerloom report RUN -o FILE.html``: a run as one HTML file that needs nothing else."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import get_args

from engine import project
from engine.data.splitting import PartName
from engine.data.watch import Watch
from engine.files import write_atomically
from engine.training.runs.catalogue import runs_folder
from engine.training.runs.folder import PROJECT
from engine.training.runs.folds import is_folds
from gui.cli.common import CallError, Commands, add_force, check_ending, check_new
from gui.cli.run_names import run_of

MOST_RESAMPLES = 100_000


def add(commands: Commands) -> None:
    parser = commands.add_parser(
        "report", help="a run as one HTML file: network, data, curves, scores, how to repeat it"
    )
    parser.add_argument("folder", metavar="RUN", help="a run (its folder or name), or the folder of a cross-validation")
    parser.add_argument("-o", "--output", metavar="FILE.html", type=Path, required=True, help="the file to write")
    parser.add_argument("--samples", action="store_true", help="show the worst samples: the file then holds some data")
    parser.add_argument("--part", choices=get_args(PartName), default="test", help="the part it is judged on")
    parser.add_argument(
        "--resamples", type=int, default=1000, metavar="N", help="how often samples are drawn again for the intervals"
    )
    add_force(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    if not 0 <= args.resamples <= MOST_RESAMPLES:
        raise CallError(f"--resamples is an integer from 0 to {MOST_RESAMPLES:,}, not {args.resamples}.")
    check_ending(args.output, ("html", "htm"))
    check_new(args.output, args.force)
    together = [path for path in (Path(args.folder), runs_folder() / args.folder) if is_folds(path)]
    folder = together[0] if together else run_of(args.folder)
    from engine.report.report import Wishes, report
    from gui.drawing.for_report import drawings_of

    told: list[str] = []

    def show(share: float, words: str) -> None:
        if share < 1.0 and words not in told:
            told.append(words)
            print(f"layerloom: {words} …", file=sys.stderr)

    drawings = drawings_of(project.load_own(folder, PROJECT))()
    wishes = Wishes(samples=args.samples, part=args.part, resamples=args.resamples)
    write_atomically(args.output, report(folder, drawings, wishes, Watch(progress=show)).encode())
    print(args.output)
    return 0
