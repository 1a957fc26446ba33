"""Ten draws of a training sample as the augmentation varies it, made beside the GUI thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from engine.data.origin import declared
from engine.settings.data import DataConfig
from engine.training.status import sentence
from gui.data.clip_frames import ClipFrames
from gui.data.data_preview import SEEN, DataPreview, Form, column_names, form_of
from gui.data.sample_charts import ImageGrid
from gui.data.sample_strips import ClipView, SeriesView
from gui.data.samples_table import DataTable
from gui.widgets import Note, heading
from gui.work.background import Background

if TYPE_CHECKING:
    from engine.data.dataset import Array

DRAWS = 10
FORMS: dict[int, Form] = {1: "table", 2: "series", 3: "images", 4: "clips"}
"""How a field with so many axes is shown."""


class DrawsPanel(QWidget):
    """A sample of the training part without augmentation, and as the first ten epochs meet it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.background = Background("draw-samples", self)
        self.seen: DataPreview | None = None
        self._wanted: tuple[DataConfig, int] | None = None
        self._shown: tuple[DataConfig, int, int] | None = None
        self._number = 0
        self.other = QPushButton("Another Sample")
        self.other.setToolTip("Show the draws of the next training sample")
        self.other.clicked.connect(self.next_sample)
        self.remark = Note()
        self.grid, self.table, self.series, self.clips = ImageGrid(), DataTable(), SeriesView(), ClipView()
        self.views = QStackedWidget()
        for view in (QWidget(), self.grid, self.table, self.series, self.clips):
            self.views.addWidget(view)
        top = QHBoxLayout()
        top.addWidget(heading("Ten draws of a training sample"))
        top.addStretch(1)
        top.addWidget(self.other)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 6, 16, 12)
        box.setSpacing(8)
        box.addLayout(top)
        box.addWidget(self.remark)
        box.addWidget(self.views, 1)

    def show_config(self, config: DataConfig | None, seed: int) -> None:
        """Show draws of these settings; None: there is nothing to draw."""
        self._wanted = None if config is None or not config.augmentation else (config, seed)
        self.refresh()

    def next_sample(self) -> None:
        """Take another sample."""
        self._number += 1
        self.refresh()

    def refresh(self) -> None:
        """Draw again where something has changed, as long as the panel is seen."""
        if not self.isVisible():
            return
        if self._wanted is None:
            self._shown = None
            self._say("The draws appear once the settings of the data are right.", "muted")
            return
        wanted = (*self._wanted, self._number)
        if wanted == self._shown:
            return
        self._shown = wanted
        self.remark.set_token("muted")
        self.remark.setText("Drawing …")
        self.background.run(partial(vary, *wanted), partial(self._drawn, wanted), partial(self._failed, wanted))

    def close_background(self) -> None:
        self.background.close()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _drawn(self, wanted: tuple[DataConfig, int, int], seen: DataPreview) -> None:
        if wanted != self._shown:
            return
        self.seen = seen
        self.remark.setText(
            f"Sample {seen.sizes[0]:,} of {seen.sizes[1]:,} as it is, then as the first {DRAWS} epochs would meet it. "
            "Only training samples are varied."
        )
        views = {"images": self.grid, "table": self.table, "series": self.series, "clips": self.clips}
        view = views[seen.form]
        if view is self.grid:
            self.grid.show_look(seen)
        elif view is self.table:
            self.table.show_look(seen, after=True, answer="draw")
        elif view is self.series:
            self.series.show_look(seen, after=True)
        else:
            self.clips.show_look(seen, after=True)
        self.views.setCurrentWidget(view)

    def _failed(self, wanted: tuple[DataConfig, int, int], error: Exception) -> None:
        if wanted == self._shown:
            self._say(f"✕ {sentence(error)}", "error")

    def _say(self, text: str, token: str) -> None:
        """Nothing to show, and why."""
        self.remark.set_token(token)
        self.remark.setText(text)
        self.views.setCurrentIndex(0)


def vary(config: DataConfig, seed: int, number: int) -> DataPreview:
    """The draws of the training sample with this number; ``sizes`` are its number from 1 and how many there are.

    What the transforms learn is learnt of some training samples: enough to show what they do. Raises DataError.
    """
    import numpy as np
    import torch

    from engine.data.augmenting import Augmenter, draws
    from engine.data.fields import fields
    from engine.data.origin import opened
    from engine.data.pipeline import Stage, chains_of, view_of
    from engine.data.splitting import split

    dataset, specs, raw = declared(config), fields(config), opened(config).arrays
    training = split(config, raw, specs)["train"]
    place, field = number % len(training), config.augmentation[0].field
    goals = [name for name in specs if specs[name].role == "target"]
    some = {name: spec for name, spec in specs.items() if name in (field, *goals)}
    alone = config.model_copy(update={"transforms": tuple(one for one in config.transforms if one.field in some)})
    chains, _ = chains_of(alone, {name: Stage(raw[name]) for name in specs}, specs, training[:SEEN])
    index = training[place : place + 1]
    sample = {
        name: torch.from_numpy(view_of(raw[name], spec, index, chains[name])[:])[0] for name, spec in some.items()
    }
    varied = [sample, *draws(Augmenter(config.augmentation, specs, seed, 0), sample, int(index[0]), DRAWS)]
    stacks: dict[str, Array] = {name: np.stack([one[name].numpy() for one in varied]) for name in (field, *goals)}
    form = form_of(dataset) if field == dataset.first("input") else FORMS[len(specs[field].shape)]
    return DataPreview(
        dataset,
        form,
        sizes=(place + 1, len(training)),
        balances={},
        split=(),
        columns=column_names(config, dataset) if form == "table" else (),
        before=stacks[field],
        after=stacks[field],
        more={goal: stacks[goal] for goal in goals},
        answers=("as it is", *(f"epoch {epoch}" for epoch in range(1, DRAWS + 1))),
        transformed=False,
        frames=(ClipFrames.of(stacks[field]),) * 2 if form == "clips" else (),
    )
