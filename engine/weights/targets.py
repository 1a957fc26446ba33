"""The tensors that a network has room for, known without making one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.graph import Graph
from engine.weights.keys import Attributes, keys_of

if TYPE_CHECKING:
    from torch import nn

COUNTERS: Final = "num_batches_tracked"
"""A buffer that is not a weight: it counts batches."""


@dataclass(frozen=True, slots=True)
class Target:
    """A tensor of a network. ``learned``: a parameter, not a buffer; ``twins`` are further names of the same tensor.

    ``key`` is the name with ids of nodes (`engine.weights.keys`).
    """

    name: str
    shape: tuple[int, ...]
    learned: bool
    twins: tuple[str, ...] = ()
    key: str = ""


def targets_of(graph: Graph) -> dict[str, Target]:
    """By name, in the order of the network. Raises SourceError where the network is not complete."""
    import torch

    from engine.compile import compile_source
    from engine.source import source

    written = source(graph)
    with torch.device("meta"):
        return targets_in(compile_source(written), written.attributes)


def targets_in(module: nn.Module, attributes: Attributes) -> dict[str, Target]:
    """Those of a module, compiled from a source with these attributes."""
    keys = keys_of(module, attributes)
    found: dict[int, list[str]] = {}
    tensors: Mapping[str, object] = module.state_dict(keep_vars=True)
    for name, tensor in tensors.items():
        if name.rpartition(".")[2] != COUNTERS:
            found.setdefault(id(tensor), []).append(name)
    learned = {name for name, _ in module.named_parameters(remove_duplicate=False)}
    state = module.state_dict()
    return {
        names[0]: Target(names[0], tuple(state[names[0]].shape), names[0] in learned, tuple(names[1:]), keys[names[0]])
        for names in found.values()
    }
