"""What torch itself makes of a Trial, without any of our shape rules: the other side of the property tests."""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from engine.graph import Node
from engine.layers.layer import Layer, ShapeError, is_module
from engine.resolve import resolve
from engine.spec import UNWIRED, Spec
from tests.engine.cases import Trial, case

Specs = tuple[tuple[tuple[int, ...], str], ...]


def torch_class(cls: type[Layer]) -> type[nn.Module] | None:
    """The class in torch.nn that a layer stands for."""
    return getattr(nn, cls.torch.removeprefix("torch.nn.")) if is_module(cls.torch) else None


def own_class(cls: type[Layer]) -> type[nn.Module] | None:
    """The class in engine.nn that a layer stands for."""
    if not cls.own:
        return None
    file = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.own).lower()
    found: type[nn.Module] = getattr(importlib.import_module(f"engine.nn.{file}"), cls.own)
    return found


def module(trial: Trial) -> nn.Module | None:
    """The module with these parameters for these inputs; None for a layer that is an expression."""
    cls, known = torch_class(trial.cls) or own_class(trial.cls), case(trial.cls)
    if cls is None:
        return None
    if known.module is not None:
        return known.module(trial)
    if known.built is not None:
        return cls(**known.built(trial))
    asked = {name: read(trial.bound()) for name, read in known.asked.items()}
    defaults = known.other_defaults
    if not trial.cls.torch:  # a module of ours has the layer's defaults in the layer alone
        defaults = {n: info.default for n, info in trial.cls.model_fields.items() if not info.is_required()}
    return cls(**asked, **(dict(defaults) | trial.parameters))


def tensors(trial: Trial) -> list[torch.Tensor | None]:
    """Random inputs of these shapes and dtypes, None on an open port."""
    generator = torch.Generator().manual_seed(0)
    own = case(trial.cls).tensors
    if own is not None:
        return own(trial, generator)
    return [None if spec is UNWIRED else tensor(spec, generator) for spec in trial.bound()]


def tensor(spec: Spec, generator: torch.Generator, high: int = 2) -> torch.Tensor:
    """Random numbers of a spec without open sizes: normal floats, integers below ``high``, or booleans."""
    if spec.dtype == "float32":
        return torch.randn(spec.shape, generator=generator)  # type: ignore[arg-type]
    whole = torch.randint(0, high, spec.shape, generator=generator)  # type: ignore[arg-type]
    return whole.to(getattr(torch, spec.dtype))


def flat(result: Any) -> Iterator[torch.Tensor]:
    """The tensors of a result, however it nests them; what is not computed (None) is left out."""
    if isinstance(result, torch.Tensor):
        yield result
    elif result is not None:
        for item in result:
            yield from flat(item)


def apply(trial: Trial, built: nn.Module | None, values: list[torch.Tensor | None]) -> tuple[torch.Tensor, ...]:
    """torch's results in the order of our output ports."""
    known = case(trial.cls)
    if known.call is not None and built is not None:
        return tuple(flat(known.call(built, values)))
    given = list(values)
    while given and given[-1] is None:
        given.pop()
    if built is not None:
        return tuple(flat(built(*given)))
    assert known.function is not None, f"cases must say what torch computes for {trial.cls.__name__}"
    return tuple(flat(known.function(*given, **trial.parameters)))


def run(trial: Trial) -> tuple[torch.Tensor, ...]:
    """What torch computes in training mode; raises whatever torch raises."""
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        return apply(trial, module(trial), tensors(trial))


def theirs(trial: Trial) -> Specs | None:
    """The shapes and dtypes that torch computes, or None where it refuses."""
    try:
        results = run(trial)
    except (RuntimeError, ValueError, TypeError, IndexError, AssertionError, ZeroDivisionError):
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
