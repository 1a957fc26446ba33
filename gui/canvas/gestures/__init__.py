"""One class a gesture. The view starts one by what is under the mouse; Esc cancels any of them."""

from gui.canvas.gestures.drag_wire import DragWire
from gui.canvas.gestures.gesture import Gesture, Pointer
from gui.canvas.gestures.move_nodes import MoveNodes
from gui.canvas.gestures.pan import Pan
from gui.canvas.gestures.rubber_band import RubberBand

__all__ = ["DragWire", "Gesture", "MoveNodes", "Pan", "Pointer", "RubberBand"]
