"""The reins (threads and conditions, never a sleep), the curves that several threads read, and derived seeds."""

from __future__ import annotations

import math
from threading import Event, Thread

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.seeds import derive
from engine.training.control import Control
from engine.training.history import History

LONG = 20.0
GOLDEN = (3912388711783151084, 3547575151959663869, 225305283146676409)


class Worker:
    """A thread that counts how often it passes the gate."""

    def __init__(self, control: Control) -> None:
        self.control, self.passed, self.waits = control, 0, 0
        self.thread = Thread(target=self._work)
        self.thread.start()

    def _work(self) -> None:
        while self.passed < 10**6 and self.control.gate(self._wait):
            self.passed += 1

    def _wait(self) -> None:
        self.waits += 1

    def end(self) -> None:
        self.control.stop()
        self.thread.join(LONG)
        assert not self.thread.is_alive()


def test_paused_from_the_start_then_step_by_step() -> None:
    control = Control()
    control.pause()
    worker = Worker(control)
    assert control.wait_paused(LONG)
    assert worker.passed == 0
    for expected in (1, 2, 3):
        control.step()
        assert control.wait_paused(LONG)
        assert worker.passed == expected
    assert worker.waits == 4
    assert control.paused
    worker.end()
    assert worker.passed == 3
    assert not control.paused


def test_several_steps_asked_for_at_once_are_all_done() -> None:
    control = Control()
    control.pause()
    worker = Worker(control)
    assert control.wait_paused(LONG)
    for _ in range(5):
        control.step()
    assert control.wait_paused(LONG)
    assert worker.passed == 5
    worker.end()


def test_resume_lets_it_run_and_pause_holds_it_again() -> None:
    control = Control()
    worker = Worker(control)
    control.pause()
    assert control.wait_paused(LONG)
    held = worker.passed
    control.resume()
    control.pause()
    assert control.wait_paused(LONG)
    assert worker.passed >= held
    control.resume()
    control.step()  # while running: one more, then hold
    assert control.wait_paused(LONG)
    worker.end()


def test_a_stop_ends_also_what_is_held() -> None:
    control = Control()
    control.pause()
    worker = Worker(control)
    assert control.wait_paused(LONG)
    worker.end()
    assert control.stopped
    assert not control.gate()
    assert not control.wait_paused(0.0)


def test_the_learning_rate_is_taken_once() -> None:
    control = Control()
    assert control.take_lr() is None
    control.set_lr(0.1)
    control.set_lr(0.2)
    assert control.take_lr() == 0.2
    assert control.take_lr() is None


@pytest.mark.parametrize("lr", [0.0, -1.0, math.nan, math.inf])
def test_a_senseless_learning_rate_is_refused(lr: float) -> None:
    with pytest.raises(ValueError, match="must be a number > 0"):
        Control().set_lr(lr)


@settings(max_examples=50)
@given(st.lists(st.lists(st.floats(allow_nan=False), max_size=400), max_size=5))
def test_a_history_keeps_every_point(chunks: list[list[float]]) -> None:
    history, expected = History(), [value for chunk in chunks for value in chunk]
    step = 0
    for chunk in chunks:
        steps = list(range(step, step + len(chunk)))
        step += len(chunk)
        history.extend("train/loss", steps, chunk, [1.0] * len(chunk), [0.5] * len(chunk))
    history.append("validation/loss", 7, 0.5, 3)
    steps, values = history.series("train/loss")
    assert values.tolist() == expected
    assert steps.tolist() == list(range(len(expected)))
    assert set(history.epochs("train/loss").tolist()) <= {1.0}
    assert history.series("validation/loss")[1].tolist() == [0.5]
    assert np.isnan(history.seconds("validation/loss")).all()
    assert "validation/loss" in history.names()


def test_an_unknown_series_is_empty_and_views_are_read_only() -> None:
    history = History()
    assert [len(part) for part in history.series("nothing")] == [0, 0]
    history.append("train/loss", 1, 2.0, 1)
    with pytest.raises(ValueError, match="read-only"):
        history.series("train/loss")[1][0] = 3.0


def test_readers_never_see_an_unfinished_point() -> None:
    history, done, wrong = History(), Event(), []

    def read() -> None:
        while not done.is_set():
            for name in history.names():
                steps, values = history.series(name)
                if not np.array_equal(values, 2.0 * steps) or (len(steps) and steps[-1] != len(steps) - 1):
                    wrong.append(name)

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(8_000):
        history.append(f"train/{step % 2}", step // 2, 2.0 * (step // 2), 1)
    done.set()
    for reader in readers:
        reader.join(LONG)
    assert not wrong
    assert len(history.series("train/0")[0]) == 4_000


def test_derived_seeds_are_the_same_everywhere() -> None:
    assert derive(0, "init") == GOLDEN[0]
    assert derive(7, "step", 123) == GOLDEN[1]
    assert derive(7, "shuffle", 123) == GOLDEN[2]


@given(*[st.tuples(st.integers(0, 2**31), st.sampled_from(["a", "b"]), st.integers(0, 10**6))] * 2)
def test_derived_seeds_differ_and_fit_63_bits(one: tuple[int, str, int], other: tuple[int, str, int]) -> None:
    assert 0 <= derive(*one) < 2**63
    assert (derive(*one) == derive(*other)) == (one == other)
