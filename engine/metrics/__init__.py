"""What is measured of answers beside the loss, one file a metric, found by being there: each lists its own in METRICS.

How batches are collected for them is in the folder ``streams``.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from engine.metrics.metric import Metric


@cache
def _known() -> dict[str, type[Metric]]:
    modules = (import_module(module.name) for module in iter_modules(__path__, f"{__name__}.") if not module.ispkg)
    found: list[type[Metric]] = [metric for module in modules for metric in getattr(module, "METRICS", ())]
    return {metric.name: metric for metric in sorted(found, key=lambda metric: (metric.rank, metric.name))}


def all() -> list[type[Metric]]:
    """Every metric, the most used first."""
    return list(_known().values())


def get(name: str) -> type[Metric] | None:
    """The metric with this name; None where there is none."""
    return _known().get(name)


def names() -> tuple[str, ...]:
    """What settings call them, the most used first."""
    return tuple(_known())


def of_steps() -> tuple[str, ...]:
    """Those that every training step reports, each for its kinds of answers."""
    return tuple(metric.name for metric in all() if metric.of_steps)


if TYPE_CHECKING:
    MetricName = str
else:
    MetricName = Literal[names()]
