"""Ways to take a step: all samples or one, gradients of several batches, averages, other numbers, penalties."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.layers.endpoints import Output
from engine.metrics.task import Task
from engine.settings.training import TrainingConfig
from engine.training.control import Control
from engine.training.evaluation.network import Head, Network
from engine.training.loop import Trainer
from engine.training.runs.checkpoint import BEST, FOLDER
from engine.training.steps import compiling
from engine.training.steps.optimization import Penalty
from engine.training.steps.stepper import Stepper
from tests.engine.test_training_learning import falls, table, train
from tests.engine.test_training_scores import totals

CPU = torch.device("cpu")
PICTURES = (
    ("Conv2d", {"out_channels": 4, "kernel_size": 3}),
    ("ReLU", {}),
    ("AdaptiveAvgPool2d", {"output_size": 1}),
    ("Flatten", {}),
)


def stepper(module: nn.Module | None = None, **training: Any) -> Stepper:
    torch.manual_seed(3)
    network = Network(module or nn.Linear(4, 3), ("x",), (Head("out", Output(), 0, "y", Task("classes", 3)),))
    config = TrainingConfig.model_validate({"optimizer": {"name": "sgd", "lr": 0.1}, **training})
    return Stepper(network, config, CPU, 4)


def batch(samples: int, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(samples, 4, generator=generator)
    return {"x": x, "y": torch.randint(0, 3, (samples,), generator=generator)}


def weights(taken: Stepper) -> list[Tensor]:
    return [weight.detach().clone() for weight in taken.network.module.parameters()]


def test_batches_that_are_added_up_are_one_large_batch() -> None:
    whole, parts = stepper(), stepper(accumulate=3)
    large = batch(7)
    pieces = [{name: value[a:b] for name, value in large.items()} for a, b in ((0, 3), (3, 6), (6, 7))]
    one, several = whole.step([large], 1, measure=True), parts.step(pieces, 1, measure=True)
    assert torch.allclose(one.loss, several.loss, atol=1e-6)
    assert torch.allclose(one.norm, several.norm, atol=1e-6)
    assert (one.samples, several.samples) == (7, 7)
    assert totals(whole.network, [one.scores]) == totals(parts.network, [several.scores])
    for mine, theirs in zip(weights(whole), weights(parts), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-6)


@pytest.mark.parametrize(("batch_size", "steps"), [(None, 1), (1, 106), (50, 3)])
def test_all_samples_a_few_or_one(batch_size: int | None, steps: int, tmp_path: Path) -> None:
    result, history = train(table(data={"batch_size": batch_size}, epochs=2), tmp_path)
    assert (result.state, result.steps) == ("finished", 2 * steps)
    assert len(history.series("train/loss")[0]) == 2 * steps


def test_an_epoch_of_added_up_batches_ends_with_what_is_left(tmp_path: Path) -> None:
    result, history = train(table(accumulate=3, epochs=6, optimizer={"lr": 0.01}), tmp_path)  # 7 batches: 3, 3, 1
    assert (result.state, result.steps) == ("finished", 18)
    assert falls(history)


def test_the_average_of_the_weights_is_judged_and_kept(tmp_path: Path) -> None:
    taken = stepper(ema={"decay": 0.9})
    expected = [torch.zeros(())] * 2
    for number in range(1, 6):
        taken.step([batch(5, number)], number, measure=False)
        now = weights(taken)
        expected = now if number == 1 else [0.9 * old + 0.1 * new for old, new in zip(expected, now, strict=True)]
    for mine, average in zip(taken.judged.parameters(), expected, strict=True):
        assert torch.allclose(mine, average, atol=1e-6)
    graph = table(ema={"decay": 0.5}, epochs=2)
    result, _ = train(graph, tmp_path)
    kept = load_file(result.run / "model.safetensors")
    plain, _ = train(table(epochs=2), tmp_path / "plain")
    other = load_file(plain.run / "model.safetensors")
    assert kept.keys() == other.keys()
    assert any(not torch.equal(kept[name], other[name]) for name in kept)
    assert result.validation["loss"] != plain.validation["loss"]


def test_bfloat16_computes_with_other_numbers_and_keeps_float32(tmp_path: Path) -> None:
    result, history = train(table(precision="bfloat16", epochs=12, optimizer={"lr": 0.01}), tmp_path)
    assert result.state == "finished"
    assert falls(history)
    exact, _ = train(table(epochs=12, optimizer={"lr": 0.01}), tmp_path / "exact")
    assert result.validation["loss"] == pytest.approx(exact.validation["loss"], abs=0.1)
    assert result.validation["loss"] != exact.validation["loss"]
    assert {tensor.dtype for tensor in load_file(result.run / "model.safetensors").values()} == {torch.float32}


def test_float16_wants_an_accelerator(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"training\.precision is 'float16', which the CPU"):
        Trainer(table(precision="float16"), tmp_path / "run").run()
    assert not (tmp_path / "run").exists()


def test_penalties_are_of_kernels_and_matrices_alone() -> None:
    module = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    penalty = Penalty(TrainingConfig(l1=0.5, l2=0.25), module)
    weight = module[0].weight
    assert torch.allclose(penalty(), 0.5 * weight.abs().sum() + 0.25 * (weight**2).sum())
    assert not Penalty(TrainingConfig(), module)


def test_a_penalty_makes_weights_small_and_is_no_part_of_the_loss_shown(tmp_path: Path) -> None:
    kept = {}
    first = {}
    for l1 in (0.0, 0.5):
        result, history = train(table(l1=l1, epochs=20, optimizer={"lr": 0.01}), tmp_path / str(l1))
        kept[l1] = load_file(result.run / "model.safetensors")
        first[l1] = history.series("train/loss")[1][0]
    assert first[0.0] == first[0.5]
    sizes = {l1: sum(float(t.abs().sum()) for t in tensors.values() if t.dim() > 1) for l1, tensors in kept.items()}
    assert sizes[0.5] < 0.2 * sizes[0.0]


def test_channels_last_gives_the_same_answers(tmp_path: Path) -> None:
    losses = {}
    for name in (False, True):
        graph = table("digits", 10, layers=PICTURES, standardise=("image",), channels_last=name, epochs=2)
        result, _ = train(graph, tmp_path / str(name))
        assert result.state == "finished"
        losses[name] = result.validation["loss"]
    assert losses[True] == pytest.approx(losses[False], rel=1e-3)


def test_images_reach_the_network_with_channels_last() -> None:
    seen = []

    class Looking(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            seen.append(x.is_contiguous(memory_format=torch.channels_last))
            return x.mean((2, 3))

    Network(Looking(), ("x",), (), channels_last=True).answers({"x": torch.randn(2, 3, 4, 5)})
    Network(Looking(), ("x",), ()).answers({"x": torch.randn(2, 3, 4, 5)})
    assert seen == [True, False]


def test_what_cannot_be_compiled_trains_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(module: nn.Module) -> nn.Module:
        raise RuntimeError("no C++ compiler found\nmore")

    monkeypatch.setattr(compiling.torch, "compile", refuse)
    result, _ = train(table(compile=True), tmp_path)
    assert result.state == "finished"
    assert (
        "torch.compile cannot be used here (RuntimeError: no C++ compiler found); training continues without it."
        in (result.message)
    )
    plain, _ = train(table(), tmp_path / "plain")
    assert (result.run / "metrics.jsonl").read_bytes() == (plain.run / "metrics.jsonl").read_bytes()


@pytest.mark.slow
def test_compiled_code_learns_the_same(tmp_path: Path) -> None:
    result, history = train(table(compile=True, epochs=12, optimizer={"lr": 0.01}), tmp_path)
    plain, _ = train(table(epochs=12, optimizer={"lr": 0.01}), tmp_path / "plain")
    assert result.state == "finished"
    assert falls(history)
    assert "cannot be used" in result.message or result.validation["loss"] == pytest.approx(
        plain.validation["loss"], rel=1e-2
    )


def test_a_class_that_counts_more_is_answered_more(tmp_path: Path) -> None:
    answered = {}
    for given in (None, (1.0, 200.0)):
        graph = table("breast_cancer", 2, layers=(), epochs=3, optimizer={"name": "sgd", "lr": 0.05})
        (output,) = graph.of_type("Output")
        output.parameters["class_weights"] = given
        result, history = train(graph, tmp_path / str(given is None))
        assert result.state == "finished"
        answered[given] = sum(row[1] for row in history.tables["test/confusion_matrix"].values)
    assert answered[(1.0, 200.0)] > answered[None]


def test_added_up_batches_count_as_their_targets_do() -> None:
    weights_ = torch.tensor([1.0, 5.0, 0.5])
    head = Head("out", Output(ignore_index=2), 0, "y", Task("classes", 3), masked=True, weights=weights_)
    losses = {}
    for sizes in ((8,), (4, 4), (5, 2, 1)):
        torch.manual_seed(3)
        config = TrainingConfig.model_validate({"optimizer": {"name": "sgd", "lr": 0.1}, "accumulate": len(sizes)})
        taken = Stepper(Network(nn.Linear(4, 3), ("x",), (head,)), config, CPU, 4)
        large, pieces, start = batch(8), [], 0
        for size in sizes:
            pieces.append({name: value[start : start + size] for name, value in large.items()})
            start += size
        losses[sizes] = float(taken.step(pieces, 1, measure=False).loss), weights(taken)
    for found, kept in losses.values():
        assert found == pytest.approx(losses[(8,)][0], rel=1e-5)
        assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(kept, losses[(8,)][1], strict=True))


def test_what_is_said_of_an_lbfgs_step_is_of_its_beginning() -> None:
    plain, many = stepper(), stepper(optimizer={"name": "lbfgs", "lr": 0.1})
    one, other = (taken.step([batch(9)], 1, measure=True) for taken in (plain, many))
    assert torch.allclose(one.loss, other.loss)
    assert torch.allclose(one.norm, other.norm)
    assert totals(plain.network, [one.scores]) == totals(many.network, [other.scores])


def test_validation_may_hold_an_ignored_class_that_training_does_not(tmp_path: Path) -> None:
    graph = table(data={"split": {"train": 0.02, "validation": 0.9, "test": 0.08, "stratify": False}}, epochs=0)
    (out,) = graph.of_type("Output")
    out.parameters["ignore_index"] = 2
    result, _ = train(graph, tmp_path)
    out.parameters["ignore_index"] = -100
    other, _ = train(graph, tmp_path / "all")
    assert result.validation["accuracy"] != other.validation["accuracy"]


def test_the_best_weights_of_a_run_that_diverges_are_kept(tmp_path: Path) -> None:
    class Faster(Control):
        steps = 0

        def gate(self, before_waiting: Any = None) -> bool:
            self.steps += 1
            if self.steps == 30:
                self.set_lr(1e30)
            return super().gate(before_waiting)

    relu = (("Linear", {"out_features": 16}), ("ReLU", {}))
    result = Trainer(table(layers=relu, epochs=20), tmp_path / "run", control=Faster()).run()
    assert result.state == "failed"
    assert all(bool(t.isfinite().all()) for t in load_file(tmp_path / "run" / FOLDER / BEST).values())


def test_inherited_weights_are_the_beginning_of_their_average(tmp_path: Path) -> None:
    first, _ = train(table(epochs=10, optimizer={"lr": 0.02}), tmp_path)
    losses = []
    for name, more in (("plain", {}), ("average", {"ema": {"decay": 0.9}})):
        trainer = Trainer(table(epochs=0, **more), tmp_path / name, weights_of=first.run)
        losses.append(trainer.run().validation["loss"])
    assert losses == [first.validation["loss"]] * 2
