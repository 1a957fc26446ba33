"""How a project file names data of the user's own: from its own folder on where both lie together, else from the root.

In the program the path is always a whole one, so whoever reads the data needs not know where the project is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath


def relative(data: object, folder: Path | None) -> object:
    """The data section as a file in ``folder`` holds it."""
    path = _path(data)
    if path is None or folder is None or not os.path.isabs(path):
        return data
    near = Path(os.path.abspath(path))
    for up, base in enumerate((folder, folder.parent)):
        if base != base.parent and near.is_relative_to(base):
            return _with(data, PurePosixPath(*[".."] * up, *near.relative_to(base).parts).as_posix())
    return data


def absolute(data: dict[str, object], folder: Path | None) -> dict[str, object]:
    """The data section as the program has it, from that of a file in ``folder``."""
    path = _path(data)
    if path is None or folder is None or os.path.isabs(path) or "\0" in path:
        return data
    return _with(data, os.path.normpath(folder / path))


def _path(data: object) -> str | None:
    source = data.get("source") if isinstance(data, Mapping) else None
    path = source.get("path") if isinstance(source, Mapping) else None
    return path if isinstance(path, str) and path else None


def _with(data: object, path: str) -> dict[str, object]:
    assert isinstance(data, Mapping)
    return {**data, "source": {**data["source"], "path": path}}
