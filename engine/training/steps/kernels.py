"""Which kernels torch takes, for as long as something computes: they belong to the whole process.

On a CUDA GPU ``training.gpu`` decides. Exact ones give the same bits every time, or torch refuses; fast ones are timed
by cuDNN for the shapes at hand, and products that autocast leaves in float32 are computed with TF32.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch.backends import cudnn

from engine.settings.training import TrainingConfig


@contextmanager
def kernels(
    device: torch.device | None = None, config: TrainingConfig | None = None, *, steady: bool = True
) -> Iterator[None]:
    """Compute with the kernels of these settings on a device; without them with repeatable ones, as on a CPU.

    ``steady``: batches have one shape, so timing kernels for it pays.

    A CUDA device becomes the current one of this thread: torch's generators and streams are those of that.
    """
    if device is None or config is None or device.type != "cuda":
        with _restored(numbers=False):
            cudnn.deterministic = True
            _only_deterministic(False)
            yield
        return
    exact = config.gpu == "exact"
    current: AbstractContextManager[object] = nullcontext() if device.index is None else torch.cuda.device(device)
    with _restored(numbers=True), current:
        cudnn.deterministic, cudnn.benchmark = exact, steady and not exact
        _set_numbers(tensor_float(config))
        _only_deterministic(exact)
        yield


def tensor_float(config: TrainingConfig) -> bool:
    """Whether what is float32 may be computed with TF32: where fewer digits are wanted anyway."""
    return config.gpu == "fast" and config.precision != "float32"


@contextmanager
def _restored(*, numbers: bool) -> Iterator[None]:
    """Leave torch as it was found; ``numbers``: also those that float32 is computed with."""
    choices = cudnn.deterministic, cudnn.benchmark
    only = torch.are_deterministic_algorithms_enabled()
    found = _float32() if numbers else None
    try:
        yield
    finally:
        cudnn.deterministic, cudnn.benchmark = choices
        _only_deterministic(only)
        if found is not None:
            _set_float32(*found)


def _set_numbers(tensor_float: bool) -> None:
    _set_float32("high" if tensor_float else "highest", tensor_float)


def _float32() -> tuple[str, bool]:
    """How float32 is computed with, as `_set_float32` takes it."""
    with _old_ways():
        return torch.get_float32_matmul_precision(), cudnn.allow_tf32


def _set_float32(products: str, convolutions: bool) -> None:
    """By the older of torch's two ways: code that asks by it, as torch.compile does, fails once the newer was used."""
    with _old_ways():
        torch.set_float32_matmul_precision(products)
        cudnn.allow_tf32 = convolutions


@contextmanager
def _old_ways() -> Iterator[None]:
    """torch 2.9 says of each, asked or set, that it is the older way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _only_deterministic(wanted: bool) -> None:
    if torch.are_deterministic_algorithms_enabled() != wanted:  # it loads much of torch
        torch.use_deterministic_algorithms(wanted)
