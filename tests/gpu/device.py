"""The device under test: the GPU, or by ``LAYERLOOM_GPU_DEVICE=cpu`` the CPU, which proves the code of the tests."""

from __future__ import annotations

import os

import pytest
import torch

DEVICE = torch.device(os.environ.get("LAYERLOOM_GPU_DEVICE") or "cuda")
CPU = torch.device("cpu")


def missing() -> str:
    """Why there is no device to test, in one sentence; empty where there is one."""
    if DEVICE.type != "cuda" or torch.cuda.is_available():
        return ""
    if torch.version.cuda is None and torch.version.hip is None:
        return f"PyTorch {torch.__version__} is built without CUDA."
    return f"PyTorch {torch.__version__} finds no CUDA device."


def described() -> str:
    """The device and what computes on it, for the first line of a report."""
    if DEVICE.type != "cuda":
        return f"{DEVICE} (a trial of the tests without a GPU), PyTorch {torch.__version__}"
    facts = torch.cuda.get_device_properties(DEVICE)
    memory = f"{facts.total_memory / 2**30:.0f} GiB"
    return f"{facts.name}, {memory}, PyTorch {torch.__version__}, CUDA {torch.version.cuda}"


def cuda_only(what: str) -> pytest.MarkDecorator:
    """Skips a test in a trial on the CPU; ``what`` is the part of a GPU that it needs."""
    return pytest.mark.skipif(DEVICE.type != "cuda", reason=f"needs a GPU: {what}")
