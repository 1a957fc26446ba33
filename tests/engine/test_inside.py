"""A trained network is asked: its scores are those of its run, its answers to files those to the same samples."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import stats

import presets
from engine.data import datasets, sources
from engine.data.dataset import DataError
from engine.edits import SetSetting
from engine.graph import Graph
from engine.inside.evaluation.answered import answered
from engine.inside.evaluation.scores import scores
from engine.inside.predicting import Prediction, predict
from engine.inside.trained import Trained, open_run
from engine.training.loop import Trainer
from engine.training.runs.folder import WEIGHTS, RunError
from engine.training.runs.run_info import read
from engine.training.status import TrainingError
from gui.cli import main
from presets.fitting import fitted
from tests.engine.own_data import diabetes_table, digit_folders, iris_arrays, wine_table


def trained(graph: Graph, folder: Path, epochs: int) -> Path:
    for path, value in ((("training", "epochs"), epochs), (("training", "threads"), 1)):
        SetSetting(path, value).apply(graph)
    assert Trainer(graph, folder).run().state == "finished"
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inside")


@pytest.fixture(scope="module")
def wine(place: Path) -> Path:
    return trained(fitted("mlp", sources.describe(wine_table(place / "wine.csv")))[0], place / "wine", 4)


@pytest.fixture(scope="module")
def diabetes(place: Path) -> Path:
    return trained(fitted("mlp", sources.describe(diabetes_table(place / "d.csv")))[0], place / "diabetes", 3)


@pytest.fixture(scope="module")
def images(place: Path) -> Path:
    return trained(fitted("lenet-5", sources.describe(digit_folders(place / "own", 200)))[0], place / "images", 2)


@pytest.fixture(scope="module")
def digits(place: Path) -> Path:
    return trained(presets.build("mlp"), place / "digits", 3)


@pytest.mark.parametrize("run", ["wine", "diabetes", "images", "digits"])
def test_scores_of_the_test_part_are_those_of_the_run(run: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(run)
    asked = open_run(folder)
    found = scores(asked, asked.part("test"), resamples=40)
    assert found is not None
    said = read(folder).test
    assert {name: one.value for name, one in found.metrics.items()} == pytest.approx(said, rel=1e-5)
    assert all(one.low <= one.value <= one.high for name, one in found.metrics.items() if name in ("accuracy", "mae"))


def test_an_interval_is_that_of_scipys_bootstrap(wine: Path) -> None:
    asked = open_run(wine)
    part = asked.part("train")
    found = scores(asked, part, resamples=1000)
    assert found is not None
    (answers,), batch = answered(asked, part)
    right = (answers.argmax(-1) == batch[asked.network.heads[0].field]).double().numpy()
    known = stats.bootstrap((right,), np.mean, n_resamples=1000, method="percentile", rng=np.random.default_rng(1))
    one = found.metrics["accuracy"]
    assert one.value == pytest.approx(right.mean())
    assert (one.low, one.high) == pytest.approx(tuple(known.confidence_interval), abs=0.02)


def test_it_can_be_ended_and_one_seed_gives_the_same(wine: Path) -> None:
    asked = open_run(wine)
    assert scores(asked, asked.part("test"), watch=lambda share: share < 0.01) is None
    both = [scores(asked, asked.part("test"), resamples=20, seed=3) for _ in range(2)]
    assert both[0] == both[1]


def test_other_data_are_judged_as_the_run_has_seen_its_own(wine: Path, place: Path) -> None:
    """The whole table again: its scores are those of all parts together."""
    asked = open_run(wine)
    (again,), batch = answered(asked, asked.others(place / "wine.csv"))
    rows = np.concatenate([asked.part(name).indices for name in ("train", "validation", "test")])
    own = torch.cat([answered(asked, asked.part(name))[0][0] for name in ("train", "validation", "test")])
    assert torch.allclose(again[rows], own, atol=1e-6)
    assert len(batch["grower"]) == 178


def test_a_dataset_on_board_has_no_other_data(digits: Path, place: Path) -> None:
    with pytest.raises(TrainingError, match="dataset on board"):
        open_run(digits).others(place / "wine.csv")


def chances(predictions: list[Prediction]) -> np.ndarray:
    return np.array([[chance for _, chance in sorted(one.answers[0].probabilities)] for one in predictions])


def own_chances(asked: Trained) -> np.ndarray:
    """What it answers to its own samples, in the order of the data."""
    result = {}
    for name in ("train", "validation", "test"):
        part = asked.part(name)
        result |= dict(zip(part.indices.tolist(), answered(asked, part)[0][0].softmax(-1).tolist(), strict=True))
    return np.array([result[index] for index in sorted(result)])


def test_rows_are_answered_as_they_were_in_its_own_data(wine: Path, place: Path, tmp_path: Path) -> None:
    asked = open_run(wine)
    predictions = predict(asked, [place / "wine.csv"])
    assert [one.name for one in predictions[:2]] == ["wine.csv row 1", "wine.csv row 2"]
    assert np.allclose(chances(predictions), own_chances(asked), atol=1e-6)
    with (place / "wine.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        del row["grower"]  # nobody knows the answer, and the columns come in another order
    with (tmp_path / "new.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted(rows[0], reverse=True), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert np.allclose(chances(predict(asked, [tmp_path / "new.csv"])), chances(predictions), atol=1e-6)


def test_numbers_are_answered_by_name(diabetes: Path, place: Path) -> None:
    predictions = predict(open_run(diabetes), [place / "d.csv"])
    assert len(predictions) == 442
    assert [name for name, _ in predictions[0].answers[0].numbers] == ["target"]


def test_images_are_answered_as_they_were_in_its_own_data(images: Path, place: Path) -> None:
    asked = open_run(images)
    predictions = predict(asked, [place / "own"])
    assert len(predictions) == 200
    assert np.allclose(chances(predictions), own_chances(asked), atol=1e-5)
    one = predict(asked, [Path(predictions[17].name)])
    assert np.allclose(chances(one), chances(predictions)[17:18], atol=1e-5)


def test_arrays_are_answered(place: Path, tmp_path: Path) -> None:
    graph, _ = fitted("mlp", sources.describe(iris_arrays(place / "iris.npz")))
    asked = open_run(trained(graph, place / "iris", 2))
    values = np.load(place / "iris.npz")["x"]
    np.save(tmp_path / "new.npy", values[:7])
    assert np.allclose(chances(predict(asked, [tmp_path / "new.npy"])), own_chances(asked)[:7], atol=1e-6)


@pytest.mark.parametrize("dark", [False, True])
def test_drawn_digits_are_prepared_like_those_on_board(digits: Path, tmp_path: Path, dark: bool) -> None:
    """Larger ones, on paper or on a board, are read as the samples that they show."""
    asked, known = open_run(digits), datasets.load("digits")["image"][:60, 0]
    paths = []
    for index, image in enumerate(known):
        pixels = (image * (255 / 16)).round().astype(np.uint8)
        drawn = Image.fromarray(255 - pixels if dark else pixels).resize((64, 64), Image.Resampling.NEAREST)
        paths.append(tmp_path / f"{index}.png")
        drawn.save(paths[-1])
    given = chances(predict(asked, paths)).argmax(1)
    own = own_chances(asked)[:60].argmax(1)
    assert (given == own).mean() > 0.9


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", "alcohol,ash\n1,2\n", "has no column 'malic_acid'"),
        ("a.png", "no image", "is not a table"),
        ("a.csv", "", "is empty"),
    ],
)
def test_what_does_not_fit_is_a_sentence(name: str, content: str, words: str, wine: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=words):
        predict(open_run(wine), [tmp_path / name])


def test_files_that_are_not_there_or_no_images_are_named(images: Path, tmp_path: Path) -> None:
    asked = open_run(images)
    (tmp_path / "notes.txt").write_text("no image", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for name, words in (("away.png", "There is no file"), ("notes.txt", "no image"), ("empty", "no images below")):
        with pytest.raises(DataError, match=words):
            predict(asked, [tmp_path / name])


def test_damaged_weights_are_a_sentence(wine: Path, place: Path, tmp_path: Path) -> None:
    damaged = place / "damaged"
    shutil.copytree(wine, damaged)
    (damaged / WEIGHTS).write_bytes(b"nothing")
    shutil.rmtree(damaged / "checkpoints", ignore_errors=True)
    with pytest.raises(RunError, match="cannot be read"):
        open_run(damaged)
    with pytest.raises(RunError, match="is not a run"):
        open_run(tmp_path)


def test_the_commands_answer_in_json_and_in_words(
    wine: Path, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(wine), "--json", "--resamples", "20"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metrics"]["accuracy"]["low"] <= found["metrics"]["accuracy"]["value"]
    assert set(found["classes"]) == {"grower 1", "grower 2", "grower 3"}
    assert main(["evaluate", str(wine), "--part", "train", "--resamples", "0"]) == 0
    assert "grower 2" in capsys.readouterr().out
    assert main(["predict", str(wine), str(place / "wine.csv"), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert first["file"] == "wine.csv row 1"
    assert sum(one["probability"] for one in first["answers"]) == pytest.approx(1)
    out = tmp_path / "answers.csv"
    assert main(["predict", str(wine), str(place / "wine.csv"), "-o", str(out)]) == 0
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 178
    assert list(rows[0]) == ["sample", "answer", "grower 1", "grower 2", "grower 3"]
    assert main(["predict", str(wine), str(place / "wine.csv"), "-o", str(out)]) == 2
    assert "--force replaces it" in capsys.readouterr().err
    assert main(["predict", str(wine), str(tmp_path / "away.csv")]) == 2
    assert "There is no file" in capsys.readouterr().err
