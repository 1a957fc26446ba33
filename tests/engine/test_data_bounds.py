"""Fields say the range of their numbers: it holds, and transforms that change it take it away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data import sources
from engine.data.datasets import catalogue, load
from engine.data.fields import fields
from engine.settings.data import DataConfig
from engine.settings.transforms import Standardise

ON_BOARD = [one for one in catalogue() if not one.files and any(field.bounds for field in one.fields.values())]


@pytest.mark.parametrize(
    "dataset",
    [pytest.param(one, id=one.name, marks=pytest.mark.slow if one.samples > 5_000 else ()) for one in ON_BOARD],
)
def test_the_numbers_on_board_lie_in_their_range(dataset: object) -> None:
    name, declared = dataset.name, dataset.fields  # type: ignore[attr-defined]
    arrays = load(name)
    for field, spec in declared.items():
        assert spec.bounds is not None or spec.classes, f"{field} says no range"
        if spec.bounds is not None:
            low, high = float(arrays[field][:].min()), float(arrays[field][:].max())
            least, most = spec.bounds
            assert least <= low + 1e-6
            assert high <= most + 1e-6
            assert high - low > 0.8 * (most - least), "the range is that of the data, not a guess"
        for column, known in enumerate(spec.column_bounds):
            values = arrays[field][:, column]
            assert known[0] <= values.min() + 1e-4 * known[1]
            assert values.max() <= known[1] * 1.0001
            assert values.max() - values.min() > 0.8 * (known[1] - known[0])


def test_a_standardised_field_has_no_known_range() -> None:
    known = fields(DataConfig(dataset="digits", transforms=(Standardise(field="image"),)))
    assert known["image"].bounds is None
    assert fields(DataConfig(dataset="digits"))["image"].bounds == (0, 16)


def test_the_target_of_a_table_has_the_range_of_its_cells(tmp_path: Path) -> None:
    file = tmp_path / "houses.csv"
    file.write_text("rooms,price\n" + "".join(f"{n % 7},{100.5 + 3 * n}\n" for n in range(40)), encoding="utf-8")
    found = sources.describe(file)
    known = fields(DataConfig(source=found.settings))
    assert known["target"].bounds == (100.5, 217.5)


def test_the_columns_of_a_table_and_arrays_have_the_range_of_their_numbers(tmp_path: Path) -> None:
    file = tmp_path / "houses.csv"
    rows = "".join(f"{n % 7},{'yes' if n % 2 else 'no'},{40 * n},{100.5 + 3 * n}\n" for n in range(40))
    file.write_text(f"rooms,garden,area,price\n{rows}", encoding="utf-8")
    known = fields(DataConfig(source=sources.describe(file).settings))
    assert known["features"].column_bounds == ((0, 6), (0, 1), (0, 1560))
    assert known["features"].bounds == (0, 1560)
    scans = tmp_path / "scans.npz"
    np.savez(scans, x=np.linspace(-1000, 3000, 600, dtype=np.float32).reshape(50, 12), y=np.arange(50) % 2)
    known = fields(DataConfig(source=sources.describe(scans).settings))
    assert known["x"].bounds == (-1000, 3000)
    assert known["y"].bounds is None


def test_given_means_and_deviations_move_the_range() -> None:
    given = Standardise(field="image", mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.5))
    known = fields(DataConfig(dataset="shapes", transforms=(given,)))
    assert known["image"].bounds == (-2, 1018)
