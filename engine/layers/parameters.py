"""What a field of a layer or of the settings accepts, read off its type: for forms, help, errors and typed-in text."""

from __future__ import annotations

import json
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, Field, ValidationError
from pydantic.fields import FieldInfo

from engine.expressions import is_expression, per_repeat
from engine.literals import LONGEST_TEXT, literal, unstorable

T = TypeVar("T")
LARGEST = 2**31 - 1
LONGEST_LITERAL = 200
"""A longer text is not a number and no list of them."""
Positive = Annotated[int, Field(ge=1, le=LARGEST)]
NonNegative = Annotated[int, Field(ge=0, le=LARGEST)]
Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]
OneOrTwo: TypeAlias = T | tuple[T, T]
"""One value for both axes, or one each for height and width."""
One: TypeAlias = T | tuple[T]
"""One value, as torch takes it for one axis."""
OneOrThree: TypeAlias = T | tuple[T, T, T]
"""One value for all three axes, or one each for depth, height and width."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field as a form needs it.

    ``kind`` is bool, int, float, choice, choices (any of them), text (mixed) or suggested (text, and some is offered).
    """

    name: str
    kind: Literal["bool", "int", "float", "choice", "choices", "text", "suggested"]
    type: str
    default: Any
    required: bool
    help: str
    choices: tuple[object, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    labels: tuple[str, ...] = ()
    """What people see of the choices where that is not their value."""
    words: tuple[str, ...] = ()
    """The words it takes, beside other values perhaps."""
    any_text: bool = False
    """Whether it takes every text."""
    none: bool = False
    """Whether it takes none."""


def parameters(model: type[BaseModel]) -> list[Parameter]:
    """The fields of a model in order."""
    return [_parameter(name, info) for name, info in model.model_fields.items()]


def explain(model: type[BaseModel], error: ValidationError, values: Mapping[str, object]) -> tuple[str, str]:
    """The first thing wrong with ``values``: (parameter, a clause that follows the node's name)."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    info = model.model_fields.get(name)
    if info is None:
        known = ", ".join(model.model_fields) or "none"
        return name, f"has no parameter {name!r}; its parameters are: {known}."
    if first["type"] == "missing" and name not in values:
        return name, f"needs a value for {name} ({_parameter(name, info).type})."
    return name, f"needs {name} to be {_parameter(name, info).type}, not {show(values.get(name))}."


def show(value: object) -> str:
    """A typed-in value for a sentence, short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def parse(text: str) -> object:
    """What a person means by ``5``, ``0.5``, ``true``, ``none``, ``same``, ``3, 3``, ``3x3`` or ``"5"``: a literal.

    ``= channels * 4`` is an expression over the parameters of the block around, ``2 then 1`` one value a repeat.
    Never fails: what is nothing else (a number that no project can hold, too) is text, which the field's own check
    then refuses with a sentence.
    """
    text = text.strip()
    if len(text) > LONGEST_TEXT:
        return text
    value = _parse(text)
    return text if unstorable(value) else value


def _parse(text: str) -> object:
    words = {"true": True, "false": False, "none": None, "": None}
    if text.lower() in words:
        return words[text.lower()]
    if _quoted(text):
        return text[1:-1]
    if text[0] == "{" and (written := _written(text)) is not None:
        return written
    inner = text[1:-1].strip() if text[0] + text[-1] in ("()", "[]") else text
    if len(parts := _repeats(inner)) > 1:
        return {"per_repeat": tuple(map(parse, parts))}
    if text[0] == "=":
        return {"expr": text[1:].strip()}
    if len(text) > LONGEST_LITERAL:
        return text
    if len(parts := _items(inner)) > 1:
        return tuple(map(parse, parts if parts[-1].strip() else parts[:-1]))
    parts = inner.lower().replace("×", "x").split("x")
    if len(parts) > 1 and all(part.strip().isascii() and part.strip().isdigit() for part in parts):
        return tuple(parse(part) for part in parts)
    if inner is not text:
        return (parse(inner),) if inner else ()
    if len(text) > 40:
        return text
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


def unparse(value: object) -> str:
    """The text that `parse` reads back as ``value``."""
    if isinstance(value, Mapping):
        return _unparse_computed(value)
    if isinstance(value, (tuple, list)):
        joined = ", ".join(map(unparse, value)) + ("," if len(value) == 1 else "") or "()"
        return f"({joined})" if any(isinstance(item, Mapping) for item in value) else joined
    if isinstance(value, str):
        return value if parse(value) == value else f'"{value}"'
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _unparse_computed(value: Mapping[str, object]) -> str:
    """An expression or values per repeat as people write them; as in the file where that would be read otherwise."""
    texts = [f"= {value['expr']}".rstrip()] if is_expression(value) else []
    if (values := per_repeat(value)) is not None:
        joined = " then ".join(map(unparse, values))
        texts += [joined, f"({joined})"]
    texts.append(json.dumps(value, ensure_ascii=False))
    return next((text for text in texts if parse(text) == literal(value)), str(dict(value)))


def _quoted(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] and text[0] in "'\""


def _repeats(text: str) -> list[str]:
    """The parts between the words "then"; what is in quotes stays whole."""
    parts: list[str] = []
    for piece in map(str.strip, text.split(" then ")):
        if parts and parts[-1][:1] in ("'", '"') and not _quoted(parts[-1]):
            parts[-1] += f" then {piece}"
        else:
            parts.append(piece)
    return parts


def _items(text: str) -> list[str]:
    """The parts between commas that stand in no brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth = max(0, depth + (letter in "([") - (letter in ")]"))
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _written(text: str) -> object:
    """An expression or values per repeat as they stand in a file; None for any other text."""
    try:
        value = literal(json.loads(text))
    except (ValueError, RecursionError):
        return None
    known = is_expression(value) or per_repeat(value) is not None
    return value if known and unstorable(value) is None else None


def _parameter(name: str, info: FieldInfo) -> Parameter:
    annotation, facts = info.annotation, info.metadata
    required = info.is_required()
    default = None if required else info.get_default(call_default_factory=True)
    low, high = _bounds(facts)
    kind: Literal["bool", "int", "float", "choice", "choices", "text"] = "text"
    choices: tuple[object, ...] = ()
    if annotation is bool:
        kind = "bool"
    elif annotation is int:
        kind = "int"
    elif annotation is float:
        kind = "float"
    elif get_origin(annotation) is Literal:
        kind, choices = "choice", get_args(annotation)
    elif _is_union(annotation) and all(get_origin(a) is Literal or a is type(None) for a in get_args(annotation)):
        kind = "choice"
        choices = (None, *(c for a in get_args(annotation) if a is not type(None) for c in get_args(a)))
    elif several := _several(annotation):
        kind, choices = "choices", several
    members = _members(annotation)
    literals = [value for member in members if get_origin(member) is Literal for value in get_args(member)]
    words = tuple(value for value in literals if isinstance(value, str))
    any_text, none, shown = members[0] is str, type(None) in members, _describe(annotation, facts)
    text = info.description or ""
    return Parameter(name, kind, shown, default, required, text, choices, low, high, (), words, any_text, none)


def _members(annotation: object) -> tuple[object, ...]:
    """The types that a value may be of."""
    if get_origin(annotation) is Annotated:
        return _members(get_args(annotation)[0])
    return sum(map(_members, get_args(annotation)), ()) if _is_union(annotation) else (annotation,)


def _is_union(annotation: object) -> bool:
    return get_origin(annotation) in (Union, types.UnionType)


def _flat(facts: Iterable[object]) -> Iterator[object]:
    """What is said beside a type, and what each of these holds itself."""
    for fact in facts:
        yield fact
        yield from getattr(fact, "metadata", [])


def _bounds(facts: Iterable[object]) -> tuple[float | None, float | None]:
    low = high = None
    for fact in _flat(facts):
        for name in ("ge", "gt"):
            low = getattr(fact, name, low)
        for name in ("le", "lt"):
            high = getattr(fact, name, high)
    return low, high


def _several(annotation: object) -> tuple[object, ...]:
    """The choices of a list of them, which may be missing; empty for any other type."""
    if _is_union(annotation):
        annotation = next((item for item in get_args(annotation) if item is not type(None)), None)
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    items = get_args(annotation)
    if get_origin(annotation) is tuple and items[-1] is Ellipsis and get_origin(items[0]) is Literal:
        return get_args(items[0])
    return ()


def _describe(annotation: object, facts: Iterable[object] = ()) -> str:
    """The type in words: ``an integer ≥ 1, or two of them, or 'same'``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _describe(inner, [*facts, *more])
    if origin is Literal:
        return " or ".join(repr(choice) for choice in get_args(annotation))
    if origin is tuple:
        items = get_args(annotation)
        if len(items) == 2 and items[1] is Ellipsis:
            return f"a list, each {_describe(items[0])}"
        words = {2: "two", 3: "three", 4: "four"}.get(len(items), str(len(items)))
        return f"{words} values, each {_describe(items[0])}"
    if _is_union(annotation):
        items = get_args(annotation)
        texts = [_describe(item) for item in items if item is not int or float not in items]
        return ", or ".join(text.replace(f"values, each {texts[0]}", "of them") for text in texts)
    if annotation is type(None):
        return "none"
    if annotation is bool:
        return "true or false"
    low, high = _bounds(facts)
    if annotation in (int, float):
        name = "an integer" if annotation is int else "a number"
        high = None if high == LARGEST else high
        low = None if low == -LARGEST else low
        if low is not None and high is not None:
            return f"{name} from {low:g} to {high:g}"
        strict = any(isinstance(fact, annotated_types.Gt) for fact in _flat(facts))
        return f"{name} {'>' if strict else '≥'} {low:g}" if low is not None else name
    if annotation is str:
        return "text"
    return getattr(annotation, "__name__", str(annotation))
