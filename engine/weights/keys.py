"""Names of tensors that outlive a rename: with the ids of the nodes instead of what these are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

Attributes = Mapping[str, Mapping[str, str]]
"""Class → node id → the attribute that holds its module: `engine.source.Source.attributes`."""


def keys_of(module: nn.Module, attributes: Attributes) -> dict[str, str]:
    """Name of a tensor → its key: ``stage1.0.conv1.weight`` → ``n5.0.n2.weight``."""
    begins: dict[str, str] = {"": ""}
    for path, part in module.named_modules(remove_duplicate=False):
        ids: dict[str, str] = {}
        for node_id, attribute in attributes.get(type(part).__name__, {}).items():
            ids.setdefault(attribute, node_id)
        here, key = f"{path}." if path else "", begins[path]
        inner = [*part._modules, *part._parameters, *part._buffers]
        begins |= {f"{here}{name}": f"{key}{'.' if key else ''}{ids.get(name, name)}" for name in inner}
    return {name: begins[name] for name in module.state_dict(keep_vars=True) if name in begins}
