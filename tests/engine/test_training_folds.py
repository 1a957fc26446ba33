"""Cross-validation: a run for each fold in one folder, resumed where it was, and what the folds reach together."""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import Graph, own_files, project
from engine.edits import SetSetting
from engine.literals import literal
from engine.training.loop import Trainer
from engine.training.runs import folds
from engine.training.runs.catalogue import delete, listing
from engine.training.runs.folder import FACTS, RunError
from engine.training.runs.run_info import read, runs
from tests.engine.networks import chain
from tests.engine.stopping import Stopping
from tests.platforms import unix


def network(count: int = 3, epochs: int = 2) -> Graph:
    graph = chain((4,), ("Linear", {"out_features": 3}), name="three")
    data = {"dataset": "iris", "split": {"folds": count}, "batch_size": 16}
    for section, table in (("data", data), ("training", {"epochs": epochs, "threads": 1, "device": "cpu"})):
        for key, value in table.items():
            SetSetting((section, key), literal(value)).apply(graph)
    return graph


def train_all(together: Path) -> None:
    while folds.turn(together) is not None:
        assert Trainer.resume(together).run().state == "finished"


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three folds, trained one after the other."""
    root = tmp_path_factory.mktemp("runs")
    first = Trainer(network(), root=root).run()
    together = folds.folds_of_run(first.run)
    assert together is not None
    train_all(together)
    return together


def test_every_fold_is_a_run_and_the_summary_says_mean_and_deviation(whole: Path) -> None:
    found = folds.summary(whole)
    assert (found.folds, found.done, list(found.runs)) == (3, 3, [1, 2, 3])
    for number, info in found.runs.items():
        assert info.settings["data"]["split"] == {"folds": 3, "fold": number}
    accuracies = [float(info.validation["accuracy"]) for info in found.runs.values()]
    spread = found.validation["accuracy"]
    assert spread.mean == pytest.approx(statistics.fmean(accuracies))
    assert spread.deviation == pytest.approx(statistics.stdev(accuracies))
    assert found.test["loss"].count == 3
    with pytest.raises(RunError, match="All folds"):
        Trainer.resume(whole)


def test_what_was_stopped_or_killed_is_resumed_to_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    together = folds.create(network(), tmp_path / "again")
    assert Trainer.resume(together).run().state == "finished"
    stopped = Trainer.resume(together, control=Stopping(5)).run()
    assert (stopped.state, folds.number_of(stopped.run)) == ("stopped", 2)
    turn = folds.turn(together)
    assert turn is not None
    assert (turn.number, turn.resume) == (2, True)
    third = folds.path_of(together, 3)  # killed before it had begun
    third.mkdir()
    (third / "project.loom").write_text("half")
    train_all(together)
    for number in (1, 2, 3):
        ours, theirs = folds.path_of(together, number), folds.path_of(whole, number)
        assert (ours / "metrics.jsonl").read_bytes() == (theirs / "metrics.jsonl").read_bytes()
    assert folds.summary(together).validation == folds.summary(whole).validation


def test_folds_are_listed_with_one_number_and_deleted_one_by_one(whole: Path, tmp_path: Path) -> None:
    root = tmp_path / "runs"
    alone = network()
    SetSetting(("data", "split"), {}).apply(alone)
    Trainer(alone, root=root).run()
    together = folds.create(network(2), None, root=root)
    train_all(together)
    found = listing(root)
    assert found == listing(root), "the index knows them, too"
    paths = [folds.path_of(together, number) for number in (1, 2)]
    assert {entry.path for entry in found.entries} > set(paths)
    assert not found.broken
    assert [found.numbers[path] for path in paths] == [2, 2]
    assert {info.path for info in runs(root)} > set(paths)
    delete(paths[0], root)
    assert folds.summary(together).done == 1
    delete(paths[1], root)
    assert not together.exists()
    assert len(listing(root).entries) == 1


@pytest.mark.parametrize("left", ["fold-2/model.safetensors", "notes.txt"])
def test_with_the_last_fold_goes_what_is_not_the_users(left: str, whole: Path, tmp_path: Path) -> None:
    together = tmp_path / "runs" / "folds"
    shutil.copytree(whole / "fold-1", together / "fold-1")
    shutil.copytree(whole / "fold-3", together / "fold-3")
    for name in ("folds.json", "project.loom"):
        shutil.copy2(whole / name, together / name)
    (together / left).parent.mkdir(exist_ok=True)
    (together / left).write_bytes(b"mine")
    for number in (1, 3):
        delete(folds.path_of(together, number), tmp_path / "runs")
    assert {path.name for path in together.iterdir()} == {"folds.json", "project.loom", left.partition("/")[0]}
    shutil.copytree(whole / "fold-1", together / "fold-1")
    own_files.remove(together / left.partition("/")[0])
    delete(folds.path_of(together, 1), tmp_path / "runs")
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_folder_that_is_not_empty_or_damaged_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="is not empty"):
        folds.create(network(), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    together = folds.create(network(), tmp_path / "folds")
    for text in ("{", '{"folds": 1, "network": "a"}', '{"folds": "many", "network": "a"}', "[]"):
        (together / "folds.json").write_text(text)
        with pytest.raises(RunError, match="damaged"):
            folds.turn(together)


@pytest.mark.parametrize("state", ["stopped", "finished"])
def test_folds_of_another_computer_stay_as_they_are(state: str, whole: Path, tmp_path: Path) -> None:
    together = folds.create(network(), tmp_path / "theirs")
    Trainer.resume(together, control=Stopping(3) if state == "stopped" else None).run()
    file = folds.path_of(together, 1) / FACTS
    facts = json.loads(file.read_text())
    file.write_text(json.dumps({**facts, "origin": "0" * 64}))
    before = content(together)
    with pytest.raises(RunError, match="another computer"):
        Trainer.resume(together)
    assert read(file.parent).state == state
    assert content(together) == before


def put_aside(run: Path) -> None:
    (run / FACTS).rename(run / "run.json.old")


def link_in_its_stead(run: Path) -> None:
    put_aside(run)
    (run / FACTS).symlink_to("run.json.old")


def folder_is_a_link(run: Path) -> None:
    run.rename(run.parents[2] / "moved")
    run.symlink_to(run.parents[2] / "moved", target_is_directory=True)


@unix
@pytest.mark.parametrize("change", [put_aside, link_in_its_stead, folder_is_a_link])
def test_a_fold_that_cannot_be_read_is_neither_trained_over_nor_followed(
    change: Callable[[Path], None], tmp_path: Path
) -> None:
    together = folds.create(network(), tmp_path / "runs" / "folds")
    Trainer.resume(together).run()
    Trainer.resume(together, control=Stopping(12)).run()
    change(folds.path_of(together, 2))
    before = content(tmp_path)
    with pytest.raises(RunError, match=r"fold-2 holds something, but no run that can be read: put back what is"):
        Trainer.resume(together)
    assert content(tmp_path) == before
    assert list(folds.summary(together).runs) == [1]
    assert [info.path.name for info in runs(tmp_path / "runs")] == ["fold-1"]


@unix
@pytest.mark.slow
def test_folds_killed_at_random_moments_go_on_to_the_same_bytes(tmp_path: Path) -> None:
    graph = network(3, epochs=60)
    project.save(graph, tmp_path / "net.loom")
    whole, broken, rng, kills = tmp_path / "whole", tmp_path / "broken", random.Random(0), 0
    train_all(folds.create(graph, whole))
    arguments = [str(tmp_path / "net.loom"), "--run-dir", str(broken)]
    while kills < 4:
        with subprocess.Popen(
            [sys.executable, "-m", "gui.cli", "train", *arguments],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            before, wanted = written(broken), rng.randrange(500, 6_000)
            while process.poll() is None and written(broken) < before + wanted:
                os.sched_yield()
            if process.poll() is not None:
                break
            process.kill()
            process.wait()
            kills += 1
        arguments = ["--resume", str(broken)]
    assert kills >= 2, "the folds were over too soon"
    if folds.is_unfinished(broken):
        train_all(broken)
    for number in (1, 2, 3):
        ours, theirs = folds.path_of(broken, number), folds.path_of(whole, number)
        assert (ours / "metrics.jsonl").read_bytes() == (theirs / "metrics.jsonl").read_bytes()
        assert (ours / "model.safetensors").read_bytes() == (theirs / "model.safetensors").read_bytes()
    assert folds.summary(broken).test == folds.summary(whole).test


def written(together: Path) -> int:
    """Bytes of all metrics so far."""
    return sum(file.stat().st_size for file in together.glob("fold-*/metrics.jsonl"))
