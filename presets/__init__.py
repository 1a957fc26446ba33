"""The classic architectures, one file each, and the user's own. ``presets.build("lenet-5", classes=10)`` is a Graph."""

from __future__ import annotations

from pathlib import Path

from engine import project
from engine.files import is_file
from engine.graph import Graph
from engine.nearest import hint
from presets.built_in import BUILT_IN
from presets.own import own_presets
from presets.preset import Preset, PresetError, parse_options

__all__ = ["Preset", "PresetError", "all", "build", "get", "open_what"]


def all() -> list[Preset]:
    """The presets that come along, then the user's own."""
    return [*BUILT_IN, *own_presets()]


def get(name: str) -> Preset:
    """The preset with this name; raises PresetError with a likely name if there is none."""
    known = {preset.name: preset for preset in all()}
    if name in known:
        return known[name]
    raise PresetError(f"There is no preset named {name[:100]!r}; {hint(name, known)}")


def build(name: str, **options: object) -> Graph:
    """The graph of a preset with its data and training settings. Raises PresetError."""
    return get(name).make(options)


def open_what(what: str) -> tuple[Graph, Path | None]:
    """WHAT of the command line: a project file, a preset, or a preset with options (``mlp:classes=3,input=4``).

    Returns the graph and, for a file, its path. Raises ProjectError or PresetError.
    """
    path = Path(what)
    if path.suffix == ".loom" or is_file(path):
        return project.load(path), path
    name, _, options = what.partition(":")
    preset = get(name)
    return preset.make(parse_options(options, name)), None
