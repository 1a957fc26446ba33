"""Several devices, and what one says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.system.nvidia import gauge_of, has_package
from engine.training.runs.clock import read_curves
from engine.training.runs.run_info import read
from engine.training.status import TrainingError
from engine.training.steps.cuda_faults import check_use, driver_cuda
from engine.training.steps.device import choose_device
from engine.training.steps.device_list import find_gpus
from tests.gpu.device import DEVICE, cuda_only
from tests.gpu.runs import losses, preset, trained


def test_the_device_can_be_used() -> None:
    check_use(choose_device(DEVICE.type))
    assert choose_device("auto").type in (DEVICE.type, "cuda", "mps")


@cuda_only("its list and its driver")
def test_each_gpu_is_listed_by_its_name() -> None:
    found = find_gpus()
    assert [one.name for one in found] == [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    assert all(one.title == torch.cuda.get_device_name(one.name) for one in found)
    assert driver_cuda() is not None or torch.version.hip
    with pytest.raises(TrainingError, match=f"there are {len(found)}") as raised:
        choose_device("cuda:99")
    assert raised.value.about.reason == "no-device"


@cuda_only("more than one of them")
def test_a_run_is_the_same_on_every_gpu(tmp_path: Path) -> None:
    """Each draws by its own generator, whichever is the current one."""
    found = {}
    for index in range(torch.cuda.device_count()):
        graph = preset("transformer-encoder", epochs=1, device=f"cuda:{index}")
        assert trained(graph, tmp_path / str(index)).state == "finished"
        assert read(tmp_path / str(index)).device == f"cuda:{index}"
        found[index] = losses(tmp_path / str(index))[:20]
        torch.testing.assert_close(found[index], found[0], rtol=1e-3, atol=1e-3)


@cuda_only("its gauges")
@pytest.mark.skipif(not has_package(), reason="needs nvidia-ml-py")
def test_a_run_has_curves_of_its_gpu(tmp_path: Path) -> None:
    gauge = gauge_of(str(torch.cuda.get_device_properties(DEVICE).uuid))
    assert gauge is not None
    assert (gauge.read().used or 0) > 0
    assert trained(preset("resnet-18-small", epochs=1), tmp_path / "run").state == "finished"
    history = read_curves(tmp_path / "run")
    assert len(history.series("train/gpu_memory")[1]) > 0
    assert read(tmp_path / "run").gpu_use["gpu_memory"] > 2**20
