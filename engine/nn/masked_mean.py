"""The mean of the steps that count."""

import torch


def masked_mean(x: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
    """The mean over the steps of (N, T, …) where ``padding`` (N, T) is false; 0 for a sample of padding alone."""
    hidden = padding.reshape(*padding.shape, *(1,) * (x.dim() - 2))
    return x.masked_fill(hidden, 0.0).sum(1) / (~hidden).sum(1).clamp(min=1)
