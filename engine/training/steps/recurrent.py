"""Recurrent layers among others that compute with bfloat16 on a GPU: they keep float32.

There torch's autocast knows none but float16 for them, whatever it was asked for
(https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/cudnn/AutocastRNN.cpp). In that the small gradients of a
mean over many steps become 0, and nothing scales the loss. Their products are computed with TF32, as all that stays
float32.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence


class _Float32(nn.RNNBase):
    """Computes outside of autocast."""

    def forward(self, input: Tensor | PackedSequence, hx: Any = None) -> Any:
        values = input.data if isinstance(input, PackedSequence) else input
        with torch.autocast(values.device.type, enabled=False):
            return super().forward(_wide(input), _wide(hx))


class _RNN(_Float32, nn.RNN): ...


class _LSTM(_Float32, nn.LSTM): ...


class _GRU(_Float32, nn.GRU): ...


KINDS: Final[dict[type[nn.Module], type[nn.Module]]] = {nn.RNN: _RNN, nn.LSTM: _LSTM, nn.GRU: _GRU}


def keep_float32(module: nn.Module) -> None:
    """Let the recurrent layers of a module compute with float32 also under autocast; weights stay where they are."""
    for part in module.modules():
        part.__class__ = KINDS.get(type(part), type(part))


def _wide(given: Any) -> Any:
    """Tensors of float32: of a sequence, of a packed one, of one state or both; None as it is."""
    if isinstance(given, Tensor | PackedSequence):
        return given.float()
    return None if given is None else tuple(map(_wide, given))
