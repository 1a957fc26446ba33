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


def one_sample(nodes: list[Seen], network: Network) -> bool:
    kinds = {each.node.type for each in nodes}
    return network.sizes["N"] == 1 and "LayerNorm2d" in kinds and any("InstanceNorm" in kind for kind in kinds)


KNOWN_WRONG: Final[dict[str, Wrong]] = {
    "one sample": Wrong(
        "torch's InstanceNorm of one sample has a wrong gradient where what arrives has its channels last in memory",
        one_sample,
    ),
}


def known(network: Network) -> set[str]:
    """The kinds known to be wrong that a network has."""
    nodes = list(seen(network.graph))
    return {name for name, wrong in KNOWN_WRONG.items() if wrong.met(nodes, network)}
