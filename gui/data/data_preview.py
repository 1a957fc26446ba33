"""What the Data page shows of a data set, made ready beside the GUI thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from engine.data.dataset import Dataset, Field
from engine.data.datasets import feature_names
from engine.data.origin import declared
from engine.data.split_facts import PartFacts, facts_of
from engine.settings.data import DataConfig
from gui.data.clip_frames import ClipFrames

if TYPE_CHECKING:
    from engine.data.dataset import Array, Column, Columns

PARTS = {"train": "training", "validation": "validation", "test": "test"}
SHOWN = 12
SEEN = 200
"""Samples of a part that are read to count the pixels of masks, or to fit what is only shown."""
BINS = 8
"""Bars for a target that is a number."""
MOST = 11
"""Bars of classes; the rarer ones share one more."""

Form = Literal["table", "images", "clips", "text", "pairs", "tokens", "series"]


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """How often each class (or range of the target) comes: a row for each, a column for each part.

    ``what`` says what is counted.
    """

    what: str
    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class DataPreview:
    """Samples of a part before and after the transforms, with all else that is known of them, and how often what comes.

    ``more`` has the other fields of the samples as they are stored, ``coming`` what follows a series after the
    transforms. Clips come as pictures, too: ``frames``, before and after.
    """

    dataset: Dataset
    form: Form
    sizes: tuple[int, ...]
    balances: Mapping[str, ClassCounts]
    split: tuple[PartFacts, ...]
    columns: tuple[str, ...]
    before: Array
    after: Array
    more: Mapping[str, Array]
    answers: tuple[str, ...]
    transformed: bool
    coming: Array | None = None
    frames: tuple[ClipFrames, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the bars of the first target."""
        return next(iter(self.balances.values())).names

    @property
    def counts(self) -> tuple[tuple[int, ...], ...]:
        """The counts of the first target."""
        return next(iter(self.balances.values())).counts


def look(config: DataConfig, part: str) -> DataPreview:
    """Prepare the data as a training would and take the first samples of a part. Raises DataError."""
    from engine.data.pipeline import prepare

    dataset = declared(config)
    source, form = dataset.first("input"), form_of(dataset)
    names = (source, dataset.first("target")) if form == "series" else (source,)
    if config.source is None:
        prepared = prepare(config)
        raw, parts = prepared.raw, [getattr(prepared, name).indices for name in PARTS]
        picked = _picked(parts[list(PARTS).index(part)], form)
        after = {name: getattr(prepared, part).values(name)[picked].numpy() for name in names}
    else:
        raw, parts, picked, after = _of_own(config, part, names, form)
    indices = parts[list(PARTS).index(part)][picked]
    balances = {
        name: _balance(dataset, name, *_goals(raw[name], parts))
        for name, field in dataset.fields.items()
        if field.role == "target"
    }
    before, more = raw[source][indices], {name: raw[name][indices] for name in raw}
    return DataPreview(
        dataset,
        form,
        tuple(len(one) for one in parts),
        balances,
        facts_of(config, dict(zip(PARTS, parts, strict=True))),  # type: ignore[arg-type]
        column_names(config, dataset) if before.ndim == 2 and dataset.kind == "table" else (),
        before,
        after[source],
        more,
        tuple(_answer(dataset, {name: values[row] for name, values in more.items()}) for row in range(len(indices))),
        any(transform.field == source for transform in config.transforms),
        after.get(names[-1]) if form == "series" else None,
        (ClipFrames.of(before), ClipFrames.of(after[source])) if form == "clips" else (),
    )


def _picked(part: Array, form: Form) -> Array:
    """Which samples of a part are shown: the first, but of a series, whose windows overlap, some from all of it."""
    import numpy as np

    shown = np.arange(min(SHOWN, len(part)))
    return shown * len(part) // max(len(shown), 1) if form == "series" else shown


def _of_own(
    config: DataConfig, part: str, names: Sequence[str], form: Form
) -> tuple[Columns, list[Array], Array, dict[str, Array]]:
    """Columns and parts of data of one's own, which may be too many to read, and which samples are shown.

    Those have these fields after the transforms. Where they are many the transforms are fitted on some of the training
    part: enough to show what they do.
    """
    import numpy as np

    from engine.data.fields import fields
    from engine.data.origin import opened
    from engine.data.pipeline import Stage, chains_of, view_of
    from engine.data.splitting import split

    specs, raw = fields(config), opened(config).arrays
    found = split(config, raw, specs)
    parts = [found[name] for name in PARTS]  # type: ignore[index]
    fitted_on = parts[0] if isinstance(raw[names[0]], np.ndarray) else parts[0][:SEEN]
    alone = config.model_copy(update={"transforms": tuple(one for one in config.transforms if one.field in names)})
    chains, _ = chains_of(alone, {name: Stage(raw[name]) for name in specs}, specs, fitted_on)
    whole = parts[list(PARTS).index(part)]
    picked = _picked(whole, form)
    after = {name: view_of(raw[name], specs[name], whole[picked], chains[name])[:] for name in names}
    return raw, parts, picked, after


