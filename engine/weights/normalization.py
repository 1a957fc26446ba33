"""Images normalised as loaded weights expect them: by the values of the images that those were trained on."""

from __future__ import annotations

from typing import Final

from engine.data.dataset import DataError
from engine.data.fields import fields
from engine.data.origin import declared
from engine.edits import SetSetting
from engine.graph import Graph
from engine.literals import literal
from engine.settings.data import DataConfig
from engine.settings.resolution import SettingFault, resolve_settings
from engine.weights.beside import Beside
from engine.weights.failure import WeightsError

BRIGHTEST: Final = 255.0
"""Values of images in files go from 0 to this."""


def normalize(project: Graph, wanted: Beside) -> SetSetting:
    """The edit after which the images of the project's data are normalised so. Raises WeightsError, DataError."""
    config, field = _images_of(project)
    channels = fields(config)[field].shape[0]
    if len(wanted.mean) != channels:
        raise WeightsError(
            f"These weights expect images of {len(wanted.mean)} channels, but those of the data have {channels}: read "
            "them in colour, or as grey ones."
        )
    entry = {
        "name": "standardise",
        "field": field,
        "mean": tuple(round(BRIGHTEST * one, 6) for one in wanted.mean),
        "std": tuple(round(BRIGHTEST * one, 6) for one in wanted.std),
    }
    kept = [one for one in config.transforms if (one.name, one.field) != ("standardise", field)]
    before = [literal(one.model_dump(exclude_defaults=True) | {"name": one.name}) for one in kept]
    return SetSetting(("data", "transforms"), (*before, entry))


def differs(project: Graph, wanted: Beside) -> bool:
    """Whether the data of a project are images that could be normalised so, and are not."""
    try:
        edit = normalize(project, wanted) if wanted.mean else None
    except (WeightsError, DataError):
        return False
    now = project.settings["data"].get("transforms")
    return edit is not None and edit.value != (tuple(now) if isinstance(now, (list, tuple)) else ())


def words(wanted: Beside) -> str:
    """What weights expect, in a sentence."""
    return f"These weights expect images normalised by {numbers(wanted)}, as of {wanted.origin}."


def numbers(wanted: Beside) -> str:
    """Mean and deviation as they are said in a sentence."""
    mean, std = (", ".join(f"{one:g}" for one in values) for values in (wanted.mean, wanted.std))
    return f"mean ({mean}) and deviation ({std})"


def _images_of(project: Graph) -> tuple[DataConfig, str]:
    """The data section, and the field of its images. Raises WeightsError where they are not files of images."""
    settings = resolve_settings(project)
    if isinstance(settings, SettingFault) or settings[0].source is None or settings[0].source.kind != "images":
        raise WeightsError("Only images in files of your own are normalised as weights expect: choose some first.")
    return settings[0], declared(settings[0]).first("input")
