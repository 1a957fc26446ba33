"""Graph -> readable PyTorch source: the very text that is trained and exported.

A variable is used again as soon as its value is dead: a name of its own for every node would keep all of them alive.
Nothing a stranger typed reaches the text but as an identifier, a literal through ``repr`` or a number.
"""

from __future__ import annotations

import itertools
import keyword
import re
from dataclasses import dataclass

from engine import nn
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.shapes import Report, infer, wired_inputs
from engine.spec import shape_text

Value = tuple[str, str]
"""A node id and one of its output ports."""

RESERVED = frozenset(
    # what nn.Module keeps under these names, and what the text itself uses
    """
    add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
    extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu
    load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters
    register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
    register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook
    register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to
    to_empty train training type xpu zero_grad T_destination torch nn self super
    """.split()  # noqa: SIM905
)
POOL = ("x", "y", "z", "u", "v", "w")


class SourceError(LayerloomError):
    """Why there is no source yet: a whole sentence; ``node`` is the guilty node's id, if there is one."""

    def __init__(self, message: str, node: str | None = None) -> None:
        super().__init__(message)
        self.node = node


@dataclass(frozen=True, slots=True)
class Source:
    """The text, the class it defines, which node each line speaks of, and where each node's module lives in it."""

    text: str
    class_name: str
    lines: dict[int, str]
    modules: dict[str, str]


def write(graph: Graph) -> str:
    """The PyTorch source of the network. Raises SourceError where it is not complete."""
    return source(graph).text


def source(graph: Graph, report: Report | None = None) -> Source:
    """The source with its map from lines to nodes. Raises SourceError where the network is not complete."""
    return _Writer(graph, report or infer(graph)).write()


def live_nodes(graph: Graph) -> set[str]:
    """The nodes that lead to an Output, and every Input; only these are written."""
    live = {node.id for node in graph.of_type("Output")}
    stack = list(live)
    while stack:
        for edge in graph.incoming[stack.pop()].values():
            if edge.source not in live:
                live.add(edge.source)
                stack.append(edge.source)
    return live | {node.id for node in graph.of_type("Input")}


def identifier(name: str, taken: dict[str, int], fallback: str = "layer") -> str:
    """A Python name made of ``name``: ASCII, no keyword, not in ``taken``, to which it is added.

    ``taken`` keeps with each name the number that was last hung on it.
    """
    base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")[:60] or fallback
    if base[0].isdigit():
        base = f"{fallback}_{base}"
    if keyword.iskeyword(base) or base in RESERVED:
        base += "_"
    result = base
    while result in taken:
        taken[base] += 1
        result = f"{base}_{taken[base]}"
    taken[result] = 1
    return result


