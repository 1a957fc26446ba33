"""One graph of a random network while it grows: its values with what is known of them, its inputs and expressions."""

from __future__ import annotations

import keyword
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import torch

from engine import expressions
from engine.absent import Absent
from engine.blocks.block import BlockError, BlockParameter
from engine.blocks.block_edits import SetBlock
from engine.blocks.use import Use
from engine.dims import Dim, Size
from engine.edits import AddNode, Connect, RemoveNode
from engine.graph import Edge, Graph, Node, literal
from engine.layers.layer import Layer, Port, ShapeError
from engine.nn.make_divisible import make_divisible
from engine.properties import Properties
from engine.resolve import resolve
from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.random_layers import FLOAT, Feed, small

WORDS: Final = (
    *("x", "y", "layer", "step", "steps", "result", "input", "self", "torch", "größe", "a b", "1st", "out", "forward"),
    *("x2", "memory", "w", "in_channels", "training", "print", "lambda", "nn", "size", "T"),
)
PARAMETERS: Final = (
    "width",
    "n",
    "k",
    "layer",
    "x",
    "in_features",
    "rate",
    "step",
    "bias",
    "size",
    "mode",
    "training",
    "half",
)


GONE: Final = ("when", "repeat")
"""The properties by which a node may be absent."""


class Unfit(Exception):
    """What was tried does not fit here."""


@dataclass(frozen=True)
class Value:
    """What a port gives."""

    node: str
    port: str
    spec: Spec
    feed: Feed = FLOAT


@dataclass(frozen=True)
class Entry:
    """An input that a scope has made."""

    node: str
    spec: Spec
    feed: Feed
    sequence: bool = True
    state: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Placed:
    """A node with what flows into it."""

    layer: Layer
    raw: dict[str, Any]
    inputs: tuple[Value | None, ...]

    @property
    def specs(self) -> tuple[Spec, ...]:
        return tuple(UNWIRED if value is None else value.spec for value in self.inputs)


@dataclass
class Draft:
    """A whole network while it grows: its random numbers, what open sizes stand for, and the blocks made so far."""

    rng: random.Random
    batch: int
    sizes: dict[str, int]
    blocks: dict[str, Any] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share


