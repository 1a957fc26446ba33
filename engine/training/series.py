"""What the curves and tables of a run are called: ``train/loss``, ``validation/accuracy_NAME``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine import metrics

GPU: Final = ("gpu_utilisation", "gpu_memory", "gpu_temperature")
"""What a GPU says of itself."""
MEASURED: Final = ("loss", "lr", "grad_norm", "samples_per_second", "memory", "waiting", *GPU)
"""What steps report beside the metrics of their task."""
PREDICTIONS: Final = "predictions"
"""The tables with answers to samples."""
KNOWN: Final = (
    *MEASURED,
    *metrics.names(),
    *(f"{metric.name}_per_class" for metric in metrics.all() if metric.per_class),
    PREDICTIONS,
)


@dataclass(frozen=True, slots=True)
class Series:
    """One curve or table: of which part, what is measured and, where a network has several Outputs, of which one."""

    part: str
    metric: str
    output: str = ""

    def __str__(self) -> str:
        return f"{self.part}/{self.name}"

    @property
    def name(self) -> str:
        """The metric with its Output, as in a line of ``metrics.jsonl``."""
        return f"{self.metric}_{self.output}" if self.output else self.metric

    @staticmethod
    def parse(key: str) -> Series:
        """The series with a name that was stored."""
        return _parse(key)


def metric_and_output(name: str) -> tuple[str, str]:
    """The two halves of a stored ``accuracy_NAME``; the longest known metric comes first, an unknown one is whole."""
    known = (metric for metric in KNOWN if name == metric or name.startswith(f"{metric}_"))
    metric = max(known, key=len, default=name)
    return metric, name[len(metric) + 1 :]


@lru_cache(maxsize=1024)
def _parse(key: str) -> Series:
    part, _, name = key.partition("/")
    return Series(part, *metric_and_output(name))
