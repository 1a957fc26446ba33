"""The runs there are: listed quickly, described by the user, deleted.

``.index.json`` in the folder of the runs remembers what stood in each ``run.json`` when it was last read. It is a
cache: what has changed since is read again, and without it, or with a damaged one, everything is.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from engine import own_files, system
from engine.errors import LayerloomError
from engine.files import FileError, NotAFile, encoded
from engine.home import home
from engine.locks import is_written
from engine.training.runs.folder import FACTS, FOLDS, LARGEST_FACTS, PROJECT, RunError, writer_lock
from engine.training.runs.folds import folds_of_run, number_of
from engine.training.runs.numbers import numbered
from engine.training.runs.origin import Owner, reason
from engine.training.runs.run_info import Changes, Count, Values, nested, read

INDEX: Final = ".index.json"
GONE: Final = ".deleted-"
VERSION: Final = 4
LARGEST_INDEX: Final = 64 * 2**20
Stamp = tuple[int, int, int]
"""When a file was changed, its size and its number on the disk."""
LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG, MOST_TAGS = 200, 10_000, 60, 32


class RunEntry(BaseModel):
    """A run in a list: what ``run.json`` says in short. ``data`` is the name of the data set.

    ``settings`` are those that were set, as they were typed; ``train`` the means over the last epoch.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    path: Path
    network: str
    state: Literal["running", "finished", "stopped", "failed"]
    message: str = ""
    started: str = ""
    epochs: Count = 0
    steps: Count = 0
    seconds: float = 0.0
    device: str = ""
    settings: dict[str, Any] = {}
    train: Values = {}
    validation: Values = {}
    test: Values = {}
    best: Values = {}
    name: str = ""
    note: str = ""
    tags: list[str] = []
    changes: Changes = ()
    data: str = ""
    id: str = ""
    origin: str = ""


class _Remembered(BaseModel):
    """A run in the index, with what its file looked like when it was read."""

    model_config = ConfigDict(frozen=True, strict=True)

    stamp: Stamp
    entry: RunEntry


class _Index(BaseModel):
    """The file of the index: another version of it counts for nothing."""

    model_config = ConfigDict(frozen=True, strict=True)

    version: int
    runs: dict[str, _Remembered]


@dataclass(frozen=True, slots=True)
class Listing:
    """The runs of a folder, newest first; which of them a program is writing now; why others are left out.

    ``numbers`` are what runs without a name are called by, counted for each network; ``foreign`` says why a run is not
    one's own, if so.
    """

    entries: tuple[RunEntry, ...]
    going_on: frozenset[Path]
    broken: dict[Path, str]
    numbers: dict[Path, int]
    foreign: dict[Path, str]

    def called(self, entry: RunEntry) -> str:
        """What a run is called by: the name it was given, or its number; those of a cross-validation have one."""
        number, fold = self.numbers[entry.path], number_of(entry.path)
        return entry.name or (f"run {number}, fold {fold}" if fold else f"run {number}")


def runs_folder(root: Path | None = None) -> Path:
    """Where runs are kept (None: ``runs`` in Layerloom's home)."""
    return root or home() / "runs"


def listing(root: Path | None = None) -> Listing:
    """The runs under ``root``. Raises RunError where the folder itself cannot be read."""
    folder = runs_folder(root)
    try:
        names = _folders(folder) if folder.is_dir() else []
    except OSError as error:
        raise RunError(f"{folder} cannot be read: {error.strerror or error}.") from error
    known, kept, fresh = _known(folder), dict[str, _Remembered](), False
    broken = dict[Path, str]()
    for name in _runs(folder, names):
        where = f"{folder}{os.sep}{name}"
        try:
            stamp, one = _stamp(where), known.get(name)
            if one is None or one.stamp != stamp or os.fspath(one.entry.path) != where:
                one, fresh = _Remembered(stamp=stamp, entry=_short(folder / name)), True
        except RunError as error:
            broken[folder / name] = str(error)
            continue
        kept[name] = one
    if fresh or len(kept) < len(known):
        _remember(folder, kept)
    entries = [one.entry for one in kept.values()]
    entries.sort(key=lambda entry: (entry.started, entry.path.name), reverse=True)
    going_on = frozenset(entry.path for entry in entries if entry.state == "running" and is_written(entry.path))
    called = {one.entry.path: name.partition("/")[0] for name, one in kept.items()}  # folds have one number
    numbers = numbered(folder, ((entry.network, called[entry.path]) for entry in reversed(entries)))
    owner = Owner()
    reasons = {entry.path: owner.reason(entry.path, entry.id, entry.origin) for entry in entries}
    return Listing(
        tuple(entries),
        going_on,
        broken,
        {path: numbers[name] for path, name in called.items()},
        {path: why for path, why in reasons.items() if why},
    )


def _runs(folder: Path, names: Sequence[str]) -> Iterator[str]:
    """The folders of runs among these, those of each fold of a cross-validation with a ``/`` in their name."""
    for name in names:
        if name.startswith("."):
            continue
        facts = f"{folder}{os.sep}{name}{os.sep}{FACTS}"
        if os.path.lexists(facts) or not own_files.is_file(folder / name, FOLDS):
            yield name
        else:
            yield from (f"{name}/{run.name}" for run in nested(folder / name))


