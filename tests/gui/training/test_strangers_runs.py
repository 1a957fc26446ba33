"""Whatever stands in the ``run.json`` of a stranger: the run is shown, or it is damaged, and the others are listed."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from engine.training.runs.catalogue import listing
from engine.training.runs.folder import FACTS, RunError
from engine.training.runs.run_info import RunInfo
from gui.hosts.host import StoredRun
from gui.training.controls import Controls
from gui.training.runs.runs_columns import when
from gui.training.runs.runs_model import RunRows
from gui.training.words import result_text
from tests.engine.test_frozen import FROZEN
from tests.platforms import unix

NUMBERS = st.one_of(
    st.integers(), st.integers(-(2**70), 2**70), st.floats(), st.sampled_from(["NaN", "Infinity", "-Infinity", "x", ""])
)
KEYS = st.sampled_from(["loss", "accuracy", "exact_match", "\0", "lr"]) | st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
FIELDS = sorted(set(RunInfo.model_fields) - {"path"})
MOMENTS = ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00", "1969-12-31T23:59:59+00:00", "2026-13-01", "today"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("strangers")
    for name in ("stopped", "finished"):
        shutil.copytree(FROZEN / "runs" / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def controls(qapp: QApplication) -> Controls:
    return Controls()


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(changes=st.dictionaries(st.sampled_from(FIELDS), JSON | st.dictionaries(KEYS, NUMBERS), min_size=1, max_size=3))
@example(changes={"train": {"loss": "x"}})
@example(changes={"validation": {"accuracy": "bogus"}})
@example(changes={"steps": 2**40, "epochs": 2**53})
@example(changes={"steps": 2**63})
@example(changes={"started": MOMENTS[0]})
@example(changes={"settings": {"training": {"epochs": -5, "optimizer": {"lr": float("nan")}}}})
def test_a_run_is_shown_or_damaged_and_the_others_are_listed(
    changes: dict[str, Any], runs: Path, controls: Controls
) -> None:
    facts = json.loads((FROZEN / "runs" / "stopped" / FACTS).read_text(encoding="utf-8"))
    (runs / "stopped" / FACTS).write_text(json.dumps(facts | changes), encoding="utf-8")
    found = listing(runs)
    rows = RunRows.of(found)
    assert runs / "finished" in rows.labels
    assert (runs / "stopped" in rows.labels) != (runs / "stopped" in found.broken)
    try:
        shown = StoredRun(runs / "stopped")
    except RunError:
        return
    controls.show_state(shown.result.state)
    controls.show_status(shown.status)
    assert 0 <= controls.progress.value() <= controls.progress.maximum()
    assert result_text(shown.result) is not None


@unix
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_moment_that_no_calendar_has_is_shown_as_it_stands(
    moment: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert when(moment)
    finally:
        monkeypatch.undo()
        time.tzset()
