"""The sources of Python's standard library, as they lie beside the interpreter."""

from __future__ import annotations

import hashlib
import platform
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from engine.data.dataset import DataError

LEFT_OUT = frozenset(
    {"test", "tests", "site-packages", "dist-packages", "idlelib", "lib2to3", "turtledemo", "ensurepip", "encodings"}
)
"""Folders that not every installation has, that are no part of the library, or that are tables rather than text."""


def origin() -> str:
    """The version that the samples depend on."""
    return f"Python {platform.python_version()}"


def sources() -> Iterator[str]:
    """The texts of the library's files, in an order that depends on their names alone. Raises DataError."""
    root = Path(sysconfig.get_path("stdlib"))
    found = [path for path in root.rglob("*.py") if not LEFT_OUT.intersection(path.relative_to(root).parts)]
    names = {path.relative_to(root).as_posix(): path for path in found if not path.name.startswith("_sysconfigdata")}
    if not names:
        raise DataError(f"This Python has no sources of its standard library in {root}: choose other data.")
    for name in sorted(names, key=lambda name: hashlib.blake2b(name.encode()).digest()):
        try:
            yield names[name].read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a few files are in an older encoding
            continue
        except OSError as error:
            raise DataError(f"{names[name]} cannot be read: {error.strerror or error}.") from error


def enough(found: int, wanted: int) -> None:
    """Raises DataError where the library of this Python is too small."""
    if found < wanted:
        raise DataError(
            f"The standard library of this Python gives {found:,} samples and {wanted:,} are needed: "
            "install its sources, or choose other data."
        )
