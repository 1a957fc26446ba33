"""The cycle collector stays in the GUI thread while one of our threads lives: elsewhere it would destroy widgets."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gui.work import garbage
from gui.work.background import Background


class Cycle(QObject):
    """Dies only when the collector finds it; notes in which thread."""

    died: list[str] = []

    def __init__(self) -> None:
        super().__init__()
        self.me = self
        weakref.finalize(self, lambda: Cycle.died.append(threading.current_thread().name))


def work(stop: threading.Event) -> None:
    """Allocate as much as a training does, so that the collector would run many times."""
    while not stop.is_set():
        rubbish = [[index] for index in range(2000)]
        rubbish.append(rubbish)  # type: ignore[arg-type]


def test_cycles_with_qt_objects_die_in_the_gui_thread(qtbot: QtBot) -> None:
    Cycle.died.clear()
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(stop,), name="busy")
    garbage.guard(thread)
    thread.start()
    try:
        for _ in range(200):
            Cycle()
        qtbot.waitUntil(lambda: len(Cycle.died) >= 100, timeout=60_000)
        assert not gc.isenabled()
    finally:
        stop.set()
        thread.join()
        garbage.settle()
    assert set(Cycle.died) == {threading.main_thread().name}
    assert gc.isenabled()


def test_the_collector_is_on_again_when_all_threads_have_ended(qtbot: QtBot) -> None:
    gate = threading.Event()
    first, second = (threading.Thread(target=gate.wait, args=(20,)) for _ in range(2))
    for thread in (first, second):
        garbage.guard(thread)
        thread.start()
    assert not gc.isenabled()
    gate.set()
    qtbot.waitUntil(gc.isenabled)
    first.join()
    second.join()


def test_a_collector_that_was_off_stays_off(qtbot: QtBot) -> None:
    gc.disable()
    try:
        thread = threading.Thread(target=int)
        garbage.guard(thread)
        thread.start()
        thread.join()
        garbage.settle()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_background_work_guards_itself(qtbot: QtBot) -> None:
    background = Background("test")
    seen: list[object] = []
    background.run(lambda: gc.isenabled(), seen.append, seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [False]
    assert gc.isenabled()
    failures: list[object] = []
    background.run(lambda: 1 // 0, seen.append, failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], ZeroDivisionError)
    background.close()
