"""What a layer is decides what is said of it, and not its name: layers of packages take part in every rule."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine import layers
from engine.compile import compile_source
from engine.graph import Graph
from engine.layers import packages
from engine.layers.layer import Layer
from engine.layers.nature import Nature
from engine.literals import literal
from engine.problems import find
from engine.source import source
from tests.engine import oracle
from tests.engine.corpus.notation import more_data
from tests.engine.draws import COMPUTING
from tests.engine.test_corpus import FAULTS
from tests.engine.test_layers_run import exemplar, flowing, graph_of

PACKAGE = "elsewhere"


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every layer of the catalogue once more, from a package that knows of each what its class says."""
    ours = [cls for cls in layers.all() if cls.__module__.startswith("engine.")]
    theirs = [type(cls.__name__, (cls,), {"__module__": PACKAGE, "__doc__": cls.__doc__}) for cls in ours]
    monkeypatch.setattr(packages.LAYERS, "all", lambda: theirs)
    layers.refresh()
    yield
    monkeypatch.undo()
    layers.refresh()


def from_elsewhere(graph: Graph) -> Graph:
    """The same network of the package's layers; its ends stay, for they are no layers but the network's own."""
    for each in (graph, *(block.graph for block in graph.blocks.values())):
        for node in list(each.nodes.values()):
            if layers.kind(node.type).family != "Input and output" and not node.type.startswith("block."):
                each.replace_node(replace(node, type=f"{PACKAGE}.{node.type}"))
    return graph


@pytest.mark.usefixtures("renamed")
@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_every_fault_is_found_in_networks_of_layers_from_a_package(every: int) -> None:
    missed = []
    with more_data():
        for fault in FAULTS[::every]:
            wanted = {(p.severity, p.code, p.node, p.port, p.parameter) for p in find(fault.graph())}
            found = {(p.severity, p.code, p.node, p.port, p.parameter) for p in find(from_elsewhere(fault.graph()))}
            if found != wanted:
                missed.append((fault.kind, fault.network, wanted ^ found))
    assert missed == []


# -- what the classes say is so: held against what torch computes -----------------------------------------------------


def having(true: Callable[[type[Layer]], object]) -> pytest.MarkDecorator:
    """The layers of which something is true."""
    return pytest.mark.parametrize("cls", list(filter(true, COMPUTING)), ids=lambda cls: cls.__name__)


def drawn(cls: type[Layer]) -> Layer:
    """A layer as it comes from the palette."""
    return cls.model_validate(literal(cls.initial))


def computed(cls: type[Layer], factor: float = 3.0, training: bool = False) -> tuple[list[Tensor], list[Tensor]]:
    """The numbers that a layer, as it comes from the palette, gets and gives; gradients can be asked for."""
    trial = exemplar(cls)
    torch.manual_seed(0)
    model = compile_source(source(graph_of(trial))).train(training)
    given = [x * factor if x.is_floating_point() else x for x in flowing(trial)]
    given = [x.requires_grad_(x.is_floating_point()) for x in given]
    return given, list(oracle.flat(model(*given)))


def test_a_layer_that_declares_nothing_promises_nothing() -> None:
    for name, value in vars(Nature).items():
        if not name.startswith("__") and isinstance(value, (str, bool, tuple)):
            assert value in ("new", "everything", "", False, True, ("", True), (-inf, inf), (0, 0)), name
    assert (Layer().value_range(), Layer().windows(), Layer().orders_steps()) == ((-inf, inf), (), False)
    assert layers.kind("nobody.Has") is layers.kind("block.x") is Layer


@having(lambda cls: True)
def test_parameters_that_are_named_are_there(cls: type[Layer]) -> None:
    named = {cls.width_parameter, cls.vocabulary_parameter, cls.drops_by, cls.causal_by[0]} - {""}
    assert named <= cls.model_fields.keys()
    assert cls.sees != "window" or drawn(cls).windows()


@having(lambda cls: cls.value_range is not Layer.value_range or cls.value_bounds != (-inf, inf))
@pytest.mark.parametrize("factor", [0.1, 3.0, 300.0])
def test_no_number_lies_outside_its_range(cls: type[Layer], factor: float) -> None:
    low, high = drawn(cls).value_range()
    for result in computed(cls, factor)[1]:
        assert low - 1e-4 <= float(result.detach().min())
        assert float(result.detach().max()) <= high + 1e-4


@having(lambda cls: cls.numbers != "new")
def test_its_results_are_what_it_says_of_the_numbers_that_come_in(cls: type[Layer]) -> None:
    given, (result, *_) = computed(cls, training=cls.numbers == "standardized")
    roles = [port.role for port in drawn(cls).input_ports()]
    came = torch.cat(
        [x.flatten().double() for x, role in zip(given, [*roles, *roles], strict=False) if role == "numbers"]
    )
    if cls.numbers == "same":
        assert torch.equal(result.flatten().sort().values.double(), came.sort().values)
    elif cls.numbers == "chosen":
        assert torch.isin(result.flatten().double(), came).all()
    elif cls.numbers in ("dropped", "noisy"):
        assert torch.equal(result.flatten().double(), came)  # after training
    elif cls.numbers == "standardized":
        assert result.transpose(0, 1).flatten(1).mean(1).abs().max() < 1e-4
    elif cls.numbers != "multiplied":
        assert came.min() - 1e-4 <= result.min()
        assert result.max() <= came.max() + 1e-4


