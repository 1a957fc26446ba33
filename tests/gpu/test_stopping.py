"""A run stops within one step, also where a step has several batches, and continues where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.steps.stepper import Stepper
from tests.gpu.runs import preset, rows, trained

WHEN = 5
"""The step in which the run is asked to stop."""


def test_a_run_that_is_asked_to_stop_ends_after_the_step_it_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    control, begun, learn = Control(), [0], Stepper.step

    def step(self: Stepper, *arguments: object, **options: object) -> object:
        begun[0] += 1
        if begun[0] == WHEN:
            control.stop()
        return learn(self, *arguments, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Stepper, "step", step)
        result = trained(preset("lenet-5", epochs=2), tmp_path / "run", control)
    assert (result.state, result.steps, begun[0]) == ("stopped", WHEN, WHEN)
    assert [row["step"] for row in rows(tmp_path / "run")] == list(range(1, WHEN + 1))
    done = Trainer.resume(tmp_path / "run").run()
    assert (done.state, begun[0]) == ("finished", WHEN)
    assert [row["step"] for row in rows(tmp_path / "run") if row["split"] == "train"] == list(range(1, done.steps + 1))


def test_a_step_of_several_batches_is_given_up_between_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    control, asked, answers = Control(), [0], Stepper._gradients

    def gradients(self: Stepper, batches: object, number: int, found: object, halt: object) -> object:
        if number == WHEN:
            asked[0] += 1
            control.stop()
        return answers(self, batches, number, found, halt)  # type: ignore[arg-type]

    monkeypatch.setattr(Stepper, "_gradients", gradients)
    result = trained(preset("lenet-5", epochs=2, accumulate=4), tmp_path / "run", control)
    assert (result.state, result.steps, asked[0]) == ("stopped", WHEN - 1, 1)
