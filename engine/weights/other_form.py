"""A weight in the form that a layer has it now: plain, or as length and direction (weight norm)."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from engine.parametrization import INSIDE, WEIGHT


def converted(name: str, theirs: Mapping[str, Tensor], *, transposed: bool = False) -> Tensor | None:
    """The tensor of this name, computed from those of a module that has or had a norm; None where there is no way.

    A plain weight is what its norm gave. There is no way into spectral norm, which would give other values.
    ``transposed``: the second axis of the weight counts the outputs, as in a transposed convolution.
    """
    base, _, last = name.rpartition(".")
    base = f"{base}." if base else ""
    if last == WEIGHT:
        held = f"{base}{INSIDE}"
        if f"{held}original1" in theirs:
            direction = theirs[f"{held}original1"]
            return direction * (theirs[f"{held}original0"] / _length(direction))
        if f"{held}original" in theirs:
            original = theirs[f"{held}original"]
            matrix = (original.transpose(0, 1) if transposed else original).flatten(1)
            return original / torch.dot(theirs[f"{held}0._u"], matrix @ theirs[f"{held}0._v"])
    for part in ("original0", "original1"):
        if name.endswith(f"{INSIDE}{part}"):
            plain = name.removesuffix(f"{INSIDE}{part}") + WEIGHT
            weight = theirs[plain] if plain in theirs else converted(plain, theirs, transposed=transposed)
            return weight if weight is None or part == "original1" else _length(weight)
    return None


def _length(weight: Tensor) -> Tensor:
    """The norm of each row, (rows, 1, …)."""
    lengths: Tensor = torch.linalg.vector_norm(weight.flatten(1), dim=1)
    return lengths.view(-1, *(1,) * (weight.dim() - 1))
