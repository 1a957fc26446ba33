"""Everything that can go wrong in a run: each ends in one sentence, and what there is is kept."""

from __future__ import annotations

import gc
import os
import re
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
import torch
from torch import nn

from engine.data.pipeline import Prepared
from engine.errors import About
from engine.graph import Graph
from engine.training import failures, opening, recorder
from engine.training.failures import explain
from engine.training.loop import Trainer
from engine.training.plan import check
from engine.training.recorder import Diverged
from engine.training.runs.run_info import runs
from engine.training.runs.stored import stored_history
from engine.training.status import TrainingError
from engine.training.steps import device
from engine.training.steps.device_memory import largest_batch, needed_memory
from engine.training.steps.stepper import Stepper
from tests.engine.test_training_learning import table
from tests.engine.test_training_loop import rows


def test_a_loss_that_is_no_number_ends_the_run_with_what_to_try(tmp_path, monkeypatch) -> None:
    layers = (("Linear", {"out_features": 16}), ("ReLU", {}))
    graph = table(layers=layers, optimizer={"name": "sgd", "lr": 1e30}, epochs=50)
    written = []
    for interval in (0.0, 1e9):
        monkeypatch.setattr(recorder, "INTERVAL", interval)
        result = Trainer(graph, tmp_path / str(interval)).run()
        assert result.state == "failed"
        assert re.search(r"(loss of step|validation loss after step) \d+ is (not a number|infinite)", result.message)
        assert "learning rate 1e+30" in result.message
        assert "Try a smaller learning rate such as 0.001" in result.message
        assert result.about.reason == "diverged"
        assert f"of {graph.nodes[result.about.node].name} (" in result.message
        written.append((result.run / "metrics.jsonl").read_bytes())
        last = rows(result.run)[-1]
        assert last["step"] == result.steps
        assert last["loss"] in ("NaN", "Infinity")
        assert (result.run / "model.safetensors").is_file()
        assert stored_history(runs(tmp_path)[0].path).series("train/loss")[1].size == result.steps
    assert written[0] == written[1]


@pytest.mark.parametrize(
    ("lr", "settings", "words"),
    [
        (100.0, {}, "far above the 0.001 that is usual for adamw. Try a smaller learning rate such as 0.001 first."),
        (0.005, {}, "Try a smaller learning rate such as 0.0005, or to limit the gradients (clip_norm)."),
        (0.005, {"clip_norm": 1.0}, "Try a smaller learning rate such as 0.0005."),
        (
            0.005,
            {"standardise": ()},
            "a smaller learning rate such as 0.0005, to limit the gradients (clip_norm), or to standardise the data on "
            "the Data page.",
        ),
    ],
)  # fmt: skip
def test_what_to_try_is_nothing_that_is_done_already(lr, settings, words) -> None:
    plan = check(table(optimizer={"lr": lr}, **settings))
    assert str(explain(Diverged(8, lr, float("nan")), plan, 8)).endswith(words)


FULL = About(setting="data.batch_size", reason="out-of-memory")


def failing(number: int, error: Exception) -> Callable[[nn.Linear, torch.Tensor], torch.Tensor]:
    """A forward pass of Linear that raises at its ``number``-th call in training mode."""
    calls = [0]

    def forward(self: nn.Linear, x: torch.Tensor) -> torch.Tensor:
        calls[0] += torch.is_grad_enabled()
        if calls[0] >= number:
            raise error
        return nn.functional.linear(x, self.weight, self.bias)

    return forward


@pytest.mark.parametrize(
    ("error", "words", "about"),
    [
        (MemoryError(), "Step 5 needs more memory than there is: try a data.batch_size below 16", FULL),
        (torch.OutOfMemoryError("CUDA out of memory."), "Step 5 needs more memory than there is", FULL),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "Step 5 needs more memory than there is", FULL),
        (ValueError("no such thing\nmore"), "Step 5 failed in fc1 (Linear): ValueError: no such thing.", About("fc1")),
    ],
)
def test_what_fails_in_the_network_is_one_sentence_and_keeps_what_there_is(
    error, words, about, tmp_path, monkeypatch
) -> None:
    graph = table()
    named = {node.name: node.id for node in graph.nodes.values()}
    with monkeypatch.context() as patch:
        patch.setattr(nn.Linear, "forward", failing(13, error))  # two batches of two layers go through before
        trainer = Trainer(graph, tmp_path / "run")
        result = trainer.run()
    assert (result.state, result.steps) == ("failed", 4)
    assert result.message.startswith(words)
    assert trainer.status.message == result.message
    assert [row["step"] for row in rows(result.run)] == [1, 2, 3, 4]
    assert type(error).__name__ in (result.run / "error.txt").read_text()
    assert (result.run / "model.safetensors").is_file()
    info = runs(tmp_path)[0]
    assert (info.state, info.message, info.steps) == ("failed", result.message, 4)
    assert info.about == result.about == replace(about, node=named.get(about.node))
    assert Trainer(graph, tmp_path / "next").run().state == "finished"


