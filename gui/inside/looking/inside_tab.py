"""The tab *Inside*: choose a sample, a layer and a way of looking; what is found is shown as it becomes finer."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.errors import visible
from engine.training.status import sentence
from gui.inside.looking.drawing import Drawn
from gui.inside.looking.looker import MOST, Looker, Opened, opened
from gui.inside.looking.options_form import OptionsForm
from gui.inside.looking.result_view import ResultView
from gui.inside.looking.sample_list import SampleList
from gui.inside.subject import Subject, Weights
from gui.inside.tab import ResultsTab
from gui.widgets import Label, Note, grown, label, plain
from gui.work.background import Background

if TYPE_CHECKING:
    from engine.inside.looking.layer_answers import LayerAnswer
    from engine.inside.looking.method import Method, Question, Step
    from engine.inside.looking.samples import Sample

WIDE = 320
LIKELIEST = "the likeliest"


class InsideTab(ResultsTab):
    """``moment`` gives the weights of a run that is in training in this window."""

    title: ClassVar[str] = "Inside"
    tip: ClassVar[str] = "See what each layer answers to a sample, and why the network answers as it does"

    def __init__(self, moment: Weights | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.moment = moment
        self.background = Background("open-inside", self)
        self.looker = Looker(self)
        self._subject: Subject | None = None
        self._opened: Opened | None = None
        self._own: list[Sample] = []
        self._wanted: tuple[tuple[str, ...], str] | None = None
        self._sample_wanted: int | None = None
        self._methods: tuple[Method, ...] = ()
        self.samples, self.options, self.result = SampleList(), OptionsForm(), ResultView()
        self.methods, self.layers, self.target = QComboBox(), QListWidget(), QComboBox()
        self.help = Note()
        self.follow = QCheckBox("Follow the training")
        self.follow.setAccessibleName("Follow the training")
        self.follow.setToolTip("Look again after every epoch, with the weights of that moment")
        self.follow.setChecked(True)
        self.follow.hide()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)
        self._connect()
        self._lay_out()

    @property
    def busy(self) -> bool:
        """Whether something is being opened or computed."""
        return self._soon.isActive() or self.background.busy or self.looker.busy

    def show_subject(self, subject: Subject) -> None:
        self._subject, self._own = subject, []
        self._open()

    def forget(self) -> None:
        self._soon.stop()
        self.looker.cancel()

    def close_background(self) -> None:
        self._soon.stop()
        self.looker.close()
        self.background.close()

    def show_layer(self, inside: tuple[str, ...], node: str) -> None:
        """Look at a node within these blocks: at its first call and repeat."""
        self._wanted = (inside, node)
        if self._opened is not None:
            self._choose_wanted()

    def show_sample(self, index: int) -> None:
        """Look at the sample with this position."""
        self._sample_wanted = index
        if self._opened is not None:
            self._choose_sample()

    def _choose_sample(self) -> None:
        """Choose the sample that was asked for from another tab."""
        wanted, self._sample_wanted = self._sample_wanted, None
        if wanted is not None:
            self.samples.choose(wanted)

    def ask_file(self, path: Path) -> None:
        """Ask about a file of the user's own, or a folder of frames."""
        from engine.inside.looking.samples import of_file

        if self._opened is not None:
            job = partial(of_file, self._opened.inspector.trained, path)
            self.background.run(job, self._own_opened, self._failed)

    # -- opening ---------------------------------------------------------------------------------------------------

    def follow_training(self) -> None:
        """An epoch is over: look again, unless that is not wanted or the last look is still busy."""
        if self.follow.isVisible() and self.follow.isChecked() and not self.busy:
            self._open(quiet=True)

    def _open(self, *, quiet: bool = False) -> None:
        """Take the weights, those of this moment where the run is in training here; ``quiet`` keeps what is shown."""
        subject = self._subject
        if subject is None:
            return
        self.looker.cancel()
        if not quiet:
            self.result.show_hint("Opening the network …")
        self._opened = None
        job = partial(opened, subject, self.moment)
        self.background.run(job, self._show_opened, self._failed)

    def _show_opened(self, found: Opened) -> None:
        from engine.inside.looking.methods import METHODS

        subject, self._opened = self._subject, found
        if subject is None:
            return
        self._fill_methods(METHODS)
        self._fill_layers(found.layers)
        chosen = self.target.currentText()
        self.target.clear()
        self.target.addItems([LIKELIEST, *map(visible, found.units)])
        self.target.setCurrentIndex(max(self.target.findText(chosen), 0))
        self.samples.show_samples(found, len(found.part))
        self.samples.offer_own(clips=found.clips)
        self.result.set_names(found.name)
        self.options.forget_columns()
        self._show_method()
        self.follow.setVisible(found.step is not None)
        if found.step is not None:
            self.message.emit(f"Looking at the weights after step {found.step:,}; the training continues.")
        self._choose_wanted()
        self._choose_sample()
        self._soon.start()

    def _fill_methods(self, methods: tuple[Method, ...]) -> None:
        if self._methods:
            return
        self._methods = methods
        self.methods.blockSignals(True)
        self.methods.addItems([one.title for one in methods])
        self.methods.blockSignals(False)

    def _fill_layers(self, layers: list[LayerAnswer]) -> None:
        before = self.layers.currentRow()
        same = self.layers.count() == len(layers) and before >= 0
        row = before if same else next((i for i, one in enumerate(layers) if one.kind.family == "Convolution"), 1)
        self.layers.blockSignals(True)
        self.layers.clear()
        for one in layers:
            size = " × ".join(map(str, one.shape[1:])) or "one number"
            kind = "Block" if one.type.startswith("block.") else one.type
            item = QListWidgetItem(f"{one.name}   {size}")
            item.setToolTip(plain(f"{one.name} ({kind}) answers {size} to each sample"))
            self.layers.addItem(item)
        self.layers.setCurrentRow(min(row, len(layers) - 1))
        self.layers.blockSignals(False)

    def _choose_wanted(self) -> None:
        """Choose the layer that was asked for from the canvas."""
        wanted, self._wanted = self._wanted, None
        if wanted is None or self._opened is None:
            return
        for row, one in enumerate(self._opened.layers):
            if (one.id.path.inside, one.id.path.node) == wanted:
                self.layers.setCurrentRow(row)
                self.layers.scrollToItem(self.layers.item(row))
                return
        self.message.emit("This run has no such layer: the network has been changed since it was trained.")

    # -- looking ---------------------------------------------------------------------------------------------------

    @property
    def method(self) -> Method | None:
        """The way of looking that is chosen."""
        row = self.methods.currentIndex()
        return self._methods[row] if 0 <= row < len(self._methods) else None

    def choose_method(self, id: str) -> None:
        """Choose a way of looking by its id."""
        self.methods.setCurrentIndex(next(row for row, one in enumerate(self._methods) if one.id == id))

    def _look(self) -> None:
        method, found = self.method, self._opened
        if method is None or found is None:
            return
        layer = found.layers[self.layers.currentRow()] if self.layers.currentRow() >= 0 else None
        called = f" · {layer.name}" if layer is not None and "layer" in method.needs else ""
        self.result.title.setText(f"{method.title}{called}")
        self.result.show_busy(True)
        self.looker.look(method.id, partial(self._question, found, layer), found.layers)

    def _question(self, found: Opened, layer: LayerAnswer | None) -> Question:
        """What is asked; made beside the window, for the sample may lie in a file."""
        from engine.inside.looking.method import Question
        from engine.inside.looking.samples import of_part
        from engine.inside.looking.target import Target

        index, part = self.samples.index, found.part
        sample = self._own[index] if self._own else of_part(found.inspector.trained, part, index)
        unit = self.target.currentIndex() - 1
        target = Target(unit=unit if unit >= 0 else None)
        return Question(found.inspector, sample, layer, part, target, self.options.values())

    def _stepped(self, step: Step, shown: Drawn | None) -> None:
        self.result.show_step(step, shown)

    def _failed(self, error: Exception, offer: str = "") -> None:
        self.result.show_hint(sentence(error), wrong=not offer, offer=offer)
        self._offer = offer

    def _take_offer(self) -> None:
        if self._opened is not None:
            names = [one.name for one in self._opened.layers]
            self.layers.setCurrentRow(names.index(self._offer))

    def _cancel(self) -> None:
        self.looker.cancel()
        self.result.show_busy(False)

    def _again(self) -> None:
        if self.moment is not None and self._subject is not None:
            self._open()
        else:
            self._soon.start()

    def _own_opened(self, found: list[Sample]) -> None:
        self._own = found[:MOST]
        self.samples.show_own([one.name for one in self._own])
        if len(found) > len(self._own):
            self.message.emit(f"The first {MOST:,} of {len(found):,} samples are listed.")
        self._soon.start()

    def _back(self) -> None:
        """Ask about the samples of the run again."""
        self._own = []
        if self._opened is not None:
            self.samples.show_samples(self._opened, len(self._opened.part))
            self._soon.start()

    def _sample_clicked(self, index: int) -> None:
        """A sample of the part was chosen in a result."""
        if self._own:
            self._back()
        self.samples.choose(index)

    def _ask_file(self) -> None:
        if self._opened is not None and self._opened.clips:
            name = QFileDialog.getExistingDirectory(self, "Ask about a clip: the folder of its frames")
        else:
            name, _ = QFileDialog.getOpenFileName(self, "Ask about a file")
        if name:
            self.ask_file(Path(name))

    def _show_method(self) -> None:
        """The words and options of the chosen method, and what it needs."""
        method, found = self.method, self._opened
        if method is None or found is None:
            return
        self.help.setText(method.help)
        self.options.show_method(method, found.inspector.trained)
        self.options.setVisible(bool(method.options))
        self.samples.setEnabled("sample" in method.needs)
        self.layers.setEnabled("layer" in method.needs)
        self.target.setEnabled("target" in method.needs)

    def _method_changed(self) -> None:
        self._show_method()
        self._soon.start()

    # -- what is seen ----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._offer = ""
        self.methods.currentIndexChanged.connect(lambda _row: self._method_changed())
        self.layers.currentRowChanged.connect(lambda _row: self._soon.start())
        self.target.activated.connect(lambda _row: self._soon.start())
        self.options.changed.connect(self._soon.start)
        self.samples.chosen.connect(self._soon.start)
        self.samples.back_wanted.connect(self._back)
        self.samples.file_wanted.connect(self._ask_file)
        self.result.sample_chosen.connect(self._sample_clicked)
        self.result.cancelled.connect(self._cancel)
        self.result.again.connect(self._again)
        self.result.instead.connect(self._take_offer)
        self.looker.stepped.connect(self._stepped)
        self.looker.ended.connect(lambda: self.result.show_busy(False))
        self.looker.failed.connect(self._failed)

    def _lay_out(self) -> None:
        self.methods.setAccessibleName("Method")
        self.methods.setToolTip("The method of looking inside the network")
        self.methods.setMaxVisibleItems(20)
        self.layers.setAccessibleName("Layers")
        self.layers.setToolTip("The layers in the order in which they compute, with the size of what they answer")
        self.target.setAccessibleName("Explained")
        self.target.setToolTip("Which class or number of the answer is explained")
        self.target.setMinimumContentsLength(12)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(Label("Method"), self.methods)
        form.addRow(Label("Explain"), self.target)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(6)
        column.addLayout(form)
        column.addWidget(self.help)
        column.addWidget(self.options)
        column.addWidget(self.follow)
        column.addWidget(self.samples)
        column.addWidget(label("Layer", "muted"))
        column.addWidget(self.layers, 1)
        self.layers.setMinimumHeight(120)
        left = QScrollArea()
        left.setWidgetResizable(True)
        left.setFrameShape(QScrollArea.Shape.NoFrame)
        left.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left.setFixedWidth(grown(WIDE))
        left.setWidget(inside)
        left.setAccessibleName("What is shown")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        row.addWidget(left)
        row.addWidget(self.result, 1)
