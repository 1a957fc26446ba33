"""Networks for images as a careful user draws them, for the golden sources."""

from __future__ import annotations

from collections.abc import Sequence

from engine.graph import Graph
from tests.engine.classics import Step, along, joined, reckoned

FREE = {"bias": False}


def efficientnet_b0() -> Graph:
    """Tan and Le 2019, https://arxiv.org/abs/1905.11946: 5,288,548 parameters."""
    graph = Graph("EfficientNet-B0")
    block = graph.define(
        "MBConv",
        help="Widened, filtered channel by channel, gated by squeeze and excitation, and made narrow again",
        channels=16,
        expand=6,
        kernel=3,
        stride=1,
        drop=0.0,
    )
    x = block.add("BlockInput", name="x")
    wide = reckoned("in_channels * expand")
    wider = {"when": reckoned("expand != 1")}
    depthwise = {"out_channels": wide, "kernel_size": reckoned("kernel"), "stride": reckoned("stride")}
    trunk = along(
        block,
        x,
        ("Conv2d", {"name": "expand_conv", "out_channels": wide, "kernel_size": 1} | FREE | wider),
        ("BatchNorm2d", {"name": "expand_bn"} | wider),
        ("SiLU", wider),
        ("Conv2d", {"name": "depthwise", "padding": reckoned("kernel // 2"), "groups": wide} | depthwise | FREE),
        ("BatchNorm2d", {"name": "depthwise_bn"}),
        ("SiLU", {}),
    )
    gate = along(
        block,
        trunk,
        ("AdaptiveAvgPool2d", {"name": "squeeze", "output_size": 1}),
        ("Conv2d", {"name": "reduce", "out_channels": reckoned("max(1, in_channels // 4)"), "kernel_size": 1}),
        ("SiLU", {}),
        ("Conv2d", {"name": "excite", "out_channels": wide, "kernel_size": 1}),
        ("Sigmoid", {"name": "gate"}),
    )
    way_around = {"when": reckoned("stride == 1 and in_channels == channels")}
    narrow = along(
        block,
        joined(block, "Multiply", trunk, gate),
        ("Conv2d", {"name": "project", "out_channels": reckoned("channels"), "kernel_size": 1} | FREE),
        ("BatchNorm2d", {"name": "project_bn"}),
        ("StochasticDepth", {"name": "drop_path", "p": reckoned("drop")} | way_around),
    )
    block.connect(joined(block, "Add", narrow, x, **way_around), block.add("BlockOutput", name="y"))
    stages: Sequence[tuple[int, int, int, int, int]] = (
        # channels, expansion, kernel, stride of the first, repeats
        *((16, 1, 3, 1, 1), (24, 6, 3, 2, 2), (40, 6, 5, 2, 2), (80, 6, 3, 2, 3)),
        *((112, 6, 5, 1, 3), (192, 6, 5, 2, 4), (320, 6, 3, 1, 1)),
    )
    rows: list[Step] = []
    done, total = 0, sum(stage[-1] for stage in stages)
    for index, (channels, expand, kernel, stride, repeat) in enumerate(stages):
        drops = tuple(round(0.2 * (done + each) / total, 4) for each in range(repeat))
        done += repeat
        arguments = {"channels": channels, "expand": expand, "kernel": kernel}
        strides = {"per_repeat": (stride, 1)} if repeat > 1 and stride > 1 else stride
        drop = {"per_repeat": drops} if repeat > 1 else drops[0]
        rows.append(
            ("MBConv", {"name": f"stage{index + 1}", "repeat": repeat, "stride": strides, "drop": drop} | arguments)
        )
    along(
        graph,
        graph.add("Input", name="image", shape=(3, 224, 224)),
        ("Conv2d", {"name": "stem", "out_channels": 32, "kernel_size": 3, "stride": 2, "padding": 1} | FREE),
        ("BatchNorm2d", {}),
        ("SiLU", {}),
        *rows,
        ("Conv2d", {"name": "head", "out_channels": 1280, "kernel_size": 1} | FREE),
        ("BatchNorm2d", {}),
        ("SiLU", {}),
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Dropout", {"p": 0.2}),
        ("Linear", {"name": "classifier", "out_features": 1000}),
        ("Output", {"name": "class"}),
    )
    return graph


