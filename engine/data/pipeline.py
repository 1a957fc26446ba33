"""From a DataConfig to tensors that stay on the device: load, split, fit the transforms, apply, deal out in batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.data.dataset import DataError, Field
from engine.data.datasets import get, load
from engine.data.fields import fields
from engine.data.splitting import PARTS, PartName, split
from engine.data.transforms import Fitted, fit
from engine.seeds import derive
from engine.settings.data import DataConfig

if TYPE_CHECKING:
    import torch

    from engine.data.dataset import Array


__all__ = ["Part", "PartName", "Prepared", "Preview", "prepare", "preview", "shuffled", "split"]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the split: ``tensors[field]`` is (samples, \\*shape), ``indices`` are their positions in the data.

    ``target`` is the device batches are dealt out on, where the tensors do not lie there already.
    """

    tensors: dict[str, torch.Tensor]
    indices: Array
    target: torch.device | str | None = None

    def __len__(self) -> int:
        return len(self.indices)

    def batches(
        self,
        names: Iterable[str],
        size: int,
        order: torch.Tensor | None = None,
        *,
        drop_last: bool = False,
        skip: int = 0,
    ) -> Iterator[dict[str, torch.Tensor]]:
        """The named fields, ``size`` samples at a time, in ``order`` (indices within the part; None: as they lie).

        The first ``skip`` batches are left out.
        """
        tensors = {name: self.tensors[name] for name in names}
        if order is not None and tensors:
            order = order.to(next(iter(tensors.values())).device)
        for start in range(skip * size, len(self) - (size - 1 if drop_last else 0), size):
            if order is None:
                batch = {name: tensor[start : start + size] for name, tensor in tensors.items()}
            else:
                chosen = order[start : start + size]
                batch = {name: tensor.index_select(0, chosen) for name, tensor in tensors.items()}
            if self.target is not None:
                batch = {name: tensor.to(self.target, non_blocking=True) for name, tensor in batch.items()}
            yield batch


@dataclass(frozen=True, slots=True)
class Prepared:
    """The data as it reaches the network. ``raw`` holds it before the transforms, ``fitted`` what they have learnt."""

    fields: dict[str, Field]
    train: Part
    validation: Part
    test: Part
    fitted: tuple[Fitted, ...]
    raw: dict[str, Array]

    def part(self, name: PartName) -> Part:
        parts: dict[PartName, Part] = {"train": self.train, "validation": self.validation, "test": self.test}
        return parts[name]


@dataclass(frozen=True, slots=True)
class Preview:
    """The first samples of a part: field → array (samples, \\*shape), before and after the transforms."""

    indices: Array
    before: dict[str, Array]
    after: dict[str, Array]


def prepare(config: DataConfig, device: torch.device | str = "cpu", room: int | None = None) -> Prepared:
    """Load, split and transform the data and put it on the device. Raises DataError.

    With ``room``, the bytes that the device has for it, larger data stay in the computer's memory and only their
    batches go to the device.
    """
    import numpy as np
    import torch

    specs = fields(config)
    dataset = get(config.dataset)
    raw = load(dataset.name, config.path)
    for name, values in raw.items():
        bad = 0 if values.dtype.kind != "f" else int(np.count_nonzero(~np.isfinite(values)))
        if bad:
            raise DataError(
                f"The field {name!r} of {dataset.name} holds {bad} values that are no numbers (NaN, infinite).",
                field=name,
            )
    parts = split(config, raw, specs)
    try:
        return _placed(config, specs, raw, parts, device, room)
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise DataError(f"The samples of {dataset.name} need more memory than there is: resize them less.") from error


def _placed(
    config: DataConfig,
    specs: dict[str, Field],
    raw: dict[str, Array],
    parts: dict[PartName, Array],
    device: torch.device | str,
    room: int | None,
) -> Prepared:
    """Fit the transforms on the training part, apply them to all, and put every part where it belongs."""
    import torch

    arrays, fitted = {name: values.astype(specs[name].dtype, copy=False) for name, values in raw.items()}, []
    for transform in config.transforms:
        learnt = fit(transform, arrays[transform.field][parts["train"]])
        arrays[transform.field] = learnt.apply(arrays[transform.field])
        fitted.append(learnt)
    away = room is not None and sum(values.nbytes for values in arrays.values()) > room
    tensors: dict[PartName, dict[str, torch.Tensor]] = {part: {} for part in parts}
    for name in specs:
        values = arrays.pop(name)  # one field after the other, so that no more than one is there twice
        for part, indices in parts.items():
            tensors[part][name] = torch.from_numpy(values[indices]).to("cpu" if away else device)
    train, validation, test = (Part(tensors[part], parts[part], device if away else None) for part in PARTS)
    return Prepared(specs, train, validation, test, tuple(fitted), dict(raw))


def shuffled(count: int, seed: int, epoch: int, device: torch.device | str = "cpu") -> torch.Tensor:
    """The order of ``count`` training samples in an epoch, drawn from (seed, "shuffle", epoch) on the CPU."""
    import torch

    generator = torch.Generator().manual_seed(derive(seed, "shuffle", epoch))
    return torch.randperm(count, generator=generator).to(device)


def preview(config: DataConfig, count: int = 16, part: PartName = "train") -> Preview:
    """The first ``count`` samples of a part, before and after the transforms. Raises DataError."""
    prepared = prepare(config)
    chosen = prepared.part(part)
    indices = chosen.indices[:count]
    before = {name: values[indices] for name, values in prepared.raw.items()}
    after = {name: values[:count].numpy() for name, values in chosen.tensors.items()}
    return Preview(indices, before, after)
