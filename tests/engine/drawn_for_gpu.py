"""Draws layers and losses for the tests of a GPU, which have no hypothesis: `python -m tests.engine.drawn_for_gpu`.

They are drawn as for the tests here, always the same ones, and stored in ``tests/gpu/draws``, a line each. Floats are
not stored: `tests.gpu.drawn` draws them from a seed. To be run again when a layer or a loss has been added.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable
from typing import Any

import torch
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from engine.layers.layer import Layer
from engine.spec import UNWIRED
from tests.engine import oracle
from tests.engine.cases import Trial
from tests.engine.draws import COMPUTING, trials
from tests.engine.random_layers import small
from tests.engine.test_layers_run import fitting
from tests.engine.test_losses import CASES, COMPARING, Drawn
from tests.gpu.drawn import FOLDER

ENOUGH, MOST = 20, 40
"""Draws of a layer that are stored, of as many portions at most: some layers have hardly any parameters."""
PORTION = 30
OF_A_LOSS = 8


def of_layer(cls: type[Layer]) -> list[dict[str, Any]]:
    """So many different trials of a layer as lines."""
    found: dict[str, dict[str, Any]] = {}

    def gather(trial: Trial) -> None:
        if len(found) == ENOUGH or not all(spec is UNWIRED or small(spec.bound(trial.sizes)) for spec in trial.inputs):
            return
        results = oracle.rule(trial, trial.bound())
        if results is not None and all(small(spec.bound({})) for spec in results):
            fitting(trial)  # or it is given up here
            line = line_of(trial)
            if line["parameters"].get("sparse") and line["parameters"].get("scale_grad_by_freq"):
                return  # of which torch knows no gradient
            if cls.__name__.startswith("MaxUnpool") and not told_apart(line["inputs"][1], results[0].shape):
                return
            found.setdefault(json.dumps(line), line)

    for portion in range(MOST):
        if len(found) < ENOUGH:
            drawn(portion)(given(trials(cls, spoil=False, symbols=False))(gather))()
    return list(found.values())


def drawn(number: int) -> Any:
    """How one portion is drawn."""
    quiet = settings(
        max_examples=PORTION,
        derandomize=False,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: seed(number)(quiet(test))


def line_of(trial: Trial) -> dict[str, Any]:
    """What is stored of a trial."""
    inputs: list[Any] = []
    for spec, value, fixed in zip(trial.bound(), oracle.tensors(trial), trial.fixed(), strict=True):
        inputs.append(None if spec is UNWIRED or value is None else stored(value) | ({"fixed": True} if fixed else {}))
    return {"layer": trial.cls.__name__, "parameters": trial.parameters, "batch": trial.sizes["N"], "inputs": inputs}


def told_apart(index: dict[str, Any], shape: tuple[Any, ...]) -> bool:
    """Let the indices of a plane be different ones, for of several that are alike any may win; False: too few are."""
    count, there = math.prod(index["shape"][2:]), math.prod(shape[2:])
    if count > there:
        return False
    planes = math.prod(index["shape"][:2])
    mixed = (random.Random(plane).sample(range(there), count) for plane in range(planes))
    index["values"] = [number for plane in mixed for number in plane]
    return True


def stored(value: torch.Tensor) -> dict[str, Any]:
    """A tensor: of normally distributed floats the shape alone."""
    kind = str(value.dtype).removeprefix("torch.")
    line = {"shape": list(value.shape), "dtype": kind}
    return line if value.is_floating_point() else line | {"values": value.flatten().to(torch.int64).tolist()}


def of_loss(name: str) -> list[dict[str, Any]]:
    """Some cases of a loss as lines, with all their numbers: targets go with answers."""
    found: list[dict[str, Any]] = []

    def gather(data: st.DataObject) -> None:
        given_, answer, target, weights, _ = CASES[name](data.draw(st.composite(Drawn)()))
        if len(found) < OF_A_LOSS:
            tensors = {"answer": answer, "target": target, "weights": weights}
            lines = {
                key: stored(value) | {"values": value.flatten().tolist()}
                for key, value in tensors.items()
                if value is not None
            }
            found.append({"loss": name, "parameters": given_, **lines})

    for portion in range(MOST):
        if len(found) < OF_A_LOSS:
            drawn(portion)(given(st.data())(gather))()
    return found


def write(name: str, lines: Iterable[dict[str, Any]]) -> None:
    """Store lines."""
    text = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)
    (FOLDER / f"{name}.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write("layers", (line for cls in COMPUTING for line in of_layer(cls)))
    write("losses", (line for name in COMPARING for line in of_loss(name)))
