"""A sentence, its kind and its setting for each way a driver, a build or a device does not fit."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace

import pytest
import torch

from engine.graph import Graph
from engine.system import nvidia
from engine.training.loop import Trainer
from engine.training.status import TrainingError
from engine.training.steps import cuda_faults, device_list
from engine.training.steps.cuda_faults import check_build, check_use, no_cuda, no_mps
from engine.training.steps.device import choose_device, overlooked, usable_device
from tests.engine.nvml import install

GPU = torch.device("cuda", 0)


@pytest.fixture
def torch_with_cuda(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let torch look as one that is built for CUDA 12.8; ``driver`` is the CUDA of the driver, None: there is none."""

    def look(driver: int | None = 12080, hidden: str | None = None) -> None:
        monkeypatch.setattr(torch.version, "cuda", "12.8")
        monkeypatch.setattr(nvidia, "has_driver", lambda: driver is not None)
        monkeypatch.setattr(torch._C, "_cuda_getDriverVersion", lambda: driver or 0, raising=False)
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        if hidden is not None:
            monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)

    return look


def test_a_torch_without_cuda_beside_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(nvidia, "has_driver", lambda: True)
    with pytest.raises(TrainingError, match=r"is built without CUDA: install one with it \(`pip install ") as raised:
        choose_device("cuda")
    assert (raised.value.about.setting, raised.value.about.reason) == ("training.device", "no-cuda-build")
    assert overlooked("auto", torch.device("cpu")).endswith("Until then it trains on the CPU.")
    assert overlooked("cpu", torch.device("cpu")) == "", "who asks for the CPU is not asked back"
    monkeypatch.setattr(nvidia, "has_driver", lambda: False)
    assert no_cuda() == ("no-device", "")
    assert overlooked("auto", torch.device("cpu")) == ""


def test_a_run_on_the_cpu_says_that_a_gpu_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(nvidia, "has_driver", lambda: True)
    graph = Graph("digits")
    ids = [graph.add("Input", name="image", shape=(1, 8, 8)), graph.add("Flatten")]
    ids += [graph.add("Linear", out_features=10), graph.add("Output", name="digit")]
    for source, target in pairwise(ids):
        graph.connect(source, target)
    graph.settings = {"data": {"dataset": "digits"}, "training": {"epochs": 0, "threads": 1}}
    trainer = Trainer(graph, tmp_path / "run")  # type: ignore[operator]
    assert trainer.run().state == "finished"
    assert any("built without CUDA" in note for note in trainer.status.notes)


@pytest.mark.parametrize(
    ("driver", "hidden", "reason", "words"),
    [
        (
            11040,
            None,
            "old-driver",
            "The NVIDIA driver knows CUDA 11.4 at most",
        ),
        (12020, None, "no-device", "it shows PyTorch no GPU"),
        (None, None, "no-device", "No NVIDIA driver is loaded"),
        (12080, "-1", "no-device", "CUDA_VISIBLE_DEVICES is '-1', which hides every GPU"),
    ],
)
def test_drivers_that_do_not_fit(
    torch_with_cuda: Callable[..., None], driver: int | None, hidden: str | None, reason: str, words: str
) -> None:
    torch_with_cuda(driver, hidden)
    found = no_cuda()
    assert found.reason == reason
    assert words in found.why
    with pytest.raises(TrainingError, match="finds no such device") as raised:
        choose_device("cuda:0")
    assert raised.value.about.reason == reason
    assert bool(overlooked("auto", torch.device("cpu"))) is (reason == "old-driver")


@pytest.mark.parametrize(
    ("capability", "built", "fits"),
    [
        ((8, 6), ["sm_80", "sm_90"], True),
        ((9, 0), ["sm_80", "sm_90a"], True),
        ((12, 0), ["sm_80", "sm_90", "compute_90"], True),
        ((12, 0), ["sm_80", "sm_90"], False),
        ((6, 1), ["sm_75", "sm_80", "compute_80"], False),
        ((6, 1), ["sm_60", "sm_100"], True),
        ((9, 0), [], True),
    ],
)
def test_gpus_that_the_build_has_no_code_for(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], built: list[str], fits: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: built)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device=None: capability)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device=None: "NVIDIA X")
    if fits:
        check_build(GPU)
        return
    number = ".".join(map(str, capability))
    with pytest.raises(TrainingError, match=rf"NVIDIA X \(cuda:0\) has the compute capability {number}") as raised:
        check_build(GPU)
    assert (raised.value.about.setting, raised.value.about.reason) == ("training.device", "unsupported-gpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    device, why = usable_device("auto")
    assert device.type == "cpu", "any device may be taken, so one that can is"
    assert why.endswith("Until then it trains on the CPU.")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(TrainingError, match="compute capability"):
        usable_device("cuda:0")


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (RuntimeError("CUDA error: all CUDA-capable devices are busy or unavailable"), "device-busy", "by one alone"),
        (RuntimeError("CUDA error: out of memory"), "out-of-memory", "full before anything is trained"),
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate"), "out-of-memory", "full before anything"),
        (RuntimeError("CUDA error: unknown error\nmore"), "no-device", r"cannot be used \(CUDA error: unknown error\)"),
    ],
)
def test_devices_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str, words: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(torch.cuda, "get_arch_list", list)
    monkeypatch.setattr(cuda_faults.torch, "ones", refuse)
    with pytest.raises(TrainingError, match=words) as raised:
        check_use(GPU)
    assert (raised.value.about.setting, raised.value.about.reason) == ("training.device", reason)
    check_use(torch.device("cpu"))


def test_mps_is_of_apple(monkeypatch: pytest.MonkeyPatch) -> None:
    for system, built, words in (
        ("Linux", False, "Apple computers only"),
        ("Darwin", False, "is built without MPS"),
        ("Darwin", True, "needs macOS"),
    ):
        monkeypatch.setattr(cuda_faults.platform, "system", lambda system=system: system)
        monkeypatch.setattr(torch.backends.mps, "is_built", lambda built=built: built)
        assert no_mps().reason == "no-device"
        assert words in no_mps().why


def test_gpus_are_listed_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    assert device_list.find_gpus() == () == device_list.known_gpus(), "there are none"
    cards = [SimpleNamespace(name="NVIDIA A100", total_memory=40 * 2**30, uuid=uuid) for uuid in ("0", "1")]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: cards[index])
    found = list(map(str, device_list.find_gpus()))
    assert found == ["cuda:0 – NVIDIA A100, 40 GB", "cuda:1 – NVIDIA A100, 5 GB free"]
    assert str(device_list.DeviceFacts("cpu")) == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    device_list.find_gpus()
    assert device_list.known_gpus() == ()
