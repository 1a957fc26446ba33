"""Where a run computes, with how many threads, and what its random draws start from."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch

from engine.seeds import derive
from engine.settings.training import TrainingConfig
from engine.system import machine
from engine.training.status import TrainingError
from engine.training.steps.cuda_faults import check_use, no_cuda, no_mps
from engine.training.steps.kernels import kernels
from engine.training.steps.turns import TURN

WORK_PER_THREAD = 15_000_000
"""Multiply-adds of one matrix product of a batch that are worth a thread of their own.

Measured on two cores with sleeping threads (see `threads`) beside another busy process, time of a step with two
threads against one: 2.7 at 0.3 million (MLP; LSTM 2.5), 1.4–1.5 at 2 (Transformer, ViT), 1.1 at 6 (LeNet-5), 1.7 at 8
(TCN), 1.1 at 24 (U-Net), 0.84 at 62 (GPT-2 tiny), 0.72 at 71 (ResNet-18). So small products stay on one thread.
"""


def choose_device(wanted: str) -> torch.device:
    """The device of a setting; ``auto`` is CUDA, else MPS, else the CPU. Raises TrainingError where there is none."""
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(kind for kind, there in available.items() if there))
    device = torch.device(wanted)
    there = [kind for kind, has in available.items() if has]
    if device.type not in there:
        fault = no_cuda() if device.type == "cuda" else no_mps()
        raise TrainingError(
            f"training.device is {wanted!r}, but PyTorch finds no such device on this computer: "
            f"choose 'auto' or {' or '.join(map(repr, there))}. {fault.why}".rstrip(),
            setting="training.device",
            reason=fault.reason,
        )
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        count = torch.cuda.device_count()
        raise TrainingError(
            f"training.device is {wanted!r}, but there are {count}: 'cuda:0' to 'cuda:{count - 1}'.",
            setting="training.device",
            reason="no-device",
        )
    return device


def overlooked(wanted: str, device: torch.device) -> str:
    """Why a GPU that is there is not used although any may be; nothing where there is none."""
    if wanted != "auto" or device.type != "cpu":
        return ""
    fault = no_cuda()
    return f"{fault.why} Until then it trains on the CPU." if fault.reason in ("no-cuda-build", "old-driver") else ""


def usable_device(wanted: str) -> tuple[torch.device, str]:
    """The device of a setting, after something was computed there; and why a GPU that is there is not used, if so.

    Raises TrainingError where it cannot be used. A GPU that torch has no code for is passed over by ``auto``.
    """
    device = choose_device(wanted)
    try:
        check_use(device)
    except TrainingError as error:
        if wanted != "auto" or error.about.reason != "unsupported-gpu":
            raise
        return torch.device("cpu"), f"{error} Until then it trains on the CPU."
    return device, overlooked(wanted, device)


def resumed_device(known: str) -> torch.device:
    """The device of a run that continues. Raises TrainingError where it is not there: other devices give other bits."""
    try:
        device = choose_device(known)
    except TrainingError as error:
        raise TrainingError(
            f"The run was trained on {known!r}, which PyTorch does not find on this computer, and another device would "
            "not continue exactly as it was: resume it where it was begun, or begin a new run from its weights."
        ) from error
    check_use(device)
    return device


def check_precision(precision: str, device: torch.device) -> None:
    """Raises TrainingError where the device does not compute with these numbers."""
    if precision == "float16" and device.type == "cpu":
        raise TrainingError(
            "training.precision is 'float16', which the CPU does not support: choose 'bfloat16' or 'float32'.",
            setting="training.precision",
        )
    if precision == "bfloat16" and device.type == "cuda" and not torch.cuda.is_bf16_supported():
        raise TrainingError(
            "training.precision is 'bfloat16', which this GPU does not support: choose 'float16'.",
            setting="training.precision",
        )


def choose_threads(wanted: int | None, at_once: int) -> int:
    """The CPU threads: as set, else one for each 15 million multiply-adds of a product, at most all cores.

    The work is that of `cost.work_at_once`, so the same project on the same computer always gets the same number, and
    with it the same bits.
    """
    return wanted or min(max(1, at_once // WORK_PER_THREAD), cores())


@cache
def cores() -> int:
    """The physical cores this process may use (on Linux; elsewhere the logical ones)."""
    from joblib import cpu_count  # type: ignore[import-untyped]  # of scikit-learn; minds affinity and containers

    allowed = int(cpu_count())
    return min(allowed, machine.physical_cores() or allowed)


@contextmanager
def settled(
    threads: int, device: torch.device | None = None, config: TrainingConfig | None = None, *, steady: bool = True
) -> Iterator[None]:
    """Compute with this many threads and the kernels of the settings; torch is left as it was, with its CPU generator.

    ``steady`` is that of `engine.training.steps.kernels.kernels`.
    All of this belongs to the whole process, so only one does it at a time: others wait for their turn.
    """
    with TURN.taken():
        before = torch.get_num_threads()
        with torch.random.fork_rng(devices=[]), kernels(device, config, steady=steady):
            torch.set_num_threads(threads)
            try:
                yield
            finally:
                torch.set_num_threads(before)


def seed_step(device: torch.device, seed: int, purpose: str, *numbers: int) -> None:
    """Start torch's generators of this device from (seed, purpose, numbers)."""
    value = derive(seed, purpose, *numbers)
    torch.default_generator.manual_seed(value)
    if device.type == "cuda":
        torch.cuda.manual_seed(value)
    elif device.type == "mps":
        torch.mps.manual_seed(value)


def synchronize(device: torch.device) -> None:
    """Wait until an accelerator has done what it was given."""
    if device.type != "cpu":
        torch.accelerator.synchronize(device)


def give_back(device: torch.device) -> None:
    """Free what a run that is over has left on a GPU: its parts know each other, so else it would stay until Python
    looks for such circles, and a next run would find the memory taken."""
    if device.type == "cuda":
        gc.collect()
        torch.cuda.empty_cache()


@cache
def freeze_imports() -> None:
    """Take what the imports have made out of the garbage collector's sight, once: a full collection would hold the
    interpreter for a tenth of a second."""
    gc.collect(1)
    gc.freeze()
