"""The tab *Differences*: in what two of the networks differ, as a list, and both drawings with marks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QSplitter, QVBoxLayout, QWidget

from engine.difference.network_difference import Difference, Matching, matchings, of_level
from engine.graph import Graph
from gui.icons import icon
from gui.networks.level_view import LevelView
from gui.networks.subject import Computed
from gui.theme import theme
from gui.widgets import Note, OneLine, label, plain
from gui.work.background import Background

ICONS = {"added": ("add", "ok"), "removed": ("removed", "error"), "changed": ("changed", "warning"),
         "renamed": ("rename", "hint"), "rewired": ("connect", "accent")}  # fmt: skip
FOUND = Qt.ItemDataRole.UserRole
Found = list[tuple[Matching, list[Difference]]]


class DifferencesTab(QWidget):
    """Two choices, the list, and the level that the chosen difference is about, of both networks side by side."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.background = Background("network-differences", self)
        self._networks: dict[str, Computed] = {}
        self._pair: tuple[Graph, Graph] | None = None
        self.found: Found = []
        self.first, self.second = self._choice("First network"), self._choice("Second network")
        self.list = QListWidget()
        self.list.setAccessibleName("Differences")
        self.list.setToolTip("Choose a difference to see it in both drawings")
        self.list.setWordWrap(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.currentItemChanged.connect(self._show_level)
        self.summary = Note()
        self.views = LevelView("Drawing of the first network"), LevelView("Drawing of the second network")
        self.captions = OneLine(), OneLine()
        for mine, other in (self.views, self.views[::-1]):
            mine.pair_with(other)
        self._lay_out()
        theme.changed.connect(self._fill)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("From", "muted"))
        head.addWidget(self.first)
        head.addWidget(label("to", "muted"))
        head.addWidget(self.second)
        head.addStretch(1)
        drawings = QWidget()
        row = QHBoxLayout(drawings)
        row.setContentsMargins(8, 0, 0, 0)
        row.setSpacing(8)
        for caption, view in zip(self.captions, self.views, strict=True):
            caption.set_muted(True)
            side = QVBoxLayout()
            side.addWidget(caption)
            side.addWidget(view, 1)
            row.addLayout(side, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(drawings)
        split.setSizes([360, 640])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addLayout(head)
        column.addWidget(self.summary)
        column.addWidget(split, 1)

    def _choice(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip("One of the networks that are ticked")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.activated.connect(lambda _row: self._compare())
        return box

    def show_networks(self, rows: Sequence[Computed]) -> None:
        """Offer these networks; the two that are compared stay while they are there."""
        self._networks = {one.subject.key: one for one in rows if one.graph is not None}
        keys, chosen = list(self._networks), [self.first.currentData(), self.second.currentData()]
        if chosen[0] == chosen[1] or not set(chosen) <= set(keys):
            chosen = [*keys, None, None][:2]
        for box, key in zip((self.first, self.second), chosen, strict=True):
            box.clear()
            for one in self._networks.values():
                box.addItem(one.entry.name, one.subject.key)
            box.setCurrentIndex(keys.index(key) if key in keys else -1)
        self._compare()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._compare()

    def _compare(self) -> None:
        """Compare the two, once the tab is seen."""
        if not self.isVisible():
            return
        graphs = [self._networks[key].graph for box in (self.first, self.second) if (key := box.currentData())]
        if (
            len(graphs) < 2
            or graphs[0] is None
            or graphs[1] is None
            or self.first.currentIndex() == self.second.currentIndex()
        ):
            self._pair, self.found = None, []
            self._fill()
            self.summary.setText("Tick two networks or more on the left, and choose two of them here.")
            return
        if self._pair is not None and self._pair[0] is graphs[0] and self._pair[1] is graphs[1]:
            return
        self._pair = (graphs[0], graphs[1])
        self.summary.setText("Comparing …")
        self.background.run(partial(_compared, *self._pair), self._compared, self._failed)

    def _compared(self, found: Found) -> None:
        self.found = found
        self._fill()

    def _failed(self, error: Exception) -> None:
        raise error

    def _fill(self) -> None:
        self.list.clear()
        for level, differences in self.found:
            for one in differences:
                item = QListWidgetItem(icon(*ICONS[one.kind]), f"{one.node}\n{one.words}")
                item.setToolTip(plain(str(one)))
                item.setData(FOUND, level)
                item.setData(FOUND + 1, one)
                self.list.addItem(item)
        kinds = [one.kind for _, differences in self.found for one in differences]
        words = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ICONS if kind in kinds)
        if self.found:
            self.summary.setText(f"{len(kinds)} differences: {words}." if kinds else "These networks do not differ.")
            self._show(self.found[0][0], None)
        else:
            for view, caption in zip(self.views, self.captions, strict=True):
                view.clear()
                caption.setText("")

    def _show_level(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._show(item.data(FOUND), item.data(FOUND + 1))

    def _show(self, level: Matching, chosen: Difference | None) -> None:
        """Show both drawings of a level with its marks, and a difference in the middle."""
        if self._pair is None:
            return
        differences = next(found for mine, found in self.found if mine is level)
        sides = zip(self.views, self.captions, self._pair, (level.a, level.b), ("before", "after"), strict=True)
        for view, caption, project, graph, side in sides:
            inside = "" if graph.inside is None else f" · {graph.blocks[graph.inside].name}"
            caption.setText(f"{project.name}{inside}")
            marks = {node: one.kind for one in differences if (node := getattr(one, side)) is not None}
            view.show_level(project, graph.inside, marks, None if chosen is None else getattr(chosen, side))
        here = chosen is not None and chosen.before is None
        for view in self.views[::-1] if here else self.views:  # the other one follows that with the node
            view.fit()

    def close_background(self) -> None:
        """Wait for what is being compared."""
        self.background.close()


def _compared(a: Graph, b: Graph) -> Found:
    return [(level, list(of_level(level))) for level in matchings(a, b)]
