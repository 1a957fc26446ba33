"""Repeats or uses of a block with the same weights: one module applied again, so that nothing in it may differ."""

from __future__ import annotations

from engine.blocks.use import Inside, Use
from engine.live_nodes import STARTS, live_nodes
from engine.spec import UNWIRED, shape_text


def difference(first: Inside, other: Inside, what: str = "repeat") -> str | None:
    """What keeps a repeat (or a use) from being the module of the first one, as a clause; None where nothing does."""
    if first.key == other.key:
        return None
    graph = first.graph
    unwired = [{node for node, spec in each.given.items() if spec is UNWIRED} for each in (first, other)]
    if unwired[0] != unwired[1]:
        name = graph.nodes[min(unwired[0] ^ unwired[1])].name
        return f"its {name} has a wire in some {what}s only"
    if first.repeat != other.repeat:
        return f"what is inside reads index or count, which differ from {what} to {what}"
    live = [live_nodes(graph, each.report) for each in (first, other)]
    for node_id in graph.order():
        name = graph.nodes[node_id].name
        layers = [each.report.layer(node_id) for each in (first, other)]
        there = [node_id in nodes and layer is not None for nodes, layer in zip(live, layers, strict=True)]
        if there[0] != there[1]:
            return f"{name} is there in some {what}s only"
        if not all(there) or graph.nodes[node_id].type in STARTS:
            continue
        inputs = [each.report.inputs[node_id] for each in (first, other)]
        one, two = layers
        if one is None or two is None:
            continue
        if isinstance(one, Use) and isinstance(two, Use):
            pairs = list(zip(one.unfolded(*inputs[0]), two.unfolded(*inputs[1]), strict=False))
            inner = next((found for a, b in pairs if (found := difference(a, b, what)) is not None), None)
            if inner is not None:
                return f"in {name}, {inner}"
            if (one.properties, one.repeats) != (two.properties, two.repeats):
                return f"{name} has other settings in some {what}s"
            continue
        mine, theirs = one.weights(*inputs[0]), two.weights(*inputs[1])
        for key in mine:
            if mine[key] != theirs.get(key):
                return (
                    f"the {key} of {name} would be {shape_text(mine[key])} in one {what} and "
                    f"{shape_text(theirs.get(key, ()))} in another"
                )
        if one != two or one.arguments(*inputs[0]) != two.arguments(*inputs[1]):
            return f"{name} has other settings in some {what}s"
    return None
