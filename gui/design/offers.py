"""What would suit a new layer at its position, in the inspector: a click takes it, nothing happens by itself."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.suggestions import Suggestion
from gui.design.fix_buttons import FixButton, retire
from gui.icons import icon
from gui.keys.key_tip import KeyTip
from gui.theme import theme
from gui.widgets import heading, label


class Offers(QWidget):
    """Buttons with their reasons below; and one that opens the fixes of the layer."""

    looked_at = Signal(object)
    """The fix while the mouse or the focus is on its button, None when it leaves."""
    chosen = Signal(object)
    fixes_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fixes = QPushButton("Fixes …")
        KeyTip(self.fixes, "Fixes for this layer", "problem.fixes")
        self.fixes.setAccessibleName("Fixes for this layer")
        self.fixes.clicked.connect(self.fixes_wanted)
        self.head = heading("Usual here")
        self.head.setToolTip("Settings that are usual at this position; nothing is set by itself")
        self.buttons: list[FixButton] = []
        self._shown: list[Suggestion] = []
        self._parts: list[QWidget] = []
        self.fallback: QWidget | None = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)
        self._box.addWidget(self.fixes)
        self._box.addWidget(self.head)
        theme.changed.connect(self._retint)
        self._retint()
        self.show_offers([], guilty=False)

    def show_offers(self, offers: Sequence[Suggestion], *, guilty: bool) -> None:
        """Offer these; ``guilty`` says whether there is something to fix."""
        self.fixes.setVisible(guilty)
        self.head.setVisible(bool(offers))
        self.setVisible(guilty or bool(offers))
        if list(offers) == self._shown:
            return
        self._shown = list(offers)
        if self._parts:
            retire(self._parts, self.fallback)
            self.looked_at.emit(None)
        self._parts, self.buttons = [], []
        for offer in offers:
            button = FixButton(offer.fix)
            button.looked_at.connect(self.looked_at)
            button.clicked.connect(lambda _checked=False, fix=offer.fix: self.chosen.emit(fix))
            reason = label(offer.reason, "muted", wrap=True)
            self.buttons.append(button)
            for part in (button, reason):
                self._parts.append(part)
                self._box.addWidget(part)

    def _retint(self) -> None:
        self.fixes.setIcon(icon("fix"))
        for button in self.buttons:
            button.setIcon(icon("fix"))
