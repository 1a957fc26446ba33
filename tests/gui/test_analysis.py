"""Shapes and problems of large networks come in slices: they end as what is found from nothing, whatever one edits."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.edits import Connect, Disconnect, SetParameter
from engine.graph import Graph
from engine.problems import find
from engine.shapes import infer
from gui.document import Document
from gui.work import analysis
from tests.engine.graphs import random_graph
from tests.gui.editing import edit_once


def chain(count: int) -> Graph:
    """An image through so many convolutions that change nothing of its shape."""
    graph = Graph("long")
    last = graph.add("Input", shape=(3, 8, 8))
    for _ in range(count):
        conv = graph.add("Conv2d", out_channels=3, kernel_size=3, padding=1)
        graph.connect(last, conv)
        last = conv
    graph.connect(last, graph.add("Output"))
    return graph


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "AT_ONCE", 2)
    monkeypatch.setattr(analysis, "STEPS", 2)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_in_slices_all_is_found_that_is_found_from_nothing(qapp: QApplication, in_pieces: None, seed: int) -> None:
    rng = random.Random(seed)
    document = Document(random_graph(rng, 60))
    heard: set[str] = set()
    document.inferred.connect(heard.update)
    document.changed.connect(lambda change: heard.update(change.inferred))
    for _ in range(6):
        document.open_block(())
        heard.clear()
        before = dict(document.report.outputs)
        for _ in range(rng.randint(1, 4)):
            edit_once(document, rng)
            for _ in range(rng.randint(0, 3)):
                qapp.processEvents()
        while document.checking and rng.random() < 0.8:
            qapp.processEvents()
        assert document.whole.report == infer(document.project)
        assert document.all_problems() == find(document.project)
        qapp.processEvents()
        if document.graph is document.project:
            after = document.report.outputs
            altered = {n for n in after.keys() & before.keys() if after[n] != before[n]}
            assert altered <= heard
    document.deleteLater()


def test_of_a_large_network_the_rest_follows_and_who_asks_waits(qtbot: QtBot) -> None:
    document = Document(chain(400))
    first, *middle, _ = document.graph.order()
    heard: set[str] = set()
    document.inferred.connect(heard.update)
    with qtbot.waitSignals([document.inferred, document.checked], order="strict"):
        document.apply(SetParameter(first, "shape", [3, 10, 10]))
        assert document.checking
        known = [str(document.known.spec(node_id)) for node_id in (first, middle[-1])]
        assert "10, 10" in known[0]
        assert "8, 8" in known[1]
    assert middle[-1] in heard
    assert "10, 10" in str(document.known.spec(middle[-1]))

    document.apply(SetParameter(first, "shape", [3, 12, 12]))
    assert document.checking
    assert "12, 12" in str(document.report.spec(middle[-1]))
    assert document.checking
    assert document.problems() == find(document.graph.copy())
    assert not document.checking


def test_edits_one_after_the_other_do_not_wait_for_the_rest(qtbot: QtBot) -> None:
    document = Document(chain(400))
    first, *middle, _ = document.graph.order()
    edge = next(iter(document.graph.incoming[middle[200]].values()))
    steps = [SetParameter(first, "shape", [3, 10, 10]), Disconnect(edge), Connect(edge)]
    with qtbot.waitSignal(document.checked):
        for step in steps:
            document.apply(step)
            assert document.checking
        document.history.undo()
        assert document.checking
    assert document.known.spec(middle[-1]) is None
    assert [problem.code for problem in document.problems() if problem.severity == "error"] == ["unconnected"]
