"""NASNet-A: two cells that a program found by trying, stacked by hand."""

from __future__ import annotations

from functools import partial

from engine.graph import Graph
from presets import papers
from presets.convolutional.nasnet_cells import Cell, fit, separable
from presets.learning import on_digits
from presets.preset import Preset, Row, chain, small


def normal_cell(graph: Graph) -> None:
    """Define the cell that keeps the size: five sums side by side, and what came before the last cell."""
    cell = Cell(graph, "NormalCell", "Keeps height and width: five sums of two branches each, side by side")
    x, previous = cell.x, cell.previous
    cell.finish(
        previous,
        cell.joined("Add", cell.filtered("comb0_left", x, 5), cell.filtered("comb0_right", previous, 3)),
        cell.joined("Add", cell.filtered("comb1_left", previous, 5), cell.filtered("comb1_right", previous, 3)),
        cell.joined("Add", cell.mean(x), previous),
        cell.joined("Add", cell.mean(previous), cell.mean(previous)),
        cell.joined("Add", cell.filtered("comb4_left", x, 3), x),
    )


def reduction_cell(graph: Graph) -> None:
    """Define the cell that halves the size; as the first of the stem it takes what came before as it is."""
    words = "Halves height and width: four sums of two branches each, side by side"
    cell = Cell(graph, "ReductionCell", words, first=True)
    x, previous = cell.x, cell.previous
    first = cell.joined(
        "Add", cell.filtered("comb0_left", x, 5, stride=2), cell.filtered("comb0_right", previous, 7, stride=2)
    )
    second = cell.joined("Add", cell.largest(x), cell.filtered("comb1_right", previous, 7, stride=2))
    cell.finish(
        second,
        cell.joined("Add", cell.mean(x, stride=2), cell.filtered("comb2_right", previous, 5, stride=2)),
        cell.joined("Add", cell.mean(first), second),
        cell.joined("Add", cell.filtered("comb4_left", first, 3), cell.largest(x)),
    )


def build(classes: int = 1000, input: tuple[int, ...] = (3, 224, 224), width: int = 44, depth: int = 4) -> Graph:
    """NASNet-A (4 @ 1056) with its main head: 5,289,978 parameters. ``width`` is that of a branch in the first stage,
    ``depth`` the number of normal cells in each."""
    graph = Graph("NASNet-A mobile")
    for define in (separable, fit, normal_cell, reduction_cell):
        define(graph)
    cells: list[Row] = [
        ("ReductionCell", {"name": "stem_cell1", "channels": width // 4, "first": True}),
        ("ReductionCell", {"name": "stem_cell2", "channels": width // 2}),
        ("NormalCell", {"name": "stage1", "channels": width, "repeat": depth}),
        ("ReductionCell", {"name": "reduction1", "channels": 2 * width}),
        ("NormalCell", {"name": "stage2", "channels": 2 * width, "repeat": depth}),
        ("ReductionCell", {"name": "reduction2", "channels": 4 * width}),
        ("NormalCell", {"name": "stage3", "channels": 4 * width, "repeat": depth}),
    ]
    stem = chain(
        graph,
        ("Input", {"name": "image", "shape": input}),
        ("Conv2d", {"name": "stem", "out_channels": 32, "kernel_size": 3, "stride": 2, "bias": False}),
        ("BatchNorm2d", {"eps": 1e-3}),
    )
    last = graph.add(cells[0][0], **cells[0][1])
    graph.connect(stem[-1], last, target="x")
    graph.connect(stem[-1], last, target="previous")
    for kind, given in cells[1:]:
        cell = graph.add(kind, **given)
        graph.connect(last, cell, source="x", target="x")
        graph.connect(last, cell, source="previous", target="previous")
        last = cell
    head = chain(
        graph,
        ("ReLU", {}),
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Dropout", {"p": 0.5}),
        ("Linear", {"out_features": classes}),
        ("Output", {"name": "class"}),
    )
    graph.connect(last, head[0], source="x")
    return graph


INNER = {
    "fit.even": "path_1.conv", "fit.odd": "path_2.conv", "fit.bn1": "final_path_bn",
    "squeeze": "conv_1x1.conv", "bn1": "conv_1x1.bn",
    "squeeze_previous": "conv_prev_1x1.conv", "bn2": "conv_prev_1x1.bn",
    **{f"comb{number}_{side}.{ours}": f"comb_iter_{number}_{side}.{theirs}"
       for number in range(5) for side in ("left", "right")
       for ours, theirs in (
           ("depthwise1", "separable_1.depthwise_conv2d"), ("pointwise1", "separable_1.pointwise_conv2d"),
           ("bn1", "bn_sep_1"), ("depthwise2", "separable_2.depthwise_conv2d"),
           ("pointwise2", "separable_2.pointwise_conv2d"), ("bn2", "bn_sep_2"),
       )},
}  # fmt: skip
CELLS = {
    "stem_cell1": "cell_stem_0", "stem_cell2": "cell_stem_1", "reduction1": "reduction_cell_0",
    "reduction2": "reduction_cell_1", "stage1.*": "cell_*", "stage2.*": "cell_*+6", "stage3.*": "cell_*+12",
}  # fmt: skip
NAMES = {f"{cell}.{ours}": f"{there}.{theirs}" for cell, there in CELLS.items() for ours, theirs in INNER.items()}
NAMES |= {"stem": "conv0.conv", "bn1": "conv0.bn", "fc1": "last_linear"}
"""Our names and those of Remi Cadene's pretrained-models, a copy of TensorFlow's."""
WORDS = "Two cells that a program found by trying, stacked by hand."
NETWORK = Preset("nasnet-a-mobile", "NASNet-A mobile", "Convolutional", papers.NASNET, "", WORDS, build, names=NAMES)
LEARN = partial(on_digits, epochs=8, lr=3e-3, weight_decay=0.05)
WORDS = "Two cells a stage, a fifth as wide, on digits of 33×33."
PRESETS = (small(NETWORK, WORDS, LEARN, classes=10, input=(1, 33, 33), width=8, depth=2), NETWORK)
