"""Exact or fast on a GPU: what the settings leave open is decided once, kept, said, and mirrored by a script.

No GPU is needed: what torch says of one is given here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.backends import cudnn
from torch.cuda._utils import _get_device_index

import presets
from engine import losses
from engine.compile import compile_graph
from engine.edits import SetSetting
from engine.exports.subject import Subject
from engine.exports.training_script.script import Script
from engine.graph import Graph
from engine.losses import class_loss
from engine.shapes import infer
from engine.training.diagnosis.probes import Probed
from engine.training.loop import Trainer
from engine.training.plan import TrainingPlan, check
from engine.training.runs.folder import FACTS
from engine.training.runs.run_info import computing_text, promise, read
from engine.training.steps import kernels as kernel_choice
from engine.training.steps.computing import decided, facts, of_run
from engine.training.steps.device_memory import free_memory
from engine.training.steps.kernels import kernels
from engine.training.steps.moving_average import MovingAverage
from engine.training.steps.recurrent import keep_float32
from engine.training.steps.threads import prepare_environment
from tests.engine.classics import along
from tests.engine.stopping import Stopping

GPU = torch.device("cuda", 0)


@pytest.fixture(autouse=True)
def a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch says of a GPU that computes with bfloat16."""
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device=None: (9, 0))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device=None: "NVIDIA H200")


def plan_of(preset: str = "resnet-18-small", **settings: object) -> TrainingPlan:
    graph = presets.build(preset)
    for name, value in settings.items():
        SetSetting(("training", name), value).apply(graph)
    return check(graph)


def choices(plan: TrainingPlan, device: torch.device = GPU) -> tuple[Any, ...]:
    config = decided(plan, device).training
    return config.precision, config.channels_last


def test_what_the_settings_leave_open_follows_from_device_and_preset() -> None:
    assert choices(plan_of()) == ("bfloat16", True)
    assert choices(plan_of("vit-tiny")) == ("bfloat16", False)
    assert choices(plan_of(gpu="exact")) == ("float32", False)
    assert choices(plan_of(), torch.device("cpu")) == ("float32", True), "as ever"
    assert choices(plan_of(), torch.device("mps")) == ("float32", False)


def test_an_explicit_setting_wins() -> None:
    assert choices(plan_of(precision="float32", channels_last=False)) == ("float32", False)
    assert choices(plan_of(gpu="exact", precision="float16", channels_last=True)) == ("float16", True)
    assert decided(plan_of(compile=True), GPU).training.compile is True


def test_a_gpu_that_only_imitates_bfloat16_computes_with_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device=None: (7, 5))
    assert choices(plan_of())[0] == "float32"


def flags() -> tuple[object, ...]:
    only = torch.are_deterministic_algorithms_enabled()
    return cudnn.deterministic, cudnn.benchmark, torch.get_float32_matmul_precision(), cudnn.allow_tf32, only


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (False, True, "high", True, False)),
        ({"precision": "float32"}, (False, True, "highest", False, False)),
        ({"gpu": "exact"}, (True, False, "highest", False, True)),
        ({"gpu": "exact", "precision": "bfloat16"}, (True, False, "highest", False, True)),
    ],
)
def test_kernels_are_those_of_the_preset_and_torch_is_left_as_it_was(
    settings: dict[str, object], expected: tuple[object, ...]
) -> None:
    before = flags()
    with kernels(torch.device("cuda"), decided(plan_of(**settings), GPU).training):
        assert flags() == expected
        with kernels():  # as somebody else computes, between two steps
            assert (flags()[0], flags()[4]) == (True, False)
        assert flags() == expected
    assert flags() == before
    with kernels(torch.device("cuda"), decided(plan_of(**settings), GPU).training, steady=False):
        assert cudnn.benchmark is False, "to time kernels for every new shape costs more than it gains"
    assert flags() == before


def test_cublas_can_give_the_same_bits_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for by_user, expected in ((None, ":4096:8"), (":16:8", ":16:8")):
        monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
        if by_user:
            monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", by_user)
        prepare_environment()
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == expected


def digits(*layers: tuple[str, dict[str, object]], **training: object) -> Graph:
    graph = Graph("digits")
    ids = [graph.add("Input", name="image", shape=(1, 8, 8))]
    ids += [graph.add(kind, **parameters) for kind, parameters in layers]
    ids += [graph.add("Flatten"), graph.add("Linear", out_features=10), graph.add("Output", name="digit")]
    for source, target in pairwise(ids):
        graph.connect(source, target)
    graph.settings = {
        "data": {"dataset": "digits", "split": {"train": 0.1, "validation": 0.1, "test": 0.8}},
        "training": {"epochs": 2, "threads": 1, **training},
    }
    return graph


