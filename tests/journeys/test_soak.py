"""Twenty minutes of random acts in a real window: nothing fails, nothing warns, and nothing grows."""

from __future__ import annotations

import gc
import os
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.app import application, build_window
from tests.benchmarks.tables import table
from tests.journeys.monkey import Monkey, ticking

pytestmark = [pytest.mark.journey, pytest.mark.slow]
ACTS = int(os.environ.get("LAYERLOOM_SOAK_ACTS", "20000"))
"""About twenty minutes on two cores; the variable asks for a shorter or longer one."""
ROUNDS = 24
WARM_UP = ROUNDS // 3
"""Rounds after which everything has been built and cached that ever will be."""
NAMES = ("resident", "objects", "children", "widgets", "timers", "threads", "tasks", "handles")
FLAT = ("timers", "threads", "tasks", "handles")
ROOM = 0.05
"""How much more there may be in the last third of the rounds than in the second, at most, of all that is not flat: of
memory and objects, and of the parts of the window, for Qt makes some when they are first used (the list of a box)."""
SEED = int(os.environ.get("LAYERLOOM_SOAK_SEED", "1"))


@pytest.fixture(autouse=True, scope="session")
def every_dataset_is_made_once() -> None:
    """The program's own cache is on trial, too."""


@dataclass
class Census:
    """What there is, once the window has come to rest. ``resident`` are bytes of memory."""

    resident: int
    objects: int
    children: int
    widgets: int
    timers: int
    threads: int
    tasks: int
    handles: int
    kinds: Counter[str]

    @classmethod
    def take(cls, window: QObject, qtbot: QtBot) -> Census:
        for _ in range(3):
            Monkey.settle()
            gc.collect()
        children = len(window.findChildren(QObject))  # timers that Qt has made are seen from here on
        qtbot.waitUntil(lambda: not ticking())  # one that fires once may have been started; none continues for good
        things = gc.get_objects()
        return cls(
            resident=_resident(),
            objects=len(things),
            children=children,
            widgets=len(QApplication.allWidgets()),
            timers=ticking(),
            threads=threading.active_count(),
            tasks=len(os.listdir("/proc/self/task")),
            handles=len(os.listdir("/proc/self/fd")),
            kinds=Counter(f"{type(thing).__module__}.{type(thing).__qualname__}" for thing in things),
        )


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def growth(first: Census, last: Census) -> str:
    """The kinds of which there are more."""
    more = (last.kinds - first.kinds).most_common(25)
    return ", ".join(f"{kind} +{count}" for kind, count in more)


def test_twenty_minutes_of_random_acts(qtbot: QtBot, tmp_path: Path, qtlog: Any) -> None:
    application()
    window = build_window()
    qtbot.addWidget(window, before_close_func=lambda w: w.document.discard())
    with qtbot.waitExposed(window):
        window.show()
    monkey, found = Monkey(window, qtbot, tmp_path, SEED), list[Census]()
    try:
        with qtbot.captureExceptions() as exceptions:
            for _ in range(ROUNDS):
                for _ in range(ACTS // ROUNDS):
                    monkey.act()
                    assert not exceptions, (list(monkey.done), exceptions)
                    warned = [each for each in qtlog.records if each.type_name != "QtDebugMsg" and not each.ignored]
                    assert not warned, (list(monkey.done), warned)
                monkey.come_to_rest()
                assert not exceptions, (list(monkey.done), exceptions)
                found.append(Census.take(window, qtbot))
                print(len(found), [getattr(found[-1], name) for name in NAMES], flush=True)
    finally:
        window.document.discard()
        window.pages.shut_down(keep_run=False)
        window.end_unasked()
    rows = [[number, *(getattr(census, name) for name in NAMES)] for number, census in enumerate(found, 1)]
    table(f"Soak: {ACTS:,} acts, seed {SEED}", [["round", *NAMES], *rows])
    before, after = found[WARM_UP : 2 * WARM_UP], found[2 * WARM_UP :]
    for name in NAMES:
        first, last = (max(getattr(census, name) for census in part) for part in (before, after))
        room = 0.0 if name in FLAT else ROOM
        assert last <= first * (1 + room), f"{name}: {first:,} to {last:,}; {growth(before[0], after[-1])}"
