"""Images as what their features have in common."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target
from tests.engine.public.parts import BIAS, conv_bn


@public({"image": numbers(3, 32, 32), "label": labels(10)}, hints=BIAS)
def non_local_network() -> Graph:
    """Wang, Girshick, Gupta and He 2017, Non-local neural networks: each pixel looks at all others, with a softmax."""
    graph = Graph("Non-local network")
    x = along(
        graph,
        graph.add("Input", shape=(3, 32, 32)),
        *conv_bn(32, stride=2, padding=1),
        *conv_bn(64, stride=2, padding=1),
    )
    flat = step("Flatten", start_dim=2)
    theta, phi, g = (along(graph, x, step("Conv2d", out_channels=32, kernel_size=1), flat) for _ in range(3))
    scores, seen = graph.add("MatMul"), graph.add("MatMul", transpose=True)
    graph.connect(along(graph, theta, step("Permute", dims=(0, 2, 1))), scores)
    graph.connect(phi, scores)
    graph.connect(g, seen)
    graph.connect(along(graph, scores, step("Softmax", dim=-1)), seen)
    back = [
        step("Unflatten", dim=2, unflattened_size=(8, 8)),
        step("Conv2d", out_channels=64, kernel_size=1),
        step("BatchNorm2d"),
    ]
    x = joined(graph, "Add", x, along(graph, seen, *back))
    along(
        graph,
        x,
        *conv_bn(128, stride=2, padding=1),
        step("AdaptiveAvgPool2d", output_size=1),
        step("Flatten"),
        step("Linear", out_features=10),
        step("Output"),
    )
    return graph


@public({"image": numbers(3, 64, 64), "label": labels(200)})
def bilinear_cnn() -> Graph:
    """Lin, RoyChowdhury and Maji 2015, Bilinear CNN models: products of channels, signed roots, unit length."""
    graph = Graph("Bilinear CNN")
    x = graph.add("Input", shape=(3, 64, 64))
    for width in (32, 64, 64):
        x = along(graph, x, *conv_bn(width, padding=1), step("MaxPool2d", kernel_size=2))
    flat, product = along(graph, x, step("Flatten", start_dim=2)), graph.add("MatMul", transpose=True)
    graph.connect(flat, product)
    graph.connect(flat, product)
    y = along(graph, product, step("Flatten"))
    root = joined(
        graph,
        "Multiply",
        along(graph, y, step("Sign")),
        along(graph, y, step("Abs"), step("Scale", shift=1e-6), step("Sqrt")),
    )
    along(graph, root, step("Normalize"), step("Linear", out_features=200), step("Output"))
    return graph


@public({"image": numbers(3, 64, 64), "label": labels(100)})
def net_vlad() -> Graph:
    """Arandjelovic, Gronat, Torii, Pajdla and Sivic 2015, NetVLAD: soft clusters of local features."""
    graph = Graph("NetVLAD")
    x = along(
        graph,
        graph.add("Input", shape=(3, 64, 64)),
        *conv_bn(32, stride=2, padding=1),
        *conv_bn(64, stride=2, padding=1),
        step("Normalize"),
    )
    shares = along(
        graph, x, step("Conv2d", out_channels=16, kernel_size=1), step("Softmax", dim=1), step("Flatten", start_dim=2)
    )
    sums, residuals = graph.add("MatMul", transpose=True), graph.add("Subtract")
    graph.connect(shares, sums)
    graph.connect(along(graph, x, step("Flatten", start_dim=2)), sums)
    centres = graph.add("Parameter", shape=(16, 64), init="uniform")
    graph.connect(sums, residuals)
    graph.connect(joined(graph, "Multiply", along(graph, shares, step("Sum", dim=2, keepdim=True)), centres), residuals)
    end = [step("Normalize", dim=2), step("Flatten"), step("Normalize"), step("Linear", out_features=100)]
    along(graph, residuals, *end, step("Output"))
    return graph


@public(
    {"image": numbers(3, 64, 64), "boxes": target(numbers(30, 7, 7))},
    {"image": numbers(3, 64, 64, low=0.0), "boxes": target(numbers(30, 7, 7, low=0.0))},
)
def yolo() -> Graph:
    """Redmon, Divvala, Girshick and Farhadi 2015, You only look once, at an eighth of its width."""
    graph = Graph("YOLO")
    x, leaky, pool = (
        graph.add("Input", shape=(3, 64, 64)),
        step("LeakyReLU", negative_slope=0.1),
        step("MaxPool2d", kernel_size=2),
    )
    for width in (16, 32, 64):
        x = along(graph, x, step("Conv2d", out_channels=width, kernel_size=3, padding=1), leaky, pool)
    dense = [
        step("Flatten"),
        step("Linear", out_features=512),
        leaky,
        step("Dropout", p=0.5),
        step("Linear", out_features=1470),
    ]
    along(graph, x, *dense, step("Unflatten", dim=1, unflattened_size=(30, 7, 7)), step("Output", loss="mse_loss"))
    return graph
