"""Random numbers of a counter: what is drawn for a sample depends on (seed, epoch, sample) and on nothing else.

So neither workers nor a resume change it, and a batch is drawn at once, on the device it lies on.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from torch import Tensor

STEP: Final = 0x9E3779B97F4A7C15
FIRST: Final = 0xBF58476D1CE4E5B9
SECOND: Final = 0x94D049BB133111EB


def uniform(seed: int, counters: Tensor) -> Tensor:
    """A number in [0, 1) for each counter (int64, any shape), in float32: SplitMix64 (Steele, Lea and Flood, 2014)."""
    import torch

    mixed = (counters + _signed(seed)) * _signed(STEP)
    mixed = (mixed ^ _shifted(mixed, 30)) * _signed(FIRST)
    mixed = (mixed ^ _shifted(mixed, 27)) * _signed(SECOND)
    mixed = mixed ^ _shifted(mixed, 31)
    return _shifted(mixed, 40).to(torch.float32) * 2.0**-24


def counters(samples: Tensor, count: int) -> Tensor:
    """(N, count): numbers that belong to each sample alone, given their positions in the data (N,)."""
    import torch

    return samples[:, None] * count + torch.arange(count, device=samples.device)


def normal(seed: int, counters: Tensor) -> Tensor:
    """A number of the normal distribution for each counter (Box and Muller, 1958)."""
    import torch

    first, second = uniform(seed, 2 * counters), uniform(seed, 2 * counters + 1)
    return torch.sqrt(-2.0 * torch.log1p(-first)) * torch.cos(2.0 * math.pi * second)


def _shifted(value: Tensor, bits: int) -> Tensor:
    """To the right with zeros, as unsigned numbers are; torch fills with the sign."""
    return (value >> bits) & ((1 << (64 - bits)) - 1)


def _signed(number: int) -> int:
    """The 64 bits of a number as int64 has them."""
    number &= 2**64 - 1
    return number - 2**64 if number >= 2**63 else number
