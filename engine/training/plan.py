"""Everything a training needs that can be known without torch, or why it cannot begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine import cost
from engine.data.binding import Binding, bind
from engine.data.datasets import DataError, Field
from engine.data.fields import fields, training_samples
from engine.graph import Graph
from engine.settings.data import DataConfig
from engine.settings.resolution import SettingFault, resolve_settings
from engine.settings.training import TrainingConfig
from engine.shapes import Report, infer
from engine.source import Source, SourceError, source
from engine.training.status import TrainingError


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """A graph that can be trained: its settings, source and shapes, and how it is joined to the data.

    ``at_once`` is the work of one matrix product of a full batch (`cost.work_at_once`), ``samples`` how many there are
    to learn from. ``own_units``: metrics of numbers that are standardised count in the units of the data.
    """

    graph: Graph
    data: DataConfig
    training: TrainingConfig
    report: Report
    source: Source
    fields: Mapping[str, Field]
    binding: Binding
    at_once: int
    samples: int
    own_units: bool = True

    @property
    def standardised_targets(self) -> bool:
        """Whether an Output learns numbers that are standardised."""
        done = {transform.field for transform in self.data.transforms if transform.name == "standardise"}
        return not done.isdisjoint(self.binding.targets.values())

    @property
    def raw_inputs(self) -> tuple[str, ...]:
        """The fields of numbers that Inputs read and nothing standardises."""
        done = {transform.field for transform in self.data.transforms if transform.name == "standardise"}
        names = (name for name in self.binding.inputs.values() if self.fields[name].dtype == "float32")
        return tuple(name for name in dict.fromkeys(names) if name not in done)


def check(graph: Graph) -> TrainingPlan:
    """The plan for a graph. Raises TrainingError with the first thing the user has to fix."""
    from engine.problems import find

    settings = resolve_settings(graph)
    if isinstance(settings, SettingFault):
        raise TrainingError(settings.message, setting=settings.path)
    data, training = settings
    for problem in find(graph):
        if problem.severity == "error":
            raise TrainingError(problem.message, node=problem.node, inside=problem.inside, setting=problem.setting)
    try:
        report = infer(graph)
        known = fields(data)
        binding = bind(graph, report, known)
        _check_lengths(graph, report, data, known, binding)
        written = source(graph, report)
        samples, _ = training_samples(data)
    except (DataError, SourceError) as error:
        raise TrainingError(str(error), about=error.about) from error
    work = cost.work_at_once(graph, report, min(data.size(samples), samples))
    return TrainingPlan(graph, data, training, report, written, known, binding, work, samples)


def _check_lengths(
    graph: Graph, report: Report, data: DataConfig, known: Mapping[str, Field], binding: Binding
) -> None:
    """Raises DataError where an Input wants samples of one length, and batches are to have each their own."""
    for node_id, name in binding.inputs.items() if data.buckets is not None else ():
        (spec,) = report.outputs[node_id].values()
        shape = spec.shape[1:]
        if known[name].free and isinstance(shape[0], int):
            raise DataError(
                f"{graph.nodes[node_id].name} (Input) takes {shape[0]:,} steps, but with data.buckets each batch has "
                f"the length of its own longest sample: set the shape of the Input to ({known[name].free!r},), or "
                "data.buckets to none.",
                node=node_id,
            )
