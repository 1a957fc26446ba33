"""Where a step must not look."""

import torch


def future(x: torch.Tensor, dim: int = 1) -> torch.Tensor:
    """A mask (T, T) that is true where the second step lies after the first; T is the size of ``dim``."""
    return torch.ones(x.shape[dim], x.shape[dim], dtype=torch.bool, device=x.device).triu(diagonal=1)
