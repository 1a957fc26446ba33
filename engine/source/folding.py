"""Lines of source that are too wide are folded: at their brackets, a part a line, else wherever Python allows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

WIDTH: Final = 120
INDENT: Final = "    "
OPEN, CLOSE = "([{", ")]}"


def folded(line: str, width: int = WIDTH, *, inside: bool = False) -> list[str]:
    """The line, or several that mean the same and are no wider where there is a place to fold it.

    ``inside`` says that there are brackets around the line, within which Python lets a line end at any space.
    """
    if len(line) <= width:
        return [line]
    found: list[list[str]] = []
    for way in (_at_brackets, *((_at_spaces, _at_texts) if inside else (_right_side, _left_side))):
        lines = way(line, width)
        if lines and max(map(len, lines)) <= width:
            return lines
        found += [lines] if lines else []
    return min(found, key=lambda lines: max(map(len, lines)), default=[line])


STRING: Final = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
OPERAND: Final = r"[A-Za-z_][\w.]*|\d[\w.]*"
POWER: Final = re.compile(rf"(?<![\w.)\]])({OPERAND}) \*\* (-?(?:{OPERAND}))(?![\w.(\[]| \*\*)")


def spelled(code: str) -> str:
    """A line of code as formatters spell it: texts in double quotes, no spaces around the power of plain operands."""
    if "'" not in code and "**" not in code:
        return code
    parts = STRING.split(code)
    for index, part in enumerate(parts):
        if index % 2 == 0:
            parts[index] = POWER.sub(r"\1**\2", part)
        elif part[0] == "'" and '"' not in part and "\\" not in part:
            parts[index] = f'"{part[1:-1]}"'
    return "".join(parts)


def packed(parts: list[str], width: int) -> list[str]:
    """The parts side by side, as many in a line as fit."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + 1 + len(part) <= width:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines


def _at_brackets(line: str, width: int) -> list[str]:
    """Folded within the widest pair of brackets; what is around them stays as it is."""
    groups = list(_groups(line))
    if not groups:
        return []
    pad = _pad(line)
    start, end = max(groups, key=lambda group: group[1] - group[0])
    parts = _split(line[start + 1 : end], ",")
    if len(parts) == 1:  # a comma would make a tuple of it
        head, *loops = _split(parts[0], " for ")
        inner = [f"{pad}{INDENT}{text}" for text in (head, *(f"for {loop}" for loop in loops))]
    elif len(beside := f"{pad}{INDENT}{', '.join(filter(None, parts))}") <= width and parts[-1]:
        inner = [beside]
    else:
        inner = [f"{pad}{INDENT}{part}," for part in parts if part]
    lines = [text for each in inner for text in folded(each, width, inside=True)]
    return [line[: start + 1], *lines, *folded(pad + line[end:], width)]


def _right_side(line: str, width: int) -> list[str]:
    """Brackets around what is given back or assigned."""
    for mark in ("return ", " = "):
        left, found, right = line.partition(mark)
        if found and not (mark == "return " and left.strip()):
            return [f"{left}{found}(", *folded(f"{_pad(line)}{INDENT}{right}", width, inside=True), f"{_pad(line)})"]
    return []


def _left_side(line: str, width: int) -> list[str]:
    """Brackets around the variables of an assignment or a loop."""
    pad, text = _pad(line), line.strip()
    head = "for " if text.startswith("for ") else ""
    left, mark, right = text.removeprefix(head).partition(" in " if head else " = ")
    if not mark or ", " not in left:
        return []
    return [
        f"{pad}{head}(",
        *folded(f"{pad}{INDENT}{left}", width, inside=True),
        *folded(f"{pad}){mark}{right}", width),
    ]


def _at_spaces(line: str, width: int) -> list[str]:
    """As many words in a line as fit; words within brackets or a text stay together."""
    pad, words = _pad(line), _split(line.strip(), " ")
    rows = packed(words, width - len(pad) - len(INDENT))
    if len(rows) == 1:
        return []
    rows = [pad + (INDENT if index else "") + row for index, row in enumerate(rows)]
    return [text for row in rows for text in folded(row, width, inside=True)]


def _at_texts(line: str, width: int) -> list[str]:
    """The first text in pieces, which Python joins."""
    start = next((index for index, letter in enumerate(line) if letter in "'\""), None)
    if start is None:
        return []
    pad, end = _pad(line), start + 1
    while line[end] != line[start]:
        end += 2 if line[end] == "\\" else 1
    value = ast.literal_eval(line[start : end + 1])
    pieces, room = [], width - len(pad) - 2 * len(INDENT)
    while value:
        size = len(value)
        while len(repr(value[:size])) > room:
            size -= 1
        pieces.append(repr(value[:size]))
        value = value[size:]
    first = [line[:start] + pieces[0]] if len(line[:start] + pieces[0]) <= width else [line[:start].rstrip(), pieces[0]]
    rows = [*first, *pieces[1:]]
    return [rows[0], *(f"{pad}{INDENT}{row}" for row in rows[1:-1]), f"{pad}{INDENT}{rows[-1]}{line[end + 1 :]}"]


def _pad(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _groups(text: str) -> Iterator[tuple[int, int]]:
    """Where the outermost pairs of brackets open and close, those with something between them."""
    depth, start = 0, -1
    for index, letter in _code(text):
        if letter in OPEN:
            start = index if not depth else start
            depth += 1
        elif letter in CLOSE and depth:
            depth -= 1
            if not depth and index > start + 1:
                yield start, index


def _split(text: str, mark: str) -> list[str]:
    """The pieces between marks that are in no brackets and no text."""
    depth, cuts = 0, [0]
    for index, letter in _code(text):
        depth += (letter in OPEN) - (letter in CLOSE)
        if not depth and text.startswith(mark, index):
            cuts += [index, index + len(mark)]
    cuts.append(len(text))
    return [text[a:b].strip() for a, b in zip(cuts[::2], cuts[1::2], strict=True)]


def _code(text: str) -> Iterator[tuple[int, str]]:
    """The letters of source that are in no text and no comment, with their index."""
    quote, escaped = "", False
    for index, letter in enumerate(text):
        if quote:
            if escaped or letter == "\\":
                escaped = not escaped
            elif letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        elif letter == "#":
            return
        else:
            yield index, letter
