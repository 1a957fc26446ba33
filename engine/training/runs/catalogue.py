"""The runs there are: listed quickly, described by the user, deleted.

``.index.json`` in the folder of the runs remembers what stood in each ``run.json`` when it was last read. It is a
cache: what has changed since is read again, and everything without it, with a damaged one, or with one that another
installation has written. Its first line signs the second, so nothing in there needs to be checked again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from engine import own_files, system
from engine.errors import LayerloomError
from engine.files import FileError, NotAFile, encoded
from engine.home import home
from engine.locks import is_written
from engine.training.runs.folder import FACTS, FOLDS, LARGEST_FACTS, PROJECT, RunError, writer_lock
from engine.training.runs.folds import folds_of_run, number_of
from engine.training.runs.numbers import numbered
from engine.training.runs.origin import ELSEWHERE, Owner, reason
from engine.training.runs.run_info import CHANGES, Changes, Count, Values, nested, read

INDEX: Final = ".index.json"
GONE: Final = ".deleted-"
VERSION: Final = 5
LARGEST_INDEX: Final = 64 * 2**20
LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG, MOST_TAGS = 200, 10_000, 60, 32


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run in a list: what ``run.json`` says in short. ``data`` is the name of the data set.

    ``settings_json`` are the settings that were set, ``train`` the means over the last epoch, and ``stamp`` is what the
    file looked like when it was read.
    """

    path: Path
    stamp: str
    network: str
    state: Literal["running", "finished", "stopped", "failed"]
    message: str
    started: str
    epochs: Count
    steps: Count
    seconds: float
    device: str
    gpu: str
    gpu_name: str
    gpu_use: Values
    settings_json: str
    train: Values
    validation: Values
    test: Values
    best: Values
    name: str
    note: str
    tags: list[str]
    data: str
    elsewhere: bool
    """Whether another installation has written it."""
    changes: Changes

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings that were set, as they were typed."""
        return _settings(self.settings_json)


@lru_cache(4096)  # many runs have the same
def _settings(text: str) -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


FACTS_OF_ENTRY: Final = [field.name for field in fields(RunEntry)][1:]
HEAD: Final = [VERSION, *FACTS_OF_ENTRY]
"""What an index begins with: one of another version counts for nothing."""


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
    owner = Owner()
    known, kept, fresh = _known(folder, owner), dict[str, RunEntry](), False
    broken, reasons = dict[Path, str](), dict[Path, str]()
    for name, facts in _runs(folder, names):
        try:
            stamp, one = _stamp(facts, folder, name), known.get(name)
            if one is None or one.stamp != stamp:
                one, fresh = _short(folder / name, stamp, owner), True
        except RunError as error:
            broken[folder / name] = str(error)
            continue
        kept[name] = one
        if why := ELSEWHERE if one.elsewhere else owner.locked(f"{folder}{os.sep}{name}", facts):
            reasons[one.path] = why
    if fresh or len(kept) < len(known):
        _remember(folder, owner, kept)
    entries = sorted(kept.values(), key=lambda entry: (entry.started, entry.path.name), reverse=True)
    going_on = frozenset(entry.path for entry in entries if entry.state == "running" and is_written(entry.path))
    called = {entry.path: name.partition("/")[0] for name, entry in kept.items()}  # folds have one number
    numbers = numbered(folder, ((entry.network, called[entry.path]) for entry in reversed(entries)))
    return Listing(tuple(entries), going_on, broken, {path: numbers[name] for path, name in called.items()}, reasons)


def _runs(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, os.stat_result | OSError]]:
    """The folders of runs among these and what is known of their facts; those of folds have a ``/`` in their name."""
    for name in names:
        if name.startswith("."):
            continue
        facts = _facts(folder, name)
        if not isinstance(facts, FileNotFoundError) or not own_files.is_file(folder / name, FOLDS):
            yield name, facts
        else:
            folds = (f"{name}/{run.name}" for run in nested(folder / name))
            yield from ((fold, _facts(folder, fold)) for fold in folds)


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


def _facts(folder: Path, name: str) -> os.stat_result | OSError:
    """What is known of the facts of a run, or why nothing is."""
    try:
        return os.lstat(f"{folder}{os.sep}{name}{os.sep}{FACTS}")
    except OSError as error:
        return error


def _stamp(facts: os.stat_result | OSError, folder: Path, name: str) -> str:
    """What changes whenever the facts of a run are replaced. Raises RunError where there are none."""
    if isinstance(facts, os.stat_result) and system.is_link(facts):
        facts = NotAFile(folder / name / FACTS, own_files.LINK)
    if isinstance(facts, OSError):
        raise RunError(f"{folder / name} is not a run: {FACTS} cannot be read ({facts.strerror}).") from facts
    return f"{facts.st_mtime_ns} {facts.st_size} {facts.st_ino}"


def _short(path: Path, stamp: str, owner: Owner) -> RunEntry:
    info = read(path)
    data = info.settings.get("data")
    name = data.get("dataset") if isinstance(data, dict) else None
    more: dict[str, Any] = {
        "stamp": stamp,
        "settings_json": json.dumps(info.settings),
        "data": name if isinstance(name, str) else "",
        "elsewhere": not owner.wrote(info.id, info.origin),
    }
    return RunEntry(path, *(more[key] if key in more else getattr(info, key) for key in FACTS_OF_ENTRY))


def _known(folder: Path, owner: Owner) -> dict[str, RunEntry]:
    """What the index remembers; nothing where this installation has not written it as it is."""
    try:
        signature, _, content = own_files.read_whole(folder, INDEX, LARGEST_INDEX).partition(b"\n")
    except OSError:
        return {}
    if not owner.has_signed(content, signature):
        return {}
    head, runs = json.loads(content)
    if head != HEAD:
        return {}
    return {name: _entry(folder / name, facts) for name, *facts in runs}


def _entry(path: Path, facts: list[Any]) -> RunEntry:
    """A run as the index has it."""
    facts[-1] = CHANGES.validate_python(facts[-1]) if facts[-1] else ()
    return RunEntry(path, *facts)


def _facts_of(entry: RunEntry) -> list[object]:
    return [*(getattr(entry, key) for key in FACTS_OF_ENTRY[:-1]), [asdict(change) for change in entry.changes]]


def _remember(folder: Path, owner: Owner, kept: Mapping[str, RunEntry]) -> None:
    """Write the index. Where that is not possible, as in a folder for reading only, it goes without."""
    rows = [(name, *_facts_of(entry)) for name, entry in kept.items()]
    content = encoded(json.dumps([HEAD, rows], ensure_ascii=False, separators=(",", ":")))
    if signature := owner.sign(content):
        with contextlib.suppress(LayerloomError):
            own_files.write_atomically(folder, INDEX, signature + b"\n" + content)
