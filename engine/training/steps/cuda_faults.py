"""Why a GPU cannot be used: a sentence, and its kind, for each way a driver or a build of torch does not fit."""

from __future__ import annotations

import os
import platform
from typing import Final, NamedTuple

import torch

from engine.errors import Reason
from engine.foreign import is_busy_device, is_out_of_memory
from engine.system import nvidia
from engine.training.status import TrainingError

REINSTALL: Final = (
    "`pip install --force-reinstall torch --index-url URL`, with the URL that pytorch.org names for your CUDA"
)
SETTING: Final = "training.device"


class Fault(NamedTuple):
    """Why there is no CUDA device, in whole sentences; and of which kind that is."""

    reason: Reason
    why: str


def no_cuda() -> Fault:
    """Why torch finds no CUDA device; no words where there is nothing to fix."""
    driver = nvidia.has_driver()
    if torch.version.hip is not None:
        return Fault("no-device", "")
    if torch.version.cuda is None:
        if not driver:
            return Fault("no-device", "")
        return Fault(
            "no-cuda-build",
            f"There is an NVIDIA GPU, but this PyTorch ({torch.__version__}) is built without CUDA: install one with "
            f"it ({REINSTALL}), then start again.",
        )
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    if hidden is not None and hidden.strip() in ("", "-1"):
        return Fault("no-device", f"The variable CUDA_VISIBLE_DEVICES is {hidden!r}, which hides every GPU: unset it.")
    if not driver:
        return Fault("no-device", "No NVIDIA driver is loaded: install it if there is an NVIDIA GPU.")
    known = driver_cuda()
    if known is not None and known < _version(torch.version.cuda)[:1]:
        return Fault(
            "old-driver",
            f"The NVIDIA driver knows CUDA {'.'.join(map(str, known))} at most, and this PyTorch is built for CUDA "
            f"{torch.version.cuda}: update the driver, or install a PyTorch for an older CUDA ({REINSTALL}).",
        )
    return Fault(
        "no-device", "There is an NVIDIA driver, but it shows PyTorch no GPU: look whether `nvidia-smi` lists one."
    )


def no_mps() -> Fault:
    """Why torch finds no MPS device."""
    if platform.system() != "Darwin":
        return Fault("no-device", "MPS exists on Apple computers only.")
    if not torch.backends.mps.is_built():
        return Fault(
            "no-device", f"This PyTorch ({torch.__version__}) is built without MPS: install it again with pip."
        )
    return Fault("no-device", "MPS needs macOS 14 or newer and a chip of Apple.")


def check_build(device: torch.device) -> None:
    """Raises TrainingError where torch has no code for a CUDA device: too old for it, or too new."""
    built = torch.cuda.get_arch_list()
    if torch.version.hip is not None or not built:
        return
    major, minor = torch.cuda.get_device_capability(device)
    own = [_capability(name) for name in built if name.startswith("sm_")]
    later = [_capability(name) for name in built if name.startswith("compute_")]
    fits = any(one[0] == major and one[1] <= minor for one in own) or any(one <= (major, minor) for one in later)
    if not fits:
        known = ", ".join(f"{one[0]}.{one[1]}" for one in sorted({*own, *later}))
        raise TrainingError(
            f"{torch.cuda.get_device_name(device)} ({device}) has the compute capability {major}.{minor}, and this "
            f"PyTorch ({torch.__version__}) is built for {known}: choose another device, or install a PyTorch that is "
            f"built for it ({REINSTALL}).",
            setting=SETTING,
            reason="unsupported-gpu",
        )


def check_use(device: torch.device) -> None:
    """Compute something on a CUDA device. Raises TrainingError where it is taken by others or full."""
    if device.type != "cuda":
        return
    check_build(device)
    try:
        torch.ones(1, device=device).add_(1)
    except (RuntimeError, torch.OutOfMemoryError) as error:
        if is_out_of_memory(error):
            raise TrainingError(
                f"The memory of {device} is full before anything is trained: end the programs that use it "
                "(`nvidia-smi` lists them), or choose another device.",
                setting=SETTING,
                reason="out-of-memory",
            ) from error
        if is_busy_device(error):
            raise TrainingError(
                f"{device} is taken by another program, or set to be used by one alone: end that program (`nvidia-smi` "
                "lists them), or choose another device.",
                setting=SETTING,
                reason="device-busy",
            ) from error
        said = (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
        raise TrainingError(
            f"{device} cannot be used ({said}): look whether `nvidia-smi` lists it, or choose another device.",
            setting=SETTING,
            reason="no-device",
        ) from error


def driver_cuda() -> tuple[int, int] | None:
    """The newest CUDA that the driver knows; None where it does not say."""
    ask = getattr(torch._C, "_cuda_getDriverVersion", None)  # None in a torch without CUDA
    number = ask() if ask is not None else 0
    return (number // 1000, number % 1000 // 10) if number else None


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdecimal())


def _capability(name: str) -> tuple[int, int]:
    """``sm_90a`` → (9, 0)"""
    digits = "".join(filter(str.isdecimal, name.rpartition("_")[2]))
    return int(digits[:-1]), int(digits[-1])
