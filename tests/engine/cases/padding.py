"""Layers that put cells around the input, or cut some off."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from engine.spec import Spec
from tests.engine.cases.case import Case, Drawing, Trial

LETTERS = ["1d", "2d", "3d"]


def sides(trial: Trial, padded: int) -> list[tuple[int, int, int]]:
    """(size, before, behind) of the padded axes, the last one first; empty where the parameters make none."""
    given, shape = trial.parameters["padding"], trial.bound()[0].shape
    flat = (given,) * (2 * padded) if isinstance(given, int) else given
    return list(zip(reversed(shape), flat[::2], flat[1::2], strict=False))


def empty(padded: int) -> Callable[[Trial], str]:
    def stricter(trial: Trial) -> str:
        if any(size + before + behind == 0 for size, before, behind in sides(trial, padded)):
            return "torch gives an axis without a cell, from which nothing can be computed"
        return ""

    return stricter


def constant(padded: int) -> Callable[[Trial], str]:
    def stricter(trial: Trial) -> str:
        return "it would pad the batch" if trial.inputs[0].rank == padded else empty(padded)(trial)

    return stricter


def circular(padded: int) -> Callable[[Trial], str]:
    def stricter(trial: Trial) -> str:
        for size, before, behind in sides(trial, padded):
            if max(before, behind) > size + min(before, 0) + min(behind, 0):
                return "torch copies cells that it has not written yet"
        return empty(padded)(trial)

    return stricter


def case(padded: int, stricter: Callable[[Trial], str]) -> Case:
    cell = st.sampled_from([0, 0, 1, 1, 1, 2, 2, 3, -1, -1, -2, -4])

    def inputs(d: Drawing) -> list[Spec]:
        axes = [d.axis(2, 4, 5, 6, 7, 8) for _ in range(padded)]
        return [d.batched(*axes) if d.draw(st.integers(0, 3)) == 0 else d.batched(d.axis(1, 2, 3, 4), *axes)]

    return Case(
        likely={
            "padding": st.one_of(st.sampled_from([1, 1, 2, 3, -1, -2]), st.tuples(*[cell] * (2 * padded))),
            "value": st.sampled_from([0.0, 0.0, 0.0, 1.5, 1.5, -2.0, 7, 1e30, -1e39]),
        },
        inputs=inputs,
        stricter=stricter,
    )


KINDS = {"Zero": constant, "Constant": constant, "Reflection": empty, "Replication": empty, "Circular": circular}
CASES = {f"{kind}Pad{n}d": case(n, reason(n)) for kind, reason in KINDS.items() for n in (1, 2, 3)}
