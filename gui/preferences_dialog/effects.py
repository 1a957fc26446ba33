"""Makes what is chosen in the preferences count: at the start, and at once whenever it changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from gui import preference_list as known
from gui.canvas.sheet import Habits, Sheet
from gui.keys.keymap import keymap
from gui.motion import motion
from gui.open_file.autosave import Autosave
from gui.preferences import Preferences
from gui.theme import theme


class PreferenceEffects(QObject):
    """What each key changes in the window; ``listed`` is called when other recent projects are to be listed."""

    def __init__(
        self, preferences: Preferences, canvas: Sheet, autosave: Autosave, listed: Callable[[], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._preferences, self._canvas, self._autosave = preferences, canvas, autosave
        self._effects: dict[str, Callable[[], None]] = {
            known.THEME.key: self._theme,
            known.FONT_SIZE.key: self._font,
            known.MOTION.key: self._motion,
            known.AUTOSAVE.key: self._save,
            **dict.fromkeys((known.GRID.key, known.SNAP.key, known.WHEEL.key, known.ZOOM.key), self._habits),
            **dict.fromkeys((known.RECENT.key, "recent", "pinned"), listed),
        }
        keymap.follow(preferences)
        for effect in (self._font, self._motion, self._save, self._habits):
            effect()
        preferences.changed.connect(self._changed)
        QApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    def _changed(self, key: str) -> None:
        if (effect := self._effects.get(key)) is not None:
            effect()

    def _theme(self) -> None:
        if theme.name != self._preferences.theme:
            theme.set(self._preferences.theme)

    def _system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self._preferences.get(known.THEME) == "system":
            self._theme()

    def _motion(self) -> None:
        motion.set(str(self._preferences.get(known.MOTION)))

    def _font(self) -> None:
        theme.set_text_size(int(str(self._preferences.get(known.FONT_SIZE))))

    def _save(self) -> None:
        text = str(self._preferences.get(known.AUTOSAVE))
        self._autosave.set_minutes(int(text) if text.isdigit() else 0)

    def _habits(self) -> None:
        get = self._preferences.get
        step = int(str(get(known.ZOOM))) / 100
        self._canvas.take(Habits(bool(get(known.GRID)), bool(get(known.SNAP)), get(known.WHEEL) == "scroll", step))
