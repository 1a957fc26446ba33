"""What folders or a table say of clips, and of their frames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.data.dataset import DataError
from engine.data.sources.images.labels import key_of
from engine.data.sources.tables.encoding import named
from engine.data.sources.tables.reading import read


class Clip(NamedTuple):
    """A folder of frames; ``labels`` has what is said of it, or of each of its frames."""

    name: str
    frames: tuple[str, ...]
    labels: tuple[str, ...]


def rows_of(path: Path, file: str, label: str) -> list[tuple[str, str]]:
    """(what is named, what is said of it) of each row of a table, "" where nothing is. Raises DataError."""
    table = read(path)
    for name in (file, label):
        if name not in table.columns:
            raise DataError(
                f"{path} has no column {name!r}; there are {', '.join(map(str, table.columns[:20]))}.",
                setting="data.source.options.file_column",
            )
    said = named(table[label]).fillna("").astype(str).str.strip()
    return [(key_of(key).rstrip("/"), cell) for key, cell in zip(table[file], said, strict=True)]


def of_clips(clips: Mapping[str, Sequence[str]], rows: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Clip → its label, of a table with a row a clip."""
    table = {key: said for key, said in rows if said}
    found = {clip: next((table[key] for key in keys_of(clip) if key in table), "") for clip in clips}
    return {clip: (said,) for clip, said in found.items() if said}


def of_frames(clips: Mapping[str, Sequence[str]], rows: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Clip → a label for each of its frames, "" where none is said, of a table with a row a frame.

    Rows name frames, or each time their clip: then they are in the order of its frames, and as many.
    """
    table, by_clip = dict(rows), defaultdict[str, list[str]](list)
    for key, said in rows:
        by_clip[key].append(said)
    found = dict[str, tuple[str, ...]]()
    for clip, frames in clips.items():
        listed = next((by_clip[key] for key in keys_of(clip) if key in by_clip), None)
        if listed is None:
            labels = tuple(_of_frame(table, clip, frame) for frame in frames)
            if any(labels):
                found[clip] = labels
        elif len(listed) == len(frames):
            found[clip] = tuple(listed)
    return found


def keys_of(clip: str) -> tuple[str, ...]:
    """What a table may call a clip: by its whole name, or that of its folder alone."""
    return clip, clip.rpartition("/")[2]


def frame_keys(clip: str, frame: str) -> tuple[str, ...]:
    """What a table may call a frame: by its whole name, with that of its folder, with or without its ending."""
    short = f"{clip.rpartition('/')[2]}/{frame.rpartition('/')[2]}"
    return frame, short, frame.rpartition(".")[0], short.rpartition(".")[0]


def every_frame_key(clip: str, frames: Sequence[str]) -> set[str]:
    """What a table may call any of the frames of a clip."""
    return {key for frame in frames for key in frame_keys(clip, frame)}


def _of_frame(table: Mapping[str, str], clip: str, frame: str) -> str:
    return next((table[key] for key in frame_keys(clip, frame) if key in table), "")
