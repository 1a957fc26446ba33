"""Rules of sequences: attention that cannot know the order of steps, and language models that see the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine import layers
from engine.blocks.block import PREFIX
from engine.blocks.use import Use
from engine.data.dataset import DataError
from engine.data.origin import declared
from engine.graph import Edge, Graph, Node
from engine.layers.endpoints import Input, Output
from engine.layers.layer import Layer
from engine.live_nodes import ENDS, STARTS
from engine.losses import of_classes
from engine.problems import order
from engine.problems.looking import PASSES_THROUGH, called, kind_of, only, origins, role
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.settings.resolution import SettingFault, resolve_settings
from engine.shapes import Report


@dataclass(frozen=True, slots=True)
class Seen:
    """A layer of the network or of a block: its path, its name in a sentence, whether steps know their position."""

    path: tuple[str, ...]
    text: str
    layer: Layer
    wired: frozenset[str]
    ordered: bool
    itself: bool
    """Whether it attends to the sequence that asks."""


def attention(graph: Graph, report: Report, ordered: bool = False) -> Iterator[Seen]:
    """Every layer that attends or runs over time, in the order of the forward pass, those inside blocks, too."""
    knows: dict[str, bool] = {}
    starts = _starts(graph)
    for node_id in graph.order():
        node, layer, wires = graph.nodes[node_id], report.layer(node_id), graph.incoming[node_id]
        before = any(knows.get(edge.source, False) for edge in wires.values()) or (
            ordered and node.type == "BlockInput"
        )
        if layer is None or node_id not in report.inputs:
            knows[node_id] = before
            continue
        if isinstance(layer, Use):
            inner_knows = before
            for inside in layer.unfolded(*report.inputs[node_id]) if node_id in report.outputs else ():
                for seen in attention(inside.graph, inside.report, inner_knows):
                    text = f"{called(graph, node)}, inside: {seen.text}"
                    yield Seen((node_id, *seen.path), text, seen.layer, seen.wired, seen.ordered, seen.itself)
                inner_knows = inner_knows or order.gives_order(inside.graph, inside.report)
            knows[node_id] = inner_knows
            continue
        if layer.attends or layer.runs_over_time:
            query = wires.get(layer.input_ports()[0].name)
            key = wires.get("key")
            same = key is None or (query is not None and starts[query.source] & starts[key.source])
            ordered_here = before or any(_adds_to_scores(report, type(layer), edge) for edge in wires.values())
            yield Seen((node_id,), called(graph, node), layer, frozenset(wires), ordered_here, bool(same))
        knows[node_id] = before or order.tells_apart(graph, report, node_id)


def _adds_to_scores(report: Report, kind: type[Layer], edge: Edge) -> bool:
    """Whether numbers for each pair of steps come in by a mask: a distance, as in ALiBi, tells where a step is."""
    spec = report.spec(edge.source, edge.source_port)
    return role(kind, edge.target_port) == "mask" and spec is not None and spec.dtype == "float32"


def no_positions(graph: Graph, report: Report) -> Found:
    """Attention sees a set, not a sequence: without positions the order of the steps is lost.

    Vaswani et al. 2017, Attention Is All You Need, section 3.5, https://arxiv.org/abs/1706.03762
    """
    if not _has_attention(graph):
        return
    for seen in attention(graph, report):
        if seen.layer.attends and not seen.ordered:
            may_be_set = _may_be_set(graph, report, seen.path[0])
            yield Problem(
                "hint" if may_be_set else "warning",
                "no-positions",
                f"{seen.text} gets steps that know nothing of their position: attention gives the same whatever order "
                "they come in. Add positions before it, unless the order says nothing.",
                seen.path[0],
                layer_port(seen) if len(seen.path) == 1 else None,
                inside=seen.path[1:],
            )
            return


def _may_be_set(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether what is attended to may be points of a set: rows of numbers that no data set calls a sequence.

    Lee et al. 2018, Set Transformer, https://arxiv.org/abs/1810.00825
    """
    inputs = [each for start in _starts(graph)[node_id] if isinstance(each := report.layer(start), Input)]
    rows = [each.dtype == "float32" and len(each.shape) == 2 for each in inputs if each.dtype != "bool"]  # a mask
    resolved = resolve_settings(graph)
    if not rows or not all(rows) or isinstance(resolved, SettingFault):
        return False
    data = resolved[0]
    try:
        known = data.chosen and data.source is None and declared(data).kind != "table"
    except DataError:  # `settings_valid` says it
        known = False
    return not known


