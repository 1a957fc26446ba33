"""Layers of installed packages: the entry-point group ``layerloom.layers`` names them, each a subclass of Layer.

A project names the package (``acme_layers.ScaledTanh``) and never carries code. Where the package is missing the node
stays as a placeholder that keeps its parameters.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from engine.layers.layer import Layer

GROUP: Final = "layerloom.layers"


def layers() -> list[type[Layer]]:
    """The layers of all installed packages that could be loaded."""
    return _loaded()[0]


def faults() -> dict[str, str]:
    """Why the layers of a package could not be loaded, by package."""
    return _loaded()[1]


def refresh() -> None:
    """Look again which packages are installed."""
    _loaded.cache_clear()


def missing(name: str) -> str | None:
    """Why there is no layer ``package.Name``, as a sentence; None for a name without a package."""
    package, dot, layer = name.partition(".")
    if not dot:
        return None
    if package in faults():
        return f"the package {package} is installed, but its layers cannot be loaded: {faults()[package]}"
    if any(cls.type_name().startswith(f"{package}.") for cls in layers()):
        return f"the package {package} has no layer {layer[:60]!r}; another version of it may have."
    return f"it comes from the package {package[:60]!r}, which is not installed; install it and open the project again."


@cache
def _loaded() -> tuple[list[type[Layer]], dict[str, str]]:
    found: list[type[Layer]] = []
    wrong: dict[str, str] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.value):
        package = entry.value.partition(":")[0].partition(".")[0]
        cls = _load(entry)
        if isinstance(cls, str):
            wrong.setdefault(package, cls)
        else:
            found.append(cls)
    return found, wrong


def _load(entry: EntryPoint) -> type[Layer] | str:
    try:
        cls = entry.load()
    except Exception as error:  # a stranger's package may raise anything; the sentence says what
        return f"{entry.name} raises {type(error).__name__}: {error}."
    if not (isinstance(cls, type) and issubclass(cls, Layer)):
        return f"{entry.name} is not a subclass of engine.layers.Layer."
    if cls.type_name() != f"{entry.value.partition(':')[0].partition('.')[0]}.{cls.__name__}":
        return f"{entry.name} is a layer of another package."
    if not getattr(cls, "family", "") or (cls.own and not cls.imported_from):
        return f"{entry.name} does not say its family, or which module its class is imported from."
    return cls
