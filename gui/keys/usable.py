"""Keys that no action can have, and why."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT, META = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.MetaModifier
NONE = Qt.KeyboardModifier.NoModifier
ARROWS: Final = frozenset({Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down})
BARE: Final = frozenset({
    Key.Key_Control, Key.Key_Shift, Key.Key_Alt, Key.Key_Meta, Key.Key_AltGr, Key.Key_CapsLock, Key.Key_NumLock,
    Key.Key_ScrollLock, Key.Key_unknown, Key.Key_Super_L, Key.Key_Super_R, Key.Key_Hyper_L, Key.Key_Hyper_R,
    Key.Key_Multi_key, Key.Key_Mode_switch,
})  # fmt: skip
"""Keys that say nothing by themselves."""


def pressed(event: QKeyEvent) -> str:
    """What was pressed, as keys are stored; empty while only Ctrl, Shift, Alt or the like are held."""
    if event.key() in BARE:
        return ""
    modifiers = event.modifiers() & (CTRL | SHIFT | ALT | META)
    text = event.text()
    if modifiers & SHIFT and text.strip() and text.isprintable() and not text.isalpha():
        modifiers &= ~SHIFT  # Shift made another sign of it, which is what a shortcut is compared with
    key = Key.Key_Tab if event.key() == Key.Key_Backtab else Key(event.key())
    return QKeySequence(int(key) | modifiers.value).toString(QKeySequence.SequenceFormat.PortableText)


def refusal(keys: str, *, on_canvas: bool) -> str:
    """Why an action cannot have these keys; empty where it can. ``on_canvas``: it counts while the canvas has the
    focus only."""
    sequence = QKeySequence(keys, QKeySequence.SequenceFormat.PortableText)
    if sequence.count() != 1:
        return "This is not one key, alone or with Ctrl, Shift or Alt."
    combination: QKeyCombination = sequence[0]  # type: ignore[index]  # the stubs do not know it
    key, modifiers = combination.key(), combination.keyboardModifiers()
    plain = not modifiers & (CTRL | ALT | META)
    if key == Key.Key_Escape:
        return "Esc cancels what is being done, everywhere."
    if key in (Key.Key_Return, Key.Key_Enter, Key.Key_Space) and plain:
        return "Enter and Space press the button or open the layer that has the focus."
    if key in ARROWS and not modifiers & ALT and not (modifiers & CTRL and modifiers & SHIFT):
        return "The arrow keys walk along wires and move layers on the canvas, and the cursor in fields and lists."
    if key == Key.Key_Tab and plain and not (on_canvas and modifiers == NONE):
        return "Tab leads from one control to the next; only an action of the canvas can have it."
    if key == Key.Key_F4 and modifiers == ALT:
        return "Alt+F4 closes the window."
    if key in (Key.Key_Menu, Key.Key_F10) and plain:
        return "This key opens menus."
    if plain and not on_canvas and 0x20 < key < 0x1000000:
        return "A sign alone is what people type, into fields and to search lists: hold Ctrl or Alt as well."
    return ""
