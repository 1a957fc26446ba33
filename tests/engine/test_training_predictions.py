"""What the network answers to a few samples, kept beside the metrics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Graph
from engine.edits import SetSetting
from engine.training import predictions
from engine.training.loop import Trainer
from engine.training.predictions import FILE, SAMPLES, read_predictions
from engine.training.run import read


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
    from engine.settings import resolve_settings

    graph = network()
    trainer = Trainer(graph, tmp_path / "run")
    trainer.run()
    table = trainer.history.tables["test/predictions"]
    assert (table.epoch, table.values["head"], table.values["names"]) == (
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
    shares = module(part.tensors["features"][:SAMPLES]).softmax(-1).detach()
    for sample, share, label, place in zip(
        table.values["samples"], shares, part.tensors["label"], part.indices, strict=False
    ):
        assert sample["place"] == place
        assert sample["answer"] == [int(share.argmax())]
        assert sample["target"] == [int(label)]
        assert sample["right"] == (sample["answer"] == sample["target"])
        assert sample["sure"] == pytest.approx(float(share.max()), abs=1e-3)
        assert [name for name, _ in sample["likeliest"]] == share.topk(3).indices.tolist()
    assert len(table.values["samples"]) == min(SAMPLES, len(part))
    assert read_predictions(tmp_path / "run") == {
        name: kept for name, kept in trainer.history.tables.items() if predictions.is_predictions(name)
    }
    assert set(read(tmp_path / "run").metrics().tables) >= {"test/predictions", "validation/predictions"}


def test_metrics_are_the_same_bytes_with_it_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Trainer(network(), tmp_path / "with").run()
    monkeypatch.setattr(predictions.Looks, "take", lambda *args, **more: None)
    Trainer(network(), tmp_path / "without").run()
    assert not (tmp_path / "without" / FILE).exists()
    contents = [(tmp_path / name / "metrics.jsonl").read_bytes() for name in ("with", "without")]
    assert contents[0] == contents[1]


def test_numbers_say_how_far_off_they_are(tmp_path: Path) -> None:
    trainer = Trainer(network("diabetes", 1, "mse_loss"), tmp_path / "run")
    trainer.run()
    for sample in trainer.history.tables["test/predictions"].values["samples"]:
        assert (sample["right"], sample["sure"]) == (None, None)
        assert sample["error"] == pytest.approx(abs(sample["answer"][0] - sample["target"][0]), rel=1e-3, abs=1e-3)


def test_one_of_two_by_a_single_number(tmp_path: Path) -> None:
    trainer = Trainer(network("breast_cancer", 1, "binary_cross_entropy_with_logits"), tmp_path / "run")
    trainer.run()
    samples = trainer.history.tables["test/predictions"].values["samples"]
    assert {sample["answer"][0] for sample in samples} <= {0, 1}
    assert all(0.5 <= sample["sure"] <= 1 for sample in samples)


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
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=4))
    (tmp_path / FILE).write_bytes(bytes(text))
    for table in read_predictions(tmp_path).values():
        assert isinstance(table.values["input"]["names"], list)
        assert all(isinstance(item["answer"], list) for item in table.values["samples"])


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
    assert (values["shape"], values["ignored"]) == ([32, 32], 3)
    for sample in values["samples"]:
        counted = [pair for pair in zip(sample["answer"], sample["target"], strict=True) if pair[1] != 3]
        assert len(sample["answer"]) == 32 * 32
        hits = sum(given == wanted for given, wanted in counted) / len(counted)
        assert sample["hits"] == pytest.approx(hits, abs=1e-3)
        assert sample["right"] == (hits == 1)
    assert read_predictions(tmp_path / "run") == {
        name: kept for name, kept in trainer.history.tables.items() if predictions.is_predictions(name)
    }


def test_looking_takes_a_hundredth_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large answers are looked at, and written, more seldom."""
    from engine.training.history import History

    clock, writes = [0.0], list[float]()

    def look(*_: object) -> dict[str, dict[str, object]]:
        clock[0] += 0.1
        return {"predictions": {}}

    def write(_: predictions.Looks) -> None:
        writes.append(clock[0])
        clock[0] += 0.4

    monkeypatch.setattr(predictions, "look", look)
    monkeypatch.setattr(predictions, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(predictions.Looks, "_write", write)
    looks, history = predictions.Looks(tmp_path, History(), {}), History()
    looks = predictions.Looks(tmp_path, history, {})
    for epoch in range(10_000):
        clock[0] += 0.01
        looks.take("validation", None, None, None, epoch, epoch, last=False)  # type: ignore[arg-type]
    assert clock[0] < 1.05 * 10_000 * 0.01
    assert len(writes) == 3
