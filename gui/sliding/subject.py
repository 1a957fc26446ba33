"""What is shown sliding: a layer of the network, or one that stands for its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from engine import layers
from engine.graph import Node
from engine.layers.layer import Layer
from engine.literals import literal
from engine.resolve import Fault, resolve
from engine.sliding.sliding import Sliding
from engine.spec import BATCH, Spec

if TYPE_CHECKING:
    from engine.sliding.example import Example

Numbers = Callable[[Sliding], "Example"]
"""Gives a layer the numbers of a trained network; it may take long, and raises LayerloomError where there are none."""
Parameters = Mapping[str, object]
INPUTS: Final = {1: (1, 12), 2: (1, 7, 7)}
"""(channels, …) of what a layer is shown over that nothing is wired to, by its number of axes."""


@dataclass(frozen=True)
class Subject:
    """A layer's name, type and parameters that are not the default, over an input ``x``.

    ``node`` is its id, for settings that are to be used in the network. ``note`` says what was not known of it.
    """

    title: str
    type: str
    parameters: Parameters
    x: Spec
    node: str | None = None
    numbers: Numbers | None = field(default=None, compare=False)
    note: str = ""


def of_layer(title: str, layer: Layer, x: Spec | None, node: str | None, numbers: Numbers | None = None) -> Subject:
    """A layer as it is in a network, over what comes in there."""
    fields = type(layer).model_fields
    given = {name: value for name, value in layer.model_dump().items() if value != fields[name].default}
    parameters = {name: literal(value) for name, value in given.items()}
    if x is not None:
        return Subject(title, type(layer).__name__, parameters, x, node, numbers)
    note = "Nothing is wired to it, so its input is an example."
    return Subject(title, type(layer).__name__, parameters, usual_input(type(layer).__name__), node, None, note)


def of_kind(type_name: str, parameters: Parameters | None = None, sizes: tuple[int, ...] | None = None) -> Subject:
    """A layer that stands for its kind, for help pages; ``sizes`` is (channels, …) of its input."""
    cls = layers.get(type_name)
    x = Spec((BATCH, *sizes)) if sizes is not None else usual_input(type_name)
    given = dict(parameters) if parameters is not None else {**literal(cls.initial), **_few(type_name)}
    return Subject("", type_name, given, x)


def usual_input(type_name: str) -> Spec:
    """What a layer of a type is shown over where nothing is known."""
    return Spec((BATCH, *INPUTS[int(type_name[-2])]))


def _few(type_name: str) -> dict[str, object]:
    return {"out_channels": 1} if "Conv" in type_name else {}


def layer_of(subject: Subject, parameters: Parameters) -> Layer | Fault:
    """The layer with these parameters."""
    return resolve(Node("shown", subject.type, subject.title or subject.type, dict(parameters)))