def no_causal_mask(graph: Graph, report: Report) -> Found:
    """A language model that may look ahead learns to copy the next token instead of foretelling it.

    That it is one the data say, or as many symbols in its answer as in its table.
    """
    kinds = [kind for kind in graph.types if order.table(layers.kind(kind))]
    for output in graph.of_type("Output") if kinds else ():
        layer, specs = report.layer(output.id), report.inputs.get(output.id)
        if not isinstance(layer, Output) or not of_classes(layer.loss) or not specs or specs[0].rank != 3:
            continue
        steps, classes = specs[0].shape[1:]
        told = _learns_what_comes_next(graph, output)
        tables = [
            table.id for table in graph.of_type(*kinds) if told or order.vocabulary(report.layer(table.id)) == classes
        ]
        if not tables:
            continue
        starts = _starts(graph)
        before = _written_by(graph, output.id, starts)
        tokens = {
            edge.source
            for table in tables
            if table in before
            for edge in origins(graph, report, table, only(*PASSES_THROUGH, "chosen"))
            if _are_tokens(report, edge.source, steps)
        }
        if not tokens:
            continue
        for seen in attention(graph, report):
            if seen.path[0] in before and tokens & starts[seen.path[0]] and _looks_ahead(seen):
                parameter, value = seen.layer.causal_by
                goal = "the next token in these data, which is" if told else "if that is the next token, it is"
                yield Problem(
                    "warning",
                    "no-causal-mask",
                    f"{seen.text} may attend to later steps, and {called(graph, output)} learns one of {classes} "
                    f"tokens at each of {steps} steps: {goal} seen before it is predicted. "
                    f"Set {parameter} to {'true' if value else 'false'}.",
                    seen.path[0],
                    None,
                    parameter if len(seen.path) == 1 else None,
                    inside=seen.path[1:],
                )


def _learns_what_comes_next(graph: Graph, output: Node) -> bool:
    """Whether the data give each token to be foretold from those before it, and this Output learns it."""
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault) or not resolved[0].chosen:
        return False
    try:
        data = declared(resolved[0])
    except DataError:  # `settings_valid` says it
        return False
    return data.task == "language model" and output.parameters.get("field") in (None, data.first("target"))


def _written_by(graph: Graph, node_id: str, starts: dict[str, frozenset[str]]) -> set[str]:
    """What an answer is written from: all above it, but not what is only looked at by another sequence."""
    found: set[str] = set()
    stack = [node_id]
    while stack:
        current = stack.pop()
        for port, edge in graph.incoming[current].items():
            comes = role(kind_of(graph, current), port)
            looked_at = comes == "context"
            if looked_at and "query" in graph.incoming[current]:
                query = graph.incoming[current]["query"].source
                looked_at = not starts[query] & starts[edge.source]
            if edge.source not in found and not looked_at and comes != "state":
                found.add(edge.source)
                stack.append(edge.source)
    return found


def layer_port(seen: Seen) -> str:
    """The port that the sequence comes in by."""
    return seen.layer.input_ports()[0].name


def _looks_ahead(seen: Seen) -> bool:
    parameter, value = seen.layer.causal_by
    masked = any(port.role == "mask" and port.name in seen.wired for port in seen.layer.input_ports())
    return bool(parameter) and seen.itself and getattr(seen.layer, parameter) != value and not masked


def _has_attention(graph: Graph) -> bool:
    graphs = (graph, *(block.graph for block in graph.blocks.values()))
    return any(layers.kind(kind).attends for each in graphs for kind in each.types)


def _starts(graph: Graph) -> dict[str, frozenset[str]]:
    """For each node the inputs of the network that it is made of."""
    found: dict[str, frozenset[str]] = {}
    for node_id in graph.order():
        above = {found[edge.source] for edge in graph.incoming[node_id].values()}
        if graph.nodes[node_id].type in ("Input", "BlockInput"):
            above.add(frozenset((node_id,)))
        found[node_id] = above.pop() if len(above) == 1 else frozenset[str]().union(*above)
    return found


def _are_tokens(report: Report, node_id: str, steps: object) -> bool:
    spec = report.spec(node_id)
    return (
        isinstance(report.layer(node_id), Input) and spec is not None and spec.dtype == "int64" and steps in spec.shape
    )


def _about(node_type: str) -> bool:
    """Whether the rules of sequences read more of such a node than its wires."""
    kind = layers.kind(node_type)
    looks = kind.attends or kind.runs_over_time or order.about(node_type)
    return looks or node_type in (*STARTS, *ENDS) or node_type.startswith(PREFIX)


GRAPH = (GraphRule(no_positions, _about), GraphRule(no_causal_mask, _about))
