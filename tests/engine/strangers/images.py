"""Networks of images, as people draw them, beside the same by hand."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.expressions import expression
from engine.graph import Graph
from tests.engine.strangers.drawing import ByHand, Draw, Weights, conv, conv1, drawn, lin


def se_block(g: Graph) -> None:
    b = g.define("SE", ratio=4)
    n = Draw(b)
    x = n("BlockInput", name="x")
    p = n("AdaptiveAvgPool2d", x, output_size=1)
    r = n("Conv2d", p, out_channels=expression("make_divisible(in_channels / ratio, 8)"), kernel_size=1, name="reduce")
    r = n("SiLU", r)
    e = n("Conv2d", r, out_channels=expression("in_channels"), kernel_size=1, name="expand")
    e = n("Sigmoid", e)
    n("BlockOutput", n("Multiply", x, e), name="y")


def se(weights: Weights, p: str, x: Tensor) -> Tensor:
    return (
        x * conv(weights, p + ".expand", F.silu(conv(weights, p + ".reduce", x.mean((2, 3), keepdim=True)))).sigmoid()
    )


@drawn((2, 3, 8, 8))
def se_two_widths(g: Graph) -> ByHand:
    se_block(g)
    n = Draw(g)
    x = n("Input", shape=(3, 8, 8))
    a = n("Conv2d", x, out_channels=12, kernel_size=3, padding=1, name="c1")
    a = n("SE", a, name="s1")
    a = n("Conv2d", a, out_channels=40, kernel_size=3, padding="same_tf", stride=2, name="c2")
    a = n("SE", a, name="s2", ratio=2)
    n("Output", n("Mean", a, dim=(2, 3)), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        x = se(weights, "s1", conv(weights, "c1", x, padding=1))
        x = conv(weights, "c2", F.pad(x, (0, 1, 0, 1)), stride=2)
        assert weights["s1.reduce.weight"].shape[0] == 8
        assert weights["s2.reduce.weight"].shape[0] == 24
        return se(weights, "s2", x).mean((2, 3))

    return by_hand


@drawn((2, 3, 16, 16))
def nasnet_cells(g: Graph) -> ByHand:
    b = g.define("Cell", width=4)
    n = Draw(b)
    x = n("BlockInput", name="x")
    q = n("BlockInput", name="prev")
    a = n(
        "Conv2d",
        n("ReLU", x),
        out_channels=expression("width"),
        kernel_size=3,
        padding=1,
        stride=expression("2 if index == 1 else 1"),
        name="a",
    )
    c = n(
        "Conv2d",
        n("ReLU", q),
        out_channels=expression("width"),
        kernel_size=1,
        stride=expression("size(prev, 2) // size(x, 2) * (2 if index == 1 else 1)"),
        name="c",
    )
    s = n("Add", a, c)
    m = n("AvgPool2d", s, kernel_size=3, stride=1, padding=1)
    n("BlockOutput", n("Concat", s, m), name="x")
    n("BlockOutput", x, name="prev")
    n = Draw(g)
    x = n("Input", shape=(3, 16, 16))
    k = n("Cell", into={"x": x, "prev": x}, repeat=3, width=expression("4 * (index + 1)"), name="cells")
    n("Output", n("Mean", (k, "x"), dim=(2, 3)), loss="mse_loss")
    n("Output", n("Mean", (k, "prev"), dim=(2, 3)), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        q = x
        for i in range(3):
            p = f"cells.{i}."
            st = 2 if i == 1 else 1
            s = conv(weights, p + "a", x.relu(), padding=1, stride=st) + conv(
                weights, p + "c", q.relu(), stride=q.shape[2] // x.shape[2] * st
            )
            x, q = torch.cat((s, F.avg_pool2d(s, 3, 1, 1)), 1), x
        return x.mean((2, 3)), q.mean((2, 3))

    return by_hand


@drawn((2, 3, 12))
def mobile_invert(g: Graph) -> ByHand:
    b = g.define("MB", expand=1.0, out=4, k=3, stride=1, se=False)
    n = Draw(b)
    x = n("BlockInput", name="x")
    h = n(
        "Conv1d",
        x,
        out_channels=expression("round_to(in_channels * expand, 4)"),
        kernel_size=1,
        bias=False,
        name="pw",
        when=expression("expand != 1.0"),
    )
    h = n("Hardswish", h, when=expression("expand != 1.0"))
    d = n(
        "Conv1d",
        h,
        out_channels=expression("round_to(in_channels * expand, 4) if expand != 1.0 else in_channels"),
        kernel_size=expression("k"),
        stride=expression("stride"),
        padding=expression("k // 2"),
        groups=expression("round_to(in_channels * expand, 4) if expand != 1.0 else in_channels"),
        name="dw",
    )
    s = n("AdaptiveAvgPool1d", d, output_size=1, when=expression("se"))
    s = n(
        "Conv1d",
        s,
        out_channels=expression("round_to(in_channels * expand, 4) if expand != 1.0 else in_channels"),
        kernel_size=1,
        name="s",
        when=expression("se"),
    )
    s = n("Hardsigmoid", s, when=expression("se"))
    m = n("Multiply", d, s, when=expression("se"))
    o = n("Conv1d", m, out_channels=expression("out"), kernel_size=1, name="proj")
    a = n("Add", o, x, when=expression("stride == 1 and in_channels == out"))
    n("BlockOutput", a, name="x")
    n = Draw(g)
    x = n("Input", shape=(3, 12))
    y = n("MB", x, name="m1")
    y = n(
        "MB",
        y,
        repeat=3,
        expand={"per_repeat": [1.0, 2.5]},
        k={"per_repeat": [3, 5, 3]},
        stride={"per_repeat": [1, 1, 2]},
        se={"per_repeat": [True, False, True]},
        out=4,
        name="m2",
    )
    n("Output", n("Mean", y), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        def mb(p: Any, x: Any, e: Any, o: Any, k: Any, st: Any, se: Any) -> Any:
            c = x.shape[1]
            h = x
            hid = c if e == 1 else weights[p + ".pw.weight"].shape[0]
            if e != 1:
                h = F.hardswish(conv1(weights, p + ".pw", x))
                assert hid == int(c * e / 4 + 0.5) * 4, hid
            d = conv1(weights, p + ".dw", h, stride=st, padding=k // 2, groups=hid)
            if se:
                d = d * F.hardsigmoid(conv1(weights, p + ".s", d.mean(2, keepdim=True)))
            y = conv1(weights, p + ".proj", d)
            return y + x if st == 1 and c == o else y

        x = mb("m1", x, 1.0, 4, 3, 1, False)
        x = mb("m2.0", x, 1.0, 4, 3, 1, True)
        x = mb("m2.1", x, 2.5, 4, 5, 1, False)
        x = mb("m2.2", x, 2.5, 4, 3, 2, True)
        return x.mean(-1)

    return by_hand


@drawn((2, 4, 8, 8))
def when_chain(g: Graph) -> ByHand:
    """conditions of neighbours, an else branch by two conditions"""
    b = g.define("U", mode="max", wide=False, depth=1)
    n = Draw(b)
    x = n("BlockInput", name="x")
    p = n("MaxPool2d", x, kernel_size=2, when=expression("mode == 'max'"))
    q = n("AvgPool2d", p, kernel_size=2, when=expression("mode == 'avg'"))
    r = n(
        "Conv2d",
        q,
        out_channels=expression("in_channels"),
        kernel_size=2,
        stride=2,
        groups=expression("in_channels"),
        when=expression("mode == 'conv'"),
        name="dw",
    )
    e = n("Conv2d", r, out_channels=expression("in_channels * 2"), kernel_size=1, when=expression("wide"), name="exp")
    t = n("ReLU", e, when=expression("wide"))
    w = n(
        "Conv2d",
        t,
        out_channels=expression("in_channels"),
        kernel_size=1,
        when=expression("wide and depth > 0"),
        name="red",
    )
    n("BlockOutput", w, name="y")
    n = Draw(g)
    x = n("Input", shape=(4, 8, 8))
    y = n("U", x, name="a")
    y = n("U", y, mode="avg", wide=True, name="b")
    y = n("U", y, mode="conv", wide=True, depth=0, name="c")
    y = n("U", y, mode="none", name="d")
    n("Output", n("Flatten", y), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        x = F.max_pool2d(x, 2)
        x = F.avg_pool2d(x, 2)
        x = conv(weights, "b.red", conv(weights, "b.exp", x).relu())
        x = conv(weights, "c.dw", x, stride=2, groups=4)
        x = conv(weights, "c.exp", x).relu()
        return x.flatten(1)

    return by_hand


@drawn((2, 1, 12, 12))
def spatial_transformer(g: Graph) -> ByHand:
    n = Draw(g)
    x = n("Input", shape=(1, 12, 12))
    t = n(
        "Linear",
        n("Flatten", n("MaxPool2d", n("Conv2d", x, out_channels=2, kernel_size=5, name="loc"), kernel_size=2)),
        out_features=6,
        name="theta",
    )
    one = n("Constant", value=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), shape=(1, 6))
    t = n("Add", t, one)
    t = n("Reshape", t, shape=(2, 3))
    gr = n("AffineGrid", into={"theta": t, "image": x})
    y = n("GridSample", into={"input": x, "grid": gr}, padding_mode="border")
    n("Output", y, loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        t = lin(weights, "theta", F.max_pool2d(conv(weights, "loc", x), 2).flatten(1)) + torch.tensor(
            [1.0, 0, 0, 0, 1, 0], dtype=torch.float64
        )
        return F.grid_sample(
            x, F.affine_grid(t.view(-1, 2, 3), x.shape, align_corners=False), padding_mode="border", align_corners=False
        )

    return by_hand
