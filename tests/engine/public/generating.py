"""Networks whose answer is an image: generators, their discriminators, and what restores images."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import Step, along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target
from tests.engine.public.parts import MANY, conv

FREE = {"kernel_size": 4, "bias": False}


@public(
    {"noise": numbers(100, 1, 1), "image": target(numbers(3, 64, 64, low=-1.0))},
    {"noise": numbers(100, 1, 1, low=-1.0), "image": target(numbers(3, 64, 64))},
    weights=3_576_704,
)
def dcgan_generator() -> Graph:
    """Radford, Metz and Chintala 2015, Unsupervised representation learning with DCGANs: the generator."""
    graph = Graph("DCGAN generator")
    last = along(
        graph,
        graph.add("Input", shape=(100, 1, 1)),
        step("ConvTranspose2d", out_channels=512, stride=1, **FREE),
        step("BatchNorm2d"),
        step("ReLU"),
    )
    for width in (256, 128, 64):
        up = step("ConvTranspose2d", out_channels=width, stride=2, padding=1, **FREE)
        last = along(graph, last, up, step("BatchNorm2d"), step("ReLU"))
    end = step("ConvTranspose2d", out_channels=3, stride=2, padding=1, **FREE)
    along(graph, last, end, step("Tanh"), step("Output", loss="mse_loss"))
    return graph


def discriminator(end: list[Step]) -> Graph:
    """Images through convolutions to one number."""
    graph = Graph("DCGAN discriminator")
    leaky = step("LeakyReLU", negative_slope=0.2)
    start = graph.add("Input", shape=(3, 64, 64))
    last = along(graph, start, step("Conv2d", out_channels=64, stride=2, padding=1, **FREE), leaky)
    for width in (128, 256, 512):
        down = step("Conv2d", out_channels=width, stride=2, padding=1, **FREE)
        last = along(graph, last, down, step("BatchNorm2d"), leaky)
    along(graph, last, step("Conv2d", out_channels=1, **FREE), *end)
    return graph


REAL = {"image": numbers(3, 64, 64, low=-1.0), "real": labels(2)}


@public(REAL, {"image": numbers(3, 64, 64), "real": target(numbers(1, low=0.0))}, weights=2_765_568)
def dcgan_discriminator() -> Graph:
    """Radford, Metz and Chintala 2015: the discriminator, a probability and its cross-entropy."""
    return discriminator([step("Sigmoid"), step("Flatten"), step("Output", loss="binary_cross_entropy")])


@public(REAL, weights=2_765_568)
def dcgan_discriminator_of_scores() -> Graph:
    """Radford, Metz and Chintala 2015: the same with the sigmoid in the loss, as it is mostly trained."""
    return discriminator([step("Flatten"), step("Output", loss="binary_cross_entropy_with_logits")])


@public({"image": numbers(3, 128, 128, low=-1.0), "other": target(numbers(3, 128, 128, low=-1.0))}, hints=MANY)
def pix2pix() -> Graph:
    """Isola, Zhu, Zhou and Efros 2016, Image-to-image translation: a U-Net, half dropped three times on its way up."""
    graph = Graph("pix2pix")
    last = graph.add("Input", shape=(3, 128, 128))
    skips: list[str] = []
    leaky = step("LeakyReLU", negative_slope=0.2)
    for index, width in enumerate((64, 128, 256, 512, 512, 512, 512)):
        norm = [step("BatchNorm2d")] if 0 < index < 6 else []
        down = step("Conv2d", out_channels=width, stride=2, padding=1, kernel_size=4, bias=not norm)
        last = along(graph, last, *([leaky] if index else []), down, *norm)
        skips.append(last)
    skips.pop()
    for index, width in enumerate((512, 512, 512, 256, 128, 64)):
        up = step("ConvTranspose2d", out_channels=width, stride=2, padding=1, **FREE)
        drop = [step("Dropout", p=0.5)] if index < 3 else []
        last = joined(graph, "Concat", along(graph, last, step("ReLU"), up, step("BatchNorm2d"), *drop), skips.pop())
    end = step("ConvTranspose2d", out_channels=3, kernel_size=4, stride=2, padding=1)
    along(graph, last, step("ReLU"), end, step("Tanh"), step("Output", loss="l1_loss"))
    return graph


LOW = {"low": numbers(1, 33, 33, low=0.0), "high": target(numbers(1, 33, 33, low=0.0))}


@public(LOW, weights=8_129)
def srcnn() -> Graph:
    """Dong, Loy, He and Tang 2014, Image super-resolution using deep convolutional networks: 9-1-5."""
    graph = Graph("SRCNN")
    end = step("Conv2d", out_channels=1, kernel_size=5, padding=2)
    body = [*conv(64, 9, padding=4), *conv(32, 1)]
    along(graph, graph.add("Input", shape=(1, 33, 33)), *body, end, step("Output", loss="mse_loss"))
    return graph


@public({"low": numbers(1, 17, 17, low=0.0), "high": target(numbers(1, 51, 51, low=0.0))})
def espcn() -> Graph:
    """Shi and others 2016, Real-time single image and video super-resolution: pixels out of channels at the end."""
    graph = Graph("ESPCN")
    body = [step("Conv2d", out_channels=64, kernel_size=5, padding=2), step("Tanh")]
    body += [step("Conv2d", out_channels=32, kernel_size=3, padding=1), step("Tanh")]
    end = [step("Conv2d", out_channels=9, kernel_size=3, padding=1), step("PixelShuffle", upscale_factor=3)]
    along(graph, graph.add("Input", shape=(1, 17, 17)), *body, *end, step("Output", loss="mse_loss"))
    return graph


@public(LOW | {"low": numbers(1, 33, 33)})
def dncnn() -> Graph:
    """Zhang, Zuo, Chen, Meng and Zhang 2016, Beyond a Gaussian denoiser: the noise is found and taken away."""
    graph = Graph("DnCNN")
    x = graph.add("Input", shape=(1, 33, 33))
    layer = [step("Conv2d", out_channels=64, kernel_size=3, padding=1, bias=False), step("BatchNorm2d"), step("ReLU")]
    noise = along(graph, x, *conv(64, padding=1), *layer * 15, step("Conv2d", out_channels=1, kernel_size=3, padding=1))
    clean = graph.add("Subtract")
    graph.connect(x, clean)
    graph.connect(noise, clean)
    along(graph, clean, step("Output", loss="mse_loss"))
    return graph
