"""Batches on their way to the device, and samples that lie there with their channels last."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Batch = dict[str, "Tensor"]


class SideStream:
    """Copies batches to a CUDA device beside what it computes: from pinned memory, on a stream of its own.

    ``cuda`` is torch.cuda.
    """

    def __init__(self, device: torch.device, cuda: Any) -> None:
        self._device, self._cuda = device, cuda
        self._stream = cuda.Stream(device)

    def __call__(self, batch: Batch) -> Batch:
        """The batch on the device; who computes with it waits for the copy there, the program does not."""
        current = self._cuda.current_stream(self._device)
        with self._cuda.stream(self._stream):
            sent = {name: _pinned(value).to(self._device, non_blocking=True) for name, value in batch.items()}
        current.wait_stream(self._stream)
        for value in sent.values():
            value.record_stream(current)  # its memory is not used again before that has computed with it
        return sent


def sender(target: torch.device | str) -> Callable[[Batch], Batch]:
    """What brings batches to a device."""
    import torch

    device = torch.device(target)
    if device.type == "cuda":
        return SideStream(device, torch.cuda)
    return lambda batch: {name: value.to(device, non_blocking=True) for name, value in batch.items()}


def gathered(samples: Tensor, chosen: Tensor) -> Tensor:
    """Some of the samples, with their channels where they were: torch's own way puts them first."""
    import torch

    last = samples.dim() == 4 and samples.is_contiguous(memory_format=torch.channels_last)
    if not last or samples.is_contiguous():
        return samples.index_select(0, chosen)
    return samples.permute(0, 2, 3, 1).index_select(0, chosen).permute(0, 3, 1, 2)


def _pinned(value: Tensor) -> Tensor:
    """The value in memory that a device can read by itself."""
    return value if value.device.type != "cpu" or value.is_pinned() else value.pin_memory()
