"""Images normalised as loaded weights expect them: by the values of the images that those were trained on."""

from __future__ import annotations

from typing import Final

from engine.data.dataset import DataError
from engine.data.fields import fields
from engine.data.origin import declared
from engine.edits import SetSetting
from engine.fine_tuning.failure import FineTuningError
from engine.graph import Graph
from engine.literals import literal
from engine.settings.data import DataConfig
from engine.settings.resolution import SettingFault, resolve_settings
from engine.weights.beside import Beside, expected
from engine.weights.report import Report

BRIGHTEST: Final = 255.0
"""Values of images in files go from 0 to this."""


def expected_by(project: Graph, report: Report) -> Beside:
    """What the weights of a report expect of images, as far as it is known."""
    starts = (project.nodes[node.id].parameters.get("shape") for node in project.of_type("Input"))
    images = [shape for shape in starts if isinstance(shape, (list, tuple)) and len(shape) == 3]
    channels = images[0][0] if len(images) == 1 and isinstance(images[0][0], int) else 0
    thousand = any(facts.shape[:1] == (1000,) for facts in report.theirs.values())
    return expected(report.path, report.by, channels, 1000 if thousand else 0)


def normalize(project: Graph, wanted: Beside) -> SetSetting:
    """The edit after which the images of the project's data are normalised so. Raises FineTuningError."""
    config, field = _images_of(project)
    channels = fields(config)[field].shape[0]
    if len(wanted.mean) != channels:
        raise FineTuningError(
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
    except (FineTuningError, DataError):
        return False
    now = project.settings["data"].get("transforms")
    return edit is not None and edit.value != (tuple(now) if isinstance(now, (list, tuple)) else ())


def words(wanted: Beside) -> str:
    """What weights expect, in a sentence."""
    mean, std = (", ".join(f"{one:g}" for one in values) for values in (wanted.mean, wanted.std))
    return f"These weights expect images normalised by mean ({mean}) and deviation ({std}), as of {wanted.origin}."


def _images_of(project: Graph) -> tuple[DataConfig, str]:
    """The data section, and the field of its images. Raises FineTuningError where they are not files of images."""
    settings = resolve_settings(project)
    if isinstance(settings, SettingFault) or settings[0].source is None or settings[0].source.kind != "images":
        raise FineTuningError("Only images in files of your own are normalised as weights expect: choose some first.")
    return settings[0], declared(settings[0]).first("input")
