"""Language models by hand, with the names of their published weights."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def heads_of(x: Tensor, heads: int) -> Tensor:
    """(N, T, heads · size) as (N, heads, T, size)."""
    return x.view(*x.shape[:2], heads, -1).transpose(1, 2)


def attend(q: Tensor, k: Tensor, v: Tensor, added: Tensor | float = 0.0, scale: float | None = None) -> Tensor:
    """Scores, softmax, sums, and the heads joined; ``added`` goes to the scores."""
    scores = q @ k.transpose(-2, -1) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale) + added
    return (scores.softmax(-1) @ v).transpose(1, 2).flatten(2)


def future(steps: int) -> Tensor:
    """−∞ where a step lies ahead, else 0."""
    return torch.full((steps, steps), -math.inf, dtype=torch.float64).triu(1)


class Conv1D(nn.Module):
    """A linear layer whose matrix is (inputs, outputs)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(inputs, outputs) / math.sqrt(inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


class GPT2Block(nn.Module):
    """One layer: h.0 and so on."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.heads = heads
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.ModuleDict({"c_attn": Conv1D(width, 3 * width), "c_proj": Conv1D(width, width)})
        self.mlp = nn.ModuleDict({"c_fc": Conv1D(width, hidden), "c_proj": Conv1D(hidden, width)})

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (heads_of(part, self.heads) for part in self.attn["c_attn"](self.ln_1(x)).chunk(3, -1))
        x = x + self.attn["c_proj"](attend(q, k, v, future(x.shape[1])))
        hidden = self.mlp["c_fc"](self.ln_2(x))
        bent = 0.5 * hidden * (1 + torch.tanh(math.sqrt(2 / math.pi) * (hidden + 0.044715 * hidden**3)))
        answer: Tensor = x + self.mlp["c_proj"](bent)
        return answer


class GPT2(nn.Module):
    """The names of the file that was published (without ``transformer.``), and the tied head."""

    def __init__(self, tokens: int, positions: int, width: int, depth: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.wte, self.wpe = nn.Embedding(tokens, width), nn.Embedding(positions, width)
        self.h = nn.ModuleList(GPT2Block(width, heads, hidden) for _ in range(depth))
        self.ln_f = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, tokens, bias=False)
        self.lm_head.weight = self.wte.weight

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for layer in self.h:
            x = layer(x)
        answer: Tensor = self.lm_head(self.ln_f(x))
        return answer


class BertLayer(nn.Module):
    """One layer: encoder.layer.0 and so on."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.heads = heads
        attention = nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")})
        output = nn.ModuleDict({"dense": nn.Linear(width, width), "LayerNorm": nn.LayerNorm(width, 1e-12)})
        self.attention = nn.ModuleDict({"self": attention, "output": output})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, hidden)})
        self.output = nn.ModuleDict({"dense": nn.Linear(hidden, width), "LayerNorm": nn.LayerNorm(width, 1e-12)})

    def forward(self, x: Tensor, added: Tensor) -> Tensor:
        looking, joined = self.attention["self"], self.attention["output"]
        q, k, v = (heads_of(looking[name](x), self.heads) for name in ("query", "key", "value"))  # type: ignore[index]
        x = joined["LayerNorm"](x + joined["dense"](attend(q, k, v, added)))  # type: ignore[index]
        hidden = nn.functional.gelu(self.intermediate["dense"](x))
        answer: Tensor = self.output["LayerNorm"](x + self.output["dense"](hidden))
        return answer


class Bert(nn.Module):
    """BertModel with its pooler; token 0 is padding."""

    def __init__(self, tokens: int, positions: int, width: int, depth: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": nn.Embedding(tokens, width),
                "position_embeddings": nn.Embedding(positions, width),
                "token_type_embeddings": nn.Embedding(2, width),
                "LayerNorm": nn.LayerNorm(width, 1e-12),
            }
        )
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(BertLayer(width, heads, hidden) for _ in range(depth))})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(width, width)})

    def forward(self, tokens: Tensor, types: Tensor | None = None) -> tuple[Tensor, Tensor]:
        parts, steps = self.embeddings, torch.arange(tokens.shape[1])
        x = parts["word_embeddings"](tokens) + parts["position_embeddings"](steps)
        x = parts["LayerNorm"](x + parts["token_type_embeddings"](torch.zeros_like(tokens) if types is None else types))
        added = torch.where(tokens == 0, -math.inf, 0.0).double()[:, None, None]
        for layer in self.encoder["layer"]:  # type: ignore[union-attr]
            x = layer(x, added)
        return x, self.pooler["dense"](x[:, 0]).tanh()


