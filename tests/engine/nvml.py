"""An nvidia-ml-py that tells of GPUs which are not there."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


class FakeNvml(ModuleType):
    """One GPU, ``GPU-1``, that is as busy, full and warm as its fields say; ``dumb`` questions are not answered."""

    NVML_TEMPERATURE_GPU = 0

    class NVMLError(Exception):
        """What the real one raises for everything."""

    def __init__(self, *, driver: bool = True) -> None:
        super().__init__("pynvml")
        self.driver, self.dumb = driver, set[str]()
        self.busy, self.used, self.total, self.warm = 75, 3 * 2**30, 8 * 2**30, 61

    def nvmlInit(self) -> None:
        if not self.driver:
            raise self.NVMLError("Driver Not Loaded")

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:
        if uuid != "GPU-1":
            raise self.NVMLError("Not Found")
        return uuid

    def nvmlDeviceGetUtilizationRates(self, handle: str) -> Any:
        return self._answer("utilisation", SimpleNamespace(gpu=self.busy))

    def nvmlDeviceGetMemoryInfo(self, handle: str) -> Any:
        return self._answer("memory", SimpleNamespace(used=self.used, total=self.total))

    def nvmlDeviceGetTemperature(self, handle: str, sensor: int) -> Any:
        return self._answer("temperature", self.warm)

    def _answer(self, question: str, answer: Any) -> Any:
        if question in self.dumb:
            raise self.NVMLError("Not Supported")
        return answer


def install(monkeypatch: pytest.MonkeyPatch, *, driver: bool = True) -> FakeNvml:
    """Let ``import pynvml`` find it."""
    fake = FakeNvml(driver=driver)
    monkeypatch.setitem(sys.modules, "pynvml", fake)
    return fake
