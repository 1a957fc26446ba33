"""Networks for text and sound as a careful user draws them, for the golden sources."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined, reckoned


def lstm_cell() -> Graph:
    """Hochreiter and Schmidhuber 1997 with the forget gate of Gers 2000, drawn from primitives and scanned."""
    graph = Graph("LSTM language model")
    cell = graph.define(
        "LSTMStep", help="One step: four gates of input and state decide what is remembered", hidden=256
    )
    size = (reckoned("hidden"),)
    x = cell.add("BlockInput", name="x")
    h = cell.add("BlockInput", name="h", state=True, shape=size)
    c = cell.add("BlockInput", name="c", state=True, shape=size)
    wide = reckoned("4 * hidden")
    gates = joined(
        cell,
        "Add",
        along(cell, x, ("Linear", {"name": "input_gates", "out_features": wide})),
        along(cell, h, ("Linear", {"name": "state_gates", "out_features": wide})),
        name="gates",
    )
    parts = along(cell, gates, ("Chunk", {"name": "split", "chunks": 4, "dim": -1}))
    kinds = {"i": "Sigmoid", "f": "Sigmoid", "g": "Tanh", "o": "Sigmoid"}
    i, f, g, o = (along(cell, (parts, at), (kind, {"name": n})) for at, (n, kind) in enumerate(kinds.items()))
    kept, new = joined(cell, "Multiply", f, c, name="kept"), joined(cell, "Multiply", i, g, name="new")
    following = joined(cell, "Add", kept, new, name="c_next")
    out = joined(cell, "Multiply", o, along(cell, following, ("Tanh", {"name": "tanh"})), name="h_next")
    cell.connect(out, cell.add("BlockOutput", name="y"))
    cell.connect(out, cell.add("BlockOutput", name="next_h", state="h"))
    cell.connect(following, cell.add("BlockOutput", name="next_c", state="c"))
    along(
        graph,
        graph.add("Input", name="tokens", shape=("T",), dtype="int64"),
        ("Embedding", {"name": "embedding", "num_embeddings": 10_000, "embedding_dim": 128}),
        ("LSTMStep", {"name": "lstm", "apply": "scan"}),
        ("Linear", {"name": "head", "out_features": 10_000}),
        ("Output", {"name": "next_token"}),
    )
    return graph


def gru_cell() -> Graph:
    """Cho et al. 2014, https://arxiv.org/abs/1406.1078, drawn from primitives as torch computes it, and scanned."""
    graph = Graph("GRU tagger")
    cell = graph.define(
        "GRUStep", help="One step: a reset and an update gate blend the state with a new one", hidden=128
    )
    x = cell.add("BlockInput", name="x")
    h = cell.add("BlockInput", name="h", state=True, shape=(reckoned("hidden"),))
    wide = reckoned("3 * hidden")
    of_input = along(
        cell, x, ("Linear", {"name": "from_input", "out_features": wide}), ("Chunk", {"chunks": 3, "dim": -1})
    )
    of_state = along(
        cell, h, ("Linear", {"name": "from_state", "out_features": wide}), ("Chunk", {"chunks": 3, "dim": -1})
    )

    def summed(port: int, second: tuple[str, int] | None = None) -> str:
        node = cell.add("Add")
        cell.connect(of_input, node, source=port)
        source, leaving = second or (of_state, port)
        cell.connect(source, node, source=leaving)
        return node

    reset = along(cell, summed(0), ("Sigmoid", {"name": "r"}))
    update = along(cell, summed(1), ("Sigmoid", {"name": "z"}))
    kept = cell.add("Multiply", name="kept")
    cell.connect(reset, kept)
    cell.connect(of_state, kept, source=2)
    new = along(cell, summed(2, (kept, 0)), ("Tanh", {"name": "n"}))
    change = cell.add("Subtract", name="change")
    cell.connect(h, change)
    cell.connect(new, change)
    following = joined(cell, "Add", new, joined(cell, "Multiply", update, change), name="h_next")
    cell.connect(following, cell.add("BlockOutput", name="y"))
    cell.connect(following, cell.add("BlockOutput", name="next_h", state="h"))
    along(
        graph,
        graph.add("Input", name="signal", shape=("T", 40)),
        ("GRUStep", {"name": "gru", "apply": "scan", "repeat": 2}),
        ("Linear", {"name": "head", "out_features": 12}),
        ("Output", {"name": "tag"}),
    )
    return graph


