"""A convolutional autoencoder: an image through a bottleneck of a few numbers, and back."""

from __future__ import annotations

from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, PresetError, chain


def build(input: tuple[int, ...] = (1, 8, 8), width: int = 32, code: int = 8) -> Graph:
    """Two convolutions of stride 2 and a Linear layer to ``code`` numbers; the way back by transposed convolutions.

    Masci et al. 2011; Dumoulin and Visin 2016 draw the transposed convolutions.
    """
    if len(input) != 3 or input[1] % 4 or input[2] % 4:
        raise PresetError(
            "convolutional-autoencoder takes images whose height and width divide by 4, such as input=1x8x8, "
            f"not input={'x'.join(map(str, input))}."
        )
    graph = Graph("Convolutional autoencoder")
    small = (2 * width, input[1] // 4, input[2] // 4)
    halve = {"kernel_size": 4, "stride": 2, "padding": 1}
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "conv1", "out_channels": width} | halve),
        ("ReLU", {}),
        ("Conv2d", {"name": "conv2", "out_channels": 2 * width} | halve),
        ("ReLU", {}),
        ("Flatten", {}),
        ("Linear", {"name": "code", "out_features": code}),
        ("Linear", {"name": "decode", "out_features": small[0] * small[1] * small[2]}),
        ("ReLU", {}),
        ("Unflatten", {"dim": 1, "unflattened_size": small}),
        ("ConvTranspose2d", {"name": "back1", "out_channels": width} | halve),
        ("ReLU", {}),
        ("ConvTranspose2d", {"name": "back2", "out_channels": input[0]} | halve),
        ("Output", {"name": "reconstruction", "field": "image", "loss": "mse_loss"}),
    )
    graph.settings = on_digits(epochs=40, lr=3e-3, weight_decay=0.0)
    return graph


PRESETS = (
    Preset(
        name="convolutional-autoencoder",
        title="Convolutional autoencoder",
        family="Convolutional",
        paper=papers.AUTOENCODER,
        data="digits",
        summary="A digit through eight numbers and back: what is worth keeping?",
        build=build,
        task="reconstruction",
    ),
)
