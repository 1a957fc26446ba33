"""What a file or folder holds: the kind that fits best looks into it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from engine.data.dataset import DataError
from engine.data.sources.found import Found
from engine.data.sources.kinds import kinds, source_of
from engine.data.watch import Watch
from engine.settings.data import SourceSettings

HINT = (
    "Layerloom reads folders of images, tables (CSV, TSV, JSON lines, Parquet, Excel) and arrays "
    "(.npy, .npz, .safetensors)."
)


def describe(
    path: Path | str, kind: str | None = None, options: Mapping[str, object] | None = None, watch: Watch | None = None
) -> Found:
    """What ``path`` holds, by its names and a first look; ``kind`` and ``options`` settle what is not to be guessed.

    Raises DataError where it cannot be learned from, with what to do, and Stopped once the watcher wants that.
    """
    path = Path(os.path.abspath(Path(path).expanduser()))
    try:
        path.stat()
        suspects = {name: why for name, cls in kinds().items() if (why := cls.suspect(path))} if kind is None else {}
        chosen = kind or next(iter(suspects), None)
        if chosen is None:
            raise DataError(f"{path.name} is not data that Layerloom knows. {HINT}")
        wishes = source_of(SourceSettings(kind=chosen, path=str(path), options=dict(options))) if options else None
        if chosen not in kinds():
            source_of(SourceSettings(kind=chosen, path=str(path)))
        return kinds()[chosen].look(path, wishes, watch or Watch())
    except FileNotFoundError as error:
        raise DataError(f"There is no file or folder {path}.", setting="data.source.path") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.", setting="data.source.path") from error
