"""What the first fix is worth: the network trains a step, sees as much of its input as it can, and nothing is left."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings

import presets
from engine.edits import Edit, SetParameter
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.problems import Checker, Problem, find
from engine.shapes import Shapes, infer
from tests.engine import draws
from tests.engine.broken_networks import broken, of_layer
from tests.engine.corpus.notation import Fault, more_data, read
from tests.engine.fixed_networks import Fixed, errors, fixed, idle, reach, share, trains
from tests.engine.test_corpus import FAULTS, found
from tests.engine.test_no_false_alarm import SMALL, valid_graph

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch")
LESS = 0.02
"""By how much less of the input may reach the answer than after another fix: what is drawn at random may hide some."""
SPREAD = 40
"""One network of so many is looked at in the usual run."""
WORTH = 0.95
"""The share of networks that train, see their input and have nothing of the kind left after the first fix."""


def judged(fault: Fault) -> str:
    """What is wrong with a faulty network after its first fix, and those of the errors that are left then."""
    graph, problem = fault.graph(), found(fault)
    if problem is None:
        return ""  # which another test counts
    runs = not errors(graph)
    done = fixed(graph, problem)
    if done.stuck is not None:
        return f"{done.labels}: no fix for {done.stuck.message}"
    words = trains(done.graph)
    if words:
        return f"{done.labels}: {words}"
    before = share(reach(graph)) if runs else 0.0
    sees = share(reach(done.graph))
    if sees < 1.0 and sees < max([before, *(_sees(graph, problem, index) for index in range(1, 4))]) - LESS:
        return f"{done.labels}: sees {sees:.3f} of its input"
    if new := idle(done.graph) - idle(graph):
        return f"{done.labels}: {new} do nothing"
    return _left(graph, done, problem)


def _sees(graph: Graph, problem: Problem, index: int) -> float:
    """How much of the input reaches the answer after another fix that keeps everything and gives the same shape."""
    others = [fix for fix in problem.fixes if fix.keeps and fix.result == problem.fixes[0].result]
    if index >= len(others):
        return 0.0
    copy = graph.copy()
    others[index].apply(copy)
    return 0.0 if errors(copy) else share(reach(copy))


def _left(graph: Graph, done: Fixed, problem: Problem) -> str:
    """Whether a problem of the same kind has come up; what was there before is another fault."""
    before = {each.key for each in find(graph)}
    left = [each for each in find(done.graph) if each.code == problem.code and each.key not in before]
    return f"{done.labels}: {left[0].message}" if left else ""


def worth(faults: list[Fault]) -> tuple[float, list[str]]:
    """The share of faulty networks whose first fix is worth it, and what is wrong with the others."""
    wrong = []
    with more_data():
        for fault in faults:
            try:
                words = judged(fault)
            except RuntimeError as error:  # torch refuses what was fixed
                words = str(error)
            if words:
                wrong.append(f"{fault.kind}, {fault.node}: {words}")
    return 1 - len(wrong) / len(faults), wrong


def test_the_first_fix_of_some_faulty_networks_is_worth_it() -> None:
    share_of_all, wrong = worth(FAULTS[::SPREAD])
    assert share_of_all >= WORTH, wrong


@pytest.mark.slow
def test_the_first_fix_of_every_faulty_network_is_worth_it() -> None:
    share_of_all, wrong = worth(FAULTS)
    print("\n".join(wrong))
    assert share_of_all >= WORTH, wrong


# -- an error without a fix is a defect of ours ------------------------------------------------------------------------


def unfixed(graph: Graph) -> list[str]:
    return [problem.message for problem in errors(graph) if not problem.fixes]


def test_every_error_of_the_corpus_has_a_fix() -> None:
    with more_data():
        graphs = (fault.graph() for fault in FAULTS[::3])
        assert [words for graph in graphs for words in unfixed(graph)] == []


@pytest.mark.parametrize("part", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 12))])
def test_every_error_of_a_broken_network_has_a_fix(part: int) -> None:
    left = {}
    for seed in range(150 * part, 150 * part + 150):
        graph = broken(random.Random(seed), valid_graph(random.Random(seed)))
        if graph is not None and (words := unfixed(graph)):
            left[seed] = words
    assert left == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_every_error_of_a_broken_preset_has_a_fix(name: str) -> None:
    whole, left = presets.build(name), {}
    for seed in range(40):
        graph = broken(random.Random(seed), whole)
        if graph is not None and (words := unfixed(graph)):
            left[seed] = words
    assert left == {}


@pytest.mark.parametrize(
    "cls",
    [pytest.param(cls, marks=() if n % 12 == 0 else pytest.mark.slow) for n, cls in enumerate(draws.COMPUTING)],
)
def test_every_error_of_a_layer_has_a_fix(cls: type[Layer]) -> None:
    @settings(max_examples=30, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(draws.trials(cls))
    def look(trial: draws.Trial) -> None:
        graph = of_layer(trial)
        assert graph is None or unfixed(graph) == []

    look()


# -- what was typed before comes first ---------------------------------------------------------------------------------

SMALL_IMAGE = """
    x: Input(shape=(1, 14, 14))
    conv: Conv2d(out_channels=8, kernel_size=4)
    relu: ReLU
    norm: GroupNorm(num_groups=4)
    flat: Flatten
    fc: Linear(out_features=10)
    y: Output