class _Writer:
    def __init__(self, graph: Graph, report: Report) -> None:
        self.graph, self.report = graph, report
        self.live = live_nodes(graph)
        self.names: dict[str, int] = {}
        self.modules: dict[str, str] = {}
        self.wires: dict[str, list[tuple[str, str, str]]] = {}
        self.layers = self._checked()

    def _checked(self) -> dict[str, Layer]:
        graph, report = self.graph, self.report
        if not graph.of_type("Output"):
            raise SourceError("The network has no Output yet: add one and wire the answer to it.")
        layers = {}
        for node_id in graph.order():
            if node_id not in self.live:
                continue
            node, layer = graph.node(node_id), report.layer(node_id)
            if node_id in report.errors:
                raise SourceError(f"{node.name} ({node.type}) {report.errors[node_id].message}", node_id)
            if layer is None or not report.complete(node_id):
                raise SourceError(f"{node.name} ({node.type}) has an input that nothing is wired to.", node_id)
            self.wires[node_id] = wired_inputs(graph, node_id, layer) or []
            for stray in sorted(graph.incoming[node_id].keys() - {port for port, *_ in self.wires[node_id]}):
                raise SourceError(
                    f"{node.name} ({node.type}) has no input {stray!r} that a wire could end on.", node_id
                )
            layers[node_id] = layer
        return layers

    def write(self) -> Source:
        title = "".join(c if c.isprintable() and c not in '\\"' else " " for c in self.graph.name)[:80].strip()
        class_name = _class_name(self.graph.name)
        helpers = sorted({layer.own for layer in self.layers.values() if layer.own})
        head = [
            f'"""{title or "network"}: a PyTorch model written by Layerloom."""',
            "",
            *(["import math", ""] if any(map(nn.needs_math, helpers)) else []),
            "import torch",
            "from torch import nn",
            *(line for name in helpers for line in ("", "", *nn.text(name).splitlines())),
            "",
            "",
            f"class {class_name}(nn.Module):",
            "    def __init__(self) -> None:",
            "        super().__init__()",
        ]
        lines: dict[int, str] = {}
        for node_id, layer in self.layers.items():
            call = layer.module(*self.report.inputs[node_id])
            if call is not None:
                attribute = identifier(self.graph.node(node_id).name, self.names)
                self.modules[node_id] = attribute
                head.append(f"        self.{attribute} = {call}")
                lines[len(head)] = node_id
        body, owners = self._forward()
        text = [*head, "", *body]
        lines |= {len(head) + 2 + place: node_id for place, node_id in owners.items()}
        return Source("\n".join(text) + "\n", class_name, lines, self.modules)

    def _forward(self) -> tuple[list[str], dict[int, str]]:
        graph, report = self.graph, self.report
        arguments = {"self": 1}
        variables: dict[Value, str] = {}
        for node in graph.of_type("Input"):
            variables[node.id, "output"] = identifier(node.name, arguments, "input")
        rows: list[tuple[str, str, str]] = [
            (f"# {name}: {report.outputs[node_id]['output']}", "", node_id) for (node_id, _), name in variables.items()
        ]
        readers: dict[Value, int] = {}
        for wires in self.wires.values():
            for _, source_id, port_name in filter(_wired, wires):
                readers[source_id, port_name] = readers.get((source_id, port_name), 0) + 1
        fresh = (name for name in itertools.chain(POOL, map("x{}".format, itertools.count(1))) if name not in arguments)
        free: list[str] = []
        for node_id, layer in self.layers.items():
            node = graph.node(node_id)
            if node.type in ("Input", "Output"):
                continue
            inputs = [(source, port) for _, source, port in filter(_wired, self.wires[node_id])]
            given = [variables[wire[1], wire[2]] if _wired(wire) else "None" for wire in self.wires[node_id]]
            dead: list[str] = []
            for value in inputs:
                readers[value] -= 1
                if not readers[value] and variables[value] not in arguments and variables[value] not in dead:
                    dead.append(variables[value])
            free[:0] = dead
            targets = []
            for port in report.outputs[node_id]:
                if readers.get((node_id, port)):
                    variables[node_id, port] = free.pop(0) if free else next(fresh)
                    targets.append(variables[node_id, port])
                else:
                    targets.append("_")
            shapes = ", ".join(shape_text(spec.shape) for spec in report.outputs[node_id].values())
            *first, last = layer.statements(f"self.{self.modules.get(node_id)}", given, targets)
            rows += [(line, "", node_id) for line in first] + [(last, f"# {shapes}", node_id)]
        answers = [variables[value[1], value[2]] for node in graph.of_type("Output") for value in self.wires[node.id]]
        rows.append((f"return {', '.join(answers)}", "", graph.of_type("Output")[0].id))
        result = "torch.Tensor" if len(answers) == 1 else f"tuple[{', '.join(['torch.Tensor'] * len(answers))}]"
        parameters = "".join(f", {variables[node.id, 'output']}: torch.Tensor" for node in graph.of_type("Input"))
        wide = min(72, max(len(code) for code, *_ in rows))
        text = [f"    def forward(self{parameters}) -> {result}:"]
        owners = {}
        for code, comment, node_id in rows:
            text.append(f"        {code.ljust(wide)}  {comment}".rstrip() if comment else f"        {code}")
            owners[len(text) - 1] = node_id
        return text, owners


def _wired(wire: tuple[str, str, str]) -> bool:
    return bool(wire[1])


def _class_name(name: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", name)
    joined = "".join(word[0].upper() + word[1:] for word in words)[:60]
    if not joined or joined[0].isdigit() or keyword.iskeyword(joined):
        joined = f"Network{joined}"
    return joined
