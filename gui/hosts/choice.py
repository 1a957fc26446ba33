"""Which host a training gets: a thread of the window's process, or a separate process."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from engine import cost, project
from engine.data.dataset import DataError
from engine.data.origin import declared
from engine.graph import Graph
from engine.project import ProjectError
from engine.settings.resolution import SettingFault, resolve_settings
from engine.shapes import infer
from engine.training.runs.folder import PROJECT
from gui.hosts.host import Host, ThreadHost
from gui.hosts.process_host import ProcessHost
from gui.preference_list import HOST
from gui.preferences import HostName

SHORT_STEP: Final = 20_000_000
"""Multiply-adds of one forward pass of a batch below which a separate process is the faster host.

Measured on two cores, steps a second with the Train page shown over those of a plain script (`tests/benchmarks/
test_hosts.py`), thread and process: 0.94 and 0.98 at 0.1 million (0.3 ms a step), 0.96 and 0.98 at 6.6 (0.85 ms), 0.97
and 0.99 at 77 (5.8 ms), 1.00 and 1.00 at 430 (26 ms).
"""
MANY_STEPS: Final = 100_000
"""Steps from which on that makes up for the two seconds in which a process loads what the window has loaded."""
PARAMETER: Final = HOST.parameter


def host(graph: Graph, wanted: HostName, *, resume: Path | None = None, weights_of: Path | None = None) -> Host:
    """A host for a run of this graph, or for a run to resume: the one that is wanted, or chosen by rule."""
    if wanted == "process" or (wanted == "auto" and pays(graph, resume)):
        return ProcessHost(graph, resume=resume, weights_of=weights_of)
    return ThreadHost(graph, resume=resume, weights_of=weights_of)


def pays(graph: Graph, resume: Path | None = None) -> bool:
    """Whether a run has so short and so many steps that a separate process is worth its start.

    A rule of the network and its settings alone, so that the same project always gets the same host.
    """
    try:
        if resume is not None:
            graph = project.load_own(resume, PROJECT)
        settings = resolve_settings(graph)
        if isinstance(settings, SettingFault):
            return False
        data, training = settings
        samples = declared(data).samples
    except (ProjectError, DataError):  # the host that is taken will say it
        return False
    batch = min(data.size(samples), samples)
    steps = training.epochs * -(-data.split.counts(samples)[0] // batch)
    return steps >= MANY_STEPS and cost.total(graph, infer(graph)).multiply_adds * batch < SHORT_STEP
