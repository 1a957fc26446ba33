"""Random networks of blocks within blocks whose arguments, repeats and conditions are expressions over each other.

Beside `random_networks`, which draws every layer and how values flow, these have few layers and much arithmetic:
arguments in the numbers of their own repeats, repeats that an outer block counts, conditions on all of it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Final

from engine.edits import SetProperty
from engine.expressions import expression
from engine.graph import Graph

Value = tuple[str, str]
"""A node and one of its outputs, by the name that is drawn."""
FIRST: Final = "output"


@dataclass(frozen=True)
class Drawn:
    """A block: its parameters, whether it takes and gives a second value, and what it is applied to."""

    name: str
    parameters: dict[str, Any]
    two: bool
    kind: str
    """``vector``: of any tensor; ``cell``: of one step, with a state; ``sequence``: (N, T, features)."""


class Repeats:
    """Draws one network."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.graph = Graph("repeats")
        self.blocks: list[Drawn] = []
        for number in range(self.rng.randint(2, 5)):
            self._define(number)
        self._network()

    # -- expressions -----------------------------------------------------------------------------------------------

    def _number(self, parameters: dict[str, Any], inside: bool, own: bool, deep: int = 0) -> str:
        """An integer made of parameters, sizes and, for what is repeated itself (``own``), its number."""
        rng = self.rng
        plain = [name for name, item in parameters.items() if type(item) is int] * 2
        plain += ["size(x, -1)"] * (2 * inside) + ["index + 1", "count", "count - index"] * (inside or own)
        text = rng.choice([str(rng.randint(1, 4)), *plain])
        if deep > 1 or rng.random() < 0.45:
            return text
        other = self._number(parameters, inside, own, deep + 1)
        forms = [f"{text} + {other}", f"min({text}, {other})", f"max({text}, {other})", f"{text} * 2 // 3 + 1"]
        forms += [f"round_to({text} * 1.5, 2)", f"({text} if {self._truth(parameters, inside, own)} else {other})"]
        return rng.choice(forms)

    def _truth(self, parameters: dict[str, Any], inside: bool, own: bool) -> str:
        rng, forms = self.rng, ["1 < 2"]
        for name, item in parameters.items():
            if type(item) is bool:
                forms += [name, f"not {name}"]
            elif type(item) is str:
                forms.append(f"{name} == 'a'")
            else:
                forms.append(f"{name} > {rng.randint(1, 3)}")
        forms += [f"size(x, -1) > {rng.randint(2, 5)}"] * inside
        forms += ["index == 0", "index < count - 1", "count > 1", "index % 2 == 1"] * (inside or own)
        first, joint, second = rng.choice(forms), rng.choice(["and", "or"]), rng.choice(forms)
        return f"{first} {joint} {second}" if rng.random() < 0.2 else first

    def _width(self, parameters: dict[str, Any]) -> Any:
        return expression(f"max(1, min(6, {self._number(parameters, True, False)}))")

    # -- blocks ----------------------------------------------------------------------------------------------------

    def _define(self, number: int) -> None:
        rng = self.rng
        kind = rng.choice(["vector", "vector", "sequence", "cell"]) if number else "vector"
        usual = {"width": rng.randint(1, 4), "k": rng.randint(1, 3), "flag": rng.random() < 0.5, "mode": "a"}
        parameters = {name: item for name, item in usual.items() if rng.random() < 0.7}
        block = self.graph.define(f"Block {number}", **parameters)
        two = kind != "cell" and rng.random() < 0.35
        names = ["x", "y"] if two else ["x"]
        starts = {name: block.add("BlockInput", name=name) for name in rng.sample(names, len(names))}
        usable = [each for each in self.blocks if each.kind == "vector" or kind == "sequence"]
        x, y = self._body(block, parameters, usable, (starts["x"], FIRST), (starts.get("y", starts["x"]), FIRST))
        ends: list[tuple[Value, dict[str, Any]]] = [(x, {"name": "x"})]
        if kind == "cell":
            size = self._width(parameters)
            state = block.add("BlockInput", name="s", state=True, shape=(size,))
            new, old = block.add("Linear", out_features=size), block.add("Linear", out_features=size, bias=False)
            add, tanh = block.add("Add"), block.add("Tanh")
            self._wire(block, x, new)
            for source, target in ((state, old), (new, add), (old, add), (add, tanh)):
                block.connect(source, target)
            ends = [((tanh, FIRST), {"name": "x"}), ((tanh, FIRST), {"name": "next", "state": "s"})]
        if two:
            ends.append((y, {"name": "y"}))
        for value, more in rng.sample(ends, len(ends)):
            self._wire(block, value, block.add("BlockOutput", **more))
        self.blocks.append(Drawn(f"Block {number}", parameters, two, kind))

    def _body(
        self, graph: Graph, parameters: dict[str, Any], usable: list[Drawn], x: Value, y: Value
    ) -> tuple[Value, Value]:
        rng = self.rng
        for _ in range(rng.randint(1, 4)):
            when = {"when": expression(self._truth(parameters, True, False))} if rng.random() < 0.35 else {}
            kind = rng.choice(["use", "use", "use", "Linear", "Linear", "Tanh", "Scale", "Add"])
            if kind == "use" and usable:
                x, y = self._use(graph, rng.choice(usable), parameters, True, x, y)
            elif kind == "Scale":
                factor = expression(f"{self._number(parameters, True, False)} * 0.5")
                x = self._wire(graph, x, graph.add("Scale", factor=factor, **when))
            elif kind == "Add":
                size = expression("max(1, min(6, size(x, -1)))")
                add = graph.add("Add", **when)
                for _ in range(2):
                    self._wire(graph, self._wire(graph, x, graph.add("Linear", out_features=size)), add)
                x = (add, FIRST)
            elif kind == "Tanh":
                x = self._wire(graph, x, graph.add("Tanh", **when))
            else:
                x = self._wire(graph, x, graph.add("Linear", out_features=self._width(parameters), **when))
        return x, y

    def _use(
        self, graph: Graph, drawn: Drawn, parameters: dict[str, Any], inside: bool, x: Value, y: Value
    ) -> tuple[Value, Value]:
        rng, more = self.rng, dict[str, Any]()
        if rng.random() < 0.55:
            counted = f"min(3, {self._number(parameters, inside, False)}{rng.choice(['', ' - 1'])})"
            more["repeat"] = expression(counted) if inside and rng.random() < 0.6 else rng.choice([0, 1, 2, 2, 3])
            more["share_weights"] = rng.random() < 0.12
        own = more.get("repeat", 1) != 1
        for name, item in drawn.parameters.items():
            if rng.random() < 0.4:
                continue
            values = [rng.choice([1, 2, 3, 4] if type(item) is int else [True, False]) for _ in range(3)]
            if type(item) is str:
                more[name] = rng.choice("ab")
            elif own and rng.random() < 0.3:
                more[name] = {"per_repeat": values}
            elif rng.random() < 0.2 or not (inside or own):
                more[name] = values[0]
            else:
                make = self._number if type(item) is int else self._truth
                more[name] = expression(make(parameters, inside, own))
        if inside and rng.random() < 0.25:
            more["when"] = expression(self._truth(parameters, True, False))
        stepped = drawn.kind == "vector" and not drawn.two and rng.random() < 0.3 and self._has_time(graph)
        if stepped or drawn.kind == "cell":
            more["apply"] = "each_step" if stepped else "scan"
        use = graph.add(drawn.name, **more)
        graph.connect(x[0], use, source=x[1], target="x")
        if drawn.two:
            graph.connect(y[0], use, source=y[1], target="y")
        others = [node.id for node in graph.of_type(graph.nodes[use].type) if node.id != use]
        if others and rng.random() < 0.12:
            SetProperty(use, "weights_of", rng.choice(others)).apply(graph)
        return (use, "x"), (use, "y") if drawn.two else y

    def _has_time(self, graph: Graph) -> bool:
        """Whether what flows here may be a sequence, so that a step can be taken of it."""
        return graph.inside is None and any(each.kind != "vector" for each in self.blocks)

    def _wire(self, graph: Graph, value: Value, target: str) -> Value:
        graph.connect(value[0], target, source=value[1])
        return (target, FIRST)

    def _network(self) -> None:
        rng, graph = self.rng, self.graph
        shape = (3, rng.randint(2, 5)) if self._has_time(graph) else (rng.randint(2, 5),)
        x = y = (graph.add("Input", shape=shape), FIRST)
        for _ in range(rng.randint(1, 4)):
            x, y = self._use(graph, rng.choice(self.blocks), {}, False, x, y)
        for value in dict.fromkeys((x, y)):
            self._wire(graph, value, graph.add("Output", loss="mse_loss"))
