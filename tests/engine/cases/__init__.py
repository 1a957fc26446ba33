"""The layers under test, one file a family as in `engine.layers`; a plain module of torch needs no entry."""

from __future__ import annotations

import importlib
import pkgutil

from engine.layers.layer import Layer
from tests.engine.cases.case import Case, Drawing, Trial

__all__ = ["Case", "Drawing", "Trial", "case"]

_CASES: dict[str, Case] = {}
for _module in pkgutil.iter_modules(__path__):
    if _module.name != "case":
        _CASES |= importlib.import_module(f"{__name__}.{_module.name}").CASES


def case(cls: type[Layer]) -> Case:
    """What the tests know of a layer."""
    return _CASES.get(cls.__name__, Case())
