"""Still pictures of sliding windows for help pages: a drawing, to be painted or written in any format."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSizeF

from engine.layers.layer import Layer
from engine.sliding.sliding import sliding_of
from gui.sliding.pictures.picture import Picture
from gui.sliding.pictures.state import Shown
from gui.sliding.pictures.views import Moved, View, picture
from gui.sliding.subject import layer_of, of_kind
from gui.theme import Colors, Name


def still(
    type_name: str,
    parameters: Mapping[str, object] | None = None,
    sizes: tuple[int, ...] | None = None,
    *,
    view: View = "window",
    step: int | None = None,
    painting: bool = False,
    shift: tuple[int, ...] | None = None,
    theme: Name = "light",
    width: float = 940,
    height: float = 520,
) -> Picture:
    """A picture of a layer over an input (channels, …), with made-up integers; the window stands at ``step``.

    Without a step it is in the middle; with ``painting`` a step is an input cell of a transposed convolution. ``shift``
    is by how much the input of the view "moved" is moved. It imports torch, so it is for a worker.
    Raises SlidingError where the layer slides nothing.
    """
    from engine.sliding.example import made_up
    from engine.sliding.translation import course, subject, translation

    given = of_kind(type_name, parameters, sizes)
    layer = layer_of(given, given.parameters)
    assert isinstance(layer, Layer), layer  # the caller's settings are the program's own
    sliding = sliding_of(layer, given.x)
    example = None if sliding.fault else made_up(sliding)
    moved = None
    if view == "moved" and example is not None:
        movable = subject(example)
        by = shift or (0,) * (len(sliding.axes) - 1) + (1,)
        moved = Moved(translation(movable, by), course(movable, len(by) - 1, 6))
    shown = Shown(sliding, example, painting=painting)
    shown = shown.at(step=shown.count // 2 if step is None else step)
    return picture(view, shown, QSizeF(width, height), Colors(theme), moved)
