"""Which samples are for training, validation and test: parts share nothing and cover everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.data.dataset import DataError, Field
from engine.data.datasets import get, samples
from engine.seeds import derive
from engine.settings.data import DataConfig

if TYPE_CHECKING:
    from engine.data.dataset import Array

PartName = Literal["train", "validation", "test"]
PARTS: tuple[PartName, ...] = ("train", "validation", "test")
Parts = dict[PartName, "Array"]


def split(config: DataConfig, raw: dict[str, Array], specs: dict[str, Field]) -> Parts:
    """The indices of the samples of each part, drawn by ``data.seed``, as the data set lets itself be parted.

    A share above 0 gets at least one sample, or group of samples. Raises DataError where there are too few.
    """
    import numpy as np

    dataset = get(config.dataset)
    count = len(next(iter(raw.values())))
    if dataset.parting in ("groups", "time"):
        groups = samples(dataset.name, config.path).groups
        assert groups is not None, "its loader gives them"
        return _in_time(config, groups) if dataset.parting == "time" else _in_groups(config, groups)
    label = next((name for name, field in specs.items() if field.role == "target" and field.classes), None)
    labels = raw[label] if label is not None and config.split.stratify and not specs[label].shape else None
    if dataset.parting == "samples":
        return _single(config, np.arange(count), config.split.counts(count), labels)
    apart = samples(dataset.name, config.path).test
    rest, both = count - apart, config.split.train + config.split.validation
    validation = max(1, round(rest * config.split.validation / both)) if config.split.validation else 0
    parts = _single(config, np.arange(rest), (rest - validation, validation, 0), labels)
    return parts | {"test": np.arange(rest, count)}


def _single(config: DataConfig, rest: Array, counts: tuple[int, int, int], labels: Array | None) -> Parts:
    """Every sample for itself, the mix of ``labels`` kept where there are any."""
    from sklearn.model_selection import train_test_split

    train, validation, test = counts
    if train <= 0:
        raise _none_left(f"{len(rest)} samples")
    taken: Parts = {}
    wanted: tuple[tuple[PartName, int], ...] = (("test", test), ("validation", validation))
    for name, count in wanted:
        taken[name] = rest[:0]
        if count:
            state = derive(config.seed, f"split {name}") % 2**32
            try:
                rest, taken[name] = train_test_split(
                    rest, test_size=count, random_state=state, stratify=None if labels is None else labels[rest]
                )
            except ValueError as error:
                raise DataError(
                    f"The {name} part cannot keep the mix of classes ({error}): "
                    f"enlarge data.split.{name}, or switch data.split.stratify off.",
                    setting=f"data.split.{name}",
                ) from error
    return {"train": rest, "validation": taken["validation"], "test": taken["test"]}


def _in_groups(config: DataConfig, groups: Array) -> Parts:
    """Whole groups, in an order drawn by the seed: each part takes those that still fit into its share."""
    import numpy as np

    source = np.random.RandomState(derive(config.seed, "split groups") % 2**32)
    _, number, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    left = source.permutation(len(sizes)).tolist()
    _, validation, test = config.split.counts(len(groups))
    part = np.zeros(len(sizes), np.int64)
    for index, count in ((2, test), (1, validation)):
        taken, full = [], 0
        for group in left if count else ():
            if full + sizes[group] <= count:
                taken.append(group)
                full += sizes[group]
        if count and not taken:
            taken = [min(left, key=lambda group: sizes[group])] if left else []
        part[taken] = index
        left = [group for group in left if part[group] == 0]
    if not left:
        raise _none_left(f"{len(sizes)} groups of samples")
    order = source.permutation(len(groups))
    mixed = part[number.reshape(-1)][order]
    return {"train": order[mixed == 0], "validation": order[mixed == 1], "test": order[mixed == 2]}


def _in_time(config: DataConfig, groups: Array) -> Parts:
    """The earliest groups for training, the latest for the test."""
    import numpy as np

    moments, number = np.unique(groups, return_inverse=True)
    train, validation, _ = config.split.counts(len(moments))
    if train <= 0:
        raise _none_left(f"{len(moments)} stretches of time")
    moment = number.reshape(-1)
    parts = (moment < train, (moment >= train) & (moment < train + validation), moment >= train + validation)
    return {"train": np.flatnonzero(parts[0]), "validation": np.flatnonzero(parts[1]), "test": np.flatnonzero(parts[2])}


def _none_left(what: str) -> DataError:
    return DataError(f"The shares of data.split leave none of the {what} to train on.", setting="data.split")
