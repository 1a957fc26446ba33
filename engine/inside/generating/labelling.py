"""A network labels: every token of a text gets a class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from engine.inside.generating.choosing import log_probabilities
from engine.inside.generating.errors import GeneratingError
from engine.inside.generating.jobs import Labelling
from engine.inside.trained import Trained


@dataclass(frozen=True, slots=True)
class Label:
    """What one token is: ``symbol`` is how it reads by itself, ``probability`` how likely its label is held."""

    symbol: str
    label: str
    probability: float


def labels(trained: Trained, job: Labelling, text: str) -> list[Label]:
    """The label of each token of a text. Raises GeneratingError where it is empty, too long or has another symbol."""
    tokens = job.alphabet.encode(text)
    if not tokens:
        raise GeneratingError("There is nothing to label: give it a text.")
    if len(tokens) > job.length:
        raise GeneratingError(f"The text has {len(tokens):,} tokens; this network labels up to {job.length:,}.")
    padding = trained.data.fields[job.tokens].padding
    if padding is None and len(tokens) < job.length:
        raise GeneratingError(f"The text has {len(tokens):,} tokens; this network labels exactly {job.length:,}.")
    row = torch.tensor([tokens + [padding or 0] * (job.length - len(tokens))], device=trained.device)
    trained.network.module.eval()
    with torch.no_grad():
        scores = job.head.answer(trained.network.answers({job.tokens: row}))[0, : len(tokens)]
    silent = trained.data.fields[job.head.field].padding
    found = list[Label]()
    for token, one in zip(tokens, scores, strict=True):
        logs = log_probabilities(one, () if silent is None else (silent,))
        best = int(logs.argmax())
        found.append(Label(job.alphabet.shown(token), job.labels[best], float(logs[best].exp())))
    return found


def runs(found: Sequence[Label]) -> list[tuple[str, str]]:
    """Neighbours of one label together: (their symbols, the label)."""
    made = list[tuple[str, str]]()
    for one in found:
        if made and made[-1][1] == one.label:
            made[-1] = (made[-1][0] + one.symbol, one.label)
        else:
            made.append((one.symbol, one.label))
    return made
