"""Attention: how much each step looks at each other one, head by head."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import torch
from torch import Tensor, nn

from engine.inside.looking.attribution import token_names
from engine.inside.looking.errors import LookingError
from engine.inside.looking.method import Method, Question, Step
from engine.inside.looking.results import Grid
from engine.layers import kind
from engine.ports import input_ports
from engine.training.diagnosis.places import graph_at

ORDER: Final = ("key_padding_mask", "need_weights", "attn_mask")
"""Arguments of MultiheadAttention after query, key and value that may be given by position."""
BETWEEN: Final = ("same", "dropped")
"""What the numbers of layers are that may stand between a Softmax and the product with the values."""


def modules_of(question: Question) -> list[str]:
    """The paths of the attentions that belong to the layer, in the order of its module."""
    layer, inspector = question.the_layer(), question.inspector
    if not layer.module:
        return []
    under = [path for path in inspector.modules if path == layer.module or path.startswith(f"{layer.module}.")]
    return [path for path in under if _is_attention(question, path)]


def _is_attention(question: Question, path: str) -> bool:
    module = question.inspector.modules[path]
    if isinstance(module, nn.Softmax):
        return module.dim == -1 and _mixes(question, path)
    return isinstance(module, nn.MultiheadAttention) or type(module).__name__ == "ScaledDotProductAttention"


def _mixes(question: Question, path: str) -> bool:
    """Whether what a Softmax gives is multiplied with values, as where attention is drawn from its products."""
    home, graph = question.inspector.homes.get(path), question.trained.plan.graph
    level = None if home is None else graph_at(graph, home.inside)
    if home is None or level is None:
        return False
    waiting, seen = [home.node], set[str]()
    while waiting:
        for edge in level.outgoing[waiting.pop()]:
            layer = kind(level.nodes[edge.target].type)
            if layer.multiplies:
                return True
            if layer.numbers in BETWEEN and edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
    return False


def refuses(question: Question) -> str:
    """It needs a layer with attention."""
    layer = question.the_layer()
    if modules_of(question):
        return ""
    return (
        f"{layer.name} ({layer.type}) has no attention, as MultiheadAttention and Transformer layers have, "
        "or a Softmax whose weights mix values."
    )


def compute(question: Question) -> Iterator[Step]:
    """softmax(Q·Kᵀ/√d) of each head, (T, S): row by row it adds up to 1."""
    looked, titles = of_calls(question)
    maps = [one for found in looked for one in found]
    rows, columns = (step_names(question, maps[0].shape[axis], axis) for axis in (0, 1))
    steps = f"{maps[0].shape[0]} (rows) look at {maps[0].shape[1]} (columns)"
    facts = (("heads", str(len(maps))), ("steps", steps))
    if any(one.shape != maps[0].shape for one in maps):
        size = tuple(max(one.shape[axis] for one in maps) for axis in (0, 1))
        maps = [nn.functional.pad(one, (0, size[1] - one.shape[1], 0, size[0] - one.shape[0])) for one in maps]
        rows = columns = ()
    yield Step(1.0, Grid(torch.stack(maps).numpy(force=True), tuple(titles), False, "attention", rows, columns), facts)


def of_calls(question: Question) -> tuple[list[Tensor], list[str]]:
    """(heads, T, S) of each call of an attention in the layer, and a name for each head of all. Raises LookingError."""
    layer, looked, titles = question.the_layer(), list[Tensor](), list[str]()
    for call in question.inspector.calls_of(question.the_sample().batch, layer, modules_of(question)):
        inner = call.path.removeprefix(layer.module).lstrip(".")
        module = question.inspector.modules[call.path]
        drawn = isinstance(module, nn.Softmax)
        looked.append(drawn_weights(call.answer) if drawn else weights(module, call.given, call.named))
        titles += [f"{inner} head {head + 1}".lstrip() for head in range(len(looked[-1]))]
    if not looked:
        raise LookingError("layer", f"{layer.name} does not compute attention for this sample.")
    return looked, titles


def drawn_weights(answer: Tensor) -> Tensor:
    """(heads, T, S) of the first sample, of what a Softmax gives: (N, …, T, S); of (N, S) there is one query."""
    first = answer[0].detach()
    return first[None, None] if first.dim() == 1 else first.flatten(0, -3) if first.dim() > 2 else first[None]


def weights(module: nn.Module, given: tuple[Any, ...], named: dict[str, Any]) -> Tensor:
    """(heads, T, S) of the first sample, for the arguments that a module was called with."""
    if isinstance(module, nn.MultiheadAttention):  # its forward itself: hooks are not called again
        asked = {**named, "need_weights": True, "average_attn_weights": False}
        with torch.no_grad():
            found = module.forward(*given[:3], **{**dict(zip(ORDER, given[3:], strict=False)), **asked})[1]
        assert found is not None
        return found[0]
    return _scaled(module, *given, **named)[0].flatten(0, -3).detach()


def _scaled(module: Any, query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None) -> Tensor:
    """(N, heads, T, S) of the attention without weights; without an axis of heads there is one."""
    mask = attn_mask
    if query.dim() == 3:
        query, key = query[:, None], key[:, None]
        mask = mask[:, None] if mask is not None and mask.dim() == 3 else mask
    if module.enable_gqa:
        key = key.repeat_interleave(query.shape[-3] // key.shape[-3], dim=-3)
    scores = query @ key.transpose(-2, -1) * (module.scale or query.shape[-1] ** -0.5)
    if module.is_causal:
        ahead = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(diagonal=1)
        scores = scores.masked_fill(ahead.to(scores.device), -torch.inf)
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask
    found: Tensor = scores.softmax(-1)
    return found


def step_names(question: Question, count: int, port: int = 0) -> tuple[str, ...]:
    """The tokens of the sample, where there is one for each step.

    Of several texts as long they are those that reach the layer through its input with the number ``port``: queries
    come through the first, keys through the second. Where that is not clear, none are named.
    """
    batch = question.the_sample().batch
    able = [
        name
        for name in question.inspector.network.inputs
        if not batch[name].is_floating_point() and batch[name][0].numel() == count
    ]
    if len(able) > 1:
        read = _read_through(question, port)
        able = [name for name in able if name in read]
    return token_names(question, able[0]) if len(able) == 1 else ()


def _read_through(question: Question, port: int) -> set[str]:
    """The fields that reach the layer, or the block on the canvas it is in, through an input; none of unclear ones."""
    plan, where = question.trained.plan, question.the_layer().id.path
    top, home = (where.inside or (where.node,))[0], where.path.split(".")[0]
    alike = {
        ".".join(part for part in path.split(".") if not part.isdigit())
        for path in question.inspector.modules
        if (path == home or path.startswith(f"{home}.")) and _is_attention(question, path)
    }
    if len(alike) > 1:  # self-attention and that to an encoder in one block
        return set()
    coming = plan.graph.incoming
    ports = [name for name in input_ports(plan.graph, top) if name in coming[top]]
    waiting, seen = [coming[top][name].source for name in ports[min(port, len(ports) - 1) :][:1]], set[str]()
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += [edge.source for edge in coming[node].values()]
    return {field for node, field in plan.binding.inputs.items() if node in seen}


METHOD = Method(
    id="attention",
    title="Attention",
    help="How much each step looks at each other one, by head (Vaswani et al. 2017, arXiv:1706.03762).",
    needs=frozenset({"sample", "layer"}),
    refuses=refuses,
    compute=compute,
)
