"""Rules of sequences: attention that cannot know the order of steps, and language models that see the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.blocks.use import Use
from engine.graph import Graph
from engine.layers.convolution import Convolution
from engine.layers.endpoints import Input, Output
from engine.layers.layer import Layer
from engine.layers.losses import of_classes
from engine.problems.looking import PASSES_THROUGH, PICKS, above, called, origins
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.shapes import Report

ATTENTION: Final = frozenset(
    {"MultiheadAttention", "ScaledDotProductAttention", "TransformerEncoderLayer", "TransformerDecoderLayer"}
)
ORDERED: Final = frozenset({"SinusoidalPositions", "LearnedPositions", "RotaryPositions", "RNN", "LSTM", "GRU"})
"""Layers behind which a step knows its place."""
RECURRENT: Final = frozenset({"RNN", "LSTM", "GRU"})
KEEPS_PLACES: Final = frozenset({"Scale", "LayerNorm", "RMSNorm", "Linear"})
CAUSAL: Final = {
    "MultiheadAttention": ("is_causal", "attn_mask"),
    "ScaledDotProductAttention": ("is_causal", "attn_mask"),
    "TransformerEncoderLayer": ("is_causal", "src_mask"),
    "TransformerDecoderLayer": ("tgt_is_causal", "tgt_mask"),
}
"""What keeps each from looking ahead: a parameter, or a mask on a port."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A layer of the network or of a block: the way to it, its name in a sentence, whether steps know their place."""

    way: tuple[str, ...]
    text: str
    layer: Layer
    wired: frozenset[str]
    ordered: bool
    itself: bool
    """Whether it attends to the sequence that asks."""


def attention(graph: Graph, report: Report, ordered: bool = False) -> Iterator[Seen]:
    """Every layer that attends or runs over time, in the order of the forward pass, those inside blocks, too."""
    knows: dict[str, bool] = {}
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
                    yield Seen((node_id, *seen.way), text, seen.layer, seen.wired, seen.ordered, seen.itself)
                inner_knows = inner_knows or _gives_order(inside.graph, inside.report)
            knows[node_id] = inner_knows
            continue
        if node.type == "Add" and _adds_places(graph, report, node_id):
            before = True
        if node.type in ATTENTION | RECURRENT:
            query = wires.get(layer.input_ports()[0].name)
            key = wires.get("key")
            same = key is None or (query is not None and _from(graph, query.source) & _from(graph, key.source))
            yield Seen((node_id,), called(graph, node), layer, frozenset(wires), before, bool(same))
        knows[node_id] = before or _ordering(node.type, layer)
    return


def no_positions(graph: Graph, report: Report) -> Found:
    """Attention sees a set, not a sequence: without positions the order of the steps is lost.

    Vaswani et al. 2017, Attention Is All You Need, section 3.5, https://arxiv.org/abs/1706.03762
    """
    if not _has(graph, ATTENTION):
        return
    for seen in attention(graph, report):
        if type(seen.layer).__name__ in ATTENTION and not seen.ordered:
            yield Problem(
                "warning",
                "no-positions",
                f"{seen.text} gets steps that know nothing of their place: attention gives the same whatever order "
                "they come in. Add positions before it, unless the order says nothing.",
                seen.way[0],
                layer_port(seen) if len(seen.way) == 1 else None,
                inside=seen.way[1:],
            )
            return


