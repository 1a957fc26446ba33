"""Images of projects for the Start page, and whether their files can still be read: found out beside the window.

An image is kept as the boxes it is drawn from, so that it is sharp and in the colours of the theme; in Layerloom's
home, by the path of the project, with the size and time of the file that it was made from.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from engine import own_files, project
from engine.errors import LayerloomError
from engine.files import FileError, encoded
from engine.home import caches
from gui.start.thumbnail import ThumbnailBox
from gui.work.background import Background

FOLDER: Final = "projects"
MOST_COLUMNS: Final = 120
"""Columns of an image; of a longer network they are taken from all along it."""
LARGEST: Final = 2**20
PATIENCE: Final = 1.0
"""Seconds that the window waits at its end for an answer about a file: a network that is gone may take minutes."""


@dataclass(frozen=True, slots=True)
class ProjectLook:
    """``trouble`` says in a word why the file cannot be opened; ``facts`` in a few words how large the network is."""

    path: Path
    trouble: str = ""
    facts: str = ""
    boxes: tuple[ThumbnailBox, ...] = ()


class ProjectPortraits(QObject):
    """Looks at one project after the other; ``looked`` with each."""

    looked = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = Background("recent projects", self)
        self._left: list[Path] = []

    @property
    def busy(self) -> bool:
        return self._background.busy

    def look(self, paths: Sequence[Path]) -> None:
        """Look at these, and no more at those that were asked for before."""
        self._left = list(paths)
        if not self._background.busy:
            self._next()

    def close(self) -> None:
        self._left = []
        self._background.close(PATIENCE)

    def _next(self) -> None:
        if self._left:
            path = self._left.pop(0)
            self._background.run(lambda: look_at(path), self._done, self._failed)

    def _done(self, found: ProjectLook) -> None:
        self.looked.emit(found)
        self._next()

    def _failed(self, error: Exception) -> None:
        self._next()
        raise error


def look_at(path: Path) -> ProjectLook:
    """What there is to see of a project file; may take as long as a disk or a network takes."""
    try:
        facts = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ProjectLook(path, "missing")
    except PermissionError:
        return ProjectLook(path, "no permission")
    except (OSError, ValueError):
        return ProjectLook(path, "out of reach")
    if not stat.S_ISREG(facts.st_mode):
        return ProjectLook(path, "not a file")
    if not os.access(path, os.R_OK):
        return ProjectLook(path, "no permission")
    version = [facts.st_mtime_ns, facts.st_size]
    return _kept(path, version) or _made(path, version)


def _made(path: Path, version: list[int]) -> ProjectLook:
    """Read the project, and keep what it looks like."""
    from engine import cost  # most of the engine, which is imported beside the window, too
    from engine.shapes import infer
    from gui.start.thumbnail_boxes import blocks

    try:
        graph = project.load(path)
    except LayerloomError:
        return ProjectLook(path, "damaged")
    report = infer(graph)
    boxes = _fewer(blocks(graph, report))
    layers = len(graph.nodes)
    facts = f"{layers} layer{'' if layers == 1 else 's'}, {cost.total(graph, report).parameters:,} parameters"
    kept = {"path": str(path), "version": version, "facts": facts, "boxes": [astuple(box) for box in boxes]}
    try:
        own_files.make_folder(caches(), FOLDER)
        text = json.dumps(kept, ensure_ascii=True)
        own_files.write_atomically(caches(), _name(path), encoded(text))
    except (OSError, FileError):
        pass  # it is made again the next time
    return ProjectLook(path, "", facts, tuple(boxes))


def _kept(path: Path, version: list[int]) -> ProjectLook | None:
    """What was made of this version of the file; None where nothing sound is kept."""
    try:
        kept: Any = json.loads(own_files.read_bytes(caches(), _name(path), LARGEST))
        if kept["path"] != str(path) or kept["version"] != version or not isinstance(kept["facts"], str):
            return None
        boxes = tuple(ThumbnailBox(*box) for box in kept["boxes"])
        sound = all(
            isinstance(box.column, int) and 0 <= box.column <= MOST_COLUMNS and isinstance(box.color, str)
            and all(isinstance(part, int | float) and 0 <= part <= 1 for part in (box.thick, box.tall))
            and isinstance(box.rows, int) and isinstance(box.row, int) and 0 <= box.row < box.rows
            for box in boxes
        )  # fmt: skip
        return ProjectLook(path, "", kept["facts"], boxes) if sound else None
    except (OSError, ValueError, RecursionError, TypeError, KeyError):
        return None


def _fewer(boxes: list[ThumbnailBox]) -> list[ThumbnailBox]:
    """So many columns as an image can show."""
    columns = max((box.column for box in boxes), default=0) + 1
    if columns <= MOST_COLUMNS:
        return boxes
    chosen = {number * columns // MOST_COLUMNS: number for number in range(MOST_COLUMNS)}
    return [
        ThumbnailBox(chosen[box.column], box.row, box.rows, box.thick, box.tall, box.color, box.around)
        for box in boxes
        if box.column in chosen
    ]


def _name(path: Path) -> str:
    return f"{FOLDER}/{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"
