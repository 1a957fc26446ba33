"""The fixes of a problem as buttons: resting on one shows on the canvas what it would do, a click does it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.problems.fix import Fix
from gui.icons import icon
from gui.theme import theme
from gui.widgets import label, plain


class FixButton(QPushButton):
    """One fix, with the shape it would give at its right; what has no room is cut short and said by the tooltip."""

    looked_at = Signal(object)
    """The fix while the mouse or the focus is on it, None when it leaves."""

    def __init__(self, fix: Fix) -> None:
        super().__init__()
        self.fix = fix
        self.setProperty("role", "fix")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(str(fix))
        self.setToolTip(plain(f"{fix}\nOne click, one undo step" + ("." if fix.keeps else "; takes something away.")))
        self.setIcon(icon("fix" if fix.keeps else "delete"))
        self.setText(_plain(fix.label))
        self._result = label(f"→ {fix.result}" if fix.result else "", "mono-muted")
        self._result.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        box = QHBoxLayout(self)
        box.setContentsMargins(8, 0, 8, 0)
        box.addStretch(1)
        box.addWidget(self._result)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        needed = self._result.sizeHint().width() + 20
        room = self.width() - 48
        self._result.setVisible(room - needed > 120)
        room -= needed if room - needed > 120 else 0
        self.setText(_plain(self.fontMetrics().elidedText(self.fix.label, Qt.TextElideMode.ElideRight, room)))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.looked_at.emit(self.fix)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.looked_at.emit(self.fix if self.hasFocus() else None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.looked_at.emit(self.fix)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.underMouse():
            self.looked_at.emit(None)


class FixButtons(QWidget):
    """The fixes of one problem, one below the other."""

    looked_at = Signal(object)
    chosen = Signal(object)
    """The fix to apply."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[FixButton] = []
        self.fallback: QWidget | None = None
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)
        theme.changed.connect(self._retint)

    def show_fixes(self, fixes: Sequence[Fix]) -> None:
        """Offer these."""
        if [button.fix for button in self.buttons] == list(fixes):
            return
        self.clear()
        for fix in fixes:
            button = FixButton(fix)
            button.looked_at.connect(self.looked_at)
            button.clicked.connect(lambda _checked=False, fix=fix: self.chosen.emit(fix))
            self._box.addWidget(button)
            self.buttons.append(button)

    def clear(self) -> None:
        """Offer nothing; a preview ends, and the focus goes to the ``fallback``."""
        if self.buttons:
            retire(self.buttons, self.fallback)
            self.buttons = []
            self.looked_at.emit(None)

    def _retint(self) -> None:
        for button in self.buttons:
            button.setIcon(icon("fix" if button.fix.keeps else "delete"))


def retire(widgets: Sequence[QWidget], fallback: QWidget | None) -> None:
    """Take widgets away without a sound; if one has the focus, the fallback gets it."""
    for widget in widgets:
        widget.blockSignals(True)
    if fallback is not None and any(widget.hasFocus() for widget in widgets):
        fallback.setFocus()
    for widget in widgets:
        widget.hide()
        widget.deleteLater()


def _plain(text: str) -> str:
    """A text whose & is not a key."""
    return text.replace("&", "&&")
