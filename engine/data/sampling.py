"""In which order the training samples of an epoch come: each once, or drawn so that every class comes as often.

What is drawn depends on (seed, epoch) and on the positions of the samples in the data alone: a counter-based generator,
so neither a resume nor the number of readers changes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from engine.data.dataset import DataError, Field
from engine.data.lengths import bucketed
from engine.data.membership import uniform
from engine.seeds import derive
from engine.settings.data import DataConfig

if TYPE_CHECKING:
    import torch

    from engine.data.dataset import Array
    from engine.data.pipeline import Part

UNEVEN: Final = 5.0
"""How many times as often the most frequent class comes as the rarest, from which on classes are uneven."""


def is_uneven(counts: Iterable[int]) -> bool:
    """Whether classes with so many samples each are uneven; those without any are left out."""
    there = [count for count in counts if count]
    return len(there) > 1 and max(there) / min(there) >= UNEVEN


def classes_of(config: DataConfig, fields: Mapping[str, Field]) -> str | None:
    """The target whose classes come as often as each other; None: samples are not drawn by class.

    Raises DataError where they are to be, and there is no target with one class a sample.
    """
    if config.sampling == "each":
        return None
    able = (name for name, field in fields.items() if field.role == "target" and field.classes and not field.shape)
    found = next(able, None)
    if found is None:
        raise DataError(
            "data.sampling is 'balanced', but the data have no target with one class a sample: set it to 'each'.",
            setting="data.sampling",
        )
    return found


def order_of(part: Part, config: DataConfig, fields: Mapping[str, Field], seed: int, epoch: int) -> torch.Tensor | None:
    """The indices within the training part, in the order of an epoch (int64, on the CPU); None: as they lie."""
    order = _order_of(part, config, fields, seed, epoch)
    if config.buckets is None or part.free is None:
        return order
    import numpy as np
    import torch

    chosen = np.arange(len(part)) if order is None else order.numpy()
    chosen = bucketed(chosen, part.free.first, config.size(len(part)), config.buckets, seed, epoch)
    return torch.from_numpy(chosen)


def _order_of(
    part: Part, config: DataConfig, fields: Mapping[str, Field], seed: int, epoch: int
) -> torch.Tensor | None:
    """The same before samples of like length are brought together."""
    from engine.data.pipeline import shuffled

    name = classes_of(config, fields)
    if name is None:
        return shuffled(len(part), seed, epoch) if config.shuffle else None
    import torch

    labels = part.tensors[name].cpu().numpy() if name in part.tensors else part.views[name][:]
    return torch.from_numpy(balanced(labels, part.indices, seed, epoch))


def balanced(labels: Array, positions: Array, seed: int, epoch: int) -> Array:
    """As many draws as there are ``labels``, each class as often as the others (give or take one), in a mixed order.

    Of a frequent class other samples are left out in every epoch, those of a rare one come again. ``positions`` are
    those of the samples in the data. Systematic sampling: Madow (1949), On the theory of systematic sampling, II.
    """
    import numpy as np

    _, number, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    number = number.reshape(-1)
    mixed = np.lexsort((uniform(positions.astype(np.uint64), derive(seed, "sampling", epoch)), number))
    ends = np.cumsum(1.0 / sizes[number[mixed]])
    count = len(labels)
    first = derive(seed, "sampling start", epoch) / 2.0**63
    points = (np.arange(count) + first) * (ends[-1] / count)
    chosen = mixed[np.minimum(np.searchsorted(ends, points, side="right"), count - 1)]
    turn = uniform(np.arange(count, dtype=np.uint64), derive(seed, "sampling order", epoch))
    result: Array = chosen[np.argsort(turn, kind="stable")].astype(np.int64)
    return result
