"""A network that no run has trained: with weights from a file it can be asked as the network of a run can."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.data.pipeline import prepare, unfilled
from engine.graph import Graph
from engine.inside.images_as_expected import given, with_images
from engine.inside.trained import Trained
from engine.settings.resolution import SettingFault, resolve_settings
from engine.training.plan import check
from engine.training.status import TrainingError
from engine.training.steps.assembly import build
from engine.training.steps.device import settled
from engine.weights.chosen import begin_with


def open_network(graph: Graph) -> Trained:
    """The network of a project with the weights that it begins with, prepared by its own data, ready to be asked.

    Without data, a classifier of images is asked about images as its weights expect them: those of files of one's own.
    Raises TrainingError where it has no weights, or nothing says how samples are prepared, WeightsError where they
    cannot be read, and DataError.
    """
    settings = resolve_settings(graph)
    said = ""
    if not isinstance(settings, SettingFault):
        data, training = settings
        if training.weights is None:
            raise TrainingError(
                f"{graph.name} has no weights yet: give a run, or a file with --weights.", setting="training.weights"
            )
        if not data.chosen:
            graph, said = with_images(graph, training.weights)
    plan, device = check(graph), torch.device("cpu")
    prepared = unfilled(plan.data, given(plan.data)) if said else prepare(plan.data, device)
    with settled(1):  # new weights are drawn first, and a training in this process is not to notice
        network = build(plan, prepared, device).network
    assert plan.training.weights is not None
    note, _ = begin_with(network.module, plan.training.weights, plan.source.attributes)
    network.module.eval()
    return Trained(
        Path(plan.training.weights.path), plan, prepared, network, device, f"{note} {said}".strip(), bool(said)
    )
