"""How much memory a device has left, and how large a batch fits into it."""

from __future__ import annotations

import torch

from engine import cost
from engine.data.pipeline import Prepared
from engine.system import machine
from engine.training.plan import TrainingPlan

CPU = torch.device("cpu")
DATA_SHARE = 0.4
"""The share of a device's free memory for samples; the rest is for the network and what it computes."""
SPARE = 0.9
"""The share of what is free that a training may take: the estimate is good to a fifth, and others want memory too."""


def free_memory(device: torch.device) -> int | None:
    """Bytes that are free on a device; None where the system does not say."""
    if device.type == "cuda":
        return _attainable(device) - torch.cuda.memory_allocated(device)
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return machine.free_memory()


def _attainable(device: torch.device) -> int:
    """Bytes of a CUDA device that this process has for its tensors, used or not: so many as it may and others leave."""
    free, total = torch.cuda.mem_get_info(device)
    reserved = torch.cuda.memory_reserved(device)  # of which torch keeps what is not used for the next tensors
    allowed = int(total * torch.cuda.get_per_process_memory_fraction(device.index))  # it takes no device without one
    return min(free + reserved, allowed)


def used_memory(device: torch.device) -> int | None:
    """Bytes in use: on an accelerator by this process's tensors, at most so far; on the CPU by the whole process.

    None where the system does not say.
    """
    if device.type == "cuda":
        return int(torch.cuda.max_memory_allocated(device))
    if device.type == "mps":
        return int(torch.mps.driver_allocated_memory())
    return machine.used_memory()


def room_for_data(device: torch.device) -> int | None:
    """Bytes of a device that the samples may take for good; None on the CPU, where they lie anyway."""
    free = None if device.type == "cpu" else free_memory(device)
    return None if free is None else int(DATA_SHARE * free)


def room_for_steps(device: torch.device, data: Prepared) -> int | None:
    """Bytes that a training has beside its data, whatever it takes now; None on the CPU, where that is not known."""
    if device.type != "cuda":
        return None
    parts = (data.train, data.validation, data.test)
    resident = (value for part in parts for value in part.tensors.values() if value.device.type == device.type)
    return _attainable(device) - sum(value.nbytes for value in resident)


def needed_memory(plan: TrainingPlan, batch: int, device: torch.device = CPU) -> int:
    """Bytes that training with batches of so many samples takes, by `engine.cost`.

    In half precision it is the least it may be: values take half as much, but some layers keep theirs in float32.
    """
    found = cost.total(plan.graph, plan.report, batch, gpu=device.type == "cuda")
    halved = plan.training.precision in ("bfloat16", "float16")
    return found.memory_training - (found.activations_training // 2 if halved else 0)


def largest_batch(plan: TrainingPlan, free: int, device: torch.device = CPU) -> int:
    """The most samples in a batch that fit into so many bytes, 0 if not even one does.

    What is needed grows evenly with the batch: activations for each sample, on top of the weights.
    """
    one, two = (needed_memory(plan, count, device) for count in (1, 2))
    room = SPARE * free - one
    return 0 if room < 0 else 1 + int(room / max(two - one, 1))
