"""What a preset is: a name, words about it, and a function that builds its Graph from options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from engine.edits import SetParameter
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.layers.parameters import parse, show
from presets.papers import Paper

Row = tuple[str, Mapping[str, Any]]
"""A layer for `chain`: its type, and the rest of what `Graph.add` takes."""
Settings = dict[str, dict[str, object]]


class PresetError(LayerloomError):
    """Why a preset cannot be built: one whole sentence."""


@dataclass(frozen=True, slots=True)
class Preset:
    """``build`` takes the options as keyword arguments, each with a default.

    ``names`` are the rules of `engine.weights.names` to the names that the published weights have; ``small_of`` is
    the network that this is a small variant of; ``aliases`` are further names of options, as a published configuration
    may have two.
    """

    name: str
    title: str
    family: str
    paper: Paper | None
    data: str
    summary: str
    build: Callable[..., Graph]
    task: str = "classification"
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    small_of: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def year(self) -> int:
        """When its paper appeared; 0 where it has none."""
        return self.paper.year if self.paper else 0

    @property
    def axes(self) -> int:
        """How many axes a sample must have: filters slide along so many; 0 where it does not matter."""
        given = inspect.signature(self.build).parameters.get("input")
        return len(given.default) if given is not None and self.family == "Convolutional" else 0

    def make(self, options: Mapping[str, object]) -> Graph:
        """Build the graph. Raises PresetError for an option it does not have or a value that does not fit."""
        known = inspect.signature(self.build).parameters
        made = dict[str, object]()
        for given, value in options.items():
            name = self.aliases.get(given, given)
            if name not in known:
                raise PresetError(f"{self.name} has no option {name!r}; it has: {', '.join(known)}.")
            default = known[name].default
            if isinstance(default, bool):
                if not isinstance(value, bool):
                    raise PresetError(f"{self.name} needs {name} to be true or false, not {show(value)}.")
                made[name] = value
                continue
            if isinstance(default, float):
                if type(value) not in (int, float) or not 0 <= value < 2**31:  # type: ignore[operator]
                    raise PresetError(f"{self.name} needs {name} to be a number ≥ 0, not {show(value)}.")
                made[name] = float(value)  # type: ignore[arg-type]
                continue
            several = isinstance(default, tuple)
            sizes = value if several and isinstance(value, tuple) else (value,)
            if not sizes or not all(type(size) is int and 0 < size < 2**31 for size in sizes):
                form = "sizes as in 3x32x32" if several else "an integer ≥ 1"
                raise PresetError(f"{self.name} needs {name} to be {form}, not {show(value)}.")
            made[name] = sizes if several else value
        return self.build(**made)


def small(
    preset: Preset,
    summary: str,
    learn: Callable[..., Settings],
    data: str = "digits",
    target: str | None = None,
    title: str | None = None,
    fields: Mapping[str, str] | None = None,
    ignore_index: int | None = None,
    **options: Any,
) -> Preset:
    """The variant that trains here at once: other defaults, and what ``learn`` gives as its settings.

    A network of images hands it their ``size=(height, width)``. ``target`` is the field of the data to learn, where it
    is not the first one, and ``fields`` are those that its Inputs read; its class ``ignore_index`` counts for nothing.
    ``title`` is its own, else "… small".
    """
    changed = partial(preset.build, **options)
    title = title or f"{preset.title} small"

    def build(**given: Any) -> Graph:
        graph = changed(**given)
        graph.name = title
        graph.settings = learn(size=given.get("input", options["input"])[-2:]) if "input" in options else learn()
        for output in graph.of_type("Output") if target is not None else ():
            SetParameter(output.id, "field", target).apply(graph)
        for output in graph.of_type("Output") if ignore_index is not None else ():
            SetParameter(output.id, "ignore_index", ignore_index).apply(graph)
        for input in graph.of_type("Input"):
            if fields is not None:
                SetParameter(input.id, "field", fields[input.name]).apply(graph)
        return graph

    build.__signature__ = inspect.signature(changed)  # type: ignore[attr-defined]
    name = title.replace(preset.title, preset.name, 1).lower().replace(" ", "-")
    return replace(preset, name=name, title=title, data=data, summary=summary, build=build, small_of=preset.name)


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
    """Add layers one after the other, each wired to the one before; returns their ids."""
    ids: list[str] = []
    for node_type, parameters in layers:
        ids.append(graph.add(node_type, **parameters))
        if len(ids) > 1:
            graph.connect(ids[-2], ids[-1])
    return ids
