"""Lines of source that are too wide are folded at their brackets, a part a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

WIDTH: Final = 120
OPEN, CLOSE = "([{", ")]}"


def folded(line: str, width: int = WIDTH) -> list[str]:
    """The line, or several that mean the same and are no wider where there is a place to fold it."""
    if len(line) <= width:
        return [line]
    pad = line[: len(line) - len(line.lstrip())]
    groups = list(_groups(line))
    if not groups:
        return _in_brackets(line, pad)
    start, end = max(groups, key=lambda group: group[1] - group[0])
    parts = _split(line[start + 1 : end], ",")
    if len(parts) == 1:  # a comma would make a tuple of it
        head, *loops = _split(parts[0], " for ")
        inner = [f"{pad}    {text}" for text in (head, *(f"for {loop}" for loop in loops))]
    else:
        inner = [f"{pad}    {part}," for part in parts if part]
    lines = [text for each in inner for text in folded(each, width)]
    return [line[: start + 1], *lines, *folded(pad + line[end:], width)]


def _in_brackets(line: str, pad: str) -> list[str]:
    """An assignment or a return whose value has no brackets of its own."""
    text = line.strip()
    for mark in ("return ", " = "):
        left, found, right = text.partition(mark)
        if found and not (mark == "return " and left):
            return [f"{pad}{left}{found}(", f"{pad}    {right}", f"{pad})"]
    return [line]


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
