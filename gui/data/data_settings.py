"""The right side of the Data page: what is done to the fields, and how the samples are split."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeGuard

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from engine.edits import SetSetting
from engine.settings.data import SplitSettings
from gui.data.split_preview import SplitPreview
from gui.data.step_cards import StepCards
from gui.data.steps import TRANSFORMED
from gui.document import Document
from gui.forms.sections import SettingsSection

SHARES = ("train", "validation", "test")
SPLIT = (*SHARES, "stratify", "exact", "folds")
"""The entries that are shown; which fold is the validation part is a matter of the runs."""


class Transforms(StepCards):
    """What is done to the fields, in order."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        empty = "None: the network sees the values as they are stored."
        super().__init__(document, TRANSFORMED, "Transforms", "Add Transform", empty, parent)
        self.add.setToolTip("Put another step between the data and the network")


class SplitSection(SettingsSection):
    """The shares of the parts, which stay a whole: what is typed for one is taken from the others."""

    def __init__(self, document: Document) -> None:
        super().__init__(document, "Split", ("data", "split"), SplitSettings, SPLIT)
        self.preview = SplitPreview()
        self._box.addWidget(self.preview)

    def edit(self, name: str, value: object) -> None:
        """Set a share and let the training part (or the two others) take the rest, as one undo step."""
        given = {key: self.values().get(key, SplitSettings.model_fields[key].default) for key in SHARES}
        shares = {key: share for key, share in given.items() if _is_share(share)}
        if name not in SHARES or not _is_share(value) or len(shares) < len(SHARES):
            super().edit(name, value)
            return
        shares[name] = value
        if name == "train":
            others = shares["validation"] + shares["test"]
            part = shares["validation"] / others if others else 0.5
            shares["validation"] = round((1 - value) * part, 6)
            shares["test"] = round(1 - value - shares["validation"], 6)
        else:
            shares["train"] = round(1 - shares["validation"] - shares["test"], 6)
        if shares["train"] <= 0 or min(shares.values()) < 0:
            super().edit(name, value)
            return
        table = {**self.values(), **shares}
        self.apply(SetSetting(self.path, table), f"Set {'.'.join(self.path)}.{name}")


def column(*groups: Sequence[QWidget]) -> QScrollArea:
    """All settings below each other, with some space between the groups."""
    settings = QWidget()
    box = QVBoxLayout(settings)
    box.setContentsMargins(12, 8, 12, 12)
    box.setSpacing(6)
    for index, group in enumerate(groups):
        box.addSpacing(8 if index else 0)
        for part in group:
            box.addWidget(part)
    box.addStretch(1)
    scrolled = QScrollArea()
    scrolled.setWidget(settings)
    scrolled.setWidgetResizable(True)
    scrolled.setFrameShape(QFrame.Shape.NoFrame)
    scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scrolled.setMinimumWidth(260)
    scrolled.setAccessibleName("Data settings")
    return scrolled


def stand_beside(page: QWidget, *parts: QWidget) -> None:
    """Fill a page with three parts side by side, the middle one the widest."""
    whole = QSplitter(Qt.Orientation.Horizontal)
    for part in parts:
        whole.addWidget(part)
    whole.setStretchFactor(1, 1)
    whole.setSizes([310, 670, 300])
    whole.setChildrenCollapsible(False)
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(whole)


def _is_share(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
