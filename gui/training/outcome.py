"""How a run ended, on the Train page: what is said of it, and the fix that leads further."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from engine import own_files
from engine.edits import SetSetting
from engine.errors import About
from engine.graph import Graph, GraphError
from engine.settings.optimizers import smaller_rate
from engine.settings.resolution import SettingFault, resolve_settings
from engine.training.history import History
from engine.training.runs.folder import METRICS, WEIGHTS
from engine.training.status import Result, Status
from gui.document import Document
from gui.hosts.host import Host
from gui.training.banner import FIX_TIP, Banner, EmptyPlots
from gui.training.folds_words import sentence_of
from gui.training.words import result_text

CHANGED = "Resume with Changed Data"
CHANGED_TIP = "Resume this run from its last stored state, with its data as they are now"


@dataclass(frozen=True, slots=True)
class FixLink:
    """Where something is fixed: a setting (``data.path``), a node or a run; ``label`` is what a button calls it."""

    label: str
    setting: str = ""
    node: str = ""
    run: Path | None = None


class Outcome(QObject):
    """Fills the banner, and the empty page where nothing was trained; asks for what their buttons offer."""

    setting_wanted = Signal(str)
    node_wanted = Signal(tuple, str)
    changed_data_wanted = Signal(object)
    """A run is to be resumed with its data as they are now."""
    longer_wanted = Signal(object)
    """The folder of a run that is to be trained longer."""
    results_wanted = Signal(object)
    """The folder of a run whose results are to be seen."""
    message = Signal(str)

    def __init__(self, document: Document, train: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.banner, self.empty = Banner(), EmptyPlots()
        self._document, self._train = document, train
        self._link: FixLink | None = None
        self._lr = math.nan
        self._run: Path | None = None
        self.banner.results_wanted.connect(self._results)
        self.banner.longer_wanted.connect(self._longer)
        self.banner.again_wanted.connect(self._again)
        self.banner.fix_wanted.connect(self._fix)
        self.empty.wanted.connect(self._fix)

    def show_preflight(self, sentence: str) -> None:
        """What was seen before the first step, until the run has ended."""
        self.banner.show_result("running", sentence)

    def show_held(self, status: Status) -> None:
        """Say which data a run waits for, with a way to resume it; nothing once it continues."""
        if status.about.file is None:
            self.banner.hide()
            return
        self.banner.show_result("paused", f"Paused: {status.message}", resumable=True)

    def show(self, result: Result, host: Host, *, others: bool) -> None:
        """Say how a run ended; ``others`` says that the curves of other runs are shown."""
        text = " ".join(filter(None, (result_text(result), sentence_of(result.run))))
        self._link, self._lr, self._run = None, math.nan, result.run
        if result.state == "failed":
            changed = result.about.reason == "changed-data"
            self._link = FixLink(CHANGED, run=result.run) if changed else fix_link(result.about, self._document.project)
            self._lr = self._other_rate(host.history)
        fix = "" if self._link is None else self._link.label
        if refused(result, host.history):
            self.empty.show_refused(text, fix)
            if not others:
                self.banner.hide()
                return
        again = f"Train Again with {self._lr:g}" if math.isfinite(self._lr) else ""
        resumable = (result.state == "stopped" and own_files.is_file(result.run, METRICS)) or (
            result.state == "failed" and _kept(result) and result.about.reason != "changed-data"
        )
        tip = FIX_TIP if self._link is None or self._link.run is None else CHANGED_TIP
        self.banner.show_result(
            result.state,
            text,
            resumable=resumable and not again,
            again=again,
            fix="" if again else fix,
            tip=tip,
            results=result.state in ("finished", "stopped") and own_files.is_file(result.run, WEIGHTS),
        )

    def _other_rate(self, history: History) -> float:
        """The learning rate to train again with, where a run failed because of its own; NaN where it did not."""
        rate, settings = diverged_at(history), resolve_settings(self._document.project)
        if not math.isfinite(rate) or isinstance(settings, SettingFault):
            return math.nan
        optimizer = settings[1].optimizer
        smaller = smaller_rate(optimizer, rate)
        return optimizer.lr if optimizer.lr <= smaller else smaller

    def _longer(self) -> None:
        if self._run is not None:
            self.longer_wanted.emit(self._run)

    def _results(self) -> None:
        if self._run is not None:
            self.results_wanted.emit(self._run)

    def _again(self) -> None:
        settings = resolve_settings(self._document.project)
        if isinstance(settings, SettingFault) or settings[1].optimizer.lr != self._lr:
            try:
                self._document.apply(SetSetting(("training", "optimizer", "lr"), self._lr))
            except GraphError as error:
                self.message.emit(str(error))
                return
        self._train()

    def _fix(self) -> None:
        if self._link is not None:
            if self._link.run is not None:
                self.changed_data_wanted.emit(self._link.run)
            elif self._link.setting:
                self.setting_wanted.emit(self._link.setting)
            else:
                self.node_wanted.emit((), self._link.node)


def refused(result: Result, history: History) -> bool:
    """Whether nothing was trained: what had to be fixed first was said instead."""
    return result.state == "failed" and not history.names() and not _kept(result)


def _kept(result: Result) -> bool:
    """Whether the folder of a run holds any curves: also those of a run that could not be resumed."""
    return own_files.is_file(result.run, METRICS) and own_files.size_of(result.run, METRICS) > 0


def diverged_at(history: History) -> float:
    """The learning rate at which a run ended whose last loss was not a number; NaN where it was one."""
    for name in ("train/loss", "validation/loss"):
        if not math.isfinite(_last(history, name, 0.0)):
            return _last(history, "train/lr", math.nan)
    return math.nan


def _last(history: History, name: str, otherwise: float) -> float:
    """The newest value of a series."""
    values = history.series(name)[1].tolist() if name in history.names() else []
    return float(values[-1]) if values else otherwise


def fix_link(about: About, graph: Graph) -> FixLink | None:
    """Where that is fixed which a message is about: its layer, as long as it is drawn, else its setting."""
    node, setting = graph.nodes.get(about.node or ""), about.setting
    if node is not None:
        return FixLink(f"Show {node.name}", node=node.id)
    if setting is None:
        return None
    if setting == "data" or (setting.startswith("data.") and setting != "data.batch_size"):
        return FixLink("Open the Data page", setting="data.dataset" if setting == "data" else setting)
    return FixLink("Show the setting", setting=setting)
