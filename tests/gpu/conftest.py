"""Every test has a home of its own and exact numbers; what the tests of a topic measure is printed at its end."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.training.steps.threads import prepare_environment
from tests.benchmarks.tables import table
from tests.gpu.device import DEVICE, missing

INSTALLATION = "5a" * 32
prepare_environment()  # cuBLAS reads it once: exact runs come after tests that compute without one


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a device nothing of this folder runs."""
    if why := missing():
        here = Path(__file__).parent
        for item in items:
            if item.path.is_relative_to(here):
                item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The tables of what was measured: ``record_property(TITLE, {HEADING: VALUE})`` in a test is a row."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for report in (one for many in terminalreporter.stats.values() for one in many):
        if getattr(report, "when", "") == "call":
            for title, row in report.user_properties:
                rows.setdefault(title, []).append(row)
    for title, found in rows.items():
        headings = list(dict.fromkeys(heading for row in found for heading in row))
        table(title, [headings, *([row.get(heading, "") for heading in headings] for row in found)])


@pytest.fixture(autouse=True)
def layerloom_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LAYERLOOM_HOME", str(home))
    (home / "installation").write_text(INSTALLATION, encoding="ascii")
    return home


@pytest.fixture(autouse=True)
def memory_is_given_back() -> Iterator[None]:
    """No test sees the memory of another."""
    yield
    gc.collect()  # what failed holds its tensors in a circle
    if DEVICE.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(DEVICE)
