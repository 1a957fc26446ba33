"""Random networks without errors, from one `random.Random`: values flow from the Inputs, and layers and blocks that
fit them are put behind. What a layer needs and no value offers becomes an input of its own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import torch

from engine.blocks.block import BlockParameter
from engine.blocks.edits import SetBlock
from engine.blocks.use import Use
from engine.dims import Dim, Size
from engine.edits import AddNode, Connect, RemoveNode
from engine.graph import Edge, Graph, Node, literal
from engine.layers.layer import Layer, Port, ShapeError
from engine.properties import Properties
from engine.resolve import resolve
from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.cases import Trial
from tests.engine.random_layers import FLOAT, NAMES, Feed, feeds, small, some

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


class Unfit(Exception):
    """What was tried does not fit here."""


@dataclass(frozen=True)
class Network:
    """A network without errors, its inputs in order, and the floats it is run in."""

    graph: Graph
    tensors: list[torch.Tensor]
    dtype: torch.dtype
    sizes: dict[str, int]


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

    # -- nodes and wires -------------------------------------------------------------------------------------------

    def add(self, node_type: str, **raw: Any) -> str:
        """A node with a name that may be odd."""
        name = self.draft.rng.choice(WORDS) if self.draft.chance(0.3) else ""
        name = name if name and self.graph.by_name(name) is None else self.graph.fresh_name(f"{node_type.lower()}1")
        properties = {key: raw.pop(key) for key in list(raw) if key in Properties.model_fields}
        node = Node(self.graph.fresh_id(), node_type, name, literal(raw), literal(properties))
        AddNode(node, (0.0, 0.0)).apply(self.graph)  # by its type: a block may be called as a layer is
        return node.id

    def wire(self, node: str, ports: Sequence[Port], given: Sequence[Value | None]) -> None:
        many = next((port.name for port in ports if port.many), "")
        names = [f"{many}{place}" for place in range(len(given))] if many else [port.name for port in ports]
        for name, value in zip(names, given, strict=True):
            if value is not None:
                Connect(Edge(value.node, value.port, node, name)).apply(self.graph)

    def put(self, node_type: str, raw: dict[str, Any], given: Sequence[Value | None]) -> list[Value]:
        """A node behind these values; what it gives. Raises Unfit where it does not fit."""
        node = self.add(node_type, **raw)
        try:
            layer = resolve(self.graph.nodes[node], self.graph, self.arguments)
            if not isinstance(layer, Layer):
                raise Unfit(layer.message)
            specs = tuple(UNWIRED if value is None else value.spec for value in given)
            found = layer.infer(*specs)
            results = (found,) if isinstance(found, Spec) else found
            if not all(small(spec.bound(self.draft.sizes)) for spec in results):
                raise Unfit("too large")
            if isinstance(layer, Use) and faulty(layer, specs):
                raise Unfit("a fault inside")
        except (Unfit, ShapeError) as error:
            RemoveNode(node).apply(self.graph)
            raise Unfit(str(error)) from None
        self.wire(node, layer.input_ports(), given)
        self.placed[node] = Placed(layer, raw, tuple(given))
        made = []
        for port, spec in zip(layer.output_ports(), results, strict=True):
            feed = FLOAT if spec.dtype == "float32" else Feed("whole", -1, -1)  # nobody else's whole numbers
            made.append(Value(node, port.name, replace(spec, axes=None), feed))
        self.values += made
        return made

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
        return self.enter(spec, feed)

    def floats(self, rank: int | None = None) -> list[Value]:
        """The values that hold floats, batch first."""
        fitting = [v for v in self.values if v.spec.dtype == "float32" and v.spec.shape[:1] == (self.batch,)]
        return [value for value in fitting if rank is None or value.spec.rank == rank]

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
        SetBlock(block.id, block.name, parameters).apply(self.graph)
        self.arguments[name] = value
        return name

    # -- layers ----------------------------------------------------------------------------------------------------

    def layer(self, trial: Trial, *, forced: bool = False) -> list[Value]:
        """The layer of a trial behind values of this scope; ``forced``: what it needs may become an input.

        Raises Unfit.
        """
        draft, cls = self.draft, trial.cls
        typed = dict(trial.parameters)
        layer = cls.model_validate(typed)
        wishes = [
            spec if spec is UNWIRED else Spec(tuple(self.batch if s == BATCH else s for s in spec.shape), spec.dtype)
            for spec in trial.inputs
        ]
        fed = feeds(trial)
        given = self._given(layer, wishes, fed, forced)
        if self.graph.inside is not None:
            share = 0.8 if forced else 0.4
            if forced:
                defaults = {n: info.default for n, info in cls.model_fields.items() if not info.is_required()}
                typed = defaults | typed
            typed = {name: self.express(item, share) for name, item in typed.items()}
        if draft.chance(0.1):
            typed["frozen"] = self.express(True)
        if draft.chance(0.1):
            typed["initialization"] = draft.rng.choice(["xavier_uniform", "kaiming_normal", "normal", "orthogonal"])
        return self.put(cls.__name__, typed, given)

    def _given(self, layer: Layer, wishes: list[Spec], fed: Sequence[Feed], forced: bool) -> list[Value | None]:
        rng = self.draft.rng
        for _ in range(4):
            given: list[Value | None] = []
            for wish, feed in zip(wishes, fed, strict=True):
                fitting = self.floats(wish.rank) if feed == FLOAT and wish is not UNWIRED else []
                exact = [value for value in self.values if value.spec == wish and value.feed == feed]
                fitting = fitting if fitting and rng.random() < 0.8 else exact
                given.append(rng.choice(fitting[-6:]) if fitting and wish is not UNWIRED else None)
            if any(value is None and wish is not UNWIRED for value, wish in zip(given, wishes, strict=True)):
                continue
            try:
                layer.infer(*(UNWIRED if value is None else value.spec for value in given))
            except ShapeError:
                continue
            return given
        if not forced:
            raise Unfit("no values that fit")
        wishes = self._opened(layer, wishes)
        optional = [port.optional for port in layer.input_ports() for _ in (wishes if port.many else [port])]
        given = []
        for place, (wish, feed) in enumerate(zip(wishes, fed, strict=True)):
            if wish is UNWIRED:
                given.append(None)
                continue
            try:
                may_be_open = optional[place] and self.within and wish.shape[:1] == (self.batch,)
                if may_be_open and self.draft.chance(0.6):
                    given.append(self.enter(wish, feed, optional=True))
                    self.values.pop()  # nobody else reads it, for it may be open
                else:
                    given.append(self.supply(wish, feed))
            except Unfit:
                if not optional[place]:
                    raise
                given.append(None)
        return given

    def _opened(self, layer: Layer, wishes: list[Spec]) -> list[Spec]:
        """The wishes, now and then with a length left open."""
        sizes = {number: name for name, number in self.draft.sizes.items() if name != "N"}
        numbers = [size for wish in wishes for size in wish.shape[1:] if size in sizes]
        if not numbers or not self.draft.chance(0.4):
            return wishes
        number = self.draft.rng.choice(numbers)
        symbol = Size(sizes[number])  # type: ignore[index]
        opened = [
            wish if wish is UNWIRED else wish.with_shape(symbol if size == number else size for size in wish.shape)
            for wish in wishes
        ]
        try:
            layer.infer(*opened)
        except ShapeError:
            return wishes
        return opened

    def grow(self, steps: int) -> None:
        """So many layers behind the values that are there."""
        rng = self.draft.rng
        for _ in range(steps):
            for _ in range(6):
                name = rng.choice(NAMES)
                try:
                    for trial in some(rng, name, self.draft.batch, 2):
                        self.layer(trial)
                    break
                except Unfit:
                    continue

    def coerced(self, value: Value, spec: Spec) -> Value:
        """A value of exactly this spec made of another. Raises Unfit where sizes are open."""
        if value.spec == spec:
            return value
        sizes = spec.shape[1:]
        if not all(isinstance(size, int) for size in sizes) or spec.shape[:1] != (self.batch,):
            raise Unfit("open sizes")
        opened = tuple(axis for axis, size in enumerate(value.spec.shape) if axis and not isinstance(size, int))
        if opened:
            (value,) = self.put("Mean", {"dim": opened}, [value])
        if value.spec.rank == 1:
            (value,) = self.put("Unsqueeze", {"dim": 1}, [value])
        if value.spec.rank > 2:
            (value,) = self.put("Flatten", {}, [value])
        count = torch.Size(sizes).numel()  # type: ignore[arg-type]
        (value,) = self.put("Linear", {"out_features": self.express(count)}, [value])
        if len(sizes) != 1:
            (value,) = self.put("Reshape", {"shape": tuple(sizes)}, [value])
        return value

    # -- shared weights --------------------------------------------------------------------------------------------

    def share(self) -> None:
        """A node that uses the weights of another one of its kind, or single tensors of one of another kind."""
        rng = self.draft.rng
        owners = [n for n, placed in self.placed.items() if placed.layer.weights(*placed.specs)]
        owners = [n for n in owners if "max_norm" not in self.placed[n].raw]  # that changes its weights on the way
        if not owners:
            return
        owner = rng.choice(owners)
        placed, node = self.placed[owner], self.graph.nodes[owner]
        if rng.random() < 0.4 and not node.properties.get("weights_of") and self._tie(node, placed):
            return
        given = list(placed.inputs)
        main = given[0]
        if main is not None and main.feed == FLOAT:
            for value in rng.sample(self.floats(main.spec.rank), min(4, len(self.floats(main.spec.rank)))):
                specs = (value.spec, *placed.specs[1:])
                try:
                    placed.layer.infer(*specs)
                    if placed.layer.weights(*specs) == placed.layer.weights(*placed.specs):
                        given[0] = value
                        break
                except ShapeError:
                    continue
        self.put(node.type, {**placed.raw, "weights_of": owner}, given)

    def _tie(self, node: Node, placed: Placed) -> bool:
        """A layer of another kind with the same weight, where there is one."""
        weight = placed.layer.weights(*placed.specs).get("weight", ())
        if len(weight) == 1:
            kind = self.draft.rng.choice([name for name in ("LayerNorm", "RMSNorm") if name != node.type])
            fitting = [v for v in self.floats() if v.spec.rank > 1 and v.spec.shape[-1] == weight[0]]
            raw: dict[str, Any] = {}
        elif node.type == "Embedding" and len(weight) == 2:
            kind, raw = "Linear", {"out_features": weight[0]}
            fitting = [v for v in self.floats() if v.spec.rank > 1 and v.spec.shape[-1] == weight[1]]
        elif node.type == "Linear":
            kind, raw = "Embedding", {"num_embeddings": weight[0], "embedding_dim": weight[1]}
            fitting = [self.supply(Spec((self.batch, 3), "int64"), Feed("whole", 0, 1))]
        else:
            return False
        if fitting:
            self.put(kind, {**raw, "weights_of": node.id}, [self.draft.rng.choice(fitting)])
        return bool(fitting)


def faulty(use: Use, specs: tuple[Spec, ...]) -> bool:
    """Whether a node inside has a fault, be it one that nobody reads."""
    for found in use.unfolded(*specs):
        inner = ((found.report.layer(node), found.report.inputs.get(node)) for node in found.graph.nodes)
        uses = (faulty(each, given) for each, given in inner if isinstance(each, Use) and given is not None)
        if found.report.errors or any(uses):
            return True
    return False


def network(seed: int) -> Network:
    """The network of this seed."""
    from tests.engine.random_blocks import build

    rng = random.Random(seed)
    sizes = {"N": rng.choice([1, 2, 2, 3]), "T": rng.choice([4, 5]), "U": 3}
    draft = Draft(rng, seed // 500, sizes)
    graph = Graph(rng.choice(["network", "Größe", "Linear", "x", "block", "Shortcut"]))
    scope = Scope(draft, graph)
    build(scope, NAMES[seed % len(NAMES)])
    _end(scope)
    generator = torch.Generator().manual_seed(seed)
    tensors = {entry.node: entry.feed.draw(entry.spec.bound(sizes), generator) for entry in scope.entries}
    dtype = rng.choice([torch.float32] * 4 + [torch.float64] * 4 + [torch.bfloat16])
    given = [tensors[node.id] for node in graph.of_type("Input")]
    given = [tensor.to(dtype) if tensor.is_floating_point() else tensor for tensor in given]
    return Network(graph, given, dtype, sizes)


def _end(scope: Scope) -> None:
    """Outputs behind some of the values, those that nobody reads first."""
    read = {(edge.source, edge.source_port) for edge in scope.graph.edges}
    made = [value for value in scope.values if value.node in scope.placed and value.spec.shape[:1] == (BATCH,)]
    loose = [value for value in made if (value.node, value.port) not in read]
    chosen = scope.draft.rng.sample(loose, min(len(loose), scope.draft.rng.choice([1, 2, 3, 4])))
    if not chosen:
        raise Unfit("nothing that could be an answer")
    main = scope.coerced(scope.draft.rng.choice(scope.floats()), Spec((BATCH, 2)))
    if main.node not in scope.placed or scope.graph.nodes[main.node].type != "Linear":
        (main,) = scope.put("Linear", {"out_features": 2}, [main])
    for value in [*chosen, main]:  # something must be learned, or the network has a problem
        node = scope.add("Output", loss="mse_loss" if value is main else None)
        Connect(Edge(value.node, value.port, node, "input")).apply(scope.graph)
