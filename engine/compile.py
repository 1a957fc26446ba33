"""Source -> nn.Module. The module is importable under a name made from the source's hash, so that pickling,
``inspect.getsource`` and tracebacks work as for a file on disk."""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.util
import linecache
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from engine.graph import Graph
from engine.source import Source, source

if TYPE_CHECKING:
    from torch import nn


class _Loader(importlib.abc.InspectLoader):
    """Loads one module from text that we have written ourselves."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text

    def get_source(self, fullname: str) -> str:
        return self.text

    def get_filename(self, fullname: str) -> str:
        return f"<{self.name}>"

    def is_package(self, fullname: str) -> bool:
        return False


def load(written: Source) -> ModuleType:
    """The Python module of a source; the same text gives the same module."""
    name = f"layerloom_{hashlib.sha256(written.text.encode()).hexdigest()[:16]}"
    if name not in sys.modules:
        loader = _Loader(name, written.text)
        spec = importlib.util.spec_from_loader(name, loader, origin=f"<{name}>")
        assert spec is not None
        module = importlib.util.module_from_spec(spec)
        module.__file__ = f"<{name}>"
        linecache.cache[f"<{name}>"] = (len(written.text), None, written.text.splitlines(True), f"<{name}>")
        sys.modules[name] = module
        try:
            exec(compile(written.text, f"<{name}>", "exec"), module.__dict__)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def compile_source(written: Source) -> nn.Module:
    """A fresh instance of the written model, its weights drawn from torch's global generator."""
    model: nn.Module = getattr(load(written), written.class_name)()
    return model


def compile_graph(graph: Graph) -> nn.Module:
    """The drawn network as a module: ``forward(*inputs)`` in the order of the Input nodes; returns a tensor, or a
    tuple in the order of the Output nodes. Raises SourceError where the network is not complete."""
    return compile_source(source(graph))
