"""The search popup at the cursor: a few letters, Enter, and the layer is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from engine.layers.layer import Layer
from engine.spec import Spec
from gui.canvas.glyphs import paint_glyph
from gui.canvas.searching.ranking import rank
from gui.canvas.tooltips import help_line
from gui.search_popup import Match, MatchRow, SearchPopup


class LayerPopup(SearchPopup):
    """The layers that match, those that fit first; ``chosen`` carries the type of the layer to be added."""

    prompt, listed, nothing_found = "Search a layer", "Layers that match", "No layer matches."

    def __init__(
        self,
        view: QWidget,
        at: QPoint,
        spec: Spec | None = None,
        kinds: Sequence[type[Layer]] | None = None,
        usual: Mapping[str, float] | None = None,
    ) -> None:
        self._spec, self._kinds, self._usual = spec, kinds, usual
        super().__init__(view, at)
        self.list.setItemDelegate(_LayerRow(self.list))

    def matches(self, query: str) -> Sequence[Match]:
        """Layers by name, family and what else they are called."""
        return [
            Match(cls.type_name(), cls.title(), cls.family, help_line(cls), fits)
            for cls, fits in rank(query, self._spec, self._kinds, self._usual)
        ]


class _LayerRow(MatchRow):
    def paint_glyph(self, painter: QPainter, area: QRectF, match: Match) -> None:
        """The glyph of the family."""
        paint_glyph(painter, area, match.aside)