"""


def edited(graph: Graph, *edits: Edit) -> list[Problem]:
    """The problems after edits that the checker has followed, as in the window."""
    checker = Checker(Shapes(graph))
    for edit in edits:
        edit.apply(graph)
        checker.update(checker.shapes.update(edit.change().dirty(graph)))
    return checker.problems()


@pytest.mark.parametrize("wrong", [(50,), (0, 50), ("", "5x", 50), (-1,), (None,)])
def test_the_value_before_is_the_first_fix(wrong: tuple[object, ...]) -> None:
    graph = read(SMALL_IMAGE)
    conv = graph.by_name("conv")
    assert conv is not None
    problems = edited(graph, *(SetParameter(conv.id, "kernel_size", value) for value in wrong))
    assert problems[0].fixes[0].label == "Set kernel_size to 4"


def test_the_value_before_of_a_layer_further_up_is_the_first_fix() -> None:
    graph = read(SMALL_IMAGE)
    conv = graph.by_name("conv")
    assert conv is not None
    division = edited(graph, SetParameter(conv.id, "out_channels", 9))[0]
    assert division.code == "division"
    assert division.fixes[0].label == "Set out_channels of conv to 8"
    assert "Set num_groups to 3" in [fix.label for fix in division.fixes]


def test_a_fix_that_is_only_tried_is_no_value_before() -> None:
    graph = read(SMALL_IMAGE)
    conv = graph.by_name("conv")
    assert conv is not None
    problem = edited(graph, SetParameter(conv.id, "kernel_size", 50))[0]
    assert problem.fixes == problem.fixes
    fresh = find(graph)[0]
    assert fresh.fixes[0].label == "Set kernel_size to 5", "one digit less, where nobody knows what it was"


# -- what an expert would do -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("network", "first"),
    [
        (
            "conv: Conv2d(out_channels=8, kernel_size=50); flat: Flatten; fc: Linear(out_features=2)",
            "Set kernel_size to 5",
        ),
        ("conv: Conv2d(out_channels=8, kernel_size=11, dilation=4)", "Set dilation to 1"),
        (
            "a: MaxPool2d(kernel_size=2); b: MaxPool2d(kernel_size=2); c: MaxPool2d(kernel_size=2); "
            "d: MaxPool2d(kernel_size=2); e: MaxPool2d(kernel_size=2); f: MaxPool2d(kernel_size=2)",
            "Set stride of d and e to 1",
        ),
        ("down: Conv2d(out_channels=4, kernel_size=3, stride=2, dilation=2, padding='same')", "Set padding to 2"),
        ("parts: Chunk(chunks=4); fc: Linear(out_features=2) <- parts.part3", "Insert 1×1 convolution (4)"),
    ],
)
def test_the_first_fix_of_an_image_network(network: str, first: str) -> None:
    graph = read(f"x: Input(shape=(3, 32, 32)); {network}; y: Output(loss='mse_loss')")
    assert errors(graph)[0].fixes[0].label == first


def test_a_cell_that_gets_all_steps_becomes_the_layer_over_time() -> None:
    graph = read("x: Input(shape=(15, 4)); cell: GRUCell(hidden_size=20); fc: Linear(out_features=1); y: Output")
    done = fixed(graph, errors(graph)[0])
    assert done.labels == ["Change to GRU and take its last answer"]
    assert str(infer(done.graph).spec(done.graph.by_name("fc").id)) == "(N, 1)"  # type: ignore[union-attr]


def test_a_difference_is_not_taken_of_a_value_with_itself() -> None:
    graph = read(
        "x: Input(shape=(8,)); a: Linear(out_features=8); ra: ReLU; less: Subtract; y: Output(loss='mse_loss')"
    )
    assert errors(graph)[0].fixes[0].label != "Wire ra to it"
