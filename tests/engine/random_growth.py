"""Layers put after the values of a scope: ones that fit what is there, and ones whose inputs are made for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import torch

from engine.dims import Size
from engine.graph import Node
from engine.layers.layer import Layer, ShapeError
from engine.parametrization import applies
from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.cases import Trial
from tests.engine.random_layers import FLOAT, NAMES, Feed, feeds, some
from tests.engine.random_scope import Placed, Scope, Unfit, Value

POSITIVE: Final = frozenset({"Log", "Sqrt", "Rsqrt", "Pow", "Reciprocal"})
"""Layers of numbers above 0: others give NaN or ∞, after which nothing can be compared."""


def layer(scope: Scope, trial: Trial, *, forced: bool = False) -> list[Value]:
    """The layer of a trial after values of this scope; ``forced``: what it needs may become an input.

    Raises Unfit.
    """
    draft, cls = scope.draft, trial.cls
    typed = dict(trial.parameters)
    resolved = cls.model_validate(typed)
    wishes = [
        spec if spec is UNWIRED else Spec(tuple(scope.batch if s == BATCH else s for s in spec.shape), spec.dtype)
        for spec in trial.inputs
    ]
    fed = feeds(trial)
    given = _given(scope, resolved, wishes, fed, forced)
    if cls.__name__ in POSITIVE and given[0] is not None and draft.chance(0.9):
        given[0] = scope.put("Sigmoid", {}, [given[0]])[0]
    if scope.graph.inside is not None:
        often = 0.8 if forced else 0.4
        if forced:
            typed = said(trial)
        typed = {name: scope.express(item, often) for name, item in typed.items()}
    if draft.chance(0.1):
        typed["frozen"] = scope.express(True)
    if draft.chance(0.1):
        typed["initialization"] = draft.rng.choice(["xavier_uniform", "kaiming_normal", "normal", "orthogonal"])
    specs = [UNWIRED if value is None else value.spec for value in given]
    norms = applies(resolved.weights(*specs)) and not any(typed.get(name) for name in ("max_norm", "sparse"))
    if norms and draft.chance(0.15):
        typed["parametrization"] = scope.express(draft.rng.choice(["weight_norm", "spectral_norm"]))
    made = [_with_batch(scope, value) for value in scope.put(cls.__name__, typed, given)]
    if forced:
        for value in made:
            _read(scope, value)
    return made


def _with_batch(scope: Scope, value: Value) -> Value:
    """A constant or learned tensor repeated for every sample, by Expand or by joining it with what has a batch."""
    shape = value.spec.shape
    if any(not isinstance(size, int) for size in shape):
        return value
    like = scope.draft.rng.choice(scope.floats())
    if value.spec.dtype == "float32" and shape and scope.draft.chance(0.6):
        like = coerced(scope, like, Spec((scope.batch, *shape)))
        return scope.put(scope.draft.rng.choice(["Add", "Multiply", "Maximum"]), {}, [like, value])[0]
    return scope.put("Expand", {"sizes": scope.express((-1,) * len(shape))}, [value, like])[0]


def _read(scope: Scope, value: Value) -> None:
    """Mostly a layer that makes floats of booleans or integers: only floats leave a block."""
    if value.spec.dtype == "float32" or value.spec.shape[:1] != (scope.batch,) or scope.draft.chance(0.2):
        return
    floats = scope.supply(Spec(value.spec.shape))
    if value.spec.dtype == "bool" and scope.draft.chance(0.5):
        other = scope.put("Tanh", {}, [floats])[0]
        scope.put("Where", {}, [value, floats, other])
    else:
        scope.put("Multiply", {}, [value, floats])


def said(trial: Trial) -> dict[str, Any]:
    """All fields of a layer, the defaults written out."""
    fields = trial.cls.model_fields.items()
    return {name: info.default for name, info in fields if not info.is_required()} | trial.parameters


def _given(scope: Scope, layer: Layer, wishes: list[Spec], fed: Sequence[Feed], forced: bool) -> list[Value | None]:
    rng = scope.draft.rng
    meant = any(feed.kind in ("whole", "indices") for feed in fed)  # numbers that say something of the input beside
    for _ in range(0 if meant else 4):
        given: list[Value | None] = []
        for wish, feed in zip(wishes, fed, strict=True):
            fitting = scope.floats(wish.rank) if feed == FLOAT and wish is not UNWIRED else []
            exact = [value for value in scope.values if value.spec == wish and value.feed == feed]
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
    wishes = _opened(scope, layer, wishes)
    optional = [port.optional for port in layer.input_ports() for _ in (wishes if port.many else [port])]
    given = []
    for index, (wish, feed) in enumerate(zip(wishes, fed, strict=True)):
        if wish is UNWIRED:
            given.append(None)
            continue
        try:
            may_be_open = optional[index] and scope.within and wish.shape[:1] == (scope.batch,)
            if may_be_open and scope.draft.chance(0.6):
                given.append(scope.enter(wish, feed, optional=True))
                scope.values.pop()  # nobody else reads it, for it may be open
            else:
                given.append(scope.supply(wish, feed))
        except Unfit:
            if not optional[index]:
                raise
            given.append(None)
    return given


def _opened(scope: Scope, layer: Layer, wishes: list[Spec]) -> list[Spec]:
    """The wishes, now and then with a length left open."""
    sizes = {number: name for name, number in scope.draft.sizes.items() if name != "N"}
    numbers = [size for wish in wishes for size in wish.shape[1:] if size in sizes]
    if not numbers or not scope.draft.chance(0.4):
        return wishes
    number = scope.draft.rng.choice(numbers)
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


def grow(scope: Scope, steps: int) -> None:
    """So many layers after the values that are there."""
    rng = scope.draft.rng
    for _ in range(steps):
        for _ in range(6):
            name = rng.choice(NAMES)
            try:
                for trial in some(rng, name, scope.draft.batch, 2):
                    layer(scope, trial)
                break
            except Unfit:
                continue


def coerced(scope: Scope, value: Value, spec: Spec) -> Value:
    """A value of exactly this spec made of another. Raises Unfit where sizes are open."""
    if value.spec == spec:
        return value
    sizes = spec.shape[1:]
    if not all(isinstance(size, int) for size in sizes) or spec.shape[:1] != (scope.batch,):
        raise Unfit("open sizes")
    opened = tuple(axis for axis, size in enumerate(value.spec.shape) if axis and not isinstance(size, int))
    if opened:
        (value,) = scope.put("Mean", {"dim": opened}, [value])
    if value.spec.rank == 1:
        (value,) = scope.put("Unsqueeze", {"dim": 1}, [value])
    if value.spec.rank > 2:
        (value,) = scope.put("Flatten", {}, [value])
    count = torch.Size(sizes).numel()  # type: ignore[arg-type]
    (value,) = scope.put("Linear", {"out_features": scope.express(count)}, [value])
    if len(sizes) != 1:
        (value,) = scope.put("Reshape", {"shape": tuple(sizes)}, [value])
    return value


def batch_first(scope: Scope, value: Value) -> Value | None:
    """The value with the batch as its first axis; None where it has none."""
    shape = value.spec.shape
    if scope.batch not in shape:
        return None
    axis = shape.index(scope.batch)
    if axis:
        order = (axis, *(n for n in range(len(shape)) if n != axis))
        (value,) = scope.put("Permute", {"dims": order}, [value])
    return value


def share(scope: Scope) -> None:
    """A node that uses the weights of another one of its kind, or single tensors of one of another kind."""
    rng = scope.draft.rng
    owners = [n for n, placed in scope.placed.items() if placed.layer.weights(*placed.specs)]
    if not owners:
        return
    owner = rng.choice(owners)
    placed, node = scope.placed[owner], scope.graph.nodes[owner]
    if rng.random() < 0.4 and not node.properties.get("weights_of") and _tie(scope, node, placed):
        return
    given = list(placed.inputs)
    main = given[0] if given else None
    meant = any(value is not None and value.feed.kind in ("whole", "indices") for value in given[1:])
    if main is not None and main.feed == FLOAT and not meant:  # lengths say something of their own sequence
        for value in rng.sample(scope.floats(main.spec.rank), min(4, len(scope.floats(main.spec.rank)))):
            specs = (value.spec, *placed.specs[1:])
            try:
                placed.layer.infer(*specs)
                if placed.layer.weights(*specs) == placed.layer.weights(*placed.specs):
                    given[0] = value
                    break
            except ShapeError:
                continue
    scope.put(node.type, {**placed.raw, "weights_of": owner}, given)


def _tie(scope: Scope, node: Node, placed: Placed) -> bool:
    """A layer of another kind with the same weight, where there is one."""
    if "parametrization" in node.properties:
        return False
    weight = placed.layer.weights(*placed.specs).get("weight", ())
    if len(weight) == 1:
        kind = scope.draft.rng.choice([name for name in ("LayerNorm", "RMSNorm") if name != node.type])
        fitting = [v for v in scope.floats() if v.spec.rank > 1 and v.spec.shape[-1] == weight[0]]
        raw: dict[str, Any] = {}
    elif node.type == "Embedding" and len(weight) == 2:
        kind, raw = "Linear", {"out_features": weight[0]}
        fitting = [v for v in scope.floats() if v.spec.rank > 1 and v.spec.shape[-1] == weight[1]]
    elif node.type == "Linear":
        kind, raw = "Embedding", {"num_embeddings": weight[0], "embedding_dim": weight[1]}
        fitting = [scope.supply(Spec((scope.batch, 3), "int64"), Feed("whole", 0, 1))]
    else:
        return False
    if fitting:
        scope.put(kind, {**raw, "weights_of": node.id}, [scope.draft.rng.choice(fitting)])
    return bool(fitting)
