"""The written source against the interpreter: thousands of random networks give the same outputs and gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import nn

from engine import expressions
from engine.blocks.use import Use
from engine.edits import SetParameter, SetProperty
from engine.graph import Graph
from engine.problems import find
from engine.source import calls, conditions, forward, writer
from engine.source.variables import Variables
from tests.engine.agreement import disagreement
from tests.engine.interpreter import Interpreter
from tests.engine.known_wrong import known
from tests.engine.random_coverage import FIELDS, KINDS, coverage, table
from tests.engine.random_networks import Network, Unfit, network

FEW, MANY, CHUNK = 25, 5_000, 25
"""The seeds of the usual run, those of all runs, and how many a test takes."""
SOUND = 0.7
"""The share of seeds that give a network without errors, at least. About nine tenths do; which, depends a little on
what else a process has imported, for Hypothesis draws constants from the modules that are loaded."""


ONCE_WRONG = (358, 1362, 1695, 2497, 3110)
"""Seeds whose source was wrong: a field in the stead of an input without a wire, a number of outputs by an expression,
an argument called as a module, a pair of sizes as an argument."""


def chunks() -> list[Any]:
    """Ranges of seeds; those after the first few are for long runs."""
    starts = range(0, MANY, CHUNK)
    every = [pytest.param(range(n, n + CHUNK), id=str(n), marks=[pytest.mark.slow] if n >= FEW else []) for n in starts]
    return [pytest.param(ONCE_WRONG, id="wrong once"), *every]


def networks(seeds: Sequence[int]) -> Iterator[tuple[int, Network]]:
    """The networks of these seeds in which `find` sees no error, neither with open lengths nor with what they are."""
    drawn = 0
    for seed in seeds:
        try:
            made = network(seed)
        except Unfit:
            continue
        if not (errors(made.graph) or errors(bound(made))):
            drawn += 1
            yield seed, made
    assert drawn >= SOUND * len(seeds), "the hand that draws has become poor"


def errors(graph: Graph) -> list[str]:
    """The sentences of all errors."""
    return [problem.message for problem in find(graph) if problem.severity == "error"]


def bound(made: Network) -> Graph:
    """The graph with numbers for its open lengths: only then shows whether they are long enough for every layer."""
    graph = made.graph.copy()
    for node in graph.of_type("Input"):
        SetParameter(node.id, "shape", tuple(made.sizes.get(size, size) for size in node.parameters["shape"])).apply(
            graph
        )
    return graph


@pytest.mark.filterwarnings("ignore")  # torch warns of settings that have no effect; here any may be drawn
@pytest.mark.parametrize("seeds", chunks())
def test_source_and_interpreter_agree(seeds: Sequence[int]) -> None:
    wrong = {}
    for seed, made in networks(seeds):
        if not known(made):
            try:
                if words := disagreement(made):
                    wrong[seed] = words
            except Exception as error:  # what does not compile or run is as wrong as other numbers
                wrong[seed] = f"{type(error).__name__}: {error}"
    assert wrong == {}


@pytest.mark.slow
def test_the_networks_have_everything() -> None:
    found = [coverage(made) for _, made in networks(range(3_000))]
    print(table(found))
    rare = [kind for kind in KINDS if sum(kind in each for each in found) < 20]
    everything = set().union(*found)
    assert rare == []
    assert [name for name in FIELDS if name not in everything] == []


# -- the interpreter itself ------------------------------------------------------------------------------------------


def test_the_interpreter_scans_a_cell_as_torchs_lstm_does() -> None:
    graph = Graph("scanned")
    block = graph.define("Cell", hidden=6)
    x = block.add("BlockInput", name="x")
    inner = block.add("LSTMCell", hidden_size={"expr": "hidden"})
    block.connect(x, inner)
    for state in ("h", "c"):
        start = block.add("BlockInput", name=state, state=True, shape=({"expr": "hidden"},))
        block.connect(start, inner, target=state)
        block.connect(inner, block.add("BlockOutput", state=state), source=f"{state}_next")
    block.connect(inner, block.add("BlockOutput"), source="h_next")
    scan = graph.add("Cell", apply="scan")
    graph.connect(graph.add("Input", shape=("T", 5)), scan)
    for index in range(3):
        graph.connect(scan, graph.add("Output"), source=index)
    theirs, cell = nn.LSTM(5, 6, batch_first=True), nn.LSTMCell(5, 6)
    cell.load_state_dict({name.removesuffix("_l0"): tensor for name, tensor in theirs.state_dict().items()})
    values = torch.randn(2, 7, 5)
    h, c, output = Interpreter(graph, lambda path, node: cell)(values)
    expected, (last_h, last_c) = theirs(values)
    torch.testing.assert_close((output, h, c), (expected, last_h[0], last_c[0]))


# -- planted faults --------------------------------------------------------------------------------------------------


def states_exchanged(patch: pytest.MonkeyPatch) -> None:
    """Each output hands its value to the state of another one."""
    honest = forward.states

    def wrong(block: Any) -> dict[int, int]:
        found = honest(block)
        return dict(zip(found, [*list(found.values())[1:], *list(found.values())[:1]], strict=True))

    patch.setattr(forward, "states", wrong)


def first_value_for_every_repeat(patch: pytest.MonkeyPatch) -> None:
    honest = expressions.text
    patch.setattr(expressions, "text", lambda raw, repeat=0: honest(raw))


def inputs_in_another_order(patch: pytest.MonkeyPatch) -> None:
    honest = forward.call
    patch.setattr(forward, "call", lambda module, given, order: honest(module, given, order[::-1]))


def a_variable_freed_too_early(patch: pytest.MonkeyPatch) -> None:
    """One variable for all values."""
    patch.setattr(Variables, "take", lambda self, value=None: "x")


def tied_tensors_apart(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writer.Writer, "_tie", lambda *_: [])


def nothing_frozen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writer.Writer, "_start", lambda *_: [])


def one_block_too_few(patch: pytest.MonkeyPatch) -> None:
    honest = calls.block_calls

    def wrong(*given: Any) -> Any:
        made, count = honest(*given)
        return (made[:-1] if len(made) > 1 else made), count

    patch.setattr(writer, "block_calls", wrong)


def expressions_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Every class is built with the defaults of its parameters."""
    honest = calls._block_call

    def wrong(*given: Any) -> Any:
        made = honest(*given)
        return calls.Call(made.name, made.derived, ())

    patch.setattr(calls, "_block_call", wrong)