def describe(run: Path, *, name: str | None = None, note: str | None = None, tags: Sequence[str] | None = None) -> None:
    """Change what the user says about a run; None leaves it as it is. Raises RunError, and nothing has changed.

    While a program is writing the run it cannot be described: that program would write its own over it.
    """
    changes: dict[str, object] = {}
    if name is not None:
        changes["name"] = _bounded(" ".join(name.split()), LONGEST_NAME, "The name of a run")
    if note is not None:
        changes["note"] = _bounded(note.strip(), LONGEST_NOTE, "The note of a run")
    if tags is not None:
        cleaned = list(dict.fromkeys(filter(None, (" ".join(tag.split()) for tag in tags))))
        if len(cleaned) > MOST_TAGS:
            raise RunError(f"A run has at most {MOST_TAGS} tags, not {len(cleaned)}.")
        changes["tags"] = [_bounded(tag, LONGEST_TAG, "A tag") for tag in cleaned]
    _change(run, changes, "described")


def accept_data(run: Path) -> None:
    """Let a run be resumed with its data as they are now, though they have changed since. Raises RunError.

    Which data those are is noted when it is resumed; samples of one's own keep their part of the split, for that
    depends on themselves alone.
    """
    info = read(run)
    note = f"After step {info.steps:,} it was resumed with data that had changed since it was begun."
    _change(run, {"data": "", "notes": [*info.notes, note]}, "changed")


def _change(run: Path, changes: Mapping[str, object], done: str) -> None:
    """Write other facts of a run that nobody is writing. Raises RunError, and nothing has changed."""
    info = read(run)
    if why := reason(run, info.id, info.origin):
        raise RunError(f"{why}, so it is not {done}.")
    lock = writer_lock(run)
    try:
        facts = json.loads(own_files.read_bytes(run, FACTS, LARGEST_FACTS))
        content = json.dumps({**facts, **changes}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        if len(encoded(content)) > LARGEST_FACTS:
            raise RunError(f"The note is too long: {FACTS} may have {LARGEST_FACTS} bytes.")
        own_files.write_atomically(run, FACTS, encoded(content))
    except (OSError, ValueError, FileError) as error:
        raise RunError(f"The run in {run} cannot be {done}: {error}") from error
    finally:
        lock.release()


def delete(run: Path, root: Path | None = None) -> None:
    """Delete the folder of a run under ``root`` with all that is in it. Raises RunError; half of it never stays.

    A run that a program is writing is left alone.
    """
    folder, together = runs_folder(root), folds_of_run(run)
    inside = run.parent if together is None else together.parent
    linked = run.is_symlink() or (together is not None and together.is_symlink())
    if inside.resolve() != folder.resolve() or linked or not own_files.is_file(run, FACTS):
        raise RunError(f"{run} is not deleted: it is not a run in {folder}.")
    writer_lock(run).release()
    aside = run.with_name(f"{GONE}{run.name}")
    try:
        if os.path.lexists(aside):
            own_files.remove(aside)
        system.rename(run, aside)
        shutil.rmtree(aside)
        if together is not None and not any(map(_is_more, together.iterdir())):
            shutil.rmtree(together)
    except OSError as error:
        raise RunError(f"{run} cannot be deleted: {error.strerror or error}.") from error


def _is_more(path: Path) -> bool:
    """Whether this is neither what describes the folds nor what a killed writer has left beside it."""
    return path.name not in (PROJECT, FOLDS) and not path.name.startswith(".")


def _folders(folder: Path) -> list[str]:
    """The names of the folders in a folder; what cannot be followed, as a link to itself, is none. Raises OSError."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if _is_folder(entry))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _bounded(text: str, most: int, what: str) -> str:
    if len(text) > most:
        raise RunError(f"{what} has at most {most} characters, not {len(text)}.")
    return text


def _stamp(run: str) -> Stamp:
    """What changes whenever the facts of a run are replaced. Raises RunError where there are none."""
    path = f"{run}{os.sep}{FACTS}"
    try:
        facts = os.lstat(path)
        if system.is_link(facts):
            raise NotAFile(Path(path), own_files.LINK)
    except OSError as error:
        raise RunError(f"{run} is not a run: {FACTS} cannot be read ({error.strerror}).") from error
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def _short(path: Path) -> RunEntry:
    info = read(path)
    data = info.settings.get("data")
    name = data.get("dataset") if isinstance(data, dict) else None
    facts = {key: getattr(info, key) for key in RunEntry.model_fields if key != "data"}
    return RunEntry.model_validate({**facts, "data": name if isinstance(name, str) else ""})


def _known(folder: Path) -> dict[str, _Remembered]:
    """What the index remembers; nothing where it is not as it should be."""
    try:
        index = _Index.model_validate_json(own_files.read_whole(folder, INDEX, LARGEST_INDEX))
    except (OSError, ValidationError):
        return {}
    return index.runs if index.version == VERSION else {}


def _remember(folder: Path, kept: dict[str, _Remembered]) -> None:
    """Write the index. Where that is not possible, as in a folder for reading only, it goes without."""
    index = _Index(version=VERSION, runs=kept).model_dump()
    content = json.dumps(index, ensure_ascii=False, separators=(",", ":"), default=str)
    with contextlib.suppress(LayerloomError):
        own_files.write_atomically(folder, INDEX, encoded(content))
