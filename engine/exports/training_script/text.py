"""Small means of writing Python."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any


def spelled(value: object) -> str:
    """A literal as a person writes it."""
    if isinstance(value, str):
        return '"' + repr(value)[1:-1].replace('"', '\\"') + '"' if "'" not in value else repr(value)
    if isinstance(value, (list, tuple)):
        inside = ", ".join(map(spelled, value))
        return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(value) == 1 else ''})"
    return repr(value)


def carried(*functions: Callable[..., Any] | type) -> str:
    """The code of functions of ours that a script takes along, without the types of its arguments."""
    return "\n\n\n".join(unannotated(inspect.getsource(one)) for one in functions)


def unannotated(code: str) -> str:
    """Functions without the types of what they take and give, and without the imports that they do themselves."""
    code = re.sub(r"^    import (torch|numpy as np)\n\n?", "", code, flags=re.MULTILINE)
    lines, cuts = [line.encode() for line in code.splitlines()], list[tuple[int, int, int, bytes]]()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.arg) and node.annotation is not None:
            start, end = node.col_offset + len(node.arg.encode()), node.annotation.end_col_offset or 0
            given = lines[node.lineno - 1][end:].startswith(b" = ")
            cuts.append((node.lineno, start, end + 3 * given, b"=" * given))
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            line, end = lines[node.returns.lineno - 1], node.returns.end_col_offset or 0
            cuts.append((node.returns.lineno, line.rindex(b" -> ", 0, node.returns.col_offset), end, b""))
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            cuts.append((node.lineno, node.target.end_col_offset or 0, node.annotation.end_col_offset or 0, b""))
    for number, start, end, instead in sorted(cuts, reverse=True):
        lines[number - 1] = lines[number - 1][:start] + instead + lines[number - 1][end:]
    return b"\n".join(lines).decode()


def indented(text: str, levels: int = 1) -> str:
    """Lines moved to the right."""
    return "\n".join(f"{'    ' * levels}{line}" if line else line for line in text.splitlines())
