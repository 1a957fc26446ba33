"""The form beside the plots: everything that decides how the network is trained."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from engine.edits import MISSING, Change
from engine.layers.parameters import parameters
from engine.settings.data import DataConfig
from engine.settings.training import Averaging, Checkpoints, EarlyStopping, ScheduledSampling, TrainingConfig
from gui.document import Document
from gui.forms import Form
from gui.forms.form_fields import ChoiceField, ChoicesField
from gui.forms.sections import KindSection, OptionalSection, SettingsSection, align, disambiguate, faults
from gui.hosts.choice import PARAMETER
from gui.preferences import Preferences
from gui.training.beginning_panel import BeginningPanel
from gui.training.device_choices import offer_devices
from gui.training.meanings import meanings
from gui.widgets import Note

COMPUTER = ("device", "threads", "gpu", "precision", "compile", "channels_last")


class TrainingSettings(QScrollArea):
    """Sections of the training settings, and the batch size of the data; fixed while a run goes."""

    message = Signal(str)

    def __init__(
        self, document: Document, preferences: Preferences | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.document, self._preferences = document, preferences
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Training settings")
        path = ("training",)
        known = {parameter.name: parameter for parameter in parameters(TrainingConfig)}
        switches = ("early_stopping", "ema", "scheduled_sampling")
        stop, average, sampling = (replace(known[name], kind="bool", default=False) for name in switches)
        stop = replace(stop, help="end the training when the validation loss stops falling")
        average = replace(average, help="judge and keep a moving average of the weights")
        sampling = replace(sampling, help="let a decoder or language model read some of its own answers in training")
        self.sections: list[SettingsSection] = [
            SettingsSection(document, "Training", path, TrainingConfig, ("epochs", "seed", "metrics")),
            SettingsSection(document, "", ("data",), DataConfig, ("batch_size",)),
            KindSection(document, "Optimizer", (*path, "optimizer"), TrainingConfig),
            KindSection(document, "Schedule of the learning rate", (*path, "schedule"), TrainingConfig),
            SettingsSection(document, "", path, TrainingConfig, ("warmup",)),
            OptionalSection(document, "Early stopping", (*path, "early_stopping"), EarlyStopping, stop),
            OptionalSection(document, "Scheduled sampling", (*path, "scheduled_sampling"), ScheduledSampling, sampling),
            SettingsSection(document, "Gradients", path, TrainingConfig, ("accumulate", "clip_norm", "clip_value")),
            SettingsSection(document, "Penalties of the weights", path, TrainingConfig, ("l1", "l2")),
            OptionalSection(document, "Average of the weights", (*path, "ema"), Averaging, average),
            SettingsSection(document, "Keeping the state", (*path, "checkpoint"), Checkpoints),
            SettingsSection(document, "Computer", path, TrainingConfig, COMPUTER),
        ]
        self.beginning = BeginningPanel(document)
        self.beginning.message.connect(self.message)
        self.fixed = Note("These settings are locked while a run is active; the learning rate above is not.")
        self.fixed.hide()
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(12, 8, 12, 12)
        box.setSpacing(6)
        box.addWidget(self.fixed)
        for section in self.sections:
            if section.title and section is not self.sections[0]:
                box.addSpacing(8)
            box.addWidget(section)
            section.message.connect(self.message)
            if section is self.sections[1]:
                box.addSpacing(8)
                box.addWidget(self.beginning)
        self.host = Form([PARAMETER], parent=body)
        """Where trainings run; it belongs to this computer, not to the project."""
        self.host.setVisible(preferences is not None)
        self.host.edited.connect(self._host_chosen)
        box.addWidget(self.host)
        box.addStretch(1)
        self.setWidget(body)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        document.changed.connect(self._changed)
        document.opened.connect(self._soon.start)
        self.refresh()

    def refresh(self) -> None:
        """Show what the document holds now."""
        wrong = faults(self.document)
        said = meanings(self.document)
        for section in self.sections:
            section.refresh(wrong)
            section.explain(said.stand_ins, said.hints)
        disambiguate(self.sections)
        device = self.sections[-1].form.fields["device"]
        assert isinstance(device, ChoiceField)
        offer_devices(device)
        metrics = self.sections[0].form.fields["metrics"]
        assert isinstance(metrics, ChoicesField)
        metrics.set_unfit(said.unfit)
        if self._preferences is not None:
            chosen = self._preferences.host
            self.host.set_values({} if chosen == PARAMETER.default else {PARAMETER.name: chosen})
        self.beginning.refresh()
        align(self.sections, lambda: [self.host, self.beginning.form])

    def showEvent(self, event: QShowEvent) -> None:
        """Offer the devices that have been found since."""
        super().showEvent(event)
        self._soon.start()

    def set_running(self, running: bool) -> None:
        """While a run goes its settings cannot be changed."""
        self.fixed.setVisible(running)
        for part in (*self.sections, self.beginning, self.host):
            part.setEnabled(not running)

    def focus(self, path: str) -> None:
        """Put the cursor into the field of a setting (``training.optimizer.lr``)."""
        for section in self.sections:
            name = path.removeprefix(".".join(section.path) + ".")
            if name in section.form.fields:
                section.form.focus(name)
                self.ensureWidgetVisible(section.form.fields[name])
                return

    def _host_chosen(self, _name: str, value: Any) -> None:
        if self._preferences is not None:
            self._preferences.host = PARAMETER.default if value is MISSING else value
            self.refresh()

    def _changed(self, _change: Any) -> None:
        if not isinstance(_change, Change) or _change.settings or self.isVisible():
            self._soon.start()
