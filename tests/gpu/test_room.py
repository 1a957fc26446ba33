"""Data that may not stay on the device give the run of those that do: their batches are sent one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.data.pipeline import prepare
from engine.settings.data import DataConfig
from engine.training.steps import device_memory
from tests.gpu.device import DEVICE, cuda_only
from tests.gpu.runs import preset, trained

NETWORKS: dict[str, dict[str, Any]] = {
    "lenet-5": {"data__augmentation": ({"name": "move", "field": "image"},)},
    "lstm-classifier": {"accumulate": 2},
    "transformer-encoder": {"data__sampling": "balanced"},
}


@pytest.mark.parametrize("name", NETWORKS)
def test_data_that_do_not_fit_give_the_same_bytes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for room in (None, 0):
        graph = preset(name, epochs=2, **NETWORKS[name])
        if name == "lenet-5":  # its loss knows weights that follow from the data
            graph.of_type("Output")[0].parameters["class_weights"] = "balanced"
        monkeypatch.setattr(device_memory, "room_for_data", lambda device, room=room: room)
        result = trained(graph, tmp_path / f"{room}")
        assert result.state == "finished", result.message
        written.append([(result.run / file).read_bytes() for file in ("metrics.jsonl", "model.safetensors")])
    assert written[0] == written[1]


def test_only_batches_of_data_that_do_not_fit_are_on_the_device() -> None:
    data = DataConfig.model_validate(preset("lenet-5").settings["data"])
    near, far = prepare(data, DEVICE, None), prepare(data, DEVICE, 0)
    assert {value.device.type for value in near.train.tensors.values()} == {DEVICE.type}
    assert {value.device.type for value in far.train.tensors.values()} == {"cpu"}
    batch = next(far.train.batches(far.fields, 8))
    assert {value.device.type for value in batch.values()} == {DEVICE.type}


@cuda_only("memory of its own")
def test_data_that_fit_are_only_a_share_of_the_free_memory() -> None:
    room, free = device_memory.room_for_data(DEVICE), device_memory.free_memory(DEVICE)
    assert room is not None
    assert free is not None
    assert 0 < room < free / 2
