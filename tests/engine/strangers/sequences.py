"""Networks of sequences, as people draw them, beside the same by hand."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from engine.expressions import expression
from engine.graph import Graph
from tests.engine.strangers.drawing import ByHand, Draw, Weights, conv, conv1, drawn, lin


@drawn((2, 1, 20))
def wavenet(g: Graph) -> ByHand:
    b = g.define("Layer", channels=4, dilation=1)
    n = Draw(b)
    x = n("BlockInput", name="x")
    skip = n("BlockInput", name="skip")
    p = n("ZeroPad1d", x, padding=(expression("dilation"), 0))
    f_ = n(
        "Conv1d", p, out_channels=expression("channels"), kernel_size=2, dilation=expression("dilation"), name="filter"
    )
    g_ = n(
        "Conv1d", p, out_channels=expression("channels"), kernel_size=2, dilation=expression("dilation"), name="gate"
    )
    z = n("Multiply", n("Tanh", f_), n("Sigmoid", g_))
    r = n("Conv1d", z, out_channels=expression("channels"), kernel_size=1, name="res")
    s = n("Conv1d", z, out_channels=6, kernel_size=1, name="sk")
    n("BlockOutput", n("Add", x, r), name="x")
    n("BlockOutput", n("Add", skip, s), name="skip")
    n = Draw(g)
    x = n("Input", shape=(1, "T"))
    a = n("Conv1d", x, out_channels=4, kernel_size=1, name="front")
    s0 = n("Conv1d", x, out_channels=6, kernel_size=1, name="front2")
    z = n("Scale", s0, factor=0.0)
    L = n("Layer", into={"x": a, "skip": z}, repeat=4, dilation=expression("2 ** index"), name="stack")
    o = n("Conv1d", n("ReLU", (L, "skip")), out_channels=5, kernel_size=1, name="head")
    n("Output", o, loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        a = conv1(weights, "front", x)
        sk = conv1(weights, "front2", x) * 0
        for i in range(4):
            p = f"stack.{i}."
            d = 2**i
            q = F.pad(a, (d, 0))
            z = conv1(weights, p + "filter", q, dilation=d).tanh() * conv1(weights, p + "gate", q, dilation=d).sigmoid()
            a = a + conv1(weights, p + "res", z)
            sk = sk + conv1(weights, p + "sk", z)
        return conv1(weights, "head", sk.relu())

    return by_hand


@drawn((2, 4, 3, 6, 6))
def convlstm_scan(g: Graph) -> ByHand:
    b = g.define("Cell", hidden=5)
    n = Draw(b)
    x = n("BlockInput", name="x")
    h = n("BlockInput", name="h", state=True, shape=(expression("hidden"), 6, 6))
    c = n("BlockInput", name="c", state=True, shape=(expression("hidden"), 6, 6))
    z = n("Conv2d", n("Concat", x, h), out_channels=expression("4 * hidden"), kernel_size=3, padding=1, name="gates")
    k = n("Chunk", z, chunks=4)
    i, f_, g_, o = [(k, j) for j in range(4)]
    cn = n("Add", n("Multiply", n("Sigmoid", f_), c), n("Multiply", n("Sigmoid", i), n("Tanh", g_)))
    hn = n("Multiply", n("Sigmoid", o), n("Tanh", cn))
    n("BlockOutput", hn, name="y")
    n("BlockOutput", hn, name="hn", state="h")
    n("BlockOutput", cn, name="cn", state="c")
    n = Draw(g)
    x = n("Input", shape=("T", 3, 6, 6))
    s = n("Cell", x, apply="scan", name="cell")
    end = n("Select", (s, "y"), dim=1, index=-1)
    n("Output", end, loss="mse_loss")
    n("Output", (s, "cn"), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        h = c = torch.zeros(2, 5, 6, 6, dtype=torch.float64)
        for t in range(4):
            i, f_, g_, o = conv(weights, "cell.gates", torch.cat((x[:, t], h), 1), padding=1).chunk(4, 1)
            c = f_.sigmoid() * c + i.sigmoid() * g_.tanh()
            h = o.sigmoid() * c.tanh()
        return h, c

    return by_hand


@drawn((2, 7, 3), (2, 4))
def scan_with_context(g: Graph) -> ByHand:
    """an attention decoder: a scan whose block reads a whole sequence and a not zero start state"""
    b = g.define("Dec", h=4)
    n = Draw(b)
    x = n("BlockInput", name="x")
    m = n("BlockInput", name="memory", sequence=False)
    s = n("BlockInput", name="s", state=True, shape=(expression("h"),))
    q = n("Linear", s, out_features=3, name="q")
    w = n("Softmax", n("Einsum", q, m, equation="nd,ntd->nt"))
    c = n("Einsum", w, m, equation="nt,ntd->nd")
    y = n("GRUCell", into={"input": n("Concat", x, c), "h": s}, hidden_size=expression("h"), name="gru")
    n("BlockOutput", n("Concat", y, c), name="y")
    n("BlockOutput", y, name="next", state="s")
    n("BlockOutput", w, name="weights")
    n = Draw(g)
    x = n("Input", shape=("T", 3), name="x")
    s = n("Input", shape=(4,), name="start")
    d = n("Dec", into={"x": x, "memory": x, "s": s}, apply="scan", name="dec")
    n("Output", (d, "y"), loss="mse_loss")
    n("Output", (d, "weights"), loss=None)
    n("Output", (d, "next"), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor, s: Tensor) -> Any:
        c = nn.GRUCell(6, 4).double()
        w = {k[8:]: v for k, v in weights.items() if k.startswith("dec.gru.")}
        ys, ws = [], []
        for t in range(7):
            a = (x @ lin(weights, "dec.q", s)[:, :, None])[:, :, 0].softmax(-1)
            k = (a[:, :, None] * x).sum(1)
            s = functional_call(c, w, (torch.cat((x[:, t], k), 1), s))
            ys.append(torch.cat((s, k), 1))
            ws.append(a)
        return torch.stack(ys, 1), torch.stack(ws, 1), s

    return by_hand


@drawn((2, 4, 3, 6, 6))
def each_step_cnn(g: Graph) -> ByHand:
    b = g.define("Frame", c=4)
    n = Draw(b)
    x = n("BlockInput", name="x")
    y = n("ReLU", n("Conv2d", x, out_channels=expression("c"), kernel_size=3, name="conv"))
    n("BlockOutput", n("Mean", y, dim=(2, 3)), name="features")
    n("BlockOutput", n("Max", n("Flatten", y), dim=1), name="peak")
    n = Draw(g)
    x = n("Input", shape=("T", 3, 6, 6))
    f_ = n("Frame", x, apply="each_step", name="cnn")
    r = n("LSTM", (f_, "features"), hidden_size=5, num_layers=2, bidirectional=True, proj_size=3, name="lstm")
    n("Output", (r, "output"), loss="mse_loss")
    n("Output", (f_, "peak"), loss="mse_loss")
    n("Output", n("Permute", (r, "h_n"), dims=(1, 0, 2)), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        y = conv(weights, "cnn.conv", x.flatten(0, 1)).relu()
        lstm = nn.LSTM(4, 5, 2, batch_first=True, bidirectional=True, proj_size=3).double()
        o, (h, _) = functional_call(
            lstm, {k[5:]: v for k, v in weights.items() if k.startswith("lstm.")}, (y.mean((2, 3)).view(2, 4, -1),)
        )
        return o, y.flatten(1).max(1)[0].view(2, 4), h.transpose(0, 1)

    return by_hand


@drawn((2, 5, 3))
def counted_scan(g: Graph) -> ByHand:
    """a scan repeated by an expression, the hidden size differing by index"""
    b = g.define("Cell", h=3)
    n = Draw(b)
    x = n("BlockInput", name="x")
    s = n("BlockInput", name="s", state=True, shape=(expression("h"),))
    y = n("GRUCell", into={"input": x, "h": s}, hidden_size=expression("h"), name="gru")
    n("BlockOutput", y, name="y")
    n("BlockOutput", y, name="next", state="s")
    o = g.define("Enc", depth=2, h=3)
    n = Draw(o)
    x = n("BlockInput", name="x")
    y = n("Cell", x, apply="scan", repeat=expression("depth"), h=expression("h + index"), name="cells")
    n("BlockOutput", (y, "y"), name="y")
    n("BlockOutput", (y, "next"), name="last")
    n = Draw(g)
    x = n("Input", shape=("T", 3))
    a = n("Enc", x, depth=1, name="a")
    c = n("Enc", (a, "y"), depth=3, h=4, name="b")
    n("Output", (c, "y"), loss="mse_loss")
    n("Output", (c, "last"), loss="mse_loss")
    n("Output", (a, "last"), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        def run(p: Any, x: Any, H: Any) -> Any:
            h = torch.zeros(x.shape[0], H, dtype=torch.float64)
            ys = []
            c = nn.GRUCell(x.shape[2], H).double()
            w = {k: weights[f"{p}.gru.{k}"] for k in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
            for t in range(x.shape[1]):
                h = functional_call(c, w, (x[:, t], h))
                ys.append(h)
            return torch.stack(ys, 1), h

        x, a = run("a.cells" if "a.cells.gru.weight_ih" in weights else "a.cells.0", x, 3)
        for i in range(3):
            x, last = run(f"b.cells.{i}", x, 4 + i)
        return x, last, a

    return by_hand