def gpt2() -> Graph:
    """Radford et al. 2019 with a tied head: 124,439,808 parameters."""
    graph = Graph("GPT-2")
    block = graph.define(
        "DecoderBlock",
        help="Every step looks at those before it, then two layers of its own; each part is added",
        width=768,
        heads=12,
        dropout=0.1,
    )
    x = block.add("BlockInput", name="x")
    parts = along(
        block,
        x,
        ("LayerNorm", {"name": "norm1"}),
        ("Linear", {"name": "qkv", "out_features": reckoned("3 * width")}),
        ("Chunk", {"chunks": 3, "dim": -1}),
    )
    attention = block.add("ScaledDotProductAttention", name="attention", is_causal=True, dropout_p=reckoned("dropout"))
    size = (reckoned("heads"), reckoned("width // heads"))
    for port in range(3):
        heads = along(
            block,
            (parts, port),
            ("Unflatten", {"dim": -1, "unflattened_size": size}),
            ("Permute", {"dims": (0, 2, 1, 3)}),
        )
        block.connect(heads, attention, target=port)
    attended = along(
        block,
        attention,
        ("Permute", {"dims": (0, 2, 1, 3)}),
        ("Flatten", {"start_dim": 2}),
        ("Linear", {"name": "project", "out_features": reckoned("width")}),
        ("Dropout", {"p": reckoned("dropout")}),
    )
    middle = joined(block, "Add", x, attended)
    thought = along(
        block,
        middle,
        ("LayerNorm", {"name": "norm2"}),
        ("Linear", {"name": "fc1", "out_features": reckoned("4 * width")}),
        ("GELU", {"approximate": "tanh"}),
        ("Linear", {"name": "fc2", "out_features": reckoned("width")}),
        ("Dropout", {"p": reckoned("dropout")}),
    )
    block.connect(joined(block, "Add", middle, thought), block.add("BlockOutput", name="y"))
    tokens = graph.add("Input", name="tokens", shape=(1024,), dtype="int64")
    embedding = along(
        graph, tokens, ("Embedding", {"name": "embedding", "num_embeddings": 50257, "embedding_dim": 768})
    )
    along(
        graph,
        embedding,
        ("LearnedPositions", {"name": "positions", "max_length": 1024}),
        ("Dropout", {"p": 0.1}),
        ("DecoderBlock", {"name": "decoder", "repeat": 12}),
        ("LayerNorm", {"name": "norm"}),
        ("Linear", {"name": "head", "out_features": 50257, "bias": False, "weights_of": embedding}),
        ("Output", {"name": "next_token"}),
    )
    return graph


def wavenet() -> Graph:
    """Van den Oord et al. 2016, https://arxiv.org/abs/1609.03499: dilation doubles from repeat to repeat."""
    graph = Graph("WaveNet")
    layer = graph.define(
        "GatedLayer",
        help="A causal dilated convolution, gated; one part continues, one is added to the skips",
        channels=32,
        skip_channels=128,
        kernel=2,
        dilation=1,
    )
    x, skips = layer.add("BlockInput", name="x"), layer.add("BlockInput", name="skips")
    padded = along(layer, x, ("ZeroPad1d", {"name": "pad", "padding": (reckoned("(kernel - 1) * dilation"), 0)}))
    size = {"out_channels": reckoned("channels"), "kernel_size": reckoned("kernel"), "dilation": reckoned("dilation")}
    value = along(layer, padded, ("Conv1d", {"name": "filter_conv"} | size), ("Tanh", {"name": "value"}))
    gate = along(layer, padded, ("Conv1d", {"name": "gate_conv"} | size), ("Sigmoid", {"name": "gate"}))
    gated = joined(layer, "Multiply", value, gate, name="gated")
    way_on = along(
        layer, gated, ("Conv1d", {"name": "residual", "out_channels": reckoned("channels"), "kernel_size": 1})
    )
    aside = along(
        layer, gated, ("Conv1d", {"name": "skip", "out_channels": reckoned("skip_channels"), "kernel_size": 1})
    )
    layer.connect(joined(layer, "Add", way_on, x), layer.add("BlockOutput", name="x"))
    layer.connect(joined(layer, "Add", skips, aside), layer.add("BlockOutput", name="skips"))
    sound = graph.add("Input", name="sound", shape=(1, 4096))
    stem = along(graph, sound, ("Conv1d", {"name": "stem", "out_channels": 32, "kernel_size": 1}))
    first = along(graph, stem, ("Conv1d", {"name": "stem_skip", "out_channels": 128, "kernel_size": 1}))
    layers = graph.add("GatedLayer", name="layers", repeat=10, dilation=reckoned("2 ** index"))
    graph.connect(stem, layers, target=0)
    graph.connect(first, layers, target=1)
    along(
        graph,
        (layers, 1),
        ("ReLU", {}),
        ("Conv1d", {"name": "end1", "out_channels": 256, "kernel_size": 1}),
        ("ReLU", {}),
        ("Conv1d", {"name": "end2", "out_channels": 256, "kernel_size": 1}),
        ("Output", {"name": "level"}),
    )
    return graph
