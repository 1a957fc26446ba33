"""Kinds of networks on which the written source is wrong today: the random networks that have one are left out.

When a kind is fixed, its entry goes: then it is drawn like all others, and its test in `test_known_wrong` has no mark.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from tests.engine.random_coverage import Seen, seen
from tests.engine.random_networks import Network

Met: TypeAlias = Callable[[list[Seen], Network], bool]


@dataclass(frozen=True)
class Wrong:
    """What goes wrong, and whether a network has it."""

    reason: str
    met: Met


def across_the_batch(nodes: list[Seen], network: Network) -> bool:
    folded = [each for each in nodes if each.folded and each.report.inputs[each.node.id]]
    for each in folded:
        if getattr(each.layer, "scale_grad_by_freq", False):  # its gradient counts over all steps at once
            return True
        dim, rank = getattr(each.layer, "dim", None), each.report.inputs[each.node.id][0].rank
        if getattr(each.layer, "batch_first", True) is False or (type(dim) is int and rank and dim % rank == 0):
            return True
    return False


def renormalized(nodes: list[Seen], _: Network) -> bool:
    bags = [each for each in nodes if each.node.type == "EmbeddingBag" and each.layer.max_norm is not None]
    return any("per_sample_weights" in each.wired() for each in bags)


def one_sample(nodes: list[Seen], network: Network) -> bool:
    kinds = {each.node.type for each in nodes}
    return network.sizes["N"] == 1 and "LayerNorm2d" in kinds and any("InstanceNorm" in kind for kind in kinds)


KNOWN_WRONG: Final[dict[str, Wrong]] = {
    "across the batch": Wrong("each step by itself is not what a layer that mixes the batch does", across_the_batch),
    "renormalized": Wrong("max_norm rewrites rows in place that the gradient of another call needs", renormalized),
    "one sample": Wrong(
        "torch's InstanceNorm of one sample has a wrong gradient where what arrives has its channels last in memory",
        one_sample,
    ),
}


def known(network: Network) -> set[str]:
    """The kinds known to be wrong that a network has."""
    nodes = list(seen(network.graph))
    return {name for name, wrong in KNOWN_WRONG.items() if wrong.met(nodes, network)}
