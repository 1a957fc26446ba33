"""The drawings of a report: SVG in both themes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from engine.report.report import Drawings
from gui.drawing.drawing import Drawing, Kind, Options
from gui.drawing.formats import svg
from gui.drawing.making import drawing_of

if TYPE_CHECKING:
    from engine.graph import Graph
    from gui.theme import Name

THEMES: Final[tuple[Name, ...]] = ("light", "dark")
KINDS: Final[tuple[Kind, ...]] = ("canvas", "figure")


def drawings_of(graph: Graph) -> Callable[[], Drawings]:
    """Prepares the figure and the drawing of a network, in the GUI thread; the call that paints them needs none."""
    made: dict[Kind, dict[Name, Drawing]] = {
        kind: {theme: drawing_of(graph, Options(kind=kind, theme=theme)) for theme in THEMES} for kind in KINDS
    }

    def paint() -> Drawings:
        canvas, figure = ({str(theme): svg(one).decode() for theme, one in made[kind].items()} for kind in KINDS)
        return Drawings(canvas, figure)

    return paint
