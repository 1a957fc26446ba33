"""Plain arithmetic on a block's parameters: ``channels * 4``. A whitelist computes it; nothing is ever run as code.

A parameter holds a literal, ``{"expr": "channels * 4"}``, or ``{"per_repeat": [2, 1]}``: one value a repeat, the last
one continuing.
"""

from __future__ import annotations

import ast
import copy
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TypeGuard

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
FUNCTIONS: Final[dict[str, Callable[..., object]]] = {"min": min, "max": max}
PLAIN: Final = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Name, ast.Load, ast.UAdd, ast.USub, *OPERATORS)
KNOWN: Final = "numbers, parameters, + − * / // % **, min and max"


class ExpressionError(ValueError):
    """Why an expression has no value: a clause that follows the words "the expression …"."""


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


def value(raw: object, arguments: Mapping[str, object], repeat: int = 0) -> object:
    """The literal that a raw value is in repeat number ``repeat``, where the parameters have these ``arguments``.

    Raises ExpressionError.
    """
    if isinstance(raw, Mapping):
        if is_expression(raw):
            return evaluate(raw["expr"], arguments)
        values = per_repeat(raw)
        if values is not None:
            return value(values[min(repeat, len(values) - 1)], arguments)
    if isinstance(raw, (list, tuple)):
        return tuple(value(item, arguments) for item in raw)
    return raw


def depends(raw: object) -> bool:
    """Whether a raw value holds an expression anywhere."""
    if isinstance(raw, Mapping):
        return is_expression(raw) or any(map(depends, per_repeat(raw) or ()))
    return isinstance(raw, (list, tuple)) and any(map(depends, raw))


def text(raw: object, repeat: int = 0) -> str:
    """A raw value as Python source over the parameters' names. Raises ExpressionError."""
    if isinstance(raw, Mapping):
        if is_expression(raw):
            return ast.unparse(_parsed(raw["expr"]))
        values = per_repeat(raw)
        if values is not None:
            return text(values[min(repeat, len(values) - 1)])
    if isinstance(raw, (list, tuple)):
        inner = ", ".join(map(text, raw))
        return f"({inner},)" if len(raw) == 1 else f"({inner})"
    return repr(raw)


def substitute(source: str, arguments: Mapping[str, str]) -> str:
    """The expression with each parameter replaced by an expression, in as few brackets as it needs."""
    return _substituted(source, tuple((name, arguments[name]) for name in _names(source) if name in arguments))


@lru_cache(4096)
def _substituted(source: str, arguments: tuple[tuple[str, str], ...]) -> str:
    bodies = {name: ast.parse(text, mode="eval").body for name, text in arguments}

    class Replace(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return bodies.get(node.id, node)

    return ast.unparse(Replace().visit(copy.deepcopy(_parsed(source)))) if bodies else ast.unparse(_parsed(source))


def names(source: str) -> set[str]:
    """The parameters that an expression speaks of. Raises ExpressionError."""
    return set(_names(source))


@lru_cache(2048)
def _names(source: str) -> tuple[str, ...]:
    called = {id(node.func) for node in ast.walk(_parsed(source)) if isinstance(node, ast.Call)}
    return tuple({n.id: None for n in ast.walk(_parsed(source)) if isinstance(n, ast.Name) and id(n) not in called})


def evaluate(source: str, arguments: Mapping[str, object]) -> object:
    """The number that the expression is. Raises ExpressionError with the reason."""
    return _compute(_parsed(source).body, arguments, source)


@lru_cache(2048)
def _parsed(source: str) -> ast.Expression:
    short = source.strip()
    if len(short) > LONGEST:
        raise ExpressionError(f"has {len(short)} characters; the most is {LONGEST}.")
    try:
        tree = ast.parse(short, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"{short!r} cannot be read: {KNOWN} make one.") from error
    for node in ast.walk(tree):
        allowed = (
            isinstance(node, PLAIN)
            or (isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)))
            or (isinstance(node, ast.Call) and _known(node.func) and bool(node.args) and not node.keywords)
        )
        if not allowed:
            raise ExpressionError(f"{short!r} holds more than arithmetic: {KNOWN} make one.")
    return tree


def _known(function: ast.expr) -> bool:
    return isinstance(function, ast.Name) and function.id in FUNCTIONS


def _compute(node: ast.expr, arguments: Mapping[str, object], source: str) -> object:
    if isinstance(node, ast.Constant):
        result: object = node.value
    elif isinstance(node, ast.Name):
        if node.id not in arguments:
            known = ", ".join(arguments) or "none"
            raise ExpressionError(f"{source!r} names {node.id!r}, but the parameters of the block are: {known}.")
        result = arguments[node.id]
    elif isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        given = [_compute(argument, arguments, source) for argument in node.args]
        result = FUNCTIONS[node.func.id](given if len(given) > 1 else [given[0]])
    else:
        result = _operate(node, arguments, source)
    if isinstance(result, (int, float)) and not -LARGEST < result < LARGEST:  # not a number is outside, too
        raise ExpressionError(f"{source!r} gives {result:.3g}, which is too large.")
    return result


def _operate(node: ast.expr, arguments: Mapping[str, object], source: str) -> object:
    if isinstance(node, ast.UnaryOp):
        sides = [_compute(node.operand, arguments, source)]
    else:
        assert isinstance(node, ast.BinOp)
        sides = [_compute(side, arguments, source) for side in (node.left, node.right)]
    numbers = [side for side in sides if isinstance(side, (int, float))]
    if len(numbers) < len(sides):
        wrong = next(side for side in sides if not isinstance(side, (int, float)))
        raise ExpressionError(f"{source!r} reckons with {wrong!r}, which is no number.")
    if isinstance(node, ast.UnaryOp):
        return -numbers[0] if isinstance(node.op, ast.USub) else +numbers[0]
    assert isinstance(node, ast.BinOp)
    left, right = numbers
    if isinstance(node.op, ast.Pow) and (abs(right) > 64 or (left == 0 and right < 0)):
        raise ExpressionError(f"{source!r} raises {left} to the power {right}, which is too large.")
    if isinstance(node.op, ast.Pow) and left < 0 and not isinstance(right, int):
        raise ExpressionError(f"{source!r} takes a root of {left}, which is no number.")
    try:
        return OPERATORS[type(node.op)](left, right)
    except ZeroDivisionError:
        raise ExpressionError(f"{source!r} divides by zero.") from None
    except OverflowError:
        raise ExpressionError(f"{source!r} is too large.") from None
