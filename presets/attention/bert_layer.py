"""The block that BERT is stacked of: normalized after each sum."""

from __future__ import annotations

from engine.expressions import expression
from engine.graph import Graph
from presets.attention.heads import added, along, self_attention

BLOCK = "BertLayer"
NORM = {"eps": 1e-12}


def bert_layer(graph: Graph, width: int, heads: int, hidden: int, dropout: float, attention_dropout: float) -> None:
    """Define the block: attention, then two linear layers, each added to what was there and normalized then."""
    words = (
        "Every token looks at all others, then thinks by itself; each part is added to what was there, then normalized"
    )
    sizes = {"width": width, "heads": heads, "hidden": hidden}
    block = graph.define(BLOCK, help=words, **sizes, dropout=dropout, attention_dropout=attention_dropout)
    x, mask = block.add("BlockInput", name="x"), block.add("BlockInput", name="mask", help="true at tokens")
    wide, dropped = expression("width"), ("Dropout", {"p": expression("dropout")})
    names = ("query", "key", "value", "project")
    taken = self_attention(block, x, names, wide, expression("heads"), mask, dropout_p=expression("attention_dropout"))
    middle = along(block, added(block, x, along(block, taken, dropped)), ("LayerNorm", {"name": "norm1"} | NORM))
    thought = along(
        block,
        middle,
        ("Linear", {"name": "fc1", "out_features": expression("hidden")}),
        ("GELU", {}),
        ("Linear", {"name": "fc2", "out_features": wide}),
        dropped,
    )
    along(block, added(block, middle, thought), ("LayerNorm", {"name": "norm2"} | NORM), ("BlockOutput", {"name": "y"}))
