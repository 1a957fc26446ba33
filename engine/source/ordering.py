"""The order of a forward pass: a value is computed near its use, and what has one condition stands together."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence

Value = tuple[str, str]
MOST_LEADING = 64
"""How many nodes before a reader are searched for those that lead to it."""
Wires = Mapping[str, Sequence[tuple[str, str, str]]]


def near(nodes: Sequence[str], wires: Wires, size: Callable[[Value], int], ends: Sequence[str]) -> list[str]:
    """The nodes, each moved on to what leads to its first reader where that keeps no more memory alive.

    It keeps no more where its inputs are read later still, or are no larger than what it makes of them. ``ends`` are
    the nodes at which the pass returns; what comes from none of the ``nodes`` is alive all the time.
    """
    known = {*nodes}
    last = {(source, port): len(nodes) for end in ends for _, source, port in wires[end]}
    readers: dict[str, list[str]] = {}
    made: dict[str, dict[Value, None]] = {}
    for node_id in nodes:
        for _, source, port in wires[node_id]:
            if source in known:
                readers.setdefault(source, []).append(node_id)
                made.setdefault(source, {})[source, port] = None
    result: list[str] = []
    """The order from the end on, so that what is placed stays where it is."""
    for node_id in reversed(nodes):
        index = len(result)
        reading = readers.get(node_id, [])
        if reading and reading[0] != (result[-1] if result else ""):
            first = max(result.index(reader) for reader in reading) + 1
            leading = {result[first - 1]}
            while first < len(result) and not leading.isdisjoint(readers.get(result[first], ())):
                leading.add(result[first])
                first += 1
                if len(leading) > MOST_LEADING:
                    first = index
            later = {*result[:first]}
            read = {(source, port) for _, source, port in wires[node_id] if source in known}
            kept = [
                v for v in read if v not in last and later.isdisjoint(r for r in readers[v[0]] if _reads(wires, r, v))
            ]
            if not kept or sum(map(size, kept)) <= sum(map(size, made.get(node_id, ()))):
                index = first
        result.insert(index, node_id)
    return result[::-1]


def _reads(wires: Wires, node_id: str, value: Value) -> bool:
    return any((source, port) == value for _, source, port in wires[node_id])


def gathered(nodes: Sequence[str], wires: Wires, guards: Mapping[str, str]) -> list[str]:
    """The nodes in an order in which those with one condition stand together, sources before targets still."""
    if not guards:
        return list(nodes)
    order = {node_id: index for index, node_id in enumerate(nodes)}
    waiting = dict.fromkeys(nodes, 0)
    readers: dict[str, list[str]] = {}
    for node_id in nodes:
        for _, source, _ in wires[node_id]:
            if source in order:
                waiting[node_id] += 1
                readers.setdefault(source, []).append(node_id)
    ready: dict[str, list[int]] = {}
    for node_id in nodes:
        if not waiting[node_id]:
            heapq.heappush(ready.setdefault(guards.get(node_id, ""), []), order[node_id])
    result: list[str] = []
    guard = ""
    while any(ready.values()):
        if not ready.get(guard):
            guard = min((each for each, heap in ready.items() if heap), key=lambda each: ready[each][0])
        node_id = nodes[heapq.heappop(ready[guard])]
        result.append(node_id)
        for reader in readers.get(node_id, ()):
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(ready.setdefault(guards.get(reader, ""), []), order[reader])
    return result
