"""The inspector: the selected layer or frame, the block that is open, or the whole network."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from engine.edits import Change, Edit
from engine.graph import GraphError
from gui.canvas.live_marks import LiveMarks
from gui.design.block_page import BlockPage
from gui.design.facts import words
from gui.design.frame_page import FramePage
from gui.design.network_cost import NetworkCost
from gui.design.network_page import NetworkPage
from gui.design.node_page import NodePage
from gui.design.several_form import SeveralForm
from gui.document import Document
from gui.forms import Form
from gui.theme import theme


class Inspector(QScrollArea):
    """What it is and its name on top, then the page that fits what is selected."""

    message = Signal(str)

    def __init__(
        self,
        document: Document,
        live: LiveMarks | None = None,
        costs: NetworkCost | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """``live`` is what a training says of the layers of the document, ``costs`` what the network costs."""
        super().__init__(parent)
        self.document = document
        self._early = False
        """Whether something is shown before all shapes and problems were known."""
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Inspector")
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(12, 12, 12, 12)
        box.setSpacing(8)
        self.kind = words("muted")
        self.name = QLineEdit()
        self.name.setAccessibleName("Name")
        self.name.setToolTip("The name in the drawing and in the PyTorch source")
        self.name.editingFinished.connect(self._rename)
        self.node_page = NodePage(document, live or LiveMarks(document, self))
        self.block_page = BlockPage(document)
        self.network_page = NetworkPage(document, costs)
        self.frame_page = FramePage(document)
        self.pages = (self.node_page, self.block_page, self.network_page, self.frame_page)
        self.several = SeveralForm(document)
        for widget in (self.kind, self.name, self.several, *self.pages):
            box.addWidget(widget)
        box.addStretch(1)
        self.setWidget(body)
        self.node_page.edited.connect(lambda edit: self._apply(edit))
        self.several.edited.connect(lambda edit: self._apply(edit))
        self.frame_page.edited.connect(lambda edit: self._apply(edit))
        self.block_page.message.connect(self.message)
        document.selection_changed.connect(self.refresh)
        document.replaced.connect(self.refresh)
        document.changed.connect(self._changed)
        document.checked.connect(self._checked)
        theme.changed.connect(self.refresh)
        self.refresh()

    @property
    def form(self) -> Form | None:
        """The form of the selected layer's parameters."""
        return self.node_page.form

    def page(self) -> NodePage | BlockPage | NetworkPage | FramePage:
        """The page that fits what is selected."""
        if self.document.frame is not None:
            return self.frame_page
        if self.node_page.node() is not None:
            return self.node_page
        inside = self.document.graph.inside is not None and not self.document.selection
        return self.block_page if inside else self.network_page

    def refresh(self) -> None:
        """Show what is selected now."""
        page = self.page()
        self.kind.setText(page.kind())
        self._show_name(page.name())
        self.name.setVisible(bool(page.name()) or page is self.frame_page)
        if page is not self.node_page:
            self.node_page.refresh()
        page.refresh()
        self.several.refresh()
        for other in self.pages:
            other.setVisible(other is page)

    def focus_name(self) -> None:
        """Put the cursor into the name."""
        self.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.name.selectAll()

    def focus_parameters(self) -> None:
        """Put the cursor into the first parameter of the selected layer, or into its name where it has none.

        Of a frame that is its title.
        """
        if self.document.frame is not None:
            self.focus_name()
            return
        page = self.node_page
        if not any(form is not None and form.focus_first() for form in (page.form, page.properties)):
            self.focus_name()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back a half-typed name, as in the fields below it."""
        if event.key() == Qt.Key.Key_Escape and self.name.hasFocus() and self.name.isModified():
            self.name.setText(self.page().name())
        else:
            super().keyPressEvent(event)

    def _changed(self, change: Change) -> None:
        if change.only_moves:
            return
        self._early = self.document.checking
        self.refresh()

    def _checked(self) -> None:
        if self._early:
            self._early = False
            self.refresh()

    def _show_name(self, name: str) -> None:
        if not self.name.hasFocus() or not self.name.isModified():
            self.name.setText(name)

    def _rename(self) -> None:
        text, page = self.name.text().strip(), self.page()
        self.name.setModified(False)
        if (text or page is self.frame_page) and text != page.name():
            title = f"Rename block {page.name()} to {text}" if page is self.block_page else None
            self._apply(page.rename(text), title)
        self._show_name(self.page().name())

    def _apply(self, edit: Edit, title: str | None = None) -> None:
        try:
            self.document.apply(edit, title)
        except GraphError as error:
            self.message.emit(str(error))
            self.refresh()
