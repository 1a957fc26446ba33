"""How the modules of a class are built: one constructor call for a layer, one or several for a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from engine import expressions
from engine.blocks.use import Inside, Key
from engine.expressions import depends
from engine.graph import Node
from engine.layers.layer import Layer
from engine.layers.merge import Concat
from engine.live_nodes import STARTS
from engine.scope import REPEATS, ExpressionError
from engine.source.class_plan import ClassPlan, Derived
from engine.source.views import BlockView, view_of

WIDEST = 100
Plans = Mapping[tuple[str, Key], ClassPlan]
"""The classes of blocks, by the block's id and what it is seen with."""


@dataclass(frozen=True, slots=True)
class Call:
    """The call of a block's class: values that follow from the input first, then the block's own parameters."""

    name: str
    derived: tuple[tuple[str, str], ...]
    named: tuple[tuple[str, str], ...]
    numbered: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    """The block's own parameters over the number of the repeat, where they speak of it."""

    def __str__(self) -> str:
        return self.text(self.named)

    def text(self, named: tuple[tuple[str, str], ...]) -> str:
        """The call with these parameters."""
        parts = [text for _, text in self.derived] + [f"{name}={text}" for name, text in named]
        return f"{self.name}({', '.join(parts)})"


def layer_call(plan: ClassPlan, node: Node) -> str | None:
    """The constructor call of a layer as source; None for one that is an expression."""
    first = plan.view(node.id)
    layer, inputs = first.layer(node.id), first.report.inputs[node.id]
    if not layer.constructor():
        if node.type not in STARTS:  # of those the plan knows the sizes already
            plan.known[node.id] = [*_elements(plan, node), *_joined(plan, node, layer)]
        return None
    if plan.block is None and not any(map(depends, node.parameters.values())):  # then all are literals
        return layer.module(*inputs)
    arguments, texts = layer.arguments(*inputs), {}
    inferred = [name for name in arguments if name not in type(layer).model_fields or name in layer.inferred(*inputs)]
    for name in inferred:
        texts[name] = plan.text(node.id, name, lambda view, name=name: view.inferred(node.id, name))  # type: ignore[misc]
    for name, raw in node.parameters.items():
        if depends(raw):
            texts[name] = plan.expressed(raw)
    kept = [texts[name] for name in reversed(texts) if not texts[name].lstrip("-").isdigit()]
    plan.known[node.id] = list(dict.fromkeys([*kept, *_elements(plan, node)]))
    return layer.module(*inputs, texts=texts)


def _elements(plan: ClassPlan, node: Node) -> list[str]:
    """The expressions that a node's parameters are or hold."""
    texts = []
    for raw in node.parameters.values():
        parts = raw if isinstance(raw, (list, tuple)) else (raw,)
        texts += [plan.expressed(part) for part in parts if expressions.is_expression(part)]
    return texts


def _joined(plan: ClassPlan, node: Node, layer: Layer) -> list[str]:
    """The size of what is joined, as the sum of its parts."""
    if not isinstance(layer, Concat) or plan.block is None:
        return []
    parts: dict[str, int] = {}
    for index, (_, source, _) in enumerate(plan.wires[node.id]):

        def value(view: BlockView, index: int = index) -> object:
            given = view.report.inputs.get(node.id, ()) if view.has(node.id) else ()
            return given[index].shape[layer.dim] if index < len(given) else None

        wanted = plan.samples.wanted(value)
        text = plan.holding([*plan.known.get(source, ()), *plan.upstream(source), *plan.names], wanted)
        if text is None:
            if not plan.samples.constant(wanted) or plan.samples.varies(wanted):
                return []
            text = str(wanted.some(plan.samples.used)[0])
        parts[text] = parts.get(text, 0) + 1
    each = [text if many == 1 else expressions.times(many, text) for text, many in parts.items()]
    return [" + ".join(each)]


def block_calls(plan: ClassPlan, node: Node, plans: Plans) -> tuple[list[Call], str | None]:
    """The calls that build a block, one a repeat; the text of the count where an expression says it.

    With a count the last call stands for all that follow the ones before; shared weights take one call.
    """
    if plan.view(node.id).layer(node.id).properties.share_weights:  # type: ignore[attr-defined]
        return [_block_call(plan, node, 0, plans, None)], None
    longest = max(len(view.unfolded(node.id)) for view in plan.views)
    count = plan.counted(node.id)
    calls: list[Call] = []
    for repeat in range(longest if count is None else min(longest, 2)):
        calls.append(_block_call(plan, node, repeat, plans, calls[-1] if calls else None))
    if count is not None and len(calls) == 2 and calls[0] == calls[1]:
        calls.pop()
    return calls, count


