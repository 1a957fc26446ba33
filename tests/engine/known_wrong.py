"""Kinds of networks on which the written source is wrong today: the random networks that have one are left out.

When a kind is fixed, its entry goes: then it is drawn like all others, and its test in `test_known_wrong` has no mark.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import torch

from engine.blocks.use import Use, states
from engine.expressions import depends
from engine.layers.ports import BlockInput
from engine.resolve import Node, owner_of, resolve
from engine.source.names import RESERVED, class_name
from engine.spec import UNWIRED
from tests.engine.random_coverage import Seen, seen
from tests.engine.random_networks import Network

Met: TypeAlias = Callable[[list[Seen], Network], bool]


@dataclass(frozen=True)
class Wrong:
    """What goes wrong, and whether a network has it."""

    reason: str
    met: Met


def _scans(nodes: list[Seen]) -> list[Seen]:
    return [each for each in nodes if isinstance(each.layer, Use) and each.layer.properties.apply == "scan"]


def _looped(each: Seen) -> bool:
    """Whether the repeats of a block are a loop in the source."""
    use = each.layer
    wired = [port for port in each.graph.incoming[each.node.id] if port in {p.name for p in use.input_ports()}]
    once = use.properties.apply != "scan" and len(wired) == 1 and len(use.output_ports()) == 1
    return not once and (use.properties.repeat > 1 or depends(_owner(each).properties.get("repeat")))


def _owner(each: Seen) -> Node:
    owner = owner_of(each.graph, each.node)
    assert isinstance(owner, Node)
    return owner if owner.type == each.node.type else each.node


def unread_states(nodes: list[Seen], network: Network) -> bool:
    for each in _scans(nodes):
        ports, read = [port.name for port in each.layer.output_ports()], each.read()
        spare = [place for place in states(each.layer.block) if ports[place] not in read]
        if len(spare) + (_looped(each) and ports[0] not in read) > 1:
            return True
    return False


def scan_of_a_state(nodes: list[Seen], network: Network) -> bool:
    return any(_looped(each) and 0 in states(each.layer.block) for each in _scans(nodes))


def state_dtype(nodes: list[Seen], network: Network) -> bool:
    return network.dtype != torch.float32 and any(_open_states(each) for each in _scans(nodes))


def _open_states(each: Seen) -> list[Node]:
    starts = each.layer.block.graph.of_type("BlockInput")
    return [node for node in starts if node.parameters.get("state") is True and node.id not in each.wired()]


def state_sizes(nodes: list[Seen], network: Network) -> bool:
    sizes: dict[tuple[str, str], set[Any]] = {}
    for each in _scans(nodes):
        for node in _open_states(each):
            for inside in each.repeats():
                layer = resolve(node, each.layer.block.graph, inside.arguments)
                assert isinstance(layer, BlockInput)
                sizes.setdefault((f"{each.graph.inside}.{each.node.id}", node.id), set()).add(layer.shape)
    return any(len(each) > 1 for each in sizes.values())


def loop_variable(nodes: list[Seen], network: Network) -> bool:
    loops = [each.graph for each in nodes if isinstance(each.layer, Use) and _looped(each)]
    starts = [node for graph in loops for kind in ("Input", "BlockInput") for node in graph.of_type(kind)]
    return any(node.name == "layer" for node in starts)


def class_names(nodes: list[Seen], network: Network) -> bool:
    own = {each.layer.own for each in nodes if each.layer.own}
    names = {network.graph.name, *(block.name for block in network.graph.blocks.values())}
    return any(class_name(name) in own for name in names)


def one_of_many(nodes: list[Seen], network: Network) -> bool:
    uses = [each for each in nodes if isinstance(each.layer, Use) and _looped(each)]
    return any(each.layer.properties.repeat == 1 for each in uses)


def counted_repeats(nodes: list[Seen], network: Network) -> bool:
    uses = [each for each in nodes if isinstance(each.layer, Use) and depends(_owner(each).properties.get("repeat"))]
    return any(len({inside.key for inside in each.repeats()[1:]}) > 1 for each in uses)


def expressed(*fields: str) -> Met:
    """Whether one of these fields, ``Layer.field``, is an expression."""

    def met(nodes: list[Seen], network: Network) -> bool:
        found = {f"{e.node.type}.{name}" for e in nodes for name, raw in _owner(e).parameters.items() if depends(raw)}
        return bool(found & set(fields))

    return met


def stored_names(nodes: list[Seen], network: Network) -> bool:
    for each in nodes:
        if not isinstance(each.layer, Use) and not each.layer.constructor():
            words = {word for raw in _owner(each).parameters.values() if depends(raw) for word in _words(raw)}
            if words & (RESERVED - {"min", "max"}):
                return True
    return False


def _words(raw: Any) -> set[str]:
    text = "".join(letter if letter.isalnum() or letter == "_" else " " for letter in str(raw))
    return set(text.split())


def open_inside(nodes: list[Seen], network: Network) -> bool:
    layers_ = [each for each in nodes if not isinstance(each.layer, Use) or each.layer.properties.apply != "once"]
    return any(
        spec is UNWIRED and port in each.graph.incoming[each.node.id] for each in layers_ for port, spec in _ports(each)
    )


def _ports(each: Seen) -> list[tuple[str, Any]]:
    ports = [port.name for port in each.layer.input_ports()]
    return list(zip(ports, each.report.inputs[each.node.id], strict=False))


def across_the_batch(nodes: list[Seen], network: Network) -> bool:
    folded = [each for each in nodes if each.folded and each.report.inputs[each.node.id]]
    for each in folded:
        dim, rank = getattr(each.layer, "dim", None), each.report.inputs[each.node.id][0].rank
        if getattr(each.layer, "batch_first", True) is False or (type(dim) is int and rank and dim % rank == 0):
            return True
    return False


def wrapped_text(nodes: list[Seen], network: Network) -> bool:
    blocks = [block for block in network.graph.blocks.values() if len(block.parameters) > 2]
    return any("-" in str(p.default) for block in blocks for p in block.parameters if p.kind == "text")


def only_padding(nodes: list[Seen], network: Network) -> bool:
    pools = [each.layer for each in nodes if each.node.type.startswith("MaxPool")]
    return any(_largest(pool.dilation) > 1 and _largest(pool.padding) > 0 for pool in pools)


def _largest(value: int | tuple[int, ...]) -> int:
    return max(value) if isinstance(value, tuple) else value


def sparse_and_scaled(nodes: list[Seen], network: Network) -> bool:
    return any(getattr(e.layer, "sparse", False) and getattr(e.layer, "scale_grad_by_freq", False) for e in nodes)


KNOWN_WRONG: Final[dict[str, Wrong]] = {
    "unread states": Wrong("two values of a scan that nobody reads get one variable", unread_states),
    "scan of a state": Wrong("in a repeated scan whose first output is a state both get one variable", scan_of_a_state),
    "state dtype": Wrong("the first states are float32 whatever the network computes in", state_dtype),
    "state sizes": Wrong("the first states have the size of the first use and repeat in all others", state_sizes),
    "loop variable": Wrong("the loop over repeats overwrites an input named layer", loop_variable),
    "class names": Wrong("a block or network called as one of our modules takes its place", class_names),
    "one of many": Wrong("a list of repeats is called like a module where the first use has one", one_of_many),
    "counted repeats": Wrong("repeats counted by an expression are all built like the second", counted_repeats),
    "count of outputs": Wrong(
        "the number of parts as an expression is code where a number is needed", expressed("Chunk.chunks")
    ),
    "causal": Wrong(
        "a field that torch takes at the call goes to the constructor",
        expressed(
            "MultiheadAttention.is_causal", "TransformerEncoderLayer.is_causal", "TransformerDecoderLayer.tgt_is_causal"
        ),
    ),
    "stored names": Wrong("a parameter named as something of nn.Module is stored over it", stored_names),
    "open inside": Wrong("an optional input without a wire is None for a layer that does not take it", open_inside),
    "across the batch": Wrong("each step by itself is not what a layer that mixes the batch does", across_the_batch),
    "wrapped text": Wrong("a text with a hyphen is broken where the head of a class is wide", wrapped_text),
    "only padding": Wrong(
        "a dilated window of max pooling may lie in the padding alone: torch's gradient then writes to foreign memory",
        only_padding,
    ),
    "sparse and scaled": Wrong("sparse with scale_grad_by_freq runs, but torch has no gradient", sparse_and_scaled),
}


def known(network: Network) -> set[str]:
    """The kinds known to be wrong that a network has."""
    nodes = list(seen(network.graph))
    return {name for name, wrong in KNOWN_WRONG.items() if wrong.met(nodes, network)}
