"""Sequences of different length in one batch."""

import torch
from torch import nn


def run_lengths(
    module: nn.RNNBase, x: torch.Tensor, lengths: torch.Tensor, state: object = None
) -> tuple[torch.Tensor, object]:
    """Run a recurrent module over the first ``lengths`` steps of each sample; what lies after gives zeros."""
    first = module.batch_first
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths.cpu(), batch_first=first, enforce_sorted=False)
    result, state = module(packed, state)
    steps = x.shape[1 if first else 0]
    output, _ = nn.utils.rnn.pad_packed_sequence(result, batch_first=first, total_length=steps)
    return output, state
