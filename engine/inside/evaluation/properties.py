"""What is known of each sample beside its answer, to slice by: columns, brightness, length, size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.data.dataset import Field
from engine.data.datasets import feature_names
from engine.data.origin import declared, unreadable
from engine.data.sources.kinds import source_of
from engine.inside.evaluation.answered import SILENT, Answered

if TYPE_CHECKING:
    from engine.data.dataset import Array
    from engine.data.watch import Watch

MOST_FEATURES: Final = 100
"""Numbers of a sample up to which each is a property."""
MOST_PROPERTIES: Final = 500
"""Properties of a sample that are looked at, the first ones."""
PIECE: Final = 4_000_000
"""Values that are looked at together."""


def properties(asked: Answered, watch: Watch = SILENT) -> dict[str, Array]:
    """Property → a number (float64), a day (datetime64) or a text for each sample, in the order of the part.

    Raises DataError, and Stopped once the watcher wants that.
    """
    data = asked.data
    found: dict[str, Array] = {}
    if data.config.source is not None:
        source = source_of(data.config.source)
        path = data.config.source.path
        try:
            beside = source.columns_beside(Path(path))
        except OSError as error:
            raise unreadable(path, error) from error
        found |= {name: values[data.part.indices] for name, values in beside.items()}
    tabular = bool(found) and declared(data.config).kind == "table"
    for name, field in declared(data.config).fields.items():
        if name not in data.samples.arrays:
            continue
        for what, values in _of_field(asked, name, field, tabular, watch):
            found.setdefault(what, values)
    return dict(islice(found.items(), MOST_PROPERTIES))


def _of_field(asked: Answered, name: str, field: Field, tabular: bool, watch: Watch) -> Iterator[tuple[str, Array]]:
    rank = len(field.shape)
    target = field.role == "target"
    if field.classes:
        if rank == 1:
            yield f"length of {name}", _lengths(asked, name, field)
        elif rank == 2 and target:
            (filled,) = _pieces(asked, name, watch, _filled)
            yield f"{name} that is not {field.names[0]}", filled
        elif rank == 0 and target:
            labels = asked.data.raw(name)
            yield name, np.array([field.names[int(label)] for label in labels], object)
        return
    if rank == 3 and not target and field.shape[0] in (1, 3, 4):
        yield from zip(
            (f"brightness of {name}", f"contrast of {name}"),
            _pieces(asked, name, watch, _brightness, _contrast),
            strict=True,
        )
    elif rank == 1 and field.shape[0] <= MOST_FEATURES and not tabular:
        values = asked.data.raw(name).astype(np.float64)
        for index, column in enumerate(_columns(asked, name, field)):
            yield column, values[:, index]


def _columns(asked: Answered, name: str, field: Field) -> tuple[str, ...]:
    """What the numbers of a field are called."""
    width, config = field.shape[0], asked.data.config
    if field.columns:
        return field.columns
    if config.source is None and field.role == "input" and declared(config).loader == "engine.data.on_board":
        names = feature_names(declared(config).name)
        if len(names) == width:
            return names
    return (name,) if width == 1 else tuple(f"{name} {index + 1}" for index in range(width))


def _lengths(asked: Answered, name: str, field: Field) -> Array:
    """Symbols of each sample that are no padding."""
    padding = 0 if field.padding is None else field.padding
    values = asked.data.raw(name)
    lengths: Array = (values != padding).sum(1).astype(np.float64)
    return lengths


def _pieces(asked: Answered, name: str, watch: Watch, *measures: Callable[[Array], Array]) -> list[Array]:
    """Measures of each image, some images at a time: their files are decoded once for all. Raises Stopped."""
    part, shape = asked.data.part, asked.data.samples.arrays[name].shape[1:]
    step = max(1, PIECE // max(1, int(np.prod(shape))))
    made: list[list[Array]] = [[] for _ in measures]
    for start in range(0, len(part), step):
        watch.at(start / len(part), f"looking at {name}")
        images = asked.data.raw(name, slice(start, start + step))
        for one, measure in zip(made, measures, strict=True):
            one.append(measure(images))
    return [np.concatenate(one) for one in made]


def _brightness(images: Array) -> Array:
    values: Array = images.reshape(len(images), -1).mean(1, dtype=np.float64)
    return values


def _contrast(images: Array) -> Array:
    values: Array = images.reshape(len(images), -1).astype(np.float32).std(1, dtype=np.float64)
    return values


def _filled(masks: Array) -> Array:
    values: Array = (masks.reshape(len(masks), -1) != 0).mean(1, dtype=np.float64)
    return values
