"""Fixes of reshapes that tear axes apart: the axes exchanged before or after, squares cut by Unfold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.dims import Dim
from engine.drawing import along
from engine.edits import AddNode, Connect, Disconnect, Edit, SetParameter
from engine.graph import Edge
from engine.literals import literal
from engine.problems.looking import kind_of
from engine.problems.regrouping import Regrouping
from engine.problems.rules.reshape_rules import torn
from engine.problems.ways.fault_site import FaultSite, Step, Way


def kept_together(site: FaultSite) -> Iterator[Way | None]:
    """The same sizes with the axes exchanged where they have to be."""
    found, node = torn(site.graph, site.report, site.id), site.node
    if found is None or node is None:
        return
    edge, meant = found
    x, y = site.spec(edge), next(iter(site.report.outputs[node.id].values())).shape[1:]
    if x is None:
        return
    direct = edge.target == node.id
    name = "shape" if "shape" in site.kind.model_fields else "unflattened_size"
    if meant.before:
        order = _dims(meant.before)
        if direct and tuple(x.shape[axis] for axis in order[1:]) == y:
            yield site.exchange("Permute", {"dims": order})
        yield site.insert(edge, ("Permute", {"dims": order}))
        return
    if meant.patch and direct and name == "shape":
        yield from _by_patches(site, meant, x.shape[1:], y)
    sizes = _typed(meant.cut)
    if sizes is None or (name == "unflattened_size" and x.rank != 2 and site.value("dim") != 1):
        return
    steps: list[Step] = [("Permute", {"dims": _dims(meant.after)})]
    if tuple(meant.cut[axis] for axis in meant.after) != y and (whole := _typed(y)) is not None:
        steps.append(("Reshape", {"shape": whole}))
    text = " × ".join(map(str, sizes))
    label = f"Set {name} to {text} and insert {' and '.join(kind for kind, _ in steps)}"
    yield _followed(site, label, [SetParameter(node.id, name, literal(sizes))], steps)


def steps_behind_heads(site: FaultSite) -> Iterator[Way | None]:
    """Steps and heads exchanged after every layer that splits heads off so, and back before they are joined."""
    graph, report = site.graph, site.report
    outputs = report.outputs.get(site.id)
    if not outputs:
        return
    spec = next(iter(outputs.values()))
    alike = {node_id for node_id, made in report.outputs.items() if next(iter(made.values()), None) == spec}
    splits = [node_id for node_id in graph.order() if node_id in alike and _rank(site, node_id) == 3]
    joins = [
        edge
        for node_id in graph.order()
        for edge in graph.incoming[node_id].values()
        if edge.source not in splits and report.spec(edge.source, edge.source_port) == spec
        if (kind := kind_of(graph, node_id)).numbers == "same" and "dims" not in kind.model_fields
    ]
    site.taken = set()
    edits, made = list[Edit](), list[str]()
    for wires in [*(list(graph.outgoing[node_id]) for node_id in splits), *([edge] for edge in joins)]:
        if not wires:
            continue
        node = site.fresh("Permute", {"dims": (0, 2, 1, 3)})
        position = along(graph, graph.positions[wires[0].source], 1)
        made.append(node.id)
        edits += [*map(Disconnect, wires), AddNode(node, position)]
        edits += [Connect(Edge(wires[0].source, wires[0].source_port, node.id, "input"))]
        edits += [Connect(Edge(node.id, "output", edge.target, edge.target_port)) for edge in wires]
    yield Way("Insert Permute(0, 2, 1, 3)" + (f" in {len(made)} places" if len(made) > 1 else ""), edits, tuple(made))


def _rank(site: FaultSite, node_id: str) -> int:
    """How many axes come into a node."""
    inputs = site.report.inputs.get(node_id)
    return inputs[0].rank if inputs else 0


def _by_patches(site: FaultSite, meant: Regrouping, x: Sequence[Dim], y: Sequence[Dim]) -> Iterator[Way | None]:
    """Squares cut out by Unfold, or pasted by Fold."""
    side, turned = meant.patch, ("Permute", {"dims": (0, 2, 1)})
    if len(x) == 3 and meant.after == (1, 3, 0, 2, 4):
        whole = _typed(y)
        steps: list[Step] = [turned, *([("Reshape", {"shape": whole})] if len(y) > 2 and whole else [])]
        made = site.exchange("Unfold", {"kernel_size": side, "stride": side})
        yield _followed(site, f"Change to Unfold({side}, {side}) and insert Permute", made.edits, steps)
    elif len(x) == 2 and len(y) == 3 and isinstance(y[1], int) and isinstance(y[2], int):
        made = site.exchange("Fold", {"output_size": (y[1], y[2]), "kernel_size": side, "stride": side})
        before = site.insert(site.edge(), turned)
        if before is not None:
            label = f"Insert Permute and change to Fold({side}, {side})"
            yield Way(label, (*made.edits, *before.edits), before.made)


def _followed(site: FaultSite, label: str, edits: Sequence[Edit], steps: Sequence[Step]) -> Way:
    """Edits of the guilty node, and layers put between it and all that reads it."""
    graph = site.graph
    readers = list(graph.outgoing[site.id])
    if len(readers) == 1 and (way := site.insert(readers[0], *steps, after=True)) is not None:
        return Way(label, (*edits, *way.edits), way.made, shown=way.shown)
    site.taken = set()
    nodes = [site.fresh(kind, parameters) for kind, parameters in steps]
    start = graph.positions[site.id]
    more: list[Edit] = [*edits, *map(Disconnect, readers)]
    last = site.id
    for index, node in enumerate(nodes):
        more += [AddNode(node, along(graph, start, index + 1)), Connect(Edge(last, "output", node.id, "input"))]
        last = node.id
    more += [Connect(Edge(last, "output", edge.target, edge.target_port)) for edge in readers]
    return Way(label, more, tuple(node.id for node in nodes), shown=last)


def _dims(axes: Sequence[int]) -> tuple[int, ...]:
    """Axes of a sample as those of a batch."""
    return (0, *(axis + 1 for axis in axes))


def _typed(sizes: Sequence[Dim]) -> tuple[int, ...] | None:
    """Sizes as they are typed: the one that is open is −1; None where several are."""
    typed = tuple(size if isinstance(size, int) else -1 for size in sizes)
    return typed if typed.count(-1) <= 1 else None
