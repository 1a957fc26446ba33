"""Writes an export, loads it again, compares, and only then puts it in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine.exports.exporter import Checked, Exporter, ExportError
from engine.exports.subject import Subject
from engine.files import put_in_place, staged


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: ``paths``, the target first, and what came of the check."""

    exporter: Exporter
    paths: tuple[Path, ...]
    checked: Checked


def refusal(exporter: Exporter, subject: Subject) -> str:
    """Why this cannot be exported in this format here, in a sentence; empty where it can be tried."""
    if exporter.needs == "run" and subject.run is None:
        return f"{exporter.title} needs a run: train the network, then export the run."
    return exporter.missing()


def export(
    exporter: Exporter,
    subject: Subject,
    target: Path,
    *,
    force: bool = False,
    show: Callable[[str], None] = lambda phase: None,
) -> Exported:
    """Write ``target`` and what belongs beside it. Nothing is left of an export that fails, and nothing is replaced
    but with ``force``: of a folder the files of the same names.

    ``show`` is told what is being done; what it raises ends the export. Raises ExportError, FileError and what opening
    a run raises.
    """
    if why := refusal(exporter, subject):
        raise ExportError(why)
    check_free(exporter, target, force)
    with staged(target) as folder:
        beside = folder / target.name
        show("writing")
        if exporter.kind == "folder":
            beside.mkdir()
        exporter.write(subject, beside)
        show("loading it again and comparing")
        checked = exporter.check(subject, beside)
        checked = replace(checked, notes=(*subject.opened_with, *checked.notes))
        show("saving")
        paths = put_in_place(folder, target, replace=force)
    return Exported(exporter, paths, checked)


def check_free(exporter: Exporter, target: Path, force: bool) -> None:
    """Raises ExportError where something is there that may not be replaced, or can never be."""
    if not target.parent.is_dir():
        raise ExportError(f"There is no folder {target.parent}.")
    for path in (target, *exporter.companions(target)):
        folder = exporter.kind == "folder" and path == target
        if not path.exists():
            continue
        if path.is_dir() != folder:
            raise ExportError(f"{path} cannot be written: {'it is a file' if folder else 'it is a folder'}.")
        if folder and not any(path.iterdir()):
            continue
        if not force:
            raise ExportError(f"{path} is there already; --force replaces {'files in it' if folder else 'it'}.")
