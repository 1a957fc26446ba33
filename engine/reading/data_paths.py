"""How a project file names data and weights: from its own folder on where both lie together, else from the root.

In the program the path is always a whole one, so whoever reads the data needs not know where the project is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

SOURCE, WEIGHTS = "source", "weights"
"""The tables with a path: that of the data section, and that of the training section."""


def relative(section: object, folder: Path | None, table: str = SOURCE) -> object:
    """A section of the settings as a file in ``folder`` holds it."""
    path = _path(section, table)
    if path is None or folder is None or not os.path.isabs(path):
        return section
    near = Path(os.path.abspath(path))
    for up, base in enumerate((folder, folder.parent)):
        if base != base.parent and near.is_relative_to(base):
            return _with(section, PurePosixPath(*[".."] * up, *near.relative_to(base).parts).as_posix(), table)
    return section


def absolute(section: dict[str, object], folder: Path | None, table: str = SOURCE) -> dict[str, object]:
    """A section of the settings as the program has it, from that of a file in ``folder``."""
    path = _path(section, table)
    if path is None or folder is None or os.path.isabs(path) or "\0" in path:
        return section
    return _with(section, os.path.normpath(folder / path), table)


def _path(section: object, table: str) -> str | None:
    source = section.get(table) if isinstance(section, Mapping) else None
    path = source.get("path") if isinstance(source, Mapping) else None
    return path if isinstance(path, str) and path else None


def _with(section: object, path: str, table: str) -> dict[str, object]:
    assert isinstance(section, Mapping)
    return {**section, table: {**section[table], "path": path}}
