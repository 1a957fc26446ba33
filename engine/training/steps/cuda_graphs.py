"""CUDA graphs of torch, as `engine.training.steps.graphs` records steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from engine.training.steps.stepper import Stepper


class CudaGraphs:
    """Records on a stream of its own; all recordings share their memory, for only one is replayed at a time."""

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._pool: Any = None

    def aside(self, work: Callable[[], Any]) -> Any:
        """Do work on the stream of the recordings, after what was asked for before and before what comes later."""
        current = torch.cuda.current_stream()
        self._stream.wait_stream(current)
        with torch.cuda.stream(self._stream):
            result = work()
        current.wait_stream(self._stream)
        return result

    def record(self, work: Callable[[], Tensor]) -> tuple[torch.cuda.CUDAGraph, Tensor]:
        """Record work; other threads may use the GPU meanwhile. Raises what torch and CUDA raise."""
        current = torch.cuda.current_stream()
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"):
                result = work()
        finally:
            torch.cuda.set_stream(current)  # after a failure torch stays on the other one
        self._pool = graph.pool() if self._pool is None else self._pool
        return graph, result


def backend_of(stepper: Stepper) -> CudaGraphs | None:
    """What records the steps of a stepper; None where its device cannot."""
    return CudaGraphs(stepper.device) if stepper.device.type == "cuda" else None
