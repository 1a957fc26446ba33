"""What is drawn as published, with the data that it may learn from; and layers in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from engine.data.dataset import Dataset, Field
from engine.edits import SetSetting
from engine.graph import Graph
from engine.literals import literal
from tests.engine.classics import Step

Fields: TypeAlias = Mapping[str, Field]
SETTINGS: Final[tuple[Mapping[str, Any], ...]] = (
    {},
    {
        "data.batch_size": 128,
        "training.epochs": 200,
        "training.optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4},
        "training.schedule": {"name": "multi_step", "milestones": (60, 120, 160), "gamma": 0.2},
    },
    {
        "data.batch_size": 256,
        "training.epochs": 90,
        "training.optimizer": {"name": "sgd", "lr": 0.01, "momentum": 0.9, "weight_decay": 1e-4},
        "training.schedule": {"name": "step", "step_size": 30, "gamma": 0.1},
    },
    {
        "data.batch_size": 64,
        "training.epochs": 50,
        "training.optimizer": {"name": "adam", "lr": 2e-4, "betas": (0.5, 0.999)},
    },
    {
        "data.batch_size": 64,
        "training.epochs": 100,
        "training.warmup": 5,
        "training.optimizer": {"name": "adamw", "lr": 1e-3, "weight_decay": 0.05},
        "training.schedule": {"name": "cosine"},
        "training.clip_norm": 1.0,
    },
    {"training.epochs": 25, "training.optimizer": {"name": "adadelta"}, "data.batch_size": 50},
    {"training.epochs": 20, "training.optimizer": {"name": "rmsprop", "lr": 2.5e-4}, "data.batch_size": 32},
)
"""How such networks are trained: the defaults, Zagoruyko 2016, He 2015, Radford 2015, Liu 2022, Kim 2014, Mnih 2015."""


@dataclass(frozen=True)
class Architecture:
    """``draw`` makes the network; ``data`` are fields that it may learn from, or the name of a data set on board.

    ``weights`` is the published number of parameters, where it is drawn as large as that. ``hints`` are the kinds of
    hints that are true of it, each with the reason. There are ``samples`` samples.
    """

    draw: Callable[[], Graph]
    data: tuple[Fields | str, ...]
    weights: int | None = None
    samples: int = 50_000
    hints: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.draw.__name__

    def datasets(self) -> tuple[Dataset, ...]:
        """The data that are made for it: declared, never loaded."""
        own = ((f"{self.name}_{index}", each) for index, each in enumerate(self.data) if not isinstance(each, str))
        return tuple(
            Dataset(name, name, "made up", "made up", "regression", self.samples, fields) for name, fields in own
        )

    def graph(self, data: int, settings: Mapping[str, Any]) -> Graph:
        """The network as a project with these data and settings."""
        graph, chosen = self.draw(), self.data[data]
        dataset = chosen if isinstance(chosen, str) else f"{self.name}_{data}"
        for path, value in {"data.dataset": dataset, **settings}.items():
            SetSetting(tuple(path.split(".")), literal(value)).apply(graph)
        return graph


ARCHITECTURES: Final[list[Architecture]] = []


def public(
    *data: Fields | str,
    weights: int | None = None,
    samples: int = 50_000,
    hints: Mapping[str, str] | None = None,
) -> Callable[[Callable[[], Graph]], Callable[[], Graph]]:
    """Declares a function that draws an architecture, with data of the form it takes."""

    def declare(draw: Callable[[], Graph]) -> Callable[[], Graph]:
        ARCHITECTURES.append(Architecture(draw, data, weights, samples, hints or {}))
        return draw

    return declare


# -- fields of data ----------------------------------------------------------------------------------------------------


def numbers(*shape: int, low: float | None = None, high: float = 1.0) -> Field:
    """Numbers; with a range where it is known, as of pixels."""
    return Field(shape, bounds=None if low is None else (low, high))


def tokens(*shape: int, of: int, padding: int | None = None) -> Field:
    """Integers from 0 up to ``of``, as of words."""
    return Field(shape, "int64", "input", tuple(map(str, range(of))), padding)


def target(field: Field) -> Field:
    """The same as what is to be learned."""
    return replace(field, role="target")


def labels(classes: int, *shape: int) -> Field:
    """A class of every sample, or of every position of it."""
    return target(tokens(*shape, of=classes))


# -- layers in one line ------------------------------------------------------------------------------------------------


def step(type_: str, **parameters: Any) -> Step:
    """A layer of `along` with its parameters."""
    return type_, parameters
