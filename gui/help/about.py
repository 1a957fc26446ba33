"""The box that says what this program is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtWidgets import QWidget

from gui.widgets import MessageBox


def about_box(parent: QWidget) -> MessageBox:
    """Version and licence."""
    try:
        number = version("layerloom")
    except PackageNotFoundError:
        number = "from source"
    box = MessageBox(
        parent,
        "About Layerloom",
        f"Layerloom {number}",
        "A desktop workbench for neural networks: draw, see every shape, train live, leave with "
        "plain PyTorch.\n\nApache License 2.0",
    )
    box.finished.connect(lambda _code: box.deleteLater())
    return box
