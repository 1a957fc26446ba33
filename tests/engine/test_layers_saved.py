"""What a layer says its backward pass reads again, against what torch really keeps."""

from __future__ import annotations

import pytest
import torch
from torch.autograd.graph import saved_tensors_hooks

from engine.compile import compile_source
from engine.dims import bind
from engine.layers.layer import Layer
from engine.memory import BYTES
from engine.shapes import infer
from engine.source import source
from engine.spec import UNWIRED
from tests.engine.cases import Trial
from tests.engine.draws import COMPUTING
from tests.engine.test_layers_run import exemplar, flowing, graph_of

SMALL = 3072
"""Statistics of channels, positions and the like do not count."""


def kept_by_torch(trial: Trial) -> int:
    """The bytes of all tensors that wait for the backward pass, parameters apart, each once."""
    model = compile_source(source(graph_of(trial))).train()
    own = {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    inputs = [value.requires_grad_() * 1.0 if value.is_floating_point() else value for value in flowing(trial)]
    found: dict[int, torch.Tensor] = {}

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        found[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        model(*inputs)
    return sum(tensor.untyped_storage().nbytes() for key, tensor in found.items() if key not in own)


def kept_by_rule(trial: Trial) -> int:
    """The same by what the layer declares."""
    graph = graph_of(trial)
    report = infer(graph)
    node = graph.by_name("layer")
    assert node is not None
    layer, inputs, outputs = report.layer(node.id), report.inputs[node.id], tuple(report.outputs[node.id].values())
    assert layer is not None
    sizes = trial.sizes
    total = bind(layer.kept(inputs, outputs), sizes)
    for word, specs in (("inputs", inputs), ("outputs", outputs)):
        if layer.reads_again(*inputs) in (word, "both") and not layer.passes_through(inputs, True):
            shapes = [spec for spec in specs if spec is not UNWIRED]
            total += sum(BYTES[spec.dtype] * torch.Size(spec.bound(sizes)).numel() for spec in shapes)
    return total


@pytest.mark.parametrize("cls", COMPUTING, ids=lambda cls: cls.__name__)
def test_what_waits_for_the_backward_pass_is_declared(cls: type[Layer]) -> None:
    base = exemplar(cls)
    trial = Trial(base.cls, base.parameters, base.inputs, base.sizes | {"N": 32})
    real, ours = kept_by_torch(trial), kept_by_rule(trial)
    assert abs(ours - real) <= 0.2 * real + SMALL, f"{cls.__name__}: {ours:,} by rule, {real:,} by torch"
