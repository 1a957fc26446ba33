"""The window of the help: a search and the pages by group at the left, the page at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.diagrams.moving import Subject, moving
from gui.help.browser import HelpBrowser
from gui.help.index import Index
from gui.help.library import HOME, Library
from gui.keys.doable import Doable
from gui.widgets import grown, label, plain, push_button
from gui.work.background import Background

ID = Qt.ItemDataRole.UserRole
CODE = "layer/"


class HelpWindow(QDialog):
    """Stays beside the window while one works. What was read can be gone back to."""

    def __init__(self, doables: Sequence[Doable], parent: QWidget) -> None:
        super().__init__(parent)
        self.library = Library(doables)
        self._index: Index | None = None
        self._background = Background("help", self)
        self._visited: list[str] = []
        self._at = -1
        self._items: dict[str, QTreeWidgetItem] = {}
        self.setWindowTitle("Help")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(960, 680)
        self.words = QLineEdit(placeholderText="Search the help", clearButtonEnabled=True)
        self.words.setAccessibleName("Search the help")
        self.words.setToolTip("Words of a page; the last one may be begun only")
        self.words.textChanged.connect(lambda _text: self._search())
        self.words.returnPressed.connect(self._open_first)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName("Pages of the help")
        self.tree.setIndentation(14)
        self.tree.currentItemChanged.connect(lambda item, _before: self._chosen(item))
        self.nothing = label("Nothing matches.", "muted", wrap=True)
        self.browser = HelpBrowser()
        self.browser.wanted.connect(self.show_page)
        self.place = QVBoxLayout()
        """Where an explanation that moves is shown, below the page."""
        self._moving: QWidget | None = None
        self.back = push_button("←", "Back to the page before (Alt+Left)", lambda: self._go(-1))
        self.forward = push_button("→", "To the page after (Alt+Right)", lambda: self._go(1))
        self.home = push_button("Contents", "The first page of the help", lambda: self.show_page(HOME))
        for button, name, keys in ((self.back, "Back", "Alt+Left"), (self.forward, "Forward", "Alt+Right")):
            button.setAccessibleName(name)
            button.setShortcut(keys)
            button.setAutoDefault(False)
        self.home.setAutoDefault(False)
        self._build()
        self._fill()
        self._background.run(self.library.index, self._indexed, self._failed)
        self.show_page(HOME)

    def _build(self) -> None:
        left, right = QWidget(), QWidget()
        pages, shown, tools = QVBoxLayout(left), QVBoxLayout(right), QHBoxLayout()
        for box in (pages, shown):
            box.setContentsMargins(0, 0, 0, 0)
        for widget in (self.words, self.nothing, self.tree):
            pages.addWidget(widget)
        for button in (self.back, self.forward, self.home):
            tools.addWidget(button)
        tools.addStretch(1)
        shown.addLayout(tools)
        shown.addWidget(self.browser, 1)
        shown.addLayout(self.place)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setSizes([grown(270), 690])
        halves.setStretchFactor(1, 1)
        QVBoxLayout(self).addWidget(halves)

    # -- showing ---------------------------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """The id of the page that is shown."""
        return self._visited[self._at]

    def show_page(self, page_id: str) -> None:
        """Show a page; the first one where there is none of that id."""
        page_id = page_id if page_id in self.library.pages else HOME
        if self._at < 0 or page_id != self.page:
            self._visited = [*self._visited[: self._at + 1], page_id]
            self._at += 1
            self._show()

    def close_background(self) -> None:
        self._background.close()

    def _go(self, by: int) -> None:
        if 0 <= self._at + by < len(self._visited):
            self._at += by
            self._show()

    def _show(self) -> None:
        page = self.library.pages[self.page]
        self.browser.show_page(page)
        self.setWindowTitle(f"{page.title} – Help")
        self.back.setEnabled(self._at > 0)
        self.forward.setEnabled(self._at + 1 < len(self._visited))
        if self._moving is not None:
            self._moving.hide()
            self._moving.deleteLater()
        self._moving = moving(Subject(page.id.removeprefix(CODE))) if page.id.startswith(CODE) else None
        if self._moving is not None:
            self.place.addWidget(self._moving)
        item = self._items.get(page.id)
        blocked = self.tree.blockSignals(True)
        if item is None:
            self.tree.setCurrentIndex(QModelIndex())
        else:
            self.tree.setCurrentItem(item)
        self.tree.blockSignals(blocked)

    # -- finding ---------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """The pages by group."""
        self._clear()
        for group, pages in self.library.groups().items():
            head = QTreeWidgetItem(self.tree, [group])
            for page in pages:
                item = self._items[page.id] = QTreeWidgetItem(head, [page.title])
                item.setData(0, ID, page.id)
                item.setToolTip(0, plain(page.title))
            head.setToolTip(0, plain(group))
            head.setExpanded(group == "The window")

    def _clear(self) -> None:
        blocked = self.tree.blockSignals(True)
        self.tree.clear()
        self.tree.blockSignals(blocked)
        self._items = {}
        self.nothing.hide()

    def _search(self) -> None:
        words = self.words.text().strip()
        if not words:
            self._fill()
            return
        self._clear()
        self.nothing.setText("The pages are being read …" if self._index is None else "Nothing matches.")
        hits = self._index.find(words) if self._index is not None else []
        for hit in hits:
            group = self.library.pages[hit.id].group.partition(": ")[0]
            item = self._items[hit.id] = QTreeWidgetItem(self.tree, [f"{hit.title}  –  {group}"])
            item.setData(0, ID, hit.id)
            item.setToolTip(0, plain(hit.line, wrap=True))
        self.nothing.setVisible(not hits)
        self.tree.scrollToTop()

    def _open_first(self) -> None:
        item = self.tree.topLevelItem(0)
        if item is not None:
            self.tree.setCurrentItem(item)
            self.tree.setFocus()

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        page_id = item.data(0, ID) if item is not None else None
        if page_id:
            self.show_page(page_id)

    def _indexed(self, index: Index) -> None:
        self._index = index
        if self.words.text():
            self._search()

    def _failed(self, error: Exception) -> None:
        raise error
