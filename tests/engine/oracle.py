"""What torch itself makes of a Trial, without any of our shape rules: the other side of the property tests."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable

import torch
from torch import nn

from engine.graph import Node
from engine.layers.layer import Layer, ShapeError
from engine.resolve import resolve
from engine.spec import Spec
from tests.engine.draws import Trial

INFERRED = {"in_channels": 1, "num_features": 1, "in_features": -1}
"""What torch asks for and we read off the input: the axis it is the size of."""

OTHER_DEFAULTS = {"Softmax": {"dim": -1}}
"""Where our default is not torch's: Softmax without an axis guesses one, which torch has deprecated."""

Specs = tuple[tuple[tuple[int, ...], str], ...]
Function = Callable[..., torch.Tensor]
FUNCTIONS: dict[str, Function] = {
    "Add": lambda *tensors: sum(tensors[1:], tensors[0]),
    "Concat": lambda *tensors, dim=1: torch.cat(tensors, dim=dim),
}
"""Layers that are an expression, not a module."""


def torch_class(cls: type[Layer]) -> type[nn.Module] | None:
    """The class in torch.nn that a layer stands for."""
    return getattr(nn, cls.torch.removeprefix("torch.nn.")) if cls.torch.startswith("torch.nn.") else None


def module(trial: Trial) -> nn.Module | None:
    """torch's module with these parameters for these inputs; None for a layer that is an expression."""
    cls = torch_class(trial.cls)
    if cls is None:
        return None
    asked = inspect.signature(cls).parameters
    shape = trial.bound()[0].shape
    inferred = {name: shape[axis] for name, axis in INFERRED.items() if name in asked}
    return cls(**inferred, **(OTHER_DEFAULTS.get(trial.cls.__name__, {}) | trial.parameters))


def tensors(trial: Trial) -> list[torch.Tensor]:
    """Random inputs of these shapes and dtypes."""
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randint(0, 2, spec.bound(trial.sizes), generator=generator).to(getattr(torch, spec.dtype))
        if spec.dtype != "float32"
        else torch.randn(spec.bound(trial.sizes), generator=generator)
        for spec in trial.inputs
    ]


def run(trial: Trial) -> tuple[torch.Tensor, ...]:
    """What torch computes in training mode; raises whatever torch raises."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        built = module(trial)
        values = tensors(trial)
        result = built(*values) if built else FUNCTIONS[trial.cls.__name__](*values, **trial.parameters)
    return result if isinstance(result, tuple) else (result,)


def theirs(trial: Trial) -> Specs | None:
    """The shapes and dtypes that torch computes, or None where it refuses."""
    try:
        results = run(trial)
    except (RuntimeError, ValueError, TypeError, IndexError):
        return None
    return tuple((tuple(tensor.shape), str(tensor.dtype).removeprefix("torch.")) for tensor in results)


def rule(trial: Trial, inputs: tuple[Spec, ...]) -> tuple[Spec, ...] | None:
    """What our rule says, or None where it refuses."""
    layer = resolve(Node("n1", trial.cls.__name__, "layer1", trial.parameters))
    if not isinstance(layer, Layer):
        return None
    try:
        result = layer.infer(*inputs)
    except ShapeError:
        return None
    return result if isinstance(result, tuple) else (result,)


def stricter(trial: Trial) -> str:
    """Why our rule refuses these inputs although torch on the CPU takes them; empty where there is no reason."""
    name, (first, *_) = trial.cls.__name__, trial.inputs
    if first.rank == 3 and name in ("Conv2d", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d"):
        return "torch takes it for one image without a batch; here the first axis is always the batch"
    if first.rank != 4 and name == "AdaptiveAvgPool2d":
        return "where 1×1 is asked for torch takes the mean without counting the axes"
    if first.dtype == "int64" and name in ("MaxPool2d", "AvgPool2d"):
        return "whole numbers are pooled on the CPU only, CUDA refuses them"
    if first.dtype != "float32" and name == "Dropout":
        return "whether torch takes whole numbers depends on p and on the mode"
    if name == "Linear" and first.rank == 1:
        return "a vector is one sample to torch; here it is a batch of numbers"
    return ""


def laxer(trial: Trial) -> str:
    """Why torch refuses what our rule lets through; empty where there is no reason."""
    shape = trial.bound()[0].shape
    if trial.cls.__name__ == "BatchNorm2d" and shape[0] * shape[2] * shape[3] == 1:
        return "one value a channel has no variance: it hangs on the size of the batch, which a shape does not know"
    return ""
