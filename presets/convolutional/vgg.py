"""VGG: nothing but 3×3 convolutions, and ever more of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

DEPTHS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""How many convolutions are in each of the five stages: configurations A, B, D and E of the paper."""


def stage(channels: int, depth: int) -> list[Row]:
    """Convolutions that keep the size, each with a ReLU; then half the height and width.

    They begin as He et al. 2015 say: without it so many layers without norms and shortcuts do not begin to learn.
    """
    convolution: list[Row] = [
        ("Conv2d", {"out_channels": channels, "kernel_size": 3, "padding": 1, "initialization": "kaiming_normal"}),
        ("ReLU", {}),
    ]
    return [*convolution * depth, ("MaxPool2d", {"kernel_size": 2})]


def _builder(layers: int, depths: Sequence[int]) -> Callable[..., Graph]:
    def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 64) -> Graph:
        """Channels double from stage to stage up to eight times the width; two dense layers of 64 times the width.

        7×7 positions go to the dense layers as for 224 pixels; of images up to 64 pixels one, for there are no more.
        """
        graph = Graph(f"VGG-{layers}")
        dense: list[Row] = [("Linear", {"out_features": 64 * width}), ("ReLU", {}), ("Dropout", {"p": 0.5})]
        chain(
            graph,
            ("Input", {"name": "image", "shape": input}),
            *(
                row
                for factor, depth in zip((1, 2, 4, 8, 8), depths, strict=True)
                for row in stage(factor * width, depth)
            ),
            ("AdaptiveAvgPool2d", {"output_size": 7 if max(input[1:], default=0) > 64 else 1}),
            ("Flatten", {}),
            *dense,
            *dense,
            ("Linear", {"out_features": classes}),
            ("Output", {"name": "class"}),
        )
        return graph

    return build


def _names(depths: Sequence[int]) -> dict[str, str]:
    """torchvision counts all layers: a convolution and its ReLU are two, the pooling of a stage is one."""
    names, index = dict[str, str](), 0
    for depth in depths:
        for _ in range(depth):
            names[f"conv{len(names) + 1}"] = f"features.{index}"
            index += 2
        index += 1
    return names | {f"fc{number}": f"classifier.{3 * number - 3}" for number in (1, 2, 3)}


def _presets(layers: int, summary: str) -> tuple[Preset, Preset]:
    depths = DEPTHS[layers]
    network = Preset(
        name=f"vgg-{layers}",
        title=f"VGG-{layers}",
        family="Convolutional",
        paper=papers.VGG,
        data="",
        summary=summary,
        build=_builder(layers, depths),
        names=_names(depths),
    )
    learn = partial(on_digits, epochs=6 if layers < 19 else 15, lr=1e-3, weight_decay=0.05)
    words = "An eighth as wide, on digits of 32×32."
    return small(network, words, learn, classes=10, input=(1, 32, 32), width=8), network


PRESETS = (
    *_presets(11, "Eight 3×3 convolutions; the dense layers hold most weights."),
    *_presets(13, "Two of 3×3 see as much as one of 5×5, with fewer weights."),
    *_presets(16, "Thirteen convolutions of one kind: simple, deep and large."),
    *_presets(19, "Sixteen convolutions: as deep as networks went without shortcuts."),
)
