"""Which token input of a network its own target is, one position later: read off the training samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

from engine.training.evaluation.network import Head, Network

if TYPE_CHECKING:
    from torch import Tensor

    from engine.data.dataset import Field

SEEN: Final = 512
"""Training samples by which it is known."""


@dataclass(frozen=True, slots=True)
class NextToken:
    """``head`` answers, at every position of the input ``tokens``, with the token that comes next there.

    ``start`` is what comes before the first token of an answer to other inputs: all samples begin with it. None where
    they begin with different ones, and where there is no other input: then a sequence is continued.
    """

    tokens: str
    head: Head
    start: int | None


def next_token(network: Network, fields: Mapping[str, Field], samples: Callable[[str], Tensor]) -> NextToken | None:
    """The first head of a network that continues one of its inputs; None where none does.

    So it is in a decoder that is shown what it should have said, and in a language model. ``samples`` gives the
    training samples of a field, of which the first are looked at.
    """
    for head in network.heads:
        target = fields[head.field]
        if head.task.kind != "classes" or not is_sequence(target):
            continue
        for name in network.inputs:
            if is_sequence(fields[name]) and fields[name].names == target.names:
                read, written = (samples(one)[:SEEN].cpu() for one in (name, head.field))
                if _is_shifted(read, written, target.padding):
                    starts = len(network.inputs) > 1 and bool((read[:, 0] == read[0, 0]).all())
                    return NextToken(name, head, int(read[0, 0]) if starts else None)
    return None


def is_sequence(field: Field) -> bool:
    """Whether it is a row of tokens."""
    return field.dtype == "int64" and len(field.shape) == 1 and bool(field.names)


def _is_shifted(read: Tensor, written: Tensor, padding: int | None) -> bool:
    """Whether the target (samples, length) is the input one position later, wherever it counts."""
    if read.shape != written.shape:
        return False
    counts = torch.ones_like(written, dtype=torch.bool) if padding is None else written != padding
    both = counts[:, :-1] & counts[:, 1:]
    return bool(both.any() and (read[:, 1:] == written[:, :-1])[both].all())
