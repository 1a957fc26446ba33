"""What steps report beside their loss, counted later: the same numbers, whatever is counted together; and how many
samples are evaluated at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

import presets
from engine.data.pipeline import _dealt
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.losses.class_loss import likeliest
from engine.metrics.task import Task
from engine.training.evaluation.network import Head, Network
from engine.training.evaluation.scores import Score, Transfer, exact
from engine.training.plan import check
from engine.training.steps.assembly import evaluation_size
from tests.engine.test_training_learning import table


class Copies(TorchDispatchMode):
    """Notes what copies numbers of the program to a GPU, and so waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = [one for one in args if isinstance(one, torch.Tensor)]
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and any(one.device != result.device for one in given):
            self.seen.append(str(func))
        return result


def totals(network: Network, steps: Sequence[Sequence[Score]]) -> list[tuple[float, float]]:
    """(sum, number) of every step, as a flush fetches them."""
    transfer = Transfer()
    found = network.ask_totals(steps, transfer)
    transfer.fetch()
    return found()


def network(task: Task, **output: Any) -> Network:
    head = Head("out", Output.model_validate(output), 0, "y", task, masked="ignore_index" in output)
    return Network(nn.Identity(), ("x",), (head,))


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=3), min_size=1, max_size=6),
    st.sampled_from(["classes", "masked", "two", "values"]),
    st.integers(0, 99),
)
def test_scores_counted_later_are_those_of_each_batch(steps: list[list[int]], kind: str, seed: int) -> None:
    known: dict[str, tuple[Task, dict[str, Any]]] = {
        "classes": (Task("classes", 3), {}),
        "masked": (Task("classes", 3), {"ignore_index": 0}),
        "two": (Task("two"), {"loss": "binary_cross_entropy_with_logits"}),
        "values": (Task("values"), {"loss": "mse_loss"}),
    }
    task, output = known[kind]
    taken, source = network(task, **output), torch.Generator().manual_seed(seed)
    scores, expected = [], []
    for sizes in steps:
        batches = []
        for size in sizes:
            answer = torch.randn(size, 3 if task.kind == "classes" else 1, generator=source)
            target = torch.randint(0, 3 if task.kind == "classes" else 2, (size,), generator=source)
            batches.append(((answer,), {"y": target.float() if task.kind == "values" else target}))
        scores.append([taken.step_score(*one) for one in batches])
        each = [taken.score(*one) for one in batches]
        expected.append((sum(float(total) for total, _ in each), sum(float(number) for _, number in each)))
    for ours, theirs in zip(totals(taken, scores), expected, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-6)


def test_what_a_flush_asks_for_is_fetched_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    transfer, fetched = Transfer(), list[int]()
    losses = transfer.ask([torch.tensor(0.1), torch.tensor(7.5)])
    counts, none, known = transfer.ask_row(torch.tensor([3, 2**40])), transfer.ask([]), transfer.ask([2, 0.5])
    to_list = torch.Tensor.tolist

    def counted(self: torch.Tensor) -> Any:
        fetched.append(len(self))
        return to_list(self)

    monkeypatch.setattr(torch.Tensor, "tolist", counted)
    transfer.fetch()
    assert fetched == [4]
    assert losses() == [torch.tensor(0.1).item(), 7.5]
    assert counts() == [3, 2**40]
    assert none() == []
    assert known() == [2, 0.5]


def test_numbers_of_the_program_among_those_of_a_gpu_neither_fail_nor_wait() -> None:
    with FakeTensorMode():  # knows devices that are not there
        on_it = torch.ones((), device="cuda")
        with Copies() as copies:
            Transfer().ask([on_it, 2, 0.5])
            sums = exact((on_it, 3), on_it)
        assert {str(torch.as_tensor(one).device) for one in sums} == {"cuda:0"}
        assert copies.seen == []


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(1, 9), st.integers(0, 8), st.booleans(), st.integers(0, 99))
def test_batches_gathered_together_are_those_of_the_order(
    samples: int, size: int, skip: int, drop_last: bool, seed: int
) -> None:
    values = {"x": torch.arange(samples).float()[:, None], "y": torch.arange(samples)}
    order = torch.randperm(samples, generator=torch.Generator().manual_seed(seed))
    starts = range(skip * size, samples - (size - 1 if drop_last else 0), size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.data.pipeline.GATHERED", 3 * size * 12)
        dealt = list(_dealt(values, size, order, starts))
    assert [batch["y"].tolist() for batch in dealt] == [order[start : start + size].tolist() for start in starts]
    assert all(batch["x"][:, 0].tolist() == batch["y"].tolist() for batch in dealt)


def test_several_batches_are_evaluated_at_once_unless_samples_depend_on_each_other() -> None:
    plan = check(presets.build("mlp"))
    assert evaluation_size(plan, 1257) == 512 == 16 * plan.data.size(1257)

    def normed(track: bool) -> Graph:
        return table(layers=(("BatchNorm1d", {"track_running_stats": track}),))

    running, of_the_batch = check(normed(True)), check(normed(False))
    assert evaluation_size(running, 106) > running.data.size(106)
    assert evaluation_size(of_the_batch, 106) == of_the_batch.data.size(106)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 5), st.data())
def test_the_likeliest_class_is_the_first_of_equals_however_scores_lie(
    front: list[int], classes: int, data: st.DataObject
) -> None:
    """Masks have their classes second in memory."""
    count = math.prod(front) * classes
    numbers = data.draw(st.lists(st.sampled_from([0.0, 1.0, 2.0, math.nan]), min_size=count, max_size=count))
    scores = torch.tensor(numbers).reshape(front[0], classes, *front[1:]).movedim(1, -1)
    assert torch.equal(likeliest(scores), scores.contiguous().argmax(-1))
