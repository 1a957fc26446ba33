"""The units of numbers that are learned with mean 0 and deviation 1: metrics count in those of the data."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Units:
    """``mean`` and ``std`` have an entry for each number along an axis of a sample with this ``shape``.

    It is the axis of channels of images and clips, else the last one.
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    shape: tuple[int, ...]
    _known: dict[object, tuple[Tensor, Tensor]] = field(default_factory=dict, compare=False, repr=False)

    @property
    def along(self) -> tuple[int, ...]:
        """The shape that lays ``mean`` and ``std`` along their axis of a batch."""
        rank = len(self.shape) + 1
        if rank == 5:
            return 1, 1, -1, 1, 1
        return (1, -1, 1, 1) if rank == 4 else (*[1] * (rank - 1), -1)

    def own(self, values: Tensor) -> Tensor:
        """Values (N, …) in the units of the data, in double precision where the device knows it."""
        import torch

        values = values if values.device.type == "mps" else values.to(torch.float64)
        mean, std = self._laid(values)
        return (self._shaped(values) * std + mean).reshape(values.shape)

    def distance(self, off: Tensor) -> Tensor:
        """How far values (N, …) lie apart, in the units of the data."""
        return (self._shaped(off) * self._laid(off)[1]).reshape(off.shape)

    def _shaped(self, values: Tensor) -> Tensor:
        fits = len(self.std) > 1 and values.numel() == len(values) * math.prod(self.shape)
        return values.reshape(len(values), *self.shape) if fits else values

    def _laid(self, values: Tensor) -> tuple[Tensor, Tensor]:
        import torch

        key = values.device, values.dtype
        if key not in self._known:
            shape = self.along if len(self.std) > 1 else ()
            mean, std = (
                torch.tensor(one, dtype=values.dtype, device=values.device).reshape(shape)
                for one in (self.mean, self.std)
            )
            self._known[key] = mean, std
        return self._known[key]
