"""What else a layer declares (weights, cost, source, fields) against torch's own module, for the whole catalogue."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from torch.utils.flop_counter import FlopCounterMode

from engine import layers, project
from engine.compile import compile_source
from engine.dims import bind, product
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.shapes import infer
from engine.source import Source, source
from engine.spec import BATCH, Spec
from tests.engine import oracle
from tests.engine.draws import COMPUTING, Trial, trials

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")  # torch's word on its speed
every_layer = pytest.mark.parametrize("cls", COMPUTING, ids=lambda cls: cls.__name__)
CANDIDATES = [(BATCH, 6, 9, 9), (BATCH, 16), (BATCH, 7, 16)]
"""Inputs of which a layer, as it comes from the palette, takes at least one."""


def graph_of(trial: Trial) -> Graph:
    """Inputs → the layer → an Output for each of its outputs, all sizes but the batch in numbers."""
    graph = Graph("one layer")
    sources = [graph.add("Input", shape=spec.shape[1:], dtype=spec.dtype) for spec in trial.bound()]
    layer = graph.add(trial.cls.__name__, name="layer", **trial.parameters)
    for source_node in sources:
        graph.connect(source_node, layer)
    for place in range(len(infer(graph).outputs.get(layer, ()))):
        graph.connect(layer, graph.add("Output"), source=place)
    return graph


def fitting(trial: Trial) -> tuple[Graph, Source]:
    """The one-layer graph of a trial and its source, where the layer takes the inputs and keeps the batch first."""
    inputs = tuple(Spec((BATCH, *spec.shape[1:]), spec.dtype) for spec in trial.bound())
    assume(all(spec.shape[:1] == (BATCH,) for spec in trial.inputs) and not oracle.laxer(trial))
    ours = oracle.rule(trial, inputs)
    assume(ours is not None and all(spec.shape[0] == BATCH for spec in ours))
    graph = graph_of(trial)
    return graph, source(graph)


def exemplar(cls: type[Layer]) -> Trial:
    """The layer as it comes from the palette, on the first input that it takes."""
    for shape in CANDIDATES:
        inputs = (Spec(shape),) * (2 if cls.inputs[0].many else 1)
        trial = Trial(cls, dict(cls.initial), inputs, {"N": 4})
        if oracle.rule(trial, inputs) is not None:
            return trial
    raise AssertionError(f"{cls.__name__} takes none of {CANDIDATES}: add one that it takes")


@every_layer
def test_weights_and_buffers_are_those_of_torch(cls: type[Layer], scale: int) -> None:
    @settings(max_examples=60 * scale)
    @given(trials(cls, spoil=False))
    def check(trial: Trial) -> None:
        graph, _ = fitting(trial)
        report = infer(graph)
        (node,) = graph.of_type(cls.__name__)
        layer, inputs = report.layer(node.id), report.inputs[node.id]
        assert layer is not None
        module = oracle.module(trial) or torch.nn.Module()
        parameters = {name: tuple(p.shape) for name, p in module.named_parameters()}
        assert layer.weights(*inputs) == parameters
        assert layer.buffers(*inputs) == {name: tuple(b.shape) for name, b in module.named_buffers()}

    check()


@every_layer
def test_the_source_computes_what_torch_computes(cls: type[Layer], scale: int) -> None:
    @settings(max_examples=25 * scale)
    @given(trials(cls, spoil=False))
    def check(trial: Trial) -> None:
        _, written = fitting(trial)
        ours, theirs = compile_source(written), oracle.module(trial)
        ours.eval()
        values = oracle.tensors(trial)
        if theirs is None:
            expected = oracle.run(trial)
        else:
            state = {name.partition(".")[2]: tensor for name, tensor in ours.state_dict().items()}
            theirs.load_state_dict(state)
            result = theirs.eval()(*values)
            expected = result if isinstance(result, tuple) else (result,)
        got = ours(*values)
        got = got if isinstance(got, tuple) else (got,)
        assert all(torch.equal(a, b) for a, b in zip(got, expected, strict=True)), written.text

    check()


@every_layer
def test_a_project_keeps_the_layer_and_its_source(cls: type[Layer], scale: int) -> None:
    @settings(max_examples=25 * scale)
    @given(trials(cls, spoil=False))
    def check(trial: Trial) -> None:
        graph, written = fitting(trial)
        content = project.to_bytes(graph)
        again = project.from_bytes(content)
        assert source(again) == written
        assert project.to_bytes(again) == content

    check()


@every_layer
def test_a_gradient_reaches_every_weight_and_the_input(cls: type[Layer]) -> None:
    trial = exemplar(cls)
    torch.manual_seed(0)
    model = compile_source(source(graph_of(trial)))
    values = [tensor.requires_grad_() for tensor in oracle.tensors(trial)]
    answer = model(*values)
    (answer * torch.randn(answer.shape)).sum().backward()
    for name, tensor in [*model.named_parameters(), *((f"input {n}", value) for n, value in enumerate(values))]:
        assert tensor.grad is not None, name
        assert tensor.grad.abs().sum() > 0, name


@every_layer
def test_multiply_adds_are_half_of_what_torch_counts(cls: type[Layer], scale: int) -> None:
    @settings(max_examples=30 * scale)
    @given(trials(cls, spoil=False))
    def check(trial: Trial) -> None:
        graph, written = fitting(trial)
        report = infer(graph)
        (node,) = graph.of_type(cls.__name__)
        layer = report.layer(node.id)
        assert layer is not None
        ours = layer.multiply_adds(report.inputs[node.id], tuple(report.outputs[node.id].values()))
        with FlopCounterMode(display=False) as counter:
            compile_source(written)(*oracle.tensors(trial))
        assert counter.get_total_flops() == 2 * bind(ours, trial.sizes)

    check()


INFERRED_OR_OURS = {"in_channels", "in_features", "num_features", "device", "dtype", "inplace", "args", "kwargs"}
LEFT_OUT = {("BatchNorm2d", "bias"): "newer than torch 2.9, the oldest that Layerloom runs with"}


@pytest.mark.parametrize("cls", [cls for cls in layers.all() if oracle.torch_class(cls)], ids=lambda cls: cls.__name__)
def test_the_fields_are_torchs_parameters_with_torchs_defaults(cls: type[Layer]) -> None:
    original = oracle.torch_class(cls)
    assert original is not None
    asked = {name: p for name, p in inspect.signature(original).parameters.items() if name not in INFERRED_OR_OURS}
    assert set(cls.model_fields) <= set(asked)
    for name, parameter in asked.items():
        if (cls.__name__, name) in LEFT_OUT:
            assert name not in cls.model_fields
            continue
        field = cls.model_fields[name]
        if name not in oracle.OTHER_DEFAULTS.get(cls.__name__, {}):
            default: Any = inspect.Parameter.empty if field.is_required() else field.default
            assert (type(default), default) == (type(parameter.default), parameter.default), name


@every_layer
def test_a_layer_from_the_palette_is_complete(cls: type[Layer]) -> None:
    trial = exemplar(cls)
    written = source(graph_of(trial))
    compile(written.text, "layer", "exec")
    ours = oracle.rule(trial, trial.inputs)
    assert ours is not None
    assert bind(product(ours[0].shape), {"N": 4}) > 0
    assert cls.__doc__
    assert all(info.description for info in cls.model_fields.values())