def _goals(column: Column, parts: Sequence[Array]) -> tuple[Array, Sequence[Array]]:
    """The values to count, and which of them are in each part; of what is read from files those of some samples."""
    import numpy as np

    if isinstance(column, np.ndarray) or len(column.shape) == 1:
        return column[:], parts
    some = [part[:SEEN] for part in parts]
    starts = np.cumsum([0, *(len(part) for part in some)])
    return column[np.concatenate(some)], [np.arange(low, high) for low, high in pairwise(starts)]


def column_names(config: DataConfig, dataset: Dataset) -> tuple[str, ...]:
    """What the values of a row are called."""
    return feature_names(dataset.name) if config.source is None else dataset.fields[dataset.first("input")].columns


def form_of(dataset: Dataset) -> Form:
    """How samples of a data set are best shown."""
    field, goal = (dataset.fields[dataset.first(role)] for role in ("input", "target"))
    if field.classes and dataset.kind == "text" and not dataset.loader:
        return "tokens"
    if field.classes:
        return "text" if goal.shape == field.shape else "pairs"
    if len(field.shape) == 4:
        return "clips"
    if len(field.shape) == 3:
        return "images"
    if len(field.shape) == 2:
        return "images" if goal.classes else "series"
    return "table"


def spelled(field: Field, row: Sequence[int]) -> str:
    """Symbols as text, words with spaces between them and no full stop; what only fills a sample up is left out."""
    names = [field.names[symbol] for symbol in row if symbol != field.padding]
    of_words = any(len(name) > 1 for name in field.names if not name.startswith("<"))
    if of_words and field.padding is not None and names[-1:] == ["."]:
        names.pop()
    return (" " if of_words else "").join(names).strip()


def _answer(dataset: Dataset, values: Mapping[str, Array]) -> str:
    """What a sample should be answered with, in words."""
    said, captions = [], []
    for name, field in dataset.fields.items():
        if field.role == "target" and field.classes and len(field.shape) < 2:
            said.append(spelled(field, values[name].reshape(-1).tolist()))
            captions += said[-1:] if field.shape else []
        elif field.role == "target" and not field.classes:
            said.append(f"{values[name].reshape(-1)[0]:g}")
    return captions[0] if captions and dataset.task == "segmentation" else ", ".join(said)


def _balance(dataset: Dataset, target: str, goals: Array, parts: Sequence[Array]) -> ClassCounts:
    """The names and counts of the bars: one for each class, or ranges of a number."""
    import numpy as np

    field = dataset.fields[target]
    if not field.classes:
        flat = goals.reshape(len(goals), -1)[:, 0]
        edges = np.linspace(flat.min(), flat.max(), BINS + 1)
        table = [np.histogram(flat[indices], edges)[0] for indices in parts]
        names = [f"{low:.4g} to {high:.4g}" for low, high in pairwise(edges)]
        return ClassCounts("Samples by target", tuple(names), _rows(table, len(names)))
    table = [np.bincount(goals[indices].reshape(-1), minlength=field.classes) for indices in parts]
    names = ["space" if name == " " else name for name in field.names]
    if field.padding is not None:
        table = [np.delete(column, field.padding) for column in table]
        del names[field.padding]
    if field.shape:
        there = [index for index in range(len(names)) if any(column[index] for column in table)]
        table, names = [column[there] for column in table], [names[index] for index in there]
    if len(names) > MOST + 1:
        order = np.argsort(-sum(table), kind="stable")
        others = [int(column[order[MOST:]].sum()) for column in table]
        table = [np.append(column[order[:MOST]], other) for column, other in zip(table, others, strict=True)]
        names = [*(names[index] for index in order[:MOST].tolist()), f"{len(names) - MOST} others"]
    what = "Samples of each class" if not field.shape else f"Positions of each class in {target}"
    return ClassCounts(what, tuple(names), _rows(table, len(names)))


def _rows(table: Sequence[Array], rows: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(column[row]) for column in table) for row in range(rows))
