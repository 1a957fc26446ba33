"""Nothing of validation and test is seen in training: whatever stands there, what is fitted and every batch stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import sources
from engine.data.augmenting import Augmenter
from engine.data.pipeline import Prepared, prepare
from engine.data.sampling import order_of
from engine.edits import SetSetting
from engine.literals import literal
from engine.settings.data import DataConfig, SourceSettings
from engine.training.loop import Trainer
from presets.fitting import fit
from tests.engine.networks import chain
from tests.engine.own_data import table

HEAD = ("number", "gaps", "code", "word", "answer", "day", "label")
ROWS = 60
CELLS = st.one_of(
    st.sampled_from(["", "nan", "0", "-1e30", "1e30", "3.75", "yes", "blue", "never seen", "13/02/2031", "?", "inf"]),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(str),
    st.text("abcxyz 0123456789.-", max_size=8),
)
SPLITS = st.sampled_from(
    [
        {},
        {"exact": True, "stratify": False},
        {"folds": 4, "fold": 2, "stratify": False},
        {"train": 0.5, "validation": 0.25, "test": 0.25},
    ]
)


def rows_of(seed: int) -> list[list[str]]:
    """A table of mixed columns, some cells empty."""
    source = np.random.RandomState(seed)
    return [
        [
            f"{source.randn():.4f}",
            "" if source.rand() < 0.2 else f"{source.randint(0, 50)}",
            f"{source.randint(1, 5)}",
            str(source.choice(["red", "green", "blue"])),
            str(source.choice(["yes", "no"])),
            f"{1 + index % 12}/{1 + source.randint(0, 12)}/202{source.randint(0, 5)}",
            str(source.choice(["one", "two"], p=[0.8, 0.2])),
        ]
        for index in range(ROWS)
    ]


def batches(prepared: Prepared, config: DataConfig, epochs: int = 2) -> list[dict[str, torch.Tensor]]:
    """All that a training would be given."""
    given = list[dict[str, torch.Tensor]]()
    for epoch in range(1, epochs + 1):
        order = order_of(prepared.train, config, prepared.fields, 5, epoch)
        augment = Augmenter(config.augmentation, prepared.fields, 5, epoch) if config.augmentation else None
        given += prepared.train.batches(prepared.fields, 16, order, augment=augment)
    return given


def assert_same(before: Prepared, after: Prepared, config: DataConfig) -> None:
    assert before.train.indices.tolist() == after.train.indices.tolist()
    assert before.fitted == after.fitted
    for one, other in zip(batches(before, config), batches(after, config), strict=True):
        assert one.keys() == other.keys()
        for name, values in one.items():
            assert values.numpy().tobytes() == other[name].numpy().tobytes(), name


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 50),
    split=SPLITS,
    sampling=st.sampled_from(["each", "balanced"]),
    embed=st.booleans(),
    data=st.data(),
)
def test_whatever_stands_in_other_rows_of_a_table(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    split: dict[str, object],
    sampling: str,
    embed: bool,
    data: st.DataObject,
) -> None:
    folder, rows = tmp_path_factory.mktemp("leak"), rows_of(seed)
    path = table(folder / "a.csv", HEAD, *rows)
    wish = {"columns": ({"name": "code", "type": "category"}, {"name": "word", "encoding": "embedding"})}
    found = sources.describe(path, "table", wish if embed else None)
    config = DataConfig.model_validate(
        {
            "source": found.settings.model_dump(),
            "transforms": found.transforms,
            "augmentation": ({"name": "noise", "field": "features"},),
            "split": split,
            "sampling": sampling,
        }
    )
    before = prepare(config)
    for index in (*before.validation.indices.tolist(), *before.test.indices.tolist()):
        for column in range(len(HEAD) - 1):
            if data.draw(st.booleans()):
                rows[index][column] = data.draw(CELLS).strip().replace(",", "")
        rows[index][-1] = data.draw(st.sampled_from(["one", "two"]))
    table(path, HEAD, *rows)
    assert_same(before, prepare(config), config)


VARIED = (
    {"name": "flip", "field": "image"},
    {"name": "move", "field": "image"},
    {"name": "crop", "field": "image"},
    {"name": "colour", "field": "image"},
    {"name": "blur", "field": "image"},
    {"name": "noise", "field": "image"},
    {"name": "erase", "field": "image"},
)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 50),
    way=st.sampled_from(["ignored", "group", "time", "part"]),
    split=SPLITS,
    poison=st.sampled_from([0.0, -1e6, 1e30, 255.0]),
)
def test_whatever_other_images_show(
    tmp_path_factory: pytest.TempPathFactory, seed: int, way: str, split: dict[str, object], poison: float
) -> None:
    source, path = np.random.RandomState(seed), tmp_path_factory.mktemp("leak") / "a.npz"
    arrays = {
        "image": source.rand(48, 3, 8, 8).astype(np.float32),
        "by": source.randint(-1, 3, 48) if way == "part" else np.arange(48) // 2,
        "label": source.randint(0, 3, 48),
    }
    np.savez(path, **arrays)  # type: ignore[arg-type]
    fields: tuple[dict[str, object], ...] = (
        {"name": "image", "shape": (3, 8, 8)},
        {"name": "by", "role": way},
        {"name": "label", "role": "target", "classes": ("0", "1", "2")},
    )
    config = DataConfig.model_validate(
        {
            "source": SourceSettings(kind="arrays", path=str(path), options={"fields": fields}).model_dump(),
            "transforms": (
                {"name": "resize", "field": "image", "size": (6, 6)},
                {"name": "standardise", "field": "image"},
            ),
            "augmentation": VARIED,
            "split": split,
        }
    )
    before = prepare(config)
    held = np.concatenate([before.validation.indices, before.test.indices])
    arrays["image"][held] = poison
    np.savez(path, **arrays)  # type: ignore[arg-type]
    assert_same(before, prepare(config), config)


def test_what_is_in_the_test_part_leaves_no_trace_in_the_weights(tmp_path: Path) -> None:
    rows, path = rows_of(1), tmp_path / "a.csv"
    found = sources.describe(table(path, HEAD, *rows))
    graph = fit(chain(found.fields["features"].shape, ("Linear", {"out_features": 2})), found)
    for key, value in {"epochs": 2, "threads": 1, "device": "cpu"}.items():
        SetSetting(("training", key), literal(value)).apply(graph)
    first = Trainer(graph, tmp_path / "first").run()
    for index in prepare(DataConfig.model_validate(graph.settings["data"])).test.indices.tolist():
        rows[index] = ["1e9", "", "7", "none", "no", "31/12/1999", "two"]
    table(path, HEAD, *rows)
    second = Trainer(graph, tmp_path / "second").run()
    assert first.validation == second.validation
    assert first.test != second.test
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in ("first", "second")]
    assert weights[0] == weights[1]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl", ".xlsx"])
def test_no_cell_changes_the_name_or_date_of_another(tmp_path: Path, suffix: str) -> None:
    import pandas as pd

    path = tmp_path / f"a{suffix}"
    frame = pd.DataFrame(
        {
            "code": [float(1 + index % 3) for index in range(30)],
            "day": [f"{1 + index % 9}/{1 + index % 12}/2024" for index in range(30)],
            "label": ["ab"[index % 2] for index in range(30)],
        }
    )

    def store() -> None:
        writers = {".csv": frame.to_csv, ".parquet": frame.to_parquet, ".xlsx": frame.to_excel}
        if suffix == ".jsonl":
            frame.to_json(path, orient="records", lines=True)
        else:
            writers[suffix](path, index=False)  # type: ignore[operator]

    store()
    found = sources.describe(path, "table", {"columns": ({"name": "code", "type": "category"},)})
    config = DataConfig(source=found.settings)
    before = prepare(config)
    last = before.test.indices.tolist()
    frame.loc[last, "code"] = 2.5
    frame.loc[last, "day"] = "31/12/2024"
    store()
    after = prepare(config)
    assert torch.equal(before.train.tensors["features"], after.train.tensors["features"])
