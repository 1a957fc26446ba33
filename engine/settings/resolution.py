"""From the raw data and training settings of a project to what they mean, or one sentence that says what is wrong."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from engine.graph import Graph
from engine.layers.parameters import parameters, show
from engine.literals import literal
from engine.nearest import hint, nearest
from engine.settings.data import DataConfig
from engine.settings.training import Plateau, TrainingConfig

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MOST_KNOWN: Final = 64
SECTIONS: Mapping[str, type[BaseModel]] = {"data": DataConfig, "training": TrainingConfig}


@dataclass(frozen=True, slots=True)
class SettingFault:
    """Why the settings cannot be used: a whole sentence, and the path of the guilty one (``training.optimizer.lr``).

    ``needs`` is the path of another one that has to be set first.
    """

    message: str
    path: str
    needs: str | None = None


_KNOWN: Final[dict[tuple[str, str], BaseModel | SettingFault]] = {}
"""What some sections mean: several rules ask after every edit, and the settings rarely change."""
LONG: Final = 32
"""Entries of a list, such as the columns of a table, from which on its text is kept."""
_TEXTS: Final[dict[int, tuple[tuple[object, ...], str]]] = {}


def resolve_settings(graph: Graph) -> tuple[DataConfig, TrainingConfig] | SettingFault:
    """What the settings of a graph mean; never raises for what a user can type."""
    return resolve(graph.settings)


def resolve(settings: Mapping[str, object]) -> tuple[DataConfig, TrainingConfig] | SettingFault:
    """What settings mean that are no longer those of a graph, such as a run's; never raises."""
    data = _section("data", settings.get("data", {}))
    if isinstance(data, SettingFault):
        return data
    training = _section("training", settings.get("training", {}))
    if isinstance(training, SettingFault):
        return training
    assert isinstance(data, DataConfig)
    assert isinstance(training, TrainingConfig)
    if not data.split.validation:
        needs = "data.split.validation"
        why = f"needs {needs} above 0, because it watches the validation loss."
        if training.early_stopping is not None:
            return SettingFault(f"training.early_stopping {why}", "training.early_stopping", needs)
        if isinstance(training.schedule, Plateau):
            return SettingFault(f"training.schedule 'plateau' {why}", "training.schedule", needs)
    return data, training


def variants(annotation: object) -> dict[str, type[BaseModel]]:
    """The models a field chooses between by ``name``: {"sgd": SGD, …}; empty where it does not choose.

    ``annotation`` is that of a field (``TrainingConfig.model_fields["optimizer"].annotation``) or of a list's items.
    """
    annotation = _bare(annotation)
    if get_origin(annotation) is tuple and get_args(annotation)[-1] is Ellipsis:
        return variants(get_args(annotation)[0])
    if get_origin(annotation) not in (Union, types.UnionType):
        return {}
    models = [_bare(member) for member in get_args(annotation)]
    return {model.model_fields["name"].default: model for model in models if _named(model)}


def _section(name: str, raw: object) -> BaseModel | SettingFault:
    if not isinstance(raw, Mapping):
        return SettingFault(f"{name} must be a table of settings, not {show(raw)}.", name)
    key = name, _written(raw)
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[key] = _checked(name, literal(raw))
    return known


def _written(value: object) -> str:
    """A value as text: 1, 1.0 and True are equal, but not written alike. Long tuples, which no edit changes, once."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key!r}: {_written(inner)}' for key, inner in value.items())}}}"
    if not isinstance(value, tuple) or len(value) < LONG:
        return repr(value)
    known = _TEXTS.get(id(value))
    if known is None or known[0] is not value:
        if len(_TEXTS) >= MOST_KNOWN:
            _TEXTS.clear()
        known = _TEXTS[id(value)] = value, repr(value)
    return known[1]


def _checked(name: str, values: Mapping[str, object]) -> BaseModel | SettingFault:
    try:
        return SECTIONS[name].model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return fault(name, SECTIONS[name], values, first)


def fault(section: str, top: type[BaseModel], value: object, error: ErrorDetails) -> SettingFault:
    """The sentence for one of pydantic's errors about the values of ``top``, which are at the path ``section``.

    It walks along the error's location to the model and field it is about.
    """
    annotation: object = top
    path, model, field = [section], top, ""
    for key in error["loc"]:
        kinds = variants(annotation)
        if isinstance(key, int) and not _is_leaf(annotation):
            path[-1] += f"[{key}]"
            annotation = _bare(get_args(annotation)[0])
            value = value[key] if isinstance(value, (list, tuple)) else None
        elif key in kinds and get_origin(annotation) is not tuple:
            annotation = kinds[key]
        elif _is_model(annotation):
            model, field = annotation, str(key)
            path.append(field)
            info = model.model_fields.get(field)
            annotation = None if info is None else _optional(info.annotation)
            value = value.get(field) if isinstance(value, Mapping) else None
        else:  # inside a plain value such as a pair of numbers: the sentence is about the whole of it
            error = {**error, "type": "value"}
            break
    if error["type"].startswith("union_tag") and isinstance(value, Mapping):
        path.append("name")
        value = value.get("name")
    return SettingFault(_sentence(".".join(path), model, field, annotation, value, error), ".".join(path))


def _sentence(
    path: str, model: type[BaseModel], field: str, annotation: object, value: object, error: ErrorDetails
) -> str:
    kind = error["type"]
    if kind == "extra_forbidden":
        known = f"known here are: {', '.join(model.model_fields)}."
        return f"There is no setting {path}; {hint(field, model.model_fields, known)}"
    if kind == "value_error":
        return f"{path} does not fit together: {error['ctx']['error']}."
    if kinds := variants(annotation):
        names = " or ".join(map(repr, kinds))
        if get_origin(annotation) is tuple:
            what = "variations" if path == "data.augmentation" else "transforms"
            return f"{path} must be a list of {what}, each with the name {names}, not {show(value)}."
        if isinstance(value, str) and path.endswith(".name") and nearest(value, kinds) is not None:
            return f"{path} has no kind {show(value)}; {hint(value, kinds)}"
        table = "" if path.endswith(".name") else "a table with the name "
        return f"{path} must be {table}{names}, not {show(value)}."
    if _is_model(annotation):
        return f"{path} must be a table with the entries {', '.join(annotation.model_fields)}, not {show(value)}."
    parameter = next(parameter for parameter in parameters(model) if parameter.name == field)
    if kind == "missing":
        return f"{path} is needed: {parameter.help} ({parameter.type})."
    if kind == "less_than_equal":
        return f"{path} must be at most {error['ctx']['le']}, not {show(value)}."
    needed = parameter.help if kind == "string_pattern_mismatch" else parameter.type
    return f"{path} must be {needed}, not {show(value)}."


def _named(annotation: object) -> TypeGuard[type[BaseModel]]:
    return _is_model(annotation) and "name" in annotation.model_fields


def _is_leaf(annotation: object) -> bool:
    """Whether a list of this type is one value in a form (a pair of numbers) and not a list of tables."""
    return not (get_origin(annotation) is tuple and variants(annotation))


def _bare(annotation: object) -> object:
    return _bare(get_args(annotation)[0]) if get_origin(annotation) is Annotated else annotation


def _optional(annotation: object) -> object:
    """The type without its ``| None`` where only one other type is left."""
    if get_origin(annotation) in (Union, types.UnionType):
        others = [member for member in get_args(annotation) if member is not type(None)]
        if len(others) == 1:
            return _bare(others[0])
    return _bare(annotation)


def _is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
