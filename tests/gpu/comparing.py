"""Compares what the device computes with what the CPU computes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import torch
from torch import Tensor, nn

from tests.gpu.device import DEVICE

FAR: Final = {torch.float64: 1e-9, torch.float32: 2e-4, torch.bfloat16: 6e-2, torch.float16: 1e-2}
"""How far a result in such numbers may be off, as a share of the largest number of its tensor (at least of 1)."""


def away(found: Tensor, expected: Tensor) -> float:
    """How far a tensor is off, as a share of the largest number that is expected, at least of 1."""
    found, expected = found.detach().cpu().double(), expected.detach().cpu().double()
    assert found.shape == expected.shape
    same = (found == expected) | (found.isnan() & expected.isnan())  # infinite ones are equal, or not at all
    if bool(same.all()):
        return 0.0
    finite = expected[expected.isfinite()]
    scale = max(1.0, float(finite.abs().max()) if finite.numel() else 1.0)
    off = torch.where(same, 0.0, (found - expected).abs() / scale)
    return float(off.nan_to_num(nan=torch.inf).max())


def furthest(found: Iterable[Tensor], expected: Iterable[Tensor]) -> float:
    """The same of many tensors."""
    return max((away(*pair) for pair in zip(found, expected, strict=True)), default=0.0)


def exact_products() -> None:
    """Full float32 in matrix products and convolutions: TF32 has 10 bits where float32 has 23."""
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True


def answers(module: nn.Module, inputs: Iterable[Tensor], device: torch.device = DEVICE) -> tuple[Tensor, ...]:
    """What a module on a device answers to inputs of the CPU; the same seed for each call."""
    torch.manual_seed(0)
    result = module(*(value.to(device) for value in inputs))
    return result if isinstance(result, tuple) else (result,)
