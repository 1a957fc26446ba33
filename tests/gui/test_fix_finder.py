"""The search for fixes goes on between the events of the window, a little at a time."""

from __future__ import annotations

import itertools
from unittest import mock

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

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
