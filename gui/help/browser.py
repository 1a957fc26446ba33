"""Shows a page of the help in the colours of the theme, with its pictures."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from PySide6.QtCore import QByteArray, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QImage, QResizeEvent, Qt, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from gui.diagrams.pictures import usual
from gui.diagrams.sketch import WIDTH, image
from gui.help.page import PICTURE, SCHEME, HelpPage
from gui.theme import theme

STYLE: Final = (
    "h1 {{ font-size: 20pt; font-weight: 600; margin-bottom: 4px; }} "
    "h2 {{ font-size: 13pt; font-weight: 600; margin-top: 16px; }}"
    " a {{ color: {accent}; text-decoration: none; }} .group {{ color: {muted}; }} p, li {{ line-height: 135%; }}"
    " .formula, code {{ font-family: 'DejaVu Sans Mono', 'Menlo', 'Consolas', monospace; }}"
    " .formula {{ background: {raised}; white-space: pre-wrap; }}"
    " th {{ color: {muted}; text-align: left; padding: 3px 14px 3px 0; font-weight: 400; }}"
    " td {{ padding: 3px 14px 3px 0; }}"
)
MARGIN: Final = 24


class HelpBrowser(QTextBrowser):
    """Loads nothing but what Layerloom brings; addresses of the web open in the browser of the system."""

    wanted = Signal(str)
    """A link to another page, by its id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: HelpPage | None = None
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setAccessibleName("Help page")
        self.document().setDocumentMargin(MARGIN)
        self.anchorClicked.connect(self._follow)
        theme.changed.connect(self.refresh)

    def show_page(self, page: HelpPage) -> None:
        """Show a page from its beginning."""
        self._page = page
        self.refresh()
        self.verticalScrollBar().setValue(0)

    def refresh(self) -> None:
        """Show the page again, in the colours of the theme."""
        page = self._page
        if page is None:
            return
        at = self.verticalScrollBar().value()
        colors = {name: theme.color(name).name() for name in ("accent", "muted", "raised")}
        self.document().setDefaultStyleSheet(STYLE.format(**colors))
        title = escape(page.title)
        self.setHtml(f'<p class="group">{escape(page.group)}</p><h1>{title}</h1>{page.body()}')
        self.verticalScrollBar().setValue(at)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """A diagram, drawn now, or an image of the guides; nothing else."""
        address = name.toString() if isinstance(name, QUrl) else name
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return QByteArray()
        room = max(200, self.viewport().width() - 2 * MARGIN - 8)
        if address.startswith(f"{PICTURE}:problem/"):
            diagram = usual(address.rpartition("/")[2])
            ratio = self.devicePixelRatioF()
            return QImage() if diagram is None else image(diagram, min(room, round(1.25 * WIDTH)), ratio)
        file = address.rpartition("/")[2]
        if not file.endswith(".png"):
            return QImage()
        found = QImage.fromData(_picture(file).read_bytes())
        smooth = Qt.TransformationMode.SmoothTransformation
        return found if found.width() <= room else found.scaledToWidth(room, smooth)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.refresh()

    def _follow(self, address: QUrl) -> None:
        if address.scheme() == SCHEME:
            self.wanted.emit(address.path())
        elif address.scheme() in ("http", "https"):
            QDesktopServices.openUrl(address)


def _picture(file: str) -> Traversable:
    """An image of the guides; of one that is drawn for both themes the one for that of now."""
    folder = files("resources").joinpath("docs")
    other = folder.joinpath(file.replace("-light.png", f"-{theme.name}.png"))
    return other if other.is_file() else folder.joinpath(file)
