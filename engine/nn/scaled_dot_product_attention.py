"""Attention without weights of its own."""

import torch
from torch import nn


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
