"""Scaled dot-product attention from its products: Vaswani et al. 2017."""

from __future__ import annotations

from engine.blocks.library import SHIPPED, LibraryEntry
from engine.expressions import expression
from engine.graph import Graph
from presets.attention.heads import along

NAME = "Scaled dot-product attention"
HELP = (
    "softmax(Q Kᵀ / √d) V: every query takes of the values as much as their keys fit it "
    "(Vaswani et al. 2017). Axes before the last two, as heads, are done side by side"
)


def define(graph: Graph) -> str:
    """Define the block in a project; returns its name."""
    block = graph.define(NAME, help=HELP)
    query = block.add("BlockInput", name="Q", help="queries (…, T, d)")
    key = block.add("BlockInput", name="K", help="keys (…, S, d)")
    value = block.add("BlockInput", name="V", help="values (…, S, e)")
    mask = block.add("BlockInput", name="mask", optional=True, help="(…, T, S), true where nobody may look")
    scores = block.add("Einsum", name="Q_K_transposed", equation="...td,...sd->...ts")
    block.connect(query, scores)
    block.connect(key, scores)
    scaled = along(block, scores, ("Scale", {"name": "over_sqrt_d", "factor": expression("size(K, -1) ** -0.5")}))
    masked = along(block, scaled, ("MaskedFill", {"name": "masked"}))
    block.connect(mask, masked)
    weights = along(block, masked, ("Softmax", {"name": "weights", "dim": -1}))
    mixed = along(block, weights, ("MatMul", {"name": "mixed"}))
    block.connect(value, mixed)
    block.connect(mixed, block.add("BlockOutput", name="y", help="what each query takes (…, T, e)"))
    block.connect(weights, block.add("BlockOutput", name="attention", help="how much of each value (…, T, S)"))
    return NAME


BLOCKS = (LibraryEntry(NAME, HELP, SHIPPED, define=define),)
