"""A mask of every sample as torch's attention wants it."""

import torch


def each_head(mask: torch.Tensor, heads: int) -> torch.Tensor:
    """A mask (T, S) as it is; one for every sample, (N, T, S), once for each head: (N · heads, T, S)."""
    return mask if mask.dim() == 2 else mask.repeat_interleave(heads, dim=0)
