"""Whether data of the user's own are still what they were, and in words what has changed: made beside the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from engine.data.dataset import DataError, Dataset
from engine.data.origin import unreadable
from engine.data.sources.found import Found
from engine.data.sources.kinds import source_of
from engine.data.watch import Watch
from engine.settings.data import SourceSettings
from gui.data.own.looking import look_again

NAMED: Final = 4
"""Classes and columns that a sentence names."""
State = Literal["same", "changed", "missing"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the files of a source are now: ``stamp`` is cheap to ask for again, ``said`` why they cannot be read."""

    source: SourceSettings
    state: State
    stamp: str = ""
    fingerprint: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Data as a project has them against those at ``path`` now: in words, and how many samples it could take as is.

    ``samples`` is 0 where they cannot be read as the project reads them.
    """

    path: str
    said: str
    samples: int
    fingerprint: str


def check(source: SourceSettings, before: Checked | None) -> Checked:
    """Whether the files are there and what they were; what was found out ``before`` holds as long as no file moves."""
    path = Path(source.path)
    try:
        own = source_of(source)
        stamp = own.stamp(path)
        if before is not None and before.source == source and before.stamp == stamp:
            return before
        now = own.fingerprint(path)
    except OSError as error:
        return Checked(source, "missing", said=str(unreadable(source.path, error)))
    return Checked(source, "same" if source.fingerprint in (None, now) else "changed", stamp, now)


def compare(source: SourceSettings, path: Path, watch: Watch) -> Difference:
    """What is at ``path`` against what the project had when its data were added. Raises Stopped."""
    here = source.model_copy(update={"path": str(path)})
    own = source_of(here)
    try:
        fingerprint = own.fingerprint(path)
    except OSError as error:
        raise unreadable(str(path), error) from error
    if fingerprint == source.fingerprint:
        return Difference(str(path), "", own.declare(path).samples, fingerprint)
    before = own.declare(path)
    try:
        samples = len(next(iter(own.open(path).arrays.values())))
    except (DataError, OSError):
        samples = 0
    try:
        found = look_again(here, watch).found
    except DataError as error:
        return Difference(str(path), str(error), samples, fingerprint)
    return Difference(str(path), " ".join(differences(before, found)), samples, fingerprint)


def differences(before: Dataset, found: Found) -> list[str]:
    """Sentences: samples, classes and columns before and now."""
    now, said = found.dataset, list[str]()
    if before.samples != now.samples:
        said.append(f"{before.samples:,} samples before, {now.samples:,} now.")
    else:
        said.append(f"{now.samples:,} samples, as before.")
    for what, old, new in (
        ("class", _names(before, "target"), _names(now, "target")),
        ("column", _columns(before), _columns(now)),
    ):
        for words, names in (("New", _beyond(new, old)), ("Gone", _beyond(old, new))):
            if names:
                said.append(f"{words}: {_listed(what, names)}.")
    sizes = [_shape(before), _shape(now)]
    if sizes[0] != sizes[1] and not _columns(now):
        said.append(f"A sample was {sizes[0]} and is {sizes[1]}.")
    return said


def _names(dataset: Dataset, role: str) -> tuple[str, ...]:
    return tuple(name for field in dataset.fields.values() if field.role == role for name in field.names)


def _columns(dataset: Dataset) -> tuple[str, ...]:
    """The numbers of a row by name, or the fields where there are several."""
    names = tuple(name for field in dataset.fields.values() for name in field.columns)
    return names or (tuple(dataset.fields) if dataset.kind == "table" else ())


def _shape(dataset: Dataset) -> str:
    return " × ".join(map(str, dataset.fields[dataset.first("input")].shape)) or "one number"


def _beyond(some: Sequence[str], others: Sequence[str]) -> list[str]:
    known = set(others)
    return [name for name in some if name not in known]


def _listed(what: str, names: Sequence[str]) -> str:
    plural = {"class": "classes", "column": "columns"}[what]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{'the ' + what if len(names) == 1 else plural} {', '.join(names[:NAMED])}{more}"
