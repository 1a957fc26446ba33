"""Layers with parameters and inputs that fit each other, for the networks of `random_networks`.

They come from the draws of the layer tests: a new layer is in the random networks by existing.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import torch
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from engine import layers
from engine.layers.layer import Layer
from engine.spec import UNWIRED, Spec
from tests.engine import oracle
from tests.engine.cases import Trial
from tests.engine.draws import COMPUTING, trials

LARGEST: Final = 3000
"""The most numbers of a value: networks stay small."""
NAMES: Final = tuple(cls.__name__ for cls in COMPUTING)
DRAWS: Final = (14, 30)
"""How many draws of a layer there are to choose from: in the first batch, which every run needs, and in others."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What the numbers of an input mean: floats, integers in a range, booleans, indices in an image, tokens.

    The range of indices are the axes of the image and how many different ones there are. Tokens are integers above
    ``low`` and below ``high``, and after the first few ``low`` as padding.
    """

    kind: Literal["float", "whole", "truth", "indices", "tokens"] = "float"
    low: int = 0
    high: int = 2
    keeps: bool = False
    """Of booleans: what stands first in each row, so that none is all the other."""

    def draw(self, shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
        """A tensor of this shape."""
        if self.kind == "float":
            return torch.randn(shape, generator=generator)
        if self.kind == "whole":
            return torch.randint(self.low, self.high, shape, generator=generator)
        if self.kind == "truth":
            made = torch.rand(shape, generator=generator) < 0.5
            made[..., 0] = self.keeps
            return made
        if self.kind == "tokens":
            steps = shape[-1]
            ends = torch.randint(1, steps + 1, (*shape[:-1], 1), generator=generator)
            made = torch.randint(self.low + 1, self.high, shape, generator=generator)
            return made.masked_fill(torch.arange(steps) >= ends, self.low)
        plane = shape[-self.low :]
        return (torch.arange(torch.Size(plane).numel()) % self.high).view(plane).expand(shape).clone()


FLOAT: Final = Feed()


def feeds(trial: Trial) -> tuple[Feed, ...]:
    """What each input of a layer holds."""
    ports = trial.cls.model_validate(trial.parameters).input_ports()
    names = [port.name for port in ports for _ in range(len(trial.inputs) if port.many else 1)]
    return tuple(_feed(trial, name, spec) for name, spec in zip(names, trial.inputs, strict=True))


def _feed(trial: Trial, port: str, spec: Spec) -> Feed:
    if spec.dtype == "float32":
        return FLOAT
    if spec.dtype == "bool":
        return Feed("truth", keeps=trial.cls.__name__ == "ScaledDotProductAttention")
    if trial.cls.__name__ in ("PaddingMask", "SequenceLengths"):
        low = trial.parameters.get("padding_idx", 0)
        return Feed("tokens", low, low + 4)
    if port == "lengths":
        steps = trial.bound()[0].shape[1 if trial.parameters.get("batch_first", True) else 0]
        return Feed("whole", 1, int(steps) + 1)  # type: ignore[call-overload]
    if trial.cls.__name__.startswith("MaxUnpool"):
        axes = spec.rank - 2
        return Feed("indices", axes, 1 if trial.parameters.get("padding") else LARGEST)  # all of them are in the image
    if port in ("index", "position"):
        size = trial.bound()[0].shape[trial.parameters.get("dim", 1)]
        return Feed("whole", 0, min(3, int(size)))  # type: ignore[call-overload]
    count = trial.parameters.get("num_embeddings", trial.parameters.get("num_classes", 1))
    return Feed("whole", 0, min(2, count))


@cache
def fitting(name: str, batch: int) -> tuple[Trial, ...]:
    """Some trials of a layer that its rule accepts, many with all fields; every ``batch`` has others."""
    found: dict[str, Trial] = {}
    cls: type[Layer] = layers.get(name)

    @seed(batch)
    @settings(
        max_examples=DRAWS[batch > 0],
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.booleans().flatmap(lambda said: trials(cls, spoil=False, symbols=False, said=said)))
    def gather(trial: Trial) -> None:
        if all(spec is UNWIRED or small(spec.bound(trial.sizes)) for spec in trial.inputs):
            result = oracle.rule(trial, trial.inputs)
            if result is not None and all(small(spec.bound(trial.sizes)) for spec in result):
                found[f"{trial.parameters} {trial.inputs}"] = trial

    gather()
    return tuple(found.values())


def some(rng: random.Random, name: str, batch: int, count: int) -> list[Trial]:
    """A few trials of a layer in random order."""
    known = fitting(name, batch)
    return rng.sample(known, min(count, len(known)))


def small(shape: tuple[int, ...]) -> bool:
    """Whether a tensor of this shape is small and not empty."""
    return 0 < torch.Size(shape).numel() <= LARGEST
