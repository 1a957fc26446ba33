"""One class a gesture. The view asks them in turn which one a press of the mouse starts; Esc cancels any of them."""

from typing import Final

from gui.canvas.gestures.cut_wires import CutWires
from gui.canvas.gestures.drag_wire import DragWire
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.gestures.move_frame import MoveFrame
from gui.canvas.gestures.move_nodes import MoveNodes
from gui.canvas.gestures.pan import Pan
from gui.canvas.gestures.resize_frame import ResizeFrame
from gui.canvas.gestures.rubber_band import RubberBand

__all__ = ["GESTURES", "Gesture", "Pointer"]

GESTURES: Final[tuple[type[Gesture], ...]] = (
    *(Pan, CutWires, DragWire, MoveNodes, ResizeFrame, MoveFrame),
    RubberBand,
)
"""In the order in which they are asked: a port lies on its node, a node on a frame, and that on the sheet."""
