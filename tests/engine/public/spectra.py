"""Networks that work along one axis of a map: frequencies, rows, columns, joints."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target
from tests.engine.public.parts import BIAS, around, conv_bn


@public({"spectrum": numbers(2, 64, 128), "voice": target(numbers(2, 64, 128))})
def tfc_tdf_block() -> Graph:
    """Choi, Kim, Chung, Lee and Jung 2019, Investigating U-Nets for audio source separation: layers along frequency."""
    graph = Graph("TFC-TDF")
    x = along(graph, graph.add("Input", shape=(2, 64, 128)), *conv_bn(24, padding=1))
    for _ in range(2):
        x = along(graph, x, *conv_bn(24, padding=1))
        narrow = [step("Linear", out_features=16, bias=False), step("BatchNorm2d"), step("ReLU")]
        wide = [step("Linear", out_features=128, bias=False), step("BatchNorm2d"), step("ReLU")]
        x = around(graph, x, *narrow, *wide)
    along(graph, x, step("Conv2d", out_channels=2, kernel_size=1), step("Output", loss="l1_loss"))
    return graph


@public({"image": numbers(3, 32, 32), "label": labels(10)})
def axial_perceptron() -> Graph:
    """Tang and others 2021, Sparse MLP for image recognition: one Linear along the rows, one along the columns."""
    graph = Graph("sMLP")
    x = along(graph, graph.add("Input", shape=(3, 32, 32)), step("Conv2d", out_channels=32, kernel_size=4, stride=4))
    for _ in range(2):
        y = along(graph, x, step("BatchNorm2d"))
        across = along(graph, y, step("Linear", out_features=8))
        turn = step("Permute", dims=(0, 1, 3, 2))
        down = along(graph, y, turn, step("Linear", out_features=8), turn)
        mixed = joined(graph, "Concat", across, down, y, dim=1)
        x = joined(graph, "Add", x, along(graph, mixed, step("Conv2d", out_channels=32, kernel_size=1)))
        x = around(
            graph,
            x,
            step("BatchNorm2d"),
            step("Conv2d", out_channels=96, kernel_size=1),
            step("GELU"),
            step("Conv2d", out_channels=32, kernel_size=1),
        )
    along(
        graph,
        x,
        step("AdaptiveAvgPool2d", output_size=1),
        step("Flatten"),
        step("Linear", out_features=10),
        step("Output"),
    )
    return graph


@public({"joints": numbers(3, 64, 25), "label": labels(60)}, hints=BIAS)
def spatial_temporal_graph() -> Graph:
    """Yan, Xiong and Lin 2018, Spatial temporal graph convolutional networks: joints of a skeleton over time."""
    graph = Graph("ST-GCN")
    chain = tuple(1 / 3 if abs(i - j) < 2 else 0.0 for i in range(25) for j in range(25))
    edges, x = graph.add("Constant", value=chain, shape=(25, 25)), graph.add("Input", shape=(3, 64, 25))
    for width, stride in ((32, 1), (64, 2), (64, 1)):
        mixed = graph.add("MatMul")
        graph.connect(along(graph, x, step("Conv2d", out_channels=width, kernel_size=1)), mixed)
        graph.connect(edges, mixed)
        time = step("Conv2d", out_channels=width, kernel_size=(9, 1), stride=(stride, 1), padding=(4, 0))
        y = along(graph, mixed, step("BatchNorm2d"), step("ReLU"), time, step("BatchNorm2d"), step("Dropout", p=0.5))
        side = along(
            graph, x, step("Conv2d", out_channels=width, kernel_size=1, stride=(stride, 1)), step("BatchNorm2d")
        )
        x = along(graph, joined(graph, "Add", y, side), step("ReLU"))
    along(
        graph,
        x,
        step("AdaptiveAvgPool2d", output_size=1),
        step("Flatten"),
        step("Linear", out_features=60),
        step("Output"),
    )
    return graph
