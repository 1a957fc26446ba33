"""The settings beside the picture: other ones can be tried out, and taken over into the network."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from engine import layers
from engine.edits import MISSING
from engine.layers.layer import Layer
from engine.layers.parameters import parameters
from engine.layers.windows import AXES
from engine.literals import literal
from engine.resolve import Fault
from engine.sliding.sliding import OPEN, Sliding, SlidingError, sliding_of
from engine.spec import BATCH, Spec
from gui.forms import Form
from gui.sliding.subject import Subject, layer_of
from gui.widgets import Note, heading, label, plain, push_button

LEFT_OUT = ("return_indices", "bias")
"""Parameters that change nothing of how a window slides."""
LARGEST_SIZE, MOST_CHANNELS = 1024, 4096


class TryOut(QScrollArea):
    """Shows a subject; ``changed`` carries the sliding of what is set now, ``used`` the parameters to take over."""

    changed = Signal(object)
    used = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumWidth(236)
        self.setMaximumWidth(320)
        self.setAccessibleName("Settings to try")
        self.subject: Subject | None = None
        self.values: dict[str, object] = {}
        self.form: Form | None = None
        self.sizes: list[QSpinBox] = []
        body = QWidget()
        self._box = QVBoxLayout(body)
        self._box.setContentsMargins(12, 4, 12, 8)
        self._box.setSpacing(6)
        self.fault = Note(token="error")
        self.fault.setAccessibleName("Why the settings do not work")
        self._form_box, self._sizes_box = QVBoxLayout(), QHBoxLayout()
        self.back = push_button("Reset", "Back to the settings of the layer", self._reset)
        self.use = push_button("Use in Network", "Set the layer of the network as it is here, as one step", self._use)
        buttons = QHBoxLayout()
        buttons.addWidget(self.back)
        buttons.addWidget(self.use)
        self._box.addWidget(heading("Try settings"))
        self._box.addLayout(self._form_box)
        self._box.addWidget(label("Input: channels and sizes", "muted"))
        self._box.addLayout(self._sizes_box)
        self._box.addWidget(self.fault)
        self._box.addLayout(buttons)
        self._box.addStretch(1)
        self.setWidget(body)

    def show_subject(self, subject: Subject) -> None:
        """Begin with the settings of this one."""
        self.subject, self.values = subject, dict(subject.parameters)
        if self.form is not None:
            self.form.hide()
            self.form.deleteLater()
        fields = [each for each in parameters(layers.get(subject.type)) if each.name not in LEFT_OUT]
        self.form = Form(fields, self.values, self)
        self.form.edited.connect(self._typed)
        self._form_box.addWidget(self.form)
        self._make_sizes(subject)
        self._resolve()

    def _make_sizes(self, subject: Subject) -> None:
        for spin in self.sizes:
            spin.hide()
            spin.deleteLater()
        self.sizes = []
        names = ("channels", *AXES[subject.x.rank - 2])
        for name, size in zip(names, subject.x.shape[1:], strict=True):
            spin = QSpinBox()
            spin.setRange(1, MOST_CHANNELS if name == "channels" else LARGEST_SIZE)
            spin.setValue(size if isinstance(size, int) else OPEN)
            spin.setAccessibleName(f"Input {name}")
            spin.setToolTip(plain(f"The {name} of the input" + ("" if name == "channels" else ", in cells")))
            spin.valueChanged.connect(lambda _value: self._resolve())
            self._sizes_box.addWidget(spin)
            self.sizes.append(spin)

    @property
    def input(self) -> Spec:
        """The input as it is set; that of the network as long as nobody has changed it."""
        assert self.subject is not None
        known = tuple(size if isinstance(size, int) else OPEN for size in self.subject.x.shape[1:])
        now = tuple(spin.value() for spin in self.sizes)
        return self.subject.x if now == known else Spec((BATCH, *now))

    @property
    def as_given(self) -> bool:
        """Whether everything is as the subject has it."""
        subject = self.subject
        return subject is not None and self.values == dict(subject.parameters) and self.input is subject.x

    def _typed(self, name: str, value: object) -> None:
        self.values = {key: old for key, old in self.values.items() if key != name}
        if value is not MISSING:
            self.values[name] = literal(value)
        self._resolve()

    def _reset(self) -> None:
        if self.subject is not None:
            self.show_subject(self.subject)

    def _use(self) -> None:
        self.used.emit(dict(self.values))

    def _resolve(self) -> None:
        """Say what is wrong with the settings, or hand on what slides with them."""
        assert self.subject is not None
        assert self.form is not None
        self.form.set_values(self.values)
        found = layer_of(self.subject, self.values)
        errors: dict[str, str] = {}
        self.fault.setText("")
        if isinstance(found, Fault):
            if found.parameter in self.form.rows:
                errors = {str(found.parameter): found.message}
            self.fault.setText("" if errors else found.message)
        else:
            self._slide(found)
        self.form.set_errors(errors)
        self.back.setEnabled(not self.as_given)
        self.use.setVisible(self.subject.node is not None)
        sound = not isinstance(found, Fault) and self.values != dict(self.subject.parameters)
        self.use.setEnabled(sound)

    def _slide(self, layer: Layer) -> None:
        try:
            sliding: Sliding = sliding_of(layer, self.input)
        except SlidingError as error:
            self.fault.setText(str(error))
            return
        self.changed.emit(sliding)
