"""Numbers that are learned with mean 0 and deviation 1 are judged, and shown, in the units of the data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.data.sources import describe
from engine.data.transforms import Fitted, in_own_units, units_of
from engine.edits import SetSetting
from engine.inside.evaluation.answered import answer_all
from engine.inside.evaluation.evaluation_set import of_part
from engine.inside.evaluation.hardest import target_words
from engine.inside.evaluation.residuals import residuals
from engine.inside.generating.forecasting import forecast
from engine.inside.generating.jobs import Forecasting, job_of
from engine.inside.trained import open_run
from engine.settings.transforms import Standardise
from engine.training.loop import Trainer
from engine.training.runs.answers import read_predictions
from engine.training.sample_table import SampleTable
from presets.fitting import fitted
from tests.engine.own_series import hourly, written
from tests.engine.test_exports_training_script import agrees
from tests.engine.test_sources_series import look


@given(
    st.sampled_from([(), (5,), (4, 3), (2, 3, 3), (2, 2, 3, 3)]),
    st.integers(0, 999),
    st.booleans(),
    st.sampled_from([1, 2]),
)
def test_units_are_those_that_the_transforms_took_away(
    shape: tuple[int, ...], seed: int, flat: bool, times: int
) -> None:
    source = np.random.RandomState(seed)
    values = source.normal(5, 3, (6, *shape)).astype(np.float32)
    learnt = list[Fitted]()
    changed = values
    for _ in range(times):
        count = 1 if not shape else shape[{3: 0, 4: 1}.get(len(shape), -1)]
        mean, std = source.normal(0, 4, count), source.uniform(0.5, 3, count)
        learnt.append(Fitted(Standardise(field="y"), tuple(mean.tolist()), tuple(std.tolist())))
        changed = learnt[-1].apply(changed)
    units = units_of(learnt, "y", shape)
    assert units is not None
    given_as = torch.from_numpy(changed)
    given_as = given_as.reshape(6, -1) if flat else given_as
    np.testing.assert_allclose(units.own(given_as).numpy().ravel(), values.ravel(), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(in_own_units(changed, learnt, "y", shape), values, rtol=1e-4, atol=1e-4)
    moved = given_as + 1
    apart = units.own(moved) - units.own(given_as)
    np.testing.assert_allclose(units.distance(moved - given_as), apart, rtol=1e-3, atol=1e-4)
    assert units_of(learnt, "x", shape) is None


@pytest.mark.parametrize("targets", ["load", "load,temperature"])
def test_a_forecast_is_judged_in_the_units_of_its_column(tmp_path: Path, targets: str) -> None:
    path = written(tmp_path / "load.csv", hourly(300))
    graph, _found = fitted("lstm-forecaster:hidden=4", look(path, targets=targets, window=12, horizon=3))
    SetSetting(("training", "epochs"), 1).apply(graph)
    run = tmp_path / "run"
    result = Trainer(graph, run).run()
    trained = open_run(run)
    (head,) = trained.network.heads
    found = residuals(answer_all(trained, of_part(trained, "test")), head)
    far = [one.differences for one in found]
    raw = trained.data.raw["future"][trained.data.test.indices]
    np.testing.assert_allclose(np.stack([one.true for one in found], -1).ravel(), raw.ravel(), rtol=1e-4)
    assert result.test["mae"] == pytest.approx(np.abs(far).mean(), rel=1e-5)
    assert result.test["mae"] > 1.5, "the deviation of the load is 14"
    first = f"{raw[0].ravel()[0]:.4g}, "
    assert target_words(answer_all(trained, of_part(trained, "test")), head, 0).startswith(first)
    history = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    steps = [row["mae"] for row in history if row["split"] == "train"]
    assert min(steps) > 1.5, "the curve of the steps is in the same units"
    if targets == "load":
        job = job_of(trained)
        assert isinstance(job, Forecasting)
        each = [forecast(trained, job, index).error for index in range(len(trained.data.test))]
        assert result.test["mae"] == pytest.approx(np.mean(each), rel=1e-4)
        # a run of a former version continues as it began
        facts = json.loads((run / "run.json").read_text())
        assert facts.pop("own_units") is True
        (run / "run.json").write_text(json.dumps(facts))
        old = open_run(run)
        again = old.network.evaluate(old.data.test, 64, lambda: True)
        assert again is not None
        assert 0 < again["mae"] < 1.5  # type: ignore[operator]
        assert again["mase"] == pytest.approx(result.test["mase"], rel=1e-4)
        assert target_words(answer_all(old, of_part(old, "test")), old.network.heads[0], 0).startswith(first)


def test_what_a_network_was_given_is_shown_in_the_units_of_its_columns(tmp_path: Path) -> None:
    """The values in ``predictions.json`` are those of the file, of a series and of a table."""
    path = written(tmp_path / "load.csv", hourly(200))
    graph, _found = fitted("lstm-forecaster:hidden=4", look(path, window=12, horizon=3))
    table = written(tmp_path / "rows.csv", hourly(200))
    rows, _found = fitted("mlp", describe(table, "table"))
    for name, network, field in (("series", graph, "past"), ("table", rows, "features")):
        SetSetting(("training", "epochs"), 1).apply(network)
        Trainer(network, tmp_path / name).run()
        raw = open_run(tmp_path / name).data.raw[field]
        stored = read_predictions(tmp_path / name)
        assert stored
        for samples in stored.values():
            assert isinstance(samples.values, SampleTable)
            for sample in samples.values.samples:
                assert sample.input is not None
                np.testing.assert_allclose(sample.input, raw[sample.place].ravel(), rtol=2e-5)


@pytest.mark.slow
@pytest.mark.parametrize("targets", ["load", "load,temperature"])
def test_a_training_script_says_the_same(tmp_path: Path, targets: str) -> None:
    path = written(tmp_path / "load.csv", hourly(200))
    graph, _found = fitted("lstm-forecaster:hidden=4", look(path, targets=targets, window=12, horizon=3))
    SetSetting(("training", "epochs"), 1).apply(graph)
    Trainer(graph, tmp_path / "run").run()
    agrees(tmp_path / "run", tmp_path / "script")
