"""Fixes that lie in the data and training settings, and what the data says of shapes and classes."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from math import prod

from engine.data.datasets import DATASETS, Field
from engine.data.framing import masks_of
from engine.edits import MISSING, Edit, SetParameter, SetSetting
from engine.graph import Edge
from engine.layers.endpoints import Input, Output
from engine.literals import literal
from engine.losses import suiting
from engine.problems.looking import kind_of
from engine.problems.ways.axis_ways import FLATTEN
from engine.problems.ways.fault_site import FaultSite, Step, Way, shown, typed
from engine.problems.ways.field_ways import known_fields, target, target_field, vocabulary
from engine.problems.ways.number_ways import other_numbers
from engine.problems.ways.parameter_ways import near_values
from engine.problems.ways.width_ways import makers
from engine.settings.resolution import SettingFault, resolve_settings
from engine.settings.transforms import FRAMED
from engine.weights.chosen import images_of
from engine.weights.normalization import normalize


def setting(path: str, value: object, label: str) -> Way:
    """Set an entry of the settings; `MISSING` takes it back to the default."""
    return Way(label, (SetSetting(tuple(path.split(".")), value),))


def as_data(site: FaultSite) -> Iterator[Way | None]:
    """The Input as the data is."""
    for name, field in known_fields(site.project).items():
        if field.role != "input":
            continue
        values: dict[str, object] = {"shape": field.shape}
        if site.value("dtype") != field.dtype:
            values["dtype"] = field.dtype
        if site.value("field") is not None:
            values["field"] = name
        if site.value("shape") == field.shape:
            values.pop("shape")
        if values:
            yield site.set(values)
        yield from _and_reshape(site, values, field)


def _and_reshape(site: FaultSite, values: dict[str, object], field: Field) -> Iterator[Way | None]:
    """The Input as the data is, and after it the shape that the network was drawn for."""
    old: object = site.value("shape")
    if not isinstance(old, tuple) or not all(isinstance(size, int) for size in old) or prod(old) != prod(field.shape):
        return
    step: Step = ("Flatten", {}) if len(old) == 1 else ("Reshape", {"shape": old})
    edits: list[Edit] = list(site.set(values).edits)
    made: list[str] = []
    for edge in list(site.graph.outgoing[site.id]):
        way = site.insert(edge, step)
        if way is not None:
            edits += way.edits
            made += way.made
    size = " × ".join(map(str, field.shape))
    if made:
        yield Way(f"Set shape to {size} and insert {step[0]} after it", edits, tuple(made))


def resized(site: FaultSite) -> Iterator[Way | None]:
    """The images of the data in the size that the Input asks for."""
    resolved, shape = resolve_settings(site.project), site.value("shape")
    if isinstance(resolved, SettingFault) or not isinstance(shape, tuple) or len(shape) != 3:
        return
    for name, field in known_fields(site.project).items():
        if field.role == "input" and len(field.shape) == 3 and field.shape[0] == shape[0]:
            raw = site.project.settings.get("data", {}).get("transforms", ())
            kept = [part for part in raw if not _sizes(part, name)] if isinstance(raw, (list, tuple)) else []
            step: dict[str, object] = {"name": "resize", "field": name, "size": tuple(shape[1:])}
            if masks_of(name, known_fields(site.project)):
                step["masks"] = True
            label = f"Resize the images to {shape[1]} × {shape[2]}"
            yield setting("data.transforms", literal([step, *kept]), label)


def _sizes(transform: Mapping[str, object], field: str) -> bool:
    """Whether a transform gives the images of this field another size."""
    return transform.get("name") in FRAMED and transform.get("field") == field


def other_data(site: FaultSite) -> Iterator[Way | None]:
    """Data that fits the Input, or whose name was meant."""
    chosen = site.project.settings.get("data", {}).get("dataset")
    names = [dataset.name for dataset in DATASETS]
    if isinstance(chosen, str) and chosen not in names:
        for near in difflib.get_close_matches(chosen, names, 2, 0.5):
            yield _choose(site, near)
    if site.problem.setting == "data.path":
        yield setting("data.path", MISSING, "Set data.path to its default")
        return
    if (site.problem.setting or "").startswith("data.augmentation"):
        yield from _without(site, "data.augmentation")
        yield setting("data.augmentation", MISSING, "Drop the augmentation")
        return
    if site.problem.code == "data":
        yield from _without(site, "data.transforms")
        yield setting("data.transforms", MISSING, "Drop the transforms")
        return
    yield from _fitting(site)


def _without(site: FaultSite, path: str) -> Iterator[Way | None]:
    """The list of settings at a path without the guilty entry, where there are others."""
    listed, guilty = site.project.settings.get("data", {}).get(path.partition(".")[2]), site.problem.setting or ""
    if isinstance(listed, (list, tuple)) and len(listed) > 1 and guilty.startswith(f"{path}["):
        index = int(guilty[len(path) + 1 : guilty.index("]")])
        kept = [*listed[:index], *listed[index + 1 :]]
        yield setting(path, literal(kept), f"Remove {guilty[5:]}")


def some_data(site: FaultSite) -> Iterator[Way | None]:
    """Data that fits the Inputs as they are drawn."""
    yield from _fitting(site)


def _fitting(site: FaultSite) -> Iterator[Way | None]:
    inputs = [site.report.layer(node.id) for node in site.project.of_type("Input")]
    wanted = [layer for layer in inputs if isinstance(layer, Input)]
    for dataset in DATASETS:
        if wanted and all(any(_matches(layer, field) for field in dataset.fields.values()) for layer in wanted):
            yield _choose(site, dataset.name)


def _choose(site: FaultSite, name: str) -> Way:
    """Another dataset; the folder of the last one's files goes with that."""
    edits = [SetSetting(("data", "dataset"), name)]
    if site.project.settings.get("data", {}).get("path") is not None:
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


