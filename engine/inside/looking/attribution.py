"""What ways of explaining an answer by its input share: where gradients begin and end, and how that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.errors import visible
from engine.inside.looking.columns import columns_of
from engine.inside.looking.inspector import Start
from engine.inside.looking.method import Option, Question
from engine.inside.looking.results import Bars, Heat, Result
from engine.inside.looking.target import Target

BASELINE = Option(
    "baseline",
    "Baseline",
    "what counts as nothing there: zeros, the lowest value of the data (black), or the mean of the training part",
    "automatic",
    ("automatic", "zero", "lowest", "mean"),
)


@dataclass(frozen=True, slots=True)
class Explained:
    """One sample, where its gradients end, its answer, and the number of it that is explained."""

    starts: dict[Start, Tensor]
    answers: tuple[Tensor, ...]
    target: Target
    score: float


def explained(question: Question, *, tokens: bool = True) -> Explained:
    """The sample of a question with its answer; without ``tokens`` Embeddings are left alone."""
    batch, inspector = question.the_sample().batch, question.inspector
    starts = inspector.starts(batch) if tokens else {Start(name): batch[name] for name in inspector.network.inputs}
    answers = inspector.run(batch).answers
    target = question.target.settled(question.trained, answers)
    return Explained(starts, answers, target, float(target.score(question.trained, answers)[0]))


def gradients(question: Question, target: Target, starts: Mapping[Start, Tensor]) -> tuple[Tensor, dict[Start, Tensor]]:
    """The scores (N,) of N variants of the sample, and their gradients at the starts, each (N, …)."""
    count = len(next(iter(starts.values())))
    own = {start: value.detach().clone().requires_grad_() for start, value in starts.items()}
    batch = question.the_sample().batch
    given = {name: batch[name].expand(count, *batch[name].shape[1:]) for name in question.inspector.network.inputs}
    answers = question.inspector.run(given, starts=own, gradients=True).answers
    scores = target.score(question.trained, answers)
    found = torch.autograd.grad(scores.sum(), list(own.values()), allow_unused=True)
    return scores.detach(), {
        start: torch.zeros_like(value) if gradient is None else gradient
        for (start, value), gradient in zip(own.items(), found, strict=True)
    }


def baseline(question: Question, start: Start, value: Tensor) -> Tensor:
    """What stands for nothing there, in the shape of ``value`` (1, …).

    Automatic: the lowest value for images, zeros for what Embeddings make of tokens, else the mean.
    """
    kind = question.choice("baseline")
    if start.module or kind == "zero":
        return torch.zeros_like(value)
    if kind == "automatic":
        kind = "lowest" if is_image(value) else "mean"
    seen = question.inspector.usual(start.field)
    return seen.mean(0, keepdim=True) if kind == "mean" else torch.full_like(value, float(seen.min()))


def is_image(value: Tensor) -> bool:
    """Whether it is images (N, C, H, W)."""
    return value.dim() == 4


def shown(question: Question, found: Mapping[Start, Tensor], *, signed: bool, unit: str) -> Result:
    """Attributions (1, …) of all starts: over an image, or a bar for each column, token or step.

    Channels, and the features of Embeddings, are added up where the sign counts; else the largest counts. Of several
    inputs that are no bars the first is shown.
    """
    results = [_shown(question, start, values, signed, unit) for start, values in found.items()]
    bars = [one for one in results if isinstance(one, Bars)]
    if len(bars) < len(results) or len(bars) == 1:
        return next((one for one in results if isinstance(one, Heat)), results[0])
    names = tuple(name for one in bars for name in one.names)
    return Bars(names, np.concatenate([one.values for one in bars]), unit)


def _shown(question: Question, start: Start, values: Tensor, signed: bool, unit: str) -> Heat | Bars:
    sample = question.the_sample().batch[start.field]
    one = values[0]
    if start.module:
        per_token = one.sum(-1) if signed else one.norm(dim=-1)
        return Bars(token_names(question, start.field), per_token.flatten().numpy(force=True), unit)
    if is_image(sample):
        heat = one.sum(0) if signed else one.abs().amax(0)
        return Heat(sample[0].numpy(force=True), heat.numpy(force=True), signed, unit)
    if not sample.is_floating_point():
        return Bars(token_names(question, start.field), one.flatten().numpy(force=True), unit)
    one = one if signed else one.abs()
    if one.dim() == 2:  # a series, as an image of its numbers
        return Heat(sample.numpy(force=True), one.numpy(force=True), signed, unit)
    if one.dim() == 4:  # a clip (T, C, H, W): its frames from left to right
        frames = one.sum(1) if signed else one.amax(1)
        return Heat(
            torch.cat([*sample[0]], dim=-1).numpy(force=True),
            torch.cat([*frames], dim=-1).numpy(force=True),
            signed,
            unit,
        )
    return Bars(column_names(question, start.field, one.numel()), one.flatten().numpy(force=True), unit)


def token_names(question: Question, field: str) -> tuple[str, ...]:
    """The tokens of the sample in words, each with its position."""
    names, sample = question.trained.data.fields[field].names, question.the_sample().batch[field][0]
    words = [visible(names[token]) if 0 <= token < len(names) else str(token) for token in sample.flatten().tolist()]
    return tuple(words) if sample.dim() else (f"{field} = {words[0]}",)


def column_names(question: Question, field: str, count: int) -> tuple[str, ...]:
    """What the numbers of a row are called."""
    known = question.trained.data.fields[field].columns
    if len(known) == count:
        return known
    if not known:
        known = tuple(column.name for column in columns_of(question.trained) if len(column.positions) == 1)
    return tuple(known) if len(known) == count else tuple(f"{field} {index + 1}" for index in range(count))


def score_facts(question: Question, known: Explained) -> tuple[tuple[str, str], ...]:
    """The number that is explained, by name and value."""
    return ((f"answer for {known.target.name(question.trained)}", f"{known.score:.4g}"),)


def no_reason(question: Question) -> str:
    """It answers for every sample."""
    return ""


def is_table(question: Question) -> str:
    """Why it is none; nothing where the data are a table."""
    if columns_of(question.trained):
        return ""
    return "The data of this run are no table: there are no columns to compare."
