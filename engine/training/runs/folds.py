"""The folder of a cross-validation: a run folder for each fold, and what they reach together.

``project.loom`` in it is the project, ``folds.json`` says how many folds there are; the run of fold 2 is in ``fold-2``.
What is known of the folds is read from their runs, so that one that was killed is resumed where it was.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine import own_files, project
from engine.edits import SetSetting
from engine.errors import first_fault
from engine.files import FileError, encoded
from engine.graph import Graph
from engine.home import home
from engine.settings.data import MOST_FOLDS
from engine.training.runs.folder import (
    CHECKPOINTS,
    FACTS,
    FOLDS,
    METRICS,
    PROJECT,
    WEIGHTS,
    RunError,
    fresh,
    made,
    not_begun,
    writer_lock,
)
from engine.training.runs.origin import reason
from engine.training.runs.run_info import RunInfo, read

LARGEST: Final = 2**16
_NAME: Final = re.compile(r"fold-([1-9]\d?)")


class FoldsInfo(BaseModel):
    """What ``folds.json`` says; ``weights_of`` is the run whose weights each fold begins with, if any."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    version: int = 1
    network: str
    folds: Annotated[int, Field(ge=2, le=MOST_FOLDS)]
    weights_of: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be trained next: the graph of a fold in a new folder ``path``, or the run there is (``resume``)."""

    number: int
    path: Path
    graph: Graph
    weights_of: Path | None
    resume: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """A metric over the folds that have it: its mean, and the standard deviation of a sample (0 for a single one)."""

    mean: float
    deviation: float
    count: int


@dataclass(frozen=True, slots=True)
class FoldsSummary:
    """The runs of a cross-validation by the number of their fold, and what they reach together when they have ended."""

    path: Path
    folds: int
    runs: Mapping[int, RunInfo] = field(default_factory=dict)
    validation: Mapping[str, Spread] = field(default_factory=dict)
    test: Mapping[str, Spread] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many folds are trained to their end."""
        return sum(info.state == "finished" for info in self.runs.values())


def create(graph: Graph, where: Path | None, *, root: Path | None = None, weights_of: Path | None = None) -> Path:
    """The folder for a cross-validation of a project whose ``data.split.folds`` is set; none of its runs yet.

    It is ``where``, or a new one under ``root`` (None: ``runs`` in Layerloom's home). Raises RunError.
    """
    count = folds_of(graph)
    assert count is not None, "its caller has looked"
    root = root or home() / "runs"
    try:
        path, own = (where, made(where)) if where else (fresh(root, f"{graph.name} {count} folds"), True)
    except OSError as error:
        raise RunError(not_begun(where or root, error)) from error
    if not own and any(path.iterdir()):
        raise RunError(f"{path} is not empty: choose another folder for the {count} runs.")
    info = FoldsInfo(
        network=graph.name, folds=count, weights_of=None if weights_of is None else os.path.abspath(weights_of)
    )
    try:
        project.save(fold_graph(graph, 1), path / PROJECT)
        own_files.write_atomically(path, FOLDS, encoded(json.dumps(info.model_dump(), indent=1) + "\n"))
    except (OSError, FileError) as error:
        if own:
            shutil.rmtree(path, ignore_errors=True)
        raise RunError(not_begun(path, error)) from error
    return path


def folds_of(graph: Graph) -> int | None:
    """How many folds the settings of a project ask for; None: one run without any."""
    split = graph.settings["data"].get("split")
    count = split.get("folds") if isinstance(split, Mapping) else None
    return count if type(count) is int else None


def fold_graph(graph: Graph, number: int) -> Graph:
    """The project with this fold as its validation part."""
    copy = graph.copy()
    SetSetting(("data", "split", "fold"), number).apply(copy)
    return copy


def is_folds(path: Path) -> bool:
    """Whether this is the folder of a cross-validation."""
    return own_files.is_file(path, FOLDS)


def folds_of_run(run: Path) -> Path | None:
    """The folder of the cross-validation that a run is part of."""
    return run.parent if number_of(run) and is_folds(run.parent) else None


