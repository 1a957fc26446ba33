"""What people type into the settings, right and wrong: one sentence each, never an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.edits import SetSetting
from engine.graph import Graph
from engine.layers.parameters import parameters
from engine.settings.augmentation import VARIATIONS
from engine.settings.data import DataConfig, Section, SplitSettings
from engine.settings.optimizers import sensible_rates, usual_rate
from engine.settings.resolution import SettingFault, resolve_settings, variants
from engine.settings.sensible import beyond
from engine.settings.training import AdamW, EarlyStopping, TrainingConfig
from engine.settings.transforms import TRANSFORMS


def resolved(data: Any = None, training: Any = None) -> Any:
    graph = Graph()
    graph.settings = {"data": {} if data is None else data, "training": {} if training is None else training}
    return resolve_settings(graph)


def test_nothing_typed_is_all_defaults() -> None:
    assert resolved() == (DataConfig(), TrainingConfig())


def test_one_entry_of_a_kind_can_be_set_alone() -> None:
    graph = Graph()
    SetSetting(("training", "optimizer", "lr"), 0.1).apply(graph)
    SetSetting(("training", "early_stopping", "patience"), 3).apply(graph)
    SetSetting(("data", "split", "stratify"), False).apply(graph)
    data, training = resolve_settings(graph)
    assert training.optimizer == AdamW(lr=0.1)
    assert training.early_stopping == EarlyStopping(patience=3)
    assert data.split == SplitSettings(stratify=False)


def test_settings_read_from_a_file_hold_lists() -> None:
    text = '{"transforms": [{"name": "resize", "field": "image", "size": [32, 32]}], "batch_size": 8}'
    data, training = resolved(json.loads(text), {"optimizer": {"name": "adam", "betas": [0.5, 0.9]}})
    assert data.transforms[0].size == (32, 32)
    assert training.optimizer.betas == (0.5, 0.9)


@pytest.mark.parametrize(
    ("values", "path", "words"),
    [
        ({"optimizer": {"lr": -1}}, "training.optimizer.lr", "must be a number > 0, not -1."),
        ({"optimizer": {"lr": "fast"}}, "training.optimizer.lr", "must be a number > 0, not 'fast'."),
        ({"optimizer": {"name": "adamm"}}, "training.optimizer.name", "has no kind 'adamm'; did you mean 'adam"),
        ({"optimizer": {"name": ["sgd"]}}, "training.optimizer.name", "not ('sgd',)."),
        ({"optimizer": "sgd"}, "training.optimizer", "must be a table with the name 'adamw' or"),
        ({"optimizer": {"name": "sgd", "betas": 1}}, "training.optimizer.betas", "known here are: name, lr,"),
        ({"optimizer": {"betas": [0.9, 2]}}, "training.optimizer.betas", "must be two values, each"),
        ({"optimizer": {"betas": [0.9]}}, "training.optimizer.betas", "must be two values, each"),
        ({"optimizer": {"name": "sgd", "nesterov": True}}, "training.optimizer", "needs a momentum above 0"),
        ({"optimizer": None}, "training.optimizer", "not None."),
        ({"schedule": {"T_max": 3}}, "training.schedule.T_max", "There is no setting"),
        ({"schedule": {"name": "step", "gamma": 0}}, "training.schedule.gamma", "must be a number > 0, not 0."),
        ({"schedule": {"name": "plateau", "factor": 1}}, "training.schedule.factor", "must be a number from 0"),
        ({"early_stopping": 5}, "training.early_stopping", "a table with the entries patience, min_delta"),
        ({"early_stopping": {"patients": 1}}, "training.early_stopping.patients", "did you mean 'patience'?"),
        ({"epochs": "ten"}, "training.epochs", "must be an integer ≥ 0, not 'ten'."),
        ({"epochs": True}, "training.epochs", "not True."),
        ({"epochs": 2**40}, "training.epochs", "must be at most 2147483647"),
        ({"epoch": 3}, "training.epoch", "did you mean 'epochs'?"),
        ({"device": "gpu"}, "training.device", "must be 'auto', 'cpu', 'cuda', 'cuda:0', … or 'mps', not 'gpu'."),
        ({"clip_norm": float("nan")}, "training.clip_norm", "must be a number > 0, or none, not nan."),
        ({"threads": 0}, "training.threads", "not 0."),
        ([1], "training", "must be a table of settings, not [1]."),
        ({"split": {"train": 0.5}}, "data.split", "must add up to 1, but add up to 0.8."),
        ({"split": {"test": -0.1}}, "data.split.test", "must be a number from 0 to 1, not -0.1."),
        ({"transforms": 3}, "data.transforms", "must be a list of transforms, each with the name 'resize' or"),
        ({"transforms": [3]}, "data.transforms[0]", "'standardise' or 'fill', not 3."),
        ({"transforms": [{"field": "image"}]}, "data.transforms[0].name", "must be 'resize' or 'shortest_side'"),
        ({"augmentation": 3}, "data.augmentation", "must be a list of variations, each with the name 'flip' or"),
        ({"augmentation": [{"name": "flop"}]}, "data.augmentation[0].name", "did you mean 'flip'?"),
        ({"transforms": [{"name": "standardise"}]}, "data.transforms[0].field", "is needed: the field of the data"),
        ({"transforms": [{"name": "resize", "field": "x", "size": [0, 1]}]}, "data.transforms[0].size", "not (0, 1)."),
        ({"batch_size": 0}, "data.batch_size", "must be an integer ≥ 1, or none, not 0."),
        ({"dataset": 3}, "data.dataset", "must be text, or none, not 3."),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_one_sentence_with_its_path(values: Any, path: str, words: str) -> None:
    fault = resolved(**{path.split(".")[0]: values})
    assert isinstance(fault, SettingFault)
    assert fault.path == path
    assert words in fault.message
    assert path in fault.message
    assert fault.message.endswith((".", "?"))
    assert "\n" not in fault.message


@pytest.mark.parametrize("watching", [{"early_stopping": {}}, {"schedule": {"name": "plateau"}}])
def test_who_watches_the_validation_loss_needs_a_validation_part(watching: dict[str, Any]) -> None:
    without = {"split": {"train": 1, "validation": 0, "test": 0}}
    fault = resolved(without, watching)
    assert isinstance(fault, SettingFault)
    assert fault.path == f"training.{next(iter(watching))}"
    assert not isinstance(resolved(without), SettingFault)


NAMES = sorted(
    {*DataConfig.model_fields, *TrainingConfig.model_fields, *SplitSettings.model_fields, "name", "lr", "betas", "x"}
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["sgd", "adamw", "resize", "standardise", "cosine", "cuda"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=150)
@given(VALUES, VALUES)
def test_whatever_is_typed_gives_settings_or_one_sentence(data: Any, training: Any) -> None:
    result = resolved(data, training)
    if isinstance(result, SettingFault):
        assert result.message
        assert result.path.split(".")[0] in ("data", "training")
    else:
        assert isinstance(result[0], DataConfig)
        assert isinstance(result[1], TrainingConfig)


def _models(model: type[Any]) -> dict[type[Any], None]:
    """The model and those within it, always in the same order."""
    found = {model: None}
    for info in model.model_fields.values():
        for inner in variants(info.annotation).values():
            found |= _models(inner)
    return found


ALL = {*_models(DataConfig), *_models(TrainingConfig), SplitSettings, EarlyStopping}
MODELS = sorted(ALL, key=lambda model: model.__name__)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_can_be_made_a_form(model: type[Section]) -> None:
    assert model.__doc__
    for parameter in parameters(model):
        assert parameter.help
        assert parameter.type


def test_the_kinds_to_choose_from_are_known() -> None:
    kinds = variants(TrainingConfig.model_fields["optimizer"].annotation)
    assert list(kinds)[:3] == ["adamw", "sgd", "adam"]  # the common ones first
    assert list(variants(DataConfig.model_fields["transforms"].annotation)) == list(TRANSFORMS)
    assert list(variants(DataConfig.model_fields["augmentation"].annotation)) == list(VARIATIONS)
    assert variants(TrainingConfig.model_fields["epochs"].annotation) == {}


@pytest.mark.parametrize("field", ["optimizer", "schedule"])
def test_what_a_kind_has_by_default_is_within_what_helps(field: str) -> None:
    kinds = variants(TrainingConfig.model_fields[field].annotation)
    assert kinds
    for name in kinds:
        config = TrainingConfig.model_validate({field: {"name": name}, "warmup": 0.0}, strict=False)
        assert [found.path for found in beyond(config, "training")] == [], name
        if field == "optimizer":
            bounds = sensible_rates(config.optimizer)
            assert bounds.holds(usual_rate(config.optimizer))
            assert not bounds.holds(100.0)
            assert not bounds.holds(1e-12)
