"""Layers of installed packages: the entry-point group ``layerloom.layers`` names them, each a subclass of Layer.

A project names the package (``acme_layers.ScaledTanh``) and never carries code. Where the package is missing the node
stays as a placeholder that keeps its parameters.
"""

from __future__ import annotations

from typing import Final

from engine.extensions import Extensions
from engine.layers.layer import Layer


def _fault(cls: type[Layer]) -> str:
    if getattr(cls, "family", "") and (cls.imported_from or not cls.own):
        return ""
    return f"{cls.__name__} does not say its family, or which module its class is imported from."


LAYERS: Final = Extensions("layerloom.layers", Layer, ("layer", "layers"), lambda cls: cls.type_name(), _fault)