@dataclass
class Scope:
    """One graph while it grows: the network, or a block as its first use sees it."""

    draft: Draft
    graph: Graph
    batch: Dim = BATCH
    arguments: dict[str, Any] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    placed: dict[str, Placed] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    """The modes of the blocks around, outermost first."""
    focused: list[Value] = field(default_factory=list)
    """What the layer in focus gives, here or within a block: somebody has to read one of them."""
    count: int = 1
    """How often the block is repeated in its first use."""

    def seen(self) -> expressions.Scope:
        """What expressions see in the first use of the block."""
        inputs = {self.graph.nodes[entry.node].name: entry.spec.shape for entry in self.entries}
        known = expressions.Scope(self.arguments, inputs)
        return known.at(0, self.count) if self.graph.inside is not None else known

    # -- nodes and wires -------------------------------------------------------------------------------------------

    def add(self, node_type: str, **raw: Any) -> str:
        """A node with a name that may be odd."""
        name = self.draft.rng.choice(WORDS) if self.draft.chance(0.3) else ""
        name = name if name and self.graph.by_name(name) is None else self.graph.fresh_name(f"{node_type.lower()}1")
        properties = {key: raw.pop(key) for key in list(raw) if key in Properties.model_fields}
        node = Node(self.graph.fresh_id(), node_type, name, literal(raw), literal(properties))
        AddNode(node, (0.0, 0.0)).apply(self.graph)  # by its type: a block may be called as a layer is
        return node.id

    def end(self, name: str) -> str:
        """A BlockOutput called as an input is."""
        node = Node(self.graph.fresh_id(), "BlockOutput", name)
        AddNode(node, (0.0, 0.0)).apply(self.graph)
        return node.id

    def wire(self, node: str, ports: Sequence[Port], given: Sequence[Value | None]) -> None:
        many = next((port.name for port in ports if port.many), "")
        names = [f"{many}{index}" for index in range(len(given))] if many else [port.name for port in ports]
        for name, value in zip(names, given, strict=True):
            if value is not None:
                Connect(Edge(value.node, value.port, node, name)).apply(self.graph)

    def put(self, node_type: str, raw: dict[str, Any], given: Sequence[Value | None]) -> list[Value]:
        """A node after these values; what it gives. Raises Unfit where it does not fit."""
        if "when" not in raw and "weights_of" not in raw and self.draft.chance(0.12 if not self.within else 0.2):
            raw = {**raw, "when": self.condition(not self.draft.chance(0.3))}
        node = self.add(node_type, **raw)
        try:
            layer = resolve(self.graph.nodes[node], self.graph, self.seen())
            if not isinstance(layer, Layer):
                raise Unfit(layer.message)
            specs = tuple(UNWIRED if value is None else value.spec for value in given)
            if isinstance(layer, Absent) and UNWIRED in [specs[index] for index in layer.indices()]:
                raise Unfit("nothing to hand on")
            found = layer.infer(*specs)
            results = (found,) if isinstance(found, Spec) else found
            if not all(small(spec.bound(self.draft.sizes)) for spec in results):
                raise Unfit("too large")
            if isinstance(layer, Use) and faulty(layer, specs):
                raise Unfit("a fault inside")
        except (Unfit, ShapeError) as error:
            RemoveNode(node).apply(self.graph)
            raise Unfit(str(error)) from None
        ports = layer.input_ports()
        if isinstance(layer, Absent):
            there = {name: raw for name, raw in self.graph.nodes[node].properties.items() if name not in GONE}
            shown = resolve(replace(self.graph.nodes[node], properties=there), self.graph, self.seen())
            ports = shown.input_ports() if isinstance(shown, Layer) else ports
        if len(ports) != len(given) and not any(port.many for port in ports):
            RemoveNode(node).apply(self.graph)
            raise Unfit("other inputs when it is there")
        self.wire(node, ports, given)
        self.placed[node] = Placed(layer, raw, tuple(given))
        made = []
        for port, spec in zip(layer.output_ports(), results, strict=True):
            whole = Feed("whole", -1, -1)  # nobody else's integers
            feed = {"float32": FLOAT, "bool": Feed("truth")}.get(spec.dtype, whole)
            feed = self._handed_feed(layer, port.name, given, feed)
            made.append(Value(node, port.name, replace(spec, axes=None), feed))
        self.values += made
        return made

    def _handed_feed(self, layer: Layer, port: str, given: Sequence[Value | None], feed: Feed) -> Feed:
        """What an absent node hands on is what it was."""
        if not isinstance(layer, Absent):
            return feed
        names = [each.name for each in layer.output_ports()]
        source = given[layer.indices()[names.index(port)]]
        return feed if source is None else source.feed

    def enter(self, spec: Spec, feed: Feed = FLOAT, **flags: Any) -> Value:
        """A new input of this shape. Raises Unfit where there can be none."""
        spec = replace(spec, axes=None)
        if self.batch not in spec.shape:
            raise Unfit("an input without a batch")
        axis = spec.shape.index(self.batch)
        if axis:
            order = (axis, *(n for n in range(spec.rank) if n != axis))
            value = self.enter(spec.with_shape(spec.shape[n] for n in order), feed, **flags)
            back = tuple(order.index(n) for n in range(spec.rank))
            (value,) = self.put("Permute", {"dims": back}, [value])
            return replace(value, feed=feed)
        if not self.within:
            sizes = [size.symbol if isinstance(size, Size) else size for size in spec.shape[1:]]
            if [Size(s) if isinstance(s, str) else s for s in sizes] != list(spec.shape[1:]) or any(
                isinstance(size, Size) and size.formula for size in spec.shape[1:]
            ):
                raise Unfit("a size that no Input can have")
            node = self.add("Input", shape=tuple(sizes), dtype=spec.dtype)
        else:
            node = self.add("BlockInput", **{name: item for name, item in flags.items() if item is not None})
        entry_flags = {name: bool(item) for name, item in flags.items() if name != "shape"}
        self.entries.append(Entry(node, spec, feed, **entry_flags))
        value = Value(node, "output", spec, feed)
        self.values.append(value)
        return value

    def supply(self, spec: Spec, feed: Feed = FLOAT, fresh: float = 0.3) -> Value:
        """A value of this spec: one that is there, or a new input."""
        spec = replace(spec, axes=None)
        fitting = [value for value in self.values if value.spec == spec and value.feed == feed]
        if fitting and not self.draft.chance(fresh):
            return self.draft.rng.choice(fitting)
        if self.draft.chance(0.4) and (made := self._of_tokens(spec, feed)) is not None:
            return made
        return self.enter(spec, feed) if spec.shape[:1] == (self.batch,) else self.fix(spec, feed)

    def fix(self, spec: Spec, feed: Feed) -> Value:
        """A constant of this spec. Raises Unfit where a size is open."""
        if any(not isinstance(size, int) for size in spec.shape):
            raise Unfit("a constant of an open size")
        generator = torch.Generator().manual_seed(self.draft.rng.randrange(2**31))
        numbers = feed.draw(spec.bound({}), generator).flatten()
        raw = {"value": tuple((numbers.long() if spec.dtype == "bool" else numbers).tolist()), "shape": spec.shape}
        return self.put("Constant", raw | {"dtype": spec.dtype}, [])[0]

    def _of_tokens(self, spec: Spec, feed: Feed) -> Value | None:
        """A mask of steps, or lengths, read off tokens; None for anything else."""
        if feed.kind == "truth" and spec.rank == 2 and spec.shape[0] == self.batch:
            tokens = self.supply(Spec(spec.shape, "int64"), Feed("tokens", 0, 4))
            (made,) = self.put("PaddingMask", {"true_at": "tokens" if feed.keeps else "padding"}, [tokens])
        elif feed.kind == "whole" and feed.low == 1 and spec.shape == (self.batch,):
            tokens = self.supply(Spec((self.batch, feed.high - 1), "int64"), Feed("tokens", 0, 4))
            (made,) = self.put("SequenceLengths", {}, [tokens])
        else:
            return None
        return replace(made, feed=feed)

    def floats(self, rank: int | None = None) -> list[Value]:
        """The values that hold floats, batch first."""
        fitting = [v for v in self.values if v.spec.dtype == "float32" and v.spec.shape[:1] == (self.batch,)]
        return [value for value in fitting if rank is None or value.spec.rank == rank]

    def read(self) -> list[Value]:
        """The values that some node reads."""
        ends = {(edge.source, edge.source_port) for edge in self.graph.edges}
        return [value for value in self.values if (value.node, value.port) in ends]

    # -- expressions -----------------------------------------------------------------------------------------------

    def express(self, value: Any, share: float = 0.6) -> Any:
        """A raw value that is this one: itself, or an expression over the parameters of the block around."""
        rng = self.draft.rng
        if isinstance(value, tuple):
            return tuple(self.express(item, share) for item in value)
        if value is None or self.graph.inside is None or rng.random() > share:
            return value
        if isinstance(value, float) and abs(value) > 1e9:
            return value  # more than a parameter of a block may be
        if type(value) is int and rng.random() < 0.25 and (text := self._from_sizes(value)):
            return {"expr": text}
        known = [name for name, item in self.arguments.items() if type(item) is type(value) and item == value]
        if known and rng.random() < 0.5 and not isinstance(value, bool):
            return {"expr": rng.choice(known)}
        if type(value) is int:
            k = rng.choice([1, 2, 3])
            forms = [
                ("{}", value),
                (f"{{}} + {k}", value - k),
                (f"{{}} * {k}", value // k),
                (f"{{}} // {k}", value * k),
            ]
            forms += [(f"max({{}}, {value})", value), (f"{{}} - {k}", value + k), (f"{k} * ({{}} - 1)", value // k + 1)]
            text, inner = rng.choice(forms[:1] * 3 + forms)
            if eval(text.format(inner), {"max": max}) != value:
                text, inner = "{}", value
        elif type(value) is float:
            text, inner = rng.choice([("{}", value), ("{} * 2", value / 2), ("{} / 2", value * 2), ("-{}", -value)])
        else:
            text, inner = "{}", value
        return {"expr": text.format(self.parameter(inner))}

    def _sizes(self) -> list[tuple[str, int]]:
        """Sizes of inputs that every use has, and the number of the repeat, as expressions with what they are."""
        found = [("index", 0), ("count", self.count)]
        for place, entry in enumerate(self.entries):
            if entry.optional:
                continue
            name = self.graph.nodes[entry.node].name
            word = name if name.isidentifier() and not keyword.iskeyword(name) else repr(name)
            sizes = list(enumerate(entry.spec.shape))[1:]
            found += [(f"size({word}, {axis})", size) for axis, size in sizes if isinstance(size, int)]
            if not place and entry.spec.rank > 1 and isinstance(entry.spec.shape[1], int):
                found.append(("in_channels", entry.spec.shape[1]))
        return [(text, size) for text, size in found if text not in self.arguments]

    def _from_sizes(self, value: int) -> str:
        """An expression over the sizes of inputs or the repeat that is this number; empty where there is none."""
        rng = self.draft.rng
        forms = []
        for text, size in self._sizes():
            forms += [(text, size)] * 3
            forms += [(f"{text} + {value - size}", value), (f"max({text}, {value})", max(size, value))]
            forms += [(f"{value} if {text} > {size - 1} else {value + 1}", value)]
            forms += (
                [(f"round_to({text}, {value})", int((2 * size + value) // (2 * value)) * value)] if value > 0 else []
            )
            forms += [(f"make_divisible({text}, {value})", make_divisible(size, value))] if value > 0 else []
        fitting = [text for text, number in forms if number == value]
        return rng.choice(fitting) if fitting else ""

    def condition(self, holds: bool) -> Any:
        """A raw condition that holds or does not in the first use of the block."""
        rng = self.draft.rng
        if self.graph.inside is None or rng.random() < 0.1:
            return holds
        numbers = [(name, item) for name, item in self.arguments.items() if type(item) is int] + self._sizes()
        text, number = rng.choice(numbers) if rng.random() < 0.6 else (self.parameter(holds), 0)
        if not number and text in self.arguments and type(self.arguments[text]) is bool:
            return {"expr": text}
        true = [f"{text} == {number}", f"{text} >= {number}", f"not {text} != {number}", f"0 <= {text} <= {number}"]
        true += [f"{text} < {number + 1} and {number} == {text}", f"{text} > {number} or {text} == {number}"]
        false = [f"{text} != {number}", f"{text} > {number}", f"not {text} == {number}", f"{text} < {number} < 0"]
        return {"expr": rng.choice(true if holds else false)}

    def parameter(self, value: Any) -> str:
        """A new parameter of the block around, with this value in its first use."""
        rng, inside = self.draft.rng, self.graph.inside
        assert inside is not None
        block = self.graph.blocks[inside]
        stem = rng.choice(PARAMETERS)
        name, number = stem, 2
        while name in self.arguments:
            name, number = f"{stem}{number}", number + 1
        kinds: dict[type, Any] = {int: "int", float: "float", bool: "bool", str: "text"}
        default = value + rng.choice([1, 2]) if type(value) is int and rng.random() < 0.3 else value
        parameters = (*block.parameters, BlockParameter(name, default, kinds[type(value)]))
        try:
            SetBlock(block.id, block.name, parameters).apply(self.graph)
        except BlockError as error:  # it has as many as a project can hold
            raise Unfit(str(error)) from error
        self.arguments[name] = value
        return name


def faulty(use: Use, specs: tuple[Spec, ...]) -> bool:
    """Whether a node inside has a fault, be it one that nobody reads."""
    for found in use.unfolded(*specs):
        inner = ((found.report.layer(node), found.report.inputs.get(node)) for node in found.graph.nodes)
        uses = (faulty(each, given) for each, given in inner if isinstance(each, Use) and given is not None)
        if found.report.errors or any(uses):
            return True
    return False
