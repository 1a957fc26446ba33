"""Image networks that weigh, warp or gate what they see, and several heads on one trunk."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step
from tests.engine.public.parts import CIFAR, CUT, DIGITS, conv_bn, head


@public({"image": numbers(3, 299, 299), "label": labels(1000)})
def inception_v3_cells() -> Graph:
    """Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2015, Rethinking the inception architecture: a cell of each kind."""
    graph = Graph("Inception-v3")
    pool = step("MaxPool2d", kernel_size=3, stride=2)
    mean = step("AvgPool2d", kernel_size=3, stride=1, padding=1)
    stem = [*conv_bn(32, stride=2), *conv_bn(32), *conv_bn(64, padding=1), pool, *conv_bn(80, 1), *conv_bn(192), pool]
    last = along(graph, graph.add("Input", shape=(3, 299, 299)), *stem)
    a = [
        along(graph, last, *conv_bn(64, 1)),
        along(graph, last, *conv_bn(48, 1), *conv_bn(64, 5, padding=2)),
        along(graph, last, *conv_bn(64, 1), *conv_bn(96, padding=1), *conv_bn(96, padding=1)),
        along(graph, last, mean, *conv_bn(32, 1)),
    ]
    last = joined(graph, "Concat", *a)
    b = [
        along(graph, last, *conv_bn(384, stride=2)),
        along(graph, last, *conv_bn(64, 1), *conv_bn(96, padding=1), *conv_bn(96, stride=2)),
        along(graph, last, pool),
    ]
    last = joined(graph, "Concat", *b)
    row, column = conv_bn(192, (1, 7), padding=(0, 3)), conv_bn(192, (7, 1), padding=(3, 0))
    c = [
        along(graph, last, *conv_bn(192, 1)),
        along(graph, last, *conv_bn(128, 1), *row, *column),
        along(graph, last, *conv_bn(128, 1), *column, *row, *column, *row),
        along(graph, last, mean, *conv_bn(192, 1)),
    ]
    last = joined(graph, "Concat", *c)
    side = [step("AvgPool2d", kernel_size=5, stride=3), *conv_bn(128, 1), *conv_bn(768, 5)]
    end = [step("AdaptiveAvgPool2d", output_size=1), step("Flatten"), step("Linear", out_features=1000)]
    along(graph, last, *side, *end, step("Output", weight=0.4))
    along(graph, last, *end[:2], step("Dropout", p=0.5), *end[2:], step("Output"))
    return graph


@public(CIFAR)
def senet_gates() -> Graph:
    """Hu, Shen and Sun 2017, Squeeze-and-excitation networks: residual blocks whose channels are weighed."""
    graph = Graph("SE-ResNet")
    last = along(graph, graph.add("Input", shape=(3, 32, 32)), *conv_bn(32, padding=1))
    for width in (32, 64, 128):
        stride = 2 if width > 32 else 1
        y = along(graph, last, *conv_bn(width, stride=stride, padding=1), *conv_bn(width, padding=1)[:2])
        squeeze = [step("AdaptiveAvgPool2d", output_size=1), step("Flatten"), step("Linear", out_features=width // 8)]
        excite = [step("ReLU"), step("Linear", out_features=width), step("Sigmoid")]
        shape = step("Unflatten", dim=1, unflattened_size=(width, 1, 1))
        scaled = joined(graph, "Multiply", y, along(graph, y, *squeeze, *excite, shape))
        side = along(graph, last, *conv_bn(width, 1, stride=stride)[:2]) if stride == 2 else last
        last = along(graph, joined(graph, "Add", scaled, side), step("ReLU"))
    along(graph, last, *head(10))
    return graph


@public(CIFAR)
def cbam() -> Graph:
    """Woo, Park, Lee and Kweon 2018, CBAM: convolutional block attention module: channels, then positions."""
    graph = Graph("CBAM")
    x = along(graph, graph.add("Input", shape=(3, 32, 32)), *conv_bn(32, padding=1), *conv_bn(64, stride=2, padding=1))
    first = along(graph, x, step("AdaptiveAvgPool2d", output_size=1), step("Conv2d", out_channels=8, kernel_size=1))
    second = along(graph, first, step("ReLU"), step("Conv2d", out_channels=64, kernel_size=1))
    shared = {"out_channels": 8, "kernel_size": 1, "weights_of": first}
    most = along(graph, x, step("AdaptiveMaxPool2d", output_size=1), step("Conv2d", **shared), step("ReLU"))
    most = along(graph, most, step("Conv2d", out_channels=64, kernel_size=1, weights_of=second))
    channels = along(graph, joined(graph, "Add", second, most), step("Sigmoid"))
    x = joined(graph, "Multiply", x, channels)
    mean, peak = (along(graph, x, step(kind, dim=1, keepdim=True)) for kind in ("Mean", "Max"))
    where = step("Conv2d", out_channels=1, kernel_size=7, padding=3)
    along(
        graph,
        joined(graph, "Multiply", x, along(graph, joined(graph, "Concat", mean, peak), where, step("Sigmoid"))),
        *conv_bn(128, stride=2, padding=1),
        *head(10),
    )
    return graph


@public(DIGITS, hints=CUT)
def spatial_transformer() -> Graph:
    """Jaderberg, Simonyan, Zisserman and Kavukcuoglu 2015, Spatial transformer networks."""
    graph = Graph("Spatial transformer")
    x = graph.add("Input", shape=(1, 28, 28))
    pool = step("MaxPool2d", kernel_size=2)
    theta = along(
        graph,
        x,
        *[step("Conv2d", out_channels=8, kernel_size=7), pool, step("ReLU")],
        *[step("Conv2d", out_channels=10, kernel_size=5), pool, step("ReLU"), step("Flatten")],
        *[step("Linear", out_features=32), step("ReLU"), step("Linear", out_features=6)],
        step("Unflatten", dim=1, unflattened_size=(2, 3)),
    )
    sample = graph.add("GridSample")
    graph.connect(x, sample)
    graph.connect(along(graph, theta, step("AffineGrid", size=(28, 28))), sample)
    body = [step("Conv2d", out_channels=10, kernel_size=5), pool, step("ReLU")]
    body += [step("Conv2d", out_channels=20, kernel_size=5), step("Dropout2d"), pool, step("ReLU"), step("Flatten")]
    end = [step("Linear", out_features=50), step("ReLU"), step("Dropout"), step("Linear", out_features=10)]
    along(graph, sample, *body, *end, step("LogSoftmax", dim=1), step("Output", loss="nll_loss"))
    return graph