def test_where_memory_runs_out_the_largest_batch_that_fits_is_named(monkeypatch) -> None:
    plan, gpu = check(table(data={"batch_size": 64})), torch.device("cuda")
    full = torch.OutOfMemoryError("CUDA out of memory.")

    def said(room: int) -> str:
        monkeypatch.setattr(failures, "room_for_steps", lambda device, data: room)
        found = explain(full, plan, 4, gpu, cast(Prepared, object()))
        assert found.about == FULL
        return str(found)

    fits = largest_batch(plan, needed_memory(plan, 40))
    assert 20 < fits < 40
    assert said(needed_memory(plan, 40)) == (
        f"Step 5 needs more memory than there is: of batches of 64 samples the largest that fits has about {fits}. "
        "Set data.batch_size to that or less, and begin a run with the weights of this one."
    )
    assert "try a data.batch_size below 64" in said(10**12), "then the estimate says nothing"
    assert "not even one sample fits" in said(10)


def test_matrix_products_that_torch_refuses_to_repeat_name_the_variable_to_set() -> None:
    refusal = "this operation is not deterministic because it uses CuBLAS: set CUBLAS_WORKSPACE_CONFIG=:4096:8"
    found = explain(RuntimeError(refusal), check(table()), 0)
    assert found.about == About(setting="training.gpu", reason="not-repeatable")
    assert "CUBLAS_WORKSPACE_CONFIG to be ':4096:8'" in str(found)
    assert "or set training.gpu to 'fast'" in str(found)


def test_a_last_batch_of_one_sample_is_explained(tmp_path) -> None:
    layers = (("Conv2d", {"out_channels": 2, "kernel_size": 8}), ("BatchNorm2d", {}), ("Flatten", {}))
    graph = table("digits", 10, layers=layers, standardise=(), data={"batch_size": 157})
    with pytest.raises(TrainingError, match="Switch drop_last on, or choose another batch_size"):
        Trainer(graph, tmp_path / "run").run()


def test_a_full_disk_fails_the_run_with_a_sentence(tmp_path, monkeypatch) -> None:
    from engine.training.runs.folder import RunError
    from engine.training.runs.run import Run

    def full(self: Run, rows: object) -> None:
        raise RunError(f"{self.path} cannot hold a run: No space left on device.")

    monkeypatch.setattr(Run, "metrics", full)
    trainer = Trainer(table(), tmp_path / "run")
    result = trainer.run()
    assert result.state == "failed"
    assert result.message.endswith("No space left on device.")
    assert (result.run / "model.safetensors").is_file()
    assert runs(tmp_path)[0].state == "failed"
    with pytest.raises(TrainingError, match="has run already"):
        trainer.run()


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_trained(tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TrainingError, match="cannot hold a run: Not a directory"):
        Trainer(table(), tmp_path / "file" / "run").run()


def test_weights_that_cannot_be_kept_fail_the_run_with_a_sentence(tmp_path) -> None:
    def obstruct(status: object) -> None:
        (tmp_path / "run" / "model.safetensors").mkdir(exist_ok=True)

    result = Trainer(table(), tmp_path / "run", on_epoch=obstruct).run()
    assert result.state == "failed"
    assert result.message.startswith("Trained 3 epochs. The weights cannot be saved in")
    assert runs(tmp_path)[0].state == "failed"


THIN = {"train": 0.98, "validation": 0.01, "test": 0.01}


def broken(change: Callable[[Graph], Any]) -> Graph:
    graph = table()
    change(graph)
    return graph


def _settings(section: str, **values: Any) -> Callable[[Graph], Any]:
    return lambda graph: graph.settings[section].update(values)


@pytest.mark.parametrize(
    ("change", "words", "subject"),
    [
        (_settings("training", epochs="many"), "epochs must be an integer ≥ 0, not 'many'.", "training.epochs"),
        (_settings("training", device="cuda:7"), "but PyTorch finds no such device", "training.device"),
        (_settings("data", dataset=None), "No data is chosen: set data.dataset to one of", "data.dataset"),
        (_settings("data", dataset="digits", transforms=[]), "in (Input) takes samples of 4 (float32), but in", "in"),
        (_settings("data", batch_size=200, drop_last=True), "drop_last on, no batch is left.", "data.batch_size"),
        (_settings("data", split=THIN), "the mix of classes", "data.split.test"),
        (lambda graph: graph.add("Output", name="loose"), "loose (Output) has nothing on its input", "loose"),
    ],
)  # fmt: skip
def test_what_has_to_be_mended_first_is_one_sentence_and_leaves_no_run(
    change, words, subject, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    graph = broken(change)
    trainer = Trainer(graph, tmp_path / "run")
    with pytest.raises(TrainingError, match=re.escape(words)) as caught:
        trainer.run()
    about = caught.value.about
    assert subject == (about.setting if about.node is None else graph.nodes[about.node].name)
    assert "\n" not in str(caught.value)
    assert (trainer.status.state, trainer.status.message) == ("failed", str(caught.value))
    assert not (tmp_path / "run").exists()


def test_a_network_without_weights_cannot_be_trained(tmp_path) -> None:
    graph = Graph()
    graph.connect(graph.add("Input", shape=(4,)), graph.add("Output"))
    graph.settings["data"]["dataset"] = "iris"
    with pytest.raises(TrainingError, match="No layer with weights leads to the loss"):
        Trainer(graph, tmp_path / "run").run()


def test_a_folder_that_is_taken_or_no_folder_is_one_sentence(tmp_path) -> None:
    Trainer(table(epochs=0), tmp_path / "run").run()
    with pytest.raises(TrainingError, match="holds a run already: choose another folder"):
        Trainer(table(), tmp_path / "run").run()
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match=r"file.* cannot hold a run: (Not a directory|File exists)"):
        Trainer(table(), tmp_path / "file" / "run").run()


