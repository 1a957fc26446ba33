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


def renormalized(nodes: list[Seen], _: Network) -> bool:
    bags = [each for each in nodes if each.node.type == "EmbeddingBag" and each.layer.max_norm is not None]
    return any("per_sample_weights" in each.wired() for each in bags)


KNOWN_WRONG: Final[dict[str, Wrong]] = {
    "renormalized": Wrong("max_norm rewrites rows in place that the gradient of another call needs", renormalized),
}


def known(network: Network) -> set[str]:
    """The kinds known to be wrong that a network has."""
    nodes = list(seen(network.graph))
    return {name for name, wrong in KNOWN_WRONG.items() if wrong.met(nodes, network)}
