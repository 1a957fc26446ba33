"""The catalogue: one file a family, one class a layer. Adding a layer is adding a class to its family's file.

Installed packages add layers of their own through the entry-point group ``layerloom.layers``: `engine.layers.packages`.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from typing import Final

from engine import losses
from engine.graph import GraphError
from engine.layers import packages
from engine.layers.layer import Layer
from engine.nearest import hint

__all__ = ["Layer", "all", "get", "kind", "refresh"]


FAMILIES: Final = (
    *("endpoints", "linear", "convolution", "transposed", "pooling", "adaptive", "unpooling", "padding"),
    *("resampling", "folding", "normalization", "activation"),
    *("probability", "dropout", "reshape", "selection", "reduction", "merge", "residual", "embedding", "positions"),
    *("recurrent", "attention", "masking", "transformer"),
    *("tensors.functions", "tensors.comparison", "tensors.values", "tensors.arranging", "tensors.indexing"),
    *("tensors.similarity", "tensors.einsum"),
)
"""The files of the catalogue in the order of the palette."""


@cache
def _catalogue() -> dict[str, type[Layer]]:
    from engine.layers.endpoints import output_class

    modules = (import_module(f"engine.layers.{name}") for name in FAMILIES)
    classes: list[type[Layer]] = [cls for module in modules for cls in module.LAYERS]
    classes = [output_class() if cls.type_name() == "Output" else cls for cls in classes]
    return {cls.type_name(): cls for cls in (*classes, *packages.LAYERS.all())}


def all() -> list[type[Layer]]:
    """Every layer class, grouped by family."""
    return list(_catalogue().values())


def get(name: str) -> type[Layer]:
    """The class with this name, ready to be made; raises GraphError with a likely name if there is none."""
    if (layer := _catalogue().get(name)) is not None:
        if not layer.__pydantic_complete__:
            layer.model_rebuild()
        return layer
    if (reason := packages.LAYERS.missing(name)) is not None:
        raise GraphError(reason)
    raise GraphError(f"there is no layer named {name[:100]!r}; {_hint(name[:100])}")


def kind(name: str) -> type[Layer]:
    """The class with this name; `Layer` itself, with its safe facts, for a block or a layer that is not there."""
    return _catalogue().get(name, Layer)


def refresh() -> None:
    """Look again which packages are installed."""
    _catalogue.cache_clear()
    packages.LAYERS.refresh()
    losses.refresh()


@lru_cache  # a file may name one missing layer a thousand times
def _hint(name: str) -> str:
    return hint(name, _catalogue(), f"there are {len(_catalogue())}, see `layerloom layers`.")
