"""From a DataConfig to tensors that stay on the device: load, split, fit the transforms, apply, deal out in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from math import prod
from typing import TYPE_CHECKING

from engine.data.augmenting import Augmenter
from engine.data.cache.column import Decoded, cached
from engine.data.dataset import DataError, Field
from engine.data.fields import fields
from engine.data.framing import reshape
from engine.data.lengths import FreeLengths, free_lengths
from engine.data.origin import declared, opened
from engine.data.sending import gathered, sender
from engine.data.splitting import PARTS, PartName, split
from engine.data.streams import View, batches_ahead, workers
from engine.data.transforms import Fitted, fit, for_masks
from engine.seeds import derive
from engine.settings.data import DataConfig
from engine.settings.transforms import Framed, Transform
from engine.system.machine import free_memory

if TYPE_CHECKING:
    import torch

    from engine.data.dataset import Array, Column, Columns


FIRST = 256
"""Samples by which a field is judged that is read from files."""
GATHERED = 2**20
"""Bytes of samples that are gathered at once for several batches: what a core has at hand, and no more memory."""
UNKNOWN = 8 * 2**30
"""Bytes of memory where the system does not say what it has."""

__all__ = ["Part", "PartName", "Prepared", "Preview", "prepare", "preview", "shuffled", "split"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the split: ``tensors[field]`` is (samples, \\*shape), ``indices`` are their positions in the data.

    What is too large to be kept is in ``views`` instead, and read batch by batch with so many ``threads``. ``target``
    is the device batches are dealt out on, where the tensors do not lie there already.
    """

    tensors: dict[str, torch.Tensor]
    indices: Array
    target: torch.device | str | None = None
    views: dict[str, View] = field(default_factory=dict)
    threads: int = 1
    free: FreeLengths | None = None
    """How batches are cut to their longest sample; none: all samples are as long as their shape."""

    def __len__(self) -> int:
        return len(self.indices)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of one sample of a field."""
        return tuple((self.tensors[name] if name in self.tensors else self.views[name]).shape[1:])

    def values(self, name: str) -> torch.Tensor:
        """All values of a field, or those of the first samples where it is read from files: enough to judge it by.

        (Data of one's own lie in an order drawn by the seed, so the first samples are like all others.)
        """
        import torch

        return self.tensors[name] if name in self.tensors else torch.from_numpy(self.views[name][:FIRST])

    def batches(
        self,
        names: Iterable[str],
        size: int,
        order: torch.Tensor | None = None,
        *,
        drop_last: bool = False,
        skip: int = 0,
        augment: Augmenter | None = None,
    ) -> Iterator[dict[str, torch.Tensor]]:
        """The named fields, ``size`` samples at a time, in ``order`` (indices within the part; None: as they lie).

        The first ``skip`` batches are left out; ``augment`` varies the others. Raises DataError where a sample
        cannot be read.
        """
        wanted = list(names)
        tensors = {name: self.tensors[name] for name in wanted if name in self.tensors}
        starts = range(skip * size, len(self) - (size - 1 if drop_last else 0), size)
        if order is not None and tensors:
            order = order.to(next(iter(tensors.values())).device)
        dealt = _dealt(tensors, size, order, starts)
        if self.free is not None:
            dealt = self.free.cut(dealt, size, order, starts)
        if self.target is None and augment is None and not self.views:
            yield from dealt
            return
        read = self._read(wanted, size, order, starts)
        send = None if self.target is None else sender(self.target)
        places: torch.Tensor | None = None
        for start, batch in zip(starts, dealt, strict=True):
            batch |= next(read)
            if send is not None:
                batch = send(batch)
            if augment is not None and batch:
                if places is None:  # once an epoch: with every batch it would wait for the device
                    places = self.samples(0, len(self), order).to(next(iter(batch.values())).device)
                batch = augment(batch, places[start : start + size])
            yield batch

    def samples(self, start: int, size: int, order: torch.Tensor | None) -> torch.Tensor:
        """The positions in the data of the samples of a batch."""
        import torch

        chosen = slice(start, start + size) if order is None else order[start : start + size].cpu().numpy()
        return torch.from_numpy(self.indices[chosen])

    def _read(
        self, names: list[str], size: int, order: torch.Tensor | None, starts: range
    ) -> Iterator[dict[str, torch.Tensor]]:
        """The fields of each batch that are read from files."""
        import numpy as np
        import torch

        views = {name: self.views[name] for name in names if name in self.views}
        if not views:
            return repeat({})
        positions = np.arange(len(self)) if order is None else order.cpu().numpy()
        pinned = self.target is not None and torch.device(self.target).type == "cuda"
        chosen = (positions[start : start + size] for start in starts)
        return batches_ahead(views, chosen, self.threads, pinned=pinned)


def _dealt(
    tensors: Mapping[str, torch.Tensor], size: int, order: torch.Tensor | None, starts: range
) -> Iterator[dict[str, torch.Tensor]]:
    """Batches of the tensors that begin at these positions; those in an ``order`` are gathered many at a time.

    Which are gathered together does not depend on where it begins, so a batch lies where it would lie without a resume.
    """
    if order is None or not tensors:
        for start in starts:
            yield {name: tensor[start : start + size] for name, tensor in tensors.items()}
        return
    bytes_a_sample = sum(tensor[:1].nbytes for tensor in tensors.values())
    together = size * max(1, GATHERED // max(1, size * bytes_a_sample))
    import torch

    names = list(tensors)
    for first in range(starts.start // together * together, starts.stop, together):
        chosen = order[first : first + together]
        pieces = zip(*(torch.split(gathered(tensor, chosen), size) for tensor in tensors.values()), strict=True)
        for start, values in zip(range(first, starts.stop, size), pieces, strict=False):
            if start >= starts.start:
                yield dict(zip(names, values, strict=True))


@dataclass(frozen=True, slots=True)
class Prepared:
    """The data as it reaches the network. ``raw`` holds it before the transforms, ``fitted`` what they have learnt."""

    fields: dict[str, Field]
    train: Part
    validation: Part
    test: Part
    fitted: tuple[Fitted, ...]
    raw: Columns

    def part(self, name: PartName) -> Part:
        parts: dict[PartName, Part] = {"train": self.train, "validation": self.validation, "test": self.test}
        return parts[name]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first samples of a part: field → array (samples, \\*shape), before and after the transforms."""

    indices: Array
    before: dict[str, Array]
    after: dict[str, Array]


def prepare(
    config: DataConfig,
    device: torch.device | str = "cpu",
    room: int | None = None,
    learnt: Sequence[Fitted] | None = None,
) -> Prepared:
    """Load, split and transform the data and put it on the device. Raises DataError.

    With ``room``, the bytes that the device has for it, larger data stay in the computer's memory and only their
    batches go to the device. What is too large for the computer's memory, too, stays in its files. ``learnt`` is what
    the transforms had learnt before; None: they learn from the training part.
    """
    import torch

    specs = fields(config)
    raw = opened(config).arrays
    if config.source is None:
        _check_numbers(config, raw)
    parts = split(config, raw, specs)
    try:
        return _placed(config, specs, raw, parts, device, room, learnt)
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise DataError(
            f"The samples of {declared(config).name} need more memory than there is: resize them less."
        ) from error


def unfilled(config: DataConfig, learnt: Sequence[Fitted]) -> Prepared:
    """The data without a sample, for networks that are asked about others: what was ``learnt`` prepares those."""
    import numpy as np
    import torch

    specs, none = fields(config), np.empty(0, np.int64)
    empty = {name: np.empty((0, *spec.shape), spec.dtype) for name, spec in specs.items()}
    part = Part({name: torch.from_numpy(values) for name, values in empty.items()}, none)
    raw = {name: np.empty((0, *spec.shape), spec.dtype) for name, spec in declared(config).fields.items()}
    return Prepared(specs, part, part, part, tuple(learnt), raw)


def _check_numbers(config: DataConfig, raw: Columns) -> None:
    """Whether a field of numbers holds numbers alone. (Data of one's own are checked after their fills.)"""
    import numpy as np

    for name, values in raw.items():
        bad = 0 if values.dtype.kind != "f" else int(np.count_nonzero(~np.isfinite(values[:])))
        if bad:
            raise DataError(
                f"The field {name!r} of {config.dataset} holds {bad} values that are not numbers (NaN, infinite).",
                field=name,
            )


def _placed(
    config: DataConfig,
    specs: dict[str, Field],
    raw: Columns,
    parts: dict[PartName, Array],
    device: torch.device | str,
    room: int | None,
    known: Sequence[Fitted] | None,
) -> Prepared:
    """Fit the transforms on the training part, apply them to all, and put every part where it belongs."""
    stages = {name: stage(name, config, raw, specs) for name in specs}
    chains, fitted = chains_of(config, stages, specs, parts["train"], known)
    views: dict[PartName, dict[str, View]] = {
        part: {name: stages[name].view(specs[name], parts[part], chains[name]) for name in specs} for part in PARTS
    }
    sizes = {name: sum(views[part][name].nbytes for part in PARTS) for name in specs}
    read = _too_large(sizes) if config.source is not None else frozenset()
    kept = sum(size for name, size in sizes.items() if name not in read)
    away = room is not None and kept > room
    made = dict[PartName, Part]()
    for part in PARTS:
        tensors = {
            name: one.whole().to("cpu" if away else device) for name, one in views[part].items() if name not in read
        }
        later = {name: one for name, one in views[part].items() if name in read}
        elsewhere = device if away or later else None
        free = free_lengths(config, specs, raw, parts[part])
        made[part] = Part(tensors, parts[part], elsewhere, later, workers(config.workers), free)
    return Prepared(specs, made["train"], made["validation"], made["test"], fitted, raw)


@dataclass(frozen=True, slots=True)
class Stage:
    """A column to which the first ``seen`` transforms of its chain are done already, and how many threads read it."""

    column: Column
    seen: int = 0
    threads: int = 0

    def view(self, spec: Field, indices: Array, chain: tuple[Fitted, ...]) -> View:
        """The samples with these indices after all transforms in ``chain``."""
        return view_of(self.column, spec, indices, chain[self.seen :], self.threads)


def stage(name: str, config: DataConfig, raw: Columns, specs: Mapping[str, Field]) -> Stage:
    """A column as it is; of one that decodes files, the samples may be kept on the disk.

    They are kept between the leading transforms, which are the same whatever the samples: where they are the smallest.
    """
    import numpy as np

    column = raw[name]
    if not isinstance(column, Decoded):
        return Stage(column)
    leading, learnt = list[Transform](), set[str]()
    for one in config.transforms:
        if not isinstance(one, Framed):
            learnt.add(one.field)
        elif one.field not in learnt:
            leading.append(one)
    fixed = config.model_copy(update={"transforms": tuple(leading)})
    every = np.arange(len(column))
    chain = chains_of(fixed, {one: Stage(raw[one]) for one in specs}, specs, every[:0])[0][name]
    between: list[Column] = [column]
    between += [view_of(column, specs[name], every, chain[:seen]) for seen in range(1, len(chain) + 1)]
    sizes = [one.dtype.itemsize * prod(one.shape) for one in between]
    seen = sizes.index(min(sizes))
    done = str([(frame.transform, frame.ignored) for frame in chain[:seen]])
    return Stage(cached(name, between[seen], column, done), seen, workers(config.workers))


def chains_of(
    config: DataConfig,
    stages: Mapping[str, Stage],
    specs: Mapping[str, Field],
    training: Array,
    known: Sequence[Fitted] | None = None,
) -> tuple[dict[str, tuple[Fitted, ...]], tuple[Fitted, ...]]:
    """What is done to each field, ``known`` or learnt from the samples ``training`` alone; and all in its order."""
    chains: dict[str, tuple[Fitted, ...]] = dict.fromkeys(specs, ())
    now, fitted = dict(declared(config).fields), list[Fitted]()
    for index, transform in enumerate(config.transforms):
        name = transform.field
        learnt = (
            known[index]
            if known is not None
            else fit(transform, stages[name].view(specs[name], training, chains[name]).in_bytes)
        )
        chains[name] = (*chains[name], learnt)
        for mask in reshape(transform, now):
            chains[mask] = (*chains[mask], for_masks(learnt, specs[mask].padding))
        fitted.append(learnt)
    return chains, tuple(fitted)


def of_others(
    config: DataConfig,
    prepared: Prepared,
    columns: Columns,
    device: torch.device | str = "cpu",
    rows: slice = slice(None),
) -> Part:
    """Samples of other files as the network sees its own: with what the transforms have learnt from those.

    ``columns`` are some of the fields, with as many samples each, of which those in ``rows`` are taken. Raises
    DataError.
    """
    import numpy as np

    chains: dict[str, tuple[Fitted, ...]] = dict.fromkeys(prepared.fields, ())
    now = dict(declared(config).fields)
    for learnt in prepared.fitted:
        chains[learnt.transform.field] = (*chains[learnt.transform.field], learnt)
        for mask in reshape(learnt.transform, now):
            chains[mask] = (*chains[mask], for_masks(learnt, prepared.fields[mask].padding))
    every = np.arange(len(next(iter(columns.values()))))[rows]
    tensors = {
        name: view_of(column, prepared.fields[name], every, chains[name], workers(config.workers)).whole().to(device)
        for name, column in columns.items()
    }
    return Part(tensors, every, free=free_lengths(config, prepared.fields, columns, every))


def view_of(column: Column, spec: Field, indices: Array, chain: tuple[Fitted, ...], threads: int = 0) -> View:
    """The samples with these indices after the transforms in ``chain``, in the field's own type."""
    import numpy as np

    shape = column.shape[1:]
    for learnt in chain:
        shape = learnt.shape(shape)
    return View(column, indices, chain, np.dtype(spec.dtype), (len(indices), *shape), threads)


def _too_large(sizes: Mapping[str, int]) -> frozenset[str]:
    """The fields that are read batch by batch: the largest ones, until the others fit into half of the free memory."""
    left = (free_memory() or UNKNOWN) // 2
    found = set[str]()
    for name in sorted(sizes, key=lambda name: sizes[name]):
        left -= sizes[name]
        if left < 0:
            found.add(name)
    return frozenset(found)


def shuffled(count: int, seed: int, epoch: int) -> torch.Tensor:
    """The order of ``count`` training samples in an epoch, drawn from (seed, "shuffle", epoch) on the CPU."""
    import torch

    generator = torch.Generator().manual_seed(derive(seed, "shuffle", epoch))
    return torch.randperm(count, generator=generator)


def preview(config: DataConfig, count: int = 16, part: PartName = "train") -> Preview:
    """The first ``count`` samples of a part, before and after the transforms. Raises DataError."""
    prepared = prepare(config)
    chosen = prepared.part(part)
    indices = chosen.indices[:count]
    before = {name: values[indices] for name, values in prepared.raw.items()}
    after = next(chosen.batches(prepared.fields, count), {})
    return Preview(indices, before, {name: values.numpy() for name, values in after.items()})
