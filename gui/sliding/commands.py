"""Opens the window of a layer in motion: of the selected layer, or of one that stands for its kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from engine.edits import MISSING, Compound, SetParameter
from engine.errors import LayerloomError
from engine.graph import GraphError
from engine.sliding.sliding import KINDS, Sliding, SlidingError, sliding_of
from gui.document import Document
from gui.sliding.subject import Numbers, Subject, of_kind, of_layer

if TYPE_CHECKING:
    import torch

    from engine.sliding.example import Example
    from gui.sliding.dialog import SlidingDialog

Weights = Callable[[Path], "tuple[int, dict[str, torch.Tensor]] | None"]


class SlidingCommands(QObject):
    """``run_of`` says which run the numbers come from, ``weights`` those that it has while it is in training."""

    def __init__(
        self,
        document: Document,
        window: QWidget,
        run_of: Callable[[], Path | None],
        weights: Weights,
        folder: Callable[[], str],
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self.document, self._window = document, window
        self._run_of, self._weights, self._folder, self._say = run_of, weights, folder, say
        self.dialog: SlidingDialog | None = None

    @property
    def possible(self) -> bool:
        """Whether the one selected layer slides a window that can be shown."""
        chosen = self.document.selection
        node = self.document.graph.nodes.get(chosen[0]) if len(chosen) == 1 else None
        return node is not None and node.type in KINDS

    def open(self) -> None:
        """Show the selected layer; where it has no sizes yet, say why."""
        if not self.possible:
            self._say("Select a convolution or pooling layer along one or two axes.")
            return
        (node_id,), report = self.document.selection, self.document.report
        node, layer = self.document.graph.nodes[node_id], report.layer(node_id)
        if layer is None:
            self._say(f"{node.name} has settings that do not work yet: fix them first.")
            return
        inputs = report.inputs.get(node_id, ())
        subject = of_layer(node.name, layer, inputs[0] if inputs else None, node_id, self._numbers(node_id))
        try:
            sliding_of(layer, subject.x)
        except SlidingError as error:
            self._say(str(error))
            return
        self.show(subject)

    def open_kind(self, type_name: str = "Conv2d") -> None:
        """Show a layer that stands for its kind."""
        self.show(of_kind(type_name))

    def show(self, subject: Subject) -> None:
        """Show a subject in the one window there is."""
        from gui.sliding.dialog import SlidingDialog

        if self.dialog is None:
            self.dialog = SlidingDialog(subject, self._folder(), self._window)
            self.dialog.message.connect(self._say)
            self.dialog.used.connect(self._use)
            self.dialog.destroyed.connect(self._gone)
        else:
            self.dialog.show_subject(subject)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def close(self) -> None:
        """Close it with the main window."""
        if self.dialog is not None:
            self.dialog.reject()

    def _gone(self) -> None:
        self.dialog = None

    def _numbers(self, node_id: str) -> Numbers | None:
        run = self._run_of()
        return None if run is None else partial(_of_run, run, self._weights(run), self.document.block_path, node_id)

    def _use(self, node_id: str, parameters: dict[str, object]) -> None:
        """Set on the layer what was tried, as one step."""
        node = self.document.graph.nodes.get(node_id)
        if node is None:
            self._say("This layer is not in the drawing any more.")
            return
        names = [*parameters, *(name for name in node.parameters if name not in parameters)]
        edits = [
            SetParameter(node_id, name, parameters.get(name, MISSING))
            for name in names
            if parameters.get(name, MISSING) != node.parameters.get(name, MISSING)
        ]
        try:
            self.document.apply(Compound(tuple(edits), f"Set {node.name} as tried"))
        except (GraphError, LayerloomError) as error:
            self._say(str(error))


def _of_run(
    run: Path,
    now: tuple[int, dict[str, torch.Tensor]] | None,
    inside: tuple[str, ...],
    node_id: str,
    sliding: Sliding,
) -> Example:
    """The numbers of a layer in a run."""
    from engine.inside.looking.sliding_numbers import sliding_numbers
    from engine.inside.trained import open_run
    from engine.training.steps.device import settled

    trained = open_run(run, weights=None if now is None else now[1])
    with settled(1):
        return sliding_numbers(trained, sliding, inside, node_id)
