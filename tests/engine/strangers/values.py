"""Towers, learned tensors and repeats, as people draw them, beside the same by hand."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.expressions import expression
from engine.graph import Graph
from tests.engine.strangers.drawing import ByHand, Draw, Weights, conv, drawn, lin


@drawn((3, 10), (3, 10), (3, 10))
def triplet(g: Graph) -> ByHand:
    b = g.define("Tower")
    n = Draw(b)
    x = n("BlockInput", name="x")
    y = n("Linear", n("ReLU", n("Linear", x, out_features=7, name="a")), out_features=4, name="b")
    n("BlockOutput", n("Normalize", y), name="y")
    n = Draw(g)
    a, p, q = [n("Input", shape=(10,), name=s) for s in ("anchor", "positive", "negative")]
    ta = n("Tower", a, name="ta")
    tp = n("Tower", p, name="tp", weights_of=ta)
    tq = n("Tower", q, name="tq", weights_of=ta)
    d1 = n("PairwiseDistance", ta, tp)
    d2 = n("PairwiseDistance", ta, tq)
    end = n("ReLU", n("Scale", n("Subtract", d1, d2), shift=0.2))
    n("Output", end, loss="value", name="triplet", weight=2.0)
    n("Output", n("CosineSimilarity", ta, tp), loss="value", weight=0.1)

    def by_hand(weights: Weights, a: Tensor, p: Tensor, q: Tensor) -> Any:
        def t(x: Any) -> Any:
            return F.normalize(lin(weights, "ta.b", lin(weights, "ta.a", x).relu()))

        return (F.pairwise_distance(t(a), t(p)) - F.pairwise_distance(t(a), t(q)) + 0.2).relu(), F.cosine_similarity(
            t(a), t(p)
        )

    return by_hand


@drawn((3, 4), (3, 6))
def hypernet(g: Graph) -> ByHand:
    n = Draw(g)
    z = n("Input", shape=(4,), name="task")
    x = n("Input", shape=(6,), name="x")
    base = n("Parameter", shape=(5, 6), name="base", init="uniform")
    w = n("Reshape", n("Linear", z, out_features=30, name="hyper"), shape=(5, 6))
    w = n("Add", w, base)
    y = n("Einsum", w, x, equation="noi,ni->no")
    y2 = n("Einsum", base, x, equation="oi,ni->no")
    n("Output", n("Add", y, y2), loss="mse_loss")

    def by_hand(weights: Weights, z: Tensor, x: Tensor) -> Any:
        b = weights["base.weight" if "base.weight" in weights else "base"]
        w = lin(weights, "hyper", z).view(-1, 5, 6) + b
        return torch.einsum("noi,ni->no", w, x) + x @ b.T

    return by_hand


@drawn((3, 8))
def maf_gate(g: Graph) -> ByHand:
    """comparisons, Where, And, clamp, sign, cumsum, flip, roll, tile"""
    n = Draw(g)
    x = n("Input", shape=(8,))
    a = n("Greater", x, other=0)
    b = n("Less", n("Abs", x), other=1.0)
    m = n("And", a, n("Not", b))
    y = n("Where", into={"condition": m, "input": n("Sqrt", n("Clamp", x, min=0.5)), "other": n("CumSum", x, dim=1)})
    y = n("Add", y, n("Flip", x, dims=(1,)), n("Roll", x, shifts=2, dims=1))
    y = n("Linear", n("Tile", y, dims=(2,)), out_features=3, name="l")
    n("Output", n("LogSumExp", y, dim=1, keepdim=True), loss="mse_loss")
    n("Output", m, loss=None)

    def by_hand(weights: Weights, x: Tensor) -> Any:
        m = (x > 0) & ~(x.abs() < 1)
        y = torch.where(m, x.clamp(min=0.5).sqrt(), x.cumsum(1))
        y = y + x.flip(1) + x.roll(2, 1)
        return lin(weights, "l", y.tile(2)).logsumexp(1, keepdim=True), m

    return by_hand


@drawn((2, 5, 3))
def shared_counted(g: Graph) -> ByHand:
    """repeats share their weights, their number is an expression, and count is an argument"""
    b = g.define("In", k=1)
    n = Draw(b)
    x = n("BlockInput", name="x")
    n(
        "BlockOutput",
        n("Scale", n("Tanh", n("Linear", x, out_features=3, name="fc")), factor=expression("1.0 * k")),
        name="x",
    )
    o = g.define("Out", times=1)
    n = Draw(o)
    x = n("BlockInput", name="x")
    n(
        "BlockOutput",
        n("In", x, repeat=expression("times"), share_weights=True, k=expression("count"), name="r"),
        name="x",
    )
    n = Draw(g)
    x = n("Input", shape=(5, 3))
    y = n("Out", x, times=1, name="a")
    y = n("Out", y, times=3, name="b")
    y = n("Out", y, times=0, name="c")
    y = n("Out", y, times=2, name="d")
    n("Output", y, loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        for nm, t in (("a", 1), ("b", 3), ("d", 2)):
            for _ in range(t):
                x = lin(weights, f"{nm}.r.fc", x).tanh() * t
        return x

    return by_hand


@drawn((2, 3, 4, 4))
def nested_repeats(g: Graph) -> ByHand:
    b = g.define("Inner", k=1)
    n = Draw(b)
    x = n("BlockInput", name="x")
    n(
        "BlockOutput",
        n("Tanh", n("Conv2d", x, out_channels=expression("in_channels + k * (index + 1)"), kernel_size=1, name="c")),
        name="x",
    )
    o = g.define("Outer", inner=2)
    n = Draw(o)
    x = n("BlockInput", name="x")
    y = n("Inner", x, repeat=expression("inner"), k=expression("count"), name="in")
    n("BlockOutput", n("Scale", y, factor=expression("1.0 / (index + 1)")), name="x")
    n = Draw(g)
    x = n("Input", shape=(3, 4, 4))
    y = n("Outer", x, repeat=3, inner={"per_repeat": [0, 1, 2]}, name="out")
    n("Output", y, loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        for i in range(3):
            for j in range(i):
                p = f"out.{i}.in_.{j}.c"
                p = p if p + ".weight" in weights else f"out.{i}.in_.c"
                x = conv(weights, p, x).tanh()
            x = x / (i + 1)
        return x

    return by_hand


@drawn((2, 6))
def repeat_zero_many(g: Graph) -> ByHand:
    """a repeat of several values, zero times, whose outputs are in another order"""
    b = g.define("weights")
    n = Draw(b)
    a = n("BlockInput", name="a")
    c = n("BlockInput", name="b")
    n("BlockOutput", n("Add", a, c), name="b")
    n("BlockOutput", n("Linear", n("Subtract", a, c), out_features=3, name="l"), name="a")
    n = Draw(g)
    x = n("Input", shape=(6,))
    s = n("Chunk", x, chunks=2)
    y = n("weights", into={"a": (s, 0), "b": (s, 1)}, repeat=0, name="none")
    z = n("weights", into={"a": (y, "a"), "b": (y, "b")}, repeat=2, name="two")
    n("Output", n("Concat", (z, "a"), (z, "b")), loss="mse_loss")
    n("Output", (y, "b"), loss=None)

    def by_hand(weights: Weights, x: Tensor) -> Any:
        a, b = x.chunk(2, 1)
        b0 = b
        for i in range(2):
            a, b = lin(weights, f"two.{i}.l", a - b), a + b
        return torch.cat((a, b), 1), b0

    return by_hand
