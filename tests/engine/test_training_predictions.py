"""What the network answers to a few samples, kept beside the metrics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Graph
from engine.edits import SetSetting
from engine.layers.endpoints import Output
from engine.metrics.task import Task
from engine.training.evaluation import predictions
from engine.training.evaluation.network import Head
from engine.training.evaluation.ranking import Ranks
from engine.training.loop import Trainer
from engine.training.runs.answers import FILE, is_predictions, read_predictions
from engine.training.runs.stored import stored_history
from engine.training.sample_table import OTHERS, WORST


def network(dataset: str = "iris", outputs: int = 3, loss: str = "cross_entropy", heads: int = 1) -> Graph:
    graph = Graph("net")
    shape = {"iris": (4,), "diabetes": (10,), "breast_cancer": (30,)}[dataset]
    image = graph.add("Input", shape=shape)
    for _ in range(heads):
        linear, out = graph.add("Linear", out_features=outputs), graph.add("Output", loss=loss)
        graph.connect(image, linear)
        graph.connect(linear, out)
    for path, value in ((("data", "dataset"), dataset), (("training", "epochs"), 3), (("training", "threads"), 1)):
        SetSetting(path, value).apply(graph)
    return graph


def test_the_answers_are_those_of_the_network(tmp_path: Path) -> None:

    from engine.compile import compile_graph
    from engine.data.pipeline import prepare
    from engine.settings.resolution import resolve_settings

    graph = network()
    trainer = Trainer(graph, tmp_path / "run")
    trainer.run()
    table = trainer.history.tables["test/predictions"]
    assert (table.epoch, table.values.head, table.values.names) == (
        3,
        "output",
        ["setosa", "versicolor", "virginica"],
    )
    from safetensors.torch import load_file

    module = compile_graph(graph).eval()
    module.load_state_dict(load_file(tmp_path / "run" / "model.safetensors"))
    resolved = resolve_settings(graph)
    assert isinstance(resolved, tuple)
    part = prepare(resolved[0]).test
    shares = module(part.tensors["features"]).softmax(-1).detach()
    by_index = {
        int(index): (share, int(label))
        for index, share, label in zip(part.indices, shares, part.tensors["label"], strict=True)
    }
    for sample in table.values.samples:
        share, label = by_index[sample.place]
        assert sample.answer == [int(share.argmax())]
        assert sample.target == [label]
        assert sample.right == (sample.answer == sample.target)
        assert sample.sure == pytest.approx(float(share.max()), abs=1e-3)
        assert [name for name, _ in sample.likeliest] == share.topk(3).indices.tolist()
    wrong = shares.argmax(-1) != part.tensors["label"]
    assert (table.values.wrong, table.values.seen, table.values.part) == (
        int(wrong.sum()),
        len(part),
        len(part),
    )
    mistakes = {int(part.indices[index]) for index in wrong.nonzero().flatten()}
    sure = {int(part.indices[index]): float(shares[index].max()) for index in range(len(part))}
    first = [sample.place for sample in table.values.samples[: table.values.worst]]
    expected = sorted(
        sure, key=lambda index: (index not in mistakes, -sure[index] if index in mistakes else sure[index])
    )
    assert first == expected[: len(first)]
    listed = [sample.place for sample in table.values.samples[: table.values.listed]]
    assert len(set(listed)) == len(listed) == min(WORST + OTHERS, len(part))
    assert read_predictions(tmp_path / "run") == {
        name: kept for name, kept in trainer.history.tables.items() if is_predictions(name)
    }
    assert set(stored_history(tmp_path / "run").tables) >= {"test/predictions", "validation/predictions"}


def test_metrics_are_the_same_bytes_with_it_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Trainer(network(), tmp_path / "with").run()
    monkeypatch.setattr(predictions.PredictionSampler, "finish", lambda *args: None)
    Trainer(network(), tmp_path / "without").run()
    assert not (tmp_path / "without" / FILE).exists()
    contents = [(tmp_path / name / "metrics.jsonl").read_bytes() for name in ("with", "without")]
    assert contents[0] == contents[1]


def test_numbers_say_how_far_off_they_are(tmp_path: Path) -> None:
    trainer = Trainer(network("diabetes", 1, "mse_loss"), tmp_path / "run")
    trainer.run()
    for sample in trainer.history.tables["test/predictions"].values.samples:
        assert (sample.right, sample.sure) == (None, None)
        assert sample.error == pytest.approx(abs(sample.answer[0] - sample.target[0]), rel=1e-3, abs=1e-3)


def test_one_of_two_by_a_single_number(tmp_path: Path) -> None:
    trainer = Trainer(network("breast_cancer", 1, "binary_cross_entropy_with_logits"), tmp_path / "run")
    trainer.run()
    samples = trainer.history.tables["test/predictions"].values.samples
    assert {sample.answer[0] for sample in samples} <= {0, 1}
    assert all(0.5 <= sample.sure <= 1 for sample in samples)


def test_every_output_has_its_table(tmp_path: Path) -> None:
    trainer = Trainer(network(heads=2), tmp_path / "run")
    trainer.run()
    assert {"validation/predictions", "validation/predictions_output2"} <= set(trainer.history.tables)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_gives_sound_tables_or_none(tmp_path: Path, data: st.DataObject) -> None:
    sample = {"place": 1, "input": [1.0, 2.0], "target": [0], "answer": [1], "right": False, "sure": 0.5}
    values = {"head": "out", "task": "classes", "names": ["a", "b"], "input": {"field": "x", "shape": [2], "names": []}}
    good = {"validation/predictions": {"step": 3, "epoch": 1, "values": {**values, "samples": [sample]}}}
    text = bytearray(json.dumps(good).encode())
    for _ in range(data.draw(st.integers(0, 3))):
        offset = data.draw(st.integers(0, len(text) - 1))
        text[offset : offset + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=4))
    (tmp_path / FILE).write_bytes(bytes(text))
    for table in read_predictions(tmp_path).values():
        assert isinstance(table.values.input.names, list)
        assert all(isinstance(item.answer, list) for item in table.values.samples)


@pytest.mark.slow
def test_an_answer_as_large_as_a_picture_is_kept_whole(tmp_path: Path) -> None:
    graph = Graph("masks")
    image = graph.add("Input", shape=(3, 32, 32))
    shades = graph.add("Conv2d", out_channels=7, kernel_size=1)
    last = graph.add("Permute", dims=(0, 2, 3, 1))
    mask = graph.add("Output", field="mask", ignore_index=3)
    for source, target in ((image, shades), (shades, last), (last, mask)):
        graph.connect(source, target)
    for path, value in ((("data", "dataset"), "shapes"), (("training", "epochs"), 1), (("data", "batch_size"), 512)):
        SetSetting(path, value).apply(graph)
    trainer = Trainer(graph, tmp_path / "run")
    assert trainer.run().state == "finished"
    values = trainer.history.tables["validation/predictions"].values
    assert (values.shape, values.ignored) == ([32, 32], 3)
    for sample in values.samples:
        counted = [pair for pair in zip(sample.answer, sample.target, strict=True) if pair[1] != 3]
        assert len(sample.answer) == 32 * 32
        hits = sum(given == wanted for given, wanted in counted) / len(counted)
        assert sample.hits == pytest.approx(hits, abs=1e-3)
        assert sample.right == (hits == 1)
    assert read_predictions(tmp_path / "run") == {
        name: kept for name, kept in trainer.history.tables.items() if is_predictions(name)
    }


class Clock:
    """A clock that only work moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_looking_takes_a_hundredth_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large answers are looked at, and written, more seldom."""
    from types import SimpleNamespace

    from engine.training.evaluation.observer import Evaluation
    from engine.training.history import History

    clock, writes = Clock(), list[float]()

    def look(*_: object) -> dict[str, dict[str, object]]:
        clock.now += 0.1
        return {"predictions": {}}

    def write(_: predictions.PredictionSampler) -> None:
        writes.append(clock.now)
        clock.now += 0.4

    monkeypatch.setattr(predictions, "look", look)
    monkeypatch.setattr(predictions, "perf_counter", clock)
    monkeypatch.setattr(predictions.PredictionSampler, "_write", write)
    looks, net = predictions.PredictionSampler(tmp_path, History(), {}), SimpleNamespace(heads=())
    for epoch in range(10_000):
        clock.now += 0.01
        evaluation = Evaluation("validation", None, net, None, epoch, epoch, last=False)  # type: ignore[arg-type]
        looks.begin(evaluation)
        looks.finish(evaluation)
    assert clock.now < 1.05 * 10_000 * 0.01
    assert len(writes) == 3


def head(task: Task, loss: str) -> Head:
    return Head("out", Output.model_validate({"loss": loss}), 0, "y", task)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.integers(-9, 9), min_size=4, max_size=4)), min_size=1, max_size=90
    )
)
def test_the_worst_of_all_are_chosen(samples: list[tuple[int, list[int]]]) -> None:
    """Against the definition, sample by sample: mistakes by how sure, then the right ones by how unsure."""
    import torch

    ranks = Ranks([head(Task("classes", 4), "cross_entropy")], 1e9)
    answers = torch.tensor([row for _, row in samples], dtype=torch.float32)
    target = torch.tensor([-100 if label == 3 else label for label, _ in samples])
    for start in range(0, len(samples), 7):
        ranks.add((answers[start : start + 7],), {"y": target[start : start + 7]})
    chosen = ranks.chosen(0, 20)
    top = answers.softmax(-1).max(-1)
    wrong, asked = (top.indices != target) & (target >= 0), target >= 0

    def rank(index: int) -> tuple[bool, bool, float]:
        sure = float(top.values[index]) if asked[index] else 0.0
        return not bool(asked[index]), not bool(wrong[index]), -sure if wrong[index] else sure

    ordered = sorted(map(rank, range(len(samples))))[:18]
    assert [rank(index)[:2] for index in chosen.worst] == [given[:2] for given in ordered]
    assert [rank(index)[2] for index in chosen.worst] == pytest.approx([given[2] for given in ordered], abs=1e-3)
    assert (chosen.seen, chosen.wrong) == (len(samples), int(wrong.sum()))
    assert not {*chosen.others} & {*chosen.worst}
    assert len(chosen.worst) + len(chosen.others) == min(24, len(samples))
    kept = {*chosen.worst, *chosen.others, *chosen.cells}
    cells = {(int(target[index]), int(top.indices[index])) for index in kept if asked[index]}
    everywhere = {(int(target[index]), int(top.indices[index])) for index in range(len(samples)) if asked[index]}
    assert cells == everywhere, "no cell of the matrix goes without a sample"


def test_of_a_part_too_large_the_first_samples_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from engine.training.evaluation import ranking

    ticks = iter(range(1000))
    monkeypatch.setattr(ranking, "perf_counter", lambda: float(next(ticks)))
    ranks = Ranks([head(Task("values"), "mse_loss")], 2.5)
    for number in range(10):
        ranks.add((torch.full((8, 1), float(number)),), {"y": torch.zeros(8, 1)})
    chosen = ranks.chosen(0, 0)
    assert (chosen.seen, chosen.wrong) == (24, None)
    assert set(chosen.worst[:8]) == set(range(16, 24)), "the farthest off"


def test_wrong_answers_anywhere_in_the_part_are_found(tmp_path: Path) -> None:
    """A part of several batches, with mistakes beyond the first samples."""
    graph = network("breast_cancer", 1, "binary_cross_entropy_with_logits")
    SetSetting(("data", "batch_size"), 16).apply(graph)
    trainer = Trainer(graph, tmp_path / "run")
    trainer.run()
    table = trainer.history.tables["test/predictions"].values
    matrix = trainer.history.tables["test/confusion_matrix"].values
    wrong = sum(row[column] for index, row in enumerate(matrix) for column in range(2) if column != index)
    assert wrong == table.wrong > 0
    assert sum(not sample.right for sample in table.samples[:18]) == min(wrong, 18)
