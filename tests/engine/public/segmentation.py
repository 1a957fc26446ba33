"""A class for each pixel, and key points as heat maps."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import Step, along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target
from tests.engine.public.parts import BIAS, MANY, conv, conv_bn


def cropped(graph: Graph, node: str, start: int, size: int) -> str:
    """A square from the middle of an image."""
    return along(graph, node, *(step("Slice", dim=axis, start=start, stop=start + size) for axis in (2, 3)))


@public({"image": numbers(1, 572, 572), "mask": labels(2, 388, 388)}, weights=31_030_658)
def u_net() -> Graph:
    """Ronneberger, Fischer and Brox 2015, U-Net: valid convolutions, and what is handed over is cropped."""
    graph = Graph("U-Net")
    last = graph.add("Input", shape=(1, 572, 572))
    kept: list[tuple[str, int]] = []
    size, pool = 572, step("MaxPool2d", kernel_size=2)
    for channels in (64, 128, 256, 512):
        last, size = along(graph, last, *conv(channels), *conv(channels)), size - 4
        kept.append((last, size))
        last, size = along(graph, last, pool), size // 2
    last, size = along(graph, last, *conv(1024), *conv(1024), step("Dropout", p=0.5)), size - 4
    for channels in (512, 256, 128, 64):
        last = along(graph, last, step("ConvTranspose2d", out_channels=channels, kernel_size=2, stride=2))
        size *= 2
        before, wide = kept.pop()
        both = joined(graph, "Concat", cropped(graph, before, (wide - size) // 2, size), last)
        last, size = along(graph, both, *conv(channels), *conv(channels)), size - 4
    along(graph, last, step("Conv2d", out_channels=2, kernel_size=1), step("Output"))
    return graph


def vgg(graph: Graph, last: str, pool: Step, *widths: int) -> str:
    """One stage of VGG."""
    return along(graph, last, *(each for width in widths for each in conv(width, padding=1)), pool)


@public({"image": numbers(3, 224, 224), "mask": labels(21, 224, 224)}, hints=MANY)
def fcn_8s() -> Graph:
    """Long, Shelhamer and Darrell 2015, Fully convolutional networks for semantic segmentation."""
    graph = Graph("FCN-8s")
    pool = step("MaxPool2d", kernel_size=2)
    last = vgg(graph, graph.add("Input", shape=(3, 224, 224)), pool, 64, 64)
    last = vgg(graph, last, pool, 128, 128)
    third = vgg(graph, last, pool, 256, 256, 256)
    fourth = vgg(graph, third, pool, 512, 512, 512)
    fifth = vgg(graph, fourth, pool, 512, 512, 512)
    heads = [*conv(4096, 7, padding=3), step("Dropout", p=0.5), *conv(4096, 1), step("Dropout", p=0.5)]
    score = step("Conv2d", out_channels=21, kernel_size=1)
    double = step("ConvTranspose2d", out_channels=21, kernel_size=4, stride=2, padding=1, bias=False)
    x = joined(graph, "Add", along(graph, fifth, *heads, score, double), along(graph, fourth, score))
    x = joined(graph, "Add", along(graph, x, double), along(graph, third, score))
    up = step("ConvTranspose2d", out_channels=21, kernel_size=16, stride=8, padding=4, bias=False)
    along(graph, x, up, step("Output"))
    return graph


@public({"image": numbers(3, 360, 480, low=0.0), "mask": labels(11, 360, 480)}, hints=BIAS)
def segnet() -> Graph:
    """Badrinarayanan, Kendall and Cipolla 2015, SegNet: the decoder puts back where the encoder has found the most."""
    graph = Graph("SegNet")
    last = graph.add("Input", shape=(3, 360, 480))
    pools: list[str] = []
    for widths in ((64, 64), (128, 128), (256, 256, 256)):
        layers = (each for width in widths for each in conv_bn(width, padding=1, bias=True))
        last = along(graph, last, *layers, step("MaxPool2d", kernel_size=2, return_indices=True))
        pools.append(last)
    for widths in ((256, 256, 128), (128, 64), (64,)):
        unpool = graph.add("MaxUnpool2d", kernel_size=2)
        graph.connect(last, unpool)
        graph.connect(pools.pop(), unpool, source=1)
        layers = (each for width in widths for each in conv_bn(width, padding=1, bias=True))
        last = along(graph, unpool, *layers)
    along(graph, last, step("Conv2d", out_channels=11, kernel_size=3, padding=1), step("Output"))
    return graph


@public(
    {"image": numbers(3, 128, 128), "mask": labels(21, 128, 128)},
    hints={"narrow-view": "of the trunk only four layers are drawn"},
)
def deeplab_v3() -> Graph:
    """Chen, Papandreou, Schroff and Adam 2017, Rethinking atrous convolution: pyramids of dilated windows."""
    graph = Graph("DeepLabv3")
    x = graph.add("Input", shape=(3, 128, 128))
    stem = [conv_bn(width, stride=2, padding=1) for width in (32, 64, 128)]
    x = along(graph, x, *stem[0], *stem[1], *stem[2], *conv_bn(256, padding=2, dilation=2))
    views = [along(graph, x, *conv_bn(64, 1))]
    views += [along(graph, x, *conv_bn(64, padding=rate, dilation=rate)) for rate in (3, 6, 9)]
    whole = [step("AdaptiveAvgPool2d", output_size=1), *conv_bn(64, 1), step("Upsample", size=(16, 16))]
    views.append(along(graph, x, *whole))
    end = [*conv_bn(64, 1), step("Dropout", p=0.5), step("Conv2d", out_channels=21, kernel_size=1)]
    up = step("Upsample", scale_factor=8.0, mode="bilinear")
    along(graph, joined(graph, "Concat", *views), *end, up, step("Output"))
    return graph


@public({"image": numbers(3, 64, 64, low=0.0), "heat": target(numbers(16, 16, 16, low=0.0))})
def stacked_hourglass() -> Graph:
    """Newell, Yang and Deng 2016, Stacked hourglass networks: each of two answers with heat maps of all joints."""
    graph = Graph("Stacked hourglass")
    x = along(
        graph,
        graph.add("Input", shape=(3, 64, 64)),
        *conv_bn(32, 7, stride=2, padding=3),
        *conv_bn(64, stride=2, padding=1),
    )
    for index in range(2):
        low = along(graph, x, step("MaxPool2d", kernel_size=2), *conv_bn(64, padding=1), *conv_bn(64, padding=1))
        up = along(graph, low, step("Upsample", scale_factor=2.0))
        y = along(graph, joined(graph, "Add", along(graph, x, *conv_bn(64, padding=1)), up), *conv_bn(64, 1))
        maps = along(graph, y, step("Conv2d", out_channels=16, kernel_size=1))
        along(graph, maps, step("Output", loss="mse_loss"))
        if not index:
            back = [along(graph, each, step("Conv2d", out_channels=64, kernel_size=1)) for each in (y, maps)]
            x = joined(graph, "Add", x, *back)
    return graph
