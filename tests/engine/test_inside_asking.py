"""A network is asked about what is drawn, typed or pasted: prepared as its own data were."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import presets
from engine.data import sources
from engine.data.dataset import DataError
from engine.data.datasets import get, samples
from engine.graph import Graph
from engine.inside.asking import of_bytes, of_drawing, of_text, of_values, values_of
from engine.inside.drawing import drawn_field, measure, render
from engine.inside.predicting import answers_to, predict
from engine.inside.trained import Trained, open_run
from presets.fitting import fitted
from tests.engine.hand_drawn import DIGITS
from tests.engine.own_data import diabetes_table, digit_folders
from tests.engine.test_inside import trained


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return open_run(trained(presets.build("mlp"), tmp_path_factory.mktemp("asked") / "digits", 8))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    place = tmp_path_factory.mktemp("asked")
    graph = fitted("mlp", sources.describe(diabetes_table(place / "diabetes.csv")))[0]
    return open_run(trained(graph, place / "run", 2))


def said(asked: Trained, digit: int) -> str:
    return answers_to(asked, of_drawing(asked, DIGITS[digit]))[0].answers[0].probabilities[0][0]


def test_what_is_drawn_is_read(digits: Trained) -> None:
    """Most digits of a hand that has not seen those of the data."""
    right = [digit for digit in DIGITS if said(digits, digit) == str(digit)]
    assert 3 in right
    assert len(right) >= 7


def test_where_and_how_large_one_draws_is_all_one(digits: Trained) -> None:
    small = [[(x / 7 + 40, y / 7 - 3) for x, y in stroke] for stroke in DIGITS[3]]
    first, second = (of_drawing(digits, strokes).arrays["image"][:] for strokes in (DIGITS[3], small))
    assert np.abs(first - second).max() < 0.1


def test_a_drawing_is_as_large_and_thick_as_those_of_the_data(digits: Trained) -> None:
    found = drawn_field(digits)
    assert found is not None
    again = measure(np.concatenate([render(strokes, found[1]) for strokes in DIGITS.values()]))
    assert again is not None
    assert again.extent == pytest.approx(found[1].extent, abs=1)
    assert again.stroke == pytest.approx(found[1].stroke, rel=0.25)
    assert again.centre == pytest.approx(found[1].centre, abs=0.6)
    assert (again.ground, again.ink) == pytest.approx((found[1].ground, found[1].ink), abs=0.2)


def test_an_empty_pad_is_nothing_but_ground(digits: Trained) -> None:
    assert not of_drawing(digits, []).arrays["image"][:].any()
    dot = of_drawing(digits, [[(5.0, 5.0)]]).arrays["image"][:]
    assert dot.max() > 0


def test_photos_are_no_drawings() -> None:
    generator = np.random.default_rng(0)
    assert measure(generator.random((20, 1, 16, 16)).astype(np.float32)) is None
    assert measure(np.zeros((20, 1, 16, 16), np.float32)) is None


def test_dark_drawings_on_light_are_drawn_dark_on_light(tmp_path: Path) -> None:
    folder = digit_folders(tmp_path / "own", 60)
    for file in folder.rglob("*.png"):
        Image.fromarray(255 - np.asarray(Image.open(file))).save(file)
    asked = open_run(trained(fitted("lenet-5", sources.describe(folder))[0], tmp_path / "run", 1))
    drawn = of_drawing(asked, DIGITS[1]).arrays["image"][:]
    assert (drawn[0, 0, 0, 0], drawn.min()) == pytest.approx((255, 0), abs=40)


def test_a_pasted_image_is_read_as_its_file(digits: Trained, tmp_path: Path) -> None:
    made = io.BytesIO()
    Image.fromarray(np.kron(np.eye(8, dtype=np.uint8) * 255, np.ones((4, 4), np.uint8))).save(made, "PNG")
    (tmp_path / "one.png").write_bytes(made.getvalue())
    pasted = answers_to(digits, of_bytes(digits, "pasted.png", made.getvalue()))
    assert pasted[0].answers == predict(digits, [tmp_path / "one.png"])[0].answers
    assert pasted[0].name == "pasted.png"
    with pytest.raises(DataError, match=r"pasted\.png"):
        answers_to(digits, of_bytes(digits, "pasted.png", b"no image"))


def test_a_typed_row_is_read_as_that_of_the_table(table: Trained) -> None:
    """The table has decimal commas; so has what is typed."""
    source = table.config.source
    assert source is not None
    path = Path(source.path)
    cells = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
    rows = [{name: str(cell) for name, cell in row.items()} for row in cells.head(5).to_dict("records")]
    typed = answers_to(table, of_values(table, rows))
    there = predict(table, [path])[:5]
    for one, other in zip(typed, there, strict=True):
        assert dict(one.answers[0].numbers) == pytest.approx(dict(other.answers[0].numbers))


def test_what_is_usual_is_the_median_of_the_training_part(table: Trained) -> None:
    usual = {value.name: value for value in values_of(table)}
    ages = np.asarray(table.data.raw["features"][:])[table.data.train.indices][:, 0]
    assert float(usual["age"].example.replace(",", ".")) == pytest.approx(float(np.nanmedian(ages)))
    assert "," in usual["bmi"].example
    assert usual["sex"].choices == ("f", "m")


def test_a_cell_that_is_no_number_is_said(table: Trained) -> None:
    row = {value.name: value.example for value in values_of(table)}
    with pytest.raises(DataError, match="age: “old” is not a number"):
        of_values(table, [{**row, "age": "old"}])
    assert np.isnan(of_values(table, [{**row, "age": ""}]).arrays["features"][0, 0]), "filled as empty cells are"


def test_text_is_read_character_by_character(tmp_path: Path) -> None:
    field = get("python_tokens").fields["text"]
    first = samples("python_tokens", None).arrays["text"][0]
    asked = _asked_text(tmp_path)
    text = "".join(field.names[index] for index in first.tolist() if index != field.padding)
    given = of_text(asked, text.replace("↵", "\n")).arrays["text"]
    assert given[0].tolist() == first.tolist()
    with pytest.raises(DataError, match="'☃' is in none of the texts"):
        of_text(asked, "☃")
    with pytest.raises(DataError, match="100 characters; this network is given 64"):
        of_text(asked, "a" * 100)
    answer = answers_to(asked, of_text(asked, "import os"))[0].answers[0]
    assert len(answer.positions) == len("import os"), "what fills it up is not answered"


def _asked_text(folder: Path) -> Trained:
    """A network that says of each character what it belongs to."""
    graph = Graph("tokens")
    text = graph.add("Input", shape=(64,), dtype="int64", field="text")
    layers = [text, graph.add("Embedding", num_embeddings=96, embedding_dim=4), graph.add("Linear", out_features=8)]
    layers.append(graph.add("Output", field="kind"))
    for before, after in pairwise(layers):
        graph.connect(before, after)
    graph.settings["data"] = {"dataset": "python_tokens", "batch_size": 256}
    return open_run(trained(graph, folder / "run", 1))
