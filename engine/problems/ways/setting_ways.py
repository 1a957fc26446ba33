"""Fixes that lie in the data and training settings, and what the data says of shapes and classes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from math import prod

from engine.data.datasets import DATASETS, Field
from engine.edits import MISSING, Edit, SetParameter, SetSetting
from engine.layers.endpoints import Input, Output
from engine.literals import literal
from engine.problems.ways.axis_ways import FLATTEN
from engine.problems.ways.fault_site import FaultSite, Step, Way, shown, typed
from engine.problems.ways.field_ways import known_fields, target, target_field, vocabulary
from engine.problems.ways.number_ways import other_numbers
from engine.problems.ways.parameter_ways import near_values
from engine.problems.ways.width_ways import makers, width_parameter
from engine.settings.resolution import SettingFault, resolve_settings


def setting(path: str, value: object, label: str) -> Way:
    """Set an entry of the settings; `MISSING` takes it back to the default."""
    return Way(label, (SetSetting(tuple(path.split(".")), value),))


def as_data(place: FaultSite) -> Iterator[Way | None]:
    """The Input as the data is."""
    for name, field in known_fields(place.project).items():
        if field.role != "input":
            continue
        values: dict[str, object] = {"shape": field.shape}
        if place.value("dtype") != field.dtype:
            values["dtype"] = field.dtype
        if place.value("field") is not None:
            values["field"] = name
        if place.value("shape") == field.shape:
            values.pop("shape")
        if values:
            yield place.set(values)
        yield from _and_reshape(place, values, field)


def _and_reshape(place: FaultSite, values: dict[str, object], field: Field) -> Iterator[Way | None]:
    """The Input as the data is, and behind it the shape that the network was drawn for."""
    old: object = place.value("shape")
    if not isinstance(old, tuple) or not all(isinstance(size, int) for size in old) or prod(old) != prod(field.shape):
        return
    step: Step = ("Flatten", {}) if len(old) == 1 else ("Reshape", {"shape": old})
    edits: list[Edit] = list(place.set(values).edits)
    made: list[str] = []
    for edge in list(place.graph.outgoing[place.id]):
        way = place.insert(edge, step)
        if way is not None:
            edits += way.edits
            made += way.made
    size = " × ".join(map(str, field.shape))
    if made:
        yield Way(f"Set shape to {size} and insert {step[0]} behind it", edits, tuple(made))


def resized(place: FaultSite) -> Iterator[Way | None]:
    """The images of the data in the size that the Input asks for."""
    resolved, shape = resolve_settings(place.project), place.value("shape")
    if isinstance(resolved, SettingFault) or not isinstance(shape, tuple) or len(shape) != 3:
        return
    for name, field in known_fields(place.project).items():
        if field.role == "input" and len(field.shape) == 3 and field.shape[0] == shape[0]:
            raw = place.project.settings.get("data", {}).get("transforms", ())
            kept = [part for part in raw if part.get("name") != "resize"] if isinstance(raw, (list, tuple)) else []
            step = {"name": "resize", "field": name, "size": tuple(shape[1:])}
            label = f"Resize the images to {shape[1]} × {shape[2]}"
            yield setting("data.transforms", literal([step, *kept]), label)


def other_data(place: FaultSite) -> Iterator[Way | None]:
    """Data that fits the Input, or whose name was meant."""
    chosen = place.project.settings.get("data", {}).get("dataset")
    names = [dataset.name for dataset in DATASETS]
    if isinstance(chosen, str) and chosen not in names:
        for near in difflib.get_close_matches(chosen, names, 2, 0.5):
            yield _choose(place, near)
    if place.problem.setting == "data.path":
        yield setting("data.path", MISSING, "Set data.path to its default")
        return
    if place.problem.code == "data":
        yield setting("data.transforms", MISSING, "Drop the transforms")
        return
    yield from _fitting(place)


def some_data(place: FaultSite) -> Iterator[Way | None]:
    """Data that fits the Inputs as they are drawn."""
    yield from _fitting(place)


def _fitting(place: FaultSite) -> Iterator[Way | None]:
    inputs = [place.report.layer(node.id) for node in place.project.of_type("Input")]
    wanted = [layer for layer in inputs if isinstance(layer, Input)]
    for dataset in DATASETS:
        if wanted and all(any(_matches(layer, field) for field in dataset.fields.values()) for layer in wanted):
            yield _choose(place, dataset.name)


def _choose(place: FaultSite, name: str) -> Way:
    """Another dataset; the folder of the last one's files goes with that."""
    edits = [SetSetting(("data", "dataset"), name)]
    if place.project.settings.get("data", {}).get("path") is not None:
        edits.append(SetSetting(("data", "path"), MISSING))
    return Way(f"Choose the data {name}", tuple(edits))


