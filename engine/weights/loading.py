"""Puts weights from elsewhere into a network, as a report says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.graph import Graph
from engine.weights.failure import WeightsError
from engine.weights.matching import match_file
from engine.weights.recipe import parse
from engine.weights.report import Report
from engine.weights.rotary import Order, turned
from engine.weights.targets import targets_in

if TYPE_CHECKING:
    from torch import nn

    from engine.weights.files.weights_file import WeightsFile

NAMED: Final = 3
"""How many tensors are named in one sentence."""


def load(
    graph: Graph,
    path: Path | str,
    *,
    partial: bool = False,
    assign: Mapping[str, str] | None = None,
    accept_guess: bool = False,
    rotary: Order | None = None,
) -> nn.Module:
    """The compiled module with the weights of a file; what the file lacks stays initialised (``missing`` of `match`).

    ``assign`` and ``rotary`` are as for `match`. Raises WeightsError for a tensor of the file that has no place or
    another shape, unless ``partial``, for tensors placed by a guess, unless ``accept_guess``, and where nothing fits.
    """
    import torch

    from engine.compile import compile_source
    from engine.seeds import derive
    from engine.source import source
    from engine.weights.files.opening import open_weights

    file = open_weights(Path(path))
    written = source(graph)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(0, "init"))
        module = compile_source(written)
    report = match_file(targets_in(module, written.attributes), file, assign or {}, turned(graph), rotary)
    check(report, partial=partial, accept_guess=accept_guess)
    put(module, file, report.placed)
    return module


def check(report: Report, *, partial: bool, accept_guess: bool) -> None:
    """Raises WeightsError where the file may not be loaded as it is."""
    if not report.placed:
        raise WeightsError(f"{report} Assign tensors by hand, or choose the network that the weights are of.")
    if report.left_over and not partial:
        some = [f"{name} ({why})" for name, why in list(report.left_over.items())[:NAMED]]
        more = len(report.left_over) - len(some)
        raise WeightsError(
            f"{report.path.name} has {len(report.left_over)} tensors without a place in this network: "
            f"{'; '.join(some)}{f' and {more} more' if more else ''}. Load the rest with partial, or assign them."
        )
    if report.guessed and not accept_guess:
        some = [f"{name} from {report.placed[name]}" for name, how in report.how.items() if how == "shape"][:NAMED]
        more = report.guessed - len(some)
        raise WeightsError(
            f"{report.path.name}: {report.guessed} of {len(report.placed)} tensors are placed by a guess among equal "
            f"shapes, which may be wrong: {'; '.join(some)}{f' and {more} more' if more else ''}. Look at them in the "
            "report, then accept the guess (--accept-guess) or assign them."
        )


def put(module: nn.Module, file: WeightsFile, placed: Mapping[str, str]) -> None:
    """Copy tensors into a module: our name → what it is made of. Nothing is changed where one does not fit.

    Raises WeightsError.
    """
    import torch

    state = module.state_dict()
    made = {}
    for name, text in placed.items():
        if name not in state:
            raise WeightsError(f"The network has no tensor {name[:100]!r} any more: load the weights again.")
        recipe = parse(text)
        if gone := [one for one in recipe.names if one not in file.tensors]:
            raise WeightsError(f"{file.path.name} has no tensor {gone[0][:100]!r}: load the weights again.")
        made[name] = recipe.make(file.read, tuple(state[name].shape))
    with torch.no_grad():
        for name, tensor in made.items():
            state[name].copy_(tensor)
