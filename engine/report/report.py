"""Puts the sections of a report together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Final

from engine.data.splitting import PartName
from engine.data.watch import Watch
from engine.errors import LayerloomError
from engine.layer_table.rows import layer_table
from engine.report import parts
from engine.report.html import Page, figure, paragraph, svg
from engine.report.sources import Subject, open_subject
from engine.report.style import STYLE

RESAMPLES: Final = 1000


@dataclass(frozen=True, slots=True)
class Drawings:
    """SVG texts by the theme they are for (``light``, ``dark``): the drawing of the canvas, and the figure of boxes."""

    canvas: Mapping[str, str] = field(default_factory=dict)
    figure: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a report shall hold: ``samples`` adds the worst ones, which show something of the data."""

    samples: bool = False
    part: PartName = "test"
    resamples: int = RESAMPLES


def report(folder: Path, drawings: Drawings, wishes: Wishes | None = None, watch: Watch | None = None) -> str:
    """The report of a run or of a cross-validation as the text of an HTML file.

    What cannot be known, as the scores of a run without weights, is said in its place. Raises RunError and ProjectError
    where there is no run, and Stopped once the watcher wants no more.
    """
    watch, wishes = watch or Watch(), wishes or Wishes()
    watch.at(0.0, "reading the run")
    subject = open_subject(folder)
    page = Page(f"Report of {subject.title}", parts.overview(subject))
    if subject.info is not None:
        page.add("findings", "What went wrong", parts.findings(subject.info))
    page.add("network", "Network", _drawn(drawings, subject.graph.name), parts.layers(layer_table(subject.graph)))
    if (config := subject.data) is not None and config.chosen:
        watch.at(0.1, "describing the data")
        page.add("data", "Data", parts.data(config))
    page.add("settings", "Settings", parts.settings(subject))
    page.add("curves", "Curves", *(paragraph(note, "bad") for note in subject.notes), parts.curves(subject))
    if subject.folds is not None:
        page.add("scores", "Scores", parts.folds(subject))
    else:
        _judge(page, subject, wishes, watch)
    info = subject.info or next(iter(subject.folds.runs.values()), None) if subject.folds else subject.info
    if info is not None:
        page.add("environment", "Environment", parts.environment(info))
    page.add("repeat", "How to repeat it", parts.repetition(subject, _version()))
    watch.at(1.0, "done")
    return page.render(STYLE)


def _drawn(drawings: Drawings, name: str) -> str:
    shown = []
    for kind, caption in (
        ("figure", "Boxes are the tensors: their sides grow with the sizes."),
        ("canvas", "The drawing."),
    ):
        found: Mapping[str, str] = getattr(drawings, kind)
        if found:
            label = f"{'Figure' if kind == 'figure' else 'Drawing'} of {name}; its layers are in the table below"
            shown.append(figure("".join(svg(text, label, theme) for theme, text in found.items()), caption))
    return "".join(shown)


def _judge(page: Page, subject: Subject, wishes: Wishes, watch: Watch) -> None:
    """Add the scores of a run, of its test part or where that is empty of the validation part."""
    from engine.inside.evaluation.answered import answer_all
    from engine.inside.evaluation.evaluation_set import of_part
    from engine.inside.evaluation.scores import scores_of
    from engine.inside.trained import open_run
    from engine.report import judged

    assert subject.info is not None
    noted = parts.recorded(subject.info)
    try:
        watch.at(0.2, "opening the run")
        trained = open_run(subject.folder)
        part: PartName = wishes.part if len(trained.data.part(wishes.part)) else "validation"
        asked = answer_all(trained, of_part(trained, part), watch)
        found = scores_of(asked, resamples=wishes.resamples, watch=lambda share: _go_on(watch, share))
        assert found is not None
        shown = [judged.metrics(found, asked.data.title), judged.classes(asked, found)]
        notes = [trained.note] if trained.note else []
        worst = judged.samples(asked) if wishes.samples and trained.network.heads else ""
    except LayerloomError as error:
        page.add("scores", "Scores", paragraph(f"The network was not asked: {error}", "bad"), noted)
        return
    page.add("scores", "Scores", *(paragraph(note, "bad") for note in notes), *shown, noted)
    page.add("samples", "Samples", worst)


def _go_on(watch: Watch, share: float) -> bool:
    watch.at(0.3 + 0.6 * share, "drawing samples again for the intervals")
    return True


def _version() -> str:
    try:
        return version_of("layerloom")
    except PackageNotFoundError:  # it runs from its sources
        return "0"
