"""The numbers of a sliding layer in a trained network: what one sample gives it, its weights, and its answer."""

from __future__ import annotations

import numpy as np
from torch import Tensor, nn

from engine.inside.looking.errors import LookingError
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.layer_answers import LayerAnswer
from engine.inside.looking.samples import Sample, of_part
from engine.inside.trained import Trained
from engine.sliding.example import Array, Example, computed
from engine.sliding.sliding import Sliding


def sliding_numbers(
    trained: Trained, sliding: Sliding, inside: tuple[str, ...], node: str, weights: dict[str, Tensor] | None = None
) -> Example:
    """The layer at ``node`` within these blocks, at its first call and repeat, with the first sample it is judged by.

    ``weights`` are those of a moment of a training, else the stored ones. Raises LookingError where the layer is not
    in the network, or has other settings there.
    """
    inspector, sample = Inspector(trained, weights), _sample(trained)
    layers = inspector.layers(sample.batch)
    found = next((one for one in layers if (one.id.path.inside, one.id.path.node) == (inside, node)), None)
    if found is None:
        raise LookingError("layer", "This layer is not in the network that was trained.")
    inputs, weight, bias = _given(inspector, sample, found)
    if sliding.axes[0].rule == "window" and getattr(sliding.layer, "padding", 0) == "same_tf":
        inputs = _without_padding(sliding, inputs)
    shape = (sliding.channels, *sliding.sizes)
    if inputs.shape != shape or (weight is None) != (not sliding.weighted):
        raise LookingError("layer", f"{found.name} was trained with other settings, or with inputs of other sizes.")
    if weight is not None and weight.shape != _weight_shape(sliding):
        raise LookingError("layer", f"{found.name} was trained with other settings.")
    said = f"{found.name} of the run {trained.folder.name}, {sample.name}"
    outputs = computed(sliding, inputs, weight, bias)
    if outputs.shape[1:] != found.shape[2:]:
        raise LookingError("layer", f"{found.name} was trained with other settings.")
    return Example(sliding, inputs, outputs, weight, bias, said, real=True)


def _sample(trained: Trained) -> Sample:
    """The first of the samples that nothing was chosen by; where there is none, the first it was trained with."""
    part = trained.data.part("test")
    return of_part(trained, part if len(part) else trained.part("train"), 0)


def _given(inspector: Inspector, sample: Sample, layer: LayerAnswer) -> tuple[Array, Array | None, Array | None]:
    """What the layer is given, (C, *sizes), and its weights."""
    calls = inspector.calls_of(sample.batch, layer) if layer.module else []
    if not calls or not calls[-1].given or not isinstance(calls[-1].given[0], Tensor):
        raise LookingError("layer", f"{layer.name} is computed together with others, so its numbers cannot be taken.")
    module = inspector.modules[layer.module]
    return _array(calls[-1].given[0][0]), _parameter(module, "weight"), _parameter(module, "bias")


def _parameter(module: nn.Module, name: str) -> Array | None:
    value = getattr(module, name, None)
    return _array(value) if isinstance(value, Tensor) else None


def _array(values: Tensor) -> Array:
    found: Array = np.array(values.detach().float().cpu().numpy())
    return found


def _weight_shape(sliding: Sliding) -> tuple[int, ...]:
    from engine.spec import Spec

    wanted = sliding.layer.weights(Spec((1, sliding.channels, *sliding.sizes)))["weight"]
    return tuple(int(size) for size in wanted if isinstance(size, int))


def _without_padding(sliding: Sliding, inputs: Array) -> Array:
    """The input before 'same_tf' padded it."""
    wanted = tuple(size + sum(axis.padding) for size, axis in zip(sliding.sizes, sliding.axes, strict=True))
    if inputs.shape[1:] != wanted:
        return inputs
    inner = (slice(axis.padding.before, axis.padding.before + axis.size) for axis in sliding.axes)
    found: Array = inputs[(slice(None), *inner)]
    return found