def number_of(run: Path) -> int:
    """Which fold the folder of a run is named after; 0: none."""
    name = _NAME.fullmatch(run.name)
    return int(name[1]) if name else 0


def path_of(folds: Path, number: int) -> Path:
    """The folder of the run of a fold."""
    return folds / f"fold-{number}"


def run_folders(folds: Path) -> Iterator[Path]:
    """The folders of the runs there are, first fold first. Raises RunError."""
    for number in range(1, facts(folds).folds + 1):
        if _is_there(folds, number):
            yield path_of(folds, number)


def facts(folds: Path) -> FoldsInfo:
    """What ``folds.json`` says. Raises RunError."""
    try:
        return FoldsInfo.model_validate(json.loads(own_files.read_bytes(folds, FOLDS, LARGEST)))
    except OSError as error:
        raise RunError(f"{folds} is not a cross-validation: {FOLDS} cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        location, why = first_fault(error)
        raise RunError(f"{folds / FOLDS} is damaged: {location}: {why}.") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{folds / FOLDS} is damaged: {error}.") from error


def turn(folds: Path) -> Turn | None:
    """What is to be trained next; None: all folds are done. Raises RunError or ProjectError."""
    info, runs = facts(folds), {number_of(path): read(path) for path in run_folders(folds)}
    ended = [number for number, run in runs.items() if run.state == "finished"]
    number = next((number for number in range(1, info.folds + 1) if number not in ended), None)
    if number is None:
        return None
    for run in runs.values():
        if why := reason(run.path, run.id, run.origin):
            raise RunError(f"{why}, so its other folds are not trained in {folds}: train again.")
    path = path_of(folds, number)
    if number not in runs and os.path.lexists(path):
        _clear(path)
    graph = fold_graph(project.load_own(folds, PROJECT), number)
    weights = None if info.weights_of is None else Path(info.weights_of)
    return Turn(number, path, graph, weights, resume=number in runs)


def _is_there(folds: Path, number: int) -> bool:
    """Whether there is a run of a fold, in the folder itself and not by a link."""
    return own_files.is_file(folds, f"{path_of(folds, number).name}/{FACTS}")


def _clear(path: Path) -> None:
    """Remove a run that was killed before it had begun. Raises RunError for what is more, or just being begun."""
    if _holds_something(path):
        raise RunError(f"{path} holds something, but no run that can be read: put back what is missing, or move it.")
    writer_lock(path).release()
    try:
        own_files.remove(path)
    except OSError as error:
        raise RunError(not_begun(path, error)) from error


def _holds_something(path: Path) -> bool:
    """Whether this is anything but a folder in which a run was to begin."""
    if path.is_symlink() or not path.is_dir():
        return True
    try:
        lines = own_files.size_of(path, METRICS)
    except OSError:
        lines = int(os.path.lexists(path / METRICS))
    return lines > 0 or any(os.path.lexists(path / name) for name in (FACTS, WEIGHTS, CHECKPOINTS))


def is_unfinished(folds: Path) -> bool:
    """Whether a fold is not done. Raises RunError."""
    found = summary(folds)
    return found.done < found.folds


def summary(folds: Path) -> FoldsSummary:
    """The runs there are, and the means of those that have finished. Raises RunError."""
    runs = {number_of(path): read(path) for path in run_folders(folds)}
    ended = [info for info in runs.values() if info.state == "finished"]
    parts = (_spreads([info.validation for info in ended]), _spreads([info.test for info in ended]))
    return FoldsSummary(folds, facts(folds).folds, runs, *parts)


def _spreads(values: list[dict[str, float | str]]) -> dict[str, Spread]:
    """Each metric that all of these have."""
    names = [name for name in values[0] if all(name in one for one in values)] if values else []
    found = dict[str, Spread]()
    for name in names:
        numbers = [float(one[name]) for one in values]
        deviation = statistics.stdev(numbers) if len(numbers) > 1 else 0.0
        found[name] = Spread(statistics.fmean(numbers), deviation, len(numbers))
    return found
