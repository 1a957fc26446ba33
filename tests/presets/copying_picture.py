"""The table of the copy task as pictures for the help, light and dark: ``python -m tests.presets.copying_picture``.

The numbers are those of the table in `resources/docs/networks.md`, which `tests.presets.test_copying` measures.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from gui.diagrams.sketch import WIDTH, Sketch, draw
from gui.theme import Name, theme

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "docs"
PAGE = FOLDER / "networks.md"
KINDS = ("RNN", "LSTM")
ROW = re.compile(
    r"\| (\d+) \| ([\d.]+) % \(([\d.]+)–([\d.]+)\) \| ([\d.]+) % \(([\d.]+)–([\d.]+)\) \| ([\d.]+) % \|", re.MULTILINE
)
SCALE = 1.4


@dataclass(frozen=True, slots=True)
class Row:
    """At one delay: (median, lowest, highest) share of right letters in percent of each of `KINDS`, and guessing."""

    delay: int
    shares: tuple[tuple[float, float, float], tuple[float, float, float]]
    guessing: float


def rows() -> tuple[Row, ...]:
    """The rows of the table."""
    found = (tuple(map(float, match.groups())) for match in ROW.finditer(PAGE.read_text(encoding="utf-8")))
    return tuple(Row(int(one[0]), ((one[1], one[2], one[3]), (one[4], one[5], one[6])), one[7]) for one in found)


@dataclass(frozen=True, slots=True)
class Copying:
    """Share of right letters over the delay, a mark for each median, a bar from the lowest to the highest seed."""

    rows: tuple[Row, ...]
    height = 260.0

    @property
    def words(self) -> str:
        return "Share of right letters over the delay: the plain network falls to guessing, the LSTM stays at 100 %."

    def paint(self, sketch: Sketch) -> None:
        area = QRectF(62, 16, 310, 186)
        for percent in range(0, 101, 25):
            at = self._at(area, 0, percent).y()
            sketch.line(QPointF(area.left(), at), QPointF(area.right(), at), "border", 0.8)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            sketch.text(QRectF(area.left() - 46, at - 8, 40, 16), f"{percent} %", "text", 11, right)
        for index, row in enumerate(self.rows):
            x = self._at(area, index, 0).x()
            sketch.text(QRectF(x - 20, area.bottom() + 4, 40, 16), str(row.delay), "text", 11)
        sketch.text(QRectF(area.left() - 40, area.bottom() + 22, area.width() + 80, 18), "delay in steps", "text", 11.5)
        sketch.painter.save()
        sketch.painter.translate(11, area.center().y())
        sketch.painter.rotate(-90)
        sketch.text(QRectF(-100, -9, 200, 18), "share of right letters", "text", 11.5)
        sketch.painter.restore()
        guessing = self.rows[0].guessing
        ends = [self._at(area, 0, guessing), self._at(area, len(self.rows) - 1, guessing)]
        sketch.line(ends[0], ends[1], "muted", 1.4, dashed=True)
        self._name(sketch, area, ends[1].y() + 9, "guessing", "muted")
        for kind, token in ((1, "curve.train"), (0, "curve.validation")):
            points = [self._at(area, index, row.shares[kind][0]) for index, row in enumerate(self.rows)]
            for index, row in enumerate(self.rows):
                low, high = (self._at(area, index, percent) for percent in row.shares[kind][1:])
                sketch.line(low, high, token, 1.4)
                for end in (low, high):
                    sketch.line(end - QPointF(4, 0), end + QPointF(4, 0), token, 1.4)
            sketch.curve(points, token, dashed=kind == 0)
            for point in points:
                mark = QRectF(point.x() - 4, point.y() - 4, 8, 8)
                sketch.box(mark, token, fill=token if kind else "base", width=1.6, round=4 if kind else 0)
            self._name(sketch, area, points[-1].y() - 7 * (1 - kind), KINDS[kind], token)
        note = "Mark: median of three seeds. Bar: lowest to highest."
        sketch.text(QRectF(4, area.bottom() + 40, WIDTH - 8, 16), note, "muted", 11)

    def _at(self, area: QRectF, index: int, percent: float) -> QPointF:
        """Delays that double stand at equal distances."""
        step = (area.width() - 40) / (len(self.rows) - 1)
        return QPointF(area.left() + 20 + index * step, area.bottom() - percent / 100 * area.height())

    def _name(self, sketch: Sketch, area: QRectF, y: float, name: str, token: str) -> None:
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        sketch.text(QRectF(area.right() + 2, y - 8, WIDTH - area.right() - 4, 16), name, token, 12, left, bold=True)


def picture() -> QImage:
    """The plot in the colours of the theme, on its ground."""
    plot = Copying(rows())
    made = QImage(round(SCALE * WIDTH), round(SCALE * plot.height), QImage.Format.Format_RGB32)
    made.fill(theme.color("base"))
    painter = QPainter(made)
    draw(plot, painter, QRectF(made.rect()))
    painter.end()
    return made


def main() -> None:
    """Draw both."""
    application = QApplication.instance() or QApplication([])
    names: tuple[Name, ...] = ("light", "dark")
    for name in names:
        theme.set(name)
        picture().save(str(FOLDER / f"copying-{name}.png"))
        print(FOLDER / f"copying-{name}.png")
    del application


if __name__ == "__main__":
    main()
