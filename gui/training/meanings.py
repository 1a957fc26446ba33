"""What stands beside the fields of the settings: what "none" means here, what is usual, what is really taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.data.dataset import DataError
from engine.data.fields import training_samples
from engine.graph import Graph
from engine.layers.parameters import unparse
from engine.settings.data import DataConfig
from engine.settings.optimizers import LBFGS
from engine.settings.resolution import SettingFault, resolve_settings
from engine.settings.schedules import Cosine, Cyclic, OneCycle, Polynomial
from engine.settings.training import TrainingConfig
from engine.training.evaluation.fitting import unfit
from gui.document import Document
from gui.forms.sections import raw

LR = ("training", "optimizer", "lr")


@dataclass(frozen=True, slots=True)
class Meanings:
    """By the path of a setting: what an empty field stands for, and a line below it; and metrics that do not fit."""

    stand_ins: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)


def meanings(document: Document) -> Meanings:
    """What there is to say of the settings as they are; nothing while they are at fault."""
    settings = resolve_settings(document.project)
    if isinstance(settings, SettingFault):
        return Meanings(hints=data_hints(document))
    data, training = settings
    hints = data_hints(document)
    usual = type(training.optimizer).model_fields["lr"].default
    if isinstance(raw(document, LR), (int, float)) and training.optimizer.lr != usual:
        hints[".".join(LR)] = f"Usual for {training.optimizer.name}: {unparse(usual)} (↺ takes it)"
    missing = {} if not data.chosen else unfit(document.project, document.whole.report, data)
    return Meanings(stand_ins(training), hints, {str(name): why for name, why in missing.items()})


def stand_ins(training: TrainingConfig) -> dict[str, str]:
    """What the program takes for what is left open: as `engine.training.steps.optimization` does."""
    schedule, optimizer = training.schedule, training.optimizer
    found: dict[str, str] = {}
    if isinstance(schedule, (Cosine, Polynomial)):
        every = f"all {training.epochs} epochs" if training.epochs > 1 else "all epochs"
        name = "T_max" if isinstance(schedule, Cosine) else "total_iters"
        found[f"schedule.{name}"] = "all steps" if schedule.interval == "step" else every
    if isinstance(schedule, (OneCycle, Cyclic)):
        found["schedule.max_lr"] = f"{unparse(optimizer.lr)}, as above"
    if isinstance(schedule, Cyclic):
        found["schedule.base_lr"] = f"{(schedule.max_lr or optimizer.lr) / 10:.6g}"
        found["schedule.step_size_down"] = unparse(schedule.step_size_up)
    if isinstance(optimizer, LBFGS):
        found["optimizer.max_eval"] = str(optimizer.max_iter * 5 // 4)
    return {f"training.{path}": text for path, text in found.items()}


def data_hints(document: Document) -> dict[str, str]:
    """What there is to know about the split and the batches."""
    alone = Graph()
    alone.settings["data"] = document.project.settings.get("data", {})
    settings = resolve_settings(alone)
    if isinstance(settings, SettingFault) or not settings[0].chosen:
        return {}
    said = {"data.batch_size": batch_hint(settings[0])}
    if (folds := settings[0].split.folds) is not None:
        said["data.split.validation"] = f"with {folds} folds it is one of them, in turn; the table shows the first"
    return {path: words for path, words in said.items() if words}


def batch_hint(data: DataConfig) -> str:
    """Where the training part makes no more than one batch: that it does."""
    try:
        count, exact = training_samples(data)
    except DataError:  # said by the problems
        return ""
    if data.batch_size is not None and data.batch_size < count:
        return ""
    many = f"{'' if exact else 'about '}{count:,} samples"
    if data.drop_last and data.size(count) > count:
        return f"{many} fill no batch, and drop_last leaves it out"
    return f"{many}: all in one batch"
