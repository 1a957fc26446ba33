"""Curves of a long run are stored as columns: they are those of the lines, and in doubt the lines count."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import presets
from engine.training.history import History
from engine.training.loop import Trainer
from engine.training.runs import curves_cache, metric_lines
from engine.training.runs.clock import Clock, read_curves
from engine.training.runs.folder import CURVES, METRICS, TIMING, RunError, is_half
from engine.training.runs.lines import plain
from engine.training.runs.metric_lines import read_metrics
from tests.engine.stopping import Stopping


@pytest.fixture(autouse=True)
def of_any_length() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curves_cache, "WORTH_IT", 0)
        yield


def run_of(folder: Path, steps: int = 40) -> Path:
    lines = [f'{{"step":{n},"epoch":{n // 20},"split":"train","loss":{1 / n},"lr":0.1}}' for n in range(1, steps + 1)]
    lines.insert(20, '{"step":20,"epoch":1,"split":"validation","loss":"NaN","confusion_matrix":[[3,1],[0,4]]}')
    (folder / METRICS).write_text("\n".join(lines) + "\n")
    (folder / TIMING).write_text('{"step":20,"seconds":2.0,"samples_per_second":9.5}\n{"step":40,"seconds":5.0}\n')
    return folder


def same(one: History, other: History) -> bool:
    names = one.names() == other.names()
    points = all(np.array_equal(one.points(name), other.points(name), equal_nan=True) for name in one.names())
    return names and points and one.tables == other.tables


def test_the_second_reading_gives_the_same_without_the_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(tmp_path)
    first = read_curves(run)
    assert is_half(CURVES), "copies leave it out, and a run that continues clears it away"
    monkeypatch.setattr("engine.training.runs.clock._read", None)  # nobody asks the lines
    again = read_curves(run)
    assert same(first, again)
    assert again.series("train/loss")[1].tolist() == [1 / n for n in range(1, 41)]
    again.append("train/loss", 41, 0.5, 2)  # a run that continues appends to it
    assert len(again.series("train/loss")[0]) == 41


def test_lines_that_have_changed_are_read_again(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    read_curves(run)
    text = (
        (run / METRICS)
        .read_text()
        .replace('"step":40,"epoch":2,"split":"train"', '"step":40,"epoch":9,"split":"train"')
    )
    before = os.stat(run / METRICS).st_mtime_ns
    (run / METRICS).write_text(text)
    os.utime(run / METRICS, ns=(before + 1, before + 1))
    assert read_curves(run).epochs("train/loss")[-1] == 9


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_cache_is_read_past(tmp_path: Path, data: st.DataObject) -> None:
    run = run_of(tmp_path)
    (run / CURVES).unlink(missing_ok=True)
    whole = read_curves(run)
    content = (run / CURVES).read_bytes()
    end = content.index(b"\n") + 1
    cut = data.draw(st.integers(0, len(content) - 1))
    (run / CURVES).write_bytes(content[:cut])
    assert same(read_curves(run), whole), "cut off"
    at, value = data.draw(st.integers(0, end - 1)), data.draw(st.integers(0, 255))
    (run / CURVES).write_bytes(content[:at] + bytes([value]) + content[at + 1 :])
    assert same(read_curves(run), whole), "another header"


def test_a_folder_for_reading_only_goes_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_of(tmp_path)
    (run / CURVES).mkdir()  # nothing can be written there, and nothing be read
    assert len(read_curves(run).series("train/loss")[0]) == 40


def test_a_run_that_has_ended_is_open_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = Trainer(presets.build("linear-classifier"), tmp_path / "run", control=Stopping(30)).run()
    assert (result.run / CURVES).exists()
    with monkeypatch.context() as patch:
        patch.setattr("engine.training.runs.clock._read", None)  # nobody asks the lines
        stored = read_curves(result.run)
    (result.run / CURVES).unlink()
    assert same(stored, read_curves(result.run))
    whole = Trainer.resume(result.run).run()
    assert len(read_curves(whole.run).series("train/loss")[0]) == whole.steps > 30


VALUES = st.one_of(
    st.floats(width=64).map(plain),
    st.integers(-(2**60), 2**60),
    st.sampled_from([None, True, "no number", 10**400, [1, "NaN"], [[1, 2.5]], {}]),
)
ROWS = st.fixed_dictionaries(
    {
        "step": st.integers(0, 50) | st.sampled_from([2.5, "3", None, 10**400]),
        "epoch": st.integers(0, 3) | st.sampled_from([1.5, True]),
        "split": st.sampled_from(["train", "train", "train", "validation", 1]),
    },
    optional={"loss": VALUES, "lr": st.floats(0, 1), "\ud800": st.floats(0, 1)},
)
LINES = st.lists(ROWS.map(json.dumps) | st.sampled_from(["", "{", "[]", "5", '{"step":1}', "x" * 300]), max_size=12)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.sampled_from(["", '{"step":7', "x" * 300]), st.integers(1, 400))
def test_lines_read_together_give_what_each_by_itself_gives(
    tmp_path: Path, lines: list[str], rest: str, at_once: int
) -> None:
    (tmp_path / METRICS).write_text("".join(f"{line}\n" for line in lines) + rest)
    clock = Clock()
    clock.add(10, 2.0)
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metric_lines, "LONGEST_LINE", 250)
        patch.setattr(metric_lines, "MOST_SERIES", 5)
        patch.setattr(metric_lines, "AT_ONCE", at_once)
        for kinds in (metric_lines.FEW, 0):  # 0: none are added together
            patch.setattr(metric_lines, "FEW", kinds)
            history, why = History(), ""
            try:
                read_metrics(tmp_path, history, clock.at)
            except RunError as error:
                why = str(error)
            found.append((history, why))
    (together, why), (singly, other) = found
    assert why == other
    assert same(together, singly)
