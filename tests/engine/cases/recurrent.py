"""Layers that read a sequence step by step and remember."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.cases.case import Case, Drawing, Trial

BATCH_FIRST = {"batch_first": True}  # everything on the canvas has the batch first
sizes = st.sampled_from([1, 2, 3, 4])


def sequence(states: int) -> Any:
    """A sequence, perhaps with first states and lengths."""

    def drawn(drawing: Drawing) -> list[Spec]:
        draw, typed = drawing.draw, drawing.typed
        steps, features = drawing.axis(1, 2, 3, 5), draw(st.sampled_from([1, 2, 3, 5]))
        first = typed.get("batch_first", True)
        layers = typed.get("num_layers", 1) * (2 if typed.get("bidirectional") else 1)
        hidden = typed["hidden_size"]
        shown = typed.get("proj_size", 0) or hidden
        begin = draw(st.sampled_from([False, False, True]))
        given = [Spec((layers, BATCH, size)) if begin else UNWIRED for size in (shown, hidden)[:states]]
        lengths = Spec((BATCH,), "int64") if draw(st.sampled_from([False, False, True])) else UNWIRED
        return [Spec((BATCH, steps, features) if first else (steps, BATCH, features)), *given, lengths]

    return drawn


def counted(trial: Trial, generator: torch.Generator) -> list[torch.Tensor | None]:
    """Random sequences, and lengths within them."""
    made: list[torch.Tensor | None] = []
    bound = trial.bound()
    steps = bound[0].shape[1 if trial.parameters.get("batch_first", True) else 0] if bound[0].rank > 1 else 1
    for spec in bound:
        if spec is UNWIRED:
            made.append(None)
        elif spec.dtype == "float32":
            made.append(torch.randn(spec.shape, generator=generator))  # type: ignore[arg-type]
        else:
            whole = torch.randint(1, int(steps) + 1, spec.shape, generator=generator)  # type: ignore[call-overload, arg-type]
            made.append(whole.to(getattr(torch, spec.dtype)))
    return made


def run(module: nn.Module, values: list[torch.Tensor | None]) -> list[torch.Tensor]:
    """torch's own way, with packed sequences where there are lengths; each last valid step by its index."""
    assert isinstance(module, nn.RNNBase)
    x, *given, lengths = values
    assert x is not None
    if any(item is None for item in given) != all(item is None for item in given):
        raise ValueError("one of two states")
    state: Any = None if given[0] is None else given[0] if len(given) == 1 else tuple(given)
    first = module.batch_first
    if x.ndim != 3:
        raise ValueError("a sequence has three axes here")
    if any(item is not None and item.dtype != torch.float32 for item in given):
        raise ValueError("a state of another kind")  # with projections torch computes with it as it is
    if lengths is None:
        output, final = module(x, state)
        counts = torch.full((x.shape[0 if first else 1],), x.shape[1 if first else 0])
    else:
        if lengths.dtype != torch.int64 or lengths.ndim != 1:
            raise ValueError("lengths are integers")
        many = module.num_layers * (2 if module.bidirectional else 1)
        for item in given:  # of packed sequences torch picks the states it needs without a look at them
            if item is not None and (item.ndim != 3 or item.shape[:2] != (many, len(lengths))):
                raise ValueError("a state of another shape")
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=first, enforce_sorted=False)
        result, final = module(packed, state)
        total = x.shape[1 if first else 0]
        output, _ = nn.utils.rnn.pad_packed_sequence(result, batch_first=first, total_length=total)
        counts = lengths
    batched = output if first else output.transpose(0, 1)
    forward = batched[torch.arange(len(counts)), counts - 1]
    half = batched.shape[-1] // (2 if module.bidirectional else 1)
    last = torch.cat((forward[:, :half], batched[:, 0, half:]), dim=1)
    finals = list(final) if isinstance(final, tuple) else [final]
    return [output, *finals, last]


def lenient(trial: Trial) -> str:
    """Why torch takes what the rule refuses."""
    first, lengths = trial.bound()[0], trial.bound()[-1]
    batch = first.shape[0 if trial.parameters.get("batch_first", True) else 1] if first.rank > 1 else 0
    if lengths is not UNWIRED and lengths.shape != (batch,):
        return "torch looks only at as many samples as there are lengths"
    return "torch takes two axes for one sequence without a batch" if trial.inputs[0].rank == 2 else ""


def step(states: int) -> Any:
    def drawn(drawing: Drawing) -> list[Spec]:
        x = drawing.batched(drawing.draw(st.sampled_from([1, 2, 3, 5])))
        state = Spec((BATCH, drawing.typed["hidden_size"]))
        begin = drawing.draw(st.booleans())
        return [x, *(state if begin else UNWIRED for _ in range(states))]

    return drawn


def cell(module: nn.Module, values: list[torch.Tensor | None]) -> Any:
    x, *states = values
    if any(item is None for item in states) != all(item is None for item in states):
        raise ValueError("one of two states")
    for item in states:  # torch's kernel does not look at the cell: with another kind or shape it reads beyond it
        if item is None:
            continue
        if x is None or x.ndim != 2 or item.dtype != torch.float32 or item.shape != (len(x), module.hidden_size):
            raise ValueError("a state of another kind or shape")
    state = None if states[0] is None else states[0] if len(states) == 1 else tuple(states)
    return module(x, state)


def loose(trial: Trial) -> str:
    """Why torch takes what the rule refuses."""
    if trial.inputs[0].rank == 1:
        return "one sample without a batch"
    return ""


def whole(states: int) -> Case:
    return Case(
        likely={
            "hidden_size": sizes,
            "num_layers": st.sampled_from([1, 1, 2, 3]),
            "proj_size": st.sampled_from([0, 0, 0, 1, 2]),
            "dropout": st.sampled_from([0.0, 0.0, 0.5]),
            "batch_first": st.sampled_from([True, True, False]),
        },
        inputs=sequence(states),
        asked={"input_size": lambda inputs: inputs[0].shape[-1]},
        tensors=counted,
        call=run,
        stricter=lenient,
        open_refused=True,
        other_defaults=BATCH_FIRST,
        signature=nn.RNNBase,
        left_out={"mode": "it says which of the three this is"} | ({} if states == 2 else {"proj_size": "LSTM only"}),
        ours={"nonlinearity": "torch takes it apart from the others"},
        exemplar=(Spec((BATCH, 7, 16)), *(UNWIRED,) * (states + 1)),
        flops=False,  # torch's counter does not know the fused kernels; see test_multiply_adds_of_a_recurrent_layer
    )


def one(states: int) -> Case:
    return Case(
        likely={"hidden_size": sizes},
        inputs=step(states),
        asked={"input_size": lambda inputs: inputs[0].shape[-1]},
        call=cell,
        stricter=loose,
        open_refused=True,
        exemplar=(Spec((BATCH, 16)), Spec((BATCH, 64)), *(Spec((BATCH, 64)),) * (states - 1)),
        flops=False,
    )


CASES = {
    "RNN": whole(1),
    "LSTM": whole(2),
    "GRU": whole(1),
    "RNNCell": one(1),
    "LSTMCell": one(2),
    "GRUCell": one(1),
}
