"""Where memory runs out a run says the largest batch that fits, loses nothing, and goes on with smaller ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.graph import Graph
from engine.training import failures, preflight
from engine.training.loop import Trainer
from engine.training.steps import device_memory
from engine.training.steps.stepper import Stepper
from tests.gpu.comparing import furthest
from tests.gpu.device import DEVICE, cuda_only
from tests.gpu.runs import preset, rows, trained, with_settings

ROOM = 64 * 2**20
"""Bytes that are left in a trial on the CPU."""
LEFT = 768 * 2**20
"""The same of a GPU: less than 1,024 of the images alone take, once they are enlarged."""
FITS = re.compile(r"the largest that fits has (?:about )?([\d,]+)")


def runs_out(step: int, monkeypatch: pytest.MonkeyPatch, kept: list[dict[str, torch.Tensor]]) -> None:
    """Let a step of so many begin with as much memory as it needs and more; ``kept`` gets the weights before it."""
    learn = Stepper.step

    def hungry(self: Stepper, batches: object, number: int, **options: object) -> object:
        if number == step:
            module = self.network.module
            kept.append({name: value.detach().cpu().clone() for name, value in module.state_dict().items()})
            if DEVICE.type == "cpu":
                raise torch.OutOfMemoryError("as on a GPU")
            torch.empty(device_memory.free_memory(DEVICE) + 2**30, dtype=torch.uint8, device=DEVICE)  # type: ignore[operator]
        return learn(self, batches, number, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Stepper, "step", hungry)
    if DEVICE.type == "cpu":
        monkeypatch.setattr(failures, "room_for_steps", lambda device, data: ROOM)


def test_nothing_is_lost_and_the_run_goes_on_with_smaller_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[dict[str, torch.Tensor]] = []
    with monkeypatch.context() as patch:
        runs_out(4, patch, kept)
        result = trained(preset("lenet-5", epochs=2), tmp_path / "run")
    assert (result.state, result.steps) == ("failed", 3)
    assert result.about.reason == "out-of-memory"
    assert result.message.startswith("Step 4 needs more memory than there is: ")
    assert [row["step"] for row in rows(tmp_path / "run")] == [1, 2, 3]
    stored = load_file(tmp_path / "run" / "model.safetensors")
    assert furthest(stored.values(), [kept[0][name] for name in stored]) == 0, "the weights after the last whole step"
    again = with_settings(preset("lenet-5", epochs=1), data__batch_size=16)
    more = Trainer(again, tmp_path / "more", weights_of=tmp_path / "run").run()
    assert more.state == "finished", more.message
    first = rows(tmp_path / "more")[0]["loss"]
    assert first < rows(tmp_path / "run")[0]["loss"], "it begins with what was learned"


def wide() -> Graph:
    """A network whose batches take much memory and hardly any time."""
    graph = preset("lenet-5", epochs=1)
    image = graph.of_type("Input")[0]
    edge = next(iter(graph.outgoing[image.id]))
    graph.delete_edge(edge)
    side = image.parameters["shape"][-1]
    large, small = graph.add("Upsample", scale_factor=16.0), graph.add("AdaptiveAvgPool2d", output_size=side)
    graph.connect(image.id, large)
    graph.connect(large, small)
    graph.connect(small, edge.target, target=edge.target_port)
    return graph


@contextmanager
def limited(size: int) -> Iterator[None]:
    """Leave this process so many bytes of the device."""
    torch.cuda.empty_cache()
    total = torch.cuda.mem_get_info(DEVICE)[1]
    torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved(DEVICE) + size) / total, DEVICE.index)
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, DEVICE.index)


@cuda_only("memory that can be limited")
@pytest.mark.parametrize("foreseen", [True, False], ids=["foreseen", "met"])
def test_a_batch_that_is_too_large_names_the_largest_that_fits(
    foreseen: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    graph = with_settings(wide(), data__batch_size=1024)
    with limited(LEFT):
        with monkeypatch.context() as patch:
            if not foreseen:
                patch.setattr(preflight, "free_memory", lambda device: None)
            result = trained(graph, tmp_path / "run")
        assert (result.state, result.about.reason) == ("failed", "out-of-memory"), result.message
        said = FITS.search(result.message)
        assert said is not None, result.message
        fits = int(said[1].replace(",", ""))
        record_property("The largest batch that fits into 768 MiB", {"foreseen": foreseen, "batch": fits})
        torch.cuda.empty_cache()
        smaller = trained(with_settings(wide(), data__batch_size=fits), tmp_path / "smaller")
        assert smaller.state == "finished", smaller.message
