"""A run that has ended is lengthened: it continues as one that never did, to the same bytes."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

import presets
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.runs.folder import FACTS, METRICS, WEIGHTS, RunError
from engine.training.runs.lengthening import lengthen
from engine.training.runs.run_info import read
from engine.training.status import Status
from gui.cli import main
from tests.engine.runs_to_export import trained
from tests.engine.test_training_resume import train, wait_until_it_writes
from tests.platforms import unix

SETTINGS: dict[str, dict[str, Any]] = {
    "steps": {"training.schedule": {"name": "step", "step_size": 2}, "training.warmup": 1.5},
    "plateau": {"training.schedule": {"name": "plateau", "patience": 0, "threshold": 0.5}},
    "average": {"training.ema": {"decay": 0.9}, "training.accumulate": 2},
    "no checkpoint": {"training.checkpoint": {"epochs": None, "minutes": None, "best": False}},
    "restarts": {"training.schedule": {"name": "warm_restarts", "T_0": 2}},
    "way down of its own": {"training.schedule": {"name": "cosine", "T_max": 7}},
    "balanced": {"data.sampling": "balanced", "training.early_stopping": {"patience": 9}},
}


def same(run: Path, other: Path) -> bool:
    return all((run / name).read_bytes() == (other / name).read_bytes() for name in (METRICS, WEIGHTS))


@pytest.mark.parametrize(
    "name", [name if name == "plateau" else pytest.param(name, marks=pytest.mark.slow) for name in SETTINGS]
)
def test_a_lengthened_run_is_one_that_had_all_epochs(name: str, tmp_path: Path) -> None:
    whole = trained(presets.build("mlp"), tmp_path / "whole", 4, SETTINGS[name])
    short = trained(presets.build("mlp"), tmp_path / "short", 2, SETTINGS[name])
    assert lengthen(short, 4) == short
    assert read(short).state == "stopped"
    assert Trainer.resume(short).run().state == "finished"
    assert same(short, whole)
    ours, theirs = read(short), read(whole)
    assert (ours.epochs, ours.steps, ours.test, ours.best) == (4, theirs.steps, theirs.test, theirs.best)
    assert "lengthened from 2 to 4 epochs" in ours.notes[-1]


def test_live_changes_stay_where_they_were(tmp_path: Path) -> None:
    settings = {"training.checkpoint": {"epochs": None, "minutes": None}}
    runs = []
    for name, epochs in (("whole", 4), ("short", 2)):
        control = Control()

        def change(status: Status, control: Control = control) -> None:
            if status.epoch == 1:
                control.set_lr(0.0005)

        graph = _with(presets.build("linear-classifier"), {**settings, "training.epochs": epochs})
        assert Trainer(graph, tmp_path / name, control=control, on_epoch=change).run().state == "finished"
        runs.append(tmp_path / name)
    whole, short = runs
    assert Trainer.resume(lengthen(short, 4)).run().state == "finished"
    assert same(short, whole)
    assert read(short).changes == read(whole).changes
    assert len(read(short).changes) == 1


def _with(graph: Any, settings: dict[str, Any]) -> Any:
    from engine.edits import SetSetting

    for path, value in {"training.threads": 1, **settings}.items():
        SetSetting(tuple(path.split(".")), value).apply(graph)
    return graph


@pytest.mark.parametrize(
    "name", ["cosine", *(pytest.param(name, marks=pytest.mark.slow) for name in ("polynomial", "one_cycle"))]
)
def test_a_schedule_over_all_epochs_goes_on_as_that_of_the_longer_run(name: str, tmp_path: Path) -> None:
    settings = {
        "training.schedule": {"name": name},
        "data.batch_size": 200,
        "training.checkpoint": {"epochs": 1, "minutes": 1e-6},  # after every step: a short run keeps none else
    }
    whole = trained(presets.build("mlp"), tmp_path / "whole", 6, settings)
    short = trained(presets.build("mlp"), tmp_path / "short", 3, settings)
    assert Trainer.resume(lengthen(short, 6)).run().state == "finished"

    def rates(run: Path) -> list[tuple[int, float]]:
        rows = [json.loads(line) for line in (run / METRICS).read_text().splitlines()]
        return [(row["epoch"], row["lr"]) for row in rows if row["split"] == "train"]

    after = [pair for pair in rates(short) if pair[0] > 3]
    assert after == [pair for pair in rates(whole) if pair[0] > 3]
    assert len({lr for _, lr in after}) > 1
    assert any(f"'{name}' depends on the number of epochs" in note for note in read(short).notes)


@pytest.mark.parametrize(
    ("epochs", "settings", "words"),
    [
        (1, {}, "has 1 epochs already: give a number above that"),
        (0, {}, "give a number above that"),
        (3, {"training.early_stopping": {"patience": 0, "min_delta": 9.0}, "training.epochs": 5}, "stopped early"),
    ],
)
def test_what_cannot_be_lengthened_is_refused_and_stays(
    epochs: int, settings: dict[str, Any], words: str, tmp_path: Path
) -> None:
    run = trained(presets.build("linear-classifier"), tmp_path / "run", 1, settings)
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    with pytest.raises(RunError, match=words):
        lengthen(run, epochs)
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


def test_a_run_of_somebody_else_is_lengthened_in_a_copy(tmp_path: Path) -> None:
    run = trained(presets.build("linear-classifier"), tmp_path / "run", 1)
    facts = json.loads((run / FACTS).read_text())
    (run / FACTS).write_text(json.dumps({**facts, "origin": "0" * 64}))
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    copy = lengthen(run, 2, root=tmp_path / "runs")
    assert copy.parent == tmp_path / "runs"
    assert Trainer.resume(copy).run().state == "finished"
    assert same(copy, trained(presets.build("linear-classifier"), tmp_path / "whole", 2))
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


def test_the_command_lengthens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(presets.build("linear-classifier"), tmp_path / "run", 1)
    whole = trained(presets.build("linear-classifier"), tmp_path / "whole", 3)
    assert main(["train", "--resume", str(run), "--epochs", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["epochs"] == 3
    assert same(run, whole)
    assert main(["train", "--resume", str(run), "--epochs", "2"]) == 2
    assert "has 3 epochs already" in capsys.readouterr().err


@unix
@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 3, 6, 9])
def test_a_lengthening_that_is_killed_is_resumed_to_the_same_bytes(times: int, tmp_path: Path) -> None:
    settings = {"training.checkpoint": {"epochs": 1, "minutes": 0.01}, "training.schedule": {"name": "constant"}}
    whole = trained(presets.build("lenet-5"), tmp_path / "whole", 12, settings)
    short = trained(presets.build("lenet-5"), tmp_path / "short", 3, settings)
    with train(["--resume", str(short), "--epochs", "12"]) as process:
        wait_until_it_writes(process, short, times)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    if read(short).state == "finished":  # it was killed before anything was written
        lengthen(short, 12)
    assert Trainer.resume(short).run().state == "finished"
    assert same(short, whole)
