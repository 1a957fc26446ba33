"""Where numbers stop being numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import nn

from engine.training.findings import Spot
from engine.training.network import Batch, Network
from engine.training.probes import Probed, Results


def first_not_finite(probed: Probed, network: Network, batches: Sequence[Batch]) -> tuple[Spot, str] | None:
    """Where NaN or infinite numbers begin: (node, "the weight" or "the result"), None where there are none.

    Weights are looked at first: a step before may have spoiled them.
    """
    for path, module in probed.module.named_modules():
        for name, weight in [*module._parameters.items(), *module._buffers.items()]:
            if weight is not None and weight.is_floating_point() and not bool(weight.isfinite().all()):
                home = probed.homes.get(path)
                if home is not None:
                    return home, f"the {name}"
    found: list[Spot] = []

    def hear(spot: Spot, values: Results) -> None:
        floats = [value for value in values if value is not None and value.is_floating_point()]
        if not found and any(not bool(value.isfinite().all()) for value in floats):
            found.append(spot)

    probed.listener = hear
    try:
        with torch.no_grad(), undisturbed(network.module):
            for batch in batches:
                network.answers(batch, probed.like(network.module))
    finally:
        probed.listener = None
    return (found[0], "the result") if found else None


@contextmanager
def undisturbed(module: nn.Module) -> Iterator[None]:
    """Let a module compute without a trace: its buffers (running means) are as before afterwards."""
    kept = [(buffer, buffer.clone()) for buffer in module.buffers()]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, before in kept:
                buffer.copy_(before)
