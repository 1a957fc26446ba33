"""The search for fixes goes on between the events of the window, a little at a time."""

from __future__ import annotations

import itertools
from unittest import mock

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from engine.edits import Disconnect
from engine.graph import Graph
from engine.problems import Checker
from engine.shapes import Shapes
from gui import fix_finder
from gui.fix_finder import FixFinder
from tests.engine import large_networks as networks


def test_events_come_in_between_whenever_the_time_is_up(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock takes a millisecond here; no more than a slice of them come one after the other."""
    looks, most = itertools.count(), int(1000 * fix_finder.SLICE) + 2
    in_a_row = [0]

    def look() -> float:
        in_a_row[-1] += 1
        return next(looks) / 1000

    monkeypatch.setattr(fix_finder, "time", mock.Mock(perf_counter=look))
    event = QTimer(interval=0)
    event.timeout.connect(lambda: in_a_row.append(0))
    checker = Checker(Shapes(networks.faulty_heads()))
    problem = next(p for p in checker.problems() if p.code == "division")
    finder = FixFinder()
    event.start()
    with qtbot.waitSignal(finder.found, timeout=20_000) as found:
        finder.find(problem)
    event.stop()
    assert found.args is not None
    assert [str(fix) for fix in found.args[1]] == [str(fix) for fix in problem.fixes]
    assert max(in_a_row) <= most
    assert len([each for each in in_a_row if each]) > 3


def test_a_problem_that_is_gone_before_the_search_begins_has_no_fixes(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a large network the search begins after a moment; a wire is cut in between, and the pooling has no input."""
    monkeypatch.setattr(fix_finder, "LARGE", 1)
    monkeypatch.setattr(fix_finder, "REST", 0)
    graph = Graph("shrunk")
    image = graph.add("Input", shape=(8, 16, 16))
    last = graph.add("AdaptiveAvgPool2d", output_size=4)
    graph.connect(image, last)
    for _ in range(5):
        conv = graph.add("Conv2d", out_channels=8, kernel_size=3, padding=1)
        graph.connect(last, conv)
        last = conv
    graph.connect(last, graph.add("Output"))
    checker = Checker(Shapes(graph))
    problem = next(p for p in checker.problems() if p.code == "early-pooling")
    finder = FixFinder()
    with qtbot.waitSignal(finder.found) as found:
        finder.find(problem)
        edit = Disconnect(next(iter(graph.edges)))
        edit.apply(graph)
        checker.update(checker.shapes.update(edit.change().dirty(graph)))
    assert found.args == [problem, ()]
