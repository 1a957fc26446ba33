"""Processes that run the same program beside the window."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QProcessEnvironment

import engine


def environment() -> QProcessEnvironment:
    """That of this program; the child runs the same code, and imports nothing from where it is started."""
    found = QProcessEnvironment.systemEnvironment()
    root = Path(engine.__file__).resolve().parents[1]
    if root.name not in ("site-packages", "dist-packages"):
        known = found.value("PYTHONPATH")
        found.insert("PYTHONPATH", os.pathsep.join([str(root), *([known] if known else [])]))
    return found
