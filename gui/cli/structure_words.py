"""What ``layerloom info WHAT --structure`` answers: longest path, trunk and repeated parts of a network."""

from __future__ import annotations

from dataclasses import dataclass

from engine.graph import Graph


@dataclass(frozen=True, slots=True)
class StructureWords:
    """The answer as lines of text, and as facts for JSON."""

    text: str
    facts: dict[str, object]


def structure_of(graph: Graph) -> StructureWords:
    """The structure of a drawn network; blocks count as single layers."""
    from engine.structure.paths import longest_path, trunk
    from engine.structure.repeats import repeats

    named = {node.id: node.name for node in graph.nodes.values()}
    longest, passed = ([named[node] for node in path] for path in (longest_path(graph), trunk(graph)))
    same, alike = (
        [(one.count, [named[node] for node in one.parts[0]]) for one in found]
        for found in (repeats(graph), repeats(graph, parameters=False))
    )
    lines = [
        f"longest path   {len(longest)} nodes: {' → '.join(longest)}",
        f"trunk          {len(passed)} nodes: {' → '.join(passed)}",
    ]
    for title, found in (("repeated", same), ("same types", [one for one in alike if one not in same])):
        lines += [f"{title.ljust(14)} {count} × {' → '.join(layers)}" for count, layers in found]
    facts: dict[str, object] = {"longest_path": longest, "trunk": passed}
    for key, found in (("repeated", same), ("repeated_types", alike)):
        facts[key] = [{"count": count, "layers": layers} for count, layers in found]
    return StructureWords("\n".join(lines), facts)
