"""The blocks that come along, found by being there: each module of this folder lists its own in ``BLOCKS``."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import presets.blocks
from engine.blocks.library import LibraryEntry


@cache
def offered() -> tuple[LibraryEntry, ...]:
    """Every block that comes along, by name."""
    modules = (import_module(found.name) for found in iter_modules(presets.blocks.__path__, "presets.blocks."))
    found = (entry for module in modules for entry in getattr(module, "BLOCKS", ()))
    return tuple(sorted(found, key=lambda entry: entry.name.lower()))
