"""The modules that torch lacks, one class or function a file; their text goes along with the source.

A class here uses ``torch``, ``nn`` and ``math`` and nothing else; importing this package does not import torch.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path


@cache
def text(name: str) -> str:
    """The text of the class or function ``name``, in the file of its name in small letters: ``class_token.py``."""
    file = Path(__file__).with_name(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() + ".py")
    code = file.read_text(encoding="utf-8")
    kinds = (ast.ClassDef, ast.FunctionDef)
    found = next(node for node in ast.parse(code).body if isinstance(node, kinds) and node.name == name)
    return ast.get_source_segment(code, found) or ""


def imports(names: Iterable[str]) -> list[str]:
    """The lines that these classes and functions need at the head of the source, besides torch and nn."""
    together = "\n".join(map(text, names))
    lines = ["import math"] if re.search(r"\bmath\.", together) else []
    return lines + (["from collections.abc import Callable"] if re.search(r"\bCallable\b", together) else [])