def nasnet_cell() -> Graph:
    """The normal cell of NASNet-A, which hands on two values: Zoph et al. 2017, https://arxiv.org/abs/1707.07012."""
    graph = Graph("NASNet-A")
    fit = graph.define(
        "Fit", help="ReLU, a 1×1 convolution and a batch norm bring a value to the channels", channels=44
    )
    along(
        fit,
        fit.add("BlockInput", name="x"),
        ("ReLU", {}),
        ("Conv2d", {"name": "conv", "out_channels": reckoned("channels"), "kernel_size": 1} | FREE),
        ("BatchNorm2d", {"name": "bn"}),
        ("BlockOutput", {"name": "y"}),
    )
    separable = graph.define("Separable", help="A separable convolution", channels=44, kernel=3)
    size = {"kernel_size": reckoned("kernel"), "padding": reckoned("kernel // 2")}
    along(
        separable,
        separable.add("BlockInput", name="x"),
        ("ReLU", {}),
        (
            "Conv2d",
            {"name": "depthwise", "out_channels": reckoned("channels"), "groups": reckoned("channels")} | size | FREE,
        ),
        ("Conv2d", {"name": "pointwise", "out_channels": reckoned("channels"), "kernel_size": 1} | FREE),
        ("BatchNorm2d", {"name": "bn"}),
        ("BlockOutput", {"name": "y"}),
    )
    cell = graph.define("NormalCell", help="Five sums of two branches, of this value and the one before", channels=44)
    h, before = cell.add("BlockInput", name="h"), cell.add("BlockInput", name="h_prev")
    wide = {"channels": reckoned("channels")}
    now = along(cell, h, ("Fit", {"name": "fit"} | wide))
    prev = along(cell, before, ("Fit", {"name": "fit_prev"} | wide))
    same = {"kernel_size": 3, "stride": 1, "padding": 1}

    def branch(source: str, name: str, kernel: int) -> str:
        return along(cell, source, ("Separable", {"name": name, "kernel": kernel} | wide))

    sums = [
        joined(cell, "Add", branch(now, "sep1", 3), now, name="sum1"),
        joined(cell, "Add", branch(prev, "sep2_left", 3), branch(now, "sep2_right", 5), name="sum2"),
        joined(cell, "Add", along(cell, now, ("AvgPool2d", {"name": "pool3"} | same)), prev, name="sum3"),
        joined(
            cell,
            "Add",
            along(cell, prev, ("AvgPool2d", {"name": "pool4_left"} | same)),
            along(cell, prev, ("AvgPool2d", {"name": "pool4_right"} | same)),
            name="sum4",
        ),
        joined(cell, "Add", branch(prev, "sep5_left", 5), branch(prev, "sep5_right", 3), name="sum5"),
    ]
    cell.connect(joined(cell, "Concat", prev, *sums), cell.add("BlockOutput", name="h"))
    cell.connect(h, cell.add("BlockOutput", name="h_prev"))
    image = graph.add("Input", name="image", shape=(3, 32, 32))
    stem = along(
        graph,
        image,
        ("Conv2d", {"name": "stem", "out_channels": 32, "kernel_size": 3, "padding": 1} | FREE),
        ("BatchNorm2d", {}),
    )
    cells = graph.add("NormalCell", name="cells", repeat=4)
    graph.connect(stem, cells, target=0)
    graph.connect(stem, cells, target=1)
    along(
        graph,
        cells,
        ("ReLU", {}),
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        ("Flatten", {}),
        ("Linear", {"out_features": 10}),
        ("Output", {"name": "class"}),
    )
    return graph


def unet() -> Graph:
    """Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597, padded so that sizes stay."""
    graph = Graph("U-Net")
    double = graph.define("DoubleConv", help="Two 3×3 convolutions, each with batch norm and ReLU", channels=64)
    conv = {"out_channels": reckoned("channels"), "kernel_size": 3, "padding": 1, "bias": False}
    along(
        double,
        double.add("BlockInput", name="x"),
        *(("Conv2d", conv), ("BatchNorm2d", {}), ("ReLU", {})) * 2,
        ("BlockOutput", {"name": "y"}),
    )
    up = graph.define("Up", help="Twice the size, joined with what the way down kept", channels=64)
    x, skip = up.add("BlockInput", name="x"), up.add("BlockInput", name="skip")
    larger = along(
        up,
        x,
        ("ConvTranspose2d", {"name": "up", "out_channels": reckoned("channels"), "kernel_size": 2, "stride": 2}),
    )
    both = joined(up, "Concat", skip, larger)
    along(up, both, ("DoubleConv", {"name": "conv", "channels": reckoned("channels")}), ("BlockOutput", {"name": "y"}))
    last = along(graph, graph.add("Input", name="image", shape=(3, 256, 256)), ("DoubleConv", {"name": "down1"}))
    skips = []
    for index, channels in enumerate((128, 256, 512, 1024), 2):
        skips.append(last)
        name = f"down{index}" if index < 5 else "bottom"
        last = along(
            graph, last, ("MaxPool2d", {"kernel_size": 2}), ("DoubleConv", {"name": name, "channels": channels})
        )
    for index, channels in zip(range(4, 0, -1), (512, 256, 128, 64), strict=True):
        node = graph.add("Up", name=f"up{index}", channels=channels)
        graph.connect(last, node, target=0)
        graph.connect(skips.pop(), node, target=1)
        last = node
    along(graph, last, ("Conv2d", {"name": "head", "out_channels": 2, "kernel_size": 1}), ("Output", {"name": "mask"}))
    return graph


