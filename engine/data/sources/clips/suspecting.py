"""Whether a folder holds clips, by the names of some of its files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from engine.data.sources.clips.frames import are_numbered
from engine.data.sources.images.images import is_image
from engine.data.sources.parts import name_parts
from engine.data.sources.tables.encoding import named
from engine.data.sources.tables.reading import TEXT, is_table
from engine.data.sources.text.reading import first_rows

DEEP: Final = 4
"""Levels of folders that are looked into."""
WIDE: Final = 20
"""Folders of a level that are."""
ROWS: Final = 200
MOST: Final = 5000
MASKS: Final = ("mask", "label", "annot", "segment", "gt")
SURE: Final = 0.8


def suspicion(path: Path) -> str:
    """See `Source.suspect`: most of the folders with images hold images that are counted through."""
    some = _some_clips(path)
    counted = [folder for folder, names in some.items() if are_numbered(names)]
    if len(counted) < 2 or len(counted) < SURE * len(some):
        return ""
    return f"It holds folders of numbered images, such as {counted[0]}."


def leads(path: Path) -> bool:
    """See `Source.leads`: the folders of frames are in folders of classes, or a table names them."""
    some = _some_clips(path)
    tops = {folder.partition("/")[0] for folder in some}
    if any(word in top.lower() for top in tops for word in MASKS):
        return False
    if all(folder.count("/") > name_parts(tops) for folder in some):
        return max(map(len, some.values()), default=0) > 2
    return not name_parts(tops) and _names_folders(path, {folder.rpartition("/")[2] for folder in some})


def _some_clips(path: Path) -> dict[str, list[str]]:
    """Some of the folders with images → the names of these. Raises OSError."""
    if not path.is_dir():
        return {}
    found, level = dict[str, list[str]](), [("", str(path))]
    for _ in range(DEEP):
        deeper = list[tuple[str, str]]()
        for below, where in level[:WIDE]:
            names = list[str]()
            try:
                entries = os.scandir(where)
            except OSError:  # named where the files are listed
                if not below:
                    raise
                continue
            with entries:
                for index, entry in enumerate(entries):
                    if index > MOST:
                        break
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir() and os.access(entry.path, os.R_OK | os.X_OK):
                        deeper.append((f"{below}{entry.name}/", entry.path))
                    elif is_image(entry.name):
                        names.append(entry.name)
            if names and below:
                found[below.rstrip("/")] = names
        level = sorted(deeper)
    return found


def _names_folders(path: Path, folders: set[str]) -> bool:
    """Whether a column of a table beside the folders names them, by its first rows."""
    for table in sorted(path.iterdir()):
        if table.suffix.lower() in TEXT and is_table(table):
            rows = first_rows(table, ROWS)
            for column in rows.columns:
                cells = named(rows[column]).dropna().astype(str).str.strip().str.rstrip("/")
                if len(cells) and cells.str.rpartition("/")[2].isin(folders).mean() > 1 / 2:
                    return True
    return False
