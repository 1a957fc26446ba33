"""How busy, full and warm the GPU of a run is: read once a second in a thread that takes no turn from the training."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import torch

from engine.system.nvidia import GpuReading, gauge_of
from engine.training.runs.gpu_use import MEMORY, TEMPERATURE, UTILISATION

EVERY: Final = 1.0
"""Seconds between two readings."""


class GpuMeter:
    """The last reading of a GPU; `take` gives each only once."""

    def __init__(self, read: Callable[[], GpuReading]) -> None:
        self._read = read
        self._new: Mapping[str, float] = {}
        self._over = threading.Event()

    def look(self) -> None:
        """Read it now."""
        now = self._read()
        found = {UTILISATION: now.utilisation, MEMORY: now.used, TEMPERATURE: now.temperature}
        self._new = {name: value for name, value in found.items() if value is not None}

    def take(self) -> Mapping[str, float]:
        """What was read since it was last taken; empty where nothing was. For one thread."""
        found, self._new = self._new, {}
        return found

    def watch(self) -> None:
        """Read it every second until it is `closed`."""
        self.look()
        while not self._over.wait(EVERY):
            self.look()

    def close(self) -> None:
        """Let `watch` end."""
        self._over.set()


@contextmanager
def metered(device: torch.device) -> Iterator[GpuMeter | None]:
    """A meter of a CUDA device for as long as something computes on it; None where it cannot be read."""
    gauge = gauge_of(str(torch.cuda.get_device_properties(device).uuid)) if device.type == "cuda" else None
    if gauge is None:
        yield None
        return
    meter = GpuMeter(gauge.read)
    watcher = threading.Thread(target=meter.watch, name="gpu-meter", daemon=True)
    watcher.start()
    try:
        yield meter
    finally:
        meter.close()
        watcher.join()
