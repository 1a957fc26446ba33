"""The blocks of the random networks: nested, repeated, for each step of a sequence and scanned over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from engine.dims import Dim, Size
from engine.edits import Connect
from engine.graph import Edge
from engine.layers import get
from engine.spec import Spec
from tests.engine.random_growth import batch_first, coerced, grow, layer, said, share
from tests.engine.random_layers import FLOAT, some
from tests.engine.random_layers import NAMES as LAYERS
from tests.engine.random_scope import Entry, Scope, Unfit, Value

Mode = Literal["once", "each_step", "scan"]
DEEPEST: Final = 3
OPTIONAL: Final = tuple(name for name in LAYERS if any(port.optional for port in get(name).inputs))
"""Layers with inputs that may stay without a wire."""
NAMES: Final = ("Block", "Cell", "Linear", "layer", "Stage one", "größe", "network", "ReLU", "LayerScale")


@dataclass(frozen=True)
class Made:
    """A block that is there: its inputs as its first use sees them, its arguments then, and how it was applied."""

    node_type: str
    mode: Mode
    entries: tuple[Entry, ...]
    arguments: dict[str, Any]


def build(scope: Scope, focus: str) -> None:
    """A whole network around one layer, which stands on the canvas or in a block up to three deep."""
    rng = scope.draft.rng
    shape = rng.choice([(6,), ("T", 4), (5, 4), ("T", 6), (2, 6, 6), (3, "T", 5)])
    scope.enter(Spec((scope.batch, *(Size(size) if isinstance(size, str) else size for size in shape))))
    depth = rng.choice([0, 1, 1, 2, 2, 3])
    _fill(scope, depth, focus)


def _fill(scope: Scope, depth: int, focus: str) -> None:
    """Layers and blocks in random order; the layer in focus is in the deepest."""
    rng = scope.draft.rng
    inner = depth if depth else 0
    things = ["layer"] * rng.choice([0, 1, 2, 2]) + ["share"] * rng.choice([0, 0, 1])
    things += ["block" if inner else "focus"] + ["again"] * rng.choice([0, 1, 1]) * bool(inner)
    things += ["optional"] * (rng.random() < 0.25) * bool(scope.within)
    things += ["other"] * (rng.random() < 0.25) * (len(scope.within) < DEEPEST - 1)
    rng.shuffle(things)
    for thing in things:
        try:
            if thing == "layer":
                grow(scope, 1)
            elif thing == "share":
                share(scope)
            elif thing == "again":
                again(scope)
            elif thing == "focus":
                scope.focused = _focus(scope, focus)
            elif thing == "optional":
                _focus(scope, rng.choice(OPTIONAL))
            elif thing == "block":
                block(scope, depth - 1, focus)
            else:
                block(scope, 0, "Linear")
        except Unfit:
            continue


def _focus(scope: Scope, name: str) -> list[Value]:
    """A layer of this name with inputs that are made for it; what it gives. Raises Unfit."""
    trials = some(scope.draft.rng, name, scope.draft.batch, 8)
    if scope.draft.chance(0.6):  # rather one in which many fields say something
        trials.sort(key=lambda trial: list(said(trial).values()).count(None))
    for trial in trials:
        try:
            return layer(scope, trial, forced=True)
        except Unfit:
            continue
    raise Unfit("none of its trials fits")


# -- a new block -----------------------------------------------------------------------------------------------------


def block(scope: Scope, depth: int, focus: str) -> None:
    """A new block with a random inside, used once. Raises Unfit."""
    draft, rng = scope.draft, scope.draft.rng
    mode: Mode = rng.choice(["once", "once", "once", "each_step", "scan", "scan"])
    if mode != "once" and (length := _sequence(scope)) is not None:
        main, steps = length
    else:
        mode, steps = "once", 0
        main = rng.choice(scope.floats())
    name = scope.graph.blocks.fresh_name(rng.choice(NAMES))
    graph = scope.graph.define(name)
    batch = scope.batch * steps if mode == "each_step" else scope.batch
    repeat = rng.choice([1, 1, 1, 2, 2, 3, 3, 0])
    inner = Scope(draft, graph, batch, within=(*scope.within, mode), count=repeat)
    seen = main.spec if mode == "once" else main.spec.with_shape((batch, *main.spec.shape[2:]))
    first = inner.enter(seen)
    states = _states(inner) if mode == "scan" else []
    _fill(inner, depth, focus)
    read = _ends(inner, first, states, repeat)
    made = Made(inner.graph.blocks[str(graph.inside)].type, mode, tuple(inner.entries), inner.arguments)
    draft.blocks[made.node_type] = made
    wired = rng.random() < 0.5
    given = [main if e.node == first.node else _supplied(scope, e, mode, steps, wired) for e in inner.entries]
    results = _use(scope, made, given, repeat)
    if read is not None and len(results) == len(inner.graph.of_type("BlockOutput")):  # else the use is absent
        scope.focused = [results[read]]


def _sequence(scope: Scope) -> tuple[Value, Dim] | None:
    """A sequence of floats and its length: one that is there, or a new input."""
    rng = scope.draft.rng
    there = [value for value in scope.floats() if value.spec.rank >= 2]
    if there and rng.random() < 0.5:
        value = rng.choice(there)
        return value, value.spec.shape[1]
    length: Dim = rng.choice([Size("T"), 3, 1])
    try:
        value = scope.enter(Spec((scope.batch, length, *rng.choice([(4,), (4,), (6,), (2, 3), ()]))))
    except Unfit:
        return None
    return value, length


def _supplied(scope: Scope, entry: Entry, mode: Mode, steps: Dim, wired: bool) -> Value | None:
    """What the use of a block wires to one of its inputs; to an optional one nothing, unless they are ``wired``."""
    if entry.state and scope.draft.chance(0.6):
        return None
    if entry.optional and not wired:
        return None
    spec = entry.spec
    if mode != "once" and entry.sequence and not (entry.state and mode == "scan"):
        spec = spec.with_shape((scope.batch, steps, *spec.shape[1:]))
    if entry.optional and scope.within and scope.draft.chance(0.4):  # open or not, as the block around is used
        value = scope.enter(spec, entry.feed, optional=True)
        scope.values.pop()
        return value
    return scope.supply(spec, entry.feed)


def _states(inner: Scope) -> list[Value]:
    """One to three states of a scan; some are values that others may read."""
    rng = inner.draft.rng
    shapes = [(3,), (5,), (3,), (2, 3), (1, 2, 2), ()]
    made = []
    for shape in rng.sample(shapes, rng.choice([1, 1, 2, 2, 3])):
        if not shape:
            continue
        raw = inner.express(shape)
        value = inner.enter(Spec((inner.batch, *shape)), state=True, shape=raw)
        if rng.random() < 0.25:
            inner.values.remove(value)  # nobody reads it
        made.append(value)
    return made


def _ends(inner: Scope, first: Value, states: list[Value], repeat: int) -> int | None:
    """The outputs of a block: what fits its first input where it is repeated, others, and the next states.

    Returns which of them gives what the layer in focus gives, where that is in the block.
    """
    rng = inner.draft.rng
    made = [v for v in inner.floats() if v.node in inner.placed]
    if not made:
        made = inner.put("Tanh", {}, [first])
    loose = [value for value in made if value not in inner.read()] if rng.random() < 0.8 else []
    chosen = rng.sample(loose or made, min(len(loose or made), rng.choice([1, 1, 2, 3])))
    focused = batch_first(inner, rng.choice(inner.focused)) if inner.focused else None
    if repeat > 1 and rng.random() < 0.8:
        try:
            chosen[0] = coerced(inner, chosen[0], first.spec)
        except Unfit:
            chosen[0] = inner.put("Tanh", {}, [first])[0]
    ends: list[tuple[Value, str]] = [(value, "") for value in chosen]
    ends += [(focused, "")] if focused is not None and focused not in chosen else []
    nexts = _nexts(inner, states, made)
    for state, value in zip(states, nexts, strict=True):
        ends.insert(rng.randrange(1 if repeat > 1 else 0, len(ends) + 1), (value, inner.graph.nodes[state.node].name))
    named = _named(inner, made) if repeat > 1 or rng.random() < 0.1 else {}
    for value, called in named.items():
        ends.insert(rng.randrange(len(ends) + 1), (value, f"={called}"))
    for value, name in ends:
        if name.startswith("="):  # it goes to the input of its name in the next repeat
            node = inner.end(name[1:])
        else:
            node = inner.add("BlockOutput", **({"state": name} if name else {}))
        Connect(Edge(value.node, value.port, node, "input")).apply(inner.graph)
    return next((index for index, (value, _) in enumerate(ends) if value == focused), None)


def _named(inner: Scope, made: list[Value]) -> dict[Value, str]:
    """Values for inputs of the next repeat, by the names of these inputs."""
    rng = inner.draft.rng
    found: dict[Value, str] = {}
    entries = [entry for entry in inner.entries if entry.feed == FLOAT and not entry.state and not entry.optional]
    for entry in rng.sample(entries, min(len(entries), rng.choice([0, 1, 1, 2]))):
        try:
            found[coerced(inner, rng.choice(made), entry.spec)] = inner.graph.nodes[entry.node].name
        except Unfit:
            continue
    return found


def _nexts(inner: Scope, states: list[Value], made: list[Value]) -> list[Value]:
    """The next value of each state: mixed with the one before, or another state's of the same shape."""
    rng = inner.draft.rng
    nexts = []
    for state in states:
        twins = [other for other in states if other.spec == state.spec and other is not state]
        if twins and rng.random() < 0.4:
            nexts.append(rng.choice(twins))
            continue
        value = coerced(inner, rng.choice(made), state.spec)
        if state in inner.values and rng.random() < 0.8:
            kind = rng.choice(["Add", "Multiply", "Subtract", "Maximum"])
            (value,) = inner.put(kind, {}, rng.sample([value, state], 2))
        elif rng.random() < 0.5:
            (value,) = inner.put("Tanh", {}, [value])
        nexts.append(value)
    return nexts


