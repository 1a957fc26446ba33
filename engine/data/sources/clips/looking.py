"""What a folder of clips holds: where the answers are, how many frames there are, and what is odd about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.data.dataset import DataError
from engine.data.sources import listing
from engine.data.sources.clips import oddities
from engine.data.sources.clips.checking import checked_frames
from engine.data.sources.clips.clips import Clips, tables_below
from engine.data.sources.clips.frames import clips_of, natural
from engine.data.sources.clips.labels import every_frame_key, keys_of
from engine.data.sources.found import Found, Note, several
from engine.data.sources.images.labels import key_of
from engine.data.sources.images.oddities import few_and_uneven, of_links, of_listing
from engine.data.sources.parts import name_parts
from engine.data.sources.tables.encoding import named
from engine.data.sources.tables.reading import read
from engine.settings.data import SourceSettings

if TYPE_CHECKING:
    from engine.data.watch import Watch

MOST_CLASSES: Final = 1000
MANY: Final = 64
"""Frames up to which all are taken where every clip has as many."""
EVENLY: Final = 16
"""Frames that are taken at most where nobody has said how many."""
USUAL: Final = ("label", "labels", "class", "classes", "target", "category", "action", "y")
Reasons = dict[str, str]


def look(path: Path, wishes: Clips | None, watch: Watch) -> Found:
    """See `Source.look`."""
    if not path.is_dir():
        raise DataError(f"{path} is one file: choose the folder with the clips.", setting="data.source.path")
    wished = {} if wishes is None else {name: getattr(wishes, name) for name in wishes.model_fields_set}
    left = list[listing.LeftOut]()
    entries = listing.listed(path, watch, left)
    clips = clips_of(entry.name for entry in entries)
    if not clips:
        raise DataError(
            f"There are no clips below {path}: put the frames of each clip, images that are numbered, into a folder of "
            "their own.",
            setting="data.source.path",
        )
    reasons = Reasons()
    source = Clips.model_validate(_answers(path, clips, entries, wished, reasons))
    said = source.said(path, clips)
    source = source.model_copy(update={"classes": _classes(source, said)})
    clips = {name: frames for name, frames in clips.items() if name in said}
    seen = checked_frames(path, entries, [frame for frames in clips.values() for frame in frames], source, watch)
    reasons |= seen.reasons
    settled = {"size": seen.size, "grey": seen.grey, "skip": seen.broken} | wished
    source = source.model_copy(
        update={name: settled[name] for name in ("size", "fit", "grey", "skip") if name in settled}
    )
    source = source.model_copy(update={"largest": settled.get("largest", source.largest)})
    whole = source.clips(path, entries)
    if not whole:
        raise DataError(f"Nothing is said of any clip below {path}.", setting="data.source.path")
    source = source.model_copy(update=_lengths([len(clip.frames) for clip in whole], wished, reasons))
    source = source.model_copy(update={"samples": len(whole)})
    counts = dict.fromkeys(source.classes, 0) | dict(Counter(label for clip in whole for label in clip.labels))
    settings = SourceSettings(
        kind=Clips.kind,
        path=str(path),
        options=source.model_dump(exclude_defaults=True) | {"samples": source.samples},
        fingerprint=listing.fingerprint(entries),
    )
    notes = (
        *seen.notes,
        *of_listing(left),
        *of_links(entries, "frame"),
        *oddities.of_clips(path, entries, whole, source),
        *oddities.of_lengths(source, whole),
        *few_and_uneven(counts, "frames" if source.answers == "frames" else "clips"),
    )
    twins = oddities.twins_of(whole, seen)
    if twins.groups:
        many = sum(len(group) - 1 for group in twins.groups)
        same = tuple(whole[index].name for group in twins.groups for index in group)[: oddities.SHOWN]
        message = f"{several(many, 'clip has', 'clips have')} the same frames as another one."
        notes = (*notes, Note("duplicates", message, same, "warning", many))
    names = tuple(clip.name for clip in whole)
    return Found(settings, source.declare(path), reasons, counts, notes, (twins,), names)


# -- answers -----------------------------------------------------------------------------------------------------------


def _answers(
    path: Path,
    clips: Mapping[str, list[str]],
    entries: list[listing.Entry],
    wished: Mapping[str, Any],
    reasons: Reasons,
) -> dict[str, Any]:
    """Where the answers are. Raises DataError."""
    wanted, unread = wished.get("answers"), list[DataError]()
    if wanted != "folders":
        chosen, column = wished.get("table"), wished.get("file_column")
        if chosen and chosen not in {entry.name for entry in entries}:
            raise DataError(f"There is no table {chosen} below {path}.", setting="data.source.options.table")
        tables = [chosen] if chosen else tables_below(entries)
        found = [one for name in tables if (one := _of_table(path, name, clips, wished, reasons, unread)) is not None]
        if found:
            return found[0]
        if unread and (wanted is not None or chosen):
            raise unread[0]
        if column and tables:
            raise DataError(
                f"No column {column!r} of {', '.join(tables[:3])} names the clips or their frames: choose another.",
                setting="data.source.options.file_column",
            )
        if wanted is not None or chosen:
            raise DataError(
                f"{path} holds no table with a column that names the clips, or their frames: put one (CSV) with "
                "the columns clip and label beside them.",
                setting="data.source.options.answers",
            )
    tops = list(dict.fromkeys(name.partition("/")[0] for name in clips))
    parts = name_parts(tops)
    source = Clips(parts=parts)
    classes = sorted({source.class_of(name) for name in clips} - {""}, key=natural)
    if len(classes) < 2:
        what = f"all of one class, {classes[0]!r}" if classes else "clips, but nothing says what they show"
        raise DataError(
            f"{path} holds {what}: put the clips of each class into a folder of its name, or a table (CSV) with the "
            "columns clip and label beside them.",
            setting="data.source.path",
        )
    reasons["answers"] = f"The clips are in {len(classes)} folders, each one class."
    return {"answers": "folders", "parts": parts}


def _of_table(
    path: Path,
    name: str,
    clips: Mapping[str, list[str]],
    wished: Mapping[str, Any],
    reasons: Reasons,
    unread: list[DataError],
) -> dict[str, Any] | None:
    """How a table says what the clips show; None where none of its columns names them."""
    try:
        table = read(path / name)
    except DataError as error:  # it may have nothing to do with the clips
        unread.append(error)
        return None
    folders = {key for clip in clips for key in keys_of(clip)}
    frames = {key for clip, inside in clips.items() for key in every_frame_key(clip, inside)}
    columns = [str(one) for one in table.columns]
    best, share, each = "", 0.5, False
    for column in columns if not wished.get("file_column") else [wished["file_column"]]:
        if column not in columns:
            continue
        cells = [key_of(cell).rstrip("/") for cell in named(table[column]).dropna()]
        for keys, of_frames in ((folders, len(set(cells)) < len(cells)), (frames, True)):
            hits = sum(cell in keys for cell in cells) / max(1, len(cells))
            if hits > share and len(set(cells)) > 1:
                best, share, each = column, hits, of_frames
    if not best:
        return None
    if wished.get("answers") in ("table", "frames"):
        each = wished["answers"] == "frames"
    others = [one for one in columns if one != best]
    parted = [one for one in others if name_parts(named(table[one]).dropna().unique())]
    part = wished.get("part_column", parted[0] if parted else None)
    able = [one for one in others if one != part]
    label = wished.get("label_column") or next((one for one in able if one.lower() in USUAL), next(iter(able), ""))
    if label not in columns:
        unread.append(
            DataError(f"{path / name} has no column with labels beside {best!r}.", setting="data.source.options.table")
        )
        return None
    answers = "frames" if each else "table"
    reasons["answers"] = f"The column {best!r} of {name} names the clips{', a row for each frame' if each else ''}."
    return {"answers": answers, "table": name, "file_column": best, "label_column": label, "part_column": part}


def _classes(source: Clips, found: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The classes in order, of what is said of each clip. Raises DataError."""
    said = {label for labels in found.values() for label in labels} - {""}
    if len(said) > MOST_CLASSES:
        raise DataError(
            f"The column {source.label_column!r} of {source.table} has {len(said):,} different values: choose one with "
            "classes.",
            setting="data.source.options.label_column",
        )
    if source.answers == "frames" and not said:
        raise DataError(
            f"No clip has a row for each of its frames in {source.table}: name the frames in it, or as many rows a "
            "clip as it has frames; or let it have a row a clip.",
            setting="data.source.options.answers",
        )
    if source.answers != "folders" and len(said) < 2:
        only = f"is {next(iter(said))!r} for all clips" if said else "says nothing of the clips"
        raise DataError(
            f"The column {source.label_column!r} of {source.table} {only}: there is nothing to be learned; two classes "
            "are needed.",
            setting="data.source.options.label_column",
        )
    return tuple(sorted(said, key=natural))


# -- lengths -----------------------------------------------------------------------------------------------------------


def _lengths(counts: Sequence[int], wished: Mapping[str, Any], reasons: Reasons) -> dict[str, Any]:
    """Which frames are taken and how many, of clips with so many each."""
    least, most = min(counts), max(counts)
    middle = min(EVENLY, sorted(counts)[len(counts) // 2])
    take = wished.get("take", "all" if least == most <= MANY else "evenly")
    length = wished.get("length", middle)
    if take == "all":
        length = min(most, 4096)
    if least == most:
        reasons["take"] = f"Every clip has {most:,} frames."
    else:
        reasons["take"] = f"The clips have {least:,} to {most:,} frames."
    return {"take": take, "length": length, "shortest": min(least, 4096)}
