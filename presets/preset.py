"""What a preset is: a name, words about it, and a function that builds its Graph from options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import LayerloomError
from engine.graph import Graph
from engine.layers.parameters import parse, show

Row = tuple[str, Mapping[str, Any]]
"""A layer for `chain`: its type, and the rest of what `Graph.add` takes."""


class PresetError(LayerloomError):
    """Why a preset cannot be built: one whole sentence."""


@dataclass(frozen=True, slots=True)
class Preset:
    """``build`` takes the options as keyword arguments, each with a default."""

    name: str
    title: str
    family: str
    year: int
    paper: str
    data: str
    summary: str
    build: Callable[..., Graph]

    def make(self, options: Mapping[str, object]) -> Graph:
        """Build the graph. Raises PresetError for an option it does not have or a value that does not fit."""
        known = inspect.signature(self.build).parameters
        made = {}
        for name, value in options.items():
            if name not in known:
                raise PresetError(f"{self.name} has no option {name!r}; it has: {', '.join(known)}.")
            several = isinstance(known[name].default, tuple)
            sizes = value if several and isinstance(value, tuple) else (value,)
            if not sizes or not all(type(size) is int and 0 < size < 2**31 for size in sizes):
                form = "sizes as in 3x32x32" if several else "a whole number ≥ 1"
                raise PresetError(f"{self.name} needs {name} to be {form}, not {show(value)}.")
            made[name] = sizes if several else value
        return self.build(**made)


def parse_options(text: str, name: str) -> dict[str, object]:
    """``classes=10,input=3x32x32`` as a mapping. Raises PresetError where a part is not ``name=value``."""
    options = {}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if not equals or not key.strip():
            raise PresetError(f"The option {part!r} of {name} is not of the form name=value.")
        options[key.strip()] = parse(value)
    return options


def chain(graph: Graph, *layers: Row) -> list[str]:
    """Add layers one behind the other, each wired to the one before; returns their ids."""
    ids: list[str] = []
    for node_type, parameters in layers:
        ids.append(graph.add(node_type, **parameters))
        if len(ids) > 1:
            graph.connect(ids[-2], ids[-1])
    return ids


def on_digits(
    *, epochs: int, lr: float, weight_decay: float, batch_size: int = 32, size: tuple[int, ...] | None = None
) -> dict[str, dict[str, object]]:
    """Settings to learn the handwritten digits, as they are or in another ``size``: AdamW along a cosine."""
    resized = () if size is None else ({"name": "resize", "field": "image", "size": size},)
    transforms = (*resized, {"name": "standardise", "field": "image"})
    return {
        "data": {"dataset": "digits", "transforms": transforms, "batch_size": batch_size},
        "training": {
            "epochs": epochs,
            "optimizer": {"name": "adamw", "lr": lr, "weight_decay": weight_decay},
            "schedule": {"name": "cosine"},
        },
    }
