"""Which sizes of a network's inputs stay open where torch captures it: the batch, and what the Inputs leave open."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from engine.exports.exporter import ExportError
from engine.exports.subject import Subject

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.export import ExportedProgram

BATCH = "batch"
_COLORS: Final = re.compile(r"\x1b\[[\d;]*m")
"""What colours words in a terminal."""


def open_sizes(subject: Subject) -> list[dict[int, str]]:
    """For each input axis → name of a size that stays open."""
    return [
        {
            axis: BATCH if dim.symbol == "N" else dim.symbol
            for axis, dim in enumerate(spec.shape)
            if not isinstance(dim, int)
        }
        for spec in subject.inputs.values()
    ]


def captured(subject: Subject, samples: tuple[Tensor, ...]) -> tuple[ExportedProgram, tuple[str, ...]]:
    """The network as torch.export has it, for batches of any size; and what is not so, as sentences.

    Raises ExportError where torch cannot capture it.
    """
    import torch

    # A captured network carries its example along, so that is none of the user's samples.
    given, whole = (tuple(torch.zeros_like(value[:count]) for value in samples) for count in (2, None))
    network, failed = _enclosed(subject.module), Exception()
    names = {name for axes in open_sizes(subject) for name in axes.values()}
    batch = torch.export.Dim(BATCH)
    with quiet():
        for length in (torch.export.Dim, lambda name: torch.export.Dim.AUTO):  # a table of positions bounds lengths
            sizes = {name: batch if name == BATCH else length(name) for name in names}
            shapes = tuple({axis: sizes[name] for axis, name in axes.items()} for axes in open_sizes(subject))
            spread = shapes if network is subject.module else (shapes,)  # one argument takes all of them
            try:
                return _bare(torch.export.export(network, given, dynamic_shapes=spread)), ()
            except Exception as error:  # of torch, of a layer: whatever it is, a fixed batch may still be captured
                failed = error
        try:
            program = _bare(torch.export.export(network, whole))
        except Exception as error:
            raise ExportError(f"PyTorch cannot capture this network: {reason(error)}.") from error
    return program, (
        f"The network is captured for batches of {len(samples[0])} samples alone, as PyTorch could not leave the size "
        f"of the batch open: {reason(failed)}.",
    )


def _enclosed(module: nn.Module) -> nn.Module:
    """The network, one level down where a layer is called as something that torch's captured modules have themselves.

    (A layer ``code`` is not found again by torch 2.13, which has its source under that name.)
    """
    import torch
    from torch import nn

    if not any(hasattr(torch.fx.GraphModule, name) for name, _ in module.named_children()):
        return module

    class Enclosed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = module

        def forward(self, *samples: Tensor) -> Tensor | tuple[Tensor, ...]:
            result: Tensor | tuple[Tensor, ...] = self.network(*samples)
            return result

    return Enclosed().eval()


def _bare(program: ExportedProgram) -> ExportedProgram:
    """The same without where in which files each operation was called."""
    import torch

    for module in program.graph_module.modules():
        if isinstance(module, torch.fx.GraphModule):
            for node in module.graph.nodes:
                node.meta.pop("stack_trace", None)
    return program


def reason(error: BaseException) -> str:
    """The first line of what was wrong at the bottom of it, as torch says it, without colours and its stop."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return _COLORS.sub("", lines[0] if lines else type(error).__name__).rstrip(".:")[:300]


@contextmanager
def quiet() -> Iterator[None]:
    """What exporters warn of and log on the way is about their own future, and for nobody who exports."""
    before = logging.root.manager.disable
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(before)