# -- using a block ---------------------------------------------------------------------------------------------------


def _use(scope: Scope, made: Made, given: list[Value | None], repeat: int, vary: bool = False) -> list[Value]:
    """A node that uses a block, repeated where that fits; what it gives. Raises Unfit."""
    rng, block = scope.draft.rng, scope.graph.blocks.of_type(made.node_type)
    assert block is not None
    arguments = dict(made.arguments)
    if vary:
        numbers = [name for name, item in arguments.items() if type(item) is int]
        for name in rng.sample(numbers, min(len(numbers), rng.choice([0, 1, 1, 2]))):
            arguments[name] = max(1, arguments[name] + rng.choice([-1, 1, 2]))
        truths = [name for name, item in arguments.items() if type(item) is bool]
        for name in rng.sample(truths, min(len(truths), rng.choice([0, 1, 2]))):
            arguments[name] = not arguments[name]
    raw = {
        p.name: scope.express(arguments[p.name])
        for p in block.parameters
        if arguments[p.name] != p.default or rng.random() < 0.3
    }
    properties: dict[str, Any] = {} if made.mode == "once" else {"apply": made.mode}
    if rng.random() < 0.1:
        properties["frozen"] = scope.express(True)
    varied = dict(raw)
    numbers = [name for name, item in arguments.items() if type(item) is int]
    for name in rng.sample(numbers, min(len(numbers), rng.choice([0, 1, 2]))):
        value = arguments[name]
        others = [scope.express(max(1, value + rng.choice([-1, 0, 1, 2]))) for _ in range(rng.choice([1, 2]))]
        varied[name] = {"per_repeat": (scope.express(value), *others)}
    tries = [(varied, repeat), (raw, repeat), (raw, 1)] if repeat > 1 else [(raw, repeat), (raw, 1)]
    for name, item in arguments.items():
        if type(item) is bool and rng.random() < 0.5:  # a condition that holds in some repeats only, perhaps
            varied[name] = {"per_repeat": (scope.express(item), scope.express(not item))}
    shared = repeat > 1 and rng.random() < 0.3
    tries = [(raw, repeat), *tries] if shared else tries
    for place, (parameters, count) in enumerate(tries):
        times: dict[str, Any] = {"repeat": scope.express(count)} if count != 1 or rng.random() < 0.1 else {}
        times |= {"share_weights": scope.express(True)} if shared and not place else {}
        try:
            return scope.put(made.node_type, {**parameters, **properties, **times}, given)
        except Unfit:
            continue
    raise Unfit("no use of it fits")


def again(scope: Scope) -> None:
    """Another use of a block, with other values and arguments where they fit. Raises Unfit."""
    draft, rng = scope.draft, scope.draft.rng
    inside = scope.graph.inside
    around = {inside} | {b for b in scope.graph.blocks if inside is not None and inside in scope.graph.blocks.uses(b)}
    known = [made for made in draft.blocks.values() if made.node_type.removeprefix("block.") not in around]
    if not known:
        raise Unfit("no block yet")
    made = rng.choice(known)
    for _ in range(6):
        given: list[Value | None] = []
        wired = rng.random() < 0.5
        for index, entry in enumerate(made.entries):
            if entry.state or (entry.optional and not wired):
                given.append(None)
                continue
            rank = entry.spec.rank + (made.mode != "once" and entry.sequence)
            fitting = scope.floats(rank) if entry.feed == FLOAT else []
            if not fitting:
                if index or entry.feed != FLOAT:
                    break
                fitting = scope.floats()
            given.append(rng.choice(fitting))
        if len(given) < len(made.entries):
            continue
        try:
            _use(scope, made, given, rng.choice([1, 1, 1, 2, 3, 0]), vary=True)
            return
        except Unfit:
            continue
    raise Unfit("fits nothing here")
