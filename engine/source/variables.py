"""The variables of a forward pass: one is used again as soon as its value is dead, and what has a role has its name.

A name of its own for every node would keep all values alive. So a chain goes through ``x``, and only what is read
later, or joined with something else, is called what its node or its port is called, where that costs no memory.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import inf, prod
from typing import Final

from engine.blocks.ends import states
from engine.blocks.use import Use
from engine.dims import bind
from engine.graph import Node
from engine.layers.layer import Layer
from engine.live_nodes import ENDS
from engine.source.class_plan import ClassPlan, Value
from engine.source.names import identifier

POOL: Final = ("x", "y", "z", "u", "v", "w")
PLAIN: Final = re.compile(r"[xy]?\d*|[ab]|(input|output|other|last|src|tgt)\d*")
"""Names of ports that say nothing of what goes there."""
SPARE: Final = {True: 2.0, False: 1.1}
"""How much more memory names may take within a block, whose values all go when it returns, and in the network."""
TYPICAL: Final = 8
"""What an open size is taken for."""
FARTHEST: Final = 4
MOST_ROLES: Final = 64
MOST_TRIED: Final = 128
"""So many names are tried, the smallest values first: each try walks through the whole network."""


class Variables:
    """Gives out the variables of one class.

    ``arguments`` are taken; of those in ``reused`` one is free when it is dead, if its name is a plain one, or that of
    a role.
    """

    def __init__(
        self, plan: ClassPlan, nodes: Sequence[str], arguments: Mapping[Value, str], reused: Collection[str]
    ) -> None:
        self.roles = roles(plan, nodes, arguments, reused)
        reserved = {*arguments.values(), *self.roles.values()}
        self.fixed = {*arguments.values()}.difference({*POOL, *self.roles.values()}.intersection(reused))
        names = itertools.chain(POOL, map("x{}".format, itertools.count(1)))
        self._fresh = (name for name in names if name not in reserved)
        self._free: list[str] = []
        self._held = {*arguments.values()}

    def take(self, value: Value | None = None) -> str:
        """A variable for a value: that of its role, one whose value is dead, or a new one."""
        role = self.roles.get(value) if value is not None else None
        if role is not None and role not in self._held:
            self._held.add(role)
            return role
        return self._free.pop(0) if self._free else next(self._fresh)

    def onward(self, node_id: str, layer: Layer, given: list[str], dead: list[str]) -> dict[int, str]:
        """The outputs that go from repeat to repeat in the variable of a dead input."""
        if not isinstance(layer, Use) or layer.properties.apply != "once":
            return {}
        ports = [port.name for port in layer.output_ports()]
        found = {}
        for output, index in layer.handed_on:
            name, role = given[index], self.roles.get((node_id, ports[output]))
            called = role is None and name not in self.roles.values()
            if name in dead and given.count(name) == 1 and (called or role == name):
                found[output] = name
        return found

    def release(self, names: Iterable[str], *, last: bool = False) -> None:
        """The values of these variables are dead; the variable of a role is for nothing else."""
        kept = {*self.roles.values()}
        plain = [name for name in names if name not in kept]
        self._held.difference_update(names)
        self._free[len(self._free) if last else 0 : len(self._free) if last else 0] = plain


def roles(
    plan: ClassPlan, nodes: Sequence[str], arguments: Mapping[Value, str], reused: Collection[str]
) -> dict[Value, str]:
    """What values are called that are read later or joined: as many as take little more memory than without names."""
    found = _Roles(plan, nodes).found()
    reserved = dict.fromkeys((*arguments.values(), "x", "y", "layer", "step", "steps", "result"), 1)
    spelled = {name: name for name in reused if name not in POOL}
    for text in found.values():
        if text not in spelled:
            spelled[text] = identifier(text, reserved)
    named = {value: spelled[text] for value, text in found.items()}
    if not named:
        return named
    lives = _Lives(plan, nodes, arguments)
    allowed = lives.peak({}) * SPARE[plan.block is not None]
    if lives.peak(named, allowed) <= allowed:
        return named
    kept: dict[Value, str] = {}
    largest: dict[str, int] = {}
    for value, name in named.items():
        largest[name] = max(largest.get(name, 0), lives.size.get(value, 0))
    for name in sorted(largest, key=lambda name: (name not in reused, largest[name]))[:MOST_TRIED]:
        more = {value: each for value, each in named.items() if each == name or each in kept.values()}
        if len(kept) < MOST_ROLES and lives.peak(more, allowed) <= allowed:
            kept = more
    return kept


class Extents:
    """How many numbers values have; an open size is taken for a few."""

    def __init__(self, plan: ClassPlan) -> None:
        self._plan = plan
        self._sizes: dict[str, int] = defaultdict(lambda: TYPICAL)
        self._known: dict[str, int] = {}

    def __call__(self, value: Value) -> int:
        spec = self._plan.view(value[0]).report.outputs[value[0]][value[1]]
        return prod(bind(dim, self._sizes, self._known) for dim in spec.shape)


class _Roles:
    """Finds what the values of a class are called by their nodes and ports."""

    def __init__(self, plan: ClassPlan, nodes: Sequence[str]) -> None:
        self.plan, self.graph = plan, plan.graph
        self.position = {node_id: index for index, node_id in enumerate(nodes)}
        self.readers: dict[Value, dict[str, str]] = {}
        """The nodes that read a value, each with one of its ports."""
        for node_id in plan.nodes:
            for port, source, leaving in plan.wires[node_id]:
                if source in self.position:
                    self.readers.setdefault((source, leaving), {}).setdefault(node_id, port)
        ends = [node_id for node_id in plan.nodes if self.graph.nodes[node_id].type in ENDS]
        self.several = len(ends) > 1

    def found(self) -> dict[Value, str]:
        """The names, as people have written them."""
        names: dict[Value, str] = {}
        for node_id in self.position:
            layer = self.plan.view(node_id).layer(node_id)
            for port in layer.output_ports():
                value = node_id, port.name
                name = self._name(value, layer)
                if name and (self._tells(value, layer, name) or self._between(value, name, names)):
                    names[value] = name
        return names

    def _tells(self, value: Value, layer: Layer, name: str) -> bool:
        """Whether a value is read later than by the next node, or joined there with another one, or one of several."""
        readers, ports = self.readers.get(value, {}), layer.output_ports()
        if len(readers) > 1 or (len(ports) > 1 and name == self._of_output(layer, value[1])):
            return True
        if sum((value[0], port.name) in self.readers for port in ports) > 1:
            return True
        for reader in readers:
            if reader not in self.position:
                return self.several
            if self.position[reader] != self.position[value[0]] + 1:
                return True
            return self._joins(reader) and bool(given_name(self.graph.nodes[value[0]], layer))
        return False

    def _joins(self, node_id: str) -> bool:
        """Whether a node reads several values."""
        return len({(source, port) for _, source, port in self.plan.wires[node_id] if source}) > 1

    def _between(self, value: Value, name: str, names: Mapping[Value, str]) -> bool:
        """Whether a value comes from one of this name and becomes one of this name."""
        before = {names.get((source, port)) for _, source, port in self.plan.wires[value[0]]}
        return name in before and self._of_readers(value) == name

    def _name(self, value: Value, layer: Layer) -> str:
        if len(layer.output_ports()) > 1:
            return self._of_output(layer, value[1]) or self._of_readers(value)
        given = given_name(self.graph.nodes[value[0]], layer)
        return self._handed(value) or given or self._of_readers(value)

    def _handed(self, value: Value) -> str:
        """The port of a repeated block where its only reader hands it from repeat to repeat."""
        readers = self.readers.get(value, {})
        reader, port = next(iter(readers.items()), ("", ""))
        if len(readers) != 1 or reader not in self.position:
            return ""
        layer = self.plan.view(reader).layer(reader)
        if not isinstance(layer, Use) or layer.properties.repeat == 1 or layer.properties.apply != "once":
            return ""
        ports = layer.input_ports()
        label = next((ports[index].label for _, index in layer.handed_on if ports[index].name == port), "")
        return "" if PLAIN.fullmatch(label) else label

    def _of_output(self, layer: Layer, port: str) -> str:
        """What the port is called that a value leaves by; a state of a scan is called so itself."""
        if isinstance(layer, Use):
            ends, starts = layer.block.graph.of_type("BlockOutput"), layer.block.graph.of_type("BlockInput")
            index = next(i for i, end in enumerate(ends) if end.id == port)
            state = states(layer.block).get(index) if layer.properties.apply == "scan" else None
            port = ends[index].name if state is None else starts[state].name
        return "" if PLAIN.fullmatch(port) or re.fullmatch(r"part\d+", port) else port

    def _of_readers(self, value: Value) -> str:
        """What its only reader is called, or the port where it is read, or what becomes of it there."""
        for _ in range(FARTHEST):
            readers = self.readers.get(value, {})
            for each in readers:
                if each not in self.position:
                    name = given_name(self.graph.nodes[each], self.plan.view(each).layer(each))
                    return "" if PLAIN.fullmatch(name) else name
            if len(readers) != 1:
                return ""
            ((reader, port),) = readers.items()
            layer = self.plan.view(reader).layer(reader)
            single, given = len(layer.output_ports()) == 1, given_name(self.graph.nodes[reader], layer)
            if single and given and not self._joins(reader):
                return given
            label = next((each.label or each.name for each in layer.input_ports() if each.name == port), "")
            if label and not PLAIN.fullmatch(label):
                return label
            if not single or given:
                return ""
            value = reader, layer.output_ports()[0].name
        return ""


def given_name(node: Node, layer: Layer) -> str:
    """The name that a person gave to a node; empty for one that it got by itself."""
    plain = type(layer).stem().rstrip("0123456789")
    return "" if node.name.rstrip("0123456789") in (plain, "") else node.name


class _Lives:
    """How long the values of a class are alive, and what memory variables take that hold them."""

    def __init__(self, plan: ClassPlan, nodes: Sequence[str], arguments: Mapping[Value, str]) -> None:
        self.size: dict[Value, int] = {}
        self.steps: list[tuple[list[Value], list[Value]]] = []
        """For each node the values that die there, and those that it makes."""
        extent = Extents(plan)
        self.begin = {f"role {name}": extent(value) for value, name in arguments.items()}
        last: dict[Value, int] = {}
        for index, node_id in enumerate(nodes):
            last.update({(source, port): index for _, source, port in plan.wires[node_id] if source})
        for end in plan.nodes:
            if plan.graph.nodes[end].type in ENDS:
                last.update({(source, port): len(nodes) for _, source, port in plan.wires[end]})
        for index, node_id in enumerate(nodes):
            made = [(node_id, port) for port in plan.view(node_id).report.outputs[node_id] if (node_id, port) in last]
            self.size |= {value: extent(value) for value in made}
            read = dict.fromkeys((source, port) for _, source, port in plan.wires[node_id])
            self.steps.append(([v for v in read if v in self.size and last[v] == index], made))

    def peak(self, roles: Mapping[Value, str], enough: float = inf) -> int:
        """The most that all variables hold at once, the dead ones too; ``enough`` ends the search."""
        held = dict(self.begin)
        total = sum(held.values())
        free: list[str] = []
        variable: dict[Value, str] = {}
        most = 0
        names = map("{}".format, itertools.count())
        for dead, made in self.steps:
            free[:0] = [variable[value] for value in dead if value not in roles]
            for value in made:
                role = roles.get(value)
                variable[value] = f"role {role}" if role is not None else free.pop(0) if free else next(names)
                total += self.size[value] - held.get(variable[value], 0)
                held[variable[value]] = self.size[value]
            most = max(most, total)
            if most > enough:
                break
        return most
