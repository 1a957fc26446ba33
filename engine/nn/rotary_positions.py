"""Where a step stands in a sequence, told by turning."""

import math

import torch
from torch import nn


class RotaryPositions(nn.Module):
    """Turns each pair of features by an angle that grows with the position along axis −2, for queries and keys.

    A pair is two neighbours (interleaved, as in RoFormer) or the same place of both halves (as in GPT-NeoX, LLaMA).
    """

    def __init__(self, base: float = 10000.0, interleaved: bool = True) -> None:
        super().__init__()
        self.base, self.interleaved = base, interleaved

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        steps, features = x.shape[-2:]
        exact = torch.promote_types(x.dtype, torch.float32)  # bfloat16 cannot count past 256
        pairs = torch.arange(0, features, 2, device=x.device, dtype=exact)
        rates = torch.exp(pairs * (-math.log(self.base) / features))
        angles = torch.arange(steps, device=x.device, dtype=exact)[:, None] * rates
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        a, b = (x[..., 0::2], x[..., 1::2]) if self.interleaved else x.chunk(2, dim=-1)
        turned = (a * cos - b * sin, a * sin + b * cos)
        return torch.stack(turned, dim=-1).flatten(-2) if self.interleaved else torch.cat(turned, dim=-1)
