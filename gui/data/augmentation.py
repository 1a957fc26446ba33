"""How training samples are varied: cards for the variations, with what is usual for some kinds of data."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtWidgets import QWidget

from gui.data.step_cards import StepCards
from gui.data.steps import VARIED, Items, fields_for
from gui.data.taking import in_use
from gui.document import Document
from gui.widgets import plain

USUAL: Final[dict[str, tuple[dict[str, object], ...]]] = {
    "photos": (
        {"name": "flip"},
        {"name": "crop", "smallest": 0.4, "ratio": 1.33},
        {"name": "colour", "brightness": 0.3, "contrast": 0.3, "saturation": 0.3, "hue": 10.0},
    ),
    "digits and letters": ({"name": "move", "translate": 0.1, "rotate": 10.0, "scale": 0.1, "shear": 5.0},),
    "images seen from above": ({"name": "flip", "vertical": True}, {"name": "move", "rotate": 180.0, "fill": "mirror"}),
    "tables and series": ({"name": "noise", "std": 0.05},),
}
"""What is tried first, after the usual recipes for ImageNet and MNIST."""


class Augmentation(StepCards):
    """The variations of training samples, in order."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        empty = "None: each training sample is the same in every epoch."
        super().__init__(document, VARIED, "Augmentation", "Add Variation", empty, parent)
        self.add.setToolTip("Vary training samples in another way, drawn for each sample in each epoch")

    def use(self, title: str, _checked: bool = False) -> None:
        """Set what is usual for such data in place of what there is, as one undo step."""
        wanted = self._usual(title)
        if wanted:
            self.replace(wanted, f"Augment as usual for {title}")
            self.added.emit()

    def _usual(self, title: str) -> Items:
        """The steps on the first field that they fit; none if there is no such field."""
        dataset, wanted = in_use(self.document), Items()
        for item in USUAL[title]:
            fields = fields_for(str(item["name"]), dataset)
            if not fields:
                return []
            wanted.append({"name": item["name"], "field": fields[0], **item})
        return wanted

    def _fill_menu(self) -> None:
        super()._fill_menu()
        self.menu.addSeparator()
        for title, steps in USUAL.items():
            action = self.menu.addAction(f"Usual for {title}")
            action.setToolTip(plain(f"Replaces all by {', '.join(str(step['name']) for step in steps)}"))
            action.setEnabled(bool(self._usual(title)) and not (title == "tables and series" and self._images()))
            action.triggered.connect(partial(self.use, title))

    def _images(self) -> bool:
        return bool(fields_for("flip", in_use(self.document)))