def begun_on_a_gpu(
    folder: Path, device: str = "cuda:0", layers: tuple[tuple[str, dict[str, object]], ...] = (), **training: object
) -> None:
    """A run that says of itself what one on a GPU would: it was computed here with the same settings."""
    graph = digits(*layers, **training)
    Trainer(graph, folder, control=Stopping(2)).run()
    said = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    said |= {"device": device, **facts(decided(check(graph), GPU), GPU)}
    (folder / FACTS).write_text(json.dumps(said), encoding="utf-8")


def test_what_was_decided_is_kept_and_said(tmp_path: Path) -> None:
    begun_on_a_gpu(tmp_path / "fast")
    info = read(tmp_path / "fast")
    assert (info.gpu, info.precision, info.compile, info.channels_last) == ("fast", "bfloat16", "graphs", False)
    assert of_run(info, check(digits())).training.precision == "bfloat16"
    assert computing_text(info) == "NVIDIA H200 (cuda:0) · fast: bfloat16, CUDA graphs"
    alone = info.model_copy(update={"device": "cuda", "channels_last": True})
    assert computing_text(alone) == "NVIDIA H200 · fast: bfloat16, channels last, CUDA graphs"
    assert "not the last bits" in promise(info)
    exact = info.model_copy(update={"gpu": "exact", "precision": "float32", "compile": False})
    assert computing_text(exact) == "NVIDIA H200 (cuda:0) · exact: float32"
    assert promise(exact) == "A resume continues with the same bits."


def test_a_run_says_how_it_computes_on_a_gpu_and_what_a_stopped_one_gives_back(tmp_path: Path) -> None:
    begun_on_a_gpu(tmp_path / "fast", "cpu")
    trainer = Trainer.resume(tmp_path / "fast", control=Stopping(3))
    result = trainer.run()
    assert result.remark.startswith(
        "A resume restores the whole state, but not the last bits: set training.gpu to 'exact' for those."
    )
    assert trainer.status.computing.startswith(
        "NVIDIA H200 (cpu) · fast: bfloat16, CUDA graphs. A resume restores the whole state"
    )
    assert read(tmp_path / "fast").precision == "bfloat16", "a resume keeps it"


def test_on_a_cpu_nothing_is_said_of_a_gpu(tmp_path: Path) -> None:
    trainer = Trainer(digits(), tmp_path / "run")
    assert trainer.run().state == "finished"
    info = read(tmp_path / "run")
    assert (info.gpu, info.gpu_name, info.precision, computing_text(info)) == ("", "", "float32", "cpu, 1 thread")
    assert trainer.status.computing == promise(info) == ""


