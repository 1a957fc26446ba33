"""What the norms of the installed torch take: β as a parameter of its own is newer than the oldest one supported."""

from __future__ import annotations

import ast
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def takes_bias(file: str, owner: str) -> bool:
    """Whether a norm of the installed torch has a parameter ``bias``: read off its text, as importing takes seconds."""
    spec = find_spec("torch")
    folders = (spec.submodule_search_locations if spec is not None else None) or []
    path = next((path for folder in folders if (path := Path(folder, "nn", "modules", f"{file}.py")).is_file()), None)
    if path is None:
        return True  # packed without its text: then torch itself has to say it
    classes = (node for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.ClassDef))
    methods = (node for cls in classes if cls.name == owner for node in cls.body)
    built = [node.args for node in methods if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    return any(argument.arg == "bias" for given in built for argument in (*given.args, *given.kwonlyargs))
