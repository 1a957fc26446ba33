"""Saliency: how strongly the answer changes with each number of the input."""

from __future__ import annotations

from collections.abc import Iterator

from engine.inside.looking.attribution import explained, gradients, no_reason, score_facts, shown
from engine.inside.looking.method import Method, Question, Step


def compute(question: Question) -> Iterator[Step]:
    """|∂score/∂x|, of the channels of a pixel the largest; of a token the length of its Embedding's gradient."""
    known = explained(question)
    yield Step(0.3)
    _, found = gradients(question, known.target, known.starts)
    unit = f"slope of {known.target.name(question.trained)}"
    yield Step(1.0, shown(question, found, signed=False, unit=unit), score_facts(question, known))


METHOD = Method(
    id="saliency",
    title="Saliency",
    help="The slope of the answer at each pixel, token or column (Simonyan et al. 2014, arXiv:1312.6034).",
    needs=frozenset({"sample", "target"}),
    refuses=no_reason,
    compute=compute,
    about="sample",
)
