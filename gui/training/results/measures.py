"""What a network is judged by, and what its classes are called, as far as the data says."""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine import metrics
from engine.data.dataset import DataError, Dataset
from engine.data.origin import declared
from engine.graph import Graph
from engine.settings.resolution import SettingFault, resolve_settings
from engine.training.history import History
from engine.training.series import Series
from gui.hosts.host import Host


def metric_of(histories: Sequence[History], graph: Graph) -> str:
    """The metric beside the loss: that of the first curves that have one, else that of the task of the data."""
    for history in histories:
        known = [metric for metric in metrics.of_steps() if f"train/{metric}" in history.names()]
        if known:
            return known[0]
        series = [Series.parse(name) for name in history.names()]
        terms = [each.name for each in series if each.metric == "loss" and each.output]
        if terms:  # no Output is compared with the data: each is a term of the loss
            return terms[0]
    dataset = _dataset(graph)
    return "mae" if dataset is not None and dataset.task in ("regression", "forecast") else "accuracy"


def class_names(graph: Graph) -> tuple[str, ...]:
    """The classes of the first target that has any."""
    dataset = _dataset(graph)
    fields = () if dataset is None else dataset.fields.values()
    return next((field.names for field in fields if field.role == "target" and field.names), ())


def epoch_length(host: Host | None) -> float:
    """Steps in an epoch of a run, as announced; NaN where that is not known."""
    return host.status.steps_total / host.status.epochs if host is not None and host.status.epochs else math.nan


def _dataset(graph: Graph) -> Dataset | None:
    settings = resolve_settings(graph)
    try:
        return None if isinstance(settings, SettingFault) else declared(settings[0])
    except DataError:
        return None
