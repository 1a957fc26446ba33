"""The preparation of a run as plain data: how files are read, what the transforms have learnt, what answers mean."""

from __future__ import annotations

from typing import Any, Final

from engine.data import datasets
from engine.data.framing import frame
from engine.data.origin import declared, opened
from engine.data.sources.arrays.arrays import Arrays
from engine.data.sources.clips.clips import Clips
from engine.data.sources.images.images import Images
from engine.data.sources.kinds import source_of
from engine.data.sources.series.series import Series
from engine.data.sources.tables.tables import Table
from engine.data.sources.text.text import Text
from engine.data.transforms import Fitted
from engine.exports.exporter import SAMPLES, ExportError
from engine.exports.subject import Subject
from engine.inside.on_board import border_of
from engine.inside.predicting import counted_by
from engine.settings.transforms import Fill, Framed
from engine.training.evaluation.network import Head

INSTEAD: Final = "Export the model class and the weights instead."


def preparation_of(subject: Subject) -> dict[str, Any]:
    """What ``preparation.json`` holds; no path is in it. Raises ExportError where files cannot be asked about."""
    trained = subject.trained
    network = trained.network
    return {
        "network": subject.name,
        "class": subject.source.class_name,
        "batch_size": trained.size() or SAMPLES,
        "read": _reading(subject),
        "inputs": [{"field": name, **_field(subject, name)} for name in network.inputs],
        "outputs": [_output(subject, head) for head in network.heads],
    }


def _reading(subject: Subject) -> dict[str, Any]:
    """How a file becomes samples, by the kind of the data."""
    config = subject.trained.config
    if config.source is None:
        return _on_board(subject)
    source = source_of(config.source)
    if isinstance(source, Images):
        options = source.model_dump(mode="json", include={"size", "fit", "grey", "largest"})
        return {"kind": "images", **options}
    if isinstance(source, Table):
        columns = [one.model_dump(mode="json") for one in source.of("input")]
        return {"kind": "table", "header": source.header, "decimal_comma": source.decimal_comma, "columns": columns}
    if isinstance(source, Text):
        return _texts(source)
    if isinstance(source, Series):
        kept = {"time", "counted", "day_first", "groups", "known", "window", "horizon", "header", "decimal_comma"}
        options = source.model_dump(mode="json", include=kept)
        return {"kind": "series", **options, "given": list(source.given), "targets": len(source.targets)}
    if isinstance(source, Clips):
        options = source.model_dump(mode="json", include={"take", "length", "size", "fit", "grey", "largest"})
        return {"kind": "clips", **options, "padded": source.padded}
    if isinstance(source, Arrays):
        given = [one for one in source.fields if one.role == "input"]
        kept = {"name", "shape", "classes", "parts", "channels_last"}
        return {"kind": "arrays", "fields": [one.model_dump(mode="json", include=kept) for one in given]}
    raise ExportError(f"{type(source).title}: this kind of data has no files that a network can be asked about.")


def _texts(source: Text) -> dict[str, Any]:
    """How text is split, and all tokens that are known."""
    if source.translates:
        raise ExportError(
            "The network is given 'answer_in' as well, which a text does not have, so there is no prediction package. "
            f"{INSTEAD}"
        )
    options = source.model_dump(mode="json", include={"tokens", "lower", "length", "encoding", "header"})
    of_table, begins_anywhere = source.layout == "column", source.layout == "file"
    known = {"vocabulary": list(source.vocabulary), "merges": [list(pair) for pair in source.merges]}
    column = source.column if of_table else ""
    return {"kind": "text", **options, "column": column, "begins_anywhere": begins_anywhere, **known}


def _on_board(subject: Subject) -> dict[str, Any]:
    import numpy as np

    config = subject.trained.config
    dataset = declared(config)
    name = dataset.first("input")
    if dataset.kind not in ("image", "table"):
        raise ExportError(
            f"{dataset.title}: only a network that has learned from images, tables or arrays can be asked about files, "
            f"so there is no prediction package. {INSTEAD}"
        )
    if others := [field for field in subject.trained.network.inputs if field != name]:
        raise ExportError(
            f"{dataset.title}: the network is given {others[0]!r} as well, which a file does not have, "
            f"so there is no prediction package. {INSTEAD}"
        )
    if dataset.kind == "table":
        return {"kind": "columns", "field": name, "columns": list(datasets.feature_names(dataset.name))}
    channels, height, width = dataset.fields[name].shape
    some = np.asarray(opened(config).arrays[name][:1000], np.float32)
    top = float(some.max()) or 1.0
    light = bool(border_of(some / top).mean() > 0.5)
    return {"kind": "images", "size": [height, width], "fit": "pad", "grey": channels == 1, "largest": 100_000_000,
            "top": top, "light_border": light if channels == 1 else None}  # fmt: skip


def _field(subject: Subject, name: str) -> dict[str, Any]:
    """The type of a field, and what is done to it in order."""
    trained = subject.trained
    shape = tuple(declared(trained.config).fields[name].shape)
    chain = list[dict[str, Any]]()
    for fitted in trained.data.fitted:
        if fitted.transform.field == name:
            chain.append(_step(fitted, shape))
            shape = fitted.shape(shape)
    cut = {"cut": True} if trained.config.buckets is not None and trained.data.fields[name].free else {}
    return {"dtype": trained.data.fields[name].dtype, "chain": chain, **cut}


def _step(fitted: Fitted, shape: tuple[int, ...]) -> dict[str, Any]:
    if isinstance(fitted.transform, Framed):
        made = frame(fitted.transform, (shape[-2], shape[-1]))
        return {"name": "frame", "box": made.box, "inner": made.inner, "size": made.size, "fill": made.fill}
    if isinstance(fitted.transform, Fill):
        return {"name": "fill", "fill": fitted.fill, "fixed": fitted.fixed}
    return {"name": "standardise", "mean": fitted.mean, "std": fitted.std}


def _units(subject: Subject, head: Head) -> dict[str, Any] | None:
    """What standardised numbers have to be multiplied by, and what is added, the last transform first."""
    fitted = subject.trained.data.fitted
    learnt = [_step(one, ()) for one in reversed(fitted) if one.transform.field == head.field and one.mean]
    shape = list(subject.trained.data.fields[head.field].shape)
    return {"shape": shape, "learnt": learnt} if learnt and head.task.kind == "values" else None


def _output(subject: Subject, head: Head) -> dict[str, Any]:
    field = subject.trained.data.fields[head.field]
    return {
        "name": head.name, "index": head.index, "kind": head.task.kind, "axis": head.axis,
        "names": field.names, "columns": field.columns, "units": _units(subject, head), "padding": field.padding,
        "there": counted_by(subject.trained, head),
    }  # fmt: skip
