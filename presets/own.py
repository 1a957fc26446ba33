"""The user's own presets: project files in the ``presets`` folder of Layerloom's home."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from engine import project
from engine.graph import Graph
from engine.home import home
from engine.project import ProjectError
from engine.reading.file_versions import FileVersion
from engine.saving.project_saving import store
from engine.system import names
from presets.built_in import BUILT_IN
from presets.preset import Preset, PresetError

FAMILY = "My presets"


def folder() -> Path:
    """Where they lie."""
    return home() / "presets"


def own_presets() -> list[Preset]:
    """All that can be read, by name; a file that cannot be read is left out here and named by `broken_presets`."""
    return [preset for preset in map(_read, _files()) if isinstance(preset, Preset)]


def broken_presets() -> list[str]:
    """A sentence for each file in the folder that is not a project."""
    return [problem for problem in map(_read, _files()) if isinstance(problem, str)]


def save_preset(graph: Graph, title: str, over: FileVersion | None = None) -> Preset:
    """Keep a network as a preset named by ``title``. Raises PresetError and ProjectError.

    Raises Taken where another one has the name, unless that is the version ``over``: it becomes a backup.
    """
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    if not name:
        raise PresetError("A preset needs a name with at least one letter or digit.")
    if any(preset.name == name for preset in BUILT_IN):
        raise PresetError(f"{name!r} is the name of a preset that comes with Layerloom; choose another.")
    try:
        folder().mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PresetError(f"{folder()} cannot be made: {error.strerror}.") from error
    named = graph.copy()
    named.name = title.strip()
    path = store(project.to_bytes(named), lambda: folder() / names.safe(f"{name}.loom"), over)
    return _preset(path, named)


def _files() -> list[Path]:
    return sorted(folder().glob("*.loom")) if folder().is_dir() else []


def _read(path: Path) -> Preset | str:
    try:
        return _preset(path, project.load(path))
    except ProjectError as error:
        return str(error)


def _preset(path: Path, graph: Graph) -> Preset:
    data = graph.settings["data"].get("dataset")
    return Preset(
        name=path.stem,
        title=graph.name,
        family=FAMILY,
        paper=None,
        data=data if isinstance(data, str) else "",
        summary=f"{len(graph.nodes)} layers, kept by you.",
        build=partial(project.load, path),
    )
