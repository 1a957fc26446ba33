"""``layerloom devices``: what there is to compute on, and why a GPU cannot be used."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest
import torch

from engine.system import nvidia
from engine.training.steps import device_list
from gui.cli import main
from tests.engine.nvml import install


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found is not kept for others."""
    monkeypatch.setattr(device_list, "_FOUND", [])
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


def test_without_a_gpu_it_is_the_cpu(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(nvidia, "has_driver", lambda: True)
    assert main(["devices", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == [{"name": "cpu", "title": None, "memory": None, "free": None, "default": True}]
    assert "is built without CUDA" in said.err


def test_gpus_are_listed_with_what_is_free(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    card = SimpleNamespace(name="NVIDIA A100", total_memory=8 * 2**30, uuid="1")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: card)
    install(monkeypatch)
    assert main(["devices"]) == 0
    said = capsys.readouterr()
    assert ["cuda:0", "NVIDIA", "A100", "8", "GB", "5", "GB"] in [line.split() for line in said.out.splitlines()]
    assert said.err == ""
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert main(["devices"]) == 0
    said = capsys.readouterr()
    assert ["cuda:0", "NVIDIA", "A100", "8", "GB"] in [line.split() for line in said.out.splitlines()]
    assert "pip install nvidia-ml-py" in said.err
