"""Every test has a home of its own, so that no test sees or harms the user's presets, runs and preferences."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def layerloom_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LAYERLOOM_HOME", str(home))
    return home