def test_an_interrupt_is_passed_on_and_the_run_kept(tmp_path, monkeypatch) -> None:
    def interrupt(self: nn.Linear, x: torch.Tensor) -> torch.Tensor:
        raise KeyboardInterrupt

    monkeypatch.setattr(nn.Linear, "forward", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Trainer(table(), tmp_path / "run").run()
    assert (runs(tmp_path)[0].state, runs(tmp_path)[0].message) == ("stopped", "Interrupted.")


# -- where it computes ---------------------------------------------------------------------------------------------


def test_threads_follow_from_the_work_of_a_step_and_the_cores_alone(monkeypatch) -> None:
    from engine.training.steps import device

    assert 1 <= device.cores() <= 1024
    monkeypatch.setattr(device, "cores", lambda: 4)
    work = [0, 14_999_999, 30_000_000, 59_999_999, 10**12]
    assert [device.choose_threads(None, amount) for amount in work] == [1, 1, 2, 3, 4]
    assert device.choose_threads(7, 0) == 7


def test_threads_wait_politely_unless_the_user_says_otherwise(monkeypatch) -> None:
    from engine.training.steps.threads import use_passive_waiting

    for set_by_user, expected in ((None, "PASSIVE"), ("ACTIVE", "ACTIVE")):
        monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
        if set_by_user:
            monkeypatch.setenv("OMP_WAIT_POLICY", set_by_user)
        use_passive_waiting()
        assert os.environ["OMP_WAIT_POLICY"] == expected


def test_the_device_is_the_best_there_is_or_the_one_asked_for(monkeypatch) -> None:
    from engine.training.steps.device import choose_device

    for cuda, mps, expected in ((True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mps=mps: mps)
        assert choose_device("auto").type == expected
        assert choose_device("cpu").type == "cpu"
        if cuda:
            assert choose_device("cuda:1").index == 1
            with pytest.raises(TrainingError, match="there are 2: 'cuda:0' to 'cuda:1'"):
                choose_device("cuda:2")
        else:
            with pytest.raises(TrainingError, match="finds no such device on this computer: choose 'auto' or"):
                choose_device("cuda")


@pytest.mark.parametrize("fails", [False, True], ids=["finished", "out of memory"])
def test_a_run_that_is_over_leaves_nothing_on_a_gpu(fails: bool, tmp_path, monkeypatch) -> None:
    """Its Trainer and what it has said are there still; the next run in the program wants the memory."""
    held, released = list[weakref.ref[object]](), list[torch.device]()
    made, learn = opening.build, Stepper.step

    def build(plan, data, target):
        stepper = made(plan, data, target)
        held.extend(map(weakref.ref, (stepper.network.module, stepper.optimizer, *data.train.tensors.values())))
        return stepper

    def step(self, batches, number, **options):
        if fails and number == 3:
            raise torch.OutOfMemoryError("as on a GPU")
        return learn(self, batches, number, **options)

    def give_back(target: torch.device) -> None:
        released.append(target)
        gc.collect()

    monkeypatch.setattr(opening, "build", build)
    monkeypatch.setattr(Stepper, "step", step)
    monkeypatch.setattr(device, "give_back", give_back)
    trainer = Trainer(table(epochs=1), tmp_path / "run")
    assert trainer.run().state == ("failed" if fails else "finished")
    assert released == [torch.device("cpu")]
    assert held
    assert not any(one() is not None for one in held)


def test_only_on_a_gpu_what_was_left_is_looked_for(monkeypatch) -> None:
    done = list[str]()
    monkeypatch.setattr(gc, "collect", lambda: done.append("circles"))
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: done.append("cache"))
    device.give_back(torch.device("cpu"))
    assert done == []
    device.give_back(torch.device("cuda", 0))
    assert done == ["circles", "cache"]
