"""Parts of a project's settings as forms: one `SettingsSection` per table of the settings, each edit one undo step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pydantic import BaseModel
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.edits import MISSING, Compound, Edit, SetSetting
from engine.graph import Graph, GraphError
from engine.layers.parameters import Parameter, parameters
from engine.settings.resolution import SettingFault, resolve_settings, variants
from gui.document import Document
from gui.forms import Form
from gui.widgets import Note, heading

DEVICES = ("auto", "cpu", "cuda", "mps")


def faults(document: Document) -> dict[str, str]:
    """What is wrong with the settings: path (``training.optimizer.lr``) → sentence."""
    found = {problem.setting: problem.message for problem in document.all_problems() if problem.setting}
    for section in ("data", "training"):
        alone = Graph()
        alone.settings[section] = document.project.settings.get(section, {})
        fault = resolve_settings(alone)
        if isinstance(fault, SettingFault):
            found.setdefault(fault.path, fault.message)
    fault = resolve_settings(document.project)
    if isinstance(fault, SettingFault):
        found.setdefault(fault.path, fault.message)
    return found


def raw(document: Document, path: Sequence[str]) -> object:
    """What the user has set at a path of the settings; MISSING where nothing is."""
    value: object = document.project.settings
    for key in path:
        value = value.get(key, MISSING) if isinstance(value, Mapping) else MISSING
    return value


def lr_setting(document: Document) -> object:
    """The learning rate that is set, or holds by default; MISSING or what was typed where that is none."""
    settings = resolve_settings(document.project)
    if not isinstance(settings, SettingFault):
        return settings[1].optimizer.lr
    optimizer = raw(document, ("training", "optimizer"))
    return optimizer.get("lr", MISSING) if isinstance(optimizer, Mapping) else MISSING


class SettingsSection(QWidget):
    """A heading and a form for one table of the settings; the table may choose its kind by ``name``."""

    message = Signal(str)
    """Why an edit was refused."""

    def __init__(
        self, document: Document, title: str, path: tuple[str, ...], model: type[BaseModel], names: Sequence[str] = ()
    ) -> None:
        """``names`` are the fields shown, in this order (none: all)."""
        super().__init__()
        self.document, self.path, self.title = document, path, title
        self.form = Form(self._parameters(model, names), parent=self)
        self.heading = heading(title)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(6)
        if title:
            self._box.addWidget(self.heading)
        self._box.addWidget(self.form)
        self.form.edited.connect(self.edit)

    def refresh(self, wrong: Mapping[str, str]) -> None:
        """Show the values of the document and the sentences that belong here."""
        whole, first = wrong.get(".".join(self.path)), next(iter(self.form.fields))
        if whole:
            wrong = {f"{'.'.join(self.path)}.{first}": whole, **wrong}
        self.form.set_values(self.values())
        prefix = ".".join(self.path) + "."
        self.form.set_errors(
            {path.removeprefix(prefix): text for path, text in wrong.items() if path.startswith(prefix)}
        )

    def explain(self, stand_ins: Mapping[str, str], hints: Mapping[str, str]) -> None:
        """Show what is left open stands for, and what there is to know of the values: by the paths of the settings."""
        prefix = ".".join(self.path) + "."
        self.form.set_stand_ins({name: stand_ins.get(prefix + name, "") for name in self.form.rows})
        self.form.set_hints({name: hints.get(prefix + name, "") for name in self.form.rows})

    def values(self) -> Mapping[str, object]:
        """What is set in this table."""
        value = raw(self.document, self.path)
        return value if isinstance(value, Mapping) else {}

    def edit(self, name: str, value: object) -> None:
        """Set one entry, as one undo step."""
        self.apply(SetSetting((*self.path, name), value))

    def apply(self, edit: Edit, title: str | None = None) -> None:
        """Apply an edit; where it is refused say why and show what holds."""
        try:
            self.document.apply(edit, title)
        except GraphError as error:
            self.message.emit(str(error))
            self.form.set_values(self.values())

    def _parameters(self, model: type[BaseModel], names: Sequence[str]) -> list[Parameter]:
        known = {parameter.name: _friendly(parameter) for parameter in parameters(model)}
        return [known[name] for name in names or known]


class KindSection(SettingsSection):
    """A table whose ``name`` chooses among models, each with entries of its own: optimizer, schedule."""

    def __init__(self, document: Document, title: str, path: tuple[str, ...], owner: type[BaseModel]) -> None:
        info = owner.model_fields[path[-1]]
        self.kinds = variants(info.annotation)
        default = info.get_default(call_default_factory=True)
        self._default: str = default.name
        self._shown = self._default
        super().__init__(document, title, path, self.kinds[self._default])
        self.about = Note(_first_line(self.kinds[self._default]))
        self._box.insertWidget(1, self.about)

    def refresh(self, wrong: Mapping[str, str]) -> None:
        """Show the entries of the kind that is chosen."""
        name = self.values().get("name", self._default)
        kind = name if name in self.kinds else self._default
        if kind != self._shown:
            focused = self.form.fields["name"].hasFocus()
            self._box.removeWidget(self.form)
            self.form.hide()
            self.form.deleteLater()
            self._shown = kind
            self.about.setText(_first_line(self.kinds[kind]))
            self.form = Form(self._parameters(self.kinds[kind], ()), parent=self)
            self.form.edited.connect(self.edit)
            self._box.addWidget(self.form)
            if focused:
                self.form.focus("name")
        here = ".".join(self.path)
        if here in wrong:
            wrong = {**wrong, f"{here}.name": wrong[here]}
        super().refresh(wrong)

    def edit(self, name: str, value: object) -> None:
        """Set an entry; another kind keeps those entries that it knows too."""
        if name != "name":
            super().edit(name, value)
            return
        kind = self._default if value is MISSING else str(value)
        kept = {
            key: old for key, old in self.values().items() if key in self.kinds[kind].model_fields and key != "name"
        }
        table = kept if value is MISSING else {"name": value, **kept}
        self.apply(SetSetting(self.path, table or MISSING), f"Set {'.'.join(self.path)}")

    def _parameters(self, model: type[BaseModel], names: Sequence[str]) -> list[Parameter]:
        first, *others = super()._parameters(model, names)
        return [replace(first, kind="choice", choices=tuple(self.kinds), default=self._default), *others]


class OptionalSection(SettingsSection):
    """A table that may be missing, with a box to switch it on: early stopping."""

    def __init__(
        self, document: Document, title: str, path: tuple[str, ...], model: type[BaseModel], switch: Parameter
    ) -> None:
        super().__init__(document, "", path, model)
        self.title = title
        self.heading.setText(title)
        self._box.insertWidget(0, self.heading)
        self.switch = Form([switch], parent=self)
        self._box.insertWidget(1, self.switch)
        self.switch.edited.connect(self._switched)

    def refresh(self, wrong: Mapping[str, str]) -> None:
        """Show the entries only where the table is there."""
        value, name = raw(self.document, self.path), self.path[-1]
        there = value is not MISSING and value is not None
        self.switch.set_values({name: True} if there else {})
        here = ".".join(self.path)
        self.switch.set_errors({name: wrong[here]} if here in wrong else {})
        self.form.setVisible(there)
        super().refresh(wrong)

    def _switched(self, _name: str, value: object) -> None:
        self.apply(SetSetting(self.path, {} if value is True else MISSING))


def compound(edits: Sequence[Edit], title: str) -> Edit:
    """Several edits as one undo step."""
    return edits[0] if len(edits) == 1 else Compound(tuple(edits), title)


WORDS = {"training": "", "data": "", "early_stopping": "stopping", "ema": "average", "scheduled_sampling": "sampling"}
"""What a table is called before the name of an entry; none: its own name."""


def disambiguate(sections: Sequence[SettingsSection]) -> None:
    """Let entries of the same name in several tables be called by the table, too: ``checkpoint epochs``."""
    counts = Counter(name for section in sections for name in section.form.rows)
    for section in sections:
        word = WORDS.get(section.path[-1], section.path[-1])
        twice = [name for name in section.form.rows if counts[name] > 1 and word]
        section.form.set_titles({name: word if name == "name" else f"{word} {name}" for name in twice})


def align(sections: Sequence[SettingsSection], more: Callable[[], Sequence[Form]] = tuple) -> None:
    """Let the labels of several forms have one width."""
    forms = [section.form for section in sections] + list(more())
    forms += [section.switch for section in sections if isinstance(section, OptionalSection)]
    width = max(form.label_width() for form in forms)
    for form in forms:
        form.set_label_width(width)


def _first_line(model: type[BaseModel]) -> str:
    """What a kind is, in a sentence."""
    return (model.__doc__ or "").strip().splitlines()[0]


def _friendly(parameter: Parameter) -> Parameter:
    """Offer the devices as a list."""
    if parameter.name == "device":
        return replace(parameter, kind="choice", choices=DEVICES)
    return parameter
