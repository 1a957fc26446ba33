"""Output sizes and parameter counts of a small convolutional network."""

from __future__ import annotations

from engine.graph import Graph
from presets.preset import chain
from presets.worked.example import Reading, WorkedExample


def sizes() -> Graph:
    """Two convolutions and a pooling on 32 × 32 pixels in colour."""
    graph = Graph("Sizes and parameters of a CNN")
    chain(
        graph,
        ("Input", {"name": "image", "shape": (3, 32, 32)}),
        ("Conv2d", {"name": "conv1", "out_channels": 10, "kernel_size": 5, "padding": 2}),
        ("ReLU", {"name": "relu1"}),
        ("MaxPool2d", {"name": "pool1", "kernel_size": 2}),
        ("Conv2d", {"name": "conv2", "out_channels": 20, "kernel_size": 3, "stride": 2, "padding": 1}),
        ("ReLU", {"name": "relu2"}),
        ("Flatten", {"name": "flatten1"}),
        ("Linear", {"name": "fc1", "out_features": 10}),
        ("Output", {"name": "class"}),
    )
    return graph


EXAMPLES = (
    WorkedExample(
        "cnn-sizes",
        "Sizes and parameters of a CNN",
        "Images have 3 × 32 × 32 numbers. Ten filters of 5 × 5 with padding 2, 2 × 2 max pooling, twenty filters of "
        "3 × 3 with stride 2 and padding 1, then ten classes: which size does each layer give, and how many parameters "
        "has it?",
        "The sizes are 10 × 32 × 32, 10 × 16 × 16, 20 × 8 × 8, 1,280 and 10; the parameters 760 + 1,820 + 12,810 = "
        "15,390.",
        sizes,
        (
            Reading("conv1", "⌊(32 + 2·2 − 5)/1⌋ + 1 = 32; 10·(3·5·5 + 1)", shape=(10, 32, 32), parameters=760),
            Reading("pool1", "⌊(32 − 2)/2⌋ + 1 = 16; nothing to learn", shape=(10, 16, 16)),
            Reading("conv2", "⌊(16 + 2·1 − 3)/2⌋ + 1 = 8; 20·(10·3·3 + 1)", shape=(20, 8, 8), parameters=1820),
            Reading("flatten1", "20·8·8 numbers in a row", shape=(1280,)),
            Reading("fc1", "10·(1,280 + 1)", shape=(10,), parameters=12_810),
        ),
    ),
)
