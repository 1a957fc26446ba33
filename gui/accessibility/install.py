"""Has Qt ask us for the accessible interface of the canvas."""

from __future__ import annotations

from functools import cache
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from shiboken6 import isValid

from gui.accessibility.announcer import Announcer
from gui.accessibility.canvas import CanvasInterface
from gui.accessibility.parts import Parts
from gui.canvas.view import View

_interfaces: list[CanvasInterface] = []
"""Qt keeps bare pointers, so each is held here until Qt has deleted it with its view."""
_parts: WeakKeyDictionary[View, Parts] = WeakKeyDictionary()


@cache
def install() -> None:
    """Once in a program."""
    QAccessible.installFactory(_made)


def _made(_class_name: str, thing: QObject | None) -> QAccessibleInterface | None:
    """A new interface each time: Qt asks again whenever PySide has another meta-object for the view, and keeps all.

    They share what they show.
    """
    if not isinstance(thing, View):
        return None
    if thing not in _parts:
        parts = _parts[thing] = Parts(thing)
        Announcer(thing, parts)
    _interfaces[:] = [*filter(isValid, _interfaces), interface := CanvasInterface(thing, _parts[thing])]
    return interface
