"""The contrastive loss of CLIP, drawn: each image among all texts of the batch, each text among all images."""

from __future__ import annotations

from engine.graph import Graph
from presets.attention.heads import along, connect

TEMPERATURE = 2.6592600369327783
"""ln(1 / 0.07), where it starts."""


def contrast(graph: Graph, image: str, text: str) -> None:
    """Cross-entropy of finding the right partner: ln Σ exp(score of all) − score of the right one, in both directions.

    ``image`` and ``text`` are vectors of length 1, (N, d). A batch of one has nothing to compare with: its loss is 0.
    Radford et al. 2021, figure 3; van den Oord et al. 2018, https://arxiv.org/abs/1807.03748
    """
    start = graph.add("Parameter", name="temperature", shape=(1,), init="constant", value=TEMPERATURE)
    scale = along(graph, start, ("Exp", {"name": "scale"}))
    alike = _joined(graph, "Multiply", image, text, name="product")
    right = _joined(graph, "Multiply", along(graph, alike, ("Sum", {"name": "cosine"})), scale, name="right_score")
    for name, mine, theirs in (("image", image, text), ("text", text, image)):
        cosines = graph.add("MatMul", name=f"{name}_cosines", transpose=True)
        connect(graph, mine, cosines)
        connect(graph, theirs, cosines)
        scores = _joined(graph, "Multiply", cosines, scale, name=f"{name}_scores")
        all_scores = along(graph, scores, ("LogSumExp", {"name": f"{name}_all"}))
        missed = _joined(graph, "Subtract", all_scores, right, name=f"{name}_missed")
        along(graph, missed, ("Output", {"name": f"{name}_loss", "loss": "value", "weight": 0.5}))
    for name, vectors in (("image", image), ("text", text)):
        along(graph, vectors, ("Output", {"name": f"{name}_vector", "loss": None}))


def _joined(graph: Graph, kind: str, first: str, second: str, name: str) -> str:
    node = graph.add(kind, name=name)
    connect(graph, first, node)
    connect(graph, second, node)
    return node
