"""Plain arithmetic on a block's parameters: ``channels * 4``. A whitelist computes it; nothing is ever run as code.

A parameter holds a literal, ``{"expr": "channels * 4"}``, or ``{"per_repeat": [2, 1]}``: one value a repeat, the last
one continuing. Beside the parameters an expression sees the sizes of the inputs of the graph it stands in
(``in_channels``, ``size(x, 2)``) and the number of the repeat (``index``, from 0) and how many there are (``count``).
"""

from __future__ import annotations

import ast
import copy
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TypeGuard

from engine.literals import SCALARS
from engine.nn.make_divisible import make_divisible
from engine.nn.round_to import round_to
from engine.scope import CHANNELS, ExpressionError, Scope

Number = int | float
LONGEST: Final = 200
LARGEST: Final = 2**63
OPERATORS: Final[dict[type[ast.operator], Callable[[Number, Number], Number]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
COMPARISONS: Final[dict[type[ast.cmpop], Callable[[Number, Number], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
EQUALITIES: Final[dict[type[ast.cmpop], Callable[[object, object], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
HELPERS: Final[dict[str, Callable[[Number, int], int]]] = {"round_to": round_to, "make_divisible": make_divisible}
"""Functions whose text goes along with the source, each of a number and an integer."""
FUNCTIONS: Final = ("min", "max", *HELPERS)
PLAIN: Final[tuple[type[ast.AST], ...]] = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.Name, ast.Load, ast.UAdd, ast.USub, ast.Not),
    *OPERATORS,
    *(ast.Compare, ast.BoolOp, ast.And, ast.Or, ast.IfExp),
    *COMPARISONS,
    *EQUALITIES,
)
KNOWN: Final = (
    "numbers, parameters, sizes of inputs (in_channels, size(x, 2)), index and count of the repeat, + − * / // % **, "
    "min, max, round_to, make_divisible, comparisons, and, or, not, and … if … else …"
)


def expression(source: str) -> dict[str, str]:
    """The raw value of an expression, for scripts: ``expression("channels * 4")``."""
    return {"expr": source}


def is_expression(raw: object) -> TypeGuard[Mapping[str, str]]:
    """Whether a raw value is computed from the parameters of the block around it."""
    return isinstance(raw, Mapping) and raw.keys() == {"expr"} and isinstance(raw["expr"], str)


def per_repeat(raw: object) -> tuple[object, ...] | None:
    """The values of ``{"per_repeat": […]}``; None for any other raw value."""
    if isinstance(raw, Mapping) and raw.keys() == {"per_repeat"} and isinstance(raw["per_repeat"], (list, tuple)):
        return tuple(raw["per_repeat"]) or None
    return None


def value(raw: object, scope: Mapping[str, object], repeat: int = 0) -> object:
    """The literal that a raw value is in repeat number ``repeat``, where names have the values of ``scope``.

    Raises ExpressionError.
    """
    if type(raw) in SCALARS:  # as nearly all are
        return raw
    if isinstance(raw, Mapping):
        if is_expression(raw):
            short = raw["expr"].strip()
            if len(short) > LONGEST:
                raise ExpressionError(f"has {len(short)} characters; the most is {LONGEST}.")
            return evaluate(short, scope)
        values = per_repeat(raw)
        if values is not None:
            return value(values[min(repeat, len(values) - 1)], scope)
    if isinstance(raw, (list, tuple)):
        return tuple(value(item, scope) for item in raw)
    return raw


def depends(raw: object) -> bool:
    """Whether a raw value holds an expression anywhere."""
    if type(raw) in SCALARS:
        return False
    if isinstance(raw, Mapping):
        return is_expression(raw) or any(map(depends, per_repeat(raw) or ()))
    return isinstance(raw, (list, tuple)) and any(map(depends, raw))


def mentions(raw: object) -> set[str]:
    """What the expressions of a raw value speak of: names, and sizes as ``size(x, 2)``; nothing for unreadable ones."""
    if is_expression(raw):
        try:
            return names(raw["expr"]) if len(raw["expr"].strip()) <= LONGEST else set()
        except ExpressionError:  # said by the problems of the node
            return set()
    parts = raw.values() if isinstance(raw, Mapping) else raw if isinstance(raw, (list, tuple)) else ()
    return set().union(*(mentions(part) for part in parts if type(part) not in SCALARS))


def asks_size(name: str) -> bool:
    """Whether one of the names that `names` finds is the size of an input."""
    return name == CHANNELS or name.startswith("size(")


def text(raw: object, repeat: int = 0, given: Mapping[str, str] | None = None) -> str:
    """A raw value as Python source over the parameters' names, or what is ``given`` in their places.

    Raises ExpressionError.
    """
    if isinstance(raw, Mapping):
        if is_expression(raw):
            return substitute(raw["expr"], given or {})
        values = per_repeat(raw)
        if values is not None:
            return text(values[min(repeat, len(values) - 1)], given=given)
    if isinstance(raw, (list, tuple)):
        inner = ", ".join(text(item, given=given) for item in raw)
        return f"({inner},)" if len(raw) == 1 else f"({inner})"
    return repr(raw)


def substitute(source: str, given: Mapping[str, str]) -> str:
    """The expression with each name (or size) replaced by an expression, in as few brackets as it needs."""
    return _substituted(source, tuple((name, given[name]) for name in _names(source) if name in given))


def times(factor: int, source: str) -> str:
    """An expression so many times."""
    return substitute("factor * given", {"factor": str(factor), "given": source})


@lru_cache(4096)
def _substituted(source: str, given: tuple[tuple[str, str], ...]) -> str:
    bodies = {name: ast.parse(text, mode="eval").body for name, text in given}

    class Replace(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return bodies.get(node.id, node)

        def visit_Call(self, node: ast.Call) -> ast.AST:
            if _asks_size(node):
                replaced = bodies.get(ast.unparse(node))
                if replaced is not None:
                    return replaced
                node.args[1:] = map(self.visit, node.args[1:])
                return node
            node.args = [self.visit(argument) for argument in node.args]
            return node if len(node.args) > 1 else node.args[0]  # min and max of one number, which Python refuses

    return ast.unparse(Replace().visit(copy.deepcopy(_parsed(source))))


def renamed(source: str, old: str, new: str, *, inputs: bool = False) -> str:
    """The expression with another name for a parameter, or for one of the ``inputs``; spelled as before otherwise."""
    try:
        tree = _parsed(source)
    except ExpressionError:
        return source
    text = source.strip()
    of_inputs = {id(node.args[0]) for node in ast.walk(tree) if isinstance(node, ast.Call) and _asks_size(node)}
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        if id(node) in called or not isinstance(node, (ast.Name, ast.Constant)):
            continue
        name = node.id if isinstance(node, ast.Name) else node.value
        if (id(node) in of_inputs) == inputs and name == old and (inputs or isinstance(node, ast.Name)):
            word = new if new.isidentifier() or not inputs else repr(new)
            found.append((node.col_offset, node.end_col_offset or 0, word))
    content = text.encode()
    for start, end, word in sorted(found, reverse=True):
        content = content[:start] + word.encode() + content[end:]
    return content.decode()


def names(source: str) -> set[str]:
    """The names that an expression speaks of, and sizes as ``size(x, 2)``. Raises ExpressionError."""
    return set(_names(source))


@lru_cache(2048)
def _names(source: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    stack: list[ast.AST] = [_parsed(source).body]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Name):
            found[node.id] = None
        elif isinstance(node, ast.Call):
            if _asks_size(node):
                found[ast.unparse(node)] = None
            stack += node.args[1:] if _asks_size(node) else node.args
        else:
            stack += ast.iter_child_nodes(node)
    return tuple(found)


def evaluate(source: str, scope: Mapping[str, object]) -> object:
    """What the expression is. Raises ExpressionError with the reason."""
    return _compute(_parsed(source).body, scope, source)


@lru_cache(2048)
def _parsed(source: str) -> ast.Expression:
    short = source.strip()
    try:
        tree = ast.parse(short, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"{short!r} cannot be read: {KNOWN} make one.") from error
    for node in ast.walk(tree):
        allowed = (
            isinstance(node, PLAIN)
            or (isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float, str)))
            or (isinstance(node, ast.Call) and not node.keywords and _known(node))
        )
        if not allowed:
            raise ExpressionError(f"{short!r} holds more than arithmetic: {KNOWN} make one.")
    return tree


def _known(call: ast.Call) -> bool:
    function = call.func
    if not isinstance(function, ast.Name):
        return False
    return _asks_size(call) or (function.id in FUNCTIONS and bool(call.args))


def _asks_size(call: ast.Call) -> bool:
    """Whether a call is ``size(x, 2)`` or ``size("a name", 2)``."""
    named = isinstance(call.func, ast.Name) and call.func.id == "size" and len(call.args) == 2
    first = call.args[0] if named else None
    return isinstance(first, ast.Name) or (isinstance(first, ast.Constant) and isinstance(first.value, str))


def _compute(node: ast.expr, scope: Mapping[str, object], source: str) -> object:
    if isinstance(node, ast.Constant):
        result: object = node.value
    elif isinstance(node, ast.Name):
        try:
            result = scope[node.id]
        except KeyError:
            known = ", ".join(scope) or "none"
            raise ExpressionError(f"{source!r} names {node.id!r}, but the names known here are: {known}.") from None
    elif isinstance(node, ast.Call):
        result = _call(node, scope, source)
    elif isinstance(node, ast.IfExp):
        chosen = node.body if _truth(node.test, scope, source) else node.orelse
        result = _compute(chosen, scope, source)
    elif isinstance(node, ast.BoolOp):
        parts = (_truth(part, scope, source) for part in node.values)
        result = all(parts) if isinstance(node.op, ast.And) else any(parts)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        result = not _truth(node.operand, scope, source)
    elif isinstance(node, ast.Compare):
        result = _compare(node, scope, source)
    else:
        result = _operate(node, scope, source)
    if isinstance(result, (int, float)) and not -LARGEST < result < LARGEST:  # not a number is outside, too
        raise ExpressionError(f"{source!r} gives {result:.3g}, which is too large.")
    return result


def _truth(node: ast.expr, scope: Mapping[str, object], source: str) -> bool:
    found = _compute(node, scope, source)
    if not isinstance(found, bool):
        raise ExpressionError(f"{source!r} asks whether {found!r} is true, but only a comparison or a bool can be.")
    return found


def _call(node: ast.Call, scope: Mapping[str, object], source: str) -> object:
    assert isinstance(node.func, ast.Name)
    name = node.func.id
    if _asks_size(node):
        first = node.args[0]
        called = first.id if isinstance(first, ast.Name) else str(first.value)  # type: ignore[attr-defined]
        axis = _compute(node.args[1], scope, source)
        if not isinstance(scope, Scope):
            raise ExpressionError(f"{source!r} asks for the size of {called!r}, but there are no inputs here.")
        return scope.size(called, axis)
    if name in HELPERS and name in scope:
        raise ExpressionError(
            f"{source!r} calls {name}, but here that is a parameter; give the parameter another name."
        )
    given = [_number(_compute(argument, scope, source), source) for argument in node.args]
    if name not in HELPERS:
        return min(given) if name == "min" else max(given)
    if len(given) != 2 or type(given[1]) is not int or given[1] < 1:
        raise ExpressionError(f"{source!r}: {name} takes a number, and an integer ≥ 1 to whose multiple it rounds.")
    return HELPERS[name](given[0], given[1])


def _compare(node: ast.Compare, scope: Mapping[str, object], source: str) -> bool:
    left = _compute(node.left, scope, source)
    for kind, side in zip(node.ops, node.comparators, strict=True):
        right = _compute(side, scope, source)
        if type(kind) in EQUALITIES:
            if isinstance(left, str) != isinstance(right, str):
                raise ExpressionError(f"{source!r} compares {left!r} with {right!r}, a text with a number.")
            holds = EQUALITIES[type(kind)](left, right)
        else:
            holds = COMPARISONS[type(kind)](_number(left, source), _number(right, source))
        if not holds:
            return False
        left = right
    return True


def _number(found: object, source: str) -> Number:
    if not isinstance(found, (int, float)):
        raise ExpressionError(f"{source!r} computes with {found!r}, which is not a number.")
    return found


def _operate(node: ast.expr, scope: Mapping[str, object], source: str) -> object:
    if isinstance(node, ast.UnaryOp):
        operand = _number(_compute(node.operand, scope, source), source)
        return -operand if isinstance(node.op, ast.USub) else +operand
    assert isinstance(node, ast.BinOp)
    sides = [_compute(side, scope, source) for side in (node.left, node.right)]
    left, right = (_number(side, source) for side in sides)
    if isinstance(node.op, ast.Pow) and (abs(right) > 64 or (left == 0 and right < 0)):
        raise ExpressionError(f"{source!r} raises {left} to the power {right}, which is too large.")
    if isinstance(node.op, ast.Pow) and left < 0 and not isinstance(right, int):
        raise ExpressionError(f"{source!r} takes a root of {left}, which is not a number.")
    try:
        return OPERATORS[type(node.op)](left, right)
    except ZeroDivisionError:
        raise ExpressionError(f"{source!r} divides by zero.") from None
    except OverflowError:
        raise ExpressionError(f"{source!r} is too large.") from None
