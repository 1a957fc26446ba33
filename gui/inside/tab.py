"""What every tab of the Results page is: it shows one subject, and only while it is seen."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gui.inside.subject import Subject


class ResultsTab(QWidget):
    """``show_subject`` is called when the tab is seen and the subject is another than before."""

    title: ClassVar[str]
    tip: ClassVar[str]
    judged: ClassVar[bool] = True
    """Whether it is about the samples that are chosen above, rather than about others."""

    message = Signal(str)
    names_given = Signal(object)
    """The path of a list that says what the classes of the network are called."""
    inside_wanted = Signal(int)
    """Why the network answers as it does to one of the samples that are chosen above: its position among them."""

    def show_subject(self, subject: Subject) -> None:
        """Show a run that was opened; what takes long is done beside the window."""
        raise NotImplementedError

    def forget(self) -> None:
        """There is no run to show any more, or another is being opened: end what is being computed."""

    def close_background(self) -> None:
        """Wait for what is being computed."""
