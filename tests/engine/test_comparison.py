"""Networks side by side: what they cost, what they reached in stored runs, how long they take."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import presets
from engine.comparison import timing
from engine.comparison.network import UnknownCost, cost_of, digest
from engine.comparison.scores import Measure, measures, runs_of, score
from engine.comparison.table import COLUMNS, Entry, remark, text_table
from engine.comparison.timing import Timing, time_networks
from engine.edits import Move, RenameNode, SetParameter, SetSetting
from engine.graph import Graph
from engine.project import from_bytes, to_bytes
from engine.tabular.formats import as_csv
from engine.training.loop import Trainer
from engine.training.runs.catalogue import listing
from tests.engine.networks import mlp


def test_the_cost_of_a_published_network() -> None:
    found = cost_of(presets.build("resnet-18"))
    assert (found.parameters, found.depth, found.receptive_field) == (11_689_512, 18, (435, 435))
    assert found.multiply_adds == 1_814_073_344
    assert found.memory_training > 4 * found.parameters * 4 > found.memory_inference > 4 * found.parameters


def test_a_network_with_errors_says_why_its_cost_is_not_known() -> None:
    graph = presets.build("lenet-5")
    SetParameter(graph.of_type("Conv2d")[0].id, "kernel_size", 50).apply(graph)
    with pytest.raises(UnknownCost, match="50"):
        cost_of(graph)
    with pytest.raises(UnknownCost, match="no Output"):
        cost_of(Graph())


def test_a_digest_says_whether_networks_compute_the_same() -> None:
    graph = presets.build("cifar-resnet-20-small")
    same = from_bytes(to_bytes(graph))
    node = same.of_type("Conv2d")[0]
    RenameNode(node.id, "first").apply(same)
    Move({node.id: (77.0, 77.0)}).apply(same)
    SetParameter(node.id, "dilation", 1).apply(same)  # which is the default
    SetSetting(("training", "epochs"), 2).apply(same)
    assert digest(same) == digest(graph)
    SetParameter(node.id, "dilation", 2).apply(same)
    assert digest(same) != digest(graph)
    names = ["lenet-5", "mlp", "resnet-18", "resnet-34", "plain-20", "cifar-resnet-20", "bert-tiny", "gpt-2-tiny"]
    assert len({digest(presets.build(name)) for name in names}) == len(names)


@pytest.fixture
def trained(layerloom_home: Path) -> list[Graph]:
    """A linear classifier as it comes and one of another size but the same name, each trained for an epoch."""
    graphs = [presets.build("linear-classifier"), presets.build("linear-classifier")]
    SetParameter(graphs[1].of_type("Linear")[0].id, "bias", False).apply(graphs[1])
    for graph in graphs:
        for path, value in ((("training", "epochs"), 1), (("training", "threads"), 1), (("data", "batch_size"), 400)):
            SetSetting(path, value).apply(graph)
        assert Trainer(graph).run().run is not None
    return graphs


def test_the_best_run_of_exactly_this_network_is_its_score(trained: list[Graph]) -> None:
    found = listing()
    runs = [runs_of(graph, found) for graph in (*trained, mlp())]
    assert [[run.same for run in each] for each in runs] == [[False, True], [True, False], []]  # newest first
    measure = measures(runs)[0]
    assert (measure.metric, measure.part) == ("accuracy", "test")
    scores = [score(each, measure) for each in runs]
    for index, entry in ((0, found.entries[1]), (1, found.entries[0])):
        one = scores[index]
        assert one is not None
        assert (one.value, one.run, one.same) == (entry.test["accuracy"], entry.path, True)
    assert scores[2] is None
    other = score([run for run in runs[0] if not run.same], measure)
    assert other is not None
    assert "drawn otherwise" in remark(Entry("linear", score=other))
    assert score(runs[0], Measure("accuracy", "test", "other data")) is None


def test_of_losses_the_lowest_is_the_best() -> None:
    def run(loss: float) -> SimpleNamespace:
        return SimpleNamespace(
            entry=SimpleNamespace(test={"loss": loss}, best={}, data="d", path=Path("r")), called="r", same=True
        )

    found = score([run(0.5), run(0.2), run(0.9)], Measure("loss", "test", "d"))  # type: ignore[list-item]
    assert found is not None
    assert found.value == 0.2


def test_a_broken_network_stays_in_the_table_with_its_reason() -> None:
    entries = [Entry("mlp", cost_of(mlp())), Entry("=broken", fault="It has no Output.")]
    table = text_table(entries, [column.key for column in COLUMNS])
    assert table.head[-1] == "Remark"
    assert table.rows[0][2] == cost_of(mlp()).parameters
    assert table.rows[1][2] is None
    assert as_csv(table).splitlines()[2].startswith("'=broken,,,")
    assert as_csv(table).splitlines()[2].endswith(",It has no Output.")


def test_the_time_of_a_sample_is_measured_with_what_was_measured() -> None:
    begun: list[int] = []
    graphs = [mlp(8, 4, 2), Graph(), presets.build("bert-tiny")]
    found = dict(time_networks(graphs, batch=2, show=begun.append))
    assert begun == [0, 1, 2]
    assert isinstance(found[1], Exception)
    for index in (0, 2):
        one = found[index]
        assert isinstance(one, Timing)
        assert 0 < one.low <= one.seconds <= one.high
        assert (one.batch, one.threads, one.device) == (2, 1, "cpu")
        assert one.conditions.startswith("batch 2, 1 thread, cpu")


def test_a_time_beside_which_the_machine_was_slower_is_not_to_be_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    spans = iter([1.0, 1.0, 1.5])
    monkeypatch.setattr(timing, "_reference", lambda device: next(spans))
    monkeypatch.setattr(timing, "SHARE", 0.0)
    found = [(index, one) for index, one in time_networks([mlp(8, 4, 2)] * 2, show=lambda index: None)]
    assert [(index, one.quiet) for index, one in found if isinstance(one, Timing)] == [(0, True), (1, True), (1, False)]
    assert "not to be compared" in remark(Entry("mlp", timing=found[2][1]))  # type: ignore[arg-type]
