"""U-Net: down to what it is, up again to where it is, with a bridge at every height."""

from __future__ import annotations

from functools import partial
from typing import Any

from engine.graph import Graph
from presets import papers
from presets.convolutional.unet_blocks import dilated_stack, double_convolution
from presets.learning import on_shapes
from presets.preset import Preset, chain, small

NAMES = {
    "down1": "inc.double_conv",
    **{f"down{number}": f"down{number - 1}.maxpool_conv.1.double_conv" for number in (2, 3, 4)},
    "bottom": "down4.maxpool_conv.1.double_conv",
    **{f"larger{number}": f"up{5 - number}.up" for number in (1, 2, 3, 4)},
    **{f"up{number}": f"up{5 - number}.conv.double_conv" for number in (1, 2, 3, 4)},
    "classes": "outc.conv",
}
INNER = {"conv1": "0", "bn1": "1", "conv2": "3", "bn2": "4"}


def _stack(graph: Graph, bottom: str, classes: int, input: tuple[int, ...], width: int, depth: int) -> Graph:
    """``depth`` times down, through the bottom, and as often up again."""
    kind = double_convolution(graph)
    last, bridges = graph.add("Input", name="image", shape=input), list[str]()
    for number in range(1, depth + 1):
        ids = chain(
            graph,
            (kind, {"name": f"down{number}", "channels": 2 ** (number - 1) * width}),
            ("MaxPool2d", {"kernel_size": 2}),
        )
        graph.connect(last, ids[0])
        bridges.append(ids[0])
        last = ids[-1]
    deepest = graph.add(bottom, name="bottom", channels=2**depth * width)
    graph.connect(last, deepest)
    last = deepest
    for number in range(depth, 0, -1):
        channels = 2 ** (number - 1) * width
        larger = graph.add("ConvTranspose2d", name=f"larger{number}", out_channels=channels, kernel_size=2, stride=2)
        graph.connect(last, larger)
        bridge = graph.add("Concat", name=f"bridge{number}")
        graph.connect(bridges[number - 1], bridge)
        graph.connect(larger, bridge)
        last = graph.add(kind, name=f"up{number}", channels=channels)
        graph.connect(bridge, last)
    end = chain(
        graph,
        ("Conv2d", {"name": "classes", "out_channels": classes, "kernel_size": 1}),
        ("Output", {"name": "mask"}),
    )
    graph.connect(last, end[0])
    return graph


def build(classes: int = 2, input: tuple[int, ...] = (3, 256, 256), width: int = 64, depth: int = 4) -> Graph:
    """Padded and with batch norms, as it is built today: 31,037,698 parameters. Sides must divide by 2^depth."""
    return _stack(Graph("U-Net"), "DoubleConvolution", classes, input, width, depth)


def build_dilated(
    classes: int = 2, input: tuple[int, ...] = (3, 256, 256), width: int = 64, depth: int = 3, rates: int = 6
) -> Graph:
    """A level less, and at the bottom a stack of ``rates`` dilated convolutions instead: it sees as far."""
    graph = Graph("Dilated U-Net")
    return _stack(graph, dilated_stack(graph, rates), classes, input, width, depth)


def _presets(network: Preset, words: str, epochs: int, **options: Any) -> tuple[Preset, Preset]:
    learn = partial(on_shapes, epochs=epochs, lr=5e-3, weight_decay=0.01)
    return small(network, words, learn, "shapes", "mask", classes=7, input=(3, 32, 32), width=8, **options), network


U_NET = Preset(
    name="u-net",
    title="U-Net",
    family="Convolutional",
    paper=papers.U_NET,
    data="",
    summary="Which pixel is what: down to see, up to draw, with bridges.",
    build=build,
    task="segmentation",
    names={f"{ours}.{inner}" if "double" in theirs else ours: f"{theirs}.{number}" if "double" in theirs else theirs
           for ours, theirs in NAMES.items() for inner, number in INNER.items()},
)  # fmt: skip
"""The names are milesial's, github.com/milesial/Pytorch-UNet."""
DILATED = Preset(
    name="dilated-u-net",
    title="Dilated U-Net",
    family="Convolutional",
    paper=papers.DILATED,
    data="",
    summary="The bottom looks farther by leaving pixels out.",
    build=build_dilated,
    task="segmentation",
)
PRESETS = (
    *_presets(U_NET, "8 to 32 channels find the drawn shapes, pixel by pixel.", 3, depth=2),
    *_presets(DILATED, "Four dilated convolutions find the drawn shapes.", 8, depth=1, rates=4),
)
