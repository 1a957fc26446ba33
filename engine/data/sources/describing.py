"""What a file or folder holds: the kind that fits best looks into it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.data.dataset import DataError
from engine.data.sources.found import Found, Note, several
from engine.data.sources.kinds import kinds, source_of
from engine.data.sources.tables.reading import is_table
from engine.data.sources.training_part import TrainingPart
from engine.data.watch import Watch
from engine.settings.data import DataConfig, SourceSettings

HINT = (
    "Layerloom reads folders of images, clips (folders of frames), texts (.txt), tables (CSV, TSV, JSON lines, "
    "Parquet, Excel) and arrays (.npy, .npz, .safetensors)."
)


def across_parts(found: Found) -> list[Note]:
    """Samples that are the same in more than one part of the split that the data get unless it is changed."""
    import numpy as np

    from engine.data.fields import fields  # these open what is described here
    from engine.data.origin import opened
    from engine.data.splitting import PARTS, split

    if not any(twins.groups for twins in found.twins):
        return []
    config = config_of(found.settings)
    try:
        parts = split(config, opened(config).arrays, fields(config))
    except DataError:  # too few samples for a split: said where they are to be trained on
        return []
    part = np.full(found.samples, -1)
    for number, name in enumerate(PARTS):
        part[parts[name]] = number
    notes = list[Note]()
    for twins in found.twins:
        torn = [group for group in twins.groups if len(set(part[list(group)].tolist())) > 1]
        if torn:
            message = several(len(torn), f"sample with {twins.words} is", f"samples with {twins.words} are")
            message += " in more than one part of the split: the test score will be too good."
            if found.dataset.parting == "samples":
                message += " Leave the copies out, or keep them together by a group."
            names = tuple(found.names[index] for group in torn for index in group if found.names)[:SHOWN]
            notes.append(Note(f"{twins.code}-across-parts", message, names, "warning", len(torn)))
    return notes


def config_of(settings: SourceSettings) -> DataConfig:
    """Settings that learn from these data, with the split that they were looked at with."""
    made_from = getattr(source_of(settings), "made_from", TrainingPart())
    return made_from.config.model_copy(update={"source": settings})


SHOWN = 100
"""Samples that a note names."""
BESIDE = (".txt", ".md", ".rst", ".pdf", ".html", ".htm", ".log", "")
"""Endings of files that only tell of data."""


def unwrapped(path: Path) -> Path:
    """The folder with the data, where ``path`` holds nothing but one folder, as what was unpacked does. Raises OSError.

    Files that only tell of the data, such as a README, count for nothing.
    """
    for _ in range(8):
        entries = [one for one in path.iterdir() if not one.name.startswith((".", "__MACOSX"))] if path.is_dir() else []
        folders, files = list[Path](), list[Path]()
        for entry in entries:
            (folders if entry.is_dir() else files).append(entry)
        if len(folders) != 1 or any(entry.suffix.lower() not in BESIDE for entry in files):
            break
        if not any(entry.is_dir() for entry in folders[0].iterdir()):
            break
        path = folders[0]
    return path


def kind_of(path: Path | str) -> str:
    """The kind that `describe` takes a file or folder for at first, by its names and a first look. Raises DataError."""
    path = Path(os.path.abspath(Path(path).expanduser()))
    with _unreadable(path):
        path.stat()
        return _leading(unwrapped(path), path.name)[0]


def _leading(inner: Path, called: str) -> list[str]:
    """The kinds that lead of those that suspect an unwrapped path, at least one. Raises DataError, OSError."""
    suspects = [name for name, cls in kinds().items() if cls.suspect(inner)]
    if not suspects:
        raise DataError(f"{called} is not data that Layerloom knows. {HINT}")
    return [name for name in suspects if kinds()[name].leads(inner)] or suspects[:1]


@contextmanager
def _unreadable(path: Path) -> Iterator[None]:
    """Says as a DataError what the system says of a path."""
    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"There is no file or folder {path}.", setting="data.source.path") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.", setting="data.source.path") from error


def describe(
    path: Path | str,
    kind: str | None = None,
    options: Mapping[str, object] | None = None,
    watch: Watch | None = None,
    config: DataConfig | None = None,
) -> Found:
    """What ``path`` holds, by its names and a first look; ``kind`` and ``options`` settle what is not to be guessed.

    What is learnt of the training part alone is learnt of the one that ``config`` has; none: of a new project's.
    Raises DataError where it cannot be learned from, with what to do, and Stopped once the watcher wants that.
    """
    path = Path(os.path.abspath(Path(path).expanduser()))
    with _unreadable(path):
        path.stat()
        called, path = path.name, unwrapped(path)
        leading = _leading(path, called) if kind is None else [kind]
        found = _looked(path, leading, options, watch or Watch(), config)
        others = [] if any(note.code == "other-kind" for note in found.notes) else as_another_kind(path, found)
        return replace(found, notes=(*found.notes, *across_parts(found), *others))


def _looked(
    path: Path, chosen: Sequence[str], options: Mapping[str, object] | None, watch: Watch, config: DataConfig | None
) -> Found:
    """What the first of these kinds finds; of a table that it cannot read so, what the next one does, with a note."""
    kind, wanted = chosen[0], options
    if config is not None and kind in kinds() and "made_from" in kinds()[kind].model_fields:
        wanted = {**(options or {}), "made_from": TrainingPart.of(config).model_dump()}
    wishes = source_of(SourceSettings(kind=kind, path=str(path), options=dict(wanted))) if wanted else None
    if kind not in kinds():
        source_of(SourceSettings(kind=kind, path=str(path)))
    try:
        return kinds()[kind].look(path, wishes, watch)
    except DataError as error:
        if len(chosen) < 2 or not is_table(path):
            raise
        try:
            found = _looked(path, chosen[1:], options, watch, config)
        except DataError:  # nor can it be read so: what keeps it from being what it looks like says more
            raise error from None
        note = f"It is read as {kinds()[found.kind].title}, because it cannot be read as {kinds()[kind].title}: {error}"
        return replace(found, notes=(*found.notes, Note("other-kind", note, (), "hint")))


def as_another_kind(path: Path, found: Found) -> list[Note]:
    """Of a table in order of time why it is read as a series or as rows, and what the other would be."""
    series, row = kinds()["series"], "each row is a sample of its own"
    if found.kind == "series":
        time = found.settings.options["time"]
        why = f"{time!r} goes in equal steps, so this is a series" if series.leads(path) else "This is a series"
        return [Note("read-as-table", f"{why}: what comes next is forecast. In a table {row}.", (), "hint")]
    if found.kind != "table" or not (why := series.suspect(path)):
        return []
    but = "" if series.leads(path) else " Its steps are not equal, or it is too short."
    message = f"{why}{but} In a table {row}; of a series, what comes next is forecast."
    return [Note("read-as-series", message, (), "hint")]
