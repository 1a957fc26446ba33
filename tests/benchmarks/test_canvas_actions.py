"""Everything one does on the canvas at 1,000/1,500 and 10,000/15,000 nodes and wires, in the real window."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.app import build_window
from tests.benchmarks.canvas_actions import Bench, residual, settle
from tests.benchmarks.tables import table

pytestmark = pytest.mark.slow

SIZES = (1_000, 10_000)


def test_what_one_does_on_the_canvas(
    qtbot: QtBot, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    gc.collect()
    gc.freeze()  # as the window does after its imports
    request.addfinalizer(gc.unfreeze)
    rows: dict[str, list[str]] = {}
    for size in SIZES:
        window = build_window()
        qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
        window.resize(1280, 800)
        with qtbot.waitExposed(window):
            window.show()
        settle()
        for name, cost in Bench(window, residual(size), tmp_path).all():
            rows.setdefault(name, []).extend((f"{cost.shown:.1f}", f"{cost.pause:.1f}", f"{cost.whole:.1f}"))
        window.document.discard()
        window.close()
    heads = [f"{size:,}: {what}" for size in SIZES for what in ("shown", "pause", "all")]
    with capsys.disabled():
        table("The canvas, ms of the processor", [["", *heads], *([name, *found] for name, found in rows.items())])
