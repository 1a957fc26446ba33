"""Data for a classifier of images that has none: how images of files are prepared for its published weights."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine.data.transforms import Fitted
from engine.edits import SetSetting
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.losses import of_classes
from engine.settings.data import DataConfig
from engine.settings.transforms import Standardise
from engine.settings.weights import WeightsSettings
from engine.shapes import infer
from engine.training.status import TrainingError
from engine.weights.beside import Beside
from engine.weights.chosen import known_of
from engine.weights.normalization import BRIGHTEST, numbers

PLAIN: Final = "Nothing beside the weights says how images are normalised: values go from 0 to 1."


def with_images(graph: Graph, weights: WeightsSettings) -> tuple[Graph, str]:
    """A copy that reads images of files as its weights expect them, and a sentence that says how.

    Raises TrainingError where it is not a classifier of images, or has no published names.
    """
    report = infer(graph)
    images = [node for node in graph.of_type("Input") if len(report.outputs.get(node.id, {})) == 1]
    ends = [(node, report.layer(node.id)) for node in graph.of_type("Output")]
    heads = [node for node, layer in ends if isinstance(layer, Output) and layer.loss and of_classes(layer.loss)]
    shape = tuple(next(iter(report.outputs[images[0].id].values())).shape[1:]) if len(images) == 1 else ()
    answers = [tuple(report.inputs[node.id][0].shape) for node in heads if report.inputs.get(node.id)]
    sizes = [one for one in (*shape, *(answer[-1] for answer in answers)) if isinstance(one, int)]
    flat = all(len(answer) == 2 for answer in answers)
    if len(shape) != 3 or not answers or not flat or len(sizes) != 3 + len(answers) or sizes[0] not in (1, 3):
        raise TrainingError(
            f"{graph.name} has no data, so nobody knows how samples are prepared and what its answers mean: choose "
            "some first (on the Data page; layerloom new WHAT FILE.loom --data PATH).",
            setting="data.dataset",
        )
    channels, height, width, classes, *_ = sizes
    found = known_of(weights, graph.name, classes)
    names = found.classes if len(found.classes) == classes else tuple(f"class {one}" for one in range(classes))
    fits = len(found.mean) == channels
    mean, std = (found.mean, found.std) if fits else ((0.0,) * channels, (1.0,) * channels)
    options = {"classes": names, "size": (height, width), "grey": channels == 1}
    source = {"kind": "images", "path": str(Path(weights.path).parent), "options": options}
    scaled = {"mean": tuple(BRIGHTEST * one for one in mean), "std": tuple(BRIGHTEST * one for one in std)}
    copy = graph.copy()
    SetSetting(("data", "source"), source).apply(copy)
    SetSetting(("data", "transforms"), ({"name": "standardise", "field": "image", **scaled},)).apply(copy)
    return copy, " ".join(
        filter(None, (_preparation(found, height, width) if fits else PLAIN, _unnamed(found, classes)))
    )


def _preparation(found: Beside, height: int, width: int) -> str:
    """How images are prepared, in a sentence."""
    return f"Images are cut to {height} × {width} and normalised by {numbers(found)}, as of {found.origin}."


def _unnamed(found: Beside, classes: int) -> str:
    """Why the names that are known do not go with the classes; empty where they do, and where none are known."""
    count = len(found.classes)
    if count in (0, classes):
        return ""
    return f"The known names of classes are not taken: they are {count:,}, but the network has {classes:,} classes."


def given(config: DataConfig) -> tuple[Fitted, ...]:
    """The transforms with the values that are given for them."""
    return tuple(
        Fitted(one, one.mean or (), one.std or ()) for one in config.transforms if isinstance(one, Standardise)
    )
