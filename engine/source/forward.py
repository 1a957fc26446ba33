"""The forward pass of a class."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from engine import expressions
from engine.blocks.ends import states
from engine.blocks.use import Use
from engine.graph import Node
from engine.layers.endpoints import BlockInput
from engine.layers.layer import Layer
from engine.live_nodes import ENDS, STARTS
from engine.source.class_plan import ClassPlan, Value
from engine.source.coded import Expression, coded_fields, own, reads_right
from engine.source.names import identifier
from engine.source.ordering import near
from engine.source.truncation import loop_over_steps
from engine.source.variables import Extents, Variables
from engine.source.views import BlockView


@dataclass
class Forward:
    """The lines of a forward pass as (code, comment, node), and the parameters that it reads from ``self``."""

    plan: ClassPlan
    attributes: dict[str, str]
    shapes: Callable[[str, Collection[str]], str]
    """The comment after a node: the shapes of these of its outputs."""
    sequential: set[str]
    """The blocks that are built as ``nn.Sequential``."""
    probes: bool = False
    """Whether every result is handed to a probe."""
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    stored: dict[str, None] = field(default_factory=dict)
    arguments: dict[str, int] = field(default_factory=lambda: {"self": 1})
    variables: dict[Value, str] = field(default_factory=dict)

    def write(self) -> tuple[list[str], str]:
        """Fill the rows; returns signature and type of the result."""
        plan, graph = self.plan, self.plan.graph
        starts = signature(plan)
        for node in starts:
            self.variables[node.id, "output"] = identifier(node.name, self.arguments, "input")
        self.unwired = plan.views[0].unwired(graph)
        readers: dict[Value, int] = {}
        for node_id in plan.nodes:
            for _, source, port in plan.wires[node_id]:
                if source:
                    readers[source, port] = readers.get((source, port), 0) + 1
        inner = [node_id for node_id in plan.nodes if graph.nodes[node_id].type not in (*STARTS, *ENDS)]
        ends = [node.id for node in graph.nodes.values() if node.type in ENDS]
        if not plan.guards:
            inner = near(inner, plan.wires, Extents(plan), ends)
        needed = {self.variables[node.id, "output"] for node in starts if node.parameters.get("optional") is not True}
        self.pool = Variables(plan, inner, self.variables, needed)
        self.arguments |= dict.fromkeys(self.pool.roles.values(), 1)
        for node in starts:
            self.rows.append(
                (f"# {self.variables[node.id, 'output']}: {self.shapes(node.id, ['output'])}", "", node.id)
            )
            self._probe(node.id, [self.variables[node.id, "output"]])
        for guard, nodes in itertools.groupby(inner, key=lambda node_id: plan.guards.get(node_id, "")):
            self._nodes(guard, list(nodes), readers)
        answers = [self.variables[source, port] for end in ends for _, source, port in plan.wires[end]]
        self.rows.append((f"return {', '.join(answers)}", "", ends[0]))
        return self._signature(starts), result(len(answers))

    def _signature(self, starts: list[Node]) -> list[str]:
        texts = ["self"]
        for node in starts:
            name, layer = self.variables[node.id, "output"], self.plan.views[0].layer(node.id)
            optional = isinstance(layer, BlockInput) and layer.optional
            texts.append(f"{name}: torch.Tensor | None = None" if optional else f"{name}: torch.Tensor")
        return texts

    def _nodes(self, guard: str, nodes: list[str], readers: dict[Value, int]) -> None:
        """Nodes one after the other that are there under one condition; else what they hand on takes their stead."""
        before, first = dict(self.variables), len(self.rows)
        for node_id in nodes:
            self._node(self.plan.graph.nodes[node_id], readers)
        if not guard:
            return
        body = [(f"    {code}", comment, node_id) for code, comment, node_id in self.rows[first:]]
        pairs: dict[str, str] = {}
        for node_id in nodes:
            for port, index in self.plan.hands_on(node_id).items():
                if readers.get((node_id, port)):
                    source = self._handed(node_id, index)
                    pairs[self.variables[node_id, port]] = before.get(source, "None") if source[0] else "None"
        pairs = {target: source for target, source in pairs.items() if target != source}
        other = [("else:", "", nodes[-1])] if pairs else []
        other += [(f"    {', '.join(pairs)} = {', '.join(pairs.values())}", "", nodes[-1])] if pairs else []
        self.rows[first:] = [(f"if {self._own(guard)}:", "", nodes[0]), *body, *other]

    def _handed(self, node_id: str, wire: int) -> Value:
        """Where the value comes from that an absent node hands on, after others that are absent then, too."""
        plan = self.plan
        _, source, port = plan.wires[node_id][wire]
        if plan.guards.get(source) != plan.guards[node_id]:
            return source, port
        index = plan.hands_on(source).get(port)
        return (source, port) if index is None else self._handed(source, index)

    def _node(self, node: Node, readers: dict[Value, int]) -> None:
        plan, view = self.plan, self.plan.view(node.id)
        layer = view.layer(node.id)
        wires = plan.wires[node.id]
        inputs = [(source, port) for _, source, port in wires if source]
        given = [
            self.variables[source, port] if source and source not in self.unwired else "None"
            for _, source, port in wires
        ]
        dead: list[str] = []
        for value in inputs:
            readers[value] -= 1
            name = self.variables[value]
            if not readers[value] and name not in self.pool.fixed and name not in dead:
                dead.append(name)
        ports = [port.name for port in layer.output_ports()]
        looped = isinstance(layer, Use) and not self._plain(node.id, layer)
        onward = self.pool.onward(node.id, layer, given, dead) if looped else {}
        if not looped:
            self.pool.release(dead)
        targets = []
        for index, port in enumerate(ports):
            if readers.get((node.id, port)):
                name = onward.get(index) or self.pool.take((node.id, port))
                self.variables[node.id, port] = name
                targets.append(name)
            else:
                targets.append("_")
        module = f"self.{self.attributes.get(node.id)}"
        if isinstance(layer, Use):
            lines = list(self._use(node, layer, module, given, targets))
        else:
            lines = self._layer(node, layer, given).statements(module, given, targets)
        if looped:
            self.pool.release([name for name in dead if name not in onward.values()])
        *first, last = lines
        read = [port for port in ports if readers.get((node.id, port))]
        self.rows += [(line, "", node.id) for line in first] + [(last, f"# {self.shapes(node.id, read)}", node.id)]
        self._probe(node.id, targets)

    def _probe(self, node_id: str, names: list[str]) -> None:
        if self.probes:
            given = ", ".join("None" if name == "_" else name for name in names)
            self.rows.append((f"__probe__(self, {node_id!r}, {given})", "", node_id))

    # -- layers ----------------------------------------------------------------------------------------------------

    def _layer(self, node: Node, layer: Layer, given: list[str]) -> Layer:
        """The layer, its fields that are expressions reading from ``self`` where that comes out right."""
        if layer.constructor() or self.plan.block is None:
            return layer
        coded = coded_fields(node)
        arguments = [name if name == "None" else f"a{index}" for index, name in enumerate(given)]
        if not coded or not reads_right(layer, arguments, coded):
            return layer
        return layer.model_copy(update=coded_fields(node, self._read))

    def _read(self, raw: Expression) -> str:
        """An expression as code that reads what the constructor was given from ``self``."""
        return self._own(self.plan.expressed(raw))

    # -- blocks ----------------------------------------------------------------------------------------------------

    def _plain(self, node_id: str, use: Use) -> bool:
        """Whether the block is one call: no steps one by one or of several values, and no loop over its repeats."""
        if self._one_by_one(node_id, use) or (self._repeated(node_id, use) and node_id not in self.sequential):
            return False
        wired = [wire for wire in self.plan.wires[node_id] if wire[1]]
        return use.properties.apply == "once" or (len(wired) == 1 and len(use.output_ports()) == 1)

    def _one_by_one(self, node_id: str, use: Use) -> bool:
        return use.one_by_one(*self.plan.view(node_id).report.inputs[node_id])

    def _repeated(self, node_id: str, use: Use) -> bool:
        """Whether it is built as a list of modules: by its number of repeats, or by an expression for that."""
        if use.properties.share_weights:
            return use.properties.repeat > 1 or self.plan.counts(node_id)
        return use.properties.repeat > 1 or self.plan.counted(node_id) is not None

    def _use(self, node: Node, use: Use, module: str, given: list[str], targets: list[str]) -> Iterator[str]:
        starts = use.block.graph.of_type("BlockInput")
        order = [starts.index(start) for start in ordered(starts)]
        if self._one_by_one(node.id, use):
            yield from self._scan(node, use, module, given, targets, order)
        elif self._plain(node.id, use):
            if use.properties.apply == "each_step":
                (first,) = [name for name in given if name != "None"]
                folded = call(module, [f"{name}.flatten(0, 1)" if name == first else name for name in given], order)
                yield f"{targets[0]} = {folded}.unflatten(0, {first}.shape[:2])"
            else:
                yield f"{', '.join(targets)} = {call(module, given, order)}"
        else:
            yield from self._loop(node, use, module, given, targets, order)

    def _loop(
        self, node: Node, use: Use, module: str, given: list[str], targets: list[str], order: list[int]
    ) -> Iterator[str]:
        """A call for each repeat, or steps of several values folded into the batch and back."""
        folds = use.properties.apply == "each_step"
        sequences = [port.sequence and name != "None" for port, name in zip(use._inputs(), given, strict=True)]
        size = next((f"{name}.shape[:2]" for name, s in zip(given, sequences, strict=True) if s), "")
        values = [f"{n}.flatten(0, 1)" if folds and s else n for n, s in zip(given, sequences, strict=True)]
        if not self._repeated(node.id, use):
            yield f"{', '.join(targets)} = {call(module, values, order)}"
            whole: set[str] = set()
        else:
            spares: list[str] = []
            handed = self._held(node, use, targets, spares)
            named = {index: targets[output] for output, index in handed.items()}
            begun = {name: values[index] for index, name in named.items() if values[index] != name}
            if begun:
                yield f"{', '.join(begun)} = {', '.join(begun.values())}"
            head, layer = self._repeats(node.id, use, module)
            yield head
            inside = call(layer, [named.get(index, value) for index, value in enumerate(values)], order)
            yield f"    {', '.join(targets)} = {inside}"
            # an input that is not a sequence sees the whole of what the steps before have given
            whole = {name for index, name in named.items() if folds and not use._inputs()[index].sequence}
            for name in sorted(whole):
                yield f"    {name} = {name}.unflatten(0, {size})"
            self.pool.release(spares, last=True)
        if folds:
            yield from (f"{name} = {name}.unflatten(0, {size})" for name in targets if name not in ("_", *whole))

    def _held(self, node: Node, use: Use, targets: list[str], spares: list[str]) -> dict[int, int]:
        """Which outputs go to which inputs of the next repeat; each gets a variable, a spare one if nobody reads it."""
        pairs = dict(use.handed_on)
        for output in pairs:
            if targets[output] == "_":
                targets[output] = self.pool.take((node.id, use.output_ports()[output].name))
                spares.append(targets[output])
        return pairs

    def _repeats(self, node_id: str, use: Use, module: str) -> tuple[str, str]:
        """The head of a loop over the repeats, and what the module is called in it."""
        if use.properties.share_weights:
            count = self.plan.count(node_id)
            return f"for _ in range({self._own(count) if count is not None else use.properties.repeat}):", module
        layer = identifier("layer", dict(self.arguments))
        return f"for {layer} in {module}:", layer

    def _scan(
        self, node: Node, use: Use, module: str, given: list[str], targets: list[str], order: list[int]
    ) -> Iterator[str]:
        """A loop over the steps: in a scan states are handed on, what else comes out is stacked."""
        ports, scanned = use._inputs(), use.properties.apply == "scan"
        pairs = states(use.block) if scanned else {}
        repeated = self._repeated(node.id, use)
        cuts = [
            index
            for index, (port, name) in enumerate(zip(ports, given, strict=True))
            if port.sequence and not (scanned and port.state) and name != "None"
        ]
        spares, sizes = list[str](), dict[int, str]()
        varied: dict[str, str] = {}  # sizes that differ from repeat to repeat: name and values
        handed: dict[int, str] = {}  # the variables that go from repeat to repeat, by the outputs
        layer, answers = module, list(targets)
        if repeated:
            head, layer = self._repeats(node.id, use, module)
            for output, _ in use.handed_on:
                if output in pairs or targets[output] == "_":  # it is not what goes from step to step
                    handed[output] = self.pool.take()
                    spares.append(handed[output])
                else:
                    handed[output] = targets[output]
            onward = {index: handed[output] for output, index in use.handed_on}
            yield f"{', '.join(onward.values())} = {', '.join(given[index] for index in onward)}"
            given = [onward.get(index, name) for index, name in enumerate(given)]
            targets = [
                handed[index] if index in handed and index not in pairs else n for index, n in enumerate(targets)
            ]
        for state in pairs.values():
            if given[state] == "None":
                sizes[state] = self._state_size(node, use, state, varied)
        sequence = given[cuts[0]]
        if repeated:
            if varied:
                head = f"for {', '.join([layer, *varied])} in zip({', '.join([module, *varied.values()])}):"
            yield head
        pad = "    " if repeated else ""
        held: dict[int, str] = {}
        lines = []
        for output, state in pairs.items():
            held[state] = answers[output]
            if answers[output] == "_":  # it is given back at the end: no two states may share a variable
                held[state] = self.pool.take((node.id, use.output_ports()[output].name))
                spares.append(held[state])
            begin = given[state] if given[state] != "None" else self._zeros(node, given, sequence, layer, sizes[state])
            lines.append(f"{held[state]} = {begin}")
        local = dict(self.arguments)
        stacked = {
            index: identifier("steps", local)
            for index, name in enumerate(targets)
            if index not in pairs and name != "_"
        }
        lines += [f"{name} = []" for name in stacked.values()]
        steps = {index: identifier("step", local) for index in cuts}
        unbound = [f"{given[index]}.unbind(1)" for index in cuts]
        source = unbound[0] if len(unbound) == 1 else f"zip({', '.join(unbound)})"
        every = self._truncation(node, use) if held else ""
        lines += loop_over_steps(steps.values(), source, held.values(), every, local)
        values = [steps.get(index, held.get(index, name)) for index, name in enumerate(given)]
        fresh = {index: identifier("result", local) for index in stacked}
        back = [held[pairs[index]] if index in pairs else fresh.get(index, "_") for index in range(len(targets))]
        lines.append(f"    {', '.join(back)} = {call(layer, values, order)}")
        lines += [f"    {stacked[index]}.append({name})" for index, name in fresh.items()]
        lines += [f"{targets[index]} = torch.stack({name}, dim=1)" for index, name in stacked.items()]
        lines += [f"{name} = {held[pairs[output]]}" for output, name in handed.items() if output in pairs]
        self.pool.release(spares, last=True)
        yield from (pad + line for line in lines)

    def _truncation(self, node: Node, use: Use) -> str:
        """After how many steps the states are detached; empty for never."""
        raw = node.properties.get("truncation", 0)
        if self.plan.block is not None and expressions.depends(raw):
            return self._own(self.plan.expressed(raw))
        return str(use.properties.truncation or "")

    def _zeros(self, node: Node, given: list[str], sequence: str, module: str, size: str) -> str:
        """Zeros for as many samples as the sequence has, in the numbers that the network computes with."""
        view = self.plan.view(node.id)
        inputs, count = view.report.inputs[node.id], f"{sequence}.shape[0]"
        floats = [name for name, spec in zip(given, inputs, strict=True) if name != "None" and spec.dtype == "float32"]
        if floats:
            source = sequence if sequence in floats else floats[0]
            return f"{source}.new_zeros({count}{size})"
        dtype = f", dtype=next({module}.parameters()).dtype" if view.layer(node.id).weights(*inputs) else ""
        return f"torch.zeros({count}{size}, device={sequence}.device{dtype})"

    def _state_size(self, node: Node, use: Use, state: int, varied: dict[str, str]) -> str:
        """The size of a state as further arguments of a call; one that differs between repeats goes to ``varied``."""
        start = use.block.graph.of_type("BlockInput")[state]
        seen = [view.unfolded(node.id) for view in self.plan.views]
        count = self.plan.counted(node.id)
        longest = max(map(len, seen))
        first = next(found for found in seen if found)[0]
        texts = []
        for axis in range(1, first.given[start.id].rank):
            each = [
                self._size_text(node, start, repeat, axis)
                for repeat in range(longest if count is None else min(longest, 2))
            ]
            if all(text == each[0] for text in each):
                texts.append(each[0])
                continue
            name = identifier("size", {**dict(self.arguments), **dict.fromkeys(varied, 1)})
            rest = f"*[{each[1]}] * ({self._own(count)} - 1)" if count is not None else ", ".join(each[1:])
            varied[name] = f"({each[0]}, {rest})"
            texts.append(name)
        return "".join(f", {text}" for text in texts)

    def _size_text(self, node: Node, start: Node, repeat: int, axis: int) -> str:
        """One size of the state of a repeat, as the forward pass reads it."""

        def value(view: BlockView) -> object:
            found = view.unfolded(node.id)
            return found[repeat].given[start.id].shape[axis] if len(found) > repeat else None

        more = self.plan.known.get(node.id)  # the size of a state is one of the expressions within
        return self._own(self.plan.text(node.id, f"{start.name}_size", value, more))

    def _own(self, text: str) -> str:
        """An expression over what the constructor was given, read from ``self``, where it is stored."""
        self.stored |= dict.fromkeys(sorted(expressions.names(text)))  # a set has another order in every process
        return own(text)


def call(module: str, given: list[str], order: list[int]) -> str:
    """The call of a block's module, its arguments in the order of its signature."""
    texts = [given[index] for index in order]
    while texts and texts[-1] == "None":
        texts.pop()
    return f"{module}({', '.join(texts)})"


def ordered(starts: list[Node]) -> list[Node]:
    """The inputs of a block in the order of its signature: those that may be left out last."""
    return sorted(starts, key=lambda node: node.parameters.get("optional") is True)


def signature(plan: ClassPlan) -> list[Node]:
    """The inputs of a class in the order of its forward pass."""
    return ordered([node for node in plan.graph.nodes.values() if node.type in ("Input", "BlockInput")])


def result(count: int) -> str:
    """The type of so many results."""
    if count > 4:
        return "tuple[torch.Tensor, ...]"
    return "torch.Tensor" if count == 1 else f"tuple[{', '.join(['torch.Tensor'] * count)}]"
