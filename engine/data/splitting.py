"""Which samples are for training, validation and test: parts share nothing and cover everything.

(Time is the exception: samples that reach from one part into the next are left out, and in cross-validation also what
comes later than the validation part.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.data import membership
from engine.data.dataset import DataError, Dataset, Field, Parting, Samples
from engine.data.origin import declared, opened
from engine.data.shuffle_split import shuffle_split
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
    dataset, found, count = declared(config), opened(config), len(next(iter(raw.values())))
    labels = _labels(raw, specs) if config.split.stratify else None
    if config.split.folds is None:
        return parts_of(config, dataset.parting, found, count, labels)
    whole = config.model_copy(update={"split": config.split.unfolded})
    return _folded(config, dataset, found, labels, parts_of(whole, dataset.parting, found, count, labels))


def parts_of(config: DataConfig, parting: Parting, found: Samples, count: int, labels: Array | None) -> Parts:
    """The parts without folds, of samples whose ids, groups and parts are known."""
    import numpy as np

    if parting == "time":
        assert found.groups is not None, "its loader gives them"
        return _in_time(config, found, own=found.ids is not None)
    if found.ids is not None:
        return _by_hash(config, found, labels)
    if parting == "groups":
        assert found.groups is not None, "its loader gives them"
        return _in_groups(config, found.groups)
    if parting == "samples":
        return _single(config, np.arange(count), config.split.counts(count), labels)
    rest = count - found.test
    parts = _single(config, np.arange(rest), (*config.split.shared(rest), 0), labels)
    return parts | {"test": np.arange(rest, count)}


def _labels(raw: Columns, specs: dict[str, Field]) -> Array | None:
    """The class of each sample, where the first target with classes has one a sample."""
    label = next((name for name, field in specs.items() if field.role == "target" and field.classes), None)
    return raw[label][:] if label is not None and not specs[label].shape else None


def _single(config: DataConfig, rest: Array, counts: tuple[int, int, int], labels: Array | None) -> Parts:
    """Every sample for itself, the mix of ``labels`` kept where there are any."""
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
                kept, chosen = shuffle_split(len(rest), count, state, None if labels is None else labels[rest])
            except ValueError as error:
                raise DataError(
                    f"The {name} part cannot keep the mix of classes ({error}): "
                    f"enlarge data.split.{name}, or switch data.split.stratify off.",
                    setting=f"data.split.{name}",
                ) from error
            rest, taken[name] = rest[kept], rest[chosen]
    return {"train": rest, "validation": taken["validation"], "test": taken["test"]}


def _in_groups(config: DataConfig, groups: Array) -> Parts:
    """Whole groups, in an order drawn by the seed: each part takes those that still fit into its share."""
    import numpy as np

    source = np.random.RandomState(derive(config.seed, "split groups") % 2**32)
    _, number, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    left = source.permutation(len(sizes)).tolist()
    _, validation, test = config.split.counts(len(groups))
    part = membership.of_groups(left, sizes, ((2, test), (1, validation)))
    if (part != 0).all():
        raise _none_left(f"{len(sizes)} groups of samples")
    order = source.permutation(len(groups))
    return _ordered(part[number.reshape(-1)], order)


def _in_time(config: DataConfig, found: Samples, *, own: bool) -> Parts:
    """The earliest groups for training, the latest for the test: shares of the moments, or of one's ``own`` samples.

    Samples that reach from one part into the next are in none.
    """
    import numpy as np

    assert found.groups is not None, "its loader gives them"
    moments, number, sizes = np.unique(found.groups, return_inverse=True, return_counts=True)
    counts = config.split.counts(len(number) if own else len(sizes))
    wanted = [part for part, count in enumerate(counts) if count]
    cuts = np.cumsum(counts)[:2]
    if own:
        cuts = np.array(membership.stretches(sizes, [counts[part] for part in wanted]), np.int64)
    if counts[0] <= 0 or len(sizes) < len(wanted):
        raise _none_left(f"{len(sizes)} stretches of time")
    stretch = np.searchsorted(cuts, number.reshape(-1), side="right")
    part = np.array(wanted)[stretch] if own else stretch
    whole = _within(stretch, cuts, moments, found.ends)
    parts = _ordered(part, np.flatnonzero(whole))
    for one in wanted:
        if not len(parts[PARTS[one]]):
            raise _too_short(PARTS[one])
    return parts


def _within(stretch: Array, cuts: Array, moments: Array, ends: Array | None) -> Array:
    """Which samples end in the stretch of time in which they begin, of stretches that are cut before these moments."""
    import numpy as np

    if ends is None:
        return np.ones(len(stretch), bool)
    last = np.searchsorted(moments, ends, side="right") - 1
    within: Array = np.searchsorted(cuts, last, side="right") == stretch
    return within


def _by_hash(config: DataConfig, found: Samples, labels: Array | None) -> Parts:
    """Each sample, or group of samples, by a number between 0 and 1 made of the seed and its id: see `SplitSettings`.

    Samples whose part the data name stay in it; where they name no validation part it is drawn from the training part.
    """
    import numpy as np

    assert found.ids is not None
    seed, share = derive(config.seed, "split"), config.split
    units = found.ids if found.groups is None else found.groups.astype(np.uint64)
    shares: tuple[tuple[int, float], ...] = ((2, share.test), (1, share.validation))
    part, free = np.zeros(len(units), np.int64), np.arange(len(units))
    if found.given is not None:
        part, free = np.maximum(found.given, 0).astype(np.int64), np.flatnonzero(found.given < 0)
        if not len(free) and not (part == 1).any():
            shares, free = ((1, share.validation / (share.train + share.validation)),), np.flatnonzero(part == 0)
    if len(free):
        some = None if labels is None else labels[free]
        part[free] = membership.drawn(units[free], seed, shares, some, exact=share.exact)
    if not (part == 0).any():
        raise _none_left(f"{len(units)} samples")
    return _ordered(part, np.argsort(membership.uniform(found.ids, seed), kind="stable"))


def _folded(config: DataConfig, dataset: Dataset, found: Samples, labels: Array | None, parts: Parts) -> Parts:
    """One fold of what is not for the test as the validation part. Raises DataError where there are too few samples."""
    import numpy as np

    split, rest = config.split, np.concatenate([parts["train"], parts["validation"]])
    assert split.folds is not None
    if dataset.parting == "time":
        assert found.groups is not None, "its loader gives them"
        moments, number, sizes = np.unique(found.groups[rest], return_inverse=True, return_counts=True)
        cuts = membership.stretches(sizes, [1.0] * (split.folds + 1))
        if len(cuts) < split.folds:
            raise _too_few(split.folds, f"{len(sizes)} stretches of time")
        ends, first = None if found.ends is None else found.ends[rest], np.array(cuts[split.fold - 1 : split.fold])
        stretch = np.searchsorted(cuts, number.reshape(-1), side="right")
        whole = _within((stretch >= split.fold).astype(np.int64), first, moments, ends)
        folded: Parts = {"train": rest[whole & (stretch < split.fold)], "validation": rest[stretch == split.fold]}
        for name, chosen in folded.items():
            if not len(chosen):
                raise _too_short(name)
        return parts | folded
    grouped, ids = found.groups is not None, found.ids
    units = np.arange(sum(map(len, parts.values()))) if ids is None else ids
    units = (found.groups if found.groups is not None else units)[rest].astype(np.uint64)
    fold = membership.folds(
        units,
        derive(config.seed, "folds"),
        split.folds,
        None if labels is None else labels[rest],
        grouped=grouped,
    )
    if len(np.unique(fold)) < split.folds:
        raise _too_few(split.folds, f"{len(np.unique(units))} {'groups of samples' if grouped else 'samples'}")
    held = fold == split.fold - 1
    return parts | {"train": rest[~held], "validation": rest[held]}


def _ordered(part: Array, order: Array) -> Parts:
    """The samples of each part (0 train, 1 validation, 2 test), in this order."""
    mixed = part[order]
    return {"train": order[mixed == 0], "validation": order[mixed == 1], "test": order[mixed == 2]}


def _none_left(what: str) -> DataError:
    return DataError(f"The shares of data.split leave none of the {what} to train on.", setting="data.split")


def _too_short(name: PartName) -> DataError:
    return DataError(
        f"The {name} part has no sample of its own: each reaches into the next part. Enlarge data.split.{name}, or "
        "read a shorter window or horizon.",
        setting=f"data.split.{name}",
    )


def _too_few(folds: int, what: str) -> DataError:
    return DataError(f"{what} beside the test part are too few for {folds} folds.", setting="data.split.folds")
