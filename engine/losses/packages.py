"""Losses of installed packages: the entry-point group ``layerloom.losses`` names them, each a subclass of Loss.

Its ``name`` begins with the package (``acme_layers.focal_loss``). Its own `compare` and `source` say how it computes.
"""

from __future__ import annotations

from typing import Final

from engine.extensions import Extensions
from engine.losses.loss import Loss


def _named(cls: type[Loss]) -> str:
    return getattr(cls, "name", "")


def _fault(cls: type[Loss]) -> str:
    lacking = [fact for fact in ("name", "title", "formula") if not getattr(cls, fact, "")]
    return f"{cls.__name__} does not say its {' and '.join(lacking)}." if lacking else ""


LOSSES_OF_PACKAGES: Final = Extensions("layerloom.losses", Loss, ("loss", "losses"), _named, _fault)