def _block_call(plan: ClassPlan, node: Node, repeat: int, plans: Plans, before: Call | None) -> Call:
    here = next(found[repeat] for view in plan.views if len(found := view.unfolded(node.id)) > repeat)
    inner = plans[here.block.id, here.key]
    named, numbered = [], []
    for parameter in inner.parameters:
        raw = node.parameters.get(parameter.name)
        if raw is not None:
            text = plan.expressed(raw, node, repeat)
            if text != repr(parameter.default):
                named.append((parameter.name, text))
            if expressions.is_expression(raw) and REPEATS[0] in expressions.mentions(raw):
                numbered.append((parameter.name, plan.expressed(raw, node, None)))
            elif text != repr(parameter.default):
                numbered.append((parameter.name, text))
    outer = {parameter.name: repr(parameter.default) for parameter in inner.parameters} | dict(named)
    behind = _translated(inner, outer | dict(before.derived)) if before is not None else None
    derived = []
    for each in inner.derived:

        def value(view: BlockView, each: Derived = each) -> object:
            found: list[Inside] = view.unfolded(node.id)
            return each.value(view_of(found[repeat])) if len(found) > repeat else None

        text = plan.text(node.id, each.name, value, behind)
        derived.append((each.name, text))
    apart = numbered != named and not any(REPEATS[0] == name for name in plan.names)
    call = Call(inner.class_name, tuple(derived), tuple(named), tuple(numbered) if apart else ())
    plan.known[node.id] = _translated(inner, outer | dict(derived))
    return call


def _translated(inner: ClassPlan, texts: dict[str, str]) -> list[str]:
    """The expressions within a block, from its outputs back, in the words of the class that uses it."""
    found: dict[str, None] = {}
    for end in inner.graph.of_type("BlockOutput"):
        for candidate in inner.upstream(end.id):
            try:
                text = expressions.substitute(candidate, texts)
                counts = expressions.names(text)
            except ExpressionError:  # what stands for a name is not a number: a pair of sizes
                continue
            if counts:
                found.setdefault(text)
    return list(found)


def compressed(calls: list[Call], count: str | None) -> list[str]:
    """The calls as the arguments of ``nn.Sequential``: equal ones, and ones that count up, become a comprehension."""
    if count is not None:
        head = [str(call) for call in calls[:-1]]
        rest = f"range({len(head)}, {count})" if head else f"range({count})"
        return [*head, f"*({calls[-1]} for _ in {rest})"]
    parts: list[str] = []
    start = 0
    while start < len(calls):
        same = _run(calls, start)
        numbered = _numbered(calls, start)
        if numbered > max(same, 2):
            numbers = f"{start}, {start + numbered}" if start else str(numbered)
            parts.append(f"*({calls[start].text(calls[start].numbered)} for {REPEATS[0]} in range({numbers}))")
            start += numbered
            continue
        counting = _counting(calls, start)
        if counting is not None and counting[0] > same:
            parts.append(counting[1])
            start += counting[0]
        else:
            parts.append(str(calls[start]) if same == 1 else f"*({calls[start]} for _ in range({same}))")
            start += same
    return parts


def _run(calls: list[Call], start: int) -> int:
    length = 1
    while start + length < len(calls) and calls[start + length] == calls[start]:
        length += 1
    return length


def _numbered(calls: list[Call], start: int) -> int:
    """From here on calls that differ only in what follows from the number of the repeat: how many."""
    first, length = calls[start], 0
    while first.numbered and start + length < len(calls):
        call = calls[start + length]
        if (call.name, call.derived, call.numbered) != (first.name, first.derived, first.numbered):
            break
        length += 1
    return length


def _counting(calls: list[Call], start: int) -> tuple[int, str] | None:
    """From here on calls that differ in one integer only, which rises by equal steps: how many, and the text."""
    if start + 2 >= len(calls) or len(calls[start].derived) != len(calls[start + 1].derived):
        return None
    pairs = zip(calls[start].derived, calls[start + 1].derived, strict=True)
    changed = [index for index, (a, b) in enumerate(pairs) if a != b]
    if len(changed) != 1:
        return None
    (index,) = changed
    numbers: list[int] = []
    for call in calls[start:]:
        alike = (
            call.name == calls[start].name
            and call.named == calls[start].named
            and all(
                a == b for i, (a, b) in enumerate(zip(call.derived, calls[start].derived, strict=True)) if i != index
            )
        )
        if not alike or not call.derived[index][1].isdigit():
            break
        number = int(call.derived[index][1])
        if len(numbers) > 1 and number - numbers[-1] != numbers[1] - numbers[0]:
            break
        numbers.append(number)
    steps = {b - a for a, b in pairwise(numbers)}
    if len(numbers) < 3 or len(steps) != 1:
        return None
    (step,) = steps
    name = calls[start].derived[index][0]
    derived = tuple((n, n if i == index else text) for i, (n, text) in enumerate(calls[start].derived))
    call = Call(calls[start].name, derived, calls[start].named)
    return len(numbers), f"*({call} for {name} in range({numbers[0]}, {numbers[-1] + step}, {step}))"


def laid_out(left: str, name: str, parts: list[str]) -> list[str]:
    """``left = name(parts)``, one part a line where it would be too wide."""
    line = f"{left} = {name}({', '.join(parts)})"
    if len(line) <= WIDEST:
        return [line]
    return [f"{left} = {name}(", *(f"    {part}," for part in parts), ")"]
