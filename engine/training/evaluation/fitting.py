"""Which metrics say nothing of the answers of a network, and why: plain Python, nothing is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from engine.data.binding import bind
from engine.data.dataset import DataError
from engine.data.fields import fields
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.metrics.tasks import Task, task
from engine.settings.data import DataConfig
from engine.settings.metrics import METRICS, MOST_CLASSES, Kind, MetricName
from engine.shapes import Report

KINDS: dict[Kind, str] = {"classes": "classes", "two": "one of two", "values": "numbers", "sequence": "sequences"}
NEEDS: dict[MetricName, str] = {
    "top5_accuracy": "needs more than 5 classes",
    "exact_match": "needs several positions in an answer",
    "confusion_matrix": f"needs {MOST_CLASSES} classes at most",
}
"""What a metric needs beside the right kind of answer."""


def unfit(graph: Graph, report: Report, data: DataConfig) -> dict[MetricName, str]:
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
    return {name: _why(name, jobs) for name in METRICS if name not in useful} if jobs else {}


def _why(name: MetricName, jobs: Sequence[Task]) -> str:
    wanted = METRICS[name].tasks
    if any(job.kind in wanted for job in jobs) and name in NEEDS:
        return NEEDS[name]
    return f"for {' or '.join(KINDS[kind] for kind in KINDS if kind in wanted)}"
