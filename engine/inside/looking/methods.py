"""Every way of looking into a network, in the order of the menu."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Final

from engine.inside.looking import (
    arithmetic,
    embeddings,
    feature_maps,
    filters,
    gates,
    grad_cam,
    histograms,
    integrated_gradients,
    maximise,
    neighbours,
    occlusion,
    partial_dependence,
    pca,
    permutation_importance,
    positions,
    saliency,
    templates,
    time_gradients,
    tsne,
)
from engine.inside.looking.attending import maps, on_image
from engine.inside.looking.errors import LookingError
from engine.inside.looking.method import Method, Question, Step
from engine.nearest import hint
from engine.training.steps.device import choose_threads, settled

METHODS: Final[tuple[Method, ...]] = tuple(
    module.METHOD
    for module in (
        feature_maps,
        grad_cam,
        saliency,
        integrated_gradients,
        occlusion,
        filters,
        maximise,
        arithmetic,
        maps,
        on_image,
        positions,
        embeddings,
        gates,
        time_gradients,
        templates,
        neighbours,
        pca,
        tsne,
        histograms,
        permutation_importance,
        partial_dependence,
    )
)


def method(id: str) -> Method:
    """The method with this id. Raises LookingError with a likely one."""
    known = {one.id: one for one in METHODS}
    if id not in known:
        raise LookingError("option", f"There is no method named {id!r}; {hint(id, known)}")
    return known[id]


def in_turns(steps: Iterator[Step], threads: int = 1) -> Iterator[Step]:
    """The same steps beside a training in this process: each waits for its turn and leaves torch as it was."""
    apart = False
    while True:
        with nullcontext() if apart else settled(threads):
            step = next(steps, None)
        if step is None:
            return
        apart = step.apart
        yield step


def looks(one: Method, question: Question) -> Iterator[Step]:
    """The results of a method, finer and finer, step by step in turns with a training in this process."""
    threads = choose_threads(None, question.trained.plan.at_once)
    yield from in_turns(one.looks(question), threads)
