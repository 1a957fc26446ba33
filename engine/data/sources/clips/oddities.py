"""What is odd about clips: folders without frames, what nothing is said of, lengths, clips that are there twice."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from engine.data.sources.clips.checking import Frames
from engine.data.sources.clips.clips import Clips
from engine.data.sources.clips.frames import clips_of, natural
from engine.data.sources.clips.labels import Clip, every_frame_key, keys_of, rows_of
from engine.data.sources.found import Note, Twins, several
from engine.data.sources.listing import Entry

SHOWN: Final = 20


def of_lengths(source: Clips, clips: Sequence[Clip]) -> list[Note]:
    """Clips that are padded, cut off, or have frames twice."""
    short = [clip.name for clip in clips if len(clip.frames) < source.length]
    long = [clip.name for clip in clips if len(clip.frames) > source.length]
    notes = list[Note]()
    if short and source.take == "evenly":
        message = (
            f"{several(len(short), 'clip is', 'clips are')} shorter than {source.length:,} frames and show some twice."
        )
        notes.append(Note("short-clips", message, tuple(short[:SHOWN]), "hint", len(short)))
    elif short:
        message = (
            f"{several(len(short), 'clip is', 'clips are')} shorter than {source.length:,} frames and padded with "
            "blank ones; the field frames says which are there."
        )
        notes.append(Note("padded-clips", message, tuple(short[:SHOWN]), "hint", len(short)))
    if long and source.take == "first":
        message = (
            f"{several(len(long), 'clip is', 'clips are')} longer than {source.length:,} frames and cut off there."
        )
        notes.append(Note("cut-off", message, tuple(long[:SHOWN]), "hint", len(long)))
    return notes


def of_clips(path: Path, entries: list[Entry], whole: Sequence[Clip], source: Clips) -> list[Note]:
    """Folders without frames, clips and frames without answers."""
    notes = list[Note]()
    every = clips_of(entry.name for entry in entries)
    with_frames = {folder for name in every for folder in _above(name)}
    empty = _leaves(path) - with_frames
    if empty:
        message = f"{several(len(empty), 'folder without frames is', 'folders without frames are')} left out."
        notes.append(_named("no-frames", message, sorted(empty, key=natural)))
    there = {clip.name for clip in whole}
    lost = [name for name in every if name not in there]
    if lost:
        why = {
            "folders": "in no folder of a class, or without a frame that can be read,",
            "table": "not in the table, or without a frame that can be read,",
            "frames": "not in the table, or with another number of rows than of frames,",
        }[source.answers]
        message = f"{several(len(lost), 'clip is', 'clips are')} {why} and left out."
        notes.append(_named("no-answer", message, lost))
    if source.answers != "folders" and source.table is not None:
        known = {key for name, inside in every.items() for key in (*keys_of(name), *every_frame_key(name, inside))}
        strange = [key for key, _ in rows_of(path / source.table, source.file_column, source.label_column)]
        strange = [key for key in dict.fromkeys(strange) if key not in known]
        if strange:
            message = f"{several(len(strange), 'row names', 'rows name')} nothing that is here, in {source.table}."
            notes.append(_named("no-such-clip", message, strange))
    if source.answers == "frames":
        used, skipped = {frame for clip in whole for frame in clip.frames}, set(source.skip)
        silent = [frame for name in there for frame in every[name] if frame not in used and frame not in skipped]
        if silent:
            message = f"{several(len(silent), 'frame without a label is', 'frames without a label are')} left out."
            notes.append(_named("no-label", message, sorted(silent, key=natural)))
    return notes


def _leaves(path: Path) -> set[str]:
    """The folders that hold no folder, below the first level."""
    found = set[str]()
    for where, folders, _ in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        if not folders and Path(where) != path:
            found.add(Path(where).relative_to(path).as_posix())
    return found


def _above(folder: str) -> list[str]:
    """A folder and those that it is in."""
    parts = folder.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def twins_of(clips: Sequence[Clip], seen: Frames) -> Twins:
    """Clips with the same frames, by the bytes of their files."""
    groups = defaultdict[tuple[str, ...], list[int]](list)
    for index, clip in enumerate(clips):
        if all(frame in seen.digests for frame in clip.frames):
            groups[tuple(seen.digests[frame] for frame in clip.frames)].append(index)
    return Twins("duplicates", "the same frames", tuple(tuple(one) for one in groups.values() if len(one) > 1))


def _named(code: str, message: str, names: Sequence[str]) -> Note:
    return Note(code, message, tuple(names[:SHOWN]), "warning", len(names))
