"""A short notation for small networks, and what is expected of a faulty one.

One node a line, or several with semicolons between: ``name: Type(parameters) <- source, other.port, key=third``.
Without ``<-`` a node follows the one before; ``<- -`` leaves it unwired. ``key=`` names the input port, ``.port``
the output port. What is between ``block Name(parameters)`` and ``end`` is in a block, whose name is then a type;
``{"expr": …}`` reads its parameters.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from engine.data import datasets
from engine.data.datasets import Dataset, Field
from engine.edits import Connect, SetSetting
from engine.graph import Edge, Graph
from engine.literals import literal

BLOCK = re.compile(r"block (\w+)(?:\((.*)\))?$")
LINE = re.compile(r"(\w+):\s*([\w.]+)(?:\((.*?)\))?\s*(?:<-\s*(.*))?$")


@dataclass(frozen=True)
class Fault:
    """A faulty network: ``kind`` is the fault as people know it, ``code`` and ``node`` (its name; None: the whole
    network) what has to be found. ``settings`` are those of the project, as ``{"data.dataset": "digits"}``."""

    kind: str
    code: str
    node: str | None
    network: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    removes: bool = False
    """Whether the right fix takes the guilty layer, or the one before it, away; else it keeps all."""
    first: str = ""
    """What the first fix has to say, at least its beginning."""

    def graph(self) -> Graph:
        """The network."""
        return read(self.network, self.settings)


def read(text: str, settings: Mapping[str, Any] | None = None) -> Graph:
    """The graph that a text in the notation describes."""
    whole = graph = Graph("corpus")
    ids: dict[str, str] = {}
    last: str | None = None
    for line in filter(None, map(str.strip, re.split(r"[\n;]", text))):
        if line == "end" or (begins := BLOCK.match(line)):
            graph = whole if line == "end" else whole.define(begins[1], **_parameters(begins[2]))
            ids, last = {}, None
            continue
        match = LINE.match(line)
        assert match is not None, line
        name, kind, arguments, wires = match.groups()
        ids[name] = graph.add(kind, name=name, **_parameters(arguments))
        for part in [] if wires == "-" else (wires.split(",") if wires else [last] if last else []):
            target, _, source = part.strip().rpartition("=")
            node, _, port = source.strip().partition(".")
            if target:
                Connect(Edge(ids[node], port or _first_output(graph, ids[node]), ids[name], target.strip())).apply(
                    graph
                )
            elif kind not in ("Input", "BlockInput"):
                graph.connect(ids[node], ids[name], source=port or 0)
        last = name
    for path, value in (settings or {}).items():
        SetSetting(tuple(path.split(".")), literal(value)).apply(whole)
    return whole


def _parameters(text: str | None) -> dict[str, Any]:
    """The values in the brackets of a call."""
    call = ast.parse(f"f({text or ''})", mode="eval").body
    assert isinstance(call, ast.Call)
    return {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}


def _first_output(graph: Graph, node_id: str) -> str:
    from engine.ports import output_ports

    return output_ports(graph, node_id)[0]


WORDS = tuple(f"word{number}" for number in range(50))
MORE = (
    Dataset("reviews", "Reviews", "12 words each", "made up", "classification", 2_000,
            {"words": Field((12,), "int64", "input", WORDS),
             "label": Field((), "int64", "target", ("bad", "good"))}),
    Dataset("writing", "Writing", "16 letters each, and the next ones", "made up", "classification", 5_000,
            {"letters": Field((16,), "int64", "input", tuple("abcdefghijklmnopqrstuvwxyz .,!")),
             "next": Field((16,), "int64", "target", tuple("abcdefghijklmnopqrstuvwxyz .,!"))}),
    Dataset("photos", "Photos", "colour images, channels last", "made up", "classification", 3_000,
            {"photo": Field((32, 32, 3)), "label": Field((), "int64", "target", ("cat", "dog", "bird"))}),
    Dataset("pictures", "Pictures", "colour images", "made up", "classification", 3_000,
            {"picture": Field((3, 32, 32)), "label": Field((), "int64", "target", ("cat", "dog", "bird"))}),
    Dataset("films", "Films", "genres of a film, several at once", "made up", "classification", 4_000,
            {"facts": Field((40,)),
             "genres": Field((6,), role="target", columns=WORDS[:6], several=True)}),
    Dataset("scenes", "Scenes", "what is in an image, several at once", "made up", "classification", 4_000,
            {"picture": Field((3, 32, 32)),
             "label": Field((5,), role="target", columns=WORDS[:5], several=True)}),
    Dataset("tags", "Tags", "the tags of a text, several at once", "made up", "classification", 4_000,
            {"words": Field((30,), "int64", "input", WORDS),
             "tags": Field((8,), role="target", columns=WORDS[:8], several=True)}),
    Dataset("opinions", "Opinions", "which share chose each of four answers", "made up", "regression", 4_000,
            {"facts": Field((10,)), "shares": Field((4,), role="target", bounds=(0, 1))}),
)  # fmt: skip
"""Data of kinds that do not come along (yet): words, letters, images. Only declared, never loaded."""


@contextmanager
def more_data() -> Iterator[None]:
    """Let the data sets of `MORE` be there."""
    everything = {dataset.name: dataset for dataset in (*datasets.DATASETS, *MORE)}
    with (
        mock.patch.object(datasets, "DATASETS", tuple(everything.values())),
        mock.patch("engine.problems.ways.setting_ways.DATASETS", tuple(everything.values())),
    ):
        yield
