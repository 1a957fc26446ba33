"""Baselines: right where the answer is known, seeded, stoppable, and those that come along are what is measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.data import sources
from engine.data.baselines import Stopped, measure, remembered
from engine.data.datasets import DataError, catalogue, get, load, samples
from engine.data.pipeline import split
from engine.data.views import views
from engine.settings.data import DataConfig
from tests.engine.own_data import table

ON_BOARD = [dataset for dataset in catalogue() if not dataset.files]
SMALL = ("digits", "iris", "wine", "breast_cancer", "diabetes", "digit_rows")


def config(name: str, **values: object) -> DataConfig:
    return DataConfig.model_validate({"dataset": name, **values})


def test_majority_and_neighbour_by_hand() -> None:
    made = config("iris", seed=4)
    found = {one.name: one for one in measure(made)}
    arrays = load("iris")
    parts = split(made, arrays, dict(get("iris").fields))
    train, test = parts["train"], parts["test"]
    most = np.bincount(arrays["label"][train]).argmax()
    assert found["majority"].score == pytest.approx(np.mean(arrays["label"][test] == most))
    x = arrays["features"].astype(np.float64)
    x = (x - x[train].mean(0)) / x[train].std(0)
    nearest = ((x[test][:, None] - x[train][None]) ** 2).sum(-1).argmin(1)
    assert found["nearest neighbour"].score == pytest.approx(
        np.mean(arrays["label"][train][nearest] == arrays["label"][test])
    )
    assert found["small MLP"].score > 0.8
    assert {(one.train, one.test, one.mae) for one in found.values()} == {(106, 22, None)}


def test_numbers_are_judged_by_error_and_r2() -> None:
    found = {one.name: one for one in measure(config("diabetes"))}
    assert list(found) == ["mean", "nearest neighbour", "linear", "gradient boosting", "small MLP"]
    assert found["mean"].score == pytest.approx(0, abs=0.05)
    assert found["mean"].mae == pytest.approx(70.15, abs=0.01)
    assert found["small MLP"].score > 0.3
    assert min(found[name].score for name in ("linear", "gradient boosting")) > 0.4


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer"])
def test_the_linear_model_is_logistic_regression(name: str) -> None:
    from sklearn.linear_model import LogisticRegression

    made = config(name)
    parts = split(made, load(name), dict(get(name).fields))
    arrays = {key: np.asarray(values) for key, values in load(name).items()}
    source = np.random.RandomState(0)
    seen = views(get(name), arrays, parts["train"], parts["test"], "label", source)
    theirs = float(
        np.mean(LogisticRegression(C=1.0).fit(seen.train, seen.train_goal).predict(seen.test) == seen.test_goal)
    )
    (ours,) = [one.score for one in measure(made) if one.name == "linear"]
    assert ours == pytest.approx(theirs, abs=0.08)


def test_a_forecast_has_the_last_value_too() -> None:
    found = {one.name: one for one in measure(config("series"))}
    arrays = load("series")
    test = split(config("series"), arrays, dict(get("series").fields))["test"]
    wrong = np.abs(arrays["past"][test, -1, :1] - arrays["future"][test]).mean()
    assert found["last value"].mae == pytest.approx(wrong, rel=1e-5)
    assert found["mean"].score < found["last value"].score < found["small MLP"].score


def test_the_same_seed_measures_the_same_and_another_parts_anew() -> None:
    first = measure(config("iris", seed=1))
    assert first == measure(config("iris", seed=1))
    assert first != measure(config("iris", seed=2))


def test_progress_grows_to_the_end_and_says_what_it_is_about() -> None:
    seen: list[tuple[float, str]] = []
    measure(config("wine"), lambda share, name: seen.append((share, name)))
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    ways = ("majority", "nearest neighbour", "linear", "gradient boosting", "small MLP")
    assert {name for _, name in seen} == {f"{way} for label" for way in ways}


@pytest.mark.parametrize("after", [0, 1, 5, 20])
def test_it_can_be_cancelled_between_any_two_steps(after: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Stopped):
        measure(config("digits"), cancelled=cancelled)
    assert asked == after + 1


def test_without_a_test_part_there_is_nothing_to_judge() -> None:
    found = measure(config("iris", split={"train": 0.8, "validation": 0.2, "test": 0.0}))
    assert {(one.part, one.test) for one in found} == {("validation", 30)}
    with pytest.raises(DataError, match=r"data\.split leaves both empty"):
        measure(config("iris", split={"train": 1.0, "validation": 0.0, "test": 0.0}))


def test_own_tables_are_measured_by_every_way(tmp_path: Path) -> None:
    rows = [(i % 13, i * 7 % 11, "" if i % 9 == 0 else i % 5, ((i % 13) > 6) * 3.5 + i % 5 * 0.1) for i in range(150)]
    found = sources.describe(table(tmp_path / "a.csv", ("a", "b", "c", "target"), *rows))
    ways = {one.name: one for one in measure(DataConfig(source=found.settings))}
    assert list(ways) == ["mean", "nearest neighbour", "linear", "gradient boosting", "small MLP"]
    assert ways["gradient boosting"].score > ways["mean"].score
    assert 0.5 < ways["linear"].score <= 1.0


def test_categories_that_are_looked_up_are_seen(tmp_path: Path) -> None:
    rows = [(index * 7 % 11, f"kind {index % 30}", (index % 30) % 2 * 5 + index % 3) for index in range(240)]
    wish = {"columns": ({"name": "kind", "encoding": "embedding"}, {"name": "target", "type": "number"})}
    found = sources.describe(table(tmp_path / "a.csv", ("a", "kind", "target"), *rows), "table", wish)
    assert "kind" in found.fields
    ways = {one.name: one.score for one in measure(DataConfig(source=found.settings))}
    assert ways["linear"] > 0.6


@pytest.mark.parametrize("after", [0, 2, 5])
def test_gradient_boosting_is_cancelled_between_trees(after: int) -> None:
    asked: list[str] = []

    def cancelled() -> bool:
        return asked.count("gradient boosting for target") > after

    with pytest.raises(Stopped):
        measure(config("diabetes"), lambda share, name: asked.append(name), cancelled)
    assert asked.count("gradient boosting for target") == after + 1


@pytest.mark.parametrize("dataset", ON_BOARD, ids=lambda dataset: dataset.name)
def test_those_on_board_come_with_theirs(dataset) -> None:
    found = remembered(config(dataset.name))
    targets = [name for name, field in dataset.fields.items() if field.role == "target"]
    assert list(dict.fromkeys(one.target for one in found)) == targets
    ways = 4 + 2 * (dataset.task == "forecast") + (dataset.kind == "table")
    assert len(found) == ways * len(targets)
    assert all(0.05 < one.score <= 1 or one.name in ("majority", "mean") for one in found)
    for target in targets:
        simple, *others = [one.score for one in found if one.target == target]
        assert max(others) > simple, "there is something to learn"


def test_for_other_settings_and_files_nothing_is_remembered() -> None:
    assert not remembered(config("iris", seed=1))
    assert not remembered(config("iris", split={"train": 0.8, "validation": 0.1, "test": 0.1}))
    assert not remembered(config("mnist"))
    assert not remembered(DataConfig())
    transforms = ({"name": "standardise", "field": "features"},)
    assert remembered(config("iris", transforms=transforms)) == remembered(config("iris"))


@pytest.mark.parametrize("name", SMALL)
def test_what_comes_along_is_what_is_measured(name: str) -> None:
    _compare(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", [dataset.name for dataset in ON_BOARD if dataset.name not in SMALL])
def test_what_comes_along_with_the_large_ones_is_what_is_measured(name: str) -> None:
    _compare(name)


def _compare(name: str) -> None:
    """Two points of room: another version of Python has other docstrings, another processor rounds in another way."""
    for now, then in zip(measure(config(name)), remembered(config(name)), strict=True):
        assert (now.target, now.name) == (then.target, then.name)
        assert now.score == pytest.approx(then.score, abs=0.05)


def test_rows_of_positions_see_what_is_around_them() -> None:
    dataset = get("python_tokens")
    found = samples("python_tokens")
    train, test = np.arange(100), np.arange(100, 140)
    seen = views(dataset, found.arrays, train, test, "kind", np.random.RandomState(0))
    classes = dataset.fields["text"].classes or 0
    assert seen.train.shape[1] == 13 * classes
    middle = seen.test[:, 6 * classes : 7 * classes].argmax(1)
    spaces = middle == dataset.fields["text"].names.index(" ")
    assert spaces.any()
    assert not (middle == 0).any(), "padding is not a row"
    kinds = {dataset.fields["kind"].names[kind] for kind in seen.test_goal[spaces].tolist()}
    assert kinds <= {"space", "string", "comment"}


def test_the_file_holds_nothing_of_sets_that_are_gone() -> None:
    from importlib.resources import files

    table = json.loads(files("resources").joinpath("baselines.json").read_text(encoding="utf-8"))
    assert list(table) == [dataset.name for dataset in ON_BOARD]


def test_the_page_of_data_has_every_set_with_its_scores() -> None:
    lines = (Path(__file__).parents[2] / "resources" / "docs" / "data.md").read_text(encoding="utf-8").splitlines()
    for dataset in catalogue():
        (row,) = [line for line in lines if line.startswith(f"| `{dataset.name}` |")]
        assert f" {dataset.samples:,} |" in row
        for name in dataset.fields:
            assert name in row
        for one in remembered(config(dataset.name)):
            said = f"{100 * one.score:.1f} %" if one.mae is None else f"MAE {one.mae:.3g}, R² {one.score:.2f}"
            assert said in row or one.name in ("last value", "a season before"), (dataset.name, one)
