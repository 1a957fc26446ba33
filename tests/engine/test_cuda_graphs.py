"""How steps are recorded as CUDA graphs, with a fake CUDA: what is left in order where a recording fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from engine.training.steps import cuda_graphs
from engine.training.steps.cuda_graphs import CudaGraphs

CPU = torch.device("cpu")


class FakeStream:
    device_index = 0

    def __init__(self, name: str) -> None:
        self.name = name
        self.waited: list[str] = []

    def wait_stream(self, other: FakeStream) -> None:
        self.waited.append(other.name)


class FakeCuda:
    """What `CudaGraphs` asks torch.cuda for. Its recordings end with an error where their work raises, as CUDA's do."""

    def __init__(self) -> None:
        self.main, self.side = FakeStream("main"), FakeStream("side")
        self.now, self.mode = self.main, 0
        self.modes: list[object] = []
        self.laid_into: list[object] = []
        """The pools that the allocator lays into."""
        self.default_generators = [torch.Generator()]
        self.CUDAGraph = object

    def Stream(self, device: torch.device) -> FakeStream:
        return self.side

    def current_stream(self) -> FakeStream:
        return self.now

    def set_stream(self, stream: FakeStream) -> None:
        self.now = stream

    def graph_pool_handle(self) -> tuple[int, int]:
        return (0, 1)

    def get_sync_debug_mode(self) -> int:
        return self.mode

    def set_sync_debug_mode(self, mode: Any) -> None:
        self.mode = mode
        self.modes.append(mode)

    @contextmanager
    def stream(self, stream: FakeStream) -> Iterator[None]:
        before, self.now = self.now, stream
        try:
            yield
        finally:
            self.now = before

    @contextmanager
    def graph(self, graph: object, *, pool: object, stream: FakeStream, capture_error_mode: str) -> Iterator[None]:
        assert capture_error_mode == "thread_local", "other threads may use the GPU"
        self.now = stream
        self.laid_into.append(pool)
        try:
            yield
        except Exception as error:
            raise RuntimeError("operation failed due to a previous error during capture") from error
        self.laid_into.remove(pool)
        self.now = self.main


class FakeGenerator:
    """One that stays as a failed recording leaves it, until it is given another state."""

    def __init__(self, *_: object) -> None:
        self.state: object = "recording"

    def graphsafe_get_state(self) -> object:
        return "fresh"

    def graphsafe_set_state(self, state: object) -> None:
        self.state = state


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> FakeCuda:
    fake = FakeCuda()
    for name in (name for name in dir(fake) if not name.startswith("_") and hasattr(torch.cuda, name)):
        monkeypatch.setattr(torch.cuda, name, getattr(fake, name))

    def end(device: int, pool: object) -> None:
        if pool not in fake.laid_into:
            raise RuntimeError("not currently recording to mempool_id")
        fake.laid_into.remove(pool)

    monkeypatch.setattr(torch._C, "_cuda_endAllocateToPool", end, raising=False)
    monkeypatch.setattr(torch, "Generator", FakeGenerator)
    monkeypatch.setattr(torch.cuda, "default_generators", [FakeGenerator()])
    monkeypatch.setattr(cuda_graphs, "_FAILED", [])
    return fake


def test_all_recordings_share_one_pool_and_the_stream_is_as_before(cuda: FakeCuda) -> None:
    graphs = CudaGraphs(CPU)
    for number in (1.0, 2.0):
        _, said = graphs.record(lambda number=number: torch.tensor(number))  # type: ignore[misc]
        assert said.item() == number
    assert cuda.now is cuda.main
    assert not cuda.laid_into
    assert not cuda_graphs._FAILED


def test_after_a_recording_that_fails_torch_allocates_and_draws_as_before(cuda: FakeCuda) -> None:
    def work() -> torch.Tensor:
        raise RuntimeError("operation not permitted when stream is capturing")

    with pytest.raises(RuntimeError, match="during capture"):
        CudaGraphs(CPU).record(work)
    assert cuda.now is cuda.main
    assert not cuda.laid_into, "the pool of the recording"
    assert torch.cuda.default_generators[0].state == "fresh"
    assert len(cuda_graphs._FAILED) == 1, "torch's allocator may still ask it"


def test_work_aside_waits_for_what_was_before_and_what_comes_later_for_it(cuda: FakeCuda) -> None:
    graphs = CudaGraphs(CPU)
    assert graphs.aside(lambda: cuda.now.name) == "side"
    assert (cuda.side.waited, cuda.main.waited, cuda.modes) == (["main"], ["side"], [])


def test_work_that_must_not_wait_is_watched_and_waited_for_where_it_does(cuda: FakeCuda) -> None:
    def work() -> None:
        assert cuda.mode == "error"
        raise RuntimeError("called a synchronizing CUDA operation")

    with pytest.raises(RuntimeError, match="synchronizing"):
        CudaGraphs(CPU).aside(work, waits=False)
    assert cuda.main.waited == ["side"], "what it had begun is done before anything is put back"
    assert cuda.modes == ["error", 0]
