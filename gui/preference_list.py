"""Every preference once, as data: what it is called, where it is kept, what it takes. The dialog is built from this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.layers.parameters import Parameter

GROUPS: Final = ("Appearance", "Canvas", "Files", "Training")


@dataclass(frozen=True, slots=True)
class Preference:
    """``key`` is what its value is kept under, as text; ``also`` are other words by which it is looked for."""

    key: str
    group: str
    parameter: Parameter
    also: str = ""

    @property
    def title(self) -> str:
        return self.parameter.name

    def text(self, value: object) -> str:
        """How a value is kept."""
        return ("yes" if value else "no") if isinstance(value, bool) else str(value)

    def value(self, text: str) -> object:
        """What is meant by a kept text; the default where it means nothing."""
        parameter = self.parameter
        if parameter.kind == "bool":
            return {"yes": True, "no": False}.get(text, parameter.default)
        if parameter.kind == "int":
            sound = text.isascii() and text.isdigit() and len(text) < 6
            low, high = parameter.minimum or 0, parameter.maximum or 0
            return int(text) if sound and low <= int(text) <= high else parameter.default
        return text if text in parameter.choices else parameter.default


def _choice(name: str, help: str, labels: dict[str, str]) -> Parameter:
    """A choice by its values and what people see of them; the first is the default."""
    values, words = tuple(labels), tuple(labels.values())
    kind = f"{', '.join(words[:-1])} or {words[-1]}"
    return Parameter(name, "choice", kind, values[0], False, help, choices=values, labels=words)


def _switch(name: str, help: str, *, default: bool = True) -> Parameter:
    return Parameter(name, "bool", "yes or no", default, False, help)


def _count(name: str, help: str, default: int, most: int, least: int = 0) -> Parameter:
    kind = f"an integer from {least} to {most}"
    return Parameter(name, "int", kind, default, False, help, minimum=least, maximum=most)


THEME: Final = Preference(
    "theme",
    "Appearance",
    _choice(
        "Theme",
        "light or dark colours, or those that the system has now",
        {"system": "as the system", "light": "light", "dark": "dark"},
    ),
    "colours night mode dark light appearance",
)
FONT_SIZE: Final = Preference(
    "appearance/font_size",
    "Appearance",
    _choice(
        "Size of the text",
        "of menus, panels and forms; layers on the canvas grow by zooming",
        {"100": "as the system", **{str(percent): f"{percent} %" for percent in (90, 110, 125, 150, 175, 200)}},
    ),
    "font large small letters scale accessibility",
)
MOTION: Final = Preference(
    "appearance/motion",
    "Appearance",
    _choice(
        "Motion",
        "whether menus fade, the caret blinks and pictures of the help move by themselves",
        {"system": "as the system", "reduced": "reduced", "full": "full"},
    ),
    "animation reduced accessibility still",
)
GRID: Final = Preference(
    "canvas/grid", "Canvas", _switch("Show the grid", "dots behind the network"), "raster background"
)
SNAP: Final = Preference(
    "canvas/snap",
    "Canvas",
    _switch("Snap to the grid", "a dragged layer moves from one point of the grid to another; Ctrl suspends it"),
    "raster align magnet",
)
WHEEL: Final = Preference(
    "canvas/wheel",
    "Canvas",
    _choice(
        "The wheel",
        "what turning the mouse wheel does over the canvas; with Ctrl it always zooms, with Shift it scrolls to the "
        "side",
        {"zoom": "zooms", "scroll": "scrolls"},
    ),
    "mouse touchpad pan",
)
ZOOM: Final = Preference(
    "canvas/zoom",
    "Canvas",
    _choice(
        "Speed of the zoom",
        "how much one notch of the wheel enlarges",
        {"115": "normal", "107": "slow", "130": "fast"},
    ),
    "wheel mouse touchpad",
)
DIRECTION: Final = Preference(
    "canvas/direction",
    "Canvas",
    _choice(
        "New networks run",
        "which way a new network is drawn; each project keeps its own, which the Canvas menu changes",
        {"automatic": "as fits best", "down": "from top to bottom", "right": "from left to right"},
    ),
    "direction flow orientation layout",
)
RECENT: Final = Preference(
    "files/recent",
    "Files",
    _count("Recent projects", "how many are listed on the Start page and in the File menu; pinned ones stay", 8, 40),
    "history list",
)
OPEN_LAST: Final = Preference(
    "files/at_start",
    "Files",
    _choice(
        "At the start",
        "what the window shows first when it is opened without a file",
        {"start": "the Start page", "last": "the last project"},
    ),
    "reopen session startup",
)
AUTOSAVE: Final = Preference(
    "files/autosave",
    "Files",
    _choice(
        "Save by itself",
        "write a project that has a file of its own after so long with unsaved edits. Independent of this, each edit "
        "is kept as it is made and offered again after a crash",
        {"never": "never", "1": "after 1 minute", "5": "after 5 minutes", "15": "after 15 minutes"},
    ),
    "autosave automatically backup",
)
HOST: Final = Preference(
    "training/host",
    "Training",
    Parameter(
        name="Run in",
        kind="choice",
        type="automatic, this window or a separate process",
        default="auto",
        required=False,
        help="where a training runs: in this window it starts at once; in a separate process it starts two "
        "seconds later, very short steps are a little faster, a crash in PyTorch spares the window, and the training "
        "can keep running when the window is closed. Automatic: a separate process for long runs of very short steps. "
        "Stored on this computer, not in the project",
        choices=("auto", "thread", "process"),
        labels=("automatic", "this window", "a separate process"),
    ),
    "host thread process background",
)
NOTIFY: Final = Preference(
    "training/notify",
    "Training",
    _switch("Notify when finished", "show a message when a training has ended while you look elsewhere"),
    "message desktop notification end",
)
PREFERENCES: Final = (
    THEME,
    FONT_SIZE,
    MOTION,
    GRID,
    SNAP,
    WHEEL,
    ZOOM,
    DIRECTION,
    RECENT,
    OPEN_LAST,
    AUTOSAVE,
    HOST,
    NOTIFY,
)
"""In the order of the dialog; what other parts of the program add is added here."""
