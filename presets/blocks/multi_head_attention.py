"""Multi-head attention from scaled dot-product attention: Vaswani et al. 2017."""

from __future__ import annotations

from engine.blocks.library import SHIPPED, LibraryEntry
from engine.expressions import expression
from engine.graph import Graph
from presets.attention.heads import along, split_heads
from presets.blocks import scaled_attention

NAME = "Multi-head attention"
HELP = (
    "Several heads look at the same steps, each in a projection of its own, and are joined again: "
    "torch's MultiheadAttention, drawn (Vaswani et al. 2017)"
)


def define(graph: Graph, width: int = 64, heads: int = 4) -> str:
    """Define the block in a project, and the attention of a head before it; returns its name."""
    one_head = graph.blocks.by_name(scaled_attention.NAME)
    looking = scaled_attention.define(graph) if one_head is None else one_head.name
    block = graph.define(NAME, help=HELP, width=width, heads=heads)
    query = block.add("BlockInput", name="query", help="who looks (N, T, features)")
    key = block.add("BlockInput", name="key", help="what is looked at (N, S, features)")
    value = block.add("BlockInput", name="value", help="what is taken (N, S, features)")
    mask = block.add("BlockInput", name="mask", optional=True, help="(T, S), true where nobody may look")
    attention = block.add(looking, name="heads")
    for port, (start, name) in enumerate(((query, "W_Q"), (key, "W_K"), (value, "W_V"))):
        projected = along(block, start, ("Linear", {"name": name, "out_features": expression("width")}))
        block.connect(split_heads(block, projected, expression("heads")), attention, target=port)
    block.connect(mask, attention, target="mask")
    end = along(
        block,
        attention,
        ("Permute", {"name": "heads_last", "dims": (0, 2, 1, 3)}),
        ("Flatten", {"name": "joined", "start_dim": 2}),
        ("Linear", {"name": "W_O", "out_features": expression("width")}),
    )
    block.connect(end, block.add("BlockOutput", name="y", help="what the heads have found (N, T, width)"))
    weights = block.add("BlockOutput", name="attention", help="how much of each step (N, heads, T, S)")
    block.connect(attention, weights, source="attention")
    return NAME


BLOCKS = (LibraryEntry(NAME, HELP, SHIPPED, define=define),)
