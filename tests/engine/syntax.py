"""The only syntax that written source may contain: a file from a stranger cannot write code."""

from __future__ import annotations

import ast

from engine import layers

NODES = (
    ast.Module, ast.Expr, ast.Constant, ast.Import, ast.ImportFrom, ast.alias, ast.ClassDef, ast.FunctionDef,
    ast.arguments, ast.arg, ast.Assign, ast.Attribute, ast.Name, ast.Call, ast.keyword, ast.Return, ast.BinOp, ast.Add,
    ast.UnaryOp, ast.USub, ast.Tuple, ast.Subscript, ast.Load, ast.Store,
)  # fmt: skip
TORCH = {"Tensor", "cat"}
NN = {"Module"} | {cls.__name__ for cls in layers.all() if cls.torch.startswith("torch.nn.")}
WORDS = {"same", "valid", "zeros", "reflect", "replicate", "circular"}
"""The texts that a parameter of a layer may be."""


def strange(text: str) -> str:
    """What in the source is not of the expected syntax; empty where all is."""
    tree = ast.parse(text)
    docstring, *rest = tree.body
    if not (isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)):
        return "it does not begin with a docstring"
    if [type(item) for item in rest] != [ast.Import, ast.ImportFrom, ast.ClassDef]:
        return "more than two imports and a class"
    if [ast.unparse(item) for item in rest[:2]] != ["import torch", "from torch import nn"]:
        return "other imports"
    module = rest[2]
    assert isinstance(module, ast.ClassDef)
    if [ast.unparse(base) for base in module.bases] != ["nn.Module"] or module.decorator_list or module.keywords:
        return "another base class"
    if [getattr(item, "name", "") for item in module.body] != ["__init__", "forward"]:
        return "other methods"
    return next((found for node in ast.walk(module) if (found := _strange(node))), "")


def _strange(node: ast.AST) -> str:
    if not isinstance(node, NODES):
        return type(node).__name__
    match node:
        case ast.Name(id=name) if name.startswith("_") and name != "_":
            return f"name {name}"
        case ast.Attribute(value=ast.Name(id="torch"), attr=name) if name not in TORCH:
            return f"torch.{name}"
        case ast.Attribute(value=ast.Name(id="nn"), attr=name) if name not in NN:
            return f"nn.{name}"
        case ast.Attribute(value=ast.Name(id="torch" | "nn")):
            return ""
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if not name.startswith("_"):
            return ""
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[], keywords=[]), attr="__init__"):
            return ""
        case ast.Attribute():
            return ast.unparse(node)
        case ast.Call(func=ast.Attribute() | ast.Name(id="super")):
            return ""
        case ast.Call():
            return ast.unparse(node)
        case ast.Subscript(value=ast.Name(id="tuple")):
            return ""
        case ast.Subscript():
            return ast.unparse(node)
        case ast.FunctionDef(decorator_list=[_, *_]):
            return "a decorator"
        case ast.Constant(value=str(word)) if word not in WORDS:
            return f"text {word!r}"
        case ast.Constant(value=value) if value is not None and not isinstance(value, (bool, int, float, str)):
            return f"constant {value!r}"
    return ""
