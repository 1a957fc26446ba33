"""Samples that are not what the network has learned: what cannot be read is named, what is replaced is said."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import presets
from engine.data import sources
from engine.data.dataset import DataError
from engine.data.watch import Stopped, Watch
from engine.inside import predicting
from engine.inside.asking import of_bytes, of_values, values_of
from engine.inside.evaluation.evaluation_set import of_files
from engine.inside.predicting import answers_to, asked_of, predict
from engine.inside.replaced import not_read, notes
from engine.inside.trained import open_run
from gui.cli import main
from presets.fitting import fitted
from tests.engine.own_data import digit_folders
from tests.engine.test_inside import trained

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("odd")


@pytest.fixture(scope="module")
def fruit(place: Path) -> Path:
    """A run that has learned from a column of each type."""
    source, count = np.random.RandomState(0), 120
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(source.randint(0, 300, count), unit="D")
    frame = pd.DataFrame(
        {
            "colour": source.choice(["red", "green", "blue"], count),
            "weight": source.normal(10, 3, count).round(2),
            "bought": days.strftime("%Y-%m-%d"),
            "organic": source.choice(["yes", "no"], count),
        }
    )
    frame["price"] = np.where(frame["weight"] > 10, "high", "low")
    frame.to_csv(place / "fruit.csv", index=False)
    return trained(fitted("mlp", sources.describe(place / "fruit.csv"))[0], place / "fruit", 1)


@pytest.fixture(scope="module")
def images(place: Path) -> Path:
    return trained(fitted("lenet-5", sources.describe(digit_folders(place / "own", 60)))[0], place / "images", 1)


ROWS = "colour,weight,bought,organic\nred,9,2024-05-01,yes\npurple,heavy,2024-05-01,no\nred,,31.13.2024,perhaps\n"
EMPTY = "colour,weight,bought,organic\nred,9,2024-05-01,yes\n,,2024-05-01,no\nred,,,\n"


def test_what_a_column_does_not_hold_is_said_with_what_is_taken_instead(fruit: Path, tmp_path: Path) -> None:
    (tmp_path / "ask.csv").write_text(ROWS)
    (tmp_path / "empty.csv").write_text(EMPTY)
    asked = open_run(fruit)
    found, empty = (predict(asked, [tmp_path / name]) for name in ("ask.csv", "empty.csv"))
    weights = np.asarray(asked.data.raw["features"][:])[asked.data.train.indices]
    middle = np.median(weights[:, asked.data.fields["features"].columns.index("weight")])
    said = notes(found)
    assert said[0] == (
        "1 sample has a category that the network has not learned in 'colour': 'purple' (ask.csv row 2). Taken "
        "instead: none of its categories."
    )
    assert f"no number in 'weight': 'heavy' (ask.csv row 2). Taken instead: {middle:.6g}, as for empty" in said[1]
    assert "no date in 'bought': '31.13.2024' (ask.csv row 3). Taken instead: 2024-" in said[2]
    assert "neither yes nor no in 'organic': 'perhaps' (ask.csv row 3)" in said[3]
    assert [one.answers for one in found] == [one.answers for one in empty], "they count as empty"
    assert notes(empty) == (), "what is empty is filled as the project says"


def test_the_command_says_what_was_replaced(fruit: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "ask.csv").write_text(ROWS)
    (tmp_path / "more.csv").write_text(ROWS)
    assert main(["predict", str(fruit), str(tmp_path / "ask.csv"), str(tmp_path / "more.csv"), "--json"]) == 0
    shown = capsys.readouterr()
    found = json.loads(shown.out)
    assert "replaced" not in found[0]
    assert [(one["column"], one["cell"]) for one in found[4]["replaced"]] == [("colour", "purple"), ("weight", "heavy")]
    assert "2 samples have no number in 'weight': 'heavy' (ask.csv row 2), 'heavy' (more.csv row 2)." in shown.err


def test_other_data_that_are_judged_say_it_as_well(fruit: Path, place: Path, tmp_path: Path) -> None:
    lines = (place / "fruit.csv").read_text().splitlines()
    lines[3] = f"purple,heavy,{lines[3].split(',', 2)[2]}"
    (tmp_path / "new.csv").write_text("\n".join(lines))
    asked = open_run(fruit)
    colour, weight = of_files(asked, tmp_path / "new.csv").notes
    assert "in 'colour': 'purple' (new.csv row 3). Taken instead: none of its categories." in colour
    assert "in 'weight': 'heavy' (new.csv row 3). Taken instead: " in weight
    assert of_files(asked, place / "fruit.csv").notes == ()


def test_samples_that_are_read_in_pieces_get_the_same_answers(
    images: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = open_run(images)
    shutil.copytree(place / "own", tmp_path / "some")
    (tmp_path / "some" / "0" / "broken.png").write_text("no image")
    whole = predict(asked, [tmp_path / "some"])
    monkeypatch.setattr(predicting, "READ_AT_ONCE", 1)
    assert len(whole) > asked.size(), "there is more than one piece"
    assert predict(asked, [tmp_path / "some"]) == whole
    assert sum(bool(one.error) for one in whole) == 1
    seen = list[float]()
    watch = Watch(lambda share, _words: seen.append(share), lambda: bool(seen))
    found = asked_of(asked, [tmp_path / "some"])
    with pytest.raises(Stopped):
        answers_to(asked, found, watch)
    assert seen == [0.0], "the first piece was the last"


def test_a_typed_date_that_is_none_is_said(fruit: Path) -> None:
    asked = open_run(fruit)
    typed = {value.name: value.example for value in values_of(asked)} | {"bought": "soon"}
    (said,) = notes(answers_to(asked, of_values(asked, [typed])))
    assert "no date in 'bought': 'soon' (row 1)" in said


def test_a_broken_image_is_named_and_the_rest_is_answered(
    images: Path, place: Path, tmp_path: Path, capsys: Capture
) -> None:
    folder = shutil.copytree(place / "own" / "3", tmp_path / "asked")
    whole = [one.answers[0].probabilities[0][0] for one in predict(open_run(images), [folder])]
    (folder / "0000.png").write_bytes(b"no image")  # 0003.png is the first of the class
    cut = (folder / "0003.png").read_bytes()
    (folder / "0002.png").write_bytes(cut[: len(cut) // 2])
    found = predict(open_run(images), [folder])
    assert [Path(one.name).name for one in found if one.error] == ["0000.png", "0002.png"]
    assert [one.answers[0].probabilities[0][0] for one in found[2:]] == whole
    assert not_read(found) == f"2 of {len(found)} samples cannot be read and have no answer."
    assert main(["predict", str(images), str(folder), "--json"]) == 1
    shown = capsys.readouterr()
    answered = json.loads(shown.out)
    assert answered[0]["answers"] == []
    assert "0000.png is damaged" in answered[0]["error"]
    assert "0002.png is damaged" in shown.err
    assert "2 of" in shown.err
    assert main(["predict", str(images), str(folder), "-o", str(tmp_path / "answers.csv")]) == 1
    with (tmp_path / "answers.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert (rows[0]["answer"], rows[2]["answer"]) == ("", whole[0])


def test_where_no_image_can_be_read_there_is_no_answer(images: Path, tmp_path: Path, capsys: Capture) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"no image")
    assert main(["predict", str(images), str(tmp_path)]) == 2
    assert "a.png is damaged, or no image" in capsys.readouterr().err
    asked = open_run(images)
    with pytest.raises(DataError, match=r"^pasted\.png is damaged"):
        answers_to(asked, of_bytes(asked, "pasted.png", b"no image"))


def test_broken_images_and_rows_are_named_for_datasets_on_board_too(tmp_path: Path) -> None:
    digits = open_run(trained(presets.build("mlp"), tmp_path / "digits", 1))
    Image.fromarray(np.eye(8, dtype=np.uint8) * 255).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no image")
    assert [bool(one.error) for one in predict(digits, [tmp_path / "a.png", tmp_path / "b.png"])] == [False, True]
    iris = open_run(trained(presets.build("linear-classifier"), tmp_path / "iris", 1))
    names = [value.name for value in values_of(iris)]
    rows = [names, ["1", "2", "3", "4"], ["1", "2", "wide", "4"], ["1", "", "3", "4"]]
    (tmp_path / "iris.csv").write_text("\n".join(",".join(row) for row in rows))
    found = predict(iris, [tmp_path / "iris.csv"])
    assert [one.error for one in found] == [
        "",
        f"iris.csv row 2 has 'wide' in {names[2]!r}: it needs a number.",
        f"iris.csv row 3 has nothing in {names[1]!r}: it needs a number.",
    ]
