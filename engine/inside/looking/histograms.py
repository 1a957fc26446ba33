"""Histograms: how the numbers of a layer were spread at each state that the run has stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from engine.inside.looking.inspector import Inspector
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Histograms
from engine.inside.looking.samples import first
from engine.inside.looking.states import StoredState, states_of, steps_of

SAMPLES: Final = 64
KEEP: Final = "With training.checkpoint.keep_all every state stays, and the histograms show the whole training."


def refuses(question: Question) -> str:
    """It needs numbers."""
    layer = question.the_layer()
    return "" if layer.dtype == "float32" else f"{layer.name} answers {layer.dtype}: its numbers have no histogram."


def compute(question: Question) -> Iterator[Step]:
    """Answers to the first 64 samples of the part, with the weights of every stored state, in bins of equal width."""
    layer, trained = question.the_layer(), question.trained
    states: list[StoredState | None] = [*states_of(trained.folder)] or [None]
    batch, found = first(trained, question.part, SAMPLES), list[np.ndarray]()
    bins, steps, note = int(question.number("bins")), list[int](), ""
    if states == [None]:
        note = f"The run has stored no state on its way: these are the weights it has now. {KEEP}"
    elif len(states) < 3:
        note = f"The run has stored {len(states)} state{'s' if len(states) > 1 else ''}. {KEEP}"
    for number, state in enumerate(states):
        inspector = Inspector(trained, None if state is None else state.weights())
        found.append(inspector.run(batch, [layer.id]).values[layer.id].flatten().numpy(force=True))
        steps.append(steps_of(trained.folder) if state is None else state.step)
        low, high = min(float(one.min()) for one in found), max(float(one.max()) for one in found)
        edges = np.linspace(low, high if high > low else low + 1, bins + 1)
        counts = np.stack([np.histogram(one, edges)[0] for one in found])
        facts = (
            ("samples", str(len(next(iter(batch.values()))))),
            ("last mean ± deviation", f"{found[-1].mean():.4g} ± {found[-1].std():.4g}"),
            ("last share of exact zeros", f"{100 * float((found[-1] == 0).mean()):.3g} %"),
        )
        yield Step((number + 1) / len(states), Histograms(tuple(steps), edges, counts), facts, note)


METHOD = Method(
    id="histograms",
    title="Histograms over training",
    help="How the layer's answers are spread at every stored state (Glorot and Bengio 2010, AISTATS).",
    needs=frozenset({"layer", "part"}),
    refuses=refuses,
    compute=compute,
    options=(Option("bins", "Bins", "bins of equal width", 40, low=2, high=500),),
)
