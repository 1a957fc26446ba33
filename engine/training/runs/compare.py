"""In what networks and their settings differ: layers by id, wires, blocks, data and training."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine import layers
from engine.graph import Graph, Node
from engine.layers.parameters import parameters
from engine.settings.resolution import SECTIONS, SettingFault, resolve
from engine.training.history import LiveChange

ABSENT: Final = "–"
ORDER: Final = ("project", "data", "training", "layers", "wires")
Key = tuple[str, str, str]
"""Group, what it is about (path of a setting, id of a layer), entry."""
Fact = tuple[object, str]
"""A value to compare, and as a reader sees it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that is not the same everywhere: ``values`` has one text a graph, `ABSENT` where it has none."""

    group: str
    what: str
    values: tuple[str, ...]


def differences(graphs: Sequence[Graph]) -> list[Difference]:
    """Every entry in which graphs differ, settings first; none where all are the same.

    Settings and parameters that are not set count with their defaults. Layers are the same layer where their ids are.
    """
    tables = [_facts(graph) for graph in graphs]
    keys = dict.fromkeys(key for table in tables for key in table)
    found: list[Difference] = []
    for key in sorted(keys, key=lambda key: _rank(key[0])):
        entries = [table.get(key) for table in tables]
        group, about, entry = key
        inner = bool(entry) and any((group, about, "") in table for table in tables)
        if inner:  # entries of a layer that is not in all: that it is not there is said once
            counts = [fact for fact, table in zip(entries, tables, strict=True) if (group, about, "") in table]
        else:
            counts = entries
        if len({_canonical(fact) for fact in counts}) > 1:
            values = (ABSENT if fact is None else fact[1] for fact in entries)
            found.append(Difference(group, _title(key, tables), tuple(values)))
    return found


def live_differences(changes: Sequence[Sequence[LiveChange]]) -> list[Difference]:
    """A row for each setting that was changed during runs, and not in all in the same way."""
    found: list[Difference] = []
    for setting in dict.fromkeys(change.setting for each in changes for change in each):
        values = tuple(", ".join(map(_since, (c for c in each if c.setting == setting))) or ABSENT for each in changes)
        if len(set(values)) > 1:
            group, _, entry = setting.partition(".")
            found.append(Difference(group, f"{entry}, changed while running", values))
    return found


def _since(change: LiveChange) -> str:
    return f"{said(change.value)} from step {change.step:,}"


def _rank(group: str) -> int:
    return ORDER.index(group) if group in ORDER else len(ORDER)


def _canonical(fact: Fact | None) -> str:
    return "" if fact is None else json.dumps(fact[0], sort_keys=True, default=str)


def said(value: object) -> str:
    """A value as a reader sees it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and set(value) == {"expr"}:
        return f"= {value['expr']}"
    if isinstance(value, float):
        return f"{value:.10g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _title(key: Key, tables: Sequence[Mapping[Key, Fact]]) -> str:
    group, about, entry = key
    if group in ("project", *SECTIONS):
        return entry or about
    names = dict.fromkeys(table[(group, about, "name")][1] for table in tables if (group, about, "name") in table)
    name = " / ".join(names)
    about = f"{name} ({about})" if name else about
    return f"{about}: {entry}" if entry else about


def _facts(graph: Graph) -> dict[Key, Fact]:
    """All entries of a graph."""
    facts: dict[Key, Fact] = {("project", "", "name"): _fact(graph.name)}
    for path, value in flat_settings(graph.settings).items():
        group, _, entry = path.partition(".")
        facts[(group, path, entry or path)] = _fact(value)
    _drawn(graph, "layers", facts)
    for block in (graph.blocks[block_id] for block_id in graph.blocks):
        group = f"block {block.id}"
        for parameter in block.parameters:
            facts[(group, f"parameter {parameter.name}", "")] = _fact(parameter.default)
        _drawn(block.graph, group, facts)
    return facts


def _fact(value: object) -> Fact:
    return value, said(value)


def _drawn(graph: Graph, group: str, facts: dict[Key, Fact]) -> None:
    for node in graph.nodes.values():
        facts[(group, node.id, "")] = _fact(_type(graph, node))
        facts[(group, node.id, "name")] = _fact(node.name)
        defaults = {p.name: p.default for p in parameters(layers.kind(node.type)) if not p.required}
        for name, value in {**defaults, **node.parameters, **node.properties}.items():
            facts[(group, node.id, name)] = _fact(value)
    for edge in graph.edges:
        source = graph.nodes[edge.source].name
        key = (group, edge.target, f"wire into {edge.target_port}")
        facts[key] = (f"{edge.source}.{edge.source_port}", f"{source} · {edge.source_port}")


def _type(graph: Graph, node: Node) -> str:
    block = graph.blocks.of_type(node.type)
    return node.type if block is None else block.name


def flat_settings(settings: Mapping[str, object]) -> dict[str, object]:
    """Path → value of all settings, defaults included; as they are typed where they mean nothing."""
    resolved = resolve(settings)
    if isinstance(resolved, SettingFault):
        trees = {name: settings.get(name, {}) for name in SECTIONS}
    else:
        trees = {name: part.model_dump() for name, part in zip(SECTIONS, resolved, strict=True)}
    flat: dict[str, object] = {}
    for name, tree in trees.items():
        _flatten(name, tree, flat)
    return flat


def _flatten(path: str, value: object, flat: dict[str, object]) -> None:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            _flatten(f"{path}.{key}", item, flat)
    else:
        flat[path] = value
