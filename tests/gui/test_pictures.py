"""Values as shades: a few that are far off do not hide the others, and it is said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from engine.settings.data import DataConfig
from engine.settings.transforms import Standardise
from gui.data.data_preview import look
from gui.data.sample_charts import ImageGrid
from gui.pictures import limits, pictures


def spread(one: QImage) -> int:
    """The darkest to the lightest shade of a picture."""
    shades = [one.pixelColor(x, y).red() for x in range(one.width()) for y in range(one.height())]
    return max(shades) - min(shades)


def test_an_outlier_does_not_blacken_the_others() -> None:
    values = np.linspace(-1, 1, 12 * 64, dtype=np.float32).reshape(12, 8, 8)
    assert spread(pictures(values)[6]) == pytest.approx(21, abs=2)
    values[0, 0, 0] = 500
    assert spread(pictures(values)[6]) == pytest.approx(21, abs=2)
    found = limits(values)
    assert found.high < 1
    assert 1 <= found.beyond <= 9
    assert f"{found.beyond} of 768 values lie far beyond" in str(found)


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=60), st.booleans())
def test_limits_hold_most_values_and_are_ordered(some: list[float], repeat: bool) -> None:
    values = np.array(some * (50 if repeat else 1), np.float32)
    found = limits(values)
    assert found.low <= found.high
    assert found.beyond <= 0.03 * len(values) + 1
    assert found.beyond == int(((values < found.low) | (values > found.high)).sum())


def test_values_close_together_keep_their_ends() -> None:
    values = np.array([0.0] * 900 + [16.0] * 5, np.float32)
    assert (limits(values).low, limits(values).high, limits(values).beyond) == (0, 16, 0)


def test_digits_row_by_row_can_be_seen_and_the_tooltip_says_how(qtbot: QtBot) -> None:
    seen = look(DataConfig(dataset="digit_rows", transforms=(Standardise(field="rows"),)), "train")
    assert seen.after.max() > 20
    assert min(map(spread, pictures(seen.after))) > 80
    grid = ImageGrid()
    qtbot.addWidget(grid)
    grid.show_look(seen)
    assert "As stored: black is 0, white 16." in grid.toolTip()
    assert "far beyond" in grid.toolTip()
