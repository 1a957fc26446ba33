"""Which features rotary positions turn together: neighbours, or the same place of both halves of a head.

Networks and files have one of the two orders; the weights of queries and keys have to be put into that of the network.
Sources: Su et al. 2021, https://arxiv.org/abs/2104.09864 (neighbours; also LLaMA's own files); Black et al. 2022,
https://arxiv.org/abs/2204.06745 (halves; also LLaMA in Hugging Face's transformers, which permutes those files).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from engine import layers
from engine.blocks.use import Use
from engine.files import read_bytes
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.layers.positions import RotaryPositions
from engine.shapes import Report, infer
from engine.weights.recipe import Recipe

Order = Literal["halves", "neighbours"]
"""What a pair is."""
ORDERS: Final[tuple[Order, ...]] = ("halves", "neighbours")
NAMES: Final[tuple[tuple[re.Pattern[str], Order], ...]] = (
    (re.compile(r"(^|\.)self_attn\.[qk]_proj\."), "halves"),
    (re.compile(r"(^|\.)attention\.w[qk]\."), "neighbours"),
)
"""Names of queries and keys in the files of known programs: transformers, and LLaMA's own."""
MODELS: Final[Mapping[str, Order]] = {
    **dict.fromkeys(("llama", "mistral", "mixtral", "qwen2", "qwen3", "gemma", "gemma2", "phi", "phi3"), "halves"),
    **dict.fromkeys(("gpt_neox", "falcon", "stablelm", "olmo", "olmo2", "smollm3"), "halves"),
    **dict.fromkeys(("gptj", "codegen", "roformer"), "neighbours"),
}
"""The model_type in a config.json beside the weights."""
LARGEST: Final = 2**22


@dataclass(frozen=True, slots=True)
class Turned:
    """The weights of a layer whose ``size`` features a head are turned, in this order."""

    size: int
    order: Order


def turned(graph: Graph, report: Report | None = None, path: str = "") -> dict[str, Turned]:
    """Key of a layer (`engine.weights.keys`) → how what it gives is turned; of those right before rotary positions."""
    found: dict[str, Turned] = {}
    report = report or infer(graph)
    for node in graph.nodes.values():
        layer = report.layer(node.id)
        if node.id not in report.inputs:
            continue
        if isinstance(layer, Use):
            several = layer.properties.repeat > 1 and not layer.properties.share_weights
            for index, (inside, *_) in enumerate(layer.passes(*report.inputs[node.id])):
                inner = f"{path}{node.id}.{index}." if several else f"{path}{node.id}."
                found |= turned(inside.graph, inside.report, inner)
        if isinstance(layer, RotaryPositions):
            size = report.inputs[node.id][0].shape[-1]
            order: Order = "neighbours" if layer.interleaved else "halves"
            for source in _sources(graph, report, node.id):
                if isinstance(size, int):
                    found[f"{path}{source}"] = Turned(size, order)
    return found


def _sources(graph: Graph, report: Report, node_id: str) -> Iterator[str]:
    """The layers with weights whose features a layer turns, head by head."""
    for edge in graph.incoming[node_id].values():
        node, layer = graph.nodes[edge.source], report.layer(edge.source)
        if isinstance(layer, Layer) and node.type == "Linear":
            yield node.id
        elif layers.kind(node.type).numbers == "same":  # the order of the features in a head stays as it is
            yield from _sources(graph, report, node.id)


def order_of(path: Path, names: Iterable[str]) -> Order | None:
    """The order in a file, by what its tensors are called or a ``config.json`` beside it says; None: nobody knows."""
    folder = path if path.is_dir() else path.parent
    try:
        config = json.loads(read_bytes(folder / "config.json", LARGEST))
    except (OSError, ValueError, RecursionError):  # there is none, or one of another program
        config = None
    model = config.get("model_type") if isinstance(config, dict) else None
    if isinstance(model, str) and model in MODELS:
        return MODELS[model]
    found = {order for name in names for pattern, order in NAMES if pattern.search(name)}
    return found.pop() if len(found) == 1 else None


def reordered(recipe: Recipe, of: Turned, order: Order) -> Recipe:
    """What a tensor is made of, in the order of the network, where the file has this order."""
    return recipe if of.order == order else recipe.then(f"{of.order}_{of.size}")
