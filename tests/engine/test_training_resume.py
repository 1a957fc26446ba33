"""A run continues as if nothing had happened: the same bytes, whenever it was stopped or killed."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

import presets
from engine.data import sources
from engine.edits import RenameNode, SetParameter, SetSetting
from engine.graph import Graph
from engine.literals import literal
from engine.locks import is_written
from engine.training.control import Control
from engine.training.history import History
from engine.training.loop import Trainer
from engine.training.runs.catalogue import accept_data
from engine.training.runs.checkpoint import BEST, FOLDER, MODEL, STATE, load
from engine.training.runs.folder import RunError, writer_lock
from engine.training.runs.metric_lines import read_metrics
from engine.training.runs.run_info import read
from engine.training.status import Status, TrainingError
from presets.fitting import fitted
from tests.engine.own_data import wine_table
from tests.engine.stopping import Stopping
from tests.platforms import unix

ROOT = Path(__file__).resolve().parents[2]
LONG = 300
"""Seconds after which a program hangs."""
NETWORKS = {
    "image": ("lenet-5", {"schedule": {"name": "cosine"}}),
    "recurrent": ("lstm-classifier", {"schedule": {"name": "plateau", "patience": 0}, "clip_norm": 1.0}),
    "transformer": ("transformer-encoder", {"early_stopping": {"patience": 0, "min_delta": 0.01}}),
}
OTHERS = ("recurrent", "transformer")
"""Those of the long proofs."""


def network(kind: str, epochs: int = 4) -> Graph:
    """A preset with dropout, few epochs, one thread and a state kept after every epoch."""
    name, training = NETWORKS[kind]
    graph = presets.build(name)
    for linear in graph.of_type("Linear")[-1:]:
        edge = next(iter(graph.incoming[linear.id].values()))
        drop = graph.add("Dropout", p=0.2)
        graph.delete_edge(edge)
        graph.connect(edge.source, drop, source=edge.source_port)
        graph.connect(drop, linear.id)
    for key, value in {"epochs": epochs, "threads": 1, "device": "cpu", **training}.items():
        SetSetting(("training", key), literal(value)).apply(graph)
    return graph


def unbroken(kind: str, folder: Path) -> bytes:
    """The metrics of a run that was let alone."""
    result = Trainer(network(kind), folder / "whole").run()
    assert result.state == "finished", result.message
    return (folder / "whole" / "metrics.jsonl").read_bytes()


@pytest.mark.parametrize("kind", ["image", *(pytest.param(kind, marks=pytest.mark.slow) for kind in OTHERS)])
def test_a_run_stopped_anywhere_goes_on_to_the_same_bytes(kind: str, tmp_path: Path) -> None:
    whole, rng = unbroken(kind, tmp_path), random.Random(kind)
    steps = read(tmp_path / "whole").steps
    folder = tmp_path / "broken"
    trainer = Trainer(network(kind), folder, control=Stopping(rng.randrange(1, steps // 2)))
    assert trainer.run().state == "stopped"
    for _ in range(3):
        trainer = Trainer.resume(folder, control=Stopping(rng.randrange(1, steps // 3)))
        if trainer.run().state == "finished":
            break
    else:
        assert Trainer.resume(folder).run().state == "finished"
    assert (folder / "metrics.jsonl").read_bytes() == whole
    ours, theirs = read(folder), read(tmp_path / "whole")
    assert (ours.test, ours.validation, ours.steps, ours.epochs) == (
        *(theirs.test, theirs.validation, theirs.steps, theirs.epochs),
    )
    assert (folder / "model.safetensors").read_bytes() == (tmp_path / "whole" / "model.safetensors").read_bytes()


def test_the_curves_of_a_resumed_run_are_whole(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    Trainer(network("image"), folder, control=Stopping(30)).run()
    history, seen = History(), list[Status]()
    Trainer.resume(folder, history=history, on_epoch=seen.append).run()
    saved = read_metrics(folder)
    assert history.series("train/loss")[0].tolist() == saved.series("train/loss")[0].tolist()
    assert [status.epoch for status in seen] == [1, 2, 3, 4]


def test_the_best_weights_are_kept(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    graph = network("image", epochs=3)
    SetSetting(("training", "optimizer"), {"name": "sgd", "lr": 0.5}).apply(graph)  # it gets worse now and then
    Trainer(graph, tmp_path / "run").run()
    best = load_file(tmp_path / "run" / FOLDER / BEST)
    assert set(best) == set(load_file(tmp_path / "run" / "model.safetensors"))


def test_a_damaged_checkpoint_is_passed_over_with_a_sentence(tmp_path: Path) -> None:
    graph = network("image")
    SetSetting(("training", "checkpoint"), {"keep_all": True}).apply(graph)
    Trainer(graph, tmp_path / "run", control=Stopping(100)).run()
    whole = unbroken("image", tmp_path)
    folders = sorted((tmp_path / "run" / FOLDER).glob("kept-*"))
    assert len(folders) >= 3
    with (folders[-1] / MODEL).open("r+b") as file:
        file.seek(-8, os.SEEK_END)
        file.write(b"12345678")
    (folders[-2] / STATE).write_text("{", encoding="utf-8")
    found = load(tmp_path / "run")
    assert found is not None
    assert found.folder == folders[-3]
    assert f"{folders[-1] / MODEL} is damaged." in found.notes
    Trainer.resume(tmp_path / "run").run()
    assert (tmp_path / "run" / "metrics.jsonl").read_bytes() == whole


def test_what_cannot_be_resumed_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is not a run"):
        Trainer.resume(tmp_path)
    Trainer(network("image", epochs=1), tmp_path / "done").run()
    with pytest.raises(RunError, match="has finished"):
        Trainer.resume(tmp_path / "done")
    Trainer(network("image"), tmp_path / "run", control=Stopping(50)).run()
    for folder in (tmp_path / "run" / FOLDER).glob("*-*"):
        (folder / MODEL).unlink()
    trainer = Trainer.resume(tmp_path / "run")
    with pytest.raises(Exception, match="none of its checkpoints can be used"):
        trainer.run()


def test_a_run_that_has_lost_all_its_metrics_is_not_made_up_for(tmp_path: Path) -> None:
    Trainer(network("image"), tmp_path / "run", control=Stopping(50)).run()
    facts = (tmp_path / "run" / "run.json").read_bytes()
    (tmp_path / "run" / "metrics.jsonl").write_bytes(b"")
    with pytest.raises(
        TrainingError, match=r"none of its .*metrics\.jsonl is shorter than the state after step 50 says"
    ):
        Trainer.resume(tmp_path / "run").run()
    assert (tmp_path / "run" / "run.json").read_bytes() == facts
    assert load(tmp_path / "run", weights_only=True) is not None, "its weights can be begun with"


def test_one_program_writes_to_a_run(tmp_path: Path) -> None:
    Trainer(network("image"), tmp_path / "run", control=Stopping(20)).run()
    assert not is_written(tmp_path / "run")
    lock = writer_lock(tmp_path / "run")
    with pytest.raises(Exception, match="Another program is training in"):
        Trainer.resume(tmp_path / "run").run()
    lock.release()
    assert Trainer.resume(tmp_path / "run").run().state == "finished"


def test_who_looks_does_not_keep_anybody_from_writing(tmp_path: Path) -> None:
    """A table of runs looks all the time; a program that begins to write at that moment is not turned away."""
    assert not is_written(tmp_path)
    assert not list(tmp_path.iterdir()), "looking leaves nothing behind"
    writer_lock(tmp_path).release()
    enough = threading.Event()

    def look() -> None:
        while not enough.is_set():
            is_written(tmp_path)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(500):
            lock = writer_lock(tmp_path)
            assert is_written(tmp_path)
            lock.release()
            assert not is_written(tmp_path), "who only looks is not taken for a writer"
    finally:
        enough.set()
        for looker in lookers:
            looker.join()


def test_a_checkpoint_holds_no_code(tmp_path: Path) -> None:
    Trainer(network("image"), tmp_path / "run", control=Stopping(20)).run()
    (folder,) = (tmp_path / "run" / FOLDER).glob("last-*")
    assert torch.load(folder / "optimizer.pt", weights_only=True)["optimizer"]["param_groups"]
    assert json.loads((folder / STATE).read_text())["step"] == 20


def train(arguments: list[str]) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "gui.cli", "train", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.slow
@unix
@pytest.mark.parametrize(
    ("kind", "kills", "epochs"),
    [("image", 20, 300), ("recurrent", 20, 800), ("transformer", 20, 200)],
)
def test_a_run_killed_at_random_moments_goes_on_to_the_same_bytes(
    kind: str, kills: int, epochs: int, tmp_path: Path
) -> None:
    from engine import project

    graph = network(kind, epochs)
    if kind == "transformer":
        SetSetting(("training", "early_stopping"), {"patience": 10_000}).apply(graph)
    project.save(graph, tmp_path / "net.loom")
    assert Trainer(graph, tmp_path / "whole").run().state == "finished"
    folder, rng, killed = tmp_path / "run", random.Random(kind), 0
    arguments = [str(tmp_path / "net.loom"), "--run-dir", str(folder)]
    while killed < kills:
        with train(arguments) as process:
            wait_until_it_writes(process, folder, rng.randrange(1, 8))
            for _ in range(rng.randrange(5_000)):
                os.sched_yield()  # after every epoch it writes: another moment within one
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGKILL)
            killed += 1
            process.communicate()
        assert read(folder).state == "running", "nobody was left to say otherwise"
        arguments = ["--resume", str(folder)]
    assert killed == kills, "the run was over too soon"
    process = train(arguments)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors.decode()
    assert read(folder).state == "finished"
    assert (folder / "metrics.jsonl").read_bytes() == (tmp_path / "whole" / "metrics.jsonl").read_bytes()


def wait_until_it_writes(process: subprocess.Popen[bytes], folder: Path, times: int = 1) -> None:
    """Until the program holds the lock of the run and has written so many times; one that hangs is killed."""
    metrics = folder / "metrics.jsonl"
    killer = threading.Timer(LONG, process.kill)
    killer.start()
    try:
        while not (folder / "run.json").exists() or not is_written(folder):
            assert process.poll() is None, process.communicate()
            os.sched_yield()
        for _ in range(times):
            before = size(metrics)
            while size(metrics) == before and process.poll() is None:
                os.sched_yield()
    finally:
        killer.cancel()


def size(file: Path) -> int:
    """The bytes of a file, 0 where it is not there yet."""
    return file.stat().st_size if file.exists() else 0


@pytest.mark.slow
def test_ctrl_c_keeps_a_checkpoint_and_says_how_to_go_on(tmp_path: Path) -> None:
    from engine import project

    project.save(network("image", epochs=500), tmp_path / "net.loom")
    folder = tmp_path / "run"
    process = train([str(tmp_path / "net.loom"), "--run-dir", str(folder)])
    wait_until_it_writes(process, folder)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=LONG)
    assert process.returncode == 130
    assert f"layerloom train --resume {folder}" in errors.decode()
    assert read(folder).state == "stopped"
    assert load(folder) is not None


def test_changes_keep_the_weights_of_layers_that_still_fit(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    first = presets.build("mlp")
    for path, value in ((("training", "epochs"), 2), (("training", "threads"), 1)):
        SetSetting(path, value).apply(first)
    Trainer(first, tmp_path / "first").run()
    changed = first.copy()
    linears = changed.of_type("Linear")
    RenameNode(linears[0].id, "entry").apply(changed)
    SetParameter(linears[1].id, "out_features", 33).apply(changed)
    SetSetting(("training", "epochs"), 0).apply(changed)
    result = Trainer(changed, tmp_path / "second", weights_of=tmp_path / "first").run()
    old, new = (load_file(tmp_path / name / "model.safetensors") for name in ("first", "second"))
    assert torch.equal(new["entry.weight"], old[f"{linears[0].name}.weight"])
    assert "Begun with the weights of" in result.message
    assert f"{linears[1].name} starts from scratch (its weights have other shapes now)" in result.message


def test_weights_of_nothing_are_one_sentence(tmp_path: Path) -> None:
    trainer = Trainer(presets.build("mlp"), tmp_path / "second", weights_of=tmp_path / "none")
    with pytest.raises(TrainingError, match="is not a run"):
        trainer.run()
    assert not (tmp_path / "second").exists()


# -- what is not as it was -------------------------------------------------------------------------------------------


def test_a_device_that_is_not_there_is_said_before_anything_is_touched(tmp_path: Path) -> None:
    Trainer(network("image"), tmp_path / "run", control=Stopping(20)).run()
    facts = tmp_path / "run" / "run.json"
    facts.write_text(facts.read_text().replace('"device": "cpu"', '"device": "cuda:7"'))
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    with pytest.raises(Exception, match="The run was trained on 'cuda:7', which PyTorch does not find"):
        Trainer.resume(tmp_path / "run").run()
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("how", ["deleted", "moved"])
def test_a_run_whose_folder_vanishes_ends_with_a_sentence(how: str, tmp_path: Path) -> None:
    class Vanishing(Control):
        steps = 0

        def gate(self, before_waiting: Callable[[], None] | None = None) -> bool:
            self.steps += 1
            if self.steps == 20:
                if how == "deleted":
                    shutil.rmtree(tmp_path / "run")
                else:
                    (tmp_path / "run").rename(tmp_path / "elsewhere")
            return super().gate(before_waiting)

    result = Trainer(network("image"), tmp_path / "run", control=Vanishing()).run()
    assert result.state == "failed"
    assert f"The folder of the run, {tmp_path / 'run'}, is gone" in result.message
    assert not (tmp_path / "run").exists()


def test_data_that_have_changed_since_are_asked_about(tmp_path: Path) -> None:
    """The run is left as it is; with the data as they are now it continues once they are accepted, and says so."""
    table = wine_table(tmp_path / "wine.csv")
    graph, _ = fitted("mlp", sources.describe(table))
    for path, value in ((("training", "epochs"), 8), (("training", "threads"), 1)):
        SetSetting(path, value).apply(graph)
    Trainer(graph, tmp_path / "run", control=Stopping(20)).run()
    before = read(tmp_path / "run")
    with table.open("a", encoding="utf-8") as file:
        file.write("13,2,2,15,100,2,2,0.3,1.5,5,1,3,900,grower 1\n")
    with pytest.raises(TrainingError, match="The data 'wine' have changed since the run") as refused:
        Trainer.resume(tmp_path / "run").run()
    assert refused.value.about.reason == "changed-data"
    assert read(tmp_path / "run") == before
    accept_data(tmp_path / "run")
    assert Trainer.resume(tmp_path / "run").run().state == "finished"
    after = read(tmp_path / "run")
    assert after.data not in ("", before.data)
    assert any("data that had changed" in note for note in after.notes)
