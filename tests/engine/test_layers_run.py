"""What else a layer declares (weights, cost, source, fields) against torch's own module, for the whole catalogue."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterable
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine import layers, project
from engine.compile import compile_source
from engine.dims import bind, product
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.shapes import infer
from engine.source import Source, source
from engine.spec import BATCH, UNWIRED, Spec
from tests.engine import oracle
from tests.engine.cases import Trial, case
from tests.engine.draws import COMPUTING, trials

pytestmark = [
    pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel"),  # torch's word on its speed
    pytest.mark.filterwarnings("ignore:enable_nested_tensor is True"),  # the same in evaluation
    pytest.mark.filterwarnings("ignore:Since version 1.3.0, affine_grid"),  # of grids with one cell
    pytest.mark.filterwarnings("ignore:dropout option adds dropout after all but last"),  # and on one that is idle
]
every_layer = pytest.mark.parametrize("cls", COMPUTING, ids=lambda cls: cls.__name__)
CANDIDATES = [(BATCH, 6, 9, 9), (BATCH, 16), (BATCH, 7, 16), (BATCH, 6, 9, 9, 9)]
"""Inputs of which a layer, as it comes from the palette, takes at least one, if its case gives no exemplar."""


def graph_of(trial: Trial) -> Graph:
    """Inputs → the layer → an Output for each of its outputs, all sizes but the batch in numbers.

    A Constant gives an input without a batch, and Expand gives a batch to an output without one.
    """
    graph = Graph("one layer")
    sources = []
    for spec, value, fixed in zip(trial.bound(), oracle.tensors(trial), trial.fixed(), strict=True):
        if spec is UNWIRED or value is None:
            sources.append(None)
        elif fixed:
            numbers = tuple(
                value.to(torch.int64).flatten().tolist() if spec.dtype == "bool" else value.flatten().tolist()
            )
            sources.append(graph.add("Constant", value=numbers, shape=spec.shape, dtype=spec.dtype))
        else:
            sources.append(graph.add("Input", shape=spec.shape[1:], dtype=spec.dtype))
    if not graph.of_type("Input"):
        graph.add("Input", shape=())
    layer = graph.add(trial.cls.__name__, name="layer", **trial.parameters)
    for index, source_node in enumerate(sources):
        if source_node is not None:
            graph.connect(source_node, layer, target=index)
    specs = list(infer(graph).outputs.get(layer, {}).values())
    for index in answering(specs):
        answer, output = layer, index
        if specs[index].shape[:1] != (BATCH,):
            answer, output = graph.add("Expand", name=f"batch{index}", sizes=(-1,) * specs[index].rank), 0
            graph.connect(layer, answer, source=index)
            graph.connect(graph.of_type("Input")[0].id, answer, target="like")
        graph.connect(answer, graph.add("Output"), source=output)
    return graph


def answering(specs: Iterable[Spec]) -> list[int]:
    """The indices of the outputs that begin with the batch, or have none: only those can be an answer."""
    return [
        index
        for index, spec in enumerate(specs)
        if spec.shape[:1] == (BATCH,) or all(type(n) is int for n in spec.shape)
    ]


def flowing(trial: Trial) -> list[torch.Tensor]:
    """What is given to the network of `graph_of`."""
    pairs = zip(oracle.tensors(trial), trial.fixed(), strict=True)
    given = [value for value, fixed in pairs if value is not None and not fixed]
    return given or [torch.zeros(trial.sizes["N"])]


def fitting(trial: Trial) -> tuple[Graph, Source]:
    """The one-layer graph of a trial and its source, where the layer takes the inputs and keeps the batch first."""
    inputs = batched(trial)
    assume(all(whole(spec) for spec in inputs) and not case(trial.cls).laxer(trial))
    pairs = zip(trial.bound(), trial.fixed(), strict=True)
    assume(len({spec.shape[:1] for spec, fixed in pairs if spec is not UNWIRED and not fixed}) < 2)  # one batch for all
    ours = oracle.rule(trial, inputs)
    assume(ours is not None and answering(ours))
    graph = graph_of(trial)
    return graph, source(graph)


def whole(spec: Spec) -> bool:
    """Whether an input begins with the batch, or is few numbers without one, which a Constant can hold."""
    return spec is UNWIRED or spec.shape[:1] == (BATCH,) or 0 < product(spec.shape) < 500  # type: ignore[operator]


def batched(trial: Trial) -> tuple[Spec, ...]:
    """The inputs in numbers, but for the batch."""
    return tuple(
        spec if spec is UNWIRED or fixed else Spec((BATCH, *spec.shape[1:]), spec.dtype, spec.axes)
        for spec, fixed in zip(trial.bound(), trial.fixed(), strict=True)
    )


def exemplar(cls: type[Layer]) -> Trial:
    """The layer as it comes from the palette, on the first input that it takes."""
    given = case(cls).exemplar
    for inputs in [given] if given else [(Spec(shape),) for shape in CANDIDATES]:
        wired = inputs if given else inputs * sum(2 if port.many else 1 for port in cls.inputs)
        trial = Trial(cls, dict(cls.initial), wired, {"N": 4, "T": 5})
        if oracle.rule(trial, wired) is not None:
            return trial
    raise AssertionError(f"{cls.__name__} takes none of {CANDIDATES}: give its case an exemplar")


@every_layer
def test_weights_source_and_cost_are_those_of_torch(cls: type[Layer], scale: int) -> None:
    @settings(max_examples=3 * scale)
    @given(trials(cls, spoil=False))
    def check(trial: Trial) -> None:
        graph, written = fitting(trial)
        check_weights(graph, trial)
        network = compile_source(written)
        check_source(network, written, trial)
        check_project(graph, written)
        check_cost(graph, network, trial)
        check_chance(graph, network, trial)

    check()


def check_weights(graph: Graph, trial: Trial) -> None:
    """Names and shapes of weights and buffers are those of torch's module."""
    report = infer(graph)
    node = graph.by_name("layer")
    assert node is not None
    layer, inputs = report.layer(node.id), report.inputs[node.id]
    assert layer is not None
    module = oracle.module(trial) or nn.Module()
    parameters = {name: tuple(p.shape) for name, p in module.named_parameters()}
    assert layer.weights(*inputs) == parameters
    assert layer.buffers(*inputs) == {name: tuple(b.shape) for name, b in module.named_buffers()}


