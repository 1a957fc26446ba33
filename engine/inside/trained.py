"""A run whose network is asked: the network with the weights it has found, and its data as it has seen them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import torch

from engine import project
from engine.data.dataset import MissingFiles
from engine.data.fingerprint import fingerprint
from engine.data.origin import declared, others
from engine.data.pipeline import Part, PartName, Prepared, of_others, prepare, unfilled
from engine.settings.data import DataConfig, SourceSettings
from engine.training.evaluation.network import Network
from engine.training.plan import TrainingPlan, check
from engine.training.runs.folder import PROJECT, RunError
from engine.training.runs.preparation import stored
from engine.training.runs.run_info import read
from engine.training.runs.stored import parent_of
from engine.training.status import TrainingError
from engine.training.steps.assembly import build
from engine.training.steps.computing import of_run
from engine.training.steps.device import settled
from engine.training.steps.device_memory import room_for_data

AT_ONCE: Final = 32
"""Samples that go through the network together where it has none of its own and no size of a batch is chosen."""
NOT_NUMBERS: Final = (
    "The network answers NaN, no number: where its training failed so, its answers say nothing. Train again with a "
    "smaller learning rate."
)


@dataclass(frozen=True, slots=True)
class Trained:
    """``network`` has the weights of the run in ``folder``; ``note`` says where those are not from its end.

    It also says where the data have changed since.
    """

    folder: Path
    plan: TrainingPlan
    data: Prepared
    network: Network
    device: torch.device
    note: str = ""
    data_gone: bool = False
    """Whether its own data are not there any more, so that its parts are empty."""

    @property
    def config(self) -> DataConfig:
        """The data section of the project as it was trained."""
        return self.plan.data

    def part(self, name: PartName) -> Part:
        """A part of the data it was trained with. Raises TrainingError where that is empty."""
        part = self.data.part(name)
        if not len(part) and self.data_gone:
            raise TrainingError(
                "It has no samples of its own here, so it can be judged by other data only (--data PATH, or Other file "
                "… in the window).",
                setting="data.source.path",
            )
        if not len(part):
            raise TrainingError(f"The split of this run leaves nothing for {name}.", setting="data.split")
        return part

    def others(self, path: Path) -> Part:
        """The samples with their answers in other files of the same kind as its own. Raises DataError, TrainingError.

        They are read with the options of the project, and transformed by what was learnt from its training part.
        """
        samples = others(self.elsewhere(path))
        wanted = {name: samples.arrays[name] for name in self.network.fields}
        return of_others(self.config, self.data, wanted, self.device)

    def elsewhere(self, path: Path) -> DataConfig:
        """The data section with other files in place of its own. Raises TrainingError for a dataset on board."""
        source = self.config.source
        if source is None:
            raise TrainingError(
                "This run has learned from a dataset on board: only data of one's own can be another file.",
                setting="data.dataset",
            )
        there = SourceSettings(kind=source.kind, path=str(path.absolute()), options=source.options)
        return self.config.model_copy(update={"source": there})

    def size(self) -> int:
        """Samples that go through the network together."""
        return self.config.size(len(self.data.train)) or AT_ONCE


def open_run(
    folder: Path,
    device: torch.device | str = "cpu",
    weights: Mapping[str, torch.Tensor] | None = None,
    *,
    as_exported: bool = False,
) -> Trained:
    """The network of a run with its weights and data, ready to be asked.

    ``weights`` are taken instead of the stored ones: those of a running one at this moment (`Trainer.weights`). It
    rounds as in the training, whose kernels depend on how images lie in memory, or ``as_exported``: as its exports do.
    Raises RunError for what is wrong with the folder, ProjectError, TrainingError and DataError for its project.
    """
    info = read(folder)
    graph, target = project.load(folder / PROJECT), torch.device(device)
    plan = of_run(info, check(graph))
    if as_exported:
        plan = replace(plan, training=plan.training.model_copy(update={"channels_last": False}))
    data, gone = _prepared(folder, plan.data, target)
    with settled(1):  # new weights are drawn first, and a training in this process is not to notice
        network = build(plan, data, target).network
    parent = parent_of(folder) if weights is None else None
    notes = list(filter(None, (parent.note if parent is not None else "", gone)))
    if not gone and info.data and info.data != fingerprint(plan.data):
        notes.append(
            f"The data {declared(plan.data).name!r} have changed since the run in {folder} was trained: its parts may "
            "hold samples it has learned from."
        )
    try:
        network.module.load_state_dict(dict(weights or {}) if parent is None else dict(parent.weights))
    except RuntimeError as error:
        raise RunError(f"The weights in {folder} do not fit its network: the run is damaged.") from error
    network.module.eval()
    return Trained(folder, plan, data, network, target, " ".join(notes), bool(gone))


def _prepared(folder: Path, config: DataConfig, device: torch.device) -> tuple[Prepared, str]:
    """The data of a run, prepared by what its transforms had learnt; without samples where own data are gone, and why.

    Raises RunError and DataError.
    """
    learnt = stored(folder, config)
    try:
        return prepare(config, device, room_for_data(device), learnt), ""
    except MissingFiles as error:
        if config.source is None or learnt is None:
            raise
        return unfilled(config, learnt), f"{error} Until then the network can be asked about other files alone."
