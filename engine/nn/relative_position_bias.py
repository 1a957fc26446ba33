"""How far apart two steps are, as a number added to their score."""

import math

import torch
from torch import nn


class RelativePositionBias(nn.Module):
    """A learned number for each head and each distance of two steps, (heads, T, S), to be added to scores.

    Small distances have a number each, larger ones share it in ranges that grow up to max_distance.
    """

    def __init__(
        self, num_heads: int, num_buckets: int = 32, max_distance: int = 128, bidirectional: bool = True
    ) -> None:
        super().__init__()
        self.num_buckets, self.max_distance, self.bidirectional = num_buckets, max_distance, bidirectional
        self.weight = nn.Parameter(torch.randn(num_buckets, num_heads) * 0.02)

    def forward(self, query: torch.Tensor, key: torch.Tensor | None = None) -> torch.Tensor:
        keys = query.shape[1] if key is None else key.shape[1]
        rows = torch.arange(query.shape[1], device=query.device)[:, None]
        ahead = torch.arange(keys, device=query.device) - rows
        count = self.num_buckets // 2 if self.bidirectional else self.num_buckets
        far = ahead.abs() if self.bidirectional else (-ahead).clamp(min=0)
        exact = count // 2
        growth = torch.log(far.clamp(min=1) / exact) / math.log(self.max_distance / exact)
        shared = (exact + (growth * (count - exact)).long()).clamp(max=count - 1)
        bucket = torch.where(far < exact, far, shared)
        if self.bidirectional:
            bucket = bucket + (ahead > 0) * count
        return self.weight[bucket].permute(2, 0, 1)
