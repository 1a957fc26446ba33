"""Tables: which columns count, and how the answer goes along one; scikit-learn's inspection is the oracle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.inspection import partial_dependence, permutation_importance

import presets
from engine.data import sources
from engine.edits import SetSetting
from engine.graph import Graph
from engine.inside.looking.columns import columns_of
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.methods import method
from engine.inside.looking.opening import inspector_of
from engine.inside.looking.results import Arithmetic, Bars, Curve
from engine.inside.looking.target import Target
from engine.training.loop import Trainer
from presets.fitting import fitted
from tests.engine.looking_networks import asked, fresh, last
from tests.engine.own_data import wine_table


class Wrapped(ClassifierMixin, BaseEstimator):
    """A trained network as scikit-learn sees an estimator."""

    def __init__(self, module: torch.nn.Module) -> None:
        self.module = module
        self.classes_ = np.arange(3)

    def fit(self, x: Any, y: Any) -> Wrapped:
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return self.module(torch.from_numpy(np.asarray(x, np.float32))).softmax(-1).numpy()

    def predict(self, x: np.ndarray) -> np.ndarray:
        return self.predict_proba(x).argmax(-1)


def trained(graph: Graph, folder: Path) -> Inspector:
    for path, value in ((("training", "epochs"), 8), (("training", "threads"), 1)):
        SetSetting(path, value).apply(graph)
    assert Trainer(graph, folder).run().state == "finished"
    return inspector_of(folder)


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    place = tmp_path_factory.mktemp("looking")
    return trained(fitted("mlp", sources.describe(wine_table(place / "wine.csv")))[0], place / "run")


def data(inspector: Inspector) -> tuple[np.ndarray, np.ndarray]:
    part = inspector.trained.data.train
    field = inspector.network.heads[0].field
    return part.values("features").numpy(), part.values(field).numpy()


def on_train(inspector: Inspector, **options: Any) -> Any:
    return replace(asked(inspector, options=options), samples=inspector.trained.data.train)


def test_permutation_importance_is_scikit_learns(wine: Inspector) -> None:
    """Both draw 60 permutations; the means agree within what that leaves open."""
    result = last(method("permutation-importance"), on_train(wine, repeats=60)).result
    assert isinstance(result, Bars)
    x, y = data(wine)
    known = permutation_importance(Wrapped(wine.network.module), x, y, n_repeats=60, random_state=1)
    columns = wine.trained.data.fields["features"].columns
    alone = {one.name: one.positions[0] for one in columns_of(wine.trained) if len(one.positions) == 1}
    assert all(columns[position] == name for name, position in alone.items())
    assert len(alone) == 11, "of two columns it is known, too, where they are empty"
    found = dict(zip(result.names, result.values.tolist(), strict=True))
    assert result.errors is not None
    spread = dict(zip(result.names, result.errors.tolist(), strict=True))
    for name, position in alone.items():
        mean, deviation = known.importances_mean[position], known.importances_std[position]
        assert found[name] == pytest.approx(mean, abs=4 * (deviation + spread[name]) / 60**0.5 + 1e-9), name
    assert list(result.values) == sorted(result.values, reverse=True)


@pytest.mark.parametrize("column", [0, 1, 2])
def test_partial_dependence_is_scikit_learns(wine: Inspector, column: int) -> None:
    one = [one for one in columns_of(wine.trained) if len(one.positions) == 1][column]
    (position,) = one.positions
    question = replace(on_train(wine, column=one.name, points=12), target=Target(0, 1))
    result = last(method("partial-dependence"), question).result
    assert isinstance(result, Curve)
    x, _ = data(wine)
    low, high = np.quantile(x[:, position], [0.05, 0.95])
    estimator, values = Wrapped(wine.network.module), {position: np.linspace(low, high, 12)}
    known = partial_dependence(
        estimator, x, [position], custom_values=values, response_method="predict_proba", method="brute"
    )
    assert result.y == pytest.approx(known["average"][1], abs=1e-5)
    raw = np.asarray(wine.trained.data.raw["features"][wine.trained.data.train.indices])[:, position]
    there = np.isfinite(raw)  # the others were filled in
    grid = np.interp(known["grid_values"][0], np.sort(x[there, position]), np.sort(raw[there]))
    assert result.x == pytest.approx(grid, rel=1e-5)
    assert np.nanmin(raw) <= result.x[0] < result.x[-1] <= np.nanmax(raw)


def test_a_column_of_categories_is_shuffled_as_one(tmp_path: Path) -> None:
    """Its numbers stay together: each row has still exactly one category."""
    generator = np.random.default_rng(0)
    colours, size = generator.choice(["red", "green", "blue"], 240), generator.normal(size=240)
    rows = [
        f"{colour},{value:.4f},{'yes' if colour == 'red' else 'no'}"
        for colour, value in zip(colours, size, strict=True)
    ]
    table = tmp_path / "colours.csv"
    table.write_text("\n".join(["colour,size,ripe", *rows]) + "\n")
    inspector = trained(fitted("mlp", sources.describe(table))[0], tmp_path / "run")
    names = [one.name for one in columns_of(inspector.trained)]
    assert names == ["colour", "size"]
    result = last(method("permutation-importance"), asked(inspector)).result
    assert isinstance(result, Bars)
    assert result.names[0] == "colour"
    assert method("partial-dependence").options[0].allowed(inspector.trained) == ("size",)


def test_a_table_on_board_has_its_columns() -> None:
    inspector = Inspector(fresh(presets.build("linear-classifier")))
    result = last(method("permutation-importance"), asked(inspector)).result
    assert isinstance(result, Bars)
    assert len(result.names) == 4
    assert "petal" in " ".join(result.names)


def test_numbers_of_an_array_are_columns(tmp_path: Path) -> None:
    """Arrays of one's own have columns as a table has: one important number is found, and each has a name."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(200, 4)).astype("float32")
    np.savez(tmp_path / "own.npz", x=x, y=(x[:, 2] > 0).astype("int64"))
    inspector = trained(fitted("linear-classifier", sources.describe(tmp_path / "own.npz"))[0], tmp_path / "run")
    question = asked(inspector)
    found = last(method("permutation-importance"), question).result
    assert isinstance(found, Bars)
    assert sorted(found.names) == ["x 1", "x 2", "x 3", "x 4"]
    assert found.names[0] == "x 3"
    for id in ("saliency", "integrated-gradients", "occlusion"):
        bars = last(method(id), question).result
        assert isinstance(bars, Bars)
        assert bars.names == ("x 1", "x 2", "x 3", "x 4")
    assert isinstance(last(method("partial-dependence"), question).result, Curve)
    arithmetic = last(method("arithmetic"), asked(inspector, "fc1")).result
    assert isinstance(arithmetic, Arithmetic)
    assert arithmetic.names == ("x 1", "x 2", "x 3", "x 4")
