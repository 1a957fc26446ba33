"""CUDA graphs of torch, as `engine.training.steps.graphs` records steps."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Final

import torch
from torch import Tensor

from engine.training.steps.stepper import Stepper

_FAILED: Final[list[torch.cuda.CUDAGraph]] = []
"""Recordings that failed: torch's allocators may ask one about every stream from then on, so none of them goes."""


class CudaGraphs:
    """Records on a stream of its own; all recordings share their memory, for only one is replayed at a time."""

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        self._pool = torch.cuda.graph_pool_handle()

    def aside(self, work: Callable[[], Any], *, waits: bool = True) -> Any:
        """Do work on the stream of the recordings, after what was asked for before and before what comes later.

        Without ``waits`` it raises RuntimeError where the program would wait for the device: no recording can do that.
        """
        current = torch.cuda.current_stream()
        self._stream.wait_stream(current)
        try:
            with torch.cuda.stream(self._stream), contextlib.nullcontext() if waits else _without_waiting():
                return work()
        finally:
            current.wait_stream(self._stream)

    def record(self, work: Callable[[], Tensor]) -> tuple[torch.cuda.CUDAGraph, Tensor]:
        """Record work; other threads may use the GPU meanwhile. Raises what torch and CUDA raise."""
        current = torch.cuda.current_stream()
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"):
                result = work()
        except BaseException:
            torch.cuda.set_stream(current)  # torch stays on the other one
            self._give_up(graph)
            raise
        return graph, result

    def _give_up(self, graph: torch.cuda.CUDAGraph) -> None:
        """Undo what torch does not where CUDA ends a recording with an error.

        Its allocator would go on as if it recorded, and its generator would refuse to draw
        (https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/cuda/CUDAGraph.cpp, ``capture_end``).
        """
        _FAILED.append(graph)
        index = self._stream.device_index
        fresh = torch.Generator(torch.device("cuda", index))
        torch.cuda.default_generators[index].graphsafe_set_state(fresh.graphsafe_get_state())
        with contextlib.suppress(RuntimeError):  # so it says that there is nothing to end
            torch._C._cuda_endAllocateToPool(index, self._pool)


@contextlib.contextmanager
def _without_waiting() -> Iterator[None]:
    """Let torch raise where the program waits for a CUDA device."""
    before = torch.cuda.get_sync_debug_mode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it does not notice all of them
        torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)


def backend_of(stepper: Stepper) -> CudaGraphs | None:
    """What records the steps of a stepper; None where its device cannot."""
    return CudaGraphs(stepper.device) if stepper.device.type == "cuda" else None
