"""EfficientNet: gated inverted residuals, with depth, width and image size grown together from a searched network."""

from __future__ import annotations

from functools import partial

from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.convolutional.mobile_stack import mobile_stack
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

BLOCK = "MBConv"
STAGES = (
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
    (6, 3, 1, 320, 1),
)
"""How often widened, kernel, stride, channels, repeats: table 1 of the paper."""
BLOCKS = sum(repeat for *_, repeat in STAGES)


def mbconv(graph: Graph) -> None:
    """Define the block: widened, filtered channel by channel, gated by what the image shows, and made narrow again.

    The gate squeezes to a quarter of the block's input. While training, whole branches are dropped with ``drop``.
    """
    words = "Widened, filtered channel by channel, gated, and made narrow again"
    block = graph.define(BLOCK, help=words, factor=6, channels=16, kernel=3, stride=1, drop=0.0)
    expanded, kernel = expression("in_channels * factor"), expression("kernel")
    wider = {"when": expression("factor != 1")}
    around = {"when": expression("stride == 1 and in_channels == channels")}
    filters = {"kernel_size": kernel, "stride": expression("stride"), "padding": expression("kernel // 2")}
    trunk = chain(
        block,
        ("BlockInput", {"name": "x"}),
        ("Conv2d", {"name": "expand", "out_channels": expanded, "kernel_size": 1, "bias": False} | wider),
        ("BatchNorm2d", wider),
        ("SiLU", wider),
        ("Conv2d", {"name": "depthwise", "out_channels": expanded, "groups": expanded, "bias": False} | filters),
        ("BatchNorm2d", {}),
        ("SiLU", {}),
        ("Multiply", {"name": "gate"}),
        ("Conv2d", {"name": "project", "out_channels": expression("channels"), "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("StochasticDepth", {"p": expression("drop")} | around),
        ("Add", around),
        ("BlockOutput", {"name": "y"}),
    )
    gate = chain(
        block,
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Conv2d", {"name": "fc1", "out_channels": expression("max(1, in_channels // 4)"), "kernel_size": 1}),
        ("SiLU", {}),
        ("Conv2d", {"name": "fc2", "out_channels": expanded, "kernel_size": 1}),
        ("Sigmoid", {}),
    )
    block.connect(trunk[6], gate[0])
    block.connect(gate[-1], trunk[7])
    block.connect(trunk[0], trunk[-2])


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 32) -> Graph:
    """Tan and Le 2019, EfficientNet-B0: 5,288,548 parameters. ``width`` is that of the stem."""
    graph = Graph("EfficientNet-B0")
    mbconv(graph)
    rows, done = list[Row](), 0
    for number, (factor, kernel, stride, channels, repeat) in enumerate(STAGES, 1):
        drops = tuple(round(0.2 * (done + index) / BLOCKS, 6) for index in range(repeat))
        given: dict[str, object] = {"factor": factor, "kernel": kernel, "channels": channels * width // 32}
        given |= {"stride": {"per_repeat": (2, 1)} if stride > 1 else 1}
        given |= {"drop": {"per_repeat": drops}, "repeat": repeat} if repeat > 1 else {"drop": drops[0]}
        rows.append((BLOCK, {"name": f"stage{number}", **given}))
        done += repeat
    mobile_stack(graph, rows, activation="SiLU", input=input, classes=classes, stem=width, head=40 * width)
    return graph


def _names() -> dict[str, str]:
    """torchvision's, where the first stage has no widening in front, so that its layers are numbered one lower."""
    names = {"stem": "features.0.0", "bn1": "features.0.1"}
    full = {"expand": "0.0", "bn1": "0.1", "depthwise": "1.0", "bn2": "1.1", "fc1": "2.fc1", "fc2": "2.fc2"}
    full |= {"project": "3.0", "bn3": "3.1"}
    for number, (factor, *_, repeat) in enumerate(STAGES, 1):
        for ours, place in full.items():
            theirs = place if factor > 1 else f"{int(place[0]) - 1}{place[1:]}"
            inner = "*." if repeat > 1 else ""
            names[f"stage{number}.{inner}{ours}"] = f"features.{number}.{'*' if repeat > 1 else '0'}.block.{theirs}"
    return names | {"head": "features.8.0", "bn2": "features.8.1", "fc1": "classifier.1"}


WORDS = "Gated inverted residuals, found by search, that grow evenly."
NETWORK = Preset(
    "efficientnet-b0", "EfficientNet-B0", "Convolutional", papers.EFFICIENTNET, "", WORDS, build, names=_names()
)
LEARN = partial(on_digits, epochs=10, lr=3e-3, weight_decay=0.05)
PRESETS = (
    small(NETWORK, "A quarter as wide, on digits of 32×32.", LEARN, classes=10, input=(1, 32, 32), width=8),
    NETWORK,
)
