"""Loads a model class that was just written, from its file."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from engine.files import read_bytes

if TYPE_CHECKING:
    from torch import nn

LARGEST: Final = 2**24


def model_of(path: Path, class_name: str) -> nn.Module:
    """A fresh instance of a class in a file that we have written; what it draws leaves torch's generator alone."""
    import torch

    module = ModuleType(f"exported_{path.stem}")
    text = read_bytes(path, LARGEST).decode()
    exec(compile(text, f"<{path.name}>", "exec"), module.__dict__)
    with torch.random.fork_rng(devices=[]):
        made: nn.Module = getattr(module, class_name)()
    return made
