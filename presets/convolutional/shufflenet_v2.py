"""ShuffleNetV2: half the channels pass each block untouched, and are then shuffled among the others."""

from __future__ import annotations

from functools import partial

from engine.expressions import expression
from engine.graph import Graph
from presets import papers
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small

BLOCK = "ShuffleUnit"
BRANCHES = {
    "left_depthwise": "branch1.0", "bn1": "branch1.1", "left_pointwise": "branch1.2", "bn2": "branch1.3",
    "conv1": "branch2.0", "bn3": "branch2.1", "depthwise": "branch2.3", "bn4": "branch2.4",
    "conv2": "branch2.5", "bn5": "branch2.6",
}  # fmt: skip
NAMES = {
    "stem": "conv1.0",
    "bn1": "conv1.1",
    **{f"stage*.*.{ours}": f"stage*.*.{theirs}" for ours, theirs in BRANCHES.items()},
    "head": "conv5.0",
    "bn2": "conv5.1",
    "fc1": "fc",
}
"""Our names and torchvision's."""


def shuffle_unit(graph: Graph) -> None:
    """Define the block: one half is convolved, the other passes; both are then shuffled (figure 3c of the paper).

    With a stride nothing is split: both branches see all channels and halve the size (figure 3d).
    """
    words = "Half the channels pass, half are convolved; with a stride both are. Then all are shuffled"
    block = graph.define(BLOCK, help=words, channels=116, stride=1)
    half, strided = expression("channels // 2"), {"when": expression("stride != 1")}
    window = {"kernel_size": 3, "stride": expression("stride"), "padding": 1, "bias": False}
    pointwise = {"out_channels": half, "kernel_size": 1, "bias": False}
    every, middle, split = (
        expression("in_channels"),
        expression("in_channels // 2"),
        {"when": expression("stride == 1")},
    )
    start = block.add("BlockInput", name="x")
    left = chain(
        block,
        ("Slice", {"name": "left_half", "dim": 1, "stop": middle} | split),
        ("Conv2d", {"name": "left_depthwise", "out_channels": every, "groups": every} | window | strided),
        ("BatchNorm2d", strided),
        ("Conv2d", {"name": "left_pointwise"} | pointwise | strided),
        ("BatchNorm2d", strided),
        ("ReLU", strided),
    )
    right = chain(
        block,
        ("Slice", {"name": "right_half", "dim": 1, "start": middle} | split),
        ("Conv2d", pointwise),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Conv2d", {"name": "depthwise", "out_channels": half, "groups": half} | window),
        ("BatchNorm2d", {}),
        ("Conv2d", pointwise),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
    )
    joined = chain(block, ("Concat", {}), ("ChannelShuffle", {"groups": 2}), ("BlockOutput", {"name": "y"}))
    for branch in (left, right):
        block.connect(start, branch[0])
        block.connect(branch[-1], joined[0])


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 116) -> Graph:
    """Ma et al. 2018, the network of width 1.0: 2,278,604 parameters. ``width`` is that of the first stage."""
    graph = Graph("ShuffleNetV2 1.0")
    shuffle_unit(graph)
    stages: list[Row] = [
        (
            BLOCK,
            {"name": f"stage{number + 2}", "channels": 2**number * width, "stride": {"per_repeat": (2, 1)}}
            | {"repeat": repeat},
        )
        for number, repeat in enumerate((4, 8, 4))
    ]
    chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "stem", "out_channels": 24, "kernel_size": 3, "stride": 2, "padding": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
        *stages,
        ("Conv2d", {"name": "head", "out_channels": 1024 * width // 116, "kernel_size": 1, "bias": False}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Linear", {"out_features": classes}),
        ("Output", {"name": "class"}),
    )
    return graph


NETWORK = Preset(
    name="shufflenet-v2-1.0",
    title="ShuffleNetV2 1.0",
    family="Convolutional",
    paper=papers.SHUFFLENET_V2,
    data="",
    summary="Half the channels pass each block, then all are shuffled.",
    build=build,
    names=NAMES,
)
LEARN = partial(on_digits, epochs=10, lr=3e-3, weight_decay=0.05)
WORDS = "An eighth as wide, on digits of 64×64."
PRESETS = (small(NETWORK, WORDS, LEARN, classes=10, input=(1, 64, 64), width=16), NETWORK)
