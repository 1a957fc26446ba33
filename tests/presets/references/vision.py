"""The Vision Transformer and MLP-Mixer by hand, with timm's names."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

EPS = 1e-6


class Attention(nn.Module):
    """Joined projections, scores, softmax, sums."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        samples, steps, width = x.shape
        q, k, v = self.qkv(x).reshape(samples, steps, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(-1)
        answer: Tensor = self.proj((scores @ v).transpose(1, 2).reshape(samples, steps, width))
        return answer


class Mlp(nn.Module):
    """Two linear layers."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.fc2(nn.functional.gelu(self.fc1(x)))
        return answer


class Block(nn.Module):
    """One layer of the encoder."""

    def __init__(self, width: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(width, EPS), Attention(width, heads)
        self.norm2, self.mlp = nn.LayerNorm(width, EPS), Mlp(width, hidden)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x))
        answer: Tensor = x + self.mlp(self.norm2(x))
        return answer


class Patches(nn.Module):
    """Pieces of an image as rows."""

    def __init__(self, channels: int, patch: int, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, patch)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.proj(x).flatten(2).transpose(1, 2)
        return answer


class ViT(nn.Module):
    """timm's vit_base_patch16_224 in any size."""

    def __init__(self, classes: int, size: int, patch: int, width: int, depth: int, heads: int, hidden: int) -> None:
        super().__init__()
        self.patch_embed = Patches(3, patch, width)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width))
        self.blocks = nn.ModuleList(Block(width, heads, hidden) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(width, EPS), nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patch_embed(x)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        answer: Tensor = self.head(self.norm(x)[:, 0])
        return answer


class MixerBlock(nn.Module):
    """Two pairs of linear layers: across the patches, across the channels."""

    def __init__(self, patches: int, width: int, tokens: int, channels: int) -> None:
        super().__init__()
        self.norm1, self.mlp_tokens = nn.LayerNorm(width, EPS), Mlp(patches, tokens)
        self.norm2, self.mlp_channels = nn.LayerNorm(width, EPS), Mlp(width, channels)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.mlp_tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        answer: Tensor = x + self.mlp_channels(self.norm2(x))
        return answer


class Mixer(nn.Module):
    """timm's mixer_b16_224 in any size."""

    def __init__(self, classes: int, size: int, patch: int, width: int, depth: int, tokens: int, channels: int) -> None:
        super().__init__()
        self.stem = Patches(3, patch, width)
        self.blocks = nn.Sequential(*(MixerBlock((size // patch) ** 2, width, tokens, channels) for _ in range(depth)))
        self.norm, self.head = nn.LayerNorm(width, EPS), nn.Linear(width, classes)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.head(self.norm(self.blocks(self.stem(x))).mean(1))
        return answer