@having(lambda cls: cls.linear_map and len(cls.inputs) == 1)
def test_weighted_sums_of_a_sum_are_the_sum_of_weighted_sums(cls: type[Layer]) -> None:
    trial = exemplar(cls)
    model = compile_source(source(graph_of(trial)))
    (x,) = flowing(trial)
    y = torch.randn_like(x)
    torch.testing.assert_close(model(x + y) + model(0 * x), model(x) + model(y), rtol=1e-3, atol=1e-3)


@having(lambda cls: cls.saturates)
def test_it_is_flat_at_both_ends(cls: type[Layer]) -> None:
    (x,), (far,) = computed(cls, 1e3)
    (slope,) = torch.autograd.grad(far.sum(), x)
    low, high = drawn(cls).value_range()
    assert slope[x.abs() > 100].abs().max() < 1e-3 * (high - low)


@having(lambda cls: cls.zeroes)
def test_half_of_the_numbers_are_zero_and_have_no_gradient(cls: type[Layer]) -> None:
    (x,), (result,) = computed(cls)
    (slope,) = torch.autograd.grad(result.sum(), x)
    assert torch.equal(result == 0, x <= 0)
    assert not slope[x < 0].any()


@having(lambda cls: cls.keeps_positive)
def test_positive_numbers_come_out_as_they_are(cls: type[Layer]) -> None:
    (x,), (result,) = computed(cls)
    kept = (x >= 0) & (x <= drawn(cls).value_range()[1])
    assert kept.any()
    assert torch.equal(result[kept], x[kept])


@having(lambda cls: cls.takes_logarithm)
def test_it_gives_logarithms(cls: type[Layer]) -> None:
    (x,), (result,) = computed(cls)
    torch.testing.assert_close(result.exp(), x)


@having(lambda cls: not cls.passes_gradient)
def test_no_gradient_gets_through(cls: type[Layer]) -> None:
    (x,), (result,) = computed(cls)
    assert not result.requires_grad or not torch.autograd.grad(result.sum(), x)[0].any()


WITH_STATISTICS = ("Normalization", "Input and output")


@having(lambda cls: cls.cell_by_cell() and cls.family not in WITH_STATISTICS and "dim" not in cls.model_fields)
def test_a_cell_depends_on_the_same_cell_alone(cls: type[Layer]) -> None:
    trial = exemplar(cls)
    model = compile_source(source(graph_of(trial))).eval()
    values = flowing(trial)
    torch.manual_seed(0)
    (before, *_) = oracle.flat(model(*values))
    changed = [x.clone() for x in values]
    for x in changed:
        x[..., -1] = ~x[..., -1] if x.dtype == torch.bool else x[..., -1].flip(0)
    torch.manual_seed(0)
    (after, *_) = oracle.flat(model(*changed))
    if before.shape == values[0].shape:
        assert torch.equal(before[..., :-1], after[..., :-1])


# -- the house ---------------------------------------------------------------------------------------------------------


def sets_of_names(text: str, names: Collection[str]) -> list[int]:
    """The lines where a collection holds the names of three layers or more, or a type is told by how it begins.

    What is gone through with ``for`` is a choice of what to offer, and decides of no layer what it is.
    """
    tree = ast.parse(text)
    offered = {id(each.iter) for each in ast.walk(tree) if isinstance(each, (ast.For, ast.comprehension))}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Set, ast.List, ast.Tuple, ast.Dict)) and id(node) not in offered:
            each = node.keys if isinstance(node, ast.Dict) else node.elts
            said = [e.value if isinstance(e, ast.Constant) else e.id if isinstance(e, ast.Name) else "" for e in each]
            if sum(isinstance(name, str) and name in names for name in said) > 2:
                found.append(node.lineno)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            of_type = isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "type"
            begins = [n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)]
            if of_type and node.func.attr == "startswith" and any(_begins_a_name(text, names) for text in begins):
                found.append(node.lineno)
    return found


def _begins_a_name(text: object, names: Collection[str]) -> bool:
    return isinstance(text, str) and any(name.startswith(text) for name in names)


def test_what_a_layer_is_stands_in_its_class_and_in_no_set_of_names() -> None:
    names = {cls.__name__ for cls in layers.all()}
    root = Path(layers.__file__).parents[2]
    guilty = []
    for path in (*root.glob("engine/**/*.py"), *root.glob("gui/**/*.py")):
        if not path.is_relative_to(root / "engine" / "layers"):
            guilty += [f"{path.relative_to(root)}:{line}" for line in sets_of_names(path.read_text("utf-8"), names)]
    assert guilty == [], "make it a fact of the class: engine/layers/nature.py"


@pytest.mark.parametrize(
    "text",
    [
        'SHARP = {"ReLU", "GELU", "Tanh"}',
        'if node.type in ("Conv1d", "Conv2d", "Conv3d"): pass',
        'SIGNS = {"Add": "+", "Multiply": "×", "Divide": "÷"}',
        "isinstance(layer, (Conv2d, MaxPool2d, BatchNorm2d))",
        'node.type.startswith("Conv")',
    ],
)
def test_a_set_of_names_is_seen(text: str) -> None:
    assert sets_of_names(text, {cls.__name__ for cls in layers.all()})
