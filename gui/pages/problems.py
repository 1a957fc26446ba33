"""Going through the problems of the network from any page."""

from __future__ import annotations

from gui.keys.keymap import keymap
from gui.pages.pages import Pages


class ProblemCommands:
    """Each shows the design page first."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def next(self, by: int = 1) -> None:
        """Go to the next problem and its layer."""
        self._pages.show_design()
        self._pages.design.next_problem(by)

    def previous(self) -> None:
        """Go to the problem before and its layer."""
        self.next(-1)

    def show(self) -> None:
        """Bring the list of problems to the front."""
        self._pages.show_design()
        self._pages.design.show_problems()

    def show_blocking(self) -> None:
        """Lead to the errors that keep a network from being trained; one of a setting is marked beside it."""
        errors = [problem for problem in self._pages.document.all_problems() if problem.severity == "error"]
        if errors and errors[0].setting is None:
            self.show()
            count = f"{len(errors)} error{'s' if len(errors) > 1 else ''}"
            self._pages.message.emit(f"Not trained: {count} to fix first{keymap.hint('problem.next')}.")