def no_causal_mask(graph: Graph, report: Report) -> Found:
    """A language model that may look ahead learns to copy the next token instead of foretelling it."""
    for output in graph.of_type("Output"):
        layer, specs = report.layer(output.id), report.inputs.get(output.id)
        if not isinstance(layer, Output) or not of_classes(layer.loss) or not specs or specs[0].rank != 3:
            continue
        steps, classes = specs[0].shape[1:]
        before = _written_by(graph, output.id)
        tokens = {
            edge.source
            for table in graph.of_type("Embedding")
            if table.id in before and getattr(report.layer(table.id), "num_embeddings", None) == classes
            for edge in origins(graph, report, table.id, PASSES_THROUGH | PICKS)
            if _are_tokens(report, edge.source, steps)
        }
        if not tokens:
            continue
        for seen in attention(graph, report):
            if seen.way[0] in before and tokens & above(graph, seen.way[0]) and _looks_ahead(seen):
                name = type(seen.layer).__name__
                parameter = "bidirectional" if name in RECURRENT else CAUSAL[name][0]
                yield Problem(
                    "warning",
                    "no-causal-mask",
                    f"{seen.text} may look at later steps, and {called(graph, output)} learns one of {classes} tokens "
                    f"at each of {steps} steps: if that is the next token, it is seen before it is foretold. "
                    f"Set {parameter} to {'false' if name in RECURRENT else 'true'}.",
                    seen.way[0],
                    None,
                    parameter if len(seen.way) == 1 else None,
                    inside=seen.way[1:],
                )


def _written_by(graph: Graph, node_id: str) -> set[str]:
    """What an answer is written from: all above it, but not what is only looked at by another sequence."""
    found: set[str] = set()
    stack = [node_id]
    while stack:
        current = stack.pop()
        for port, edge in graph.incoming[current].items():
            looked_at = port in ("memory", "key", "value") and graph.nodes[current].type in ATTENTION
            if looked_at and "query" in graph.incoming[current]:
                query = graph.incoming[current]["query"].source
                looked_at = not _from(graph, query) & _from(graph, edge.source)
            states = port in ("h_0", "c_0") and graph.nodes[current].type in RECURRENT
            if edge.source not in found and not looked_at and not states:
                found.add(edge.source)
                stack.append(edge.source)
    return found


def layer_port(seen: Seen) -> str:
    """The port that the sequence comes in by."""
    return seen.layer.input_ports()[0].name


def _looks_ahead(seen: Seen) -> bool:
    name = type(seen.layer).__name__
    if name in RECURRENT:
        return bool(getattr(seen.layer, "bidirectional", False))
    parameter, port = CAUSAL[name]
    return seen.itself and not getattr(seen.layer, parameter) and port not in seen.wired


def _ordering(node_type: str, layer: Layer) -> bool:
    if isinstance(layer, Convolution):  # overlapping windows tell neighbours from strangers
        return any(k > s for k, s in zip(layer.each("kernel_size"), layer.each("stride"), strict=True))
    return node_type in ORDERED


def _gives_order(graph: Graph, report: Report) -> bool:
    for node_id, inputs in report.inputs.items():
        layer = report.layer(node_id)
        if isinstance(layer, Use):
            if any(_gives_order(inside.graph, inside.report) for inside in layer.unfolded(*inputs)):
                return True
        elif layer is not None and _ordering(graph.nodes[node_id].type, layer):
            return True
    return False


def _has(graph: Graph, types: frozenset[str]) -> bool:
    graphs = [graph, *(block.graph for block in graph.blocks.values())]
    return any(node.type in types for each in graphs for node in each.nodes.values())


def _adds_places(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a table of places is added to a sequence: one with a row for every step, as BERT has it."""
    steps = report.inputs[node_id][0].shape[1:2]
    tables = [
        report.layer(edge.source)
        for edge in origins(graph, report, node_id, PASSES_THROUGH | KEEPS_PLACES)
        if graph.nodes[edge.source].type == "Embedding"
    ]
    rows = [getattr(layer, "num_embeddings", 0) for layer in tables]
    return len(rows) > 1 and any(not isinstance(size, int) or count >= size for size in steps for count in rows)


def _from(graph: Graph, node_id: str) -> set[str]:
    return {node for node in (*above(graph, node_id), node_id) if graph.nodes[node].type in ("Input", "BlockInput")}


def _are_tokens(report: Report, node_id: str, steps: object) -> bool:
    spec = report.spec(node_id)
    return (
        isinstance(report.layer(node_id), Input) and spec is not None and spec.dtype == "int64" and steps in spec.shape
    )


GRAPH = (GraphRule(no_positions), GraphRule(no_causal_mask))
