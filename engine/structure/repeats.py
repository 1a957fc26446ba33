"""Repeated parts of a network: the same layers wired in the same way, one part after the other.

The trunk cuts a network into pieces; each has a fingerprint (Merkle 1987: a hash over the hashes of what it
depends on), and what comes again in the row of fingerprints is compared node by node.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from engine.structure.paths import END, START, between_ends, passed

if TYPE_CHECKING:
    import networkx as nx

    from engine.graph import Graph

MOST_PIECES = 2_000
"""Pieces of a trunk that are searched; beyond that the rest is left alone."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part that occurs several times in a row: the ids of the nodes of each occurrence, in the order of the graph."""

    parts: tuple[tuple[str, ...], ...]

    @property
    def count(self) -> int:
        return len(self.parts)


def repeats(graph: Graph, *, parameters: bool = True) -> list[Repeat]:
    """The parts that occur at least twice in a row, those that cover the most nodes first; no node is in two of them.

    With ``parameters`` the layers of two occurrences have the same parameters and properties, else the same types.
    A part of one layer counts only where it occurs three times.
    """
    whole = graph.to_networkx()
    label = _labels(whole, parameters)
    pieces = _pieces(graph, label)
    found = list[Repeat]()
    taken = [False] * len(pieces)
    for start, period, count in _in_a_row([mark for mark, _ in pieces]):
        inside = range(start, start + period * count)
        parts = [
            [node for k in range(period) for node in pieces[start + turn * period + k][1]] for turn in range(count)
        ]
        if any(taken[index] for index in inside) or (count < 3 and len(parts[0]) == 1):
            continue
        if not _alike(whole, parts, label):
            continue
        for index in inside:
            taken[index] = True
        found.append(Repeat(tuple(tuple(part) for part in parts)))
    return found


def _labels(whole: nx.MultiDiGraph[str], parameters: bool) -> dict[str, str]:
    """What a node is, in a text that is the same for nodes that are alike."""
    every = whole.nodes(data=True)
    if not parameters:
        return {node: facts["type"] for node, facts in every}
    return {node: f"{facts['type']} {facts['parameters']} {facts['properties']}" for node, facts in every}


def _pieces(graph: Graph, label: dict[str, str]) -> list[tuple[str, list[str]]]:
    """For each node of the trunk but the first: a fingerprint of what leads to it from the one before, and its ids."""
    import networkx as nx

    flow: nx.DiGraph[Any] = between_ends(graph)
    order, row = {node: index for index, node in enumerate(graph.order())}, passed(flow)
    flow.remove_nodes_from([node for node in (START, END) if node in flow])
    made = list[tuple[str, list[str]]]()
    for before, node in list(itertools.pairwise(row))[:MOST_PIECES]:
        between = {str(one) for one in nx.ancestors(flow, node) & nx.descendants(flow, before)} | {node}
        part = sorted(between, key=order.__getitem__)
        marks = {before: ""}
        for one in part:
            sources = sorted(f"{marks.get(edge.source)} {edge.target_port}" for edge in graph.incoming[one].values())
            marks[one] = sha256("\n".join((label[one], *sources)).encode()).hexdigest()
        made.append((marks[node], part))
    return made


def _in_a_row(marks: list[str]) -> list[tuple[int, int, int]]:
    """All (start, period, count) where ``count`` ≥ 2 periods of equal marks follow each other, the longest first."""
    found = list[tuple[int, int, int]]()
    for period in range(1, len(marks) // 2 + 1):
        start = 0
        while start + 2 * period <= len(marks):
            end = start + period
            while end < len(marks) and marks[end] == marks[end - period]:
                end += 1
            count = (end - start) // period
            if count >= 2:
                found.append((start, period, count))
                start = end - period + 1
            else:
                start += 1
    return sorted(found, key=lambda one: (-one[1] * one[2], one[1], one[0]))


def _alike(whole: nx.MultiDiGraph[str], parts: list[list[str]], label: dict[str, str]) -> bool:
    """Whether the parts are the same node by node, wires and ports included."""
    import networkx as nx
    from networkx.algorithms.isomorphism import DiGraphMatcher

    def piece(part: list[str]) -> nx.DiGraph[str]:
        made: nx.DiGraph[str] = nx.DiGraph()
        made.add_nodes_from((node, {"label": label[node]}) for node in part)
        for source, target in {(a, b) for a, b in whole.subgraph(part).edges()}:
            ports = sorted((w["source_port"], w["target_port"]) for w in whole.get_edge_data(source, target).values())
            made.add_edge(source, target, ports=ports)
        return made

    first = piece(parts[0])
    same_nodes, same_wires = (lambda a, b: a["label"] == b["label"]), (lambda a, b: a["ports"] == b["ports"])
    return all(
        DiGraphMatcher(first, piece(part), node_match=same_nodes, edge_match=same_wires).is_isomorphic()
        for part in parts[1:]
    )
