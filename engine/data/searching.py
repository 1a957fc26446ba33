"""What is looked for in the folder of a data set, and what is there instead. Nothing is opened, nothing is loaded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from pathlib import Path

from engine.data.dataset import Dataset
from engine.files import is_file

MOST = 1000
"""Entries of a folder that are looked at."""
SHOWN = 6
"""Entries that are named."""

Way = tuple[tuple[str, ...], ...]
"""Files that make a data set whole: for each one the names it may have, below the folder."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a folder holds for a data set.

    ``whole`` says that all it needs is there, ``part`` that some of it is (half-fetched files, too). ``others`` are
    entries that are none of it, ``more`` how many there are beside those; ``fault`` is a sentence about the folder
    itself: that it is none, or cannot be read. ``writable`` says whether files can be put there, or into the folder to
    be made.
    """

    whole: bool
    part: bool
    others: tuple[str, ...]
    more: int
    fault: str
    writable: bool


def sought(dataset: Dataset) -> tuple[Way, ...]:
    """The ways in which the files of a data set may stand in its folder; one of them is enough."""
    ways: tuple[Way, ...] = import_module(dataset.loader).sought(dataset)
    return ways


def look_into(dataset: Dataset, folder: Path) -> Found:
    """What a folder holds for a data set; hidden entries count for nothing. Never raises for what a disk can say."""
    names = {name for way in sought(dataset) for names in way for name in names}
    known = {name.partition("/")[0] for name in names} | {f"{file.name}.part" for file in dataset.files}
    fault, entries = "", list[str]()
    try:
        with os.scandir(folder) as listing:
            entries = sorted(entry.name for entry in islice(listing, MOST) if not entry.name.startswith("."))
    except FileNotFoundError:
        pass  # it can be made
    except NotADirectoryError:
        fault = f"{folder} is not a folder."
    except OSError as error:
        fault = f"{folder} cannot be read: {error.strerror or error}."
    there = {name for name in names if is_file(folder / name)}
    whole = any(all(there.intersection(needed) for needed in way) for way in sought(dataset))
    part = bool(there) or any(is_file(folder / f"{file.name}.part") for file in dataset.files)
    others = [name for name in entries if name not in known]
    return Found(whole, part, tuple(others[:SHOWN]), max(0, len(others) - SHOWN), fault, _writable(folder))


def in_words(dataset: Dataset, found: Found, folder: Path) -> str:
    """What is sought and what is there instead, in lines; for a folder that has not all of it."""
    lines, ways = [found.fault] if found.fault else [], sought(dataset)
    lines.append("Sought are:")
    for index, way in enumerate(ways):
        needed = [", or ".join(names) for names in way]
        lines += [f"• {name}" for name in needed] if len(ways) == 1 else [f"{'or ' * bool(index)}{', '.join(needed)}"]
    if not found.fault:
        more = f" and {found.more:,} more" if found.more else ""
        lines.append(f"There are: {', '.join(found.others)}{more}." if found.others else "Nothing else is there.")
    if not found.writable:
        lines.append(f"Nothing can be written to {folder}.")
    return "\n".join(lines)


def _writable(folder: Path) -> bool:
    """Whether a file can be put there, after making the folder where it is missing."""
    try:
        there = next((path for path in (folder, *folder.absolute().parents) if path.exists()), None)
    except OSError:
        return False
    return there is not None and there.is_dir() and os.access(there, os.W_OK | os.X_OK)
