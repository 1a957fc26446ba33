"""The modules that torch lacks, one class a file. Their text goes along with the source, so the source runs alone.

A class here uses ``torch``, ``nn`` and ``math`` and nothing else; importing this package does not import torch.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path


@cache
def text(name: str) -> str:
    """The text of the class ``name``, which stands in the file of its name in small letters: ``class_token.py``."""
    file = Path(__file__).with_name(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower() + ".py")
    code = file.read_text(encoding="utf-8")
    found = next(node for node in ast.parse(code).body if isinstance(node, ast.ClassDef) and node.name == name)
    return ast.get_source_segment(code, found) or ""


@cache
def needs_math(name: str) -> bool:
    """Whether the class reads from the standard library's ``math``."""
    return re.search(r"\bmath\.", text(name)) is not None
