"""Puts the source together: what torch lacks, a class for each block that is used, and the network."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import groupby

from engine import layers, nn
from engine.blocks.use import Inside, Key, Use
from engine.expressions import HELPERS, depends
from engine.graph import Graph, Node
from engine.layers.layer import Layer
from engine.resolve import Fault, drawn_as, owner_of, resolve_properties
from engine.shapes import Report
from engine.source.calls import block_calls, compressed, laid_out, layer_call
from engine.source.class_plan import Body, ClassPlan, SourceError, repeats_alike
from engine.source.coded import coded_fields, reads_right
from engine.source.conditions import Conditions, there
from engine.source.contexts import contexts
from engine.source.folding import WIDTH, folded, spelled
from engine.source.forward import Forward
from engine.source.names import attribute, class_name, identifier, one_line
from engine.source.shape_comments import ShapeComments
from engine.source.views import BlockView, reached, view_of
from engine.spec import UNWIRED

FILLS = {"normal": "nn.init.normal_, std=0.02"}
WIDEST_CODE = 72
WIDEST = WIDTH
PROBE = "from engine.training.diagnosis.probes import probe as __probe__"


@dataclass(frozen=True, slots=True)
class Source:
    """The text, the class it defines, which node each line speaks of, and where each node's module lives in it.

    ``lines`` are those of the network itself; ``block_lines`` those of its blocks, as (block, node). ``attributes``
    says for each class by which attribute it holds the module of a node, ``rates`` for some attributes of a class what
    the learning rate of the weights in it is multiplied by.
    """

    text: str
    class_name: str
    lines: dict[int, str]
    modules: dict[str, str]
    block_lines: dict[int, tuple[str, str]] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    rates: dict[str, dict[str, float]] = field(default_factory=dict)


class Writer:
    """Writes one network."""

    def __init__(self, graph: Graph, report: Report, *, probes: bool = False) -> None:
        if not graph.of_type("Output"):
            raise SourceError("The network has no Output yet: add one and wire the answer to it.")
        self.graph, self.probes = graph, probes
        self.taken = {cls.own for cls in layers.all() if cls.own}  # their names are theirs, whoever else has them
        self.plans: dict[tuple[str, Key], ClassPlan] = {}
        self.classes: list[ClassPlan] = []
        self.helpers: set[str] = set()
        self.packages: set[str] = set()
        main = ClassPlan(graph, [BlockView(report, {})], "")
        self.main_name = class_name(graph.name, self.taken)
        main.class_name = self.main_name
        uses = contexts(graph, report)
        further = reached(graph, uses)
        for block_id, found in uses.items():
            block = graph.blocks[block_id]
            conditions = Conditions(block.graph, [inside.report for inside in found.values()])
            for insides in self._variants(conditions, found.values()):
                views, name = [view_of(inside) for inside in insides], class_name(block.name, self.taken)
                plan = ClassPlan(block.graph, views, name, block, reached=further[block_id])
                for inside in insides:
                    self.plans[block_id, inside.key] = plan
                self.classes.append(plan)
                self._build(plan)
        self.classes.append(main)
        self._build(main)

    # -- which uses of a block are one class -----------------------------------------------------------------------

    def _variants(self, conditions: Conditions, found: Iterable[Inside]) -> list[list[Inside]]:
        """The uses of a block in groups that can be one class: where a node is there in several, it must be alike."""
        variants: list[tuple[Hashable, dict[str, Hashable], list[Inside]]] = []
        for inside in found:
            pattern, shapes = self._structure(conditions, inside)
            for known, theirs, members in variants:
                if pattern == known and all(theirs.get(node, shape) == shape for node, shape in shapes.items()):
                    theirs |= shapes
                    members.append(inside)
                    break
            else:
                variants.append((pattern, shapes, [inside]))
        return [members for _, _, members in variants]

    def _structure(self, conditions: Conditions, found: Inside) -> tuple[Hashable, dict[str, Hashable]]:
        """What must be equal for two uses to share a class: all but numbers that a constructor can be given.

        It is a pattern, with the nodes that are not there although their condition holds, and what each node that is
        there looks like.
        """
        view, graph = view_of(found), found.graph
        here = there(graph, found.report)
        odd = tuple(node for node in graph.order() if (node in here) != conditions.hold(node, found.report))
        nodes = [graph.nodes[node_id] for node_id in graph.order() if node_id in here]
        shapes: dict[str, Hashable] = {
            node.id: (self._shape_of(found, view, node), *self._start(node, view, "m"), *self._learning(node, view))
            for node in nodes
        }
        for node_id in found.report.layers:
            if (absent := found.report.absent(node_id)) is not None:  # not being there twice may hand on two things
                shapes |= {f"{node_id} {output}": index for output, index in absent.handed().items()}
        return (view.unwired(graph), odd), shapes

    def _shape_of(self, used: Inside, view: BlockView, node: Node) -> Hashable:
        graph, layer = used.graph, view.report.layer(node.id)
        if layer is None or node.id not in view.report.inputs:
            return (node.id,)
        if isinstance(layer, Use):
            found = view.unfolded(node.id)
            inner = [id(self.plans[inside.block.id, inside.key]) for inside in found]
            apart = layer.one_by_one(*view.report.inputs[node.id])
            if layer.properties.share_weights:
                return (node.id, apart, "shared", *inner[:1])
            counted = depends(drawn_as(graph, node).properties.get("repeat"))
            if counted and len(set(inner)) <= 1 and repeats_alike(graph, node.id, used.block.parameters, view):
                return (node.id, apart, "counted", inner[0] if inner else None)
            return (node.id, apart, *inner)
        inputs = view.report.inputs[node.id]
        arguments = ["None" if spec is UNWIRED else f"a{index}" for index, spec in enumerate(inputs)]
        outputs = len(layer.output_ports())
        if layer.constructor():
            written = layer.arguments(*inputs)
            inferred = layer.inferred(*inputs)
            texts = tuple(
                (name, None if name in inferred or name not in type(layer).model_fields else repr(value))
                for name, value in written.items()
                if not depends(node.parameters.get(name))
            )
            return (node.id, layer.constructor(), texts, self._words(layer, arguments, outputs))
        coded = coded_fields(node)
        shown = layer.model_copy(update=coded) if coded and reads_right(layer, arguments, coded) else layer
        return (node.id, self._words(shown, arguments, outputs))

    def _words(self, layer: Layer, arguments: list[str], outputs: int) -> tuple[str, ...]:
        return tuple(layer.statements("m", arguments, [f"t{index}" for index in range(outputs)]))

    # -- one class -------------------------------------------------------------------------------------------------

    def _build(self, plan: ClassPlan) -> None:
        """Compute constructor and forward pass of a class; both are put together when all is known."""
        attributes: dict[str, str] = {}
        head: list[tuple[str, str]] = []
        sequential: set[str] = set()
        ties: list[tuple[str, str]] = []
        guarded: list[tuple[str, str, str]] = []
        still: list[tuple[str, str]] = []
        rates: dict[str, float] = {}
        owners = {node_id: owner_of(plan.graph, plan.graph.nodes[node_id]) for node_id in plan.nodes}
        modules: dict[str, list[str] | None] = {}
        for node_id, owner in owners.items():
            assert isinstance(owner, Node)
            node = plan.graph.nodes[node_id]
            if owner.id == node_id or owner.type != node.type:
                modules[node_id] = self._module(plan, node, plan.view(node_id).layer(node_id), sequential)
        names = {
            name: 1 for given in plan.names for name in (given, attribute(given))
        }  # those that the modules need, too
        for node_id, owner in owners.items():
            assert isinstance(owner, Node)
            node, guard = plan.graph.nodes[node_id], plan.guards.get(node_id, "")
            if node_id not in modules:
                if owner.id in attributes:
                    attributes[node_id] = attributes[owner.id]
                continue
            lines = modules[node_id]
            if lines is None:
                continue
            attributes[node_id] = identifier(node.name, names)
            lines = [f"self.{attributes[node_id]}{lines[0]}", *lines[1:]]
            lines += self._start(node, plan.view(node_id), f"self.{attributes[node_id]}")
            guarded += [(guard, line, node_id) for line in lines]
            keeps, rate = self._learning(node, plan.view(node_id))
            if keeps:
                still += [(f'if hasattr(self, "{attributes[node_id]}"):', node_id)] if guard else []
                still.append((f"{'    ' if guard else ''}keep_statistics(self.{attributes[node_id]})", node_id))
            if rate != 1.0:
                rates[attributes[node_id]] = rate
            if owner.id != node.id:
                ties.append((node_id, owner.id))
        plan.attributes = frozenset(attributes.values())
        self._share_late(plan, attributes)
        for node_id, owner_id in ties:
            lines = self._tie(plan, node_id, owner_id, attributes)
            guarded += [(plan.guards.get(node_id, ""), line, node_id) for line in lines]
        for guard, rows in groupby(guarded, key=lambda row: row[0]):
            pad = "    " if guard else ""
            body = [(f"{pad}{line}", node_id) for _, line, node_id in rows]
            head += [(f"if {guard}:", body[0][1]), *body] if guard else body
        shapes = ShapeComments(plan)
        forward = Forward(plan, attributes, shapes.of, sequential, self.probes)
        signature, answer = forward.write()
        lent = {*HELPERS, "initialize"}.union(*(plan.view(node).layer(node).functions for node in plan.nodes))
        code = "\n".join((*(line for line, _ in head), *(line for line, *_ in forward.rows)))
        self.helpers.update(name for name in lent if re.search(rf"(?<![\w.]){name}\(", code))
        self.helpers |= {"keep_statistics"} if still else set()
        plan.body = Body(head, signature, answer, forward.rows, list(forward.stored), attributes, still, rates)

    def _share_late(self, plan: ClassPlan, attributes: dict[str, str]) -> None:
        """Nodes may stand before the one whose module they use."""
        for node_id in plan.nodes:
            owner = owner_of(plan.graph, plan.graph.nodes[node_id])
            if isinstance(owner, Node) and owner.id in attributes and owner.type == plan.graph.nodes[node_id].type:
                attributes[node_id] = attributes[owner.id]
                self._agree(plan, node_id, owner.id)

    def _agree(self, plan: ClassPlan, node_id: str, owner_id: str) -> None:
        from engine.sharing import disagreement

        for view in plan.views:
            if (reason := disagreement(plan.graph, view.report, node_id)) is not None:
                node = plan.graph.nodes[node_id]
                raise SourceError(f"{node.name} ({node.type}) {reason}", node=node_id)

    def _module(self, plan: ClassPlan, node: Node, layer: Layer, sequential: set[str]) -> list[str] | None:
        """The lines that build the module, the first without its target; None for an expression."""
        if not isinstance(layer, Use):
            call = layer_call(plan, node)
            if layer.own and call is not None:
                if layer.imported_from:
                    self.packages.add(f"from {layer.imported_from} import {layer.own}")
                else:
                    self.helpers.add(layer.own)
            return None if call is None else [f" = {call}"]
        calls, count = block_calls(plan, node, self.plans)
        if layer.properties.share_weights or (layer.properties.repeat == 1 and count is None):
            return [f" = {calls[0]}"]
        once = not layer.one_by_one(*plan.view(node.id).report.inputs[node.id])
        wired = [index for index, wire in enumerate(plan.wires[node.id]) if wire[1]]
        if once and len(layer.output_ports()) == 1 and layer.handed_on == ((0, *wired),):
            sequential.add(node.id)
            return laid_out("", "nn.Sequential", compressed(calls, count))
        parts = compressed(calls, count)
        if len(parts) == 1 and parts[0].startswith("*("):
            return [f" = nn.ModuleList({parts[0][2:-1]})"]
        return laid_out("", "nn.ModuleList", [f"[{', '.join(parts)}]"])

    def _start(self, node: Node, view: BlockView, module: str) -> list[str]:
        """What is done with a module once it is built: how its weights start, what norms them, whether they learn."""
        properties = resolve_properties(node, view.report.scope)
        lines: list[str] = []
        if isinstance(properties, Fault):
            return lines
        if properties.initialization is not None:
            fill = FILLS.get(properties.initialization, f"nn.init.{properties.initialization}_")
            lines.append(f"initialize({module}, {fill})")
        if properties.parametrization is not None:
            lines.append(f"nn.utils.parametrizations.{properties.parametrization}({module})")
        if properties.frozen:
            lines.append(f"{module}.requires_grad_(False)")
        return lines

    def _learning(self, node: Node, view: BlockView) -> tuple[bool, float]:
        """Whether the statistics of a node stay as they are in train mode, and what its learning rate is times."""
        properties, layer = resolve_properties(node, view.report.scope), view.report.layer(node.id)
        if isinstance(properties, Fault) or layer is None or node.id not in view.report.inputs:
            return False, 1.0
        if not properties.frozen or not properties.frozen_statistics:
            return False, properties.lr_multiplier
        anyhow = isinstance(layer, Use) or layer.imported_from or properties.parametrization == "spectral_norm"
        return bool(anyhow) or bool(layer.buffers(*view.report.inputs[node.id])), properties.lr_multiplier

    def _tie(self, plan: ClassPlan, node_id: str, owner_id: str, attributes: dict[str, str]) -> list[str]:
        from engine.sharing import tied

        names = tied(plan.graph, plan.view(node_id).report, node_id)
        if isinstance(names, str):
            node = plan.graph.nodes[node_id]
            raise SourceError(f"{node.name} ({node.type}) {names}", node=node_id)
        return [f"self.{attributes[node_id]}.{name} = self.{attributes[owner_id]}.{name}" for name in names]

    # -- the text --------------------------------------------------------------------------------------------------

    def write(self) -> Source:
        """The whole source."""
        helpers = sorted(self.helpers - {"initialize"}) + (["initialize"] if "initialize" in self.helpers else [])
        imported = nn.imports(helpers)
        title = one_line(self.graph.name, 60) or "network"
        out = [
            f'"""{title}: a PyTorch model written by Layerloom."""',
            "",
            *imported,
            *([""] if imported else []),
            "import torch",
            "from torch import nn",
            *(["", *sorted(self.packages)] if self.packages else []),
            *(["", PROBE] if self.probes else []),
            *(line for name in helpers for line in ("", "", *nn.text(name).splitlines())),
        ]
        lines: dict[int, str] = {}
        block_lines: dict[int, tuple[str, str]] = {}
        for plan in self.classes:
            for line, node_id in [("", ""), ("", ""), *self._class(plan)]:
                out.append(line)
                if node_id and plan.block is None:
                    lines[len(out)] = node_id
                elif node_id and plan.block is not None:
                    block_lines[len(out)] = (plan.block.id, node_id)
        body = self.classes[-1].body
        assert body is not None
        attributes = {plan.class_name: plan.body.attributes for plan in self.classes if plan.body is not None}
        rates = {plan.class_name: plan.body.rates for plan in self.classes if plan.body is not None and plan.body.rates}
        return Source("\n".join(out) + "\n", self.main_name, lines, body.attributes, block_lines, attributes, rates)

    def _class(self, plan: ClassPlan) -> list[tuple[str, str]]:
        body = plan.body
        assert body is not None
        given = [f"{each.name}: {_annotation(each.values[0])}" for each in plan.derived]
        kinds = {"int": "int", "float": "float", "bool": "bool", "text": "str"}
        given += [f"{p.name}: {kinds[p.kind]} = {spelled(repr(p.default))}" for p in plan.parameters]
        rows: list[tuple[str, str]] = [(f"class {plan.class_name}(nn.Module):", "")]
        if plan.block is not None and (words := one_line(plan.block.help, 100)):
            rows += [(f'    """{words}{"." if words[-1].isalnum() else ""}"""', ""), ("", "")]
        rows += [(line, "") for line in _defined("    def __init__", ["self", *given], "None")]
        rows.append(("        super().__init__()", ""))
        rows += [(f"        self.{attribute(name)} = {name}", "") for name in body.stored]
        rows += [(f"        {spelled(line)}", node_id) for line, node_id in body.head]
        rows.append(("", ""))
        if body.still:
            rows[-1:] = [("        self.train()", ""), ("", "")]
            rows += [(f'    def train(self, mode: bool = True) -> "{plan.class_name}":', "")]
            rows += [("        super().train(mode)", "")]
            rows += [(f"        {line}", node_id) for line, node_id in body.still]
            rows += [("        return self", ""), ("", "")]
        rows += [(line, "") for line in _defined("    def forward", body.signature, body.answer)]
        lines = [(spelled(code), comment, node_id) for code, comment, node_id in body.rows]
        wide = min(WIDEST_CODE, max((len(code) for code, comment, _ in lines if comment), default=0))
        for code, comment, node_id in lines:
            rows += [(line, node_id) for line in _commented(f"        {code}", comment, wide + 8)]
        return [(text, node_id) for line, node_id in rows for text in folded(line)]


def _commented(code: str, comment: str, wide: int) -> list[str]:
    """A line with a comment after it, or before it where both are too wide for one."""
    if code.lstrip().startswith("#"):
        return [_shortened(code)]
    if not comment or len(line := f"{code.ljust(wide)}  {comment}") <= WIDTH:
        return [line if comment else code]
    if len(line := f"{code}  {comment}") <= WIDTH:
        return [line]
    pad = code[: len(code) - len(code.lstrip())]
    return [_shortened(pad + comment), code]


def _shortened(comment: str) -> str:
    """A line with nothing but a comment, cut after a word where it is too wide."""
    pad = comment[: len(comment) - len(comment.lstrip())]
    return pad + textwrap.shorten(comment.strip(), WIDTH - len(pad), placeholder=" …")


def _annotation(value: object) -> str:
    if isinstance(value, tuple):
        return "tuple[int, ...]"
    return type(value).__name__ if isinstance(value, (bool, int, float, str)) else "object"


def _defined(name: str, parameters: list[str], answer: str) -> list[str]:
    """The head of a function, its parameters on lines of their own where it would be too wide."""
    line = f"{name}({', '.join(parameters)}) -> {answer}:"
    if len(line) <= WIDEST:
        return [line]
    rows = [", ".join(parameters)]
    if len(rows[0]) > WIDEST - 8:
        rows = [f"{part}," for part in parameters]
    lines = [text for row in rows for text in folded(f"        {row}", inside=True)]
    return [f"{name}(", *lines, f"    ) -> {answer}:"]
