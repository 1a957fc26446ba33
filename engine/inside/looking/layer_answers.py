"""The answers of layers by name: every call of every node, in blocks, repeats and reused layers too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from engine import layers
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.training.diagnosis.places import node_at
from engine.training.findings import NodePath

Kind: TypeAlias = type[Layer]
"""The class of a layer."""


class AnswerId(NamedTuple):
    """One result: the node, which of its calls (0: the first of a pass) and which of its output ports."""

    path: NodePath
    call: int = 0
    port: int = 0


@dataclass(frozen=True, slots=True)
class LayerAnswer:
    """What a layer answers to one sample: ``name`` for people, ``type`` of the node, ``shape`` with the batch axis.

    ``module`` is the path of its module in the network; empty where it has none.
    """

    id: AnswerId
    name: str
    type: str
    shape: tuple[int, ...]
    dtype: str
    module: str = ""

    @property
    def kind(self) -> Kind:
        """The class of the layer; `Layer`, which promises nothing, for a block."""
        return layers.kind(self.type)

    @property
    def is_image(self) -> bool:
        """Whether it answers with maps, (N, C, H, W), of more than one position."""
        return len(self.shape) == 4 and self.shape[2] * self.shape[3] > 1

    @property
    def unit_axis(self) -> int:
        """The axis of its channels or units: of sequences (N, T, F) the last, else the one after the batch."""
        return 2 if len(self.shape) == 3 and not self.kind.channels_second else 1


def named(graph: Graph, one: AnswerId, calls: int, ports: int) -> tuple[str, str]:
    """The name of an answer for people, and the type of its node.

    The way through blocks is written with ›, the repeat of a block in brackets from 1, as in ``stage2 [1] › conv1``.
    """
    path, words = one.path, list[str]()
    for depth, (use, repeat) in enumerate(zip(path.inside, repeats(path.path), strict=True)):
        node = node_at(graph, path.inside[:depth], use)
        words.append((use if node is None else node.name) + ("" if repeat is None else f" [{repeat + 1}]"))
    node = node_at(graph, path.inside, path.node)
    words.append(path.node if node is None else node.name)
    text = " › ".join(words)
    if ports > 1:
        text += f", output {one.port + 1}"
    if calls > 1:
        text += f", call {one.call + 1}"
    return text, "" if node is None else node.type


def repeats(path: str) -> list[int | None]:
    """Which repeat of each block a module stands in, by its path: ``stage.1.inner`` is [1, None]."""
    found: list[int | None] = []
    for part in path.split(".") if path else ():
        if part.isdigit():  # a list of repeats; attributes are identifiers
            found[-1] = int(part)
        else:
            found.append(None)
    return found
