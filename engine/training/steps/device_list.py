"""The devices that a run can choose from, with their names; found once torch is loaded, known without loading it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.system import nvidia


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """A device as ``training.device`` names it, what it is called, and its bytes of memory; None: not known."""

    name: str
    title: str = ""
    total: int | None = None
    free: int | None = None

    def __str__(self) -> str:
        """``cuda:1 – NVIDIA A100 40GB, 12 GB free``"""
        if not self.title:
            return self.name
        size = self.total if self.free is None else self.free
        room = "" if size is None else f", {size / 2**30:.0f} GB{'' if self.free is None else ' free'}"
        return f"{self.name} – {self.title}{room}"


_FOUND: list[DeviceFacts] = []


def known_gpus() -> tuple[DeviceFacts, ...]:
    """The GPUs that `find_gpus` found last; none before it was called."""
    return tuple(_FOUND)


def find_gpus() -> tuple[DeviceFacts, ...]:
    """The CUDA devices there are now. Loads torch and CUDA, so it is for a thread in the background."""
    import torch

    found = list[DeviceFacts]()
    if torch.cuda.is_available():
        for index in range(torch.cuda.device_count()):
            facts = torch.cuda.get_device_properties(index)
            gauge = nvidia.gauge_of(str(facts.uuid))
            reading = gauge.read() if gauge is not None else nvidia.GpuReading()
            used, total = reading.used, reading.total
            free = None if used is None or total is None else total - used
            found.append(DeviceFacts(f"cuda:{index}", facts.name, facts.total_memory, free))
    _FOUND[:] = found
    return tuple(found)
