"""What the interpreter knows of single layers: torch's own module or function, from the tests of the layers.

Nothing here reads how a layer writes itself. Layers of torch are torch's modules called in torch's own way, layers
that are an expression have a function in their case, and the few modules of ours are taken as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import torch
from torch import nn

from engine.layers.layer import Layer
from engine.spec import UNWIRED, DType, Spec
from tests.engine import oracle
from tests.engine.cases import Trial

OURS: Final = (
    "modules of engine.nn: their text goes into the source as it is, and test_nn_modules holds them against torch"
)
NOT_INDEPENDENT: Final = dict.fromkeys(
    [
        *("ClassToken", "LayerNorm2d", "LayerScale", "LearnedPositions", "RotaryPositions"),
        *("RelativePositionBias",),
        *("NormalNoise", "ScaledDotProductAttention", "Shortcut", "SinusoidalPositions", "StochasticDepth"),
        *("UniformNoise", "Constant", "Parameter", "Arange"),
    ],
    OURS,
)
"""Layers whose module is the very one that the source has, each with the reason."""


def trial(cls: type[Layer], typed: dict[str, Any], given: Sequence[torch.Tensor | None]) -> Trial:
    """The layer with these parameters on tensors of these sizes."""
    return Trial(
        cls, typed, tuple(UNWIRED if value is None else Spec(tuple(value.shape), kind(value)) for value in given), {}
    )


def kind(value: torch.Tensor) -> DType:
    """The kind of numbers as a spec has it: all floats are one."""
    if value.is_floating_point():
        return "float32"
    return "bool" if value.dtype == torch.bool else "int64"


def module(of: Trial) -> nn.Module | None:
    """torch's module; None for a layer that is an expression."""
    return oracle.module(of)


def calm(module: nn.Module) -> nn.Module:
    """The module without random draws: only what takes its numbers from the batch continues training."""
    module.eval()
    for each in module.modules():
        if isinstance(each, nn.modules.batchnorm._NormBase):
            each.train()
    return module


def apply(of: Trial, built: nn.Module | None, given: Sequence[torch.Tensor | None]) -> tuple[torch.Tensor, ...]:
    """The layer's values in the order of its output ports."""
    if isinstance(built, nn.RNNBase):
        return recurrent(built, *given)
    if isinstance(built, nn.RNNCellBase):
        return cell(built, *given)
    if isinstance(built, nn.EmbeddingBag) and built.max_norm is not None and given[1:] not in ([], [None]):
        return shortened(built, *given)
    return oracle.apply(of, built, list(given))


def recurrent(module: nn.RNNBase, x: torch.Tensor | None, *rest: torch.Tensor | None) -> tuple[torch.Tensor, ...]:
    """(output, final states …, the last step that counts): each sample by itself, cut to its length."""
    assert x is not None
    *states, lengths = rest
    sequences = x if module.batch_first else x.transpose(0, 1)
    counts = [sequences.shape[1]] * len(sequences) if lengths is None else lengths.tolist()
    outputs, finals, lasts = [], [], []
    for number, count in enumerate(counts):
        one = sequences[number : number + 1, :count]
        state: Any = tuple(state[:, number : number + 1].contiguous() for state in states if state is not None)
        state = None if not state else state if len(states) > 1 else state[0]
        output, final = module(one if module.batch_first else one.transpose(0, 1), state)
        output = output if module.batch_first else output.transpose(0, 1)
        half = output.shape[2] // (2 if module.bidirectional else 1)
        lasts.append(torch.cat((output[:, -1, :half], output[:, 0, half:]), dim=1))
        outputs.append(nn.functional.pad(output, (0, 0, 0, sequences.shape[1] - count)))
        finals.append(final if isinstance(final, tuple) else (final,))
    whole = torch.cat(outputs)
    together = [torch.cat(each, dim=1) for each in zip(*finals, strict=True)]
    return (whole if module.batch_first else whole.transpose(0, 1), *together, torch.cat(lasts))


def shortened(module: nn.EmbeddingBag, x: torch.Tensor | None, weights: torch.Tensor | None) -> tuple[torch.Tensor]:
    """A bag on a copy of its table: the next step shortens rows of the table that the gradient still needs."""
    with torch.no_grad():
        module(x, per_sample_weights=weights)
    of = ("mode", "norm_type", "scale_grad_by_freq", "sparse", "padding_idx")
    table, options = module.weight.clone(), {name: getattr(module, name) for name in of}
    return (nn.functional.embedding_bag(x, table, per_sample_weights=weights, **options),)


def cell(module: nn.RNNCellBase, x: torch.Tensor | None, *states: torch.Tensor | None) -> tuple[torch.Tensor, ...]:
    """The states after one step."""
    given = [state for state in states if state is not None]
    results = module(x, (given[0] if len(states) == 1 else tuple(given)) if given else None)
    return tuple(oracle.flat(results))
