"""The presets that come along, found by being there: each module of a family's folder lists its own in ``PRESETS``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import presets
from engine import known_names
from presets.preset import Preset

ORDER = ("Convolutional", "Dense", "Recurrent", "Attention")
"""The families as the gallery has them; others follow. Within one the oldest comes first."""


def _found() -> Iterator[Preset]:
    for family in iter_modules(presets.__path__, "presets."):
        if family.ispkg:
            for module in iter_modules(import_module(family.name).__path__, f"{family.name}."):
                yield from getattr(import_module(module.name), "PRESETS", ())


def _rank(preset: Preset) -> tuple[int, str, int]:
    family = preset.family
    return ORDER.index(family) if family in ORDER else len(ORDER), family, preset.year


def _in_order() -> Iterator[Preset]:
    """Each network with its small variants after it."""
    found = sorted(_found(), key=_rank)
    for preset in found:
        if not preset.small_of:
            yield preset
            yield from (one for one in found if one.small_of == preset.name)


BUILT_IN = tuple(_in_order())
for _preset in BUILT_IN:
    known_names.add(_preset.title, _preset.names)
