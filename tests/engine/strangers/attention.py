"""Attention and experts, as people draw them, beside the same by hand."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from engine.graph import Graph
from tests.engine.strangers.drawing import ByHand, Draw, Weights, drawn, ids, lin


@drawn((2, 6, 16))
def gqa(g: Graph) -> ByHand:
    n = Draw(g)
    x = n("Input", shape=("T", 16))

    def heads(name: Any, k: Any, rot: Any = True) -> Any:
        a = n("Linear", x, out_features=4 * k, bias=False, name=name)
        a = n("Unflatten", a, dim=2, unflattened_size=(k, 4))
        a = n("Permute", a, dims=(0, 2, 1, 3))
        return n("RotaryPositions", a, interleaved=False) if rot else a

    q, k, v = heads("q", 4), heads("k", 2), heads("v", 2, False)
    o = n("ScaledDotProductAttention", into={"query": q, "key": k, "value": v}, enable_gqa=True, is_causal=True)
    o = n("Permute", o, dims=(0, 2, 1, 3))
    o = n("Flatten", o, start_dim=2)
    o = n("Linear", o, out_features=16, name="o")
    n("Output", o, loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        def h(nm: Any, k: Any) -> Any:
            return lin(weights, nm, x).view(2, 6, k, 4).transpose(1, 2)

        def rot(a: Any) -> Any:
            t = torch.arange(6, dtype=torch.float64)[:, None] * 10000.0 ** (
                -torch.arange(0, 4, 2, dtype=torch.float64) / 4
            )
            c, s = t.cos(), t.sin()
            a1, a2 = a[..., :2], a[..., 2:]
            return torch.cat((a1 * c - a2 * s, a2 * c + a1 * s), -1)

        q, k, v = rot(h("q", 4)), rot(h("k", 2)), h("v", 2)
        k, v = k.repeat_interleave(2, 1), v.repeat_interleave(2, 1)
        s = (q @ k.transpose(-1, -2) / 2).masked_fill(torch.ones(6, 6, dtype=torch.bool).triu(1), -math.inf).softmax(-1)
        return lin(weights, "o", (s @ v).transpose(1, 2).flatten(2))

    return by_hand


@drawn((2, 5, 6))
def relative_bias_attention(g: Graph) -> ByHand:
    """T5-like learned bias, broadcast"""
    n = Draw(g)
    x = n("Input", shape=(5, 6))

    def h(nm: Any) -> Any:
        return n(
            "Permute",
            n("Unflatten", n("Linear", x, out_features=6, name=nm, bias=False), dim=2, unflattened_size=(3, 2)),
            dims=(0, 2, 1, 3),
        )

    b = n("Parameter", shape=(3, 5, 5), name="bias")
    o = n(
        "ScaledDotProductAttention", into={"query": h("q"), "key": h("k"), "value": h("v"), "attn_mask": b}, scale=1.0
    )
    n("Output", n("Flatten", n("Permute", o, dims=(0, 2, 1, 3)), start_dim=2), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        def h(k: Any) -> Any:
            return lin(weights, k, x).view(2, 5, 3, 2).transpose(1, 2)

        bk = next(k for k in weights if k.startswith("bias"))
        return ((h("q") @ h("k").transpose(-1, -2) + weights[bk]).softmax(-1) @ h("v")).transpose(1, 2).flatten(2)

    return by_hand


@drawn(ids(3, 9, lo=0))
def mlm(g: Graph) -> ByHand:
    n = Draw(g)
    x = n("Input", shape=("T",), dtype="int64")
    pad = n("PaddingMask", x)
    e = n("Embedding", x, num_embeddings=11, embedding_dim=8, padding_idx=0, name="emb")
    e = n("LayerNorm", n("LearnedPositions", e, max_length=12, name="pos"), name="ln")
    t = n(
        "TransformerEncoder",
        into={"src": e, "src_key_padding_mask": pad},
        nhead=2,
        dim_feedforward=12,
        num_layers=2,
        dropout=0.0,
        norm_first=True,
        norm=True,
        name="enc",
    )
    y = n("Linear", n("GELU", t), out_features=11, name="head")
    n("Output", y, loss="cross_entropy", ignore_index=0)
    n("Output", n("Linear", n("MaskedMean", t, pad), out_features=2, name="cls"), loss="mse_loss")

    def by_hand(weights: Weights, x: Tensor) -> Any:
        e = F.embedding(x, weights["emb.weight"], padding_idx=0)
        pos = next(k for k in weights if k.startswith("pos"))
        e = e + weights[pos][..., :9, :]
        e = F.layer_norm(e, (8,), weights["ln.weight"], weights["ln.bias"])
        pad = x == 0
        enc = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=True, norm_first=True),
            2,
            norm=nn.LayerNorm(8),
            enable_nested_tensor=False,
        ).double()
        t = functional_call(
            enc, {k[4:]: v for k, v in weights.items() if k.startswith("enc.")}, (e,), {"src_key_padding_mask": pad}
        )
        m = (~pad)[..., None].double()
        return lin(weights, "head", F.gelu(t)), lin(weights, "cls", (t * m).sum(1) / m.sum(1))

    return by_hand


@drawn((4, 6))
def moe_topk(g: Graph) -> ByHand:
    n = Draw(g)
    x = n("Input", shape=(6,))
    s = n("Softmax", n("Linear", x, out_features=3, name="router"))
    t = n("TopK", s, k=2)
    es = [
        n("Linear", n("GELU", n("Linear", x, out_features=8, name=f"up{i}")), out_features=5, name=f"down{i}")
        for i in range(3)
    ]
    st = n("Stack", *es)  # N,3,5
    w = n("Divide", (t, "values"), n("Sum", (t, "values"), dim=1, keepdim=True))
    idx = n("Unsqueeze", (t, "indices"), dim=2)
    idx = n("Expand", idx, sizes=(2, 5))
    c = n("Gather", into={"input": st, "index": idx}, dim=1)
    y = n("Einsum", w, c, equation="nk,nkd->nd")
    n("Output", y, loss="mse_loss")
    n("Output", n("OneHot", (t, "indices"), num_classes=3), loss=None)

    def by_hand(weights: Weights, x: Tensor) -> Any:
        s = lin(weights, "router", x).softmax(-1)
        v, i = s.topk(2)
        e = torch.stack([lin(weights, f"down{j}", F.gelu(lin(weights, f"up{j}", x))) for j in range(3)], 1)
        return torch.einsum(
            "nk,nkd->nd", v / v.sum(1, keepdim=True), e.gather(1, i[..., None].expand(-1, 2, 5))
        ), F.one_hot(i, 3)

    return by_hand


@drawn((2, 7, 4))
def vq(g: Graph) -> ByHand:
    n = Draw(g)
    x = n("Input", shape=("T", 4))
    book = n("Parameter", shape=(5, 4), init="uniform", name="book")
    d = n("Sum", n("Pow", n("Subtract", n("Unsqueeze", x, dim=2), book), exponent=2.0), dim=-1)
    t = n("TopK", d, k=1, largest=False)
    i = n("Squeeze", (t, "indices"), dim=-1)
    o = n("Scale", n("OneHot", i, num_classes=5))
    q = n("Einsum", o, book, equation="ntk,kd->ntd")
    n("Output", q, loss="mse_loss")
    n("Output", i, loss=None)

    def by_hand(weights: Weights, x: Tensor) -> Any:
        d = ((x[:, :, None] - weights["book.weight" if "book.weight" in weights else "book"]) ** 2).sum(-1)
        i = d.topk(1, largest=False)[1].squeeze(-1)
        return weights["book.weight" if "book.weight" in weights else "book"][i], i

    return by_hand
