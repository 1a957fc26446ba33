"""Runs on the command line: by the path of their folder, its name, or the name they were given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from engine import own_files
from engine.nearest import hint
from engine.training.runs import folds
from engine.training.runs.catalogue import listing
from engine.training.runs.folder import FACTS
from gui.cli.common import CallError


def run_of(text: str) -> Path:
    """The folder of the run that is meant. Raises CallError where there is none, or several have the name."""
    path = Path(text)
    if own_files.is_file(path, FACTS):
        return path
    if folds.is_folds(path):
        there = [str(one) for one in folds.run_folders(path)]
        ways = (
            f"take one of its runs, such as {there[0]}."
            if there
            else f"train it first: layerloom train --resume {path}"
        )
        raise CallError(f"{text} is a cross-validation of several runs: {ways}")
    found = listing()
    by_folder = [entry.path for entry in found.entries if entry.path.name == text]
    by_name = [entry.path for entry in found.entries if text in (entry.name, f"{entry.network} {found.called(entry)}")]
    chosen = by_folder or by_name
    if len(chosen) == 1:
        return chosen[0]
    if chosen:
        raise CallError(f"{len(chosen)} runs are called {text!r}: give the folder of one, such as {chosen[0].name}.")
    names = [entry.path.name for entry in found.entries]
    others = hint(text, names) if names else "give the folder of one, which `layerloom train` names as it ends."
    raise CallError(f"There is no run {text!r}; {others}")


def check_once(paths: Sequence[Path]) -> None:
    """Raises CallError where a run is given twice: it would be compared with itself."""
    twice = next((path for path, count in Counter(path.resolve() for path in paths).items() if count > 1), None)
    if twice is not None:
        raise CallError(f"{twice.name} is given twice: give each run once.")
