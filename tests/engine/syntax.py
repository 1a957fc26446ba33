"""The only syntax that written source may contain: a file from a stranger cannot write code.

What `engine.nn` lends is compared word by word, and all else is a class of two methods made of plain calls.
"""

from __future__ import annotations

import ast
import re

from engine import layers, nn
from engine.layers.layer import is_module
from engine.layers.parameters import parameters
from engine.layers.tensors.einsum import EQUATION

NODES = (
    ast.Module, ast.Expr, ast.Constant, ast.Import, ast.ImportFrom, ast.alias, ast.ClassDef, ast.FunctionDef,
    ast.arguments, ast.arg, ast.Assign, ast.Attribute, ast.Name, ast.Call, ast.keyword, ast.Return, ast.BinOp, ast.Add,
    ast.UnaryOp, ast.USub, ast.Tuple, ast.Subscript, ast.Load, ast.Store, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv,
    ast.Mod, ast.Pow, ast.GeneratorExp, ast.comprehension, ast.Starred, ast.List, ast.For, ast.BitOr,
    ast.Slice, ast.MatMult, ast.If, ast.IfExp, ast.BoolOp, ast.And, ast.Or, ast.Not, ast.Compare, ast.Eq,
    ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
)  # fmt: skip
TORCH = {"Tensor", "cat", "zeros", "stack", "maximum", "ones_like", "bool"} | {
    cls.torch.removeprefix("torch.") for cls in layers.all() if cls.torch.startswith("torch.")
}
CALLED = {
    "super",
    "range",
    "zip",
    "enumerate",
    "initialize",
    "layer",
    "pad_same",
    "pool_same",
    "masked_mean",
    "min",
    "max",
}
METHODS = {
    *("flatten", "unflatten", "unbind", "append", "requires_grad_", "shape", "device", "reshape", "permute", "squeeze"),
    *("new_zeros", "detach"),
    *("unsqueeze", "split", "chunk", "mean", "sum", "amax", "amin", "transpose", "triu", "masked_fill", "clamp"),
    *("logsumexp", "cumsum", "topk", "gather", "index_select", "expand", "expand_as", "tile", "flip", "roll"),
    *("parametrizations", "weight_norm", "spectral_norm"),
}
NN = {"Module", "Sequential", "ModuleList", "init", "functional", "utils"} | {
    cls.__name__ for cls in layers.all() if is_module(cls.torch)
}
WORDS = {word for cls in layers.all() for each in parameters(cls) for word in (*each.words, *each.choices)}
"""The texts that a parameter of a layer may be."""
FUNCTIONAL = {cls.torch.rpartition(".")[2] for cls in layers.all() if cls.torch.startswith("torch.nn.functional.")}


def strange(text: str) -> str:
    """What in the source is not of the expected syntax; empty where all is."""
    tree = ast.parse(text)
    docstring, *rest = tree.body
    if not (isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)):
        return "it does not begin with a docstring"
    imports = [ast.unparse(item) for item in rest if isinstance(item, (ast.Import, ast.ImportFrom))]
    if imports[-2:] != ["import torch", "from torch import nn"] or not set(imports[:-2]) <= STANDARD:
        return "other imports"
    own = [item for item in rest if not isinstance(item, (ast.Import, ast.ImportFrom))]
    lent = [item for item in own if isinstance(item, (ast.ClassDef, ast.FunctionDef)) and _lent(item)]
    written = [item for item in own if item not in lent]
    names = {item.name for item in own if isinstance(item, (ast.ClassDef, ast.FunctionDef))}
    return next((found for item in written if (found := _strange_class(item, names))), "")


STANDARD = {"import math", "from collections.abc import Callable"}


def _lent(item: ast.ClassDef | ast.FunctionDef) -> bool:
    """Whether this is the text of `engine.nn`, word by word."""
    try:
        return ast.dump(ast.parse(nn.text(item.name)).body[0]) == ast.dump(item)
    except (OSError, StopIteration):
        return False


def _keeps_statistics(item: ast.stmt, name: str) -> bool:
    """Whether this is the method that leaves the statistics of frozen layers as they are, and nothing else."""
    head, *calls, end = ast.unparse(item).splitlines()
    if head != f"def train(self, mode: bool=True) -> '{name}':" or end != "    return self":
        return False
    part = re.compile(r"    keep_statistics\(self\.[A-Za-z_]\w*(\.\w+|\[\d+\])*\)")
    return calls[:1] == ["    super().train(mode)"] and all(part.fullmatch(call) for call in calls[1:])


def _strange_class(module: ast.stmt, names: set[str]) -> str:
    if not isinstance(module, ast.ClassDef):
        return "more than imports and classes"
    if [ast.unparse(base) for base in module.bases] != ["nn.Module"] or module.decorator_list or module.keywords:
        return "another base class"
    body = module.body[1:] if ast.get_docstring(module) else module.body
    body = [item for item in body if not _keeps_statistics(item, module.name)]
    if [getattr(item, "name", "") for item in body] != ["__init__", "forward"]:
        return "other methods"
    texts = {id(module.body[0].value)} if isinstance(module.body[0], ast.Expr) else set[int]()
    kept = {id(node) for item in module.body if item not in body for node in ast.walk(item)}
    nodes = (node for node in ast.walk(module) if id(node) not in texts | kept)
    return next((found for node in nodes if (found := _strange(node, names))), "")


def _strange(node: ast.AST, names: set[str]) -> str:
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
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="nn"), attr="init")):
            return ""
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id="nn"), attr="functional"), attr=name):
            return "" if name in FUNCTIONAL else f"nn.functional.{name}"
        case ast.Attribute(attr=name) if name in METHODS or _tied(node):
            return ""
        case ast.Attribute():
            return ast.unparse(node)
        case ast.Call(func=ast.Attribute()):
            return ""
        case ast.Call(func=ast.Name(id=name)) if name in CALLED | names:
            return ""
        case ast.Call():
            return ast.unparse(node)
        case ast.Subscript(value=ast.Name(id="tuple") | ast.Attribute(attr="shape")):
            return ""
        case ast.Subscript(value=ast.Name(), slice=index, ctx=ast.Load()) if _positions(index):
            return ""
        case ast.Subscript():
            return ast.unparse(node)
        case ast.FunctionDef(decorator_list=[_, *_]):
            return "a decorator"
        case ast.Constant(value=str(word)) if word not in WORDS and not re.fullmatch(EQUATION, word):
            return f"text {word!r}"
        case ast.Constant(value=value) if value is not None and not isinstance(value, (bool, int, float, str)):
            return f"constant {value!r}"
    return ""


def _tied(node: ast.Attribute) -> bool:
    """Whether this is a tensor of a module: ``self.head.weight``."""
    return (
        isinstance(node.value, ast.Attribute)
        and ast.unparse(node.value.value) == "self"
        and node.attr.startswith(("weight", "bias"))
    )


def _positions(index: ast.expr) -> bool:
    """Whether an index is made of numbers, ranges, variables and calls alone: ``x[:, 0]``."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    kinds = (ast.Slice, ast.Constant, ast.UnaryOp, ast.Name, ast.Call)
    return all(isinstance(part, kinds) for part in parts)