def back(site: FaultSite) -> Iterator[Way | None]:
    """The setting as it is in a new project."""
    path = site.problem.setting or ""
    parts = path.replace("[", ".").split(".")
    if path.startswith("training.early_stopping"):
        yield setting("training.early_stopping", MISSING, "Do without early stopping")
    fault = resolve_settings(site.project)
    if isinstance(fault, SettingFault) and fault.needs == "data.split.validation":
        yield setting("data.split", MISSING, "Set data.split to its default")
    section: object = site.project.settings
    for key in parts:
        section = section.get(key) if isinstance(section, Mapping) else None
    if not isinstance(section, Mapping) and "[" not in path:
        for value in near_values(section):
            yield setting(path, value, f"Set {path} to {shown(value)}")
    for end in range(len(parts), 1, -1):
        here = ".".join(parts[:end])
        yield setting(here, MISSING, f"Set {here} to its default")


def new_weights(site: FaultSite) -> Iterator[Way | None]:
    """Begin with new weights instead of those of the file."""
    yield setting("training.weights", MISSING, "Begin with new weights")


def as_weights_expect(site: FaultSite) -> Iterator[Way | None]:
    """The images of the data normalised as those that the weights were trained on."""
    yield Way("Normalise images as the weights expect", (normalize(site.project, images_of(site.project)),))


def batch(site: FaultSite) -> Iterator[Way | None]:
    """Batches of more than one sample."""
    resolved = resolve_settings(site.project)
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


def loss(site: FaultSite) -> Iterator[Way | None]:
    """A loss on an Output."""
    for node in site.graph.of_type("Output"):
        field = target_field(site, node.id)
        wanted = suiting("labels" if field is None or field.classes else "numbers")[0]
        for other in (wanted, suiting("numbers")[0], suiting("yes or no")[0]):
            yield site.set(of=node.id, loss=other)
    for node in site.graph.of_type("Output"):
        field, edge = target_field(site, node.id), next(iter(site.graph.incoming[node.id].values()), None)
        way = _answering(site, edge, field)
        if way is not None and field is not None:
            compared = suiting("labels" if field.classes else "numbers")[0]
            label = f"Set loss of {node.name} to {compared} and insert Linear({prod(_shaped(field))}) before it"
            yield Way(label, (*way.edits, *site.set(of=node.id, loss=compared).edits), way.made)


