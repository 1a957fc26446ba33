"""What was not as usual when a run began is seen on the Train page, and can be read whole."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.edits import SetParameter, SetSetting
from engine.graph import Graph
from engine.training.loop import Trainer
from engine.training.runs.checkpoint import FOLDER, MODEL
from engine.training.runs.folder import FACTS
from engine.training.runs.run_info import read
from gui.document import Document
from gui.hosts.host import ThreadHost
from gui.hosts.process_host import ProcessHost
from gui.training.banner import MOST_HEIGHT
from gui.training.outcome import CHANGED
from tests.engine.stopping import Stopping
from tests.gui.training.boards import Show, click, host_of, network


def kept(epochs: int = 6) -> Graph:
    graph = network()
    for key, value in (("epochs", epochs), ("threads", 1), ("checkpoint", {"keep_all": True})):
        SetSetting(("training", key), value).apply(graph)
    return graph


def test_a_damaged_state_is_said_from_the_start_and_stays(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert Trainer(kept(), run, control=Stopping(7)).run().state == "stopped"
    path = sorted((run / FOLDER).glob("kept-*"))[-1] / MODEL
    path.write_bytes(b"")
    seen: list[str] = []

    class Looking(ThreadHost):
        def start(self) -> None:
            super().start()
            self._thread.join()  # the strip has its words from a status of the run, however quick that was

    board = show(Document(kept()), partial(Looking, root=tmp_path))
    strip = board.remarks.notes
    assert not strip.isVisible()
    with qtbot.waitSignal(board.run.finished, timeout=60_000):
        board.run.resume(run)
    seen.append(strip.text.text())
    assert strip.isVisible()
    assert seen[0].startswith(f"{path} is damaged. The run is resumed from step ")
    assert seen[0] in board.banner.text.text(), "it is said with how the run ended, too"
    click(strip.away)
    assert not strip.isVisible()
    board.run.show(run)
    assert not strip.isVisible(), "what was hidden stays hidden for the same run"
    board.document.open_graph(network())
    board.run.show(run)
    assert strip.isVisible(), "an earlier run says it, too"
    assert strip.text.text() == seen[0]


def test_a_remark_is_seen_while_the_run_goes_on(qtbot: QtBot, show: Show) -> None:
    board = show()
    board.run.train()
    host = host_of(board)
    host.begin()
    host.show(notes=("Begun with the weights of 3 layers.",))
    strip = board.remarks.notes
    qtbot.waitUntil(strip.isVisible)
    assert strip.text.text() == strip.accessibleName() == "Begun with the weights of 3 layers."
    assert not strip.button.isVisible(), "there is no more of it"
    host.feed(10)
    host.end("stopped", "Stopped after step 10 of 1000.")
    qtbot.waitUntil(lambda: not board.run.running)
    assert strip.isVisible()
    board.run.train()
    assert not strip.isVisible(), "another run began as usual"
    host_of(board).end("stopped", "Stopped.")
    qtbot.waitUntil(lambda: not board.run.running)


def test_a_long_remark_can_be_read_whole_with_the_keyboard(qtbot: QtBot, show: Show) -> None:
    long = (
        "Begun with the weights of 3 layers: "
        + "; ".join(f"fc{n} starts from scratch (it is new)" for n in range(99))
        + "."
    )
    board = show()
    board.run.train()
    host_of(board).begin()
    host_of(board).show(notes=(long,))
    strip = board.remarks.notes
    qtbot.waitUntil(strip.isVisible)
    assert strip.text.text().endswith("…")
    assert len(strip.text.text()) < 260
    assert strip.button.text() == "Show All"
    strip.button.setFocus()
    qtbot.keyClick(strip.button, " ")
    assert strip.whole.isVisible()
    assert not strip.text.isVisible()
    assert strip.whole.toPlainText() == long
    assert strip.height() <= MOST_HEIGHT + 20, "the plots keep their room"
    assert strip.button.text() == "Show Less"
    qtbot.keyClick(strip.button, " ")
    assert strip.text.isVisible()
    host_of(board).end("stopped", "Stopped.")
    qtbot.waitUntil(lambda: not board.run.running)


@pytest.mark.slow
def test_a_run_in_a_process_of_its_own_tells_its_remarks(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    first = kept(1)
    Trainer(first, tmp_path / "first").run()
    changed = first.copy()
    SetParameter(changed.of_type("Linear")[0].id, "bias", False).apply(changed)
    board = show(Document(changed), lambda graph: ProcessHost(graph, root=tmp_path, weights_of=tmp_path / "first"))
    with qtbot.waitSignal(board.run.finished, timeout=60_000):
        board.run.train()
    assert board.run.host is not None
    assert board.run.host.status.run is not None
    notes = read(board.run.host.status.run).notes
    assert notes == list(board.run.host.status.notes) == ["Begun with the weights of 1 layer."]
    assert board.remarks.notes.text.text() == notes[0]


def test_a_run_that_could_not_go_on_can_be_gone_on_with_once_that_is_mended(
    qtbot: QtBot, show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is full: the way is offered where the sentence stands."""
    run = tmp_path / "run"
    assert Trainer(kept(), run, control=Stopping(7)).run().state == "stopped"
    board = show(Document(kept()), partial(ThreadHost, root=tmp_path))

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with qtbot.waitSignal(board.run.finished, timeout=60_000):
            board.run.resume(run)
    assert f"The disk with {run} is full" in board.banner.text.text()
    assert board.banner.go_on.isVisible()
    with qtbot.waitSignal(board.run.finished, timeout=60_000):
        click(board.banner.go_on)
    assert read(run).state == "finished"


def test_a_run_whose_data_have_changed_asks_and_goes_on_with_them(qtbot: QtBot, show: Show, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert Trainer(kept(), run, control=Stopping(7)).run().state == "stopped"
    facts = json.loads((run / FACTS).read_text())
    (run / FACTS).write_text(json.dumps({**facts, "data": "0" * 64}))
    board = show(Document(kept()), partial(ThreadHost, root=tmp_path))
    with qtbot.waitSignal(board.run.finished):
        board.run.resume(run)
    assert "have changed since the run" in board.banner.text.text()
    assert not board.banner.go_on.isVisible(), "the same would be said again"
    assert board.banner.fix.text() == CHANGED
    assert "data as they are now" in board.banner.fix.toolTip()
    with qtbot.waitSignal(board.run.finished) as ended:
        click(board.banner.fix)
    assert ended.args[0].state == "finished"
    assert "data that had changed" in read(run).notes[-1]
