"""The best loop one can write by hand for a network on a GPU: what `tests.gpu.test_speed` measures the program against.

It trains the same source on the same samples, which stay on the device, and records the same: the loss of every step,
every tenth norm of the gradients, the validation loss and metric of every epoch. It does what an expert would: one
CUDA graph of the whole step, autocast, fused AdamW with its learning rate on the device, channels last, samples
gathered once an epoch, one transfer an epoch. Where there is no CUDA it takes its steps one by one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from engine.compile import compile_source
from engine.data.pipeline import Prepared
from engine.training.plan import TrainingPlan
from engine.training.steps.recurrent import keep_float32
from tests.gpu.device import DEVICE

LARGE_BATCH, NORM_EVERY, WARM = 512, 10, 3


class ByHand:
    """A network of one input and one target of classes. ``plan`` says how it computes: `computing.decided`."""

    def __init__(self, plan: TrainingPlan, data: Prepared, folder: Path) -> None:
        torch.manual_seed(0)
        config, (self.input,) = plan.training, plan.binding.inputs.values()
        (self.target,) = plan.binding.targets.values()
        self.data, self.size = data, plan.data.size(len(data.train))
        self.cuda = DEVICE.type == "cuda"
        self.autocast = None if config.precision == "float32" else getattr(torch, config.precision)
        self.last = torch.channels_last if config.channels_last is True else torch.contiguous_format
        model: Any = compile_source(plan.source).to(DEVICE)
        if self.cuda and self.autocast is torch.bfloat16:
            keep_float32(model)  # as the run does: torch would compute with float16
        self.model = model.to(memory_format=self.last) if config.channels_last is True else model
        options: dict[str, Any] = config.optimizer.model_dump(exclude={"name", "lr"})
        self.lr = torch.tensor(config.optimizer.lr, device=DEVICE)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=self.lr, fused=True, capturable=self.cuda, **options
        )
        self.epochs, self.steps = config.epochs, 0
        self.replay: Callable[[], None] | None = None
        self.replayed = False
        """Whether the last step was replayed: it fills the gradients that were there at the recording."""
        self.file = (folder / "by-hand.jsonl").open("w")
        self.seconds: list[float] = []

    def epoch(self) -> None:
        """Train an epoch and evaluate; how long that took is noted."""
        began = now()
        order = torch.randperm(len(self.data.train)).to(DEVICE)
        inputs, targets = (self.data.train.tensors[name][order] for name in (self.input, self.target))
        inputs = self._laid_out(inputs)
        losses = torch.zeros(-(-len(inputs) // self.size), device=DEVICE)
        norms: dict[int, Tensor] = {}
        for number, (given, wanted) in enumerate(zip(inputs.split(self.size), targets.split(self.size), strict=True)):
            losses[number].copy_(self._step(given, wanted))
            if self.steps % NORM_EVERY == 0:
                norms[number] = torch.nn.utils.get_total_norm(self.filled if self.replayed else self._gradients())
            self.steps += 1
        rows: list[dict[str, Any]] = [{"step": step, "loss": loss} for step, loss in enumerate(losses.tolist())]
        for index, norm in zip(norms, torch.stack([*norms.values(), losses[0]]).tolist(), strict=False):
            rows[index]["grad_norm"] = norm
        rows.append(self._judged())
        self.file.write("".join(f"{json.dumps(row)}\n" for row in rows))
        self.file.flush()
        self.seconds.append(now() - began)

    def _step(self, given: Tensor, wanted: Tensor) -> Tensor:
        """The loss of a step, on the device; the short last batch is not replayed."""
        if self.cuda and self.replay is None and self.steps >= WARM and len(given) == self.size:
            self._record(given, wanted)
        self.replayed = self.replay is not None and len(given) == self.size
        if self.replay is None or not self.replayed:
            return self._take(given, wanted)
        self.given.copy_(given)
        self.wanted.copy_(wanted)
        self.replay()
        return self.loss

    def _take(self, given: Tensor, wanted: Tensor) -> Tensor:
        self.optimizer.zero_grad()
        loss = self._loss(given, wanted)
        loss.backward()
        self.optimizer.step()
        return loss.detach()

    def _record(self, given: Tensor, wanted: Tensor) -> None:
        self.given, self.wanted = given.clone(), wanted.clone()
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM):
                self._take(self.given, self.wanted)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad()
        with torch.cuda.graph(graph):
            self.loss = self._take(self.given, self.wanted)
        self.replay, self.filled = graph.replay, self._gradients()

    def _gradients(self) -> list[Tensor]:
        return [one.grad for one in self.model.parameters() if one.grad is not None]

    def _loss(self, given: Tensor, wanted: Tensor) -> Tensor:
        return cross_entropy(self._answer(given).flatten(0, -2).float(), wanted.flatten())

    def _answer(self, given: Tensor) -> Tensor:
        with torch.autocast(DEVICE.type, self.autocast or torch.bfloat16, enabled=self.autocast is not None):
            answer: Tensor = self.model(given)
        return answer

    def _judged(self) -> dict[str, float]:
        part = self.data.validation
        inputs, targets = self._laid_out(part.tensors[self.input]), part.tensors[self.target]
        size = min(LARGE_BATCH, 8 * self.size)
        loss, right = torch.zeros((), device=DEVICE), torch.zeros((), device=DEVICE)
        self.model.eval()
        with torch.no_grad():
            for given, wanted in zip(inputs.split(size), targets.split(size), strict=True):
                answer = self._answer(given).flatten(0, -2).float()
                loss += cross_entropy(answer, wanted.flatten(), reduction="sum")
                right += (answer.argmax(-1) == wanted.flatten()).sum()
        self.model.train()
        return {"loss": float(loss / targets.numel()), "accuracy": float(right / targets.numel())}

    def _laid_out(self, value: Tensor) -> Tensor:
        return value.contiguous(memory_format=self.last) if value.dim() == 4 else value


def now() -> float:
    """Seconds, once the device has done what it was given."""
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()
