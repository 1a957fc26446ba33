"""A network as a chain of steps with its settings: what faults are planted in, and what is compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from engine.data import datasets
from engine.edits import SetSetting
from engine.graph import Graph
from engine.literals import literal

PLAIN: Final[Mapping[str, Any]] = {
    "training.device": "cpu",
    "training.threads": 1,
    "training.checkpoint": {"epochs": None, "minutes": None, "best": False},
}
"""What no fault is about: one thread, and nothing is stored that is not read."""


@dataclass(frozen=True)
class Step:
    """A layer that reads the one before it, by the output port ``reads`` (default: the first).

    ``beside`` names a step whose output is read, too, as at the end of a shortcut. Properties of a node, such as
    ``frozen``, stand among the parameters.
    """

    type: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    reads: str = ""
    beside: str = ""

    def having(self, **parameters: Any) -> Step:
        """The same with other parameters."""
        return replace(self, parameters={**self.parameters, **parameters})


def step(type_: str, *, name: str = "", reads: str = "", beside: str = "", **parameters: Any) -> Step:
    """A step in one line."""
    return Step(type_, parameters, name, reads, beside)


@dataclass(frozen=True)
class Design:
    """``family`` says what it is; ``dataset`` and ``input`` what it reads, ``steps`` end before the Output.

    ``settings`` are those of the project by their paths, ``metric`` is what it is judged by. ``rewire`` is done to the
    finished graph: for faults that are no chain. ``rows`` changes the samples themselves (`own_rows`).
    """

    family: str
    dataset: str
    input: str
    steps: tuple[Step, ...]
    output: Mapping[str, Any]
    settings: Mapping[str, Any]
    metric: str = "accuracy"
    rewire: Callable[[Graph], None] | None = None
    rows: str = ""

    def set(self, **settings: Any) -> Design:
        """The same with other settings; ``__`` stands for the dot of a path."""
        new = {path.replace("__", "."): value for path, value in settings.items()}
        return replace(self, settings={**self.settings, **new})

    def exchange(self, index: int, *steps: Step) -> Design:
        """The same with these steps in the place of one; the last of them takes its name over."""
        if steps and self.steps[index].name:
            steps = (*steps[:-1], replace(steps[-1], name=self.steps[index].name))
        return replace(self, steps=(*self.steps[:index], *steps, *self.steps[index + 1 :]))

    def insert(self, index: int, *steps: Step) -> Design:
        """The same with these steps before one (its length: at the end); they read what it has read."""
        before, after = self.steps[:index], self.steps[index:]
        if after and after[0].reads:
            steps = (replace(steps[0], reads=after[0].reads), *steps[1:])
            after = (replace(after[0], reads=""), *after[1:])
        return replace(self, steps=(*before, *steps, *after))

    def compared(self, **output: Any) -> Design:
        """The same with other parameters of the Output."""
        return replace(self, output={**self.output, **output})

    def where(self, *types: str) -> list[int]:
        """The positions of steps of these types."""
        return [index for index, each in enumerate(self.steps) if each.type in types]

    def hidden(self, *types: str) -> list[int]:
        """The same before the last layer with weights."""
        return [index for index in self.where(*types) if index < self.last]

    @property
    def last(self) -> int:
        """The position of the last layer with weights: it gives the answer."""
        return self.where("Linear", "Conv1d", "Conv2d")[-1]

    @property
    def transforms(self) -> tuple[Mapping[str, Any], ...]:
        """What is done to the data."""
        return tuple(self.settings.get("data.transforms", ()))

    def without_transform(self, of: str) -> Design:
        """The same without what is done to a field."""
        return self.set(data__transforms=tuple(each for each in self.transforms if each["field"] != of))

    def graph(self, seed: int = 0, source: Mapping[str, Any] | None = None) -> Graph:
        """The network as a project, trained with this seed; ``source`` are samples in the place of the dataset's."""
        graph = Graph(self.family)
        known = datasets.get(self.dataset).fields[self.input]
        shape = known.shape
        for each in self.transforms:
            if each["name"] == "resize" and each["field"] == self.input:
                shape = (shape[0], *each["size"])
        before, ids = graph.add("Input", name="input", shape=shape, dtype=known.dtype, field=self.input), {}
        for each in (*self.steps, Step("Output", self.output)):
            node = graph.add(each.type, **({"name": each.name} if each.name else {}), **each.parameters)
            graph.connect(before, node, source=each.reads or 0)
            if each.beside:
                graph.connect(ids[each.beside], node)
            ids[each.name] = before = node
        origin = {"data.source": source} if source else {"data.dataset": self.dataset}
        chosen = {**PLAIN, **origin, "training.metrics": [self.metric], "training.seed": seed, **self.settings}
        for path, value in chosen.items():
            SetSetting(tuple(path.split(".")), literal(value)).apply(graph)
        if self.rewire is not None:
            self.rewire(graph)
        return graph
