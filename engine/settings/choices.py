"""What the sections of the training settings have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import Field

Rate = Annotated[float, Field(gt=0.0)]
Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Amount = Annotated[float, Field(ge=0.0)]


def kind(default: str) -> Callable[[object], str | None]:
    """A discriminator that reads ``name`` and takes a missing one as the default kind."""

    def tag(value: object) -> str | None:
        name = value.get("name", default) if isinstance(value, Mapping) else getattr(value, "name", None)
        return name if isinstance(name, str) else None

    return tag