def whole_answer(site: FaultSite) -> Iterator[Way | None]:
    """One more layer that gives as many numbers as the target has, in its shape."""
    yield _answering(site, site.edge("input"), target(site))


def _answering(site: FaultSite, edge: Edge | None, field: Field | None) -> Way | None:
    x = site.spec(edge)
    if x is None or field is None or x.rank < 2:
        return None
    shape = _shaped(field)
    flat: list[Step] = [FLATTEN] if x.rank > 2 else []
    unflat: list[Step] = [("Unflatten", {"dim": 1, "unflattened_size": shape})] if len(shape) > 1 else []
    return site.insert(edge, *flat, ("Linear", {"out_features": prod(shape)}), *unflat)


def _shaped(field: Field) -> tuple[int, ...]:
    """The shape of an answer that learns a field."""
    return (*field.shape, *([field.classes] if field.classes else [])) or (1,)


def drawn_as_data(site: FaultSite) -> Iterator[Way | None]:
    """The Inputs in the shapes that the data has, where an answer has another length than its target."""
    known = {name: field for name, field in known_fields(site.project).items() if field.role == "input"}
    for node in site.project.of_type("Input"):
        layer = site.trial.report.layer(node.id)
        for name, field in known.items():
            if not isinstance(layer, Input):
                continue
            if layer.field in (None, name) and len(layer.shape) == len(field.shape) and layer.shape != field.shape:
                yield site.set(of=node.id, shape=field.shape)


def other_loss(site: FaultSite) -> Iterator[Way | None]:
    """A loss that fits what is learned."""
    field = target(site)
    if field is None:
        for name in (suiting("numbers")[0], suiting("yes or no")[0]):
            yield site.set(loss=name)
        return
    names = suiting("labels" if field.classes else "numbers")
    for name in names:
        if site.value("loss") != name:
            yield site.set(loss=name)
    edge, wanted = site.edge("input"), field.classes or (field.shape[-1] if field.shape else 1)
    for node_id in makers(site, edge, 1) if edge is not None else ():
        node, kind = site.graph.nodes[node_id], kind_of(site.graph, node_id)
        width = kind.width_parameter
        if kind.linear_map and typed(node, width):
            edits = (SetParameter(site.id, "loss", names[0]), SetParameter(node_id, width, wanted))
            yield Way(f"Set loss to {names[0]} and {width} of {node.name} to {wanted}", edits)


def other_target(site: FaultSite) -> Iterator[Way | None]:
    """Another field to learn."""
    layer, known = site.layer, known_fields(site.project)
    if isinstance(layer, Output):
        if layer.field is not None:
            yield Way("Learn the first target of the data", (SetParameter(site.id, "field", MISSING),))
        for name, field in known.items():
            if field.role == "target" and name != layer.field:
                yield site.set(field=name)
    edge = site.edge("input")
    while edge is not None:  # all steps of a sequence layer instead of the last one, or the other way round
        name = site.graph.nodes[edge.source].name
        for port in list(site.report.outputs.get(edge.source, {})):
            if port != edge.source_port:
                yield site.rewire(edge, edge.source, port, f"Take {port} of {name}")
        before = list(site.graph.incoming[edge.source].values())
        edge = before[0] if len(before) == 1 else None
    yield site.insert(site.edge("input"), FLATTEN)
    yield from other_numbers(site)


def table(site: FaultSite) -> Iterator[Way | None]:
    """As many rows as the data has numbers."""
    rows = vocabulary(site)
    if rows and site.problem.parameter == "num_classes":
        yield site.set(num_classes=rows)
    elif rows:
        yield site.set(num_embeddings=rows)
