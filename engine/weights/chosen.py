"""The weights that a project has chosen to begin with: as an edit of its settings, and from there into a module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.edits import MISSING, Compound, Edit, SetSetting
from engine.files import is_file
from engine.graph import Graph
from engine.settings.weights import WeightsSettings
from engine.weights.beside import Beside, expected
from engine.weights.failure import WeightsError
from engine.weights.keys import Attributes, keys_of
from engine.weights.loading import check, put
from engine.weights.recipe import parse, same_but_ones
from engine.weights.report import Report

if TYPE_CHECKING:
    from torch import nn

SETTING: Final = ("training", "weights")
NAMED: Final = 3
"""How many tensors that start from scratch are named in one sentence."""


def choose(report: Report, *, partial: bool = False, accept_guess: bool = False) -> Edit:
    """The edit that lets a project begin with these weights. Raises WeightsError as `load` does."""
    check(report, partial=partial, accept_guess=accept_guess)
    entries = tuple(f"{report.keys.get(name, name)} = {source}" for name, source in report.placed.items())
    value: dict[str, object] = {
        "path": str(report.path.absolute()),
        "sha256": report.sha256,
        "map": entries,
        "keys": "nodes",
    }
    known = report.images
    said = {"mean": known.mean, "std": known.std, "origin": known.origin, "classes": known.classes}
    value |= {name: one for name, one in said.items() if one}
    return Compound((SetSetting(SETTING, value),), f"Load the weights of {report.path.name}")


def relocated(graph: Graph, path: Path) -> Edit | None:
    """The edit after which the chosen weights are at another path; None where that is another file.

    Raises WeightsError where it cannot be read.
    """
    from engine.weights.files.opening import open_weights

    value = graph.settings["training"].get("weights")
    file = open_weights(path)
    if not isinstance(value, Mapping) or value.get("sha256") != file.sha256():
        return None
    here = {**value, "path": str(file.path.absolute())}
    return Compound((SetSetting(SETTING, here),), f"Locate the weights {file.path.name}")


def loaded_nodes(graph: Graph) -> set[str]:
    """The nodes of the network that begin with weights from a file, or have some inside."""
    value = graph.settings["training"].get("weights")
    entries = value.get("map") if isinstance(value, Mapping) else None
    begins = {str(entry).partition(" = ")[0].partition(".")[0] for entry in entries or ()}
    if isinstance(value, Mapping) and value.get("keys") == "nodes":
        return begins & graph.nodes.keys()
    return {node.id for node in graph.nodes.values() if node.name in begins}


def without(graph: Graph, node_ids: set[str]) -> list[Edit]:
    """The edit after which these nodes of the network begin with no weights from a file; none where they have none."""
    if not loaded_nodes(graph) & node_ids:
        return []
    value: Any = graph.settings["training"]["weights"]
    by_id = value.get("keys") == "nodes"
    begins = {node_id if by_id else graph.nodes[node_id].name for node_id in node_ids}
    left = tuple(entry for entry in value["map"] if str(entry).partition(" = ")[0].partition(".")[0] not in begins)
    return [SetSetting(SETTING, {**value, "map": left} if left else MISSING)]


def chosen(graph: Graph) -> str | None:
    """The path of the weights that a project begins with, as far as it is one."""
    value = graph.settings["training"].get("weights")
    path = value.get("path") if isinstance(value, Mapping) else None
    return path if isinstance(path, str) and path else None


def name_classes(graph: Graph, names: tuple[str, ...], file: str, classes: int | None = None) -> Edit:
    """The edit that says what the classes of the chosen weights are called, as a ``file`` has them.

    ``classes`` is how many the network has, where that is known. Raises WeightsError.
    """
    value = graph.settings["training"].get("weights")
    if classes is not None and len(names) != classes:
        raise WeightsError(
            f"{file} names {len(names):,} classes, but the network has {classes:,}: give a list of its own classes."
        )
    if not isinstance(value, Mapping):
        raise WeightsError("This network begins with no weights from a file: load some first (File, Load Weights).")
    return Compound((SetSetting(SETTING, {**value, "classes": names}),), "Name the classes of the weights")


def known_of(settings: WeightsSettings, published: str, classes: int) -> Beside:
    """How the chosen weights expect images and what their classes are called: as stored, else by what is beside them.

    ``published`` and ``classes`` are those of the network.
    """
    found = expected(Path(settings.path), published, classes)
    if settings.mean and len(settings.mean) == len(settings.std):
        found = replace(found, mean=settings.mean, std=settings.std, origin=settings.origin or Path(settings.path).name)
    return replace(found, classes=settings.classes) if settings.classes else found


def images_of(graph: Graph) -> Beside:
    """The same as far as a project has it stored; without looking at a file."""
    value = graph.settings["training"].get("weights")
    try:
        settings = WeightsSettings.model_validate(value)
    except ValueError:  # no weights, or a setting that is a problem of its own
        return Beside()
    if len(settings.mean) != len(settings.std):
        return Beside()
    return Beside(settings.classes, settings.mean, settings.std, settings.origin or Path(settings.path).name)


def missing(path: str) -> str:
    """The sentence where the file is not there; empty where it is."""
    if is_file(Path(path)):
        return ""
    return (
        f"The weights that this network begins with are not at {path}: say where they are now (File, Load Weights, "
        "Locate), put them back, or do without them."
    )


def begin_with(module: nn.Module, settings: WeightsSettings, attributes: Attributes) -> tuple[str, str]:
    """Put the chosen weights into a module; says what was done, in short and in full.

    ``attributes`` are those of the `engine.source.Source` that the module is compiled from.

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
    names = {key: name for name, key in keys_of(module, attributes).items()} if settings.keys == "nodes" else {}
    for entry in settings.map:
        key, _, source = entry.partition(" = ")
        name = names.get(key, key)
        made = parse(source).shape(shapes)
        if name not in state:
            again[source] = "its layer is gone"
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
