"""What a run that continues, or begins with the weights of another, takes over, and what it says about that."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.edits import SetParameter
from engine.graph import Graph
from engine.training.loop import Trainer
from engine.training.runs.checkpoint import FOLDER, MODEL, OPTIMIZER
from engine.training.runs.folder import METRICS, WEIGHTS
from engine.training.runs.folder import kept as states
from engine.training.runs.run_info import read
from engine.training.runs.stored import stored_history
from engine.training.session import Session
from engine.training.status import Status, TrainingError
from gui.cli import main
from tests.engine.stopping import Stopping
from tests.engine.test_training_bounds import seal
from tests.engine.test_training_keeping import kept
from tests.engine.test_training_learning import table


def damage(run: Path) -> Path:
    """Change a byte of the weights of the last state."""
    path = sorted((run / FOLDER).glob("kept-*"))[-1] / MODEL
    content = bytearray(path.read_bytes())
    content[-3] ^= 255
    path.write_bytes(bytes(content))
    return path


def test_that_a_state_was_damaged_stays_to_be_seen(tmp_path: Path) -> None:
    run, seen = tmp_path / "run", list[Status]()
    Trainer(kept(), run, control=Stopping(20)).run()
    path = damage(run)
    trainer = Trainer.resume(run, on_epoch=seen.append)
    result = trainer.run()
    note = f"{path} is damaged. The run is resumed from step 14: 6 steps are trained again."
    assert [status.notes for status in seen] == [(note,)] * 3
    assert trainer.status.notes == (note,)
    assert result.message == f"Trained 5 epochs. {note}"
    assert (read(run).message, read(run).notes) == (result.message, [note])


def test_a_killed_run_says_that_a_state_was_damaged(tmp_path: Path) -> None:
    run = tmp_path / "run"
    Trainer(kept(), run, control=Stopping(20)).run()
    path, words = damage(run), list[Any]()
    Trainer.resume(run, on_epoch=lambda status: words.append(json.loads((run / "run.json").read_text()))).run()
    assert words[0]["state"] == "running"
    assert f"{path} is damaged." in words[0]["message"]
    assert words[0]["notes"] == [words[0]["message"]]


def test_the_command_line_says_at_the_start_that_a_state_was_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    Trainer(kept(), run, control=Stopping(20)).run()
    path = damage(run)
    assert main(["train", "--resume", str(run)]) == 0
    errors = capsys.readouterr().err
    assert errors.count(f"{path} is damaged. The run is resumed from step 14: 6 steps are trained again.\n") == 1
    assert errors.index("is damaged") < errors.index("epoch 3/5")


def other_layers(state: Path) -> None:
    save_file({"other.weight": torch.zeros(3)}, state / MODEL)


def other_shapes(state: Path) -> None:
    save_file({name: tensor[:1].clone() for name, tensor in load_file(state / MODEL).items()}, state / MODEL)


def no_table(state: Path) -> None:
    torch.save([1, 2], state / OPTIMIZER)


def other_optimizer(state: Path) -> None:
    known = torch.load(state / OPTIMIZER, weights_only=True)
    torch.save(known | {"optimizer": {"state": {}, "param_groups": []}}, state / OPTIMIZER)


def no_warmup(state: Path) -> None:
    known = torch.load(state / OPTIMIZER, weights_only=True)
    torch.save({name: known[name] for name in known if name != "warmup"}, state / OPTIMIZER)


@pytest.mark.parametrize("change", [other_layers, other_shapes, no_table, other_optimizer, no_warmup])
def test_a_state_of_another_network_is_one_sentence_and_the_run_stays_as_it_was(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    run = tmp_path / "run"
    Trainer(kept(), run, control=Stopping(20)).run()
    state, curves, before = states(run)[-1][1], (run / METRICS).read_bytes(), read(run)
    change(state)
    seal(state)
    result = Trainer.resume(run).run()
    assert result.message == f"{state} is not a state of this network, so the run cannot be resumed: begin a new one."
    assert (result.state, result.epochs, result.steps) == ("failed", before.epochs, 20)
    after = read(run)
    fields = ("epochs", "steps", "seconds", "train", "validation", "best", "diagnoses")
    assert [getattr(after, name) for name in fields] == [getattr(before, name) for name in fields]
    assert (run / METRICS).read_bytes() == curves


# -- begun with the weights of another -------------------------------------------------------------------------------


def parent(folder: Path, size: int = -100, **more: Any) -> Path:
    """A run of 21 steps whose weights at the end have lost bytes."""
    run = folder / "parent"
    Trainer(kept(epochs=3, **more), run).run()
    path = run / WEIGHTS
    path.write_bytes(path.read_bytes()[:size])
    return run


@pytest.mark.parametrize("size", [-100, 3, 0])
def test_weights_that_are_damaged_are_those_of_the_last_state(size: int, tmp_path: Path) -> None:
    run = parent(tmp_path, size)
    damage(run)
    (run / METRICS).write_bytes(b"")  # what matters to a run that continues does not matter to its weights
    trainer = Trainer(kept(epochs=0), tmp_path / "child", weights_of=run)
    result = trainer.run()
    assert result.state == "finished"
    theirs = load_file(run / FOLDER / "kept-0000000014" / MODEL)
    ours = load_file(tmp_path / "child" / WEIGHTS)
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert f"The weights that {run} ended with are damaged: those after its step 14 are taken." in result.message
    assert read(tmp_path / "child").notes == list(trainer.status.notes)


@pytest.mark.parametrize("said", ["[1]", '"x"', "1", '{"n2": ["fc1"]}', "[" * 90_000, '{"n2": "fc1"'])
def test_weights_that_name_no_layers_are_those_of_the_last_state(said: str, tmp_path: Path) -> None:
    run = tmp_path / "parent"
    Trainer(kept(epochs=3), run).run()
    save_file(load_file(run / WEIGHTS), run / WEIGHTS, {"modules": said})
    result = Trainer(kept(epochs=0), tmp_path / "child", weights_of=run).run()
    assert "are damaged: those after its step 21 are taken." in result.message
    assert "Begun with the weights of 2 layers." in result.message


def test_where_no_weights_are_left_no_run_is_begun(tmp_path: Path) -> None:
    run = parent(tmp_path)
    for path in (run / FOLDER).glob("kept-*/*"):
        path.write_bytes(b"")
    with pytest.raises(
        TrainingError, match=r"The weights of .*parent cannot be read: .* all its checkpoints are damaged"
    ):
        Trainer(kept(), tmp_path / "child", weights_of=run).run()
    assert not (tmp_path / "child").exists()


def test_a_run_that_kept_no_weights_yet_begins_no_other(tmp_path: Path) -> None:
    run = parent(tmp_path, checkpoint={"epochs": None, "minutes": None})
    (run / WEIGHTS).unlink()
    with pytest.raises(TrainingError, match="has stored no weights yet"):
        Trainer(kept(), tmp_path / "child", weights_of=run).run()
    assert not (tmp_path / "child").exists()


def deep(size: int) -> Graph:
    return table(layers=(("Linear", {"out_features": 8}), ("Tanh", {})) * 12, epochs=1)


def test_all_layers_that_begin_anew_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = deep(8)
    Trainer(first, tmp_path / "first").run()
    changed = first.copy()
    linears = changed.of_type("Linear")
    for linear in linears[:-1]:
        SetParameter(linear.id, "out_features", 9).apply(changed)
    trainer = Trainer(changed, tmp_path / "second", weights_of=tmp_path / "first")
    result = trainer.run()
    assert "and 10 more" in result.message, "the sentence stays short"
    (note,) = trainer.status.notes
    assert read(tmp_path / "second").notes == [note]
    assert all(f"{linear.name} starts from scratch (" in note for linear in linears)
    from engine import project

    project.save(changed, tmp_path / "net.loom")
    assert main(["train", str(tmp_path / "net.loom"), "--weights-of", str(tmp_path / "first")]) == 0
    errors = capsys.readouterr().err
    assert note in errors
    assert errors.index(note) < errors.index("epoch 1/1")


# -- the same bytes ---------------------------------------------------------------------------------------------------


def same(graph: Graph, tmp_path: Path, *stops: int) -> Trainer:
    """Train whole, and stopped after so many steps each; the same comes out. Gives the trainer of the last part."""
    assert Trainer(graph, tmp_path / "whole").run().state == "finished"
    run = tmp_path / "run"
    trainer = Trainer(graph, run, control=Stopping(stops[0]))
    assert trainer.run().state == "stopped"
    for stop in (*stops[1:], 10**9):
        trainer = Trainer.resume(run, control=Stopping(stop))
        trainer.run()
    for name in (METRICS, WEIGHTS, f"{FOLDER}/best.safetensors"):
        assert (run / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    ours, theirs = read(run), read(tmp_path / "whole")
    assert (ours.message, ours.epochs, ours.test) == (theirs.message, theirs.epochs, theirs.test)
    return trainer


def test_a_run_stopped_before_and_after_its_best_epoch_ends_as_early(tmp_path: Path) -> None:
    """The best epoch is the third of six: interrupted within the second, fourth and fifth."""
    early = {"patience": 2, "min_delta": 0.0}
    graph = table(epochs=40, early_stopping=early, optimizer={"name": "sgd", "lr": 1.2, "momentum": 0.95})
    Trainer(graph, tmp_path / "look").run()
    history = stored_history(tmp_path / "look")
    losses = history.series("validation/loss")[1].tolist()
    best, last = losses.index(min(losses)) + 1, len(losses)
    assert 2 <= best < last < 40, "it stops early, and not at once"
    assert last == best + 3
    steps = 7
    inside = steps * (best - 1) + 3
    trainer = same(graph, tmp_path, inside, steps, steps)
    assert trainer.status.message.startswith(f"Stopped early after epoch {last}: the validation loss has not fallen")


def test_what_is_drawn_at_random_goes_on_where_it_was(tmp_path: Path) -> None:
    layers = (
        *(("Linear", {"out_features": 16}), ("RReLU", {}), ("StochasticDepth", {"p": 0.3})),
        *(("AlphaDropout", {"p": 0.2}), ("Linear", {"out_features": 16}), ("RReLU", {})),
    )
    same(table(layers=layers, epochs=5), tmp_path, 3, 11)


def test_noise_in_evaluation_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped within an evaluation, before which the run that continues has drawn other numbers."""
    layers = (("NormalNoise", {"std": 0.5, "training_only": False}), ("Linear", {"out_features": 16}), ("Tanh", {}))
    graph, honest, asked = table(layers=layers), Session._between_batches, 0
    assert Trainer(graph, tmp_path / "whole").run().state == "finished"

    def stopping(session: Session) -> bool:
        nonlocal asked
        asked += 1
        if asked == 4:
            session.control.stop()
        return honest(session)

    monkeypatch.setattr(Session, "_between_batches", stopping)
    assert Trainer(graph, tmp_path / "run").run().state == "stopped"
    assert read(tmp_path / "run").steps == 14, "all steps of two epochs"
    assert Trainer.resume(tmp_path / "run").run().state == "finished"
    for name in (METRICS, WEIGHTS):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


# -- data that stay in the computer's memory --------------------------------------------------------------------------


def test_samples_go_to_a_device_for_good_only_where_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.training.steps import device_memory as memory

    free = 1000
    monkeypatch.setattr(memory, "free_memory", lambda device: free)
    assert memory.room_for_data(torch.device("cpu")) is None, "there they lie anyway"
    assert memory.room_for_data(torch.device("cuda")) == 400
    monkeypatch.setattr(memory, "free_memory", lambda device: None)
    assert memory.room_for_data(torch.device("cuda")) is None, "the system does not say"


def test_samples_without_room_on_the_device_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.data.pipeline import Part
    from engine.training.steps import device_memory as memory

    moved: list[bool] = []

    class Seen(Part):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            moved.append(args[2] is not None)

    monkeypatch.setattr("engine.data.pipeline.Part", Seen)
    for name, room in (("near", None), ("away", 0)):
        monkeypatch.setattr(memory, "room_for_data", lambda device, room=room: room)
        assert Trainer(table(), tmp_path / name).run().state == "finished"
    assert moved == [False] * 3 + [True] * 3
    assert (tmp_path / "near" / METRICS).read_bytes() == (tmp_path / "away" / METRICS).read_bytes()