def vae() -> Graph:
    """Kingma and Welling 2013, https://arxiv.org/abs/1312.6114: noise by the reparametrisation, and its penalty."""
    graph = Graph("VAE")
    image = graph.add("Input", name="image", shape=(1, 28, 28))
    hidden = along(
        graph,
        image,
        ("Flatten", {}),
        ("Linear", {"name": "encode", "out_features": 400}),
        ("ReLU", {"name": "hidden"}),
    )
    mu = along(graph, hidden, ("Linear", {"name": "mu", "out_features": 20}))
    log_var = along(graph, hidden, ("Linear", {"name": "log_var", "out_features": 20}))
    std = along(graph, log_var, ("Scale", {"factor": 0.5}), ("Exp", {"name": "std"}))
    noise = along(
        graph,
        std,
        ("ZerosLike", {}),
        ("NormalNoise", {"name": "noise", "std": 1.0, "training_only": False}),
    )
    z = joined(graph, "Add", mu, joined(graph, "Multiply", noise, std), name="z")
    along(
        graph,
        z,
        ("Linear", {"name": "decode", "out_features": 400}),
        ("ReLU", {}),
        ("Linear", {"name": "pixels", "out_features": 784}),
        ("Unflatten", {"dim": 1, "unflattened_size": (1, 28, 28)}),
        ("Output", {"name": "reconstruction", "loss": "binary_cross_entropy_with_logits", "field": "image"}),
    )
    square = along(graph, mu, ("Pow", {"name": "mu_squared", "exponent": 2.0}))
    variance = along(graph, log_var, ("Exp", {"name": "var"}))
    inner = graph.add("Subtract", name="surplus")
    graph.connect(joined(graph, "Add", square, variance), inner)
    graph.connect(log_var, inner)
    along(
        graph,
        inner,
        ("Scale", {"factor": 0.5, "shift": -0.5}),
        ("Sum", {"dim": -1, "name": "kl"}),
        ("Output", {"name": "divergence", "loss": "value", "weight": 0.001}),
    )
    return graph


def siamese() -> Graph:
    """Koch et al. 2015: two images through the same weights, and how far apart they come out."""
    graph = Graph("Siamese network")
    encoder = graph.define("Encoder", help="What an image looks like, as a vector", features=128)
    along(
        encoder,
        encoder.add("BlockInput", name="image"),
        ("Conv2d", {"out_channels": 32, "kernel_size": 3}),
        ("ReLU", {}),
        ("MaxPool2d", {"kernel_size": 2}),
        ("Conv2d", {"out_channels": 64, "kernel_size": 3}),
        ("ReLU", {}),
        ("MaxPool2d", {"kernel_size": 2}),
        ("Flatten", {}),
        ("Linear", {"name": "embed", "out_features": reckoned("features")}),
        ("BlockOutput", {"name": "vector"}),
    )
    left = along(graph, graph.add("Input", name="left", shape=(1, 28, 28)), ("Encoder", {"name": "encoder"}))
    twin = {"name": "twin", "weights_of": left}
    right = along(graph, graph.add("Input", name="right", shape=(1, 28, 28)), ("Encoder", twin))
    distance = graph.add("PairwiseDistance", name="distance", keepdim=True)
    graph.connect(left, distance, target=0)
    graph.connect(right, distance, target=1)
    answer = {"name": "same", "loss": "binary_cross_entropy_with_logits"}
    along(graph, distance, ("Linear", {"name": "score", "out_features": 1}), ("Output", answer))
    return graph
