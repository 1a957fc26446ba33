"""A network fitted to data of one's own: its input, its answers, its loss and what is done to the samples."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.sources.found import Found
from engine.data.sources.kinds import source_of
from engine.edits import MISSING, Edit, RenameNode, SetParameter, SetSetting
from engine.files import is_file
from engine.graph import Graph
from engine.literals import literal
from engine.losses import USUAL, Suited, suiting
from engine.problems import Checker, find
from engine.problems.fixes import fix_all
from engine.problems.looking import above
from engine.settings.data import SourceSettings
from engine.shapes import Shapes
from presets.preset import Preset, PresetError, parse_options

SMALLEST = 2
"""Axes of an image without its channels."""


def fitted(what: str, found: Found) -> tuple[Graph, Found]:
    """WHAT of the command line, fitted to the data, with the data as the network takes them.

    Raises PresetError or ProjectError where there is no such network, and PresetError where it cannot take the data.
    """
    from presets import get, open_what

    path = Path(what)
    if path.suffix == ".loom" or is_file(path):
        graph, _ = open_what(what)
        return fit(graph, found), found
    name, _, options = what.partition(":")
    preset = get(name)
    given = parse_options(options, name)
    found, input = _input(preset, given, found)
    made = {"input": input, "classes": _answers(found.dataset)}
    if symbols := found.fields[found.dataset.first("input")].classes:
        made |= {"vocab_size": symbols, "src_vocab_size": symbols, "tgt_vocab_size": made["classes"]}
    if found.dataset.task == "forecast":
        shape = found.fields[found.dataset.first("target")].shape
        made |= {"horizon": shape[0], "targets": shape[1] if len(shape) > 1 else 1}
        if "ahead" in found.fields:
            made["ahead"] = found.fields["ahead"].shape[1]
    known = inspect.signature(preset.build).parameters
    wanted = {key: value for key, value in made.items() if key in known and key not in given}
    graph = fit(preset.make({**wanted, **given}), found)
    for edit in _names(graph, found.dataset):
        edit.apply(graph)
    return graph, found


def fit(graph: Graph, found: Found) -> Graph:
    """Let a network learn from the data, fixing what does not fit where that needs no choice. Raises PresetError."""
    for edit in data_edits(graph, found):
        edit.apply(graph)
    for edits in (_own_input, _other_inputs, _loss, _padding, _positions):
        for edit in edits(graph, found.dataset):
            edit.apply(graph)
    if any(problem.severity == "error" for problem in find(graph)):
        fixed_all = fix_all(Checker(Shapes(graph)))
        if fixed_all is not None:
            fixed_all[0].apply(graph)
    wrong = next((problem for problem in find(graph) if problem.severity == "error"), None)
    if wrong is not None:
        raise PresetError(f"{graph.name} cannot learn from {found.dataset.title}. {wrong.message}", node=wrong.node)
    return graph


def data_edits(graph: Graph, found: Found) -> list[Edit]:
    """What makes a project learn from these data."""
    data: list[tuple[str, object]] = [
        ("dataset", MISSING),
        ("path", MISSING),
        ("source", literal(found.settings.model_dump(exclude_defaults=True))),
        ("transforms", found.transforms),
    ]
    now = graph.settings["data"]
    return [SetSetting(("data", key), value) for key, value in data if value is not MISSING or key in now]


def with_size(found: Found, size: tuple[int, int]) -> Found:
    """Images brought to another size; all other data as they are."""
    options = {**found.settings.options, "size": size}
    settings = SourceSettings(**{**found.settings.model_dump(), "options": options})
    return replace(found, settings=settings, dataset=source_of(settings).declare(Path(settings.path)))


def _input(preset: Preset, given: dict[str, object], found: Found) -> tuple[Found, tuple[int, ...]]:
    """The shape of a sample as the preset takes it; images come in the size it was made for. Raises PresetError."""
    shape = found.fields[found.dataset.first("input")].shape
    if preset.axes and len(shape) != preset.axes:
        what = f"{found.dataset.title} has {len(shape)}: {'×'.join(map(str, shape)) or 'one number'}"
        raise PresetError(f"{preset.title} takes samples of {preset.axes} axes, but {what}.")
    default = inspect.signature(preset.build).parameters.get("input")
    wanted = given.get("input", default.default if default is not None else ())
    if found.kind == "images" and isinstance(wanted, tuple) and len(wanted) > SMALLEST:
        size = int(wanted[-2]), int(wanted[-1])
        return with_size(found, size), (shape[0], *size)
    return found, shape


def _answers(dataset: Dataset) -> int:
    """How many numbers the network is to answer with."""
    goal = dataset.fields[dataset.first("target")]
    return goal.classes or (goal.shape[0] if goal.shape else 1)


def _names(graph: Graph, dataset: Dataset) -> list[Edit]:
    """Inputs and the only Output of a preset are called after the fields that they read, where they can be."""
    inputs, outputs = graph.of_type("Input"), graph.of_type("Output")
    given = _given(dataset) if len(inputs) > 1 else [dataset.first("input")]
    called = [*zip(inputs, given, strict=True)] if len(inputs) == len(given) else []
    called += [(outputs[0], dataset.first("target"))] if len(outputs) == 1 else []
    return [
        RenameNode(node.id, field)
        for node, field in called
        if field.isprintable() and field.strip() and graph.is_free(field, node.type)
    ]


def _given(dataset: Dataset) -> list[str]:
    """The fields that a network can be given, in order."""
    return [name for name, field in dataset.fields.items() if field.role == "input"]


def _other_inputs(graph: Graph, dataset: Dataset) -> list[Edit]:
    """Inputs of other data read the fields of these in their order, where each has one that is like its own."""
    inputs, given = graph.of_type("Input"), _given(dataset)
    read = [node.parameters.get("field") or node.name for node in inputs]
    if len(inputs) < 2 or len(inputs) != len(given) or set(read) <= set(dataset.fields):
        return []
    for node, name in zip(inputs, given, strict=True):
        field, shape = dataset.fields[name], node.parameters.get("shape", ())
        if node.parameters.get("dtype", "float32") != field.dtype or len(shape) != len(field.shape):  # type: ignore[arg-type]
            return []
    return [SetParameter(node.id, "field", name) for node, name in zip(inputs, given, strict=True)]


def _padding(graph: Graph, dataset: Dataset) -> list[Edit]:
    """What fills shorter sequences of a target counts for nothing, unless the Output says what does."""
    edits: list[Edit] = []
    for node in graph.of_type("Output"):
        name = node.parameters.get("field") or dataset.first("target")
        field = dataset.fields.get(str(name))
        classes = node.parameters.get("loss", USUAL) == USUAL and "ignore_index" not in node.parameters
        if field is not None and field.padding is not None and len(field.shape) == 1 and classes:
            edits.append(SetParameter(node.id, "ignore_index", field.padding))
    return edits


def _positions(graph: Graph, dataset: Dataset) -> list[Edit]:
    """A vector for every position of the longest sample, where an Input takes any length and so none is too long."""
    given, inputs = _given(dataset), graph.of_type("Input")
    names = given if len(given) == len(inputs) else [dataset.first("input")] * len(inputs)
    long: dict[str, int] = {}
    for node, usual in zip(inputs, names, strict=True):
        field = dataset.fields.get(str(node.parameters.get("field") or node.name), dataset.fields[usual])
        shape = node.parameters.get("shape", ())
        if field.shape and isinstance(shape, tuple) and shape and isinstance(shape[0], str):
            long[node.id] = field.shape[0]
    edits: list[Edit] = []
    for node in graph.of_type("LearnedPositions"):
        needed = max((long[start] for start in above(graph, node.id) if start in long), default=0)
        most = node.parameters.get("max_length")
        if isinstance(most, int) and most < needed:
            edits.append(SetParameter(node.id, "max_length", needed))
    return edits


def _own_input(graph: Graph, dataset: Dataset) -> list[Edit]:
    """An Output that learns what an Input reads still does; what it is called in other data says nothing here."""
    read = {node.parameters.get("field") or node.name for node in graph.of_type("Input")}
    named = [node for node in graph.of_type("Output") if node.parameters.get("field") is not None]
    return [
        SetParameter(node.id, "field", dataset.first("input") if node.parameters["field"] in read else None)
        for node in named
        if node.parameters["field"] not in dataset.fields or node.parameters["field"] in read
    ]


def _loss(graph: Graph, dataset: Dataset) -> list[Edit]:
    """The loss of the only Output, as the target wants it, unless its own suits; of several it is the user's choice."""
    goal = dataset.fields[dataset.first("target")]
    kind: Suited = "labels" if goal.classes else "yes or no" if dataset.task == "classification" else "numbers"
    suited = suiting(kind) if kind == "numbers" else suiting(kind)[:1]
    outputs = [
        node
        for node in graph.of_type("Output")
        if node.parameters.get("loss", USUAL) is not None
        and node.parameters.get("field") in (None, dataset.first("target"))
    ]
    if len(outputs) != 1 or outputs[0].parameters.get("loss", USUAL) in suited:
        return []
    return [SetParameter(outputs[0].id, "loss", suited[0])]
