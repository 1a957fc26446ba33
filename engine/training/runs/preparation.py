"""What the transforms of a run have learnt from its training samples, stored with it: how it prepares any sample."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from engine import own_files
from engine.data.fields import fields
from engine.data.framing import reshape
from engine.data.origin import declared
from engine.data.transforms import Fitted, learnt_numbers
from engine.files import reason_of
from engine.settings.data import DataConfig
from engine.settings.transforms import Fill, Framed, Standardise
from engine.training.runs.folder import PREPARATION, RunError

LARGEST_FILE: Final = 2**28
Positive = Annotated[float, Field(gt=0)]


class _Learnt(BaseModel):
    """What one transform has learnt, under its name and that of its field."""

    model_config = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, frozen=True, ser_json_inf_nan="constants"
    )

    name: str
    field: str
    mean: tuple[float, ...] = ()
    std: tuple[Positive, ...] = ()
    fill: tuple[float, ...] = ()
    fixed: tuple[bool, ...] = ()


_FILE: Final = TypeAdapter(tuple[_Learnt, ...])


def content_of(fitted: Sequence[Fitted]) -> bytes:
    """The file for what was learnt, in the order of the transforms.

    It may hold what is not finite, as the data did: such a run ends before its first step, and is never asked.
    """
    entries = tuple(
        _Learnt.model_construct(
            name=one.transform.name,
            field=one.transform.field,
            mean=one.mean,
            std=one.std,
            fill=one.fill,
            fixed=one.fixed,
        )
        for one in fitted
    )
    return _FILE.dump_json(entries, indent=1, exclude_defaults=True) + b"\n"


def stored(run: Path, config: DataConfig) -> tuple[Fitted, ...] | None:
    """What the transforms of a run had learnt; None where it was not stored, as by former versions.

    Raises RunError for a file that does not fit the transforms of its project.
    """
    if not os.path.lexists(run / PREPARATION):
        return None
    try:
        entries = _FILE.validate_json(own_files.read_whole(run, PREPARATION, LARGEST_FILE))
    except (OSError, ValidationError) as error:
        why = reason_of(error)[1] if isinstance(error, OSError) else "it is not what a run writes."
        raise RunError(f"{run / PREPARATION} cannot be used: {why}") from error
    if [(one.name, one.field) for one in entries] != [(one.name, one.field) for one in config.transforms]:
        raise RunError(f"{run / PREPARATION} is about other transforms than those of the project.")
    found = list[Fitted]()
    now = dict(declared(config).fields)
    fields(config)  # every transform fits
    for transform, one in zip(config.transforms, entries, strict=True):
        wanted = learnt_numbers(now[transform.field].shape)
        standard, fill = isinstance(transform, Standardise), isinstance(transform, Fill)
        lengths = (wanted if standard else 0, wanted if standard else 0, wanted if fill else 0, wanted if fill else 0)
        if (len(one.mean), len(one.std), len(one.fill), len(one.fixed)) != lengths:
            raise RunError(f"{run / PREPARATION} is about other data: {transform.name} is for {wanted} numbers.")
        found.append(Fitted(transform, one.mean, one.std, one.fill, one.fixed))
        if isinstance(transform, Framed):
            reshape(transform, now)
    return tuple(found)
