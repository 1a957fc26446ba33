"""How long a network takes for one sample here, and whether that can be compared: measured, never computed.

A small batch goes through the network in evaluation mode, without gradients, again and again; the median counts. Before
and after each network a fixed piece of work is measured: where that takes longer than at its best, or the process did
not get the processor for all of the time, other programs were at work, and the time says little.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.exports.subject import Subject
from engine.graph import Graph

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

LEAST_ROUNDS, MOST_ROUNDS = 5, 50
LONG_ENOUGH: Final = 1.0
"""Seconds of measuring after which no further round is begun."""
SLOWER: Final = 1.15
"""How many times as long as at its best the fixed work may take on a quiet machine."""
SHARE: Final = 0.9
"""What share of the time the process has the processor on a quiet machine, with one thread."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for one sample: the median of ``rounds`` batches, and the middle half of them (``low`` to ``high``).

    ``quiet`` says that nothing else was at work meanwhile; without that it is not to be compared with others.
    """

    seconds: float
    low: float
    high: float
    rounds: int
    batch: int
    threads: int
    device: str
    quiet: bool
    reference: float = 0.0
    """Seconds that the fixed work took around it."""

    @property
    def conditions(self) -> str:
        """What was measured, for a reader."""
        threads = f", {self.threads} thread{'s' if self.threads != 1 else ''}" if self.device == "cpu" else ""
        return f"batch {self.batch}{threads}, {self.device}, float32; median of {LEAST_ROUNDS} rounds or more"


def time_networks(
    graphs: list[Graph], *, batch: int = 4, threads: int = 1, device: str = "cpu", show: Callable[[int], None]
) -> Iterator[tuple[int, Timing | Exception]]:
    """Measure networks one after the other; at last each is given again where the machine was not quiet.

    ``show`` is called with the index of the network that is begun. What goes wrong with one is its result.
    """
    import torch

    torch.set_num_threads(threads)
    done: dict[int, Timing] = {}
    references = [_reference(torch.device(device))]
    for index, graph in enumerate(graphs):
        show(index)
        try:
            timing = _measured(graph, batch, threads, torch.device(device))
        except Exception as error:
            yield index, error
            continue
        references.append(_reference(torch.device(device)))
        done[index] = replace(timing, reference=max(references[-2:]))
        yield index, done[index]
    best = min(references)
    for index, timing in done.items():
        if timing.quiet and timing.reference > SLOWER * best:
            yield index, replace(timing, quiet=False)


def _measured(graph: Graph, batch: int, threads: int, device: torch.device) -> Timing:
    import torch

    subject = Subject(graph)
    module, samples = subject.module.to(device), tuple(sample.to(device) for sample in subject.samples(batch))
    with torch.inference_mode():
        _once(module, samples, device)
        spans, used, begun = list[float](), 0.0, time.perf_counter()
        while len(spans) < LEAST_ROUNDS or (len(spans) < MOST_ROUNDS and time.perf_counter() - begun < LONG_ENOUGH):
            span, processor = _once(module, samples, device)
            spans.append(span)
            used += processor
    share = used / sum(spans)
    low, middle, high = statistics.quantiles(spans, n=4)
    quiet = device.type != "cpu" or threads > 1 or share >= SHARE
    return Timing(middle / batch, low / batch, high / batch, len(spans), batch, threads, str(device), quiet)


def _once(module: nn.Module, samples: tuple[Tensor, ...], device: torch.device) -> tuple[float, float]:
    """Seconds on the clock, and of the processor, for one batch."""
    begun, used = time.perf_counter(), time.process_time()
    module(*samples)
    _wait(device)
    return time.perf_counter() - begun, time.process_time() - used


def _reference(device: torch.device) -> float:
    """Seconds that a fixed piece of work takes now."""
    import torch

    matrix = torch.ones(384, 384, device=device)
    spans = []
    for _ in range(15):
        begun = time.perf_counter()
        for _ in range(4):
            matrix @ matrix
        _wait(device)
        spans.append(time.perf_counter() - begun)
    return statistics.median(spans)


def _wait(device: torch.device) -> None:
    import torch

    if device.type == "cuda":
        torch.cuda.synchronize(device)
