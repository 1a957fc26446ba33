"""torch.compile as a switch: tried on a real batch before the first step, and left where it cannot be done."""

from __future__ import annotations

import copy

import torch

from engine.training.evaluation.network import Batch, Network


def compile_network(network: Network, batch: Batch) -> str:
    """Let the network compute by compiled code; returns why that is not possible, in a sentence, or nothing.

    The trial runs on a copy, forward and backward, so that no weight and no running mean of the network changes.
    """
    last, numbers = network.channels_last, network.autocast
    trial = Network(
        copy.deepcopy(network.module),
        network.inputs,
        network.heads,
        network.terms,
        channels_last=last,
        autocast=numbers,
    )
    try:
        trial.forward = torch.compile(trial.module)
        trial.loss(trial.answers(batch), batch).backward()  # type: ignore[no-untyped-call]
        trial.module.eval()
        with torch.no_grad():
            trial.answers(batch)
        network.forward = torch.compile(network.module)
    except Exception as error:  # of a compiler, of Python, of a layer: whatever it is, training continues without
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200].rstrip(".")
        return f"torch.compile cannot be used here ({type(error).__name__}: {reason}); training continues without it."
    return ""