def test_runs_of_former_versions_compute_as_they_did(tmp_path: Path) -> None:
    Trainer(digits(), tmp_path / "run", control=Stopping(2)).run()
    said = json.loads((tmp_path / "run" / FACTS).read_text(encoding="utf-8"))
    for name in ("gpu", "gpu_name", "precision", "compile", "channels_last"):
        del said[name]
    (tmp_path / "run" / FACTS).write_text(json.dumps(said), encoding="utf-8")
    info = read(tmp_path / "run")
    config = of_run(info, check(digits())).training
    assert (config.precision, config.compile, config.channels_last) == ("float32", False, False)
    config = of_run(info, check(digits(precision="bfloat16", compile=True))).training
    assert (config.precision, config.compile) == ("bfloat16", True)


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Torch refuses on the CPU, too, what has no kernel with the same bits every time."""
    choose = kernel_choice._only_deterministic
    monkeypatch.setattr(kernel_choice, "_only_deterministic", lambda wanted: choose(True))
    yield
    torch.use_deterministic_algorithms(False)


def test_exact_names_the_layer_that_has_no_such_kernel(
    refusing: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a backward pass torch names no line: the layer is found all the same."""

    class Doubled(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, x: torch.Tensor) -> torch.Tensor:
            return 2 * x

        @staticmethod
        def backward(context: Any, gradient: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
            return gradient.put_(torch.tensor([0]), torch.ones(1))

    monkeypatch.setattr(torch.nn.ReLU, "forward", lambda self, x: Doubled.apply(x))
    graph = digits(("Conv2d", {"out_channels": 2, "kernel_size": 3}), ("ReLU", {"name": "bend"}))
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "failed"
    assert result.message.startswith("bend (ReLU) is computed on this GPU by put_, which gives other bits every time")
    assert (result.about.setting, result.about.reason) == ("training.gpu", "not-repeatable")
    assert result.about.node is not None
    assert graph.nodes[result.about.node].name == "bend"


def test_cross_entropy_of_masks_takes_the_way_that_has_such_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of (N, C, H, W) has none on a GPU; in rows there is one."""
    answer, target = torch.randn(2, 3, 4, 5).movedim(1, -1), torch.randint(3, (2, 4, 5))
    criterion = losses.get("cross_entropy")()
    second = criterion.pair(answer, target)[0]
    monkeypatch.setattr(class_loss, "_in_rows_alone", lambda answer: True)
    rows = criterion.pair(answer, target)[0]
    assert (second.shape, rows.shape) == ((2, 3, 4, 5), (40, 3))
    assert float(criterion.mean(answer, target)) == pytest.approx(
        float(torch.nn.functional.cross_entropy(answer.movedim(-1, 1), target))
    )


def test_a_script_computes_as_the_run_did(tmp_path: Path) -> None:
    begun_on_a_gpu(tmp_path / "fast")
    text = Script(Subject.of_run(tmp_path / "fast"), "data.npz").text()
    assert "torch.backends.cudnn.benchmark = True" in text
    assert 'torch.set_float32_matmul_precision("high")' in text
    assert "torch.bfloat16" in text
    begun_on_a_gpu(tmp_path / "exact", gpu="exact")
    text = Script(Subject.of_run(tmp_path / "exact"), "data.npz").text()
    assert "torch.use_deterministic_algorithms(True)" in text
    assert 'torch.set_float32_matmul_precision("highest")' in text
    assert "bfloat16)" not in text
    assert "import os\n" in text
    compile(text, "train.py", "exec")


@pytest.mark.parametrize("gpu", ["fast", "exact"])
def test_a_script_keeps_recurrent_layers_in_float32_as_the_run_does(gpu: str, tmp_path: Path) -> None:
    begun_on_a_gpu(tmp_path / "run", layers=(("Squeeze", {"dim": 1}), ("GRU", {"hidden_size": 4})), gpu=gpu)
    text = Script(Subject.of_run(tmp_path / "run"), "data.npz").text()
    assert ("    keep_float32(model)\n" in text) == (gpu == "fast")
    if gpu == "exact":
        return
    made: dict[str, Any] = {"__name__": "exported", "__file__": "train.py"}
    exec(compile(text, "train.py", "exec"), made)
    layer, given = nn.GRU(3, 2, batch_first=True), torch.rand(2, 4, 3).bfloat16()
    packed = nn.utils.rnn.pack_padded_sequence(given.float(), torch.tensor([4, 2]), batch_first=True)
    with torch.no_grad():
        expected = layer(given.float())[0], layer(packed)[0].data
        made["keep_float32"](layer)
        found = layer(given)[0], layer(packed)[0].data
    assert all(map(torch.equal, found, expected))


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_a_look_into_a_recurrent_network_leaves_its_weights_where_they_are(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a GPU torch lays the weights of such a module into one piece, when it is made and when they are others."""
    graph = Graph("recurrent")
    along(graph, graph.add("Input", shape=(4, 3)), (kind, {"hidden_size": 2}), ("Output", {"loss": "mse_loss"}))
    report = infer(graph)
    module = compile_graph(graph)
    probed = Probed(graph, report, module)
    laid: list[nn.Module] = []
    monkeypatch.setattr(nn.RNNBase, "flatten_parameters", lambda self: laid.append(self))
    given = torch.ones(2, 4, 3)
    torch.testing.assert_close(probed(given), module(given), rtol=0, atol=0)
    with torch.no_grad():
        for weight in module.parameters():
            weight.mul_(2)
    torch.testing.assert_close(probed(given), module(given), rtol=0, atol=0)
    assert not laid


@pytest.mark.parametrize("lengths", [False, True], ids=["whole", "packed"])
@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_recurrent_layers_keep_float32_among_others_in_bfloat16(kind: str, lengths: bool) -> None:
    """On a GPU torch would take float16 for them, in which small gradients are 0."""
    graph = Graph("recurrent")
    steps, sizes = graph.add("Input", shape=(4, 3)), graph.add("Input", shape=(), dtype="int64")
    layer = graph.add(kind, hidden_size=2, bidirectional=True)
    graph.connect(steps, layer)
    if lengths:
        graph.connect(sizes, layer, target="lengths")
    graph.connect(layer, graph.add("Output"))
    module, given, many = compile_graph(graph), torch.rand(2, 4, 3).bfloat16(), torch.tensor([4, 2])
    with torch.no_grad():
        expected = module(given.float(), many)
        keep_float32(module)
        kept = module, Probed(graph, infer(graph), module), MovingAverage(module, 0.5).module
        with torch.autocast("cpu", torch.bfloat16):
            found = [one(given, many) for one in kept]
    assert all(torch.equal(one, expected) for one in found)


@pytest.mark.parametrize(("name", "index"), [("cuda", 0), ("cuda:0", 0), ("cuda:1", 1)])
def test_the_free_memory_of_a_gpu_is_what_this_process_may_take(
    name: str, index: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torch wants the number of a GPU at some places, and takes any name of one at others."""

    def fraction(device: object = None) -> float:
        assert (0 if device is None else _get_device_index(device)) == index
        return 0.5

    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (300, 1000))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 250)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda device: 100)
    monkeypatch.setattr(torch.cuda, "get_per_process_memory_fraction", fraction)
    assert free_memory(torch.device(name)) == 400, "half of it all, of which some is used"
