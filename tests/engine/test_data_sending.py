"""Batches that go to a GPU beside what it computes, and images that lie with their channels last; with a fake CUDA."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from torch import Tensor

import presets
from engine.data import sending
from engine.data.pipeline import Part, prepare
from engine.data.sending import SideStream, gathered
from engine.edits import SetSetting
from engine.training.plan import check
from engine.training.steps import assembly


class FakeCuda:
    """Streams that write down who waits for whom."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def Stream(self, device: torch.device) -> FakeStream:
        return FakeStream(self, "side")

    def current_stream(self, device: torch.device) -> FakeStream:
        return FakeStream(self, "main")

    @contextmanager
    def stream(self, stream: FakeStream) -> Iterator[None]:
        self.log.append(f"on {stream.name}")
        yield
        self.log.append("done")


class FakeStream:
    def __init__(self, cuda: FakeCuda, name: str) -> None:
        self.cuda, self.name = cuda, name

    def wait_stream(self, other: FakeStream) -> None:
        self.cuda.log.append(f"{self.name} waits for {other.name}")


def test_a_batch_is_copied_on_a_stream_of_its_own_and_waited_for_there(monkeypatch: pytest.MonkeyPatch) -> None:
    cuda, held, pinned = FakeCuda(), list[str](), list[int]()
    monkeypatch.setattr(Tensor, "record_stream", lambda self, stream: held.append(stream.name))

    def pin(self: Tensor) -> Tensor:
        pinned.append(len(self))
        return self.clone()

    monkeypatch.setattr(Tensor, "pin_memory", pin)
    send = SideStream(torch.device("cpu"), cuda)
    sent = send({"x": torch.arange(3.0), "y": torch.arange(2)})
    assert cuda.log == ["on side", "done", "main waits for side"]
    assert (held, pinned) == (["main", "main"], [3, 2])
    assert sent["x"].tolist() == [0.0, 1.0, 2.0]


def test_every_batch_of_a_part_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []

    def sender(target: object) -> object:
        def send(batch: dict[str, Tensor]) -> dict[str, Tensor]:
            sent.append(len(batch["x"]))
            return batch

        return send

    monkeypatch.setattr("engine.data.pipeline.sender", sender)
    part = Part({"x": torch.arange(7.0)}, np.arange(7), target="cpu")
    found = torch.cat([batch["x"] for batch in part.batches(["x"], 3)])
    assert sent == [3, 3, 1]
    assert found.tolist() == list(range(7))
    assert sending.sender("cpu")({"x": found})["x"] is found


@pytest.mark.parametrize("channels", [1, 3])
def test_samples_with_their_channels_last_are_gathered_so(channels: int) -> None:
    samples, chosen = torch.randn(6, channels, 4, 5), torch.tensor([4, 0, 4])
    last = samples.contiguous(memory_format=torch.channels_last)
    found = gathered(last, chosen)
    assert torch.equal(found, samples[chosen])
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert gathered(samples, chosen).is_contiguous()


def test_images_that_stay_on_a_gpu_lie_with_their_channels_last_once() -> None:
    graph = presets.build("resnet-18-small")
    SetSetting(("data", "split"), {"train": 0.02, "validation": 0.01, "test": 0.97}).apply(graph)
    plan = check(graph)
    data = prepare(plan.data)
    before = data.train.tensors["image"].clone()
    assembly._lay_samples(data, plan.binding.inputs.values())
    assert torch.equal(data.train.tensors["image"], before)
    order = torch.randperm(len(data.train))
    for batch in data.train.batches(["image"], 8, order):
        assert batch["image"].is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("weights", ["balanced", (0.5,) * 10])
def test_class_weights_lie_where_answers_are_compared_and_not_with_the_data(weights: object) -> None:
    graph = presets.build("lenet-5")
    graph.of_type("Output")[0].parameters["class_weights"] = weights
    plan = check(graph)
    data = prepare(plan.data)
    (head,) = assembly.build(plan, data, torch.device("meta")).network.heads
    assert head.weights is not None
    assert head.weights.device.type == "meta"
    assert data.train.tensors[head.field].device.type == "cpu"