def _matches(layer: Input, field: Field) -> bool:
    shape = layer.shape
    return (
        field.role == "input"
        and field.dtype == layer.dtype
        and len(shape) == len(field.shape)
        and all(not isinstance(want, int) or want == have for want, have in zip(shape, field.shape, strict=True))
    )


def back(place: FaultSite) -> Iterator[Way | None]:
    """The setting as it is in a new project."""
    path = place.problem.setting or ""
    parts = path.replace("[", ".").split(".")
    if path.startswith("training.early_stopping"):
        yield setting("training.early_stopping", MISSING, "Do without early stopping")
    fault = resolve_settings(place.project)
    if isinstance(fault, SettingFault) and fault.needs == "data.split.validation":
        yield setting("data.split", MISSING, "Set data.split to its default")
    section: object = place.project.settings
    for key in parts:
        section = section.get(key) if isinstance(section, Mapping) else None
    if not isinstance(section, Mapping) and "[" not in path:
        for value in near_values(section):
            yield setting(path, value, f"Set {path} to {shown(value)}")
    for end in range(len(parts), 1, -1):
        here = ".".join(parts[:end])
        yield setting(here, MISSING, f"Set {here} to its default")


def batch(place: FaultSite) -> Iterator[Way | None]:
    """Batches of more than one sample."""
    resolved = resolve_settings(place.project)
    if isinstance(resolved, SettingFault):
        return
    size = resolved[0].batch_size or 2
    if size == 1:
        for larger in (32, 16):
            yield setting("data.batch_size", larger, f"Set batch_size to {larger}")
    else:
        yield setting("data.drop_last", True, "Leave out the last batch where it is not full")
        for other in (size + 1, size - 1, 32, 2):
            if other > 1:
                yield setting("data.batch_size", other, f"Set batch_size to {other}")


def loss(place: FaultSite) -> Iterator[Way | None]:
    """A loss on an Output."""
    for node in place.graph.of_type("Output"):
        field = target_field(place, node.id)
        wanted = "cross_entropy" if field is None or field.classes else "mse_loss"
        yield place.set(of=node.id, loss=wanted)
        for other in ("mse_loss", "binary_cross_entropy_with_logits"):
            yield place.set(of=node.id, loss=other)


def other_loss(place: FaultSite) -> Iterator[Way | None]:
    """A loss that fits what is learned."""
    field = target(place)
    if field is None:
        for name in ("mse_loss", "binary_cross_entropy_with_logits"):
            yield place.set(loss=name)
        return
    names = ("cross_entropy", "binary_cross_entropy_with_logits") if field.classes else ("mse_loss", "l1_loss")
    for name in names:
        if place.value("loss") != name:
            yield place.set(loss=name)
    edge, wanted = place.edge("input"), field.classes or (field.shape[-1] if field.shape else 1)
    for node_id in makers(place, edge, 1) if edge is not None else ():
        width, node = width_parameter(place.graph.nodes[node_id].type), place.graph.nodes[node_id]
        if width.startswith("out_") and typed(node, width):
            edits = (SetParameter(place.id, "loss", names[0]), SetParameter(node_id, width, wanted))
            yield Way(f"Set loss to {names[0]} and {width} of {node.name} to {wanted}", edits)


def other_target(place: FaultSite) -> Iterator[Way | None]:
    """Another field to learn."""
    layer, known = place.layer, known_fields(place.project)
    if isinstance(layer, Output):
        if layer.field is not None:
            yield Way("Learn the first target of the data", (SetParameter(place.id, "field", MISSING),))
        for name, field in known.items():
            if field.role == "target" and name != layer.field:
                yield place.set(field=name)
    edge = place.edge("input")
    while edge is not None:  # all steps of a sequence layer instead of the last one, or the other way round
        name = place.graph.nodes[edge.source].name
        for port in list(place.report.outputs.get(edge.source, {})):
            if port != edge.source_port:
                yield place.rewire(edge, edge.source, port, f"Take {port} of {name}")
        before = list(place.graph.incoming[edge.source].values())
        edge = before[0] if len(before) == 1 else None
    yield place.insert(place.edge("input"), FLATTEN)
    yield from other_numbers(place)


def table(place: FaultSite) -> Iterator[Way | None]:
    """As many rows as the data has numbers."""
    rows = vocabulary(place)
    if rows and place.problem.parameter == "num_classes":
        yield place.set(num_classes=rows)
    elif rows:
        yield place.set(num_embeddings=rows)
