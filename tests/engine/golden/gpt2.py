"""GPT-2: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class LearnedPositions(nn.Module):
    """Adds a learned vector for each place to (N, T, features), so that a step knows its place."""

    def __init__(self, features: int, max_length: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(max_length, features) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.table[: x.shape[1]]


class ScaledDotProductAttention(nn.Module):
    """Each query takes of all values as much as its key fits: softmax(q·kᵀ·scale)·v.

    A mask of booleans says where one may look; one of floats is added to the scores.
    """

    def __init__(
        self, dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False
    ) -> None:
        super().__init__()
        self.dropout_p, self.is_causal, self.scale, self.enable_gqa = dropout_p, is_causal, scale, enable_gqa

    def forward(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attn_mask: torch.Tensor | None = None
    ) -> torch.Tensor:
        dropped = self.dropout_p if self.training else 0.0
        return nn.functional.scaled_dot_product_attention(
            query, key, value, attn_mask, dropped, self.is_causal, scale=self.scale, enable_gqa=self.enable_gqa
        )


class DecoderBlock(nn.Module):
    """Every step looks at those before it, then two layers of its own; each part is added."""

    def __init__(self, width: int = 768, heads: int = 12, dropout: float = 0.1) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.unflatten1 = nn.Unflatten(-1, (heads, width // heads))
        self.unflatten2 = nn.Unflatten(-1, (heads, width // heads))
        self.unflatten3 = nn.Unflatten(-1, (heads, width // heads))
        self.attention = ScaledDotProductAttention(dropout_p=dropout, is_causal=True)
        self.flatten1 = nn.Flatten(start_dim=2)
        self.project = nn.Linear(width, width)
        self.dropout1 = nn.Dropout(dropout)
        self.norm2 = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, 4 * width)
        self.gelu1 = nn.GELU(approximate="tanh")
        self.fc2 = nn.Linear(4 * width, width)
        self.dropout2 = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, 1024, width)
        y = self.norm1(x)                       # (N, 1024, width)
        y = self.qkv(y)                         # (N, 1024, 3 * width)
        query, key, value = y.chunk(3, dim=-1)  # 3 × (N, 1024, width)
        query = self.unflatten1(query)          # (N, 1024, heads, width // heads)
        query = query.permute(0, 2, 1, 3)       # (N, heads, 1024, width // heads)
        key = self.unflatten2(key)              # (N, 1024, heads, width // heads)
        key = key.permute(0, 2, 1, 3)           # (N, heads, 1024, width // heads)
        value = self.unflatten3(value)          # (N, 1024, heads, width // heads)
        value = value.permute(0, 2, 1, 3)       # (N, heads, 1024, width // heads)
        y = self.attention(query, key, value)   # (N, heads, 1024, width // heads)
        y = y.permute(0, 2, 1, 3)               # (N, 1024, heads, width // heads)
        y = self.flatten1(y)                    # (N, 1024, width)
        y = self.project(y)                     # (N, 1024, width)
        y = self.dropout1(y)                    # (N, 1024, width)
        x = x + y                               # (N, 1024, width)
        y = self.norm2(x)                       # (N, 1024, width)
        y = self.fc1(y)                         # (N, 1024, 4 * width)
        y = self.gelu1(y)                       # (N, 1024, 4 * width)
        y = self.fc2(y)                         # (N, 1024, width)
        y = self.dropout2(y)                    # (N, 1024, width)
        x = x + y                               # (N, 1024, width)
        return x


class GPT2(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(50257, 768)
        self.positions = LearnedPositions(768, 1024)
        self.dropout1 = nn.Dropout(0.1)
        self.decoder = nn.Sequential(*(DecoderBlock() for _ in range(12)))
        self.norm = nn.LayerNorm(768)
        self.head = nn.Linear(768, 50257, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        # tokens: (N, 1024)
        x = self.embedding(tokens)  # (N, 1024, 768)
        x = self.positions(x)       # (N, 1024, 768)
        x = self.dropout1(x)        # (N, 1024, 768)
        x = self.decoder(x)         # (N, 1024, 768)
        x = self.norm(x)            # (N, 1024, 768)
        x = self.head(x)            # (N, 1024, 50257)
        return x
