"""Series of a user's own: found beside tables, cut into windows that no border tears, learned from, asked about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import sources
from engine.data.dataset import DataError, Samples
from engine.data.fields import fields
from engine.data.origin import opened
from engine.data.pipeline import prepare
from engine.data.sources.describing import config_of
from engine.data.sources.kinds import kinds, source_of
from engine.data.sources.series.series import Series
from engine.data.sources.tables.reading import read
from engine.data.splitting import PARTS, parts_of, split
from engine.edits import SetSetting
from engine.inside.generating.forecasting import forecast
from engine.inside.generating.jobs import Forecasting, job_of
from engine.inside.predicting import predict
from engine.inside.trained import open_run
from engine.settings.data import DataConfig, SplitSettings
from engine.training.loop import Trainer
from presets.fitting import fitted
from tests.engine.own_series import hourly, written


def look(path: Path, **options: object) -> sources.Found:
    return sources.describe(path, "series", options)


def series_of(found: sources.Found) -> Series:
    source = source_of(found.settings)
    assert isinstance(source, Series)
    return source


def test_a_table_in_order_of_time_is_read_as_a_series(tmp_path: Path) -> None:
    path = written(tmp_path / "load.csv", hourly(600))
    assert sources.describe(path).kind == "series"
    assert kinds()["series"].suspect(path) == "Its column 'time' is in order of time."
    found = look(path)
    source = series_of(found)
    assert found.task == "forecast"
    assert [note.code for note in found.notes] == ["read-as-table"]
    assert (source.time, source.groups, source.targets) == ("time", (), ("load",))
    assert source.inputs == ("temperature", "holiday")
    assert source.season == 24
    assert found.fields["past"].columns == ("load", "temperature", "holiday")
    assert found.fields["future"].columns[:2] == ("load +1", "load +2")
    assert (
        sources.describe(path, "series", found.settings.options).settings == found.settings
    )  # nothing is guessed again
    mixed = written(tmp_path / "mixed.csv", list(reversed(hourly(60)[::7])) + hourly(40))
    assert not kinds()["series"].suspect(mixed)


def test_windows_hold_what_the_file_does_and_no_border_tears_them(tmp_path: Path) -> None:
    rows = hourly(300, ("north", "south"))
    path = written(tmp_path / "load.csv", rows)
    found = look(path, window=12, horizon=4, known="holiday", inputs="temperature")
    source, config = series_of(found), config_of(found.settings)
    assert source.groups == ("site",)
    assert source.known == ("holiday",)
    samples = opened(config)
    assert len(samples.arrays["past"]) == 2 * (300 - 12 - 4 + 1) == found.samples
    loads = {site: [float(row["load"]) for row in rows if row["site"] == site] for site in ("north", "south")}
    off = [float(row["holiday"]) for row in rows[::2]]
    for index in (0, 17, 285, 400):
        site, start = ("north", "south")[index % 2], index // 2
        np.testing.assert_allclose(samples.arrays["past"][index, :, 0], loads[site][start : start + 12], rtol=1e-6)
        np.testing.assert_allclose(samples.arrays["future"][index], loads[site][start + 12 : start + 16], rtol=1e-6)
        assert samples.arrays["ahead"][index, :, 0].tolist() == off[start + 12 : start + 16]
        assert samples.names[index] == f"load.csv {site} after {rows[2 * (start + 11)]['time']}"
    parts = split(config, samples.arrays, fields(config))
    assert samples.groups is not None
    assert samples.ends is not None
    for before, after in (("train", "validation"), ("validation", "test")):
        assert samples.ends[parts[before]].max() < samples.groups[parts[after]].min()
    assert len(set(np.concatenate(list(parts.values())).tolist())) == sum(map(len, parts.values()))


@settings(max_examples=30, deadline=None)
@given(
    st.integers(2, 80),
    st.integers(1, 8),
    st.integers(1, 4),
    st.floats(0.1, 0.4),
    st.floats(0.1, 0.4),
)
def test_parts_of_windows_share_no_moment(count: int, step: int, span: int, first: float, second: float) -> None:
    starts = np.arange(count, dtype=np.float64) * step
    samples = Samples({}, starts, ids=np.arange(count, dtype=np.uint64), ends=starts + span)
    shares = {"train": 1 - first - second, "validation": first, "test": second}
    config = DataConfig(split=SplitSettings(**shares))
    try:
        parts = parts_of(config, "time", samples, count, None)
    except DataError:  # too few for three parts
        assert count < 10 * (2 + span // step) / min(first, second)
        return
    reached = -1.0
    for name in PARTS:
        assert len(parts[name])
        assert starts[parts[name]].min() > reached
        reached = max(reached, (starts + span)[parts[name]].max())
    torn = count - sum(map(len, parts.values()))
    assert torn <= 2 * (span // step)  # none is left out that could stay


def test_folds_keep_windows_apart_too(tmp_path: Path) -> None:
    found = look(written(tmp_path / "load.csv", hourly(400)), window=8, horizon=4)
    for fold in (1, 2, 3):
        config = config_of(found.settings).model_copy(update={"split": SplitSettings(folds=3, fold=fold)})
        samples = opened(config)
        parts = split(config, samples.arrays, fields(config))
        assert samples.groups is not None
        assert samples.ends is not None
        assert samples.ends[parts["train"]].max() < samples.groups[parts["validation"]].min()
        assert samples.ends[parts["validation"]].max() < samples.groups[parts["test"]].min()


def test_what_is_empty_holds_the_value_before_and_is_never_forecast(tmp_path: Path) -> None:
    def change(index: int, row: dict[str, str]) -> None:
        if index == 100:
            row["load"] = "broken"
        if index == 0:
            row["temperature"] = ""

    path = written(tmp_path / "load.csv", hourly(200), change)
    found = look(path, window=6, horizon=2)
    said = {note.code: note.message for note in found.notes}
    assert said["not-numbers"] == "1 cell of 'load' holds no number and counts as empty: line 102."
    assert "empty-cells" in said
    samples = opened(config_of(found.settings))
    assert len(samples.arrays["past"]) == 200 - 8 + 1 - 2 - 1  # those that forecast row 100, and the one with row 0
    rows = hourly(200)
    index = next(at for at, name in enumerate(samples.names) if name.endswith(rows[101]["time"]))
    assert samples.arrays["past"][index, -2, 0] == np.float32(rows[99]["load"])
    assert not any(np.isnan(column[:]).any() for column in samples.arrays.values())


def test_what_is_odd_is_a_note(tmp_path: Path) -> None:
    rows = hourly(200, ("north", "south"))
    kept = [
        row for index, row in enumerate(rows) if index // 2 not in (50, 51) and (row["site"] == "north" or index < 9)
    ]
    kept[20], kept[21] = kept[21], kept[20]
    found = look(written(tmp_path / "load.csv", kept), window=6, horizon=2, groups="site")
    said = {note.code: note.message for note in found.notes}
    assert said["gaps"].startswith("1 gap in 'time'")
    assert said["short-groups"] == "1 group is left out: 8 rows make one window."
    assert said["unsorted"] == "The rows are not in order of 'time': they are read in its order."


def wrong(tmp_path: Path, rows: list[dict[str, str]], **options: object) -> str:
    with pytest.raises(DataError) as caught:
        look(written(tmp_path / "load.csv", rows), **options)
    return str(caught.value)


def test_what_cannot_be_a_series_is_said_in_a_sentence(tmp_path: Path) -> None:
    rows = hourly(60)
    assert "has the time '2024-01-01 05:00' twice (line 8): choose the column" in wrong(
        tmp_path, [*rows[:6], rows[5], *rows[6:]]
    )
    assert "need 80 rows in a row, and it has 60" in wrong(tmp_path, rows, window=70, horizon=10)
    assert "the longest group has 60" in wrong(tmp_path, hourly(60, ("a", "b")), window=70, horizon=10)
    untimed = [{"a": row["load"], "b": row["temperature"]} for row in rows]
    assert "has no column of dates or times in order" in wrong(tmp_path, untimed)
    assert "'site' cannot be among the targets: numbers are needed" in wrong(
        tmp_path, hourly(60, ("a b c",)), targets="site"
    )
    assert "no column 'gone'" in wrong(tmp_path, rows, time="gone")
    assert "'load' cannot be among the inputs: it tells" in wrong(tmp_path, rows, groups="load", inputs="load")
    assert "neither dates nor numbers" in wrong(tmp_path, hourly(60, ("a", "b")), time="site")
    small = SplitSettings(train=0.9, validation=0.05, test=0.05)
    config = config_of(look(written(tmp_path / "load.csv", rows), window=4, horizon=2).settings)
    config = config.model_copy(update={"split": small})
    with pytest.raises(DataError, match="validation part has no sample of its own"):
        prepare(config)


def test_what_is_learnt_of_the_data_is_learnt_of_the_training_part(tmp_path: Path) -> None:
    rows, later = hourly(300), hourly(300)
    for row in later[240:]:
        row["load"] = row["temperature"] = "1000"
    means = []
    for name, table in (("one", rows), ("other", later)):
        found = look(written(tmp_path / f"{name}.csv", table), window=8, horizon=4)
        config = config_of(found.settings).model_copy(
            update={"transforms": DataConfig.model_validate({"transforms": found.transforms}).transforms}
        )
        means.append([one.mean for one in prepare(config).fitted])
    assert means[0] == means[1]
    assert [len(one) for one in means[0]] == [3, 4]  # of the past each column, of what is forecast each step


@pytest.mark.parametrize("targets", ["load", "load,temperature"])
def test_a_forecaster_learns_and_says_what_comes_after_new_rows(tmp_path: Path, targets: str) -> None:
    path = written(tmp_path / "load.csv", hourly(400, ("north", "south")))
    graph, _found = fitted("lstm-forecaster:hidden=8", look(path, targets=targets, window=12, horizon=3))
    for name, value in (("epochs", 1), ("optimizer", {"name": "adam", "lr": 0.01})):
        SetSetting(("training", name), value).apply(graph)
    assert Trainer(graph, tmp_path / "run").run().state == "finished"
    trained = open_run(tmp_path / "run")
    new = written(tmp_path / "new.csv", hourly(30, ("east",), seed=4) + hourly(5, ("west",)))
    first, second = predict(trained, [new])
    assert first.name == "new.csv east after 2024-01-02 05:00"
    assert not first.error
    assert first.answers[0].numbers[0][1] > 20  # in its own units: loads are about 100
    (answer,) = first.answers
    columns = targets.split(",")
    assert [name for name, _ in answer.numbers] == [f"{name} +{step}" for step in (1, 2, 3) for name in columns]
    assert "5 rows are known, and this network is given 12" in second.error
    last = written(tmp_path / "last.csv", hourly(30, ("east",), seed=4)[-12:])
    again = predict(trained, [last])[0].answers[0].numbers
    np.testing.assert_allclose([one for _, one in again], [one for _, one in answer.numbers], rtol=1e-4)
    if targets == "load":
        job = job_of(trained)
        assert isinstance(job, Forecasting)
        assert job.column == 0
        found = forecast(trained, job, 0)
        assert len(found.expected) == 3
        raw, indices = trained.data.raw["future"], trained.data.test.indices
        np.testing.assert_allclose(found.true, raw[indices[0]], rtol=1e-4)


def test_known_columns_are_asked_for_of_the_future(tmp_path: Path) -> None:
    found = look(written(tmp_path / "load.csv", hourly(200)), window=6, horizon=3, known="holiday")
    source = series_of(found)
    rows = hourly(20)
    for row in rows[-3:]:
        row["load"] = row["temperature"] = ""
    asked = source.ask([written(tmp_path / "new.csv", rows)])
    assert asked.names == ("new.csv after 2024-01-01 16:00",)
    assert not asked.unread
    assert np.asarray(asked.arrays["past"])[0, -1, 0] == np.float32(rows[16]["load"])
    assert np.asarray(asked.arrays["ahead"]).shape == (1, 3, 1)
    (error,) = source.ask([written(tmp_path / "short.csv", rows[:-1])]).unread.values()
    assert "2 rows follow, and 'holiday' has to be known 3 steps ahead" in str(error)


def test_parquet_gives_the_same_windows_as_csv(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = written(tmp_path / "load.csv", hourly(120))
    table = read(path)
    table["time"] = table["time"].astype("datetime64[s]")
    for name in ("temperature", "load", "holiday"):
        table[name] = table[name].astype("float64")
    table.to_parquet(tmp_path / "load.parquet")
    both = [opened(config_of(look(one, window=6, horizon=2).settings)) for one in (path, tmp_path / "load.parquet")]
    for name, column in both[0].arrays.items():
        np.testing.assert_array_equal(column[:], both[1].arrays[name][:])
    assert both[0].ids is not None
    assert (both[0].ids == both[1].ids).all()
