"""What lies in the folder of a run beside the files it always has: the states that were kept, what is half written."""

from __future__ import annotations

import itertools
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

CHECKPOINTS: Final = "checkpoints"
SPARE: Final = ".spare"
"""Room that is held while a run goes on, and given up to say how it ended where the disk is full."""
SPARE_BYTES: Final = 2**16
_STATE: Final = re.compile(r"(?:last|kept)-(\d{10})")
_HALF: Final = re.compile(
    r"\.(spare|(last|kept)-\d{10}(\.old)?|(model|best)\.safetensors|(run|predictions)\.json\.\w+|project\.loom\.\w+)"
)


def kept(run: Path) -> list[tuple[int, Path]]:
    """The states that were kept of a run, oldest first: after which step, and the folder of each."""
    found = ((_STATE.fullmatch(entry.name), entry) for entry in run.glob(f"{CHECKPOINTS}/*-*"))
    return sorted((int(name[1]), entry) for name, entry in found if name and entry.is_dir())


def last_kept(run: Path) -> int | None:
    """The step of the last state that was kept of a run; None where there is none."""
    return next((step for step, _ in reversed(kept(run))), None)


def clear(run: Path) -> None:
    """Remove what a writer that was killed has left half written. Raises OSError."""
    for entry in (*run.glob(".*"), *run.glob(f"{CHECKPOINTS}/.*")):
        if _HALF.fullmatch(entry.name):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def made(path: Path) -> bool:
    """Make a folder; False where it is there already. Raises OSError."""
    try:
        path.mkdir(parents=True)
    except OSError:
        if not path.is_dir():
            raise
        return False
    return True


def fresh(root: Path, name: str) -> Path:
    """Make a folder of its own under ``root``, named by time and network. Raises OSError."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower()[:40] or "network"
    stem = f"{datetime.now():%Y%m%d-%H%M%S}-{words}"
    names = (f"{stem}-{number}" if number > 1 else stem for number in itertools.count(1))
    return next(path for path in (root / name for name in names) if made(path))
