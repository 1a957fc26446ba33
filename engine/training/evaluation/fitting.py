"""Which metrics say nothing of the answers of a network, and why: plain Python, nothing is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from engine import metrics
from engine.data.binding import bind
from engine.data.dataset import DataError
from engine.data.fields import fields
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.metrics.metric import Metric
from engine.metrics.task import Kind, Task
from engine.settings.data import DataConfig
from engine.shapes import Report
from engine.training.evaluation.tasks import task

KINDS: dict[Kind, str] = {"classes": "classes", "two": "one of two", "values": "numbers", "sequence": "sequences"}


def unfit(graph: Graph, report: Report, data: DataConfig) -> dict[str, str]:
    """Metric → why it fits none of the Outputs, a few words; nothing while no Output can be judged yet."""
    try:
        known = fields(data)
        targets = bind(graph, report, known).targets
    except DataError:  # said by the problems
        return {}
    jobs = list[Task]()
    for node_id, name in targets.items():
        layer = report.layer(node_id)
        if isinstance(layer, Output):
            jobs.append(task(layer, report.inputs[node_id][0], known[name]))
    useful = {name for job in jobs for name in job.fitting()}
    return {metric.name: _why(metric, jobs) for metric in metrics.all() if metric.name not in useful} if jobs else {}


def _why(metric: type[Metric], jobs: Sequence[Task]) -> str:
    if metric.needs and any(job.kind in metric.kinds for job in jobs):
        return metric.needs
    return f"for {' or '.join(KINDS[kind] for kind in KINDS if kind in metric.kinds)}"