class Core(nn.Transformer):
    """torch's Transformer between waves and what is written: its decoder sees no step ahead."""

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:  # type: ignore[override]
        ahead = torch.ones(tgt.shape[1], tgt.shape[1], dtype=torch.bool).triu(1)
        answer: Tensor = super().forward(src + waves(src), tgt + waves(tgt), tgt_mask=ahead)
        return answer


def waves(x: Tensor) -> Tensor:
    """Sines and cosines for the steps of (N, T, d), a pair for each wave length."""
    steps, width = x.shape[1:]
    angles = torch.arange(steps).double()[:, None] / 10000 ** (torch.arange(0, width, 2).double() / width)
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1)


class RMSNorm(nn.Module):
    """Scaled to a mean square of 1."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def rotated(x: Tensor, base: float = 10000.0) -> Tensor:
    """(N, heads, T, size) as LLaMA turns it: a feature and the one half of them later are a pair."""
    size = x.shape[-1]
    rates = 1.0 / base ** (torch.arange(0, size, 2).double() / size)
    angles = torch.outer(torch.arange(x.shape[-2]).double(), rates).repeat(1, 2)
    one, two = x.chunk(2, -1)
    return x * angles.cos() + torch.cat([-two, one], -1) * angles.sin()


class LlamaLayer(nn.Module):
    """One layer: model.layers.0 and so on."""

    def __init__(self, width: int, heads: int, groups: int, hidden: int) -> None:
        super().__init__()
        self.heads, self.groups, shared = heads, groups, width // heads * groups
        sizes = {"q_proj": (width, width), "k_proj": (width, shared), "v_proj": (width, shared), "o_proj": (width,) * 2}
        self.self_attn = nn.ModuleDict({name: nn.Linear(*size, bias=False) for name, size in sizes.items()})
        sizes = {"gate_proj": (width, hidden), "up_proj": (width, hidden), "down_proj": (hidden, width)}
        self.mlp = nn.ModuleDict({name: nn.Linear(*size, bias=False) for name, size in sizes.items()})
        self.input_layernorm, self.post_attention_layernorm = RMSNorm(width, 1e-5), RMSNorm(width, 1e-5)

    def forward(self, x: Tensor) -> Tensor:
        looking, y, times = self.self_attn, self.input_layernorm(x), self.heads // self.groups
        q = rotated(heads_of(looking["q_proj"](y), self.heads))
        k = rotated(heads_of(looking["k_proj"](y), self.groups)).repeat_interleave(times, 1)
        v = heads_of(looking["v_proj"](y), self.groups).repeat_interleave(times, 1)
        x = x + looking["o_proj"](attend(q, k, v, future(x.shape[1])))
        y = self.post_attention_layernorm(x)
        gate = self.mlp["gate_proj"](y)
        answer: Tensor = x + self.mlp["down_proj"](gate * gate.sigmoid() * self.mlp["up_proj"](y))
        return answer


class Llama(nn.Module):
    """LlamaForCausalLM with a tied head."""

    def __init__(self, tokens: int, width: int, depth: int, heads: int, groups: int, hidden: int) -> None:
        super().__init__()
        layers = nn.ModuleList(LlamaLayer(width, heads, groups, hidden) for _ in range(depth))
        parts = {"embed_tokens": nn.Embedding(tokens, width), "layers": layers, "norm": RMSNorm(width, 1e-5)}
        self.model = nn.ModuleDict(parts)
        self.lm_head = nn.Linear(width, tokens, bias=False)
        self.lm_head.weight = self.model["embed_tokens"].weight  # type: ignore[assignment]

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.model["embed_tokens"](tokens)
        for layer in self.model["layers"]:  # type: ignore[union-attr]
            x = layer(x)
        answer: Tensor = self.lm_head(self.model["norm"](x))
        return answer


class T5Attention(nn.Module):
    """SelfAttention or EncDecAttention; the first of a stack has the table of distances."""

    def __init__(self, width: int, heads: int, size: int, buckets: int = 0) -> None:
        super().__init__()
        self.heads = heads
        for name in "qkv":
            setattr(self, name, nn.Linear(width, heads * size, bias=False))
        self.o = nn.Linear(heads * size, width, bias=False)
        if buckets:
            self.relative_attention_bias = nn.Embedding(buckets, heads)

    def forward(self, x: Tensor, seen: Tensor, added: Tensor) -> Tensor:
        q, k, v = (heads_of(way(of), self.heads) for way, of in ((self.q, x), (self.k, seen), (self.v, seen)))
        answer: Tensor = self.o(attend(q, k, v, added, scale=1.0))
        return answer


class T5Part(nn.Module):
    """A norm and what comes after it; layer.0 and so on."""

    def __init__(self, width: int, name: str, part: nn.Module) -> None:
        super().__init__()
        self.layer_norm = RMSNorm(width, 1e-6)
        self.add_module(name, part)


class T5Stack(nn.Module):
    """The encoder or the decoder."""

    def __init__(self, width: int, depth: int, heads: int, size: int, hidden: int, buckets: int, crossed: bool) -> None:
        super().__init__()
        self.block = nn.ModuleList()
        for index in range(depth):
            looking = T5Attention(width, heads, size, 0 if index else buckets)
            parts = [T5Part(width, "SelfAttention", looking)]
            if crossed:
                parts.append(T5Part(width, "EncDecAttention", T5Attention(width, heads, size)))
            dense = {"wi": nn.Linear(width, hidden, bias=False), "wo": nn.Linear(hidden, width, bias=False)}
            parts.append(T5Part(width, "DenseReluDense", nn.ModuleDict(dense)))
            self.block.append(nn.ModuleDict({"layer": nn.ModuleList(parts)}))
        self.final_layer_norm = RMSNorm(width, 1e-6)

    def forward(self, x: Tensor, added: Tensor, memory: Tensor | None = None, mask: Tensor | float = 0.0) -> Tensor:
        table = self.block[0]["layer"][0].SelfAttention.relative_attention_bias  # type: ignore[index]
        bias = table(distances(x.shape[1], table.num_embeddings, memory is None)).permute(2, 0, 1) + added
        for block in self.block:
            looking, *crossed, dense = block["layer"]  # type: ignore[index]
            y = looking.layer_norm(x)
            x = x + looking.SelfAttention(y, y, bias)
            for part in crossed:
                x = x + part.EncDecAttention(part.layer_norm(x), memory, mask)
            y = dense.DenseReluDense["wi"](dense.layer_norm(x)).relu()
            x = x + dense.DenseReluDense["wo"](y)
        answer: Tensor = self.final_layer_norm(x)
        return answer


def distances(steps: int, buckets: int, both: bool, farthest: int = 128) -> Tensor:
    """The bucket of each pair of steps, (steps, steps), counted one by one."""
    found = torch.zeros(steps, steps, dtype=torch.int64)
    count = buckets // 2 if both else buckets
    for t in range(steps):
        for s in range(steps):
            far, exact = abs(s - t) if both else max(t - s, 0), count // 2
            if far >= exact:
                far = min(exact + int(math.log(far / exact) / math.log(farthest / exact) * (count - exact)), count - 1)
            found[t, s] = far + (count if both and s > t else 0)
    return found


class T5(nn.Module):
    """T5ForConditionalGeneration with a tied head; token 0 is padding."""

    def __init__(
        self, tokens: int, width: int, depth: int, heads: int, size: int, hidden: int, buckets: int = 32
    ) -> None:
        super().__init__()
        self.shared = nn.Embedding(tokens, width)
        self.encoder = T5Stack(width, depth, heads, size, hidden, buckets, crossed=False)
        self.decoder = T5Stack(width, depth, heads, size, hidden, buckets, crossed=True)
        self.lm_head = nn.Linear(width, tokens, bias=False)
        self.lm_head.weight = self.shared.weight

    def forward(self, read: Tensor, told: Tensor) -> Tensor:
        padding = torch.where(read == 0, -math.inf, 0.0).double()[:, None, None]
        memory = self.encoder(self.shared(read), padding)
        written = self.decoder(self.shared(told), future(told.shape[1]), memory, padding)
        answer: Tensor = self.lm_head(written * self.shared.embedding_dim**-0.5)
        return answer
