"""What weight norm and spectral norm make of a layer: torch.nn.utils.parametrizations, for its matrix called weight.

Weight norm (Salimans and Kingma 2016, https://arxiv.org/abs/1602.07868) learns direction v and length g of each row:
w = g · v / ‖v‖. Spectral norm (Miyato et al. 2018, https://arxiv.org/abs/1802.05957) divides the matrix by its largest
singular value, which it follows by one step of the power method in every forward pass of training.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.dims import Dim, product
from engine.layers.layer import Layer
from engine.properties import Properties
from engine.resolve import Fault
from engine.spec import Spec

WEIGHT: Final = "weight"
INSIDE: Final = f"parametrizations.{WEIGHT}."
Shapes = dict[str, tuple[Dim, ...]]


def applies(weights: Mapping[str, tuple[Dim, ...]]) -> bool:
    """Whether there is a matrix of the name weight, and no other matrix beside it."""
    return [name for name, shape in weights.items() if len(shape) > 1] == [WEIGHT]


def fault(layer: Layer, properties: Properties, inputs: tuple[Spec, ...]) -> Fault | None:
    """Why a node cannot have its parametrization; None where it can, or has none."""
    kind = properties.parametrization
    if kind is None:
        return None
    why = ""
    if not applies(layer.weights(*inputs)):
        why = "it has no single weight matrix to normalize."
    elif getattr(layer, "max_norm", None) is not None:
        why = "max_norm rewrites the weights that are normalized; choose one of them."
    elif getattr(layer, "sparse", False):
        why = "its gradients are sparse, and those of normalized weights are not; set sparse to false."
    return Fault(f"cannot have {kind}: {why}", "property", "parametrization") if why else None


def weights(layer: Layer, properties: Properties | None, inputs: tuple[Spec, ...]) -> Shapes:
    """The shapes of the trainable tensors by torch's names."""
    own = layer.weights(*inputs)
    kind = properties.parametrization if properties is not None else None
    if kind is None or not applies(own):
        return own
    shape = own.pop(WEIGHT)
    if kind == "spectral_norm":
        return own | {f"{INSIDE}original": shape}
    return own | {f"{INSIDE}original0": (shape[0], *(1 for _ in shape[1:])), f"{INSIDE}original1": shape}


def buffers(layer: Layer, properties: Properties | None, inputs: tuple[Spec, ...]) -> Shapes:
    """The shapes of the tensors that are kept but not trained: spectral norm adds the two singular vectors."""
    found = layer.buffers(*inputs)
    if properties is None or properties.parametrization != "spectral_norm":
        return found
    own = layer.weights(*inputs)
    if not applies(own):
        return found
    shape = own[WEIGHT]
    rows = shape[1] if "Transpose" in layer.torch else shape[0]
    columns = product(shape[:1] + shape[2:]) if "Transpose" in layer.torch else product(shape[1:])
    return found | {f"{INSIDE}0._u": (rows,), f"{INSIDE}0._v": (columns,)}
