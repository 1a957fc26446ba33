"""Rules of sequences: attention that cannot know the order of steps, and language models that see the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from engine import layers
from engine.blocks.block import PREFIX
from engine.blocks.use import Use
from engine.graph import Graph, GraphError
from engine.layers.convolution import Convolution
from engine.layers.endpoints import Input, Output
from engine.layers.layer import Layer
from engine.losses import of_classes
from engine.problems.looking import PASSES_THROUGH, PICKS, called, origins
from engine.problems.problem import Problem
from engine.problems.rule import Found, GraphRule
from engine.shapes import Report

ATTENTION: Final = frozenset(
    {"MultiheadAttention", "ScaledDotProductAttention", "TransformerEncoderLayer", "TransformerDecoderLayer"}
    | {"TransformerEncoder", "TransformerDecoder", "Transformer"}
)
ORDERED: Final = frozenset(
    {"SinusoidalPositions", "LearnedPositions", "RotaryPositions", "RelativePositionBias", "RNN", "LSTM", "GRU"}
)
"""Layers after which a step knows its position."""
RECURRENT: Final = frozenset({"RNN", "LSTM", "GRU"})
KEEPS_POSITIONS: Final = frozenset({"Scale", "LayerNorm", "RMSNorm", "Linear"})
CAUSAL: Final = {
    "MultiheadAttention": ("is_causal", "attn_mask"),
    "ScaledDotProductAttention": ("is_causal", "attn_mask"),
    "TransformerEncoderLayer": ("is_causal", "src_mask"),
    "TransformerDecoderLayer": ("tgt_is_causal", "tgt_mask"),
    "TransformerEncoder": ("is_causal", "mask"),
    "TransformerDecoder": ("tgt_is_causal", "tgt_mask"),
    "Transformer": ("tgt_is_causal", "tgt_mask"),
}
"""What keeps each from looking ahead: a parameter, or a mask on a port."""


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
                inner_knows = inner_knows or _gives_order(inside.graph, inside.report)
            knows[node_id] = inner_knows
            continue
        if node.type == "Add" and _adds_positions(graph, report, node_id):
            before = True
        if node.type in ATTENTION | RECURRENT:
            query = wires.get(layer.input_ports()[0].name)
            key = wires.get("key")
            same = key is None or (query is not None and starts[query.source] & starts[key.source])
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
                f"{seen.text} gets steps that know nothing of their position: attention gives the same whatever order "
                "they come in. Add positions before it, unless the order says nothing.",
                seen.path[0],
                layer_port(seen) if len(seen.path) == 1 else None,
                inside=seen.path[1:],
            )
            return


def no_causal_mask(graph: Graph, report: Report) -> Found:
    """A language model that may look ahead learns to copy the next token instead of foretelling it."""
    for output in graph.of_type("Output") if "Embedding" in graph.types else ():
        layer, specs = report.layer(output.id), report.inputs.get(output.id)
        if not isinstance(layer, Output) or not of_classes(layer.loss) or not specs or specs[0].rank != 3:
            continue
        steps, classes = specs[0].shape[1:]
        tables = [
            table.id
            for table in graph.of_type("Embedding")
            if getattr(report.layer(table.id), "num_embeddings", None) == classes
        ]
        if not tables:
            continue
        starts = _starts(graph)
        before = _written_by(graph, output.id, starts)
        tokens = {
            edge.source
            for table in tables
            if table in before
            for edge in origins(graph, report, table, PASSES_THROUGH | PICKS)
            if _are_tokens(report, edge.source, steps)
        }
        if not tokens:
            continue
        for seen in attention(graph, report):
            if seen.path[0] in before and tokens & starts[seen.path[0]] and _looks_ahead(seen):
                name = type(seen.layer).__name__
                parameter = "bidirectional" if name in RECURRENT else CAUSAL[name][0]
                yield Problem(
                    "warning",
                    "no-causal-mask",
                    f"{seen.text} may attend to later steps, and {called(graph, output)} learns "
                    f"one of {classes} tokens "
                    f"at each of {steps} steps: if that is the next token, it is seen before it is predicted. "
                    f"Set {parameter} to {'false' if name in RECURRENT else 'true'}.",
                    seen.path[0],
                    None,
                    parameter if len(seen.path) == 1 else None,
                    inside=seen.path[1:],
                )


def _written_by(graph: Graph, node_id: str, starts: dict[str, frozenset[str]]) -> set[str]:
    """What an answer is written from: all above it, but not what is only looked at by another sequence."""
    found: set[str] = set()
    stack = [node_id]
    while stack:
        current = stack.pop()
        for port, edge in graph.incoming[current].items():
            kind = graph.nodes[current].type
            looked_at = (port in ("memory", "key", "value") and kind in ATTENTION) or (port, kind) == (
                "src",
                "Transformer",
            )
            if looked_at and "query" in graph.incoming[current]:
                query = graph.incoming[current]["query"].source
                looked_at = not starts[query] & starts[edge.source]
            states = port in ("h_0", "c_0") and kind in RECURRENT
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
    graphs = (graph, *(block.graph for block in graph.blocks.values()))
    return any(not types.isdisjoint(each.types) for each in graphs)


def _adds_positions(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a table of positions is added to a sequence: one with a row for every step, as BERT has it."""
    steps = report.inputs[node_id][0].shape[1:2]
    tables = [
        report.layer(edge.source)
        for edge in origins(graph, report, node_id, PASSES_THROUGH | KEEPS_POSITIONS)
        if graph.nodes[edge.source].type == "Embedding"
    ]
    rows = [getattr(layer, "num_embeddings", 0) for layer in tables]
    return len(rows) > 1 and any(not isinstance(size, int) or count >= size for size in steps for count in rows)


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


@cache
def _about(node_type: str) -> bool:
    """Whether the rules of sequences read more of such a node than its wires."""
    if node_type in ATTENTION | ORDERED | {"Input", "Output", "BlockInput", "Add", "Embedding"}:
        return True
    if node_type.startswith(PREFIX):
        return True
    try:
        return issubclass(layers.get(node_type), Convolution)
    except GraphError:
        return False


GRAPH = (GraphRule(no_positions, _about), GraphRule(no_causal_mask, _about))
