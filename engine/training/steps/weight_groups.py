"""Weights that learn at rates of their own, as groups of an optimizer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor, nn

MULTIPLIER = "lr_multiplier"
"""The entry of a group that says what its learning rate is multiplied by."""


def multipliers(module: nn.Module, rates: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Name of a weight → what the learning rate is multiplied by for it, where that is not 1.

    ``rates`` are those of `engine.source.Source`: of an attribute of a class. Around each other they are multiplied; a
    weight that is shared has that of its first name.
    """
    found: dict[str, float] = {}

    def walk(part: nn.Module, path: str, factor: float) -> None:
        own = rates.get(type(part).__name__, {})
        for name, _ in part.named_parameters(recurse=False):
            found[f"{path}{name}"] = factor * own.get(name, 1.0)
        for name, inner in part.named_children():
            walk(inner, f"{path}{name}.", factor * own.get(name, 1.0))

    walk(module, "", 1.0)
    return {name: found[name] for name, _ in module.named_parameters() if found.get(name, 1.0) != 1.0}


def groups(weights: Iterable[Tensor], of: Mapping[Tensor, float], lr: float) -> list[Tensor] | list[dict[str, Any]]:
    """The weights as an optimizer takes them: all at one rate, or a group for each multiplier in ``of``, 1 first."""
    parts: dict[float, list[Tensor]] = {}
    for weight in weights:
        parts.setdefault(of.get(weight, 1.0), []).append(weight)
    if parts.keys() <= {1.0}:
        return parts.get(1.0, [])
    ordered = sorted(parts, key=lambda multiplier: (multiplier != 1.0, -multiplier))
    return [{"params": parts[one], "lr": lr * one, MULTIPLIER: one} for one in ordered]
