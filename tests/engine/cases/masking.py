"""Layers that keep attention from looking where it must not."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from engine.spec import BATCH, Spec
from tests.engine.cases.case import Case, Drawing, Trial


def causal(scores: torch.Tensor) -> torch.Tensor:
    rows, columns = scores.shape[-2:]
    return (torch.arange(columns)[None, :] > torch.arange(rows)[:, None]).expand(scores.shape)


def low(trial: Trial) -> str:
    return "without an axis of steps the batch would be taken for it" if trial.inputs[0].rank < 3 else ""


def filled(drawing: Drawing) -> list[Spec]:
    """Numbers, and a mask that mostly fits."""
    x = drawing.any_floats()
    shape = [1 if drawing.draw(st.integers(0, 3)) == 0 else size for size in x.shape[1:]]
    if drawing.draw(st.integers(0, 4)) == 0:
        shape[drawing.draw(st.integers(0, len(shape) - 1))] = drawing.axis()
    return [x, Spec((BATCH, *shape), "bool")]


def whole(trial: Trial) -> str:
    return "integers would be filled with a cut-off value" if trial.inputs[0].dtype != "float32" else ""


def tokens(drawing: Drawing) -> list[Spec]:
    return [Spec((BATCH, *(drawing.axis() for _ in range(drawing.draw(st.integers(0, 2))))), "int64")]


def few(trial: Trial, generator: torch.Generator) -> list[torch.Tensor | None]:
    """Numbers of which some are the padding."""
    made: list[torch.Tensor | None] = []
    for spec in trial.bound():
        whole = torch.randint(-1, 3, spec.shape, generator=generator)  # type: ignore[arg-type]
        made.append(whole.to(getattr(torch, spec.dtype)))
    return made


def is_padding(x: torch.Tensor, padding_idx: int = 0, true_at: str = "padding") -> torch.Tensor:
    found = torch.isin(x, torch.tensor([padding_idx], dtype=x.dtype))
    return found if true_at == "padding" else found.logical_not()


def counted(x: torch.Tensor, padding_idx: int = 0) -> torch.Tensor:
    if x.ndim < 2:
        raise ValueError("no axis of tokens")
    return torch.maximum(torch.count_nonzero(x - padding_idx, dim=-1), torch.tensor(1))


def unnamed(trial: Trial) -> str:
    return "floats and booleans name no token" if trial.inputs[0].dtype != "int64" else ""


def padded(drawing: Drawing) -> list[Spec]:
    """A sequence, and a mask of its steps."""
    steps = drawing.axis(1, 2, 3, 5)
    x = drawing.batched(steps, *(drawing.axis(1, 3) for _ in range(drawing.draw(st.integers(0, 2)))))
    other = drawing.axis() if drawing.draw(st.integers(0, 4)) == 0 else steps
    return [x, Spec((BATCH, other), "bool")]


def mean_of_tokens(x: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
    """Each sample by itself, cut to the steps that count."""
    if padding.dtype != torch.bool or padding.shape != x.shape[:2]:
        raise ValueError("a boolean for each step")
    rows = [
        one[~hidden].mean(0) if not hidden.all() else one.sum(0) * 0 for one, hidden in zip(x, padding, strict=True)
    ]
    return torch.stack(rows) if rows else x.sum(1)


PADDING_IDX = st.sampled_from([0, 0, 1, -1])
CASES = {
    "PaddingMask": Case(
        likely={"padding_idx": PADDING_IDX},
        inputs=tokens,
        function=is_padding,
        tensors=few,
        stricter=unnamed,
        exemplar=(Spec((BATCH, 7), "int64"),),
    ),
    "SequenceLengths": Case(
        likely={"padding_idx": PADDING_IDX},
        inputs=tokens,
        function=counted,
        tensors=few,
        stricter=unnamed,
        exemplar=(Spec((BATCH, 7), "int64"),),
    ),
    "MaskedMean": Case(
        inputs=padded,
        function=mean_of_tokens,
        stricter=lambda trial: "integers have no mean" if trial.inputs[0].dtype != "float32" else "",
        open_refused=True,
        exemplar=(Spec((BATCH, 7, 16)), Spec((BATCH, 7), "bool")),
    ),
    "CausalMask": Case(
        inputs=lambda d: [d.any_floats(3, 4)],
        function=causal,
        stricter=low,
        exemplar=(Spec((BATCH, 7, 7)),),
    ),
    "MaskedFill": Case(
        likely={"value": st.sampled_from([-1e9, 0.0, -5.0])},
        inputs=filled,
        function=lambda x, mask, value=-1e9: torch.masked_fill(x, mask, value),
        stricter=whole,
        open_refused=True,
        exemplar=(Spec((BATCH, 7, 7)), Spec((BATCH, 7, 7), "bool")),
    ),
}
