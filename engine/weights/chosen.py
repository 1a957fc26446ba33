"""The weights that a project has chosen to begin with: as an edit of its settings, and from there into a module."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.edits import Compound, Edit, SetSetting
from engine.files import is_file
from engine.graph import Graph
from engine.settings.weights import WeightsSettings
from engine.weights.failure import WeightsError
from engine.weights.loading import check, put
from engine.weights.recipe import parse, same_but_ones
from engine.weights.report import Report

if TYPE_CHECKING:
    from torch import nn

SETTING: Final = ("training", "weights")
NAMED: Final = 3
"""How many tensors that start from scratch are named in one sentence."""


def choose(report: Report, *, partial: bool = False) -> Edit:
    """The edit that lets a project begin with these weights. Raises WeightsError as `load` does."""
    check(report, partial=partial)
    entries = tuple(f"{name} = {source}" for name, source in report.placed.items())
    value = {"path": str(report.path.absolute()), "sha256": report.sha256, "map": entries}
    return Compound((SetSetting(SETTING, value),), f"Load the weights of {report.path.name}")


def chosen(graph: Graph) -> str | None:
    """The path of the weights that a project begins with, as far as it is one."""
    value = graph.settings["training"].get("weights")
    path = value.get("path") if isinstance(value, Mapping) else None
    return path if isinstance(path, str) and path else None


def missing(path: str) -> str:
    """The sentence where the file is not there; empty where it is."""
    if is_file(Path(path)):
        return ""
    return (
        f"The weights that this network begins with are not at {path}: say where they are now (File, Load Weights, "
        "Locate), put them back, or do without them."
    )


def begin_with(module: nn.Module, settings: WeightsSettings) -> tuple[str, str]:
    """Put the chosen weights into a module; says what was done, in short and in full.

    Tensors of layers that are gone, or have other shapes now, are left out and named: so a new head can be trained.
    Raises WeightsError where the file is missing or damaged, or nothing of it fits any more.
    """
    from engine.weights.files.opening import open_weights

    if why := missing(settings.path):
        raise WeightsError(why, setting="training.weights.path", reason="missing-file", file=settings.path)
    file = open_weights(Path(settings.path))
    shapes = {name: facts.shape for name, facts in file.tensors.items()}
    state = module.state_dict()
    fitting, again = dict[str, str](), dict[str, str]()
    for entry in settings.map:
        name, _, source = entry.partition(" = ")
        made = parse(source).shape(shapes)
        if name not in state:
            again[name] = "there is no such tensor any more"
        elif made is None:
            again[name] = "it is not in the file any more"
        elif not same_but_ones(made, tuple(state[name].shape)):
            again[name] = "it has another shape now"
        else:
            fitting[name] = source
    if not fitting:
        raise WeightsError(
            f"Nothing of {file.path.name} fits this network any more: load the weights again, or remove them.",
            setting="training.weights.path",
        )
    put(module, file, fitting)
    changed = (
        f" {file.path.name} has changed since its weights were loaded: those that are in it now were taken."
        if file.sha256() != settings.sha256
        else ""
    )
    return _words(file.path.name, fitting, again, NAMED) + changed, _words(file.path.name, fitting, again) + changed


def _words(file: str, fitting: Mapping[str, str], again: Mapping[str, str], most: int | None = None) -> str:
    named = "; ".join(f"{name} is left out ({why})" for name, why in list(again.items())[:most])
    more = len(again) - most if most is not None and len(again) > most else 0
    rest = f": {named}{f' and {more} more' if more else ''}" if again else ""
    return f"Begun with {len(fitting)} tensors of {file}{rest}."
