"""Rows of docstrings with some characters hidden, and which they were: what BERT learns from (Devlin et al. 2018)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from engine.data.dataset import Dataset, Samples
from engine.data.generated import written_text
from engine.data.generated.drawing import draws

CHOSEN = 0.15
"""The share of characters that are asked for."""
MASKED, OTHER = 0.8, 0.1
"""Of these so many show the mask, and so many another character; the rest are shown as they are."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """``text`` with hidden characters and ``hidden`` (samples, length): what was there, 0 where nothing is asked."""
    import numpy as np

    names = dataset.fields["text"].names
    plain = replace(dataset, fields={"text": replace(dataset.fields["hidden"]), "next": dataset.fields["hidden"]})
    found = written_text.load(plain, folder)
    whole = np.asarray(found.arrays["text"])
    source, last = draws(dataset.name), len(names) - 1
    chosen = (source.random_sample(whole.shape) < CHOSEN) & (whole != 0)
    how = source.random_sample(whole.shape)
    text = np.where(chosen & (how < MASKED), last, whole)
    text = np.where(chosen & (how >= 1 - OTHER), source.randint(1, last, whole.shape), text)
    hidden = np.where(chosen, whole, 0)
    return Samples({"text": text, "hidden": hidden}, found.groups, origin=found.origin)
