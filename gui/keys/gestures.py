"""What the mouse and the fixed keys do: what no action of a menu says. The sheet of keys shows it."""

from __future__ import annotations

from typing import Final

Gesture = tuple[str, str]
"""What it does, and how it is done."""

GESTURES: Final[dict[str, tuple[Gesture, ...]]] = {
    "Mouse on the canvas": (
        ("Select a layer, a wire", "Click"),
        ("Add to the selection, take out of it", "Shift+click, Ctrl+click"),
        ("Select what is in a box", "Drag over the canvas; with Shift add, with Ctrl toggle"),
        ("Move layers", "Drag; Ctrl suspends the grid"),
        ("Clone layers", "Alt+drag"),
        ("Wire two layers", "Drag from a port to a port"),
        ("Add a layer that fits, already wired", "Drag a wire into empty space"),
        ("Move or remove a wire", "Drag its end away from the input"),
        ("Put a layer into a wire", "Drop it on the wire; Alt leaves the wire alone"),
        ("Cut wires", "Ctrl+drag with the right button across them"),
        ("Move a frame with what is in it", "Drag its title"),
        ("Resize a frame", "Drag an edge"),
        ("Give a frame another title", "Double-click its title"),
        ("Search a layer and add it there", "Double-click the canvas or a wire"),
        ("Open a block, or the parameters of a layer", "Double-click it"),
        ("Scroll", "Drag with the middle button, or with Space held"),
        ("Zoom", "Wheel, or pinch on a touchpad"),
        ("What can be done here", "Right click"),
    ),
    "Fixed keys of the canvas": (
        ("Walk along the wires", "Arrow keys"),
        ("Select more along the wires", "Shift+arrow keys"),
        ("Move the selected layers", "Ctrl+arrow keys"),
        ("Open a block, or the parameters of the layer", "Enter"),
        ("Break off what is being done", "Esc"),
        ("What can be done here", "Menu key, or Shift+F10"),
        ("Leave the canvas", "Shift+Tab"),
    ),
    "Everywhere": (
        ("Open a project, or add data of your own", "Drop a file or a folder on the window"),
        ("From one control to the next, and back", "Tab, Shift+Tab"),
        ("Search the gallery, the palette of layers", "Type"),
        ("Zoom a plot; show all of it again", "Wheel over it; double-click it"),
    ),
}
"""By where it counts."""
