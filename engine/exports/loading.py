"""Loads a model class that was just written, from its file."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from engine.files import read_bytes

if TYPE_CHECKING:
    from torch import nn

LARGEST: Final = 2**24


def module_of(path: Path) -> ModuleType:
    """The code of a file that we have written, as a module."""
    module = ModuleType(f"exported_{path.stem}")
    module.__file__ = str(path)
    exec(compile(read_bytes(path, LARGEST).decode(), f"<{path.name}>", "exec"), module.__dict__)
    return module


def model_of(path: Path, class_name: str) -> nn.Module:
    """A fresh instance of a class in such a file; what it draws leaves torch's generator alone."""
    import torch

    with torch.random.fork_rng(devices=[]):
        made: nn.Module = getattr(module_of(path), class_name)()
    return made
