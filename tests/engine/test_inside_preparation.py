"""What the transforms of a run have learnt is stored with it: its data may change or go, and it answers the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine.data import sources
from engine.inside.asking import of_values, values_of
from engine.inside.drawing import drawn_field
from engine.inside.predicting import answers_to, predict
from engine.inside.trained import open_run
from engine.training.loop import Trainer
from engine.training.runs.folder import METRICS, PREPARATION, WEIGHTS, RunError
from engine.training.status import TrainingError
from presets.fitting import fitted
from tests.engine.own_data import digit_folders, wine_table
from tests.engine.stopping import Stopping
from tests.engine.test_inside import trained


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table, the same elsewhere, and a run that has learned from it."""
    place = tmp_path_factory.mktemp("prepared")
    table = wine_table(place / "wine.csv")
    shutil.copy(table, place / "others.csv")
    trained(fitted("mlp", sources.describe(table))[0], place / "run", 2)
    return place


def test_the_numbers_are_those_of_the_training_part(place: Path) -> None:
    asked = open_run(place / "run")
    raw = np.asarray(asked.data.raw["features"][:])[asked.data.train.indices].astype(np.float64)
    raw = np.where(np.isnan(raw), np.nanmedian(raw, axis=0), raw)
    (learnt,) = [one for one in json.loads((place / "run" / PREPARATION).read_text()) if one["name"] == "standardise"]
    assert learnt["mean"] == pytest.approx(raw.mean(0).tolist(), rel=1e-6)
    assert learnt["std"] == pytest.approx(raw.std(0).tolist(), rel=1e-6)


def test_answers_are_the_same_once_the_data_are_gone(place: Path, tmp_path: Path) -> None:
    before = predict(open_run(place / "run"), [place / "others.csv"])
    shutil.move(place / "wine.csv", tmp_path / "away.csv")
    try:
        asked = open_run(place / "run")
        assert "are not at" in asked.note
        assert predict(asked, [place / "others.csv"]) == before
        assert len(asked.others(place / "others.csv")) == 178
        with pytest.raises(TrainingError, match="no samples of its own here"):
            asked.part("test")
        row = {value.name: value.example for value in values_of(asked)}
        assert len(answers_to(asked, of_values(asked, [row]))) == 1
    finally:
        shutil.move(tmp_path / "away.csv", place / "wine.csv")


def test_answers_are_the_same_once_the_data_have_changed(place: Path, tmp_path: Path) -> None:
    before = predict(open_run(place / "run"), [place / "others.csv"])
    shutil.copy(place / "wine.csv", tmp_path / "before.csv")
    table = pd.read_csv(place / "wine.csv")
    numbers = table.select_dtypes("number").columns
    table[numbers] = table[numbers] * 3
    try:
        table.to_csv(place / "wine.csv", index=False)
        asked = open_run(place / "run")
        assert "have changed since" in asked.note
        assert predict(asked, [place / "others.csv"]) == before
    finally:
        shutil.copy(tmp_path / "before.csv", place / "wine.csv")


def test_images_are_asked_about_without_those_it_has_learned_from(tmp_path: Path) -> None:
    folder = digit_folders(tmp_path / "own", 60)
    shutil.copytree(folder, tmp_path / "others")
    run = trained(fitted("lenet-5", sources.describe(folder))[0], tmp_path / "run", 1)
    before = predict(open_run(run), [tmp_path / "others"])
    shutil.rmtree(folder)
    asked = open_run(run)
    assert predict(asked, [tmp_path / "others"]) == before
    assert drawn_field(asked) is None, "how drawings look is read off them"


def test_a_run_of_a_former_version_learns_it_again(place: Path) -> None:
    run = place / "former"
    shutil.copytree(place / "run", run)
    (run / PREPARATION).unlink()
    assert predict(open_run(run), [place / "others.csv"]) == predict(open_run(place / "run"), [place / "others.csv"])


def test_a_resumed_run_prepares_as_it_began(place: Path, tmp_path: Path) -> None:
    """What the transforms have learnt is part of the network: a resume takes it from the run."""
    graph = fitted("mlp", sources.describe(place / "wine.csv"))[0]
    graph.settings["training"] = {**graph.settings.get("training", {}), "epochs": 2, "threads": 1}
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert Trainer(graph, whole).run().state == "finished"
    assert Trainer(graph, cut, control=Stopping(5)).run().state == "stopped"
    begun = (cut / PREPARATION).read_bytes()
    assert Trainer.resume(cut).run().state == "finished"
    assert (cut / PREPARATION).read_bytes() == begun
    assert (cut / METRICS).read_bytes() == (whole / METRICS).read_bytes()
    assert (cut / WEIGHTS).read_bytes() == (whole / WEIGHTS).read_bytes()


def damaged(entries: Any) -> list[bytes]:
    """Files that no run has written."""

    def other(**changes: Any) -> bytes:
        return json.dumps([{**one, **changes} for one in entries]).encode()

    return [
        b"",
        b"[",
        b"{}",
        b"[]",
        b"[" * 100_000,
        json.dumps(entries[:1]).encode(),
        other(field="label"),
        other(mean=[1.0]),
        other(std=[0.0] * 13),
        other(std=[-1.0] * 13),
        other(std=["1"] * 13),
        other(mean=[float("nan")] * 13),
        other(fixed=[1] * 13),
        other(more=1),
    ]


def test_a_damaged_preparation_is_said_in_a_sentence(place: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(place / "run", run)
    contents = damaged(json.loads((run / PREPARATION).read_text()))
    for content in contents:
        (run / PREPARATION).write_bytes(content)
        with pytest.raises(RunError, match=PREPARATION):
            open_run(run)
    (run / PREPARATION).unlink()
    (tmp_path / "elsewhere").write_bytes((place / "run" / PREPARATION).read_bytes())
    (run / PREPARATION).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="link"):
        open_run(run)
