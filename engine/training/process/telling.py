"""What a training says of itself as plain tables and back again, checked: for the wire and for ``run.json``.

Importing it imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter, create_model

from engine.training.findings import Diagnosis, LayerHealth, Look, Spot
from engine.training.history import Table
from engine.training.status import Result, Status

RESULT: Final = TypeAdapter(Result)
TABLE: Final = TypeAdapter(Table)
APART: Final = ("diagnoses", "health")
"""Of a status what seldom changes, and is told by itself."""
_HINTS: Final = get_type_hints(Status, localns={"Diagnosis": Any, "Look": Any})
_PLAIN: Final = tuple(field.name for field in fields(Status) if field.name not in APART)
_MODEL: Final[Any] = create_model("PlainStatus", **{name: (_HINTS[name], ...) for name in _PLAIN})  # type: ignore[call-overload]


def tell_status(status: Status) -> dict[str, Any]:
    """A status, but for what is told apart."""
    table = {name: getattr(status, name) for name in _PLAIN}
    plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in table.items()}
    return plain | {"run": None if status.run is None else str(status.run)}


def hear_status(table: Any, diagnoses: tuple[Diagnosis, ...], health: Look | None) -> Status:
    """The status of a table. Raises ValidationError."""
    plain = _MODEL.model_validate(table)
    return Status(**{name: getattr(plain, name) for name in _PLAIN}, diagnoses=diagnoses, health=health)


def tell_diagnoses(diagnoses: tuple[Diagnosis, ...]) -> list[dict[str, Any]]:
    """What goes wrong now, as tables."""
    return [asdict(diagnosis) for diagnosis in diagnoses]


def hear_diagnoses(tables: Any) -> tuple[Diagnosis, ...]:
    """What goes wrong now. Raises ValidationError."""
    return TypeAdapter(tuple[Diagnosis, ...]).validate_python(tables)


def tell_look(look: Look) -> dict[str, Any]:
    """A look into the layers, as a table."""
    return {"step": look.step, "layers": [(tuple(spot), asdict(health)) for spot, health in look.layers.items()]}


def hear_look(table: Any) -> Look:
    """A look into the layers. Raises ValidationError."""

    found = TypeAdapter(dict[str, Any]).validate_python(table)
    layers = TypeAdapter(list[tuple[Spot, LayerHealth]]).validate_python(found.get("layers"))
    return Look(TypeAdapter(int).validate_python(found.get("step")), dict(layers))
