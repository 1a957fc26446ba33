"""Sums of products over named axes."""

from __future__ import annotations

import torch
from hypothesis import strategies as st

from engine.spec import BATCH, Spec
from tests.engine.cases.activation import whole_numbers
from tests.engine.cases.case import Case, Drawing, Trial

EQUATIONS = (
    *("bij,bjk->bik", "bi,bi->b", "bi,bj->bij", "bi,ij->bj", "bhid,bhjd->bhij", "bi,ij,bj->b", "bii->bi", "bi->b"),
    *("bij->bji", "bij,bjk", "bi,i->bi", "bid,d->bi", "bij->b", "bcij,ck->bkij"),
    *("...ij,jk->...ik", "...i,...i->...", "b...,b->b...", "bi...,...->b...", "...d,de", "b...->b", "...i->i..."),
    *("bi,ai->bi", "bi,ai->ba", "bi,ai->ai"),
)


def fitting(drawing: Drawing) -> list[Spec]:
    """Inputs whose axes mostly have the sizes of their letters; a and b are the batch."""
    sizes = {"a": BATCH, "b": BATCH} | {letter: drawing.axis() for letter in "cdehijk"}
    others = [BATCH, drawing.axis(), drawing.axis()]
    specs: list[Spec] = []
    for term in drawing.typed["equation"].partition("->")[0].split(","):
        before, rest, behind = term.partition("...")
        many = others[drawing.draw(st.integers(1 if before else 0, 3)) :] if rest else []
        shape = [sizes.get(letter, 2) for letter in before] + many + [sizes.get(letter, 2) for letter in behind]
        if shape and drawing.draw(st.integers(0, 8)) == 0:
            shape[-1] = drawing.axis(1, 1, 3, open_=False)
        specs.append(Spec(tuple(shape)))
    return specs


def summed(*tensors: torch.Tensor, equation: str) -> torch.Tensor:
    return torch.einsum(equation, *tensors)


def other_numbers(trial: Trial) -> str:
    return next((reason for spec in trial.inputs if (reason := whole_numbers(Trial(trial.cls, {}, (spec,), {})))), "")


CASES = {
    "Einsum": Case(
        likely={
            "equation": st.one_of(
                st.sampled_from(EQUATIONS),
                st.sampled_from(EQUATIONS),
                st.sampled_from(("bi,bi->c", "bi->bb", "bi,,->b", "b1", "......i", "b...i...->b", "..i")),
            )
        },
        inputs=fitting,
        function=summed,
        stricter=other_numbers,
        open_refused=True,
        exemplar=(Spec((BATCH, 6, 9)), Spec((BATCH, 9, 7))),
        flops=False,  # torch counts none where the letter that is summed over stands for 1
    ),
}
