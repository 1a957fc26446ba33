"""How much memory a device has left, and how large a batch fits into it."""

from __future__ import annotations

import torch

from engine import cost
from engine.system import machine
from engine.training.plan import TrainingPlan

DATA_SHARE = 0.4
"""The share of a device's free memory for samples; the rest is for the network and what it computes."""
SPARE = 0.9
"""The share of what is free that a training may take: the estimate is good to a fifth, and others want memory too."""


def free_memory(device: torch.device) -> int | None:
    """Bytes that are free on a device; None where the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    if device.type == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return machine.free_memory()


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


def needed_memory(plan: TrainingPlan, batch: int) -> int:
    """Bytes that training with batches of so many samples takes, by `engine.cost`."""
    return cost.total(plan.graph, plan.report, batch).memory_training


def largest_batch(plan: TrainingPlan, free: int) -> int:
    """The most samples in a batch that fit into so many bytes, 0 if not even one does.

    What is needed grows evenly with the batch: activations for each sample, on top of the weights.
    """
    one, two = needed_memory(plan, 1), needed_memory(plan, 2)
    room = SPARE * free - one
    return 0 if room < 0 else 1 + int(room / max(two - one, 1))
