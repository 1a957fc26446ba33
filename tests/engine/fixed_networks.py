"""What a network is worth after its fixes: whether it trains a step, and what of its inputs reaches the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import torch
from torch import Tensor, nn

from engine.compile import compile_graph
from engine.graph import Graph
from engine.layers.endpoints import Input, Output
from engine.layers.layer import Layer
from engine.problems import Problem, find
from engine.problems.fix import Fix
from engine.shapes import infer

BATCH, OPEN, SAMPLES, MOST_FIXES = 4, 6, 16, 20
"""Samples in a step, what an open size is, samples that inputs are drawn for, and fixes in a row."""
NUMBERS: Final = 50_000
"""How many numbers are drawn at a time."""
TOKENS: Final = 64
"""How many positions of integers are changed one by one."""


@dataclass
class Fixed:
    """A network after the first fixes of its errors; ``stuck`` is an error that has none."""

    graph: Graph
    fixes: list[Fix] = field(default_factory=list)
    stuck: Problem | None = None

    @property
    def labels(self) -> list[str]:
        """What was done, in order."""
        return [fix.label for fix in self.fixes]


def errors(graph: Graph) -> list[Problem]:
    """What keeps a network from running."""
    return [problem for problem in find(graph) if problem.severity == "error"]


def fixed(graph: Graph, problem: Problem | None = None) -> Fixed:
    """A copy with the first fix of a problem, then those of the errors that are left, one after the other."""
    done = Fixed(graph.copy())
    if problem is not None:
        _apply(done, problem)
    while done.stuck is None and len(done.fixes) < MOST_FIXES and (left := errors(done.graph)):
        _apply(done, left[0])
    return done


def _apply(done: Fixed, problem: Problem) -> None:
    if not problem.fixes:
        done.stuck = problem
        return
    done.fixes.append(problem.fixes[0])
    problem.fixes[0].apply(done.graph)


# -- running -----------------------------------------------------------------------------------------------------------


def inputs(graph: Graph, samples: int, truth: bool = False) -> list[Tensor]:
    """Random numbers for every Input; integers are 0 and 1, booleans all the same."""
    report, made = infer(graph), []
    for node in graph.of_type("Input"):
        layer = report.layer(node.id)
        assert isinstance(layer, Input)
        shape = (samples, *(size if isinstance(size, int) else OPEN for size in layer.shape))
        if layer.dtype == "int64":
            made.append(torch.randint(1, 2, shape) if len(shape) == 1 else torch.randint(0, 2, shape))
        else:
            made.append(torch.full(shape, truth) if layer.dtype == "bool" else torch.randn(shape))
    return made


def answers(graph: Graph, model: nn.Module, tensors: list[Tensor]) -> list[tuple[Output, Tensor]]:
    """Every Output with what reaches it."""
    report, given = infer(graph), model(*tensors)
    every = given if isinstance(given, tuple) else (given,)
    found = []
    for node, answer in zip(graph.of_type("Output"), every, strict=True):
        layer = report.layer(node.id)
        assert isinstance(layer, Output)
        found.append((layer, answer))
    return found


def loss(output: Output, answer: Tensor) -> Tensor:
    """The loss of an answer and a random target of its kind."""
    if output.loss is None:
        return answer.new_zeros((), dtype=torch.float32)
    criterion = output.criterion
    if criterion.target == "nothing":
        return answer.mean()
    if criterion.target == "classes":
        axis = output.class_axis if output.class_axis is not None else 1 if answer.dim() > 3 else -1
        answer = answer.movedim(axis, -1)
        return criterion.mean(answer, torch.randint(0, answer.shape[-1], answer.shape[:-1]))
    if criterion.target == "sequence":
        return criterion.mean(answer, torch.ones(len(answer), 1, dtype=torch.int64))
    low, high = (max(-1.0, criterion.bounds[0]), min(1.0, criterion.bounds[1]))
    return criterion.mean(answer, low + (high - low) * torch.rand_like(answer))


def trains(graph: Graph) -> str:
    """Why a step of training fails; empty where loss and gradients are finite. Raises what torch raises."""
    torch.manual_seed(0)
    words = ""
    for truth in (False, True):  # a mask that hides everything leaves nothing to be learned
        model = compile_graph(graph).train()
        total = torch.stack([loss(*each) for each in answers(graph, model, inputs(graph, BATCH, truth))]).sum()
        if not total.isfinite():
            words = f"the loss is {total.item()}"
            continue
        if not total.requires_grad:
            return "nothing is learned"
        total.backward()
        gradients = [p.grad for p in model.parameters() if p.grad is not None]
        if all(gradient.isfinite().all() for gradient in gradients):
            return ""
        words = "a gradient is not finite"
    return words


def reach(graph: Graph) -> dict[str, Tensor]:
    """For every Input by its name which numbers of a sample can change the answer, under random weights."""
    torch.manual_seed(0)
    model, nodes = compile_graph(graph).double().eval(), graph.of_type("Input")
    found: dict[str, Tensor] = {}
    largest = max((tensor.numel() for tensor in inputs(graph, 1)), default=1)
    samples = max(2, min(SAMPLES, NUMBERS // largest))  # an image is large enough to tell without many
    for truth in (False, True):
        tensors = [each.double() if each.is_floating_point() else each for each in inputs(graph, samples, truth)]
        for tensor in tensors:
            tensor.requires_grad_(tensor.is_floating_point())
        total = _read_off(graph, model, tensors)
        if total.requires_grad:
            total.backward()
        for node, tensor in zip(nodes, tensors, strict=True):
            if not tensor.is_floating_point():
                seen = torch.stack(list(_changed(graph, model, tensors, tensor))).reshape(tensor.shape[1:])
            elif tensor.grad is None:  # nothing of it is read
                seen = torch.zeros(tensor.shape[1:], dtype=torch.bool)
            else:
                seen = ((tensor.grad != 0) & tensor.grad.isfinite()).any(0)
            found[node.name] = seen | found.get(node.name, seen)
    return found


def _read_off(graph: Graph, model: nn.Module, tensors: list[Tensor]) -> Tensor:
    """All answers as one number."""
    generator = torch.Generator().manual_seed(1)
    given = [answer.double() for _, answer in answers(graph, model, tensors)]
    return torch.stack(
        [(each * torch.randn(each.shape, generator=generator, dtype=torch.float64)).sum() for each in given]
    ).sum()


def _changed(graph: Graph, model: nn.Module, tensors: list[Tensor], tensor: Tensor) -> Iterator[Tensor]:
    """For each number of a sample whether another one there changes the answer."""
    with torch.no_grad():
        before, flat = _read_off(graph, model, tensors), tensor.view(len(tensor), -1)
        for index in range(flat.shape[1]):
            if index >= TOKENS or tensor.dim() == 1:
                yield torch.tensor(True)
                continue
            kept = flat[:, index].clone()
            flat[:, index] = ~kept if tensor.dtype == torch.bool else 1 - kept
            yield ~_read_off(graph, model, tensors).isclose(before, rtol=0.0, atol=0.0, equal_nan=True)
            flat[:, index] = kept


def share(found: dict[str, Tensor]) -> float:
    """How much of all inputs can change the answer, from 0 to 1."""
    numbers = sum(each.numel() for each in found.values())
    return sum(int(each.sum()) for each in found.values()) / max(1, numbers)


# -- layers without effect ---------------------------------------------------------------------------------------------


def idle(graph: Graph) -> set[str]:
    """The names of the layers that hand on what they get, number by number."""
    report, found = infer(graph), set()
    for node in graph.nodes.values():
        layer, given = report.layer(node.id), report.inputs.get(node.id, ())
        made = next(iter(report.outputs.get(node.id, {}).values()), None)
        alike = made is not None and len(given) == 1 and given[0].shape == made.shape
        if alike and layer is not None and _hands_on(layer):
            found.add(node.name)
    return found


def _hands_on(layer: Layer) -> bool:
    """Whether a layer whose answer is as large as its input has no effect."""
    dims, windows = getattr(layer, "dims", None), layer.windows()
    if dims is not None:
        return tuple(dims) == tuple(sorted(dims))
    if windows:
        return not layer.linear_map and all(window.reach == 1 and window.stride == 1 for window in windows)
    if layer.numbers == "dropped":
        return getattr(layer, "p", 1.0) == 0
    shaped = layer.numbers in ("same", "resampled", "averaged", "pooled") and layer.sees != "window"
    return shaped and layer.type_name() != "Identity" and not hasattr(layer, "groups")
