"""Samples of like length are evaluated together where no answer depends on padding: less of it, the same numbers."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compile import compile_source
from engine.data import sources
from engine.edits import SetSetting
from engine.graph import Graph
from engine.inside.evaluation.answered import answer_all
from engine.inside.evaluation.evaluation_set import of_part
from engine.inside.trained import Trained, open_run
from engine.layers.endpoints import Output
from engine.metrics.task import Task
from engine.training.evaluation.network import Head
from engine.training.evaluation.ranking import Ranks
from engine.training.loop import Trainer
from engine.training.plan import TrainingPlan, check
from engine.training.runs.answers import read_predictions
from engine.training.steps import assembly
from engine.training.steps.assembly import evaluates_by_length
from presets.attention.heads import along
from presets.fitting import fitted
from tests.engine.test_exports_training_script import agrees_within

CLASSIFIER, TRANSLATOR = "lstm-text-classifier:width=8,hidden=8", "transformer-small:d_model=16,nhead=2"


def texts(path: Path, *, translated: bool = False) -> Path:
    """Texts of 1 to 40 words in no order of length, with a class or their words the other way round."""
    source = np.random.RandomState(0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "answer" if translated else "label"])
        for _row in range(100):
            chosen = [f"w{number}" for number in source.randint(0, 12, 1 + int(source.exponential(9)) % 40)]
            writer.writerow([" ".join(chosen), " ".join(chosen[::-1]) if translated else "ab"[len(chosen) % 2]])
    return path


def with_buckets(graph: Graph) -> Graph:
    for where, value in {("data", "buckets"): 4, ("data", "batch_size"): 8, ("training", "epochs"): 1}.items():
        SetSetting(where, value).apply(graph)
    return graph


def preset(name: str, folder: Path) -> Graph:
    path = texts(folder / "texts.csv", translated=name == TRANSLATOR)
    options = {"tokens": "words", "layout": "pairs" if name == TRANSLATOR else "column"}
    return with_buckets(fitted(name, sources.describe(path, "text", options))[0])


@pytest.fixture(scope="module", params=[CLASSIFIER, pytest.param(TRANSLATOR, marks=pytest.mark.slow)])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("by-length")
    assert Trainer(preset(request.param, folder), folder / "run").run().state == "finished"
    return folder / "run"


def as_they_lie(trained: Trained) -> Trained:
    """The same network, evaluated in the order of the data."""
    again = open_run(trained.folder)
    again.network.by_length = False
    return again


def counted(source: str, sizes: list[int], _answers: object, batch: Mapping[str, torch.Tensor]) -> None:
    sizes.append(batch[source].numel())


def test_metrics_are_the_same_with_less_padding(run: Path) -> None:
    trained, cells, metrics = open_run(run), list[int](), list[dict[str, object]]()
    source = trained.network.inputs[0]
    for one in (trained, as_they_lie(trained)):
        sizes = list[int]()
        count = partial(counted, source, sizes)
        found = one.network.evaluate(one.data.train, 8, lambda: True, observers=[count])
        assert found is not None
        metrics.append(found)
        cells.append(sum(sizes))
    assert cells[0] < 0.7 * cells[1]
    assert metrics[0].keys() == metrics[1].keys()
    for name, value in metrics[0].items():
        np.testing.assert_allclose(value, metrics[1][name], rtol=1e-5, err_msg=name)


def test_every_answer_is_in_its_place(run: Path) -> None:
    trained = open_run(run)
    sorted_, plain = (answer_all(one, of_part(one, "train")) for one in (trained, as_they_lie(trained)))
    (head,) = trained.network.heads
    labels = plain.labels(head)
    assert torch.equal(sorted_.labels(head), labels)
    counts = head.counted(labels)
    assert torch.allclose(sorted_.answer(head)[counts], plain.answer(head)[counts], atol=1e-5)
    assert torch.allclose(sorted_.losses(head), plain.losses(head), atol=1e-5)


def test_the_answers_that_are_stored_are_those_of_the_same_samples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Path
) -> None:
    again = tmp_path / "again"
    graph = open_run(run).plan.graph
    monkeypatch.setattr(assembly, "evaluates_by_length", lambda plan: False)
    assert Trainer(graph, again).run().state == "finished"
    first, second = read_predictions(run), read_predictions(again)
    assert first.keys() == second.keys() != set()
    for name, table in first.items():
        pairs = list(zip(table.values.samples, second[name].values.samples, strict=True))  # type: ignore[union-attr]
        assert [(one.place, one.target, one.right) for one, _ in pairs] == [
            (other.place, other.target, other.right) for _, other in pairs
        ]


def test_a_training_script_evaluates_in_the_same_order(tmp_path: Path, run: Path) -> None:
    assert open_run(run).network.by_length
    agrees_within(run, tmp_path / "script")
    assert "enumerate(by_length(part" in (tmp_path / "script" / "train.py").read_text()


# -- which networks ----------------------------------------------------------------------------------------------------

Steps = Callable[[Graph, str, str], str]


def made(steps: Steps, folder: Path) -> Graph:
    """A classifier of the texts that makes a vector of their steps so."""
    graph, found = fitted(CLASSIFIER, sources.describe(texts(folder / "texts.csv"), "text", {"tokens": "words"}))
    net = Graph("net")
    net.settings = graph.settings
    text = net.add("Input", name="text", shape=("T",), dtype="int64")
    words = found.fields["text"].classes
    vectors = along(net, text, ("Embedding", {"num_embeddings": words, "embedding_dim": 6}))
    along(net, steps(net, text, vectors), ("Linear", {"out_features": 2}), ("Output", {"name": "label"}))
    return with_buckets(net)


def averaged(graph: Graph, text: str, steps: str) -> str:
    mean = graph.add("MaskedMean")
    graph.connect(steps, mean, target="input")
    graph.connect(along(graph, text, ("PaddingMask", {})), mean, target="padding")
    return mean


def attending(graph: Graph, text: str, steps: str, *, mask: bool, **parameters: object) -> str:
    looking = along(graph, steps, ("MultiheadAttention", {"num_heads": 2, **parameters}))
    if mask:
        graph.connect(along(graph, text, ("PaddingMask", {})), looking, target="key_padding_mask")
    return averaged(graph, text, looking)


def reading(graph: Graph, text: str, steps: str, *, lengths: bool, **parameters: object) -> str:
    read = along(graph, steps, ("GRU", {"hidden_size": 5, **parameters}))
    if lengths:
        graph.connect(along(graph, text, ("SequenceLengths", {})), read, target="lengths")
    return averaged(graph, text, read)


SAME: dict[str, Steps] = {
    "a masked mean": averaged,
    "attention with a mask": lambda *g: attending(*g, mask=True),
    "attention to what was": lambda *g: attending(*g, mask=False, is_causal=True),
    "a recurrent layer forwards": lambda *g: reading(*g, lengths=False),
    "a recurrent layer both ways, with lengths": lambda *g: reading(*g, lengths=True, bidirectional=True),
    "layers step by step": lambda graph, text, steps: averaged(
        graph, text, along(graph, steps, ("SinusoidalPositions", {}), ("LayerNorm", {}), ("GELU", {}))
    ),
}
OTHER: dict[str, Steps] = {
    "a mean of all": lambda graph, text, steps: along(graph, steps, ("Mean", {"dim": 1})),
    "the last step": lambda graph, text, steps: along(graph, steps, ("Select", {"dim": 1, "index": -1})),
    "attention without a mask": lambda *g: attending(*g, mask=False),
    "a recurrent layer both ways": lambda *g: reading(*g, lengths=False, bidirectional=True),
    "a softmax over the steps": lambda graph, text, steps: averaged(
        graph, text, along(graph, steps, ("Softmax", {"dim": 1}))
    ),
    "a window over the steps": lambda graph, text, steps: averaged(
        graph,
        text,
        along(
            graph,
            steps,
            ("Permute", {"dims": (0, 2, 1)}),
            ("Conv1d", {"out_channels": 6, "kernel_size": 3, "padding": 1}),
            ("Permute", {"dims": (0, 2, 1)}),
        ),
    ),
}


def moved(plan: TrainingPlan) -> float:
    """How much the answers to some texts change when they are padded further."""
    torch.manual_seed(0)
    module = compile_source(plan.source).eval()
    tokens = torch.randint(2, 9, (5, 7))
    tokens[0, 4:] = tokens[3, 1:] = 0
    further = torch.nn.functional.pad(tokens, (0, 6))
    with torch.no_grad():
        return float((module(tokens) - module(further)).abs().max())


@pytest.mark.parametrize("name", SAME)
def test_what_padding_does_not_reach_is_evaluated_by_length(name: str, tmp_path: Path) -> None:
    plan = check(made(SAME[name], tmp_path))
    assert evaluates_by_length(plan)
    assert moved(plan) < 1e-5
    assert not evaluates_by_length(replace(plan, data=plan.data.model_copy(update={"buckets": None})))


@pytest.mark.parametrize("name", OTHER)
def test_what_padding_changes_is_evaluated_in_the_order_of_the_data(name: str, tmp_path: Path) -> None:
    plan = check(made(OTHER[name], tmp_path))
    assert moved(plan) > 1e-4
    assert not evaluates_by_length(plan)


def test_a_target_whose_padding_counts_is_evaluated_in_the_order_of_the_data(tmp_path: Path) -> None:
    graph = preset(TRANSLATOR, tmp_path)
    assert evaluates_by_length(check(graph))
    (output,) = graph.of_type("Output")
    del output.parameters["ignore_index"]
    assert not evaluates_by_length(check(graph))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-9, 9)), min_size=1, max_size=70), st.integers(0, 999))
def test_the_worst_are_the_same_in_whatever_order_they_come(samples: list[tuple[int, int]], seed: int) -> None:
    head = Head("out", Output.model_validate({"loss": "cross_entropy"}), 0, "y", Task("classes", 3))
    answers = torch.tensor([[float(size), 0.5 * size, 0.0] for _, size in samples])
    target = torch.tensor([label for label, _ in samples])
    order = torch.from_numpy(np.random.RandomState(seed).permutation(len(samples)))
    plain, other = Ranks([head], 1e9), Ranks([head], 1e9, order)
    for start in range(0, len(samples), 7):
        rows = slice(start, start + 7)
        plain.add((answers[rows],), {"y": target[rows]})
        other.add((answers[order[rows]],), {"y": target[order[rows]]})
    assert plain.chosen(0, 20) == other.chosen(0, 20)
