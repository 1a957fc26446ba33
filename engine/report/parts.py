"""The sections of a report that need no torch: network, data, settings, curves, environment, how to repeat it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

import numpy as np

from engine.data.dataset import DataError, Field
from engine.data.origin import declared
from engine.data.split_facts import split_facts
from engine.layer_table.rows import LayerTable
from engine.layer_table.text import text_table
from engine.report.charts import Line, chart
from engine.report.html import code, details, facts, items, paragraph, table, unbroken
from engine.report.sources import Subject
from engine.settings.data import DataConfig
from engine.settings.section import Section
from engine.tabular.formats import Cell, TextTable, shown
from engine.training.runs.compare import flat_settings, said
from engine.training.runs.run_info import RunInfo, computing_text
from engine.training.series import GPU, Series

MOST_CLASSES: Final = 60
"""Classes whose samples are counted in a table."""
PARTS: Final = ("train", "validation", "test")
RATES: Final = {"lr": "learning rate", "grad_norm": "norm of the gradients"}
MACHINE: Final = ("samples_per_second", "memory", "waiting", *GPU)
"""What says something of the machine alone."""
PLACE: Final = ("data.source.path", "data.path")
"""Settings that say where the data are on a disk: of a path only the last name is told."""
STEPS: Final = ("data.transforms", "data.augmentation")
"""Settings that have tables of their own."""
SHAPES: Final = (2, 3)
"""The columns of the layer table that hold shapes."""


def overview(subject: Subject) -> str:
    """What became of it, in a few lines."""
    info, folds = subject.info, subject.folds
    if folds is not None:
        return facts(
            (
                ("Network", subject.graph.name),
                ("Cross-validation", f"{folds.done} of {folds.folds} folds trained"),
                ("Folds there are", ", ".join(f"{number} ({run.state})" for number, run in folds.runs.items())),
            )
        )
    assert info is not None
    remarks = [text for text in (info.message, info.remark or "", *info.notes) if text]
    bad = info.state in ("failed", "stopped", "running")
    state = {"running": "not ended: it runs still, or was killed"}.get(info.state, info.state)
    part = next((part for part in ("test", "validation") if getattr(info, part)), "train")
    reached = (f"{name} {shown(_number(value))}" for name, value in getattr(info, part).items())
    pairs = (
        ("Network", info.network if info.name else ""),
        ("State", state),
        ("Started", info.started.replace("T", " ").replace("+00:00", " UTC")),
        ("Trained", f"{_count(info.epochs, 'epoch')}, {_count(info.steps, 'step')} in {_duration(info.seconds)}"),
        (f"On the {part} part", ", ".join(reached)),
        ("Tags", ", ".join(info.tags)),
        ("Note", info.note),
    )
    return facts(pairs) + "".join(
        paragraph(text, "bad" if bad and not index else "") for index, text in enumerate(remarks)
    )


def findings(info: RunInfo) -> str:
    """What the program has noticed while it trained."""
    said_once = [
        f"{'Earlier' if one.over else 'To the end'}, {one.period}: {one.message} {one.advice}" for one in info.diagnoses
    ]
    return items(said_once) if said_once else ""


# -- network and data --------------------------------------------------------------------------------------------------


def layers(found: LayerTable) -> str:
    """The table of layers; inside of blocks on demand."""
    outer, whole = text_table(found, blocks=False), text_table(found)
    shown_first = table(outer.title, outer.head, _unbroken(outer), totals=outer.totals)
    if len(whole.rows) == len(outer.rows):
        return shown_first
    inner = table(f"{whole.title}, with what is inside the blocks", whole.head, _unbroken(whole), totals=whole.totals)
    return shown_first + details("Layers inside the blocks", inner)


def _unbroken(found: TextTable) -> list[tuple[Cell, ...]]:
    return [
        tuple(unbroken(str(cell)) if column in SHAPES else cell for column, cell in enumerate(row))
        for row in found.rows
    ]


def data(config: DataConfig) -> str:
    """What the samples are, how they were parted and prepared."""
    try:
        dataset = declared(config)
    except DataError as error:
        return paragraph(f"The data cannot be described: {error}", "bad")
    parts = [
        facts(
            (
                ("Data", dataset.title),
                ("Description", dataset.description),
                ("Source", "" if config.source is not None else dataset.source),
                ("Licence", dataset.licence),
                ("Task", dataset.task),
                ("Split", _split(config)),
            )
        ),
        table(
            "Fields of one sample",
            ("field", "role", "shape", "type", "classes"),
            [*map(_field, dataset.fields.items())],
        ),
    ]
    try:
        counted = split_facts(config)
    except DataError as error:
        parts.append(paragraph(f"The samples of the parts are not counted: {error}", "bad"))
    else:
        rows = [(one.name, one.samples, 100 * one.share) for one in counted]
        parts.append(table("Samples in each part", ("part", "samples", "share in %"), rows))
        names = list(counted[0].classes)
        if 0 < len(names) <= MOST_CLASSES:
            each: list[tuple[str | int, ...]] = [(name, *(one.classes[name] for one in counted)) for name in names]
            parts.append(table("Samples of each class", ("class", *(one.name for one in counted)), each))
    for title, steps in (
        ("Preparation, of every sample", config.transforms),
        ("Variations, of training samples", config.augmentation),
    ):
        if steps:
            parts.append(table(title, ("step", "field", "settings"), [_step(step) for step in steps]))
    return "".join(parts)


def _field(entry: tuple[str, Field]) -> tuple[str, str, str, str, int | None]:
    name, field = entry
    return name, field.role, " × ".join(map(str, field.shape)) or "one value", field.dtype, field.classes


def _split(config: DataConfig) -> str:
    values = config.split.model_dump(exclude_none=True)
    if config.split.folds is None:
        values.pop("fold")
    return ", ".join(f"{name} {said(value)}" for name, value in values.items() if value is not False)


def _step(step: Section) -> tuple[str, str, str]:
    values = step.model_dump(mode="json", exclude_none=True)
    name, field = str(values.pop("name")), str(values.pop("field", ""))
    return name, field, ", ".join(f"{key} {said(value)}" for key, value in values.items())


# -- settings and curves -----------------------------------------------------------------------------------------------


def settings(subject: Subject) -> str:
    """Every setting as it was in force, and those that were changed while it ran."""
    flat = {
        path: value for path, value in flat_settings(subject.graph.settings).items() if path not in (*PLACE, *STEPS)
    }
    parts = []
    for section, group in groupby(sorted(flat), key=lambda path: path.partition(".")[0]):
        rows = [(path.partition(".")[2], _in_words(flat[path])) for path in group]
        parts.append(table(f"Settings of {section}", ("setting", "value"), rows))
    changes = subject.info.changes if subject.info is not None else ()
    if changes:
        rows_of = [(change.setting, change.step, change.before, change.value) for change in changes]
        parts.append(table("Changed while it ran", ("setting", "from step", "before", "value"), rows_of))
    return "".join(parts)


FOUND = ("least", "greatest")
"""What was found in a column is no setting of it."""


def _in_words(value: object) -> str:
    """A value without the signs of JSON: things that have a name by that, with the rest in brackets."""
    match value:
        case {"name": name, **rest}:
            more = "; ".join(f"{key} {_in_words(item)}" for key, item in rest.items() if key not in FOUND)
            return f"{name} ({more})" if more else str(name)
        case []:
            return "none"
        case [{} | str(), *_]:
            return ", ".join(map(_in_words, value))
        case _:
            return said(value)


def curves(subject: Subject) -> str:
    """A chart for each metric, the parts of the data together; of a cross-validation the folds together."""
    drawn = [f"<div class=chart>{one}</div>" for one in _charts(subject) if one]
    return f"<div class=charts>{''.join(drawn)}</div>" if drawn else ""


def _charts(subject: Subject) -> Iterator[str]:
    found: dict[str, list[Line]] = {}
    several = len(subject.histories) > 1
    for run, history in subject.histories.items():
        for key in history.names():
            series = Series.parse(key)
            if series.part not in PARTS or series.metric in MACHINE:
                continue
            single = series.metric in RATES
            if several and series.part == "train" and not single:
                continue  # the curves of all folds in all parts are too many to be told apart
            steps, values = map(np.asarray, history.series(key))
            title = RATES.get(series.name, f"{series.part} {series.name}" if several and not single else series.name)
            name = run if several or single else series.part
            color = None if several or single else PARTS.index(series.part)
            found.setdefault(title, []).append(Line(name, steps, values, color))
    for title in sorted(found, key=lambda title: (title not in ("loss", "validation loss"), title)):
        if max(len(line.xs) for line in found[title]) > 1:
            yield chart(title, found[title])


# -- folds -------------------------------------------------------------------------------------------------------------


def folds(subject: Subject) -> str:
    """What each fold reached, and the mean with the deviation."""
    assert subject.folds is not None
    parts = []
    for part, spreads in (("validation", subject.folds.validation), ("test", subject.folds.test)):
        runs = {number: getattr(info, part) for number, info in subject.folds.runs.items() if getattr(info, part)}
        names = list(next(iter(runs.values()), {}))
        if not names:
            continue
        rows: list[tuple[str | float | None, ...]] = [
            (f"fold {number}", *(_number(values.get(name)) for name in names)) for number, values in runs.items()
        ]
        if spreads:
            rows.append(("mean", *(spreads[name].mean if name in spreads else None for name in names)))
            rows.append(("deviation", *(spreads[name].deviation if name in spreads else None for name in names)))
        totals = range(len(runs), len(rows))
        parts.append(table(f"Metrics on the {part} part of each fold", ("fold", *names), rows, totals=[*totals]))
    return "".join(parts)


def recorded(info: RunInfo) -> str:
    """The metrics that the run itself has noted: without intervals."""
    parts = {name: getattr(info, name) for name in ("train", "validation", "test") if getattr(info, name)}
    names = list(dict.fromkeys(name for values in parts.values() for name in values))
    rows = [(name, *(_number(values.get(name)) for values in parts.values())) for name in names]
    return table("Metrics noted by the run", ("metric", *parts), rows) if rows else ""


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))


# -- environment and repetition ----------------------------------------------------------------------------------------


def environment(info: RunInfo) -> str:
    """Versions and device: nothing that tells whose machine it was."""
    known = {name: value for name, value in info.environment.items() if name != "platform"}
    system = info.environment.get("platform", "").partition("-")[0]
    device = computing_text(info)
    return facts((*known.items(), ("system", system), ("device", device), ("fingerprint of the data", info.data)))


def repetition(subject: Subject, version: str) -> str:
    """The commands that train it again and judge it, and the project they need."""
    info = subject.info or next(iter(subject.folds.runs.values()), None) if subject.folds else subject.info
    torch = info.environment.get("torch", "").partition("+")[0] if info is not None else ""
    lines = [f"pip install layerloom=={version}" + (f" torch=={torch}" if torch else "")]
    lines.append("layerloom train project.loom --run-dir again")
    if subject.folds is None:
        lines.append("layerloom evaluate again")
        lines.append("layerloom report again -o again.html")
    parts = [paragraph("Save the project below as project.loom, then:"), code("\n".join(lines))]
    config = subject.data
    if config is not None and config.source is not None:
        parts.append(
            paragraph("The data are files of their own: put them where the project says, or give --data PATH.", "note")
        )
    if info is not None and info.changes:
        parts.append(
            paragraph("Settings were changed while it ran (see Settings): the commands do not repeat that.", "note")
        )
    text = subject.project_text
    if text:
        parts.append(paragraph("On paper the project is left out: copy it from the HTML file of this report.", "paper"))
    parts.append(details("project.loom", code(text)) if text else paragraph("The project is too large to be put here."))
    return "".join(parts)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{seconds:.3g} s"
