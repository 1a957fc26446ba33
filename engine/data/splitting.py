"""Which samples are for training, validation and test: parts share nothing and cover everything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.data.dataset import DataError, Field, Samples
from engine.data.origin import declared, opened
from engine.seeds import derive
from engine.settings.data import DataConfig

if TYPE_CHECKING:
    from engine.data.dataset import Array, Columns

PartName = Literal["train", "validation", "test"]
PARTS: tuple[PartName, ...] = ("train", "validation", "test")
Parts = dict[PartName, "Array"]


def split(config: DataConfig, raw: Columns, specs: dict[str, Field]) -> Parts:
    """The indices of the samples of each part, drawn by ``data.seed``, as the data set lets itself be parted.

    A share above 0 gets at least one sample, or group of samples. Raises DataError where there are too few.
    """
    import numpy as np

    dataset, found = declared(config), opened(config)
    count = len(next(iter(raw.values())))
    if found.ids is not None and dataset.parting != "time":
        return _by_hash(config, found, _labels(raw, specs) if config.split.stratify else None)
    if dataset.parting in ("groups", "time"):
        groups = found.groups
        assert groups is not None, "its loader gives them"
        return _in_time(config, groups) if dataset.parting == "time" else _in_groups(config, groups)
    labels = _labels(raw, specs) if config.split.stratify else None
    if dataset.parting == "samples":
        return _single(config, np.arange(count), config.split.counts(count), labels)
    apart = found.test
    rest, both = count - apart, config.split.train + config.split.validation
    validation = max(1, round(rest * config.split.validation / both)) if config.split.validation else 0
    parts = _single(config, np.arange(rest), (rest - validation, validation, 0), labels)
    return parts | {"test": np.arange(rest, count)}


def _labels(raw: Columns, specs: dict[str, Field]) -> Array | None:
    """The class of each sample, where the first target with classes has one a sample."""
    label = next((name for name, field in specs.items() if field.role == "target" and field.classes), None)
    return raw[label][:] if label is not None and not specs[label].shape else None


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


def _by_hash(config: DataConfig, found: Samples, labels: Array | None) -> Parts:
    """Each sample, or group of samples, by a number between 0 and 1 made of the seed and its id: see `SplitSettings`.

    Samples whose part the data name stay in it; where they name no validation part it is drawn from the training part.
    """
    import numpy as np

    assert found.ids is not None
    ids = found.ids if found.groups is None else found.groups.astype(np.uint64)
    drawn = uniform(ids, derive(config.seed, "split"))
    share = config.split
    part = np.zeros(len(ids), np.int64)
    free = np.ones(len(ids), bool)
    bounds: tuple[tuple[int, float], ...] = ((2, share.test), (1, share.validation))
    if found.given is not None:
        free, part = found.given < 0, np.maximum(found.given, 0)
        if not free.any() and not (part == 1).any() and share.validation:
            free, bounds = part == 0, ((1, share.validation / (share.train + share.validation)),)
    low = 0.0
    for index, size in bounds:
        low, high = low + size, low
        if size and free.any():
            part[free & _between(drawn, free, labels, high, low, exact=share.exact)] = index
    if not (part == 0).any():
        raise _none_left(f"{len(ids)} samples")
    order = np.argsort(drawn, kind="stable")
    mixed = part[order]
    return {"train": order[mixed == 0], "validation": order[mixed == 1], "test": order[mixed == 2]}


def _between(drawn: Array, free: Array, labels: Array | None, low: float, high: float, *, exact: bool) -> Array:
    """Which samples are drawn for the share from ``low`` to ``high``; at least one of those that are free.

    ``exact`` counts: so many of each class, in the order in which they are drawn.
    """
    import numpy as np

    value = drawn
    if exact:
        value = np.ones(len(drawn))
        kinds = np.zeros(len(drawn), np.int64) if labels is None else labels
        for kind in np.unique(kinds[free]):
            members = np.flatnonzero(free & (kinds == kind))
            ranks = np.argsort(np.argsort(drawn[members], kind="stable"), kind="stable")
            value[members] = (ranks + 0.5) / len(members)
    chosen = free & (value >= low) & (value < high)
    if not chosen.any():
        members = np.flatnonzero(free)
        after = members[drawn[members] >= low]
        pick = after if len(after) else members
        chosen[pick[np.argmin(drawn[pick])]] = True
    return np.asarray(chosen)


def uniform(ids: Array, seed: int) -> Array:
    """A number in [0, 1) for each id (uint64): the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    import numpy as np

    with np.errstate(over="ignore"):
        mixed = ids.astype(np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _none_left(what: str) -> DataError:
    return DataError(f"The shares of data.split leave none of the {what} to train on.", setting="data.split")