def samples_mixed_across_steps(patch: pytest.MonkeyPatch) -> None:
    """All steps as one batch, whatever is inside."""
    patch.setattr(Use, "one_by_one", lambda use, *_: use.properties.apply == "scan")


def conditions_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Every node of a class is always there."""
    patch.setattr(conditions.Conditions, "deciding", lambda *_: ("", ""))


def only_one_value_handed_on(patch: pytest.MonkeyPatch) -> None:
    honest = forward.Forward._held

    def wrong(*given: Any) -> Any:
        found = honest(*given)
        return dict(list(found.items())[:1])

    patch.setattr(forward.Forward, "_held", wrong)


def one_repeat_of_shared_weights_too_few(patch: pytest.MonkeyPatch) -> None:
    honest = forward.Forward._repeats

    def wrong(*given: Any) -> Any:
        head, layer = honest(*given)
        return head.replace("):", " - 1):"), layer

    patch.setattr(forward.Forward, "_repeats", wrong)


FAULTS: list[tuple[Callable[[pytest.MonkeyPatch], None], str]] = [
    (states_exchanged, "scan with 2 states"),
    (first_value_for_every_repeat, "per-repeat values"),
    (inputs_in_another_order, "scan with 1 state"),
    (a_variable_freed_too_early, "several outputs of the network"),
    (tied_tensors_apart, "tied tensors"),
    (nothing_frozen, "frozen"),
    (one_block_too_few, "repeat"),
    (expressions_forgotten, "per-repeat values"),
    (samples_mixed_across_steps, "each step, one by one"),
    (conditions_forgotten, "a node that is there in some uses only"),
    (only_one_value_handed_on, "several values handed on"),
    (one_repeat_of_shared_weights_too_few, "weights shared across repeats"),
]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=lambda value: getattr(value, "__name__", None))
def test_a_planted_fault_is_caught(
    fault: Callable[[pytest.MonkeyPatch], None], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspects = [made for made, found in honest_networks() if kind in found]
    suspects += [tied()] if kind == "tied tensors" else []
    fault(monkeypatch)
    assert any(caught(made) for made in suspects)


def tied() -> Network:
    """A language model that reads and writes with one table: random networks seldom have it."""
    graph = Graph("tied")
    table = graph.add("Embedding", num_embeddings=5, embedding_dim=4)
    last = graph.add("Linear", out_features=5, bias=False)
    SetProperty(last, "weights_of", table).apply(graph)
    nodes = [graph.add("Input", shape=(3,), dtype="int64"), table, last, graph.add("Output")]
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    return Network(graph, [torch.tensor([[0, 1, 4], [2, 2, 3]])], torch.float32, {"N": 2})


@cache
def honest_networks() -> list[tuple[Network, set[str]]]:
    """Some networks on which source and interpreter agree, with what they have."""
    return [(made, coverage(made)) for _, made in networks([*range(150), 169, 243]) if not known(made)]


def caught(made: Network) -> bool:
    """Whether source and interpreter fall apart."""
    try:
        return bool(disagreement(made))
    except Exception:
        return True
