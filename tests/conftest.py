"""Every test has a home of its own, so that no test sees or harms the user's presets, runs and preferences."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from pytestqt.qtbot import QtBot

from engine.data import datasets

settings.register_profile(
    "layerloom",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
settings.load_profile("layerloom")  # the same draws on every machine and day, and no clock

WAITS = (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed, QtBot.waitActive)


INSTALLATION = "5a" * 32
"""The id that all these homes have: a run of one test, or of a fixture that several share, is its own in all others."""


@pytest.fixture(autouse=True, scope="session")
def home_of_shared_fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home = tmp_path_factory.mktemp("shared-home")
    (home / "installation").write_text(INSTALLATION, encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLOOM_HOME", str(home))
        yield


@pytest.fixture(autouse=True)
def layerloom_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LAYERLOOM_HOME", str(home))
    (home / "installation").write_text(INSTALLATION, encoding="ascii")
    # A process of its own needs seconds to start: a test that is not about it trains in the window's.
    (home / "preferences.json").write_text('{"training/host": "thread"}', encoding="utf-8")
    return home


@pytest.fixture(autouse=True, scope="session")
def every_dataset_is_made_once() -> Iterator[None]:
    """The program keeps two; the tests go through all of them again and again."""
    kept = datasets.samples_of
    datasets.samples_of = lru_cache(maxsize=24)(kept.__wrapped__)
    yield
    datasets.samples_of = kept


@pytest.fixture(autouse=True, scope="session")
def waits_are_patient() -> Iterator[None]:
    """Only a hang shall end a wait: pytest-qt's five seconds are not enough beside other work."""
    before = [wait.__kwdefaults__["timeout"] for wait in WAITS]
    for wait in WAITS:
        wait.__kwdefaults__["timeout"] = 120_000
    yield
    for wait, timeout in zip(WAITS, before, strict=True):
        wait.__kwdefaults__["timeout"] = timeout
