"""What NVIDIA GPUs say of themselves, by the package nvidia-ml-py (the extra ``gpu``). Nothing here loads torch."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

DRIVERS: Final = ("/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1")
"""One is there on Linux where an NVIDIA driver is loaded; the second within Windows."""


@dataclass(frozen=True, slots=True)
class GpuReading:
    """A moment of a GPU: share of the time it computes (0 to 1), bytes in use and in all, °C; None: it does not say."""

    utilisation: float | None = None
    used: int | None = None
    total: int | None = None
    temperature: float | None = None


class GpuGauge:
    """One GPU that can be read, at any time and in any thread."""

    def __init__(self, library: Any, handle: Any) -> None:
        self._library, self._handle = library, handle

    def read(self) -> GpuReading:
        """How it is now; what this GPU does not say is None."""
        library, handle = self._library, self._handle
        share = self._ask(lambda: library.nvmlDeviceGetUtilizationRates(handle).gpu / 100)
        memory = self._ask(lambda: library.nvmlDeviceGetMemoryInfo(handle))
        warm = self._ask(lambda: float(library.nvmlDeviceGetTemperature(handle, library.NVML_TEMPERATURE_GPU)))
        if memory is None:
            return GpuReading(share, temperature=warm)
        return GpuReading(share, int(memory.used), int(memory.total), warm)

    def _ask(self, question: Callable[[], Any]) -> Any:
        try:
            return question()
        except self._library.NVMLError:  # a part of a GPU (MIG), a virtual one or a lost one does not say everything
            return None


def gauge_of(uuid: str) -> GpuGauge | None:
    """The gauge of the GPU with this id; None where the package, the driver or the GPU is not there."""
    library = _library()
    if library is None:
        return None
    named = uuid if uuid.startswith(("GPU-", "MIG-")) else f"GPU-{uuid}"
    try:
        return GpuGauge(library, library.nvmlDeviceGetHandleByUUID(named))
    except library.NVMLError:
        return None


def has_package() -> bool:
    """Whether nvidia-ml-py is installed."""
    return _imported() is not None


def has_driver() -> bool:
    """Whether a driver of NVIDIA is installed, and so most likely one of its GPUs."""
    if sys.platform == "win32":
        return os.path.exists(rf"{os.environ.get('SYSTEMROOT', 'C:/Windows')}\System32\nvcuda.dll")
    return any(map(os.path.exists, DRIVERS))


def _imported() -> Any:
    try:
        import pynvml
    except ImportError:
        return None
    return pynvml


def _library() -> Any:
    """The package, ready to be asked; asking for that again costs next to nothing."""
    library = _imported()
    if library is None:
        return None
    try:
        library.nvmlInit()
    except library.NVMLError:  # no driver
        return None
    return library
