"""How the user's data are read: each guess with its reason, to be changed where it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from engine.data.sources.images.decoding import LARGEST
from engine.data.sources.images.images import Images
from engine.data.sources.images.looking import SIDES
from engine.data.sources.kinds import kinds
from engine.data.sources.offers import Offer
from engine.data.sources.source import Source
from engine.data.sources.tables.reading import TEXT
from engine.data.sources.tables.tables import Table
from engine.edits import MISSING
from engine.settings.data import SourceSettings
from gui.data.own.looking import OwnLook
from gui.data.own.part_rows import targets
from gui.data.own.splitting import COLUMN_HELP, HELP, WAYS, is_settled, splitting_of
from gui.widgets import Label, Note, OneLine, heading, plain

Choices = Sequence[tuple[str, object]]
SEPARATORS: Final = ((", comma", ","), ("; semicolon", ";"), ("tab", "\t"), ("| bar", "|"))
ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1")
ANSWERS: Final = (
    ("names of folders", "folders"),
    ("names of files", "names"),
    ("a table beside", "table"),
    ("masks", "masks"),
)
TASKS: Final = (("one class", "classes"), ("several at once", "several"), ("numbers", "numbers"))
LIMITS: Final = tuple((f"{size:,} megapixels", size * 10**6) for size in (100, 200, 500, 1000, 2000))
FITS: Final = (("cut out the middle", "crop"), ("add a border", "pad"), ("stretch", "stretch"))
TITLES: Final = {
    "kind": "Kind",
    "target": "To be predicted",
    "answers": "Answers",
    "table": "Table",
    "file_column": "File column",
    "label_columns": "Label column",
    "task": "Labels are",
    "images_in": "Images in",
    "masks_in": "Masks in",
    "size": "Size in pixels",
    "fit": "Other shapes",
    "grey": "Colours",
    "largest": "Largest image",
    "separator": "Separator",
    "decimal_comma": "Numbers",
    "header": "First line",
    "encoding": "Text encoding",
    "split": "Split",
    "split_column": "Split by",
}
TIPS: Final = {
    "kind": "what it is",
    "target": "the column or array that the network learns to predict",
    "split": HELP,
    "split_column": COLUMN_HELP,
}
"""Of what is not an option of the kind itself."""


class OptionRow:
    """A label, a combo box, a button that gives the guess back, and the reason below."""

    def __init__(self, name: str, grid: QGridLayout, row: int, title: str = "") -> None:
        self.name, self.title = name, title or TITLES[name]
        self.label, self.combo, self.back, self.reason = Label(self.title), QComboBox(), QToolButton(), Note()
        self.combo.setAccessibleName(self.title)
        self.combo.setMinimumContentsLength(8)
        self.combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.label.setBuddy(self.combo)
        self.back.setText("↺")
        self.back.setAutoRaise(True)
        self.back.setToolTip(plain("Back to what was found"))
        self.back.setAccessibleName(f"Back to what was found: {self.title}")
        self.place(grid, row)
        self.choices: list[object] = []
        self.value: object = None
        self.show_value((), None)

    def place(self, grid: QGridLayout, row: int) -> None:
        """Stand in this row, wherever it stood before."""
        for widget in (self.label, self.combo, self.back, self.reason):
            grid.removeWidget(widget)
        grid.addWidget(self.label, 2 * row, 0)
        grid.addWidget(self.combo, 2 * row, 1)
        grid.addWidget(self.back, 2 * row, 2)
        grid.addWidget(self.reason, 2 * row + 1, 1, 1, 2)

    def show_value(
        self, choices: Choices, value: object, *, own: bool = False, reason: str = "", tip: str = ""
    ) -> None:
        """Offer these; none: the row is not needed."""
        shown, self.value = bool(choices), value
        every = (
            list(choices) if not shown or any(value == one for _, one in choices) else [(str(value), value), *choices]
        )
        with QSignalBlocker(self.combo):
            if every != list(zip(self._words(), self.choices, strict=True)):
                self.combo.clear()
                self.combo.addItems([words for words, _ in every])
            self.choices = [one for _, one in every]
            now = next((at for at, one in enumerate(self.choices) if one == value), -1)
            self.combo.setCurrentIndex(now)
            if self.combo.isEditable():
                self.combo.setEditText(self.combo.itemText(now))
        tip = tip or self.title
        self.combo.setToolTip(plain(f"{tip[:1].upper()}{tip[1:]}\n{reason}".strip(), wrap=True))
        self.reason.setText(reason)
        for widget in (self.label, self.combo):
            widget.setVisible(shown)
        self.back.setVisible(shown and own)
        self.reason.setVisible(shown and bool(reason))

    def show_title(self, title: str) -> None:
        """Call it something else."""
        self.title = title
        self.label.setText(title)
        self.combo.setAccessibleName(title)
        self.back.setAccessibleName(f"Back to what was found: {title}")

    def take_numbers(self, taken: Callable[[int], None]) -> None:
        """Let an integer be typed that is none of the choices."""
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = self.combo.lineEdit()
        assert line is not None
        line.editingFinished.connect(lambda: self._typed(taken))

    def _typed(self, taken: Callable[[int], None]) -> None:
        text = self.combo.currentText().replace(",", "").strip()
        if text.isdecimal() and not self.combo.isHidden() and int(text) != self.value:
            taken(int(text))
        elif not text.isdecimal():
            self.combo.setEditText(self.combo.itemText(self.combo.currentIndex()))

    def _words(self) -> list[str]:
        return [self.combo.itemText(index) for index in range(self.combo.count())]


class OptionsPanel(QWidget):
    """A heading, the rows of the kind, and a button that looks again."""

    wanted = Signal(str, object)
    """(option, value); MISSING leaves it to be found out. "kind" and "target" are options here, too."""
    again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.where = OneLine()
        self.where.set_muted(True)
        self.error = Note("", "error")
        self.rows: dict[str, OptionRow] = {}
        self.own_rows: dict[str, OptionRow] = {}
        """Those of options that the kind itself offers, by name; all that were needed so far."""
        self._ordered: list[str] = []
        self._parts = ""
        self._grid = grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for index, name in enumerate(TITLES):
            row = self.rows[name] = OptionRow(name, grid, index)
            row.combo.activated.connect(lambda at, row=row: self.wanted.emit(row.name, row.choices[at]))
            row.back.clicked.connect(lambda _checked=False, row=row: self.wanted.emit(row.name, MISSING))
        size = self.rows["size"].combo
        size.setEditable(True)
        size.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        line = size.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._size_typed)
        self.again = QPushButton("Look Again")
        self.again.setAccessibleName("Look at the data again")
        self.again.setToolTip(plain("Look at the files again; what you have set about them is kept"))
        self.again.clicked.connect(lambda _checked: self.again_wanted.emit())
        low = QHBoxLayout()
        low.addWidget(self.again)
        low.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(heading("How the data are read"))
        box.addWidget(self.where)
        box.addLayout(grid)
        box.addWidget(self.error)
        box.addLayout(low)
        self.error.hide()
        self.hide()

    def show_source(self, settings: SourceSettings, source: Source, look: OwnLook | None) -> None:
        """Show the options of a source; reasons and further choices are known of what was looked at."""
        self.where.setText(settings.path)
        reasons: Mapping[str, str] = look.found.reasons if look is not None else {}
        settled = look.wishes.options if look is not None else {}
        offers = _offers(source, settings, look) | _of_split(source, look)
        chosen = {"split", "split_column"} if look is not None and is_settled(look.wishes) else set[str]()
        fields = type(source).model_fields
        for name, row in self.rows.items():
            choices, value = offers.get(name, ((), None))
            described = fields[name].description if name in fields else ""
            tip = TIPS.get(name) or described or ""
            reason = look.kinds.get(settings.kind, "") if name == "kind" and look is not None else reasons.get(name, "")
            row.show_value(choices, value, own=name in chosen or name in settled, reason=reason, tip=tip)
        self._show_offers(source, look, reasons, settled)
        self.show_parts(self._parts)
        self.show()

    def _show_offers(
        self, source: Source, look: OwnLook | None, reasons: Mapping[str, str], settled: Mapping[str, object]
    ) -> None:
        """The options that the kind itself offers; rows are made when they are first needed."""
        offers = look.offers if look is not None and look.offers else source.offers()
        for name, row in self.own_rows.items():
            if name not in offers:
                row.show_value((), None)
        for name, offer in offers.items():
            if name not in self.own_rows:
                self._add_own_row(name, offer)
        self._order(list(offers))
        for name, offer in offers.items():
            row = self.own_rows[name]
            row.show_title(offer.title)
            described = type(source).model_fields[name].description or ""
            value = getattr(source, name)
            choices = offer.choices
            if offer.typed and all(value != one for _, one in choices):
                choices = ((f"{value:,}", value), *choices)
            row.show_value(choices, value, own=name in settled, reason=reasons.get(name, ""), tip=described)

    def _add_own_row(self, name: str, offer: Offer) -> None:
        row = self.own_rows[name] = OptionRow(name, self._grid, len(TITLES) + len(self.own_rows), offer.title)
        row.combo.activated.connect(lambda at: self.wanted.emit(name, row.choices[at]))
        row.back.clicked.connect(lambda _checked=False: self.wanted.emit(name, MISSING))
        if offer.typed:
            row.take_numbers(lambda number: self.wanted.emit(name, number))
        self._ordered = []

    def _order(self, names: list[str]) -> None:
        """The rows of these options one below the other, for the eye and for the Tab key."""
        if names == self._ordered:
            return
        self._ordered = names
        before: QWidget = self.rows["split_column"].back
        for index, name in enumerate(names):
            row = self.own_rows[name]
            row.place(self._grid, len(TITLES) + index)
            for widget in (row.combo, row.back):
                self.setTabOrder(before, widget)
                before = widget
        self.setTabOrder(before, self.again)

    def show_parts(self, words: str) -> None:
        """Say below the split how many samples each part gets."""
        self._parts = words
        first, second = self.rows["split"], self.rows["split_column"]
        first.reason.setText(words)
        first.reason.setVisible(bool(words) and not first.combo.isHidden() and second.combo.isHidden())
        second.reason.setText(words)
        second.reason.setVisible(bool(words) and not second.combo.isHidden())

    def _size_typed(self) -> None:
        """Height and width as they are typed: ``48 × 64``, ``48x64``, or one number for both."""
        row = self.rows["size"]
        sides = re.fullmatch(r"\s*(\d{1,4})\s*(?:[×xX*,;]\s*(\d{1,4}))?\s*", row.combo.currentText())
        now = row.combo.currentIndex()
        if sides is None:
            row.combo.setEditText(row.combo.itemText(now))
            return
        wanted = int(sides[1]), int(sides[2] or sides[1])
        if not row.combo.isHidden() and wanted != row.value:
            self.wanted.emit("size", wanted)

    def show_error(self, text: str) -> None:
        """Why what was wanted cannot be; empty: all is well."""
        self.error.setText(f"✕ {text}")
        self.error.setVisible(bool(text))


def _offers(source: Source, settings: SourceSettings, look: OwnLook | None) -> dict[str, tuple[Choices, Any]]:
    """Of each option that can be set now: (words, value) of what it may be, and what it is."""
    known = tuple(look.kinds) if look is not None else ()
    titles = kinds()
    names = known if settings.kind in known else (settings.kind, *known)
    offers: dict[str, tuple[Choices, Any]] = {
        "kind": (tuple((titles[name].title, name) for name in names), settings.kind)
    }
    able, now = targets(source)
    if able:
        several = ((", ".join(now), None),) if len(now) != 1 else ()
        target = now[0] if len(now) == 1 else None
        offers["target"] = ((*several, *((name, name) for name in able)), target)
    if isinstance(source, Table) and Path(settings.path).suffix.lower() in TEXT:
        offers |= {
            "separator": (SEPARATORS, source.separator),
            "decimal_comma": ((("1,234.5", False), ("1.234,5", True)), source.decimal_comma),
            "header": ((("column names", True), ("a row already", False)), source.header),
            "encoding": (tuple((name, name) for name in ENCODINGS), source.encoding),
        }
    if isinstance(source, Images):
        offers |= _of_images(source, look)
    return offers


def _of_split(source: Source, look: OwnLook | None) -> dict[str, tuple[Choices, Any]]:
    found = splitting_of(source, look.columns if look is not None else ())
    if found is None:
        return {}
    offers: dict[str, tuple[Choices, Any]] = {"split": (tuple((WAYS[way], way) for way in found.ways), found.way)}
    if found.column is not None:
        offers["split_column"] = (tuple((name, name) for name in found.columns), found.column)
    return offers


def _of_images(source: Images, look: OwnLook | None) -> dict[str, tuple[Choices, Any]]:
    sides = tuple((f"{side} × {side}", (side, side)) for side in SIDES)
    now = (f"{source.size[0]} × {source.size[1]}", source.size)
    offers: dict[str, tuple[Choices, Any]] = {
        "answers": (ANSWERS, source.answers),
        "size": (sides if now in sides else (now, *sides), source.size),
        "fit": (FITS, source.fit),
        "grey": ((("colour", False), ("grey", True)), source.grey),
    }
    inside = tuple((name, name) for name in (look.folders if look is not None else ()))
    if source.answers == "masks" and inside:
        offers["images_in"] = (inside, source.images_in)
        offers["masks_in"] = (inside, source.masks_in)
    if source.largest != LARGEST or (look is not None and any(note.code == "too-large" for note in look.found.notes)):
        offers["largest"] = (LIMITS, source.largest)
    if source.answers == "table":
        offers["table"] = (tuple((name, name) for name in (look.tables if look else ())), source.table)
        columns = look.columns if look is not None else (source.file_column or "", *source.label_columns)
        offers["file_column"] = (tuple((name, name) for name in columns), source.file_column)
        columns = tuple(name for name in columns if name != source.file_column)
        several = ((", ".join(source.label_columns), source.label_columns),) if len(source.label_columns) > 1 else ()
        offers["label_columns"] = (
            (*several, *((name, (name,)) for name in columns)),
            source.label_columns,
        )
        offers["task"] = (TASKS, source.task)
    return offers
