"""The compiled network with what joins it to the data: which field goes in where, which comes out, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from engine.data.binding import Binding
from engine.data.datasets import Field
from engine.data.pipeline import Part
from engine.graph import Graph
from engine.layers.ports import Output
from engine.shapes import Report
from engine.training.losses import absolute_error, counted, hits, loss

Batch = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Head:
    """One trained Output: where its answer stands among the network's, the field it learns, how it is judged."""

    name: str
    output: Output
    place: int
    field: str
    metric: Literal["accuracy", "mae"]
    masked: bool

    def loss(self, answers: tuple[Tensor, ...], batch: Batch) -> Tensor:
        """The mean loss of a batch times the weight of this Output."""
        value = loss(self.output, answers[self.place], batch[self.field])
        return value if self.output.weight == 1.0 else value * self.output.weight

    def score(self, answers: tuple[Tensor, ...], batch: Batch) -> tuple[Tensor, Tensor | int]:
        """(sum, number) of the metric over a batch, apart from the gradients."""
        answer, target = answers[self.place].detach(), batch[self.field]
        if self.metric == "mae":
            return absolute_error(answer, target)
        return hits(self.output, answer, target, self.masked)

    def sums(self, answers: tuple[Tensor, ...], batch: Batch) -> list[Tensor]:
        """[sum of the loss, its count, sum of the metric, its count], each a tensor without axes."""
        answer, target = answers[self.place], batch[self.field]
        values = (loss(self.output, answer, target, "sum"), counted(self.output, answer, target, self.masked))
        exact = torch.float32 if answer.device.type == "mps" else torch.float64
        every = (*values, *self.score(answers, batch))
        return [torch.as_tensor(value, dtype=exact, device=answer.device) for value in every]


class Network:
    """A module, the fields of its inputs in order, and its heads; the first head is the one that steps report on."""

    def __init__(self, module: nn.Module, inputs: tuple[str, ...], heads: tuple[Head, ...]) -> None:
        self.module, self.inputs, self.heads = module, inputs, heads
        self.fields = tuple(dict.fromkeys((*inputs, *(head.field for head in heads))))

    def answers(self, batch: Batch) -> tuple[Tensor, ...]:
        """What the network answers to a batch, in the order of its Outputs."""
        result = self.module(*[batch[name] for name in self.inputs])
        return result if isinstance(result, tuple) else (result,)

    def loss(self, answers: tuple[Tensor, ...], batch: Batch) -> Tensor:
        """The weighted sum of the losses of all heads."""
        total = self.heads[0].loss(answers, batch)
        for head in self.heads[1:]:
            total = total + head.loss(answers, batch)
        return total

    def evaluate(self, part: Part, size: int, go_on: Callable[[], bool]) -> dict[str, float] | None:
        """Loss and metric over a whole part, every sample counting the same; None if ``go_on`` says no in between.

        With several heads there is also ``loss_NAME`` and ``accuracy_NAME`` (or ``mae_NAME``) of each.
        """
        rows: list[Tensor] = []
        self.module.eval()
        try:
            with torch.no_grad():
                for batch in part.batches(self.fields, size):
                    if not go_on():
                        return None
                    answers = self.answers(batch)
                    rows.append(torch.stack([value for head in self.heads for value in head.sums(answers, batch)]))
        finally:
            self.module.train()
        totals = [sum(column) for column in zip(*torch.stack(rows).tolist(), strict=True)]
        return self._means(totals)

    def _means(self, totals: list[float]) -> dict[str, float]:
        several = len(self.heads) > 1
        result: dict[str, float] = {}
        total = 0.0
        for number, head in enumerate(self.heads):
            loss_sum, compared, score_sum, judged = totals[4 * number : 4 * number + 4]
            mean = loss_sum / compared if compared else float("nan")
            score = score_sum / judged if judged else float("nan")
            total += head.output.weight * mean
            result.setdefault(head.metric, score)
            if several:
                result |= {f"loss_{head.name}": mean, f"{head.metric}_{head.name}": score}
        return {"loss": total, **result}


def heads(graph: Graph, report: Report, binding: Binding, fields: Mapping[str, Field], train: Part) -> tuple[Head, ...]:
    """The Outputs with a loss, in creation order."""
    result = []
    for place, node in enumerate(graph.of_type("Output")):
        output = report.layer(node.id)
        if node.id not in binding.targets or not isinstance(output, Output):
            continue
        name = binding.targets[node.id]
        (answer,) = report.inputs[node.id]
        classes = answer.rank == len(fields[name].shape) + 2 and answer.shape[-1] != 1
        judged = fields[name].classes is not None and (classes or output.loss not in ("mse_loss", "l1_loss"))
        ignored = output.loss == "cross_entropy" and bool((train.tensors[name] == output.ignore_index).any())
        metric: Literal["accuracy", "mae"] = "accuracy" if judged else "mae"
        result.append(Head(node.name, output, place, name, metric, ignored))
    return tuple(result)
