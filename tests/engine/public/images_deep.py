"""Convolutional classifiers with shortcuts, branches and gates."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import Step, along, joined
from tests.engine.public.architecture import labels, numbers, public, step
from tests.engine.public.parts import CIFAR, IMAGENET, MANY, head


def bn_relu_conv(channels: int, kernel: int = 3, stride: int = 1) -> list[Step]:
    """The order of pre-activation."""
    size = {"kernel_size": kernel, "stride": stride, "padding": kernel // 2, "bias": False}
    return [step("BatchNorm2d"), step("ReLU"), step("Conv2d", out_channels=channels, **size)]


def preactivated(name: str, widths: tuple[int, ...], depth: int, dropout: float) -> Graph:
    """Residual blocks of BN, ReLU and convolution, three stages of them."""
    graph = Graph(name)
    start = graph.add("Input", shape=(3, 32, 32))
    last = along(graph, start, step("Conv2d", out_channels=16, kernel_size=3, padding=1, bias=False))
    for stage, width in enumerate(widths):
        for index in range(depth):
            stride = 2 if stage and not index else 1
            before = along(graph, last, step("BatchNorm2d"), step("ReLU"))
            side = last
            if not index:
                shortcut = step("Conv2d", out_channels=width, kernel_size=1, stride=stride, bias=False)
                side = along(graph, before, shortcut)
            first = step("Conv2d", out_channels=width, kernel_size=3, stride=stride, padding=1, bias=False)
            second = bn_relu_conv(width)
            if dropout:
                second.insert(2, step("Dropout", p=dropout))
            last = joined(graph, "Add", along(graph, before, first, *second), side)
    along(graph, last, step("BatchNorm2d"), step("ReLU"), *head(10))
    return graph


@public(CIFAR)
def resnet_v2() -> Graph:
    """He, Zhang, Ren and Sun 2016, Identity mappings in deep residual networks."""
    return preactivated("Pre-activation ResNet", (16, 32, 64), 3, 0.0)


@public(CIFAR, weights=36_479_194, hints=MANY)
def wide_resnet_28_10() -> Graph:
    """Zagoruyko and Komodakis 2016, Wide residual networks, with dropout 0.3."""
    return preactivated("WRN-28-10", (160, 320, 640), 4, 0.3)


@public(CIFAR, weights=769_162)
def densenet_bc() -> Graph:
    """Huang, Liu, van der Maaten and Weinberger 2016, Densely connected convolutional networks: BC, L = 100, k = 12."""
    graph = Graph("DenseNet-BC")
    stem = step("Conv2d", out_channels=24, kernel_size=3, padding=1, bias=False)
    last, channels = along(graph, graph.add("Input", shape=(3, 32, 32)), stem), 24
    for stage in range(3):
        if stage:
            channels //= 2
            last = along(graph, last, *bn_relu_conv(channels, 1), step("AvgPool2d", kernel_size=2))
        for _ in range(16):
            new = along(graph, last, *bn_relu_conv(48, 1), *bn_relu_conv(12), step("Dropout", p=0.2))
            last, channels = joined(graph, "Concat", last, new), channels + 12
    along(graph, last, step("BatchNorm2d"), step("ReLU"), *head(10))
    return graph


def separable(channels: int, width: int, stride: int = 1) -> list[Step]:
    """Each channel by itself, then all of them at each pixel, and a norm: nothing bends between the two."""
    size = {"kernel_size": 3, "stride": stride, "padding": 1, "groups": channels, "bias": False}
    depthwise = step("Conv2d", out_channels=channels, **size)
    return [depthwise, step("Conv2d", out_channels=width, kernel_size=1, bias=False), step("BatchNorm2d")]


@public({"image": numbers(3, 299, 299), "label": labels(1000)}, weights=22_855_952)
def xception() -> Graph:
    """Chollet 2016, Xception: deep learning with depthwise separable convolutions."""
    graph = Graph("Xception")
    free = {"kernel_size": 3, "bias": False}
    last = along(
        graph,
        graph.add("Input", shape=(3, 299, 299)),
        step("Conv2d", out_channels=32, stride=2, **free),
        step("BatchNorm2d"),
        step("ReLU"),
        step("Conv2d", out_channels=64, **free),
        step("BatchNorm2d"),
        step("ReLU"),
    )
    relu, before = step("ReLU"), 64
    for first, width in ((128, 128), (256, 256), (728, 728), *[(728, 0)] * 8, (728, 1024)):
        ends = [step("MaxPool2d", kernel_size=3, stride=2, padding=1)] if width else []
        if not width:
            body = [relu, *separable(728, 728), relu, *separable(728, 728), relu, *separable(728, 728)]
            side = last
        else:
            body = [relu, *separable(before, first), relu, *separable(first, width), *ends]
            body = body[1:] if before == 64 else body
            shortcut = step("Conv2d", out_channels=width, kernel_size=1, stride=2, bias=False)
            side = along(graph, last, shortcut, step("BatchNorm2d"))
            before = width
        last = joined(graph, "Add", along(graph, last, *body), side)
    along(graph, last, *separable(1024, 1536), relu, *separable(1536, 2048), relu, *head(1000))
    return graph


@public(IMAGENET, weights=28_589_128)
def convnext_tiny() -> Graph:
    """Liu, Mao, Wu, Feichtenhofer, Darrell and Xie 2022, A ConvNet for the 2020s."""
    graph = Graph("ConvNeXt-T")
    last = graph.add("Input", shape=(3, 224, 224))
    for stage, (width, depth) in enumerate(((96, 3), (192, 3), (384, 9), (768, 3))):
        down = step("Conv2d", out_channels=width, kernel_size=2 if stage else 4, stride=2 if stage else 4)
        last = along(graph, last, step("LayerNorm2d"), down) if stage else along(graph, last, down, step("LayerNorm2d"))
        for _ in range(depth):
            own = step("Conv2d", out_channels=width, kernel_size=7, padding=3, groups=width)
            wide = [step("Linear", out_features=4 * width), step("GELU"), step("Linear", out_features=width)]
            there, back = step("Permute", dims=(0, 2, 3, 1)), step("Permute", dims=(0, 3, 1, 2))
            end = [step("LayerScale", init_value=1e-6), back, step("StochasticDepth", p=0.1)]
            last = joined(graph, "Add", along(graph, last, own, there, step("LayerNorm"), *wide, *end), last)
    mean = step("Mean", dim=(2, 3))
    along(graph, last, mean, step("LayerNorm"), step("Linear", out_features=1000), step("Output"))
    return graph