def check_source(ours: nn.Module, written: Source, trial: Trial) -> None:
    """With the same weights the source computes the numbers of torch's module, in evaluation mode."""
    theirs = oracle.module(trial)
    ours.eval()
    if theirs is not None:
        theirs.load_state_dict({name.partition(".")[2]: tensor for name, tensor in ours.state_dict().items()})
        theirs.eval()
    values = oracle.tensors(trial)
    torch.manual_seed(0)  # some layers draw at random after training, too
    expected = oracle.apply(trial, theirs, values)
    torch.manual_seed(0)
    got = tuple(oracle.flat(ours(*flowing(trial))))
    rule = oracle.rule(trial, batched(trial))
    assert rule is not None
    for a, index in zip(got, answering(rule), strict=True):
        b = expected[index].expand(a.shape)
        assert a.dtype == b.dtype, written.text
        assert torch.allclose(a, b, rtol=1e-5, atol=1e-6, equal_nan=True), written.text


def check_chance(graph: Graph, network: nn.Module, trial: Trial) -> None:
    """A layer that says it draws nothing leaves torch's generator as it is while training: its steps get no seed."""
    node = graph.by_name("layer")
    assert node is not None
    layer = infer(graph).layer(node.id)
    assert layer is not None
    if layer.draws():
        return
    before = torch.get_rng_state()
    with contextlib.suppress(ValueError):  # so small a batch has no variance
        network.train()(*flowing(trial))
    assert torch.equal(torch.get_rng_state(), before), f"{type(layer).__name__} draws at random"


def check_project(graph: Graph, written: Source) -> None:
    """The file keeps the layer, and the same source comes of it."""
    content = project.to_bytes(graph)
    again = project.from_bytes(content)
    assert source(again) == written
    assert project.to_bytes(again) == content


def check_cost(graph: Graph, network: nn.Module, trial: Trial) -> None:
    """Multiply-adds are half of the FLOPs that torch counts."""
    if not case(trial.cls).flops:
        return
    report = infer(graph)
    node = graph.by_name("layer")
    assert node is not None
    layer = report.layer(node.id)
    assert layer is not None
    ours = layer.multiply_adds(report.inputs[node.id], tuple(report.outputs[node.id].values()))
    network.train()  # evaluation has a shortcut for attention that torch does not count
    with FlopCounterMode(display=False) as counter:
        network(*flowing(trial))
    assert counter.get_total_flops() == 2 * bind(ours, trial.sizes)


@every_layer
def test_a_gradient_reaches_every_weight_and_the_input(cls: type[Layer]) -> None:
    trial = exemplar(cls)
    torch.manual_seed(0)
    model = compile_source(source(graph_of(trial)))
    values = [value.requires_grad_() if value.is_floating_point() else value for value in flowing(trial)]
    results = list(oracle.flat(model(*values)))
    names = [f"input {n}" for n, value in enumerate(values) if value.is_floating_point()]
    names += [name for name, _ in model.named_parameters()]
    if not any(result.is_floating_point() for result in results) or set(names) <= set(case(cls).unreached):
        return  # a mask or a constant has no gradient
    answers = [result for result in results if result.requires_grad]
    assert answers
    sum((answer * torch.randn(answer.shape)).sum() for answer in answers).backward()  # type: ignore[union-attr]
    inputs = ((f"input {n}", value) for n, value in enumerate(values) if value.is_floating_point())
    for name, tensor in [*model.named_parameters(), *inputs]:
        if name not in case(cls).unreached:
            assert tensor.grad is not None, name
            assert tensor.grad.abs().sum() > 0, name


INFERRED_OR_OURS = {"device", "dtype", "inplace", "args", "kwargs"}


@pytest.mark.parametrize("cls", [cls for cls in layers.all() if oracle.torch_class(cls)], ids=lambda cls: cls.__name__)
def test_the_fields_are_torchs_parameters_with_torchs_defaults(cls: type[Layer]) -> None:
    original, known = oracle.torch_class(cls), case(cls)
    assert original is not None
    ours = INFERRED_OR_OURS | known.asked.keys()
    asked = {
        name: p for name, p in inspect.signature(known.signature or original).parameters.items() if name not in ours
    }
    assert set(cls.model_fields) <= asked.keys() | known.ours.keys()
    for name, parameter in asked.items():
        if name in known.left_out:
            assert name not in cls.model_fields
            continue
        field = cls.model_fields[name]
        if name not in known.other_defaults:
            default: Any = inspect.Parameter.empty if field.is_required() else field.default
            assert (type(default), default) == (type(parameter.default), parameter.default), name


@every_layer
def test_a_layer_from_the_palette_is_complete(cls: type[Layer]) -> None:
    trial = exemplar(cls)
    written = source(graph_of(trial))
    compile(written.text, "layer", "exec")
    ours = oracle.rule(trial, trial.inputs)
    assert ours is not None
    assert bind(product(ours[0].shape), trial.sizes) > 0
    assert cls.__doc__
    assert cls.formula
    assert all(info.description for info in cls.model_fields.values())
    assert all(port.help for ports in (cls.inputs, cls.outputs) for port in ports if len(ports) > 1)
