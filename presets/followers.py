"""Which layer follows which in the presets, and how often: what a search for the next layer offers first.

The counts are stored, since building every preset to count takes longer than a popup may: after presets have changed
``python -m tests.presets.followers`` counts again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from engine.blocks.block import PREFIX
from engine.graph import Graph

FILE = "followers.json"
Followers = Mapping[str, Mapping[str, int]]
"""Type of a layer → type of a layer behind it → how often that is so."""


def count(graphs: Iterable[Graph]) -> dict[str, Counter[str]]:
    """What follows what in these networks and in their blocks, each block once. Blocks themselves are left out."""
    found: dict[str, Counter[str]] = {}
    for graph in graphs:
        for level in (graph, *(block.graph for block in graph.blocks.values())):
            for edge in level.edges:
                source, target = (level.nodes[end].type for end in (edge.source, edge.target))
                if not source.startswith(PREFIX) and not target.startswith(PREFIX):
                    found.setdefault(source, Counter())[target] += 1
    return found


@cache
def followers() -> Followers:
    """What follows what in the presets."""
    table: Followers = json.loads(files("resources").joinpath(FILE).read_text(encoding="utf-8"))
    return table
