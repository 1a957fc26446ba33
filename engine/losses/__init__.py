"""The losses of the Output node, one file a loss, found by being there: each module lists its own in ``LOSSES``.

Installed packages add losses of their own through the entry-point group ``layerloom.losses``: `packages`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Final, Literal

from engine.losses.loss import Loss, Suited
from engine.losses.packages import LOSSES_OF_PACKAGES

__all__ = [
    "USUAL", "Loss", "LossName", "Suited", "all", "built_in", "compares", "get", "names", "of_classes", "options",
    "refresh", "suiting",
]  # fmt: skip

USUAL: Final = "cross_entropy"
"""That of an Output which names none."""


@cache
def built_in() -> dict[str, type[Loss]]:
    """Those that come along, by name, the most used first."""
    modules = (import_module(module.name) for module in iter_modules(__path__, f"{__name__}."))
    found = [loss for module in modules for loss in getattr(module, "LOSSES", ())]
    return {loss.name: loss for loss in sorted(found, key=lambda loss: (loss.rank, loss.name))}


@cache
def _known() -> dict[str, type[Loss]]:
    return built_in() | {loss.name: loss for loss in LOSSES_OF_PACKAGES.all()}


def refresh() -> None:
    """Look again which packages are installed."""
    _known.cache_clear()
    LOSSES_OF_PACKAGES.refresh()


def all() -> list[type[Loss]]:
    """Every loss, the most used first."""
    return list(_known().values())


def get(name: str) -> type[Loss] | None:
    """The loss with this name; None where there is none."""
    return _known().get(name)


def names() -> tuple[str, ...]:
    """What projects call them, the most used first."""
    return tuple(_known())


def options(those: Iterable[type[Loss]]) -> dict[str, tuple[type[Loss], ...]]:
    """Each parameter that some of these losses have, with the losses that have it."""
    found: dict[str, list[type[Loss]]] = {}
    for loss in those:
        for name in loss.model_fields:
            found.setdefault(name, []).append(loss)
    return {name: tuple(having) for name, having in found.items()}


def suiting(what: Suited) -> tuple[str, ...]:
    """The losses that are usual for such a target, the most used first."""
    return tuple(loss.name for loss in all() if what in loss.suits)


def compares(name: str | None) -> bool:
    """Whether an Output with this loss learns a field of the data; a term that is its own value learns none."""
    return name is not None and (loss := get(name)) is not None and loss.target != "nothing"


def of_classes(name: str | None) -> bool:
    """Whether the loss compares the classes of one axis with a label for each position."""
    return name is not None and (loss := get(name)) is not None and loss.target == "classes"


if TYPE_CHECKING:
    LossName = str
else:
    LossName = Literal[tuple(built_in())]
