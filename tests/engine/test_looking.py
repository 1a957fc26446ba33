"""Looking into a network: the answer of every layer, in blocks, repeats and reused ones, on a copy of a run."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch.nn import functional

import presets
from engine.edits import SetParameter, SetProperty, SetSetting
from engine.errors import visible
from engine.graph import Graph
from engine.inside.looking import samples
from engine.inside.looking.arithmetic import METHOD as ARITHMETIC
from engine.inside.looking.errors import LookingError
from engine.inside.looking.grad_cam import METHOD as GRAD_CAM
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.layer_answers import AnswerId
from engine.inside.looking.method import Question
from engine.inside.looking.methods import METHODS, looks, method
from engine.inside.looking.opening import inspector_of
from engine.inside.looking.results import Arithmetic, Dots, Grid, Heat, Histograms
from engine.inside.looking.target import unit_names
from engine.inside.trained import open_run
from engine.training.findings import NodePath
from engine.training.loop import Trainer
from engine.training.runs.folder import kept
from engine.training.runs.run_info import read
from tests.engine.looking_networks import asked, fresh, last, on, on_digits, small, tokens, unet
from tests.engine.networks import chain

CONV = {"out_channels": 1, "kernel_size": 3, "padding": 1, "bias": False}


def looped() -> Graph:
    """One convolution that is used twice by two nodes, then a block three times with the same weights."""
    graph = Graph("looped")
    block = graph.define("Step")
    start, conv, add, end = (
        block.add("BlockInput", name="x"),
        block.add("Conv2d", **CONV),
        block.add("Add"),
        block.add("BlockOutput", name="y"),
    )
    tanh = block.add("Tanh")
    for source, target in ((start, conv), (conv, tanh), (start, add), (tanh, add), (add, end)):
        block.connect(source, target)
    image = graph.add("Input", name="image", shape=(1, 8, 8))
    first = graph.add("Conv2d", name="first", **CONV)
    relu = graph.add("ReLU", name="relu")
    second = graph.add("Conv2d", name="second", **CONV)
    steps = graph.add("Step", name="steps")
    for node, key, value in ((second, "weights_of", first), (steps, "repeat", 3), (steps, "share_weights", True)):
        SetProperty(node, key, value).apply(graph)
    flat, head, output = graph.add("Flatten"), graph.add("Linear", out_features=10), graph.add("Output", name="label")
    chain = (image, first, relu, second, steps, flat, head, output)
    for source, target in itertools.pairwise(chain):
        graph.connect(source, target)
    graph.settings = {"data": {"dataset": "digits"}, "training": {}}
    return graph


def by_hand(inspector: Inspector, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """The same network written out, with every value a leaf's child."""
    own = dict(inspector.network.module.named_parameters())
    first = next(value for name, value in own.items() if name.startswith("first"))
    step = next(value for name, value in own.items() if "steps" in name)
    weight, bias = (own[f"fc1.{name}"] for name in ("weight", "bias"))
    found = {"first": functional.conv2d(x, first, padding=1)}
    found["relu"] = found["first"].relu()
    found["second"] = value = functional.conv2d(found["relu"], first, padding=1)
    for call in (1, 2, 3):
        found[f"conv {call}"] = functional.conv2d(value, step, padding=1)
        value = value + found[f"conv {call}"].tanh()
        found[f"add {call}"] = value
    found["answer"] = functional.linear(value.flatten(1), weight, bias)
    return found


NAMES = {
    "first": "first",
    "second": "second",
    "steps › conv1, call 1": "conv 1",
    "steps › conv1, call 3": "conv 3",
    "steps › add1, call 2": "add 2",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_call_of_a_reused_layer_has_its_own_answer_and_gradient(name: str) -> None:
    inspector = Inspector(fresh(looped()))
    question = asked(inspector, name, unit=4)
    assert question.sample is not None
    assert question.layer is not None
    known = by_hand(inspector, question.sample.batch["image"].clone().requires_grad_())
    done = inspector.run(question.sample.batch, [question.layer.id], gradients=True)
    value, wanted = done.values[question.layer.id], known[NAMES[name]]
    assert torch.allclose(value, wanted, atol=1e-6)
    (gradient,) = torch.autograd.grad(done.answers[0][0, 4], value)
    (by_chain,) = torch.autograd.grad(known["answer"][0, 4], wanted)
    assert torch.allclose(gradient, by_chain, atol=1e-6)


def test_gradients_of_a_reused_layer_are_its_finite_differences() -> None:
    """The second node that uses the convolution, moved alone, in double precision."""
    inspector = Inspector(fresh(looped()))
    question = asked(inspector, "second", unit=2)
    assert question.sample is not None
    assert question.layer is not None
    x = question.sample.batch["image"]
    done = inspector.run(question.sample.batch, [question.layer.id], gradients=True)
    (gradient,) = torch.autograd.grad(done.answers[0][0, 2], done.values[question.layer.id])

    own = {name: value.double() for name, value in inspector.network.module.named_parameters()}
    step = next(value for name, value in own.items() if "steps" in name)

    def rest(value: torch.Tensor) -> torch.Tensor:
        for _ in range(3):
            value = value + functional.conv2d(value, step, padding=1).tanh()
        return functional.linear(value.flatten(1), own["fc1.weight"], own["fc1.bias"])[0, 2]

    second = by_hand(inspector, x)["second"].detach().double()
    for row, column in ((0, 0), (3, 5), (7, 7)):
        moved = torch.zeros_like(second)
        moved[0, 0, row, column] = 1e-6
        slope = (rest(second + moved) - rest(second - moved)) / 2e-6
        assert float(gradient[0, 0, row, column]) == pytest.approx(float(slope), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("name", ["relu", "second", "steps › add1, call 2"])
def test_grad_cam_is_right_for_reused_and_functional_layers(name: str) -> None:
    inspector = Inspector(fresh(looped()))
    question = asked(inspector, name, unit=4)
    assert question.sample is not None
    known = by_hand(inspector, question.sample.batch["image"].clone().requires_grad_())
    value = known[{**NAMES, "relu": "relu"}[name]]
    (gradient,) = torch.autograd.grad(known["answer"][0, 4], value)
    cam = (gradient.mean((2, 3), keepdim=True) * value).sum(1)[0].relu().detach()
    result = last(GRAD_CAM, question).result
    assert isinstance(result, Heat)
    assert torch.allclose(torch.from_numpy(result.heat), cam, atol=1e-6)


def test_repeats_of_a_block_are_told_apart_by_number_and_path() -> None:
    inspector = Inspector(fresh(small("resnet-18-small")))
    question = asked(inspector, "stage2 [2] › conv1")
    assert question.layer is not None
    assert question.layer.module == "stage2.1.conv1"
    assert question.layer.shape == (1, 32, 16, 16)
    (call,) = inspector.calls_of(question.the_sample().batch, question.layer)
    weight = inspector.network.module.get_parameter("stage2.1.conv1.weight")
    answer = inspector.run(question.the_sample().batch, [question.layer.id]).values[question.layer.id]
    assert torch.allclose(functional.conv2d(call.given[0], weight, padding=1), answer, atol=1e-5)


@pytest.mark.parametrize("name", ["lenet-5", "resnet-18-small", "lstm-classifier", "transformer-encoder", "vit-tiny"])
def test_the_copy_answers_as_the_network_and_leaves_it_as_it_is(name: str) -> None:
    trained = fresh(small(name))
    before = {key: value.clone() for key, value in trained.network.module.state_dict().items()}
    inspector = Inspector(trained)
    batch = samples.first(trained, trained.data.test, 4)
    with torch.no_grad():
        (plain,) = trained.network.answers(batch)
    assert torch.equal(inspector.run(batch).answers[0], plain)
    for each in METHODS[:5]:
        question = asked(inspector, inspector.layers({key: value[:1] for key, value in batch.items()})[-1].name)
        if not each.refuses(question):
            last(each, question)
    assert all(torch.equal(value, before[key]) for key, value in trained.network.module.state_dict().items())
    assert all(parameter.requires_grad for parameter in trained.network.module.parameters())


@pytest.mark.slow
@pytest.mark.parametrize("build", [tokens, lambda: tokens(True), unet], ids=["tokens", "encoder", "u-net"])
def test_every_method_answers_or_says_why_not(build: Callable[[], Graph]) -> None:
    inspector = Inspector(fresh(build()))
    sample = samples.of_part(inspector.trained, inspector.trained.data.test, 0)
    for layer in inspector.layers(sample.batch)[1:]:
        for each in METHODS:
            if each.id in ("t-sne", "histograms"):
                continue
            more = {"samples": 40} if any(option.name == "samples" for option in each.options) else {}
            more |= {"steps": 2} if each.id == "maximise" else {}
            more |= {"patch": 16} if each.id == "occlusion" else {}
            question = Question(inspector, sample, layer, options=more)
            if each.refuses(question):
                with pytest.raises(LookingError) as caught:
                    last(each, question)
                assert str(caught.value).endswith(".")
                assert caught.value.kind in ("layer", "task", "sample")
            else:
                last(each, question)


def test_what_does_not_fit_is_said_in_a_sentence_with_its_kind() -> None:
    inspector = Inspector(fresh(small("lenet-5")))
    with pytest.raises(LookingError, match=r"fc1 answers 1 × 120: Grad-CAM needs maps") as caught:
        last(GRAD_CAM, asked(inspector, "fc1"))
    assert caught.value.kind == "layer"
    assert caught.value.about.node is not None
    wrong: list[tuple[str, Callable[[], object]]] = [
        ("sample", lambda: samples.of_part(inspector.trained, inspector.trained.data.test, 10_000)),
        ("sample", lambda: last(method("saliency"), Question(inspector))),
        ("layer", lambda: last(method("filters"), Question(inspector))),
        ("layer", lambda: last(method("filters"), asked(inspector, "fc1"))),
        ("layer", lambda: last(method("attention"), asked(inspector, "conv1"))),
        ("layer", lambda: last(method("templates"), asked(inspector, "fc3"))),
        ("task", lambda: last(method("partial-dependence"), asked(inspector))),
        ("option", lambda: last(ARITHMETIC, asked(inspector, "conv1", options={"channel": 6}))),
        ("option", lambda: last(method("saliency"), asked(inspector, unit=10))),
        ("option", lambda: last(method("occlusion"), asked(inspector, options={"baseline": "grey"}))),
        ("option", lambda: last(method("occlusion"), asked(inspector, options={"patches": 3}))),
        ("option", lambda: last(method("occlusion"), asked(inspector, options={"patch": 1e9}))),
        ("option", lambda: method("grad-cm")),
    ]
    for kind, call in wrong:
        with pytest.raises(LookingError) as found:
            call()
        assert found.value.kind == kind
        assert str(found.value).endswith((".", "?"))


def test_an_answer_that_does_not_depend_on_a_layer_says_so() -> None:
    graph = on_digits(("Flatten", {}), ("Linear", {"out_features": 10}))
    (image,) = graph.of_type("Input")
    side = graph.add("Conv2d", out_channels=2, kernel_size=3)
    term = graph.add("Output", name="side", loss="value")
    graph.connect(image.id, side)
    graph.connect(side, term)
    inspector = Inspector(fresh(graph))
    with pytest.raises(LookingError, match="does not depend on conv1") as caught:
        last(GRAD_CAM, asked(inspector, "conv1"))
    assert caught.value.kind == "layer"


def running(folder: Path, epochs: int = 3) -> Trainer:
    graph = presets.build("lenet-5")
    for path, value in (
        (("training", "epochs"), epochs),
        (("training", "threads"), 1),
        (("training", "checkpoint"), {"epochs": 1, "keep_all": True}),
    ):
        SetSetting(path, value).apply(graph)
    return Trainer(graph, folder)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone") / "run"
    assert running(folder).run().state == "finished"
    return folder


def test_looking_beside_a_run_changes_no_byte_of_it(alone: Path, tmp_path: Path) -> None:
    trainer = running(tmp_path / "beside")
    worker = threading.Thread(target=trainer.run)
    worker.start()
    seen, number = list[int](), 0
    while worker.is_alive():
        now = trainer.weights()
        if now is None:
            continue
        step, weights = now
        inspector = inspector_of(alone, weights)
        each = (method("integrated-gradients"), method("saliency"), method("maximise"), method("pca"))[number % 4]
        options = {"steps": 4} if each.id == "maximise" else {"samples": 64} if each.id == "pca" else {}
        assert [*looks(each, asked(inspector, "conv2", options=options))][-1].result is not None
        seen.append(step)
        number += 1
    worker.join()
    assert len(set(seen)) > 2, "it was looked into at several moments"
    names = [
        "metrics.jsonl",
        "model.safetensors",
        *(f"checkpoints/{state.name}/model.safetensors" for _, state in kept(alone)),
    ]
    for name in names:
        first, second = ((folder / name).read_bytes() for folder in (alone, tmp_path / "beside"))
        assert first == second, name


def test_the_weights_of_the_moment_are_looked_at(alone: Path) -> None:
    """Those after the first epoch give what that state gives, not what the end does."""
    trained = open_run(alone)
    inspector = Inspector(trained)
    batch = samples.first(trained, trained.data.test, 64)
    question = asked(inspector, "fc3")
    result = last(method("histograms"), question).result
    assert isinstance(result, Histograms)
    assert len(result.steps) == 3
    assert question.layer is not None
    final = inspector.run(batch, [question.layer.id]).values[question.layer.id]
    counts = torch.histogram(final, torch.from_numpy(result.edges).float()).hist
    assert counts.tolist() == pytest.approx(result.counts[-1].tolist(), abs=1)
    assert result.counts.sum(1).tolist() == [640, 640, 640]
    assert (result.counts[0] != result.counts[-1]).any()


def test_a_run_that_has_stored_no_state_shows_the_weights_it_has(alone: Path, tmp_path: Path) -> None:
    shutil.copytree(alone, tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "checkpoints")
    trained = open_run(tmp_path / "run")
    found = last(method("histograms"), asked(Inspector(trained), "fc3"))
    assert isinstance(found.result, Histograms)
    assert found.result.steps == (read(alone).steps,)
    assert "weights it has now" in found.note


def test_one_number_of_two_classes_speaks_for_the_second() -> None:
    graph = chain((30,), ("Linear", {"out_features": 1}))
    graph.of_type("Output")[0].parameters["loss"] = "binary_cross_entropy_with_logits"
    inspector = Inspector(fresh(on("breast_cancer", graph)))
    assert unit_names(inspector.trained) == ("benign",)
    assert last(method("saliency"), asked(inspector)).result.unit == "slope of benign"  # type: ignore[union-attr]


def test_an_answer_is_addressed_by_its_node_path() -> None:
    inspector = Inspector(fresh(small("resnet-18-small")))
    graph = inspector.trained.plan.graph
    stage = next(node for node in graph.nodes.values() if node.name == "stage1")
    block = graph.blocks.of_type(stage.type)
    assert block is not None
    conv = next(node for node in block.graph.nodes.values() if node.name == "conv2")
    batch = samples.of_part(inspector.trained, inspector.trained.data.test, 1).batch
    found = [
        inspector.run(batch, [one]).values[one]
        for one in (AnswerId(NodePath((stage.id,), conv.id, path)) for path in ("stage1.0", "stage1.1"))
    ]
    assert found[0].shape == found[1].shape == (1, 16, 32, 32)
    assert not torch.equal(*found)


def test_the_arithmetic_is_that_of_the_middle_where_nothing_else_is_said() -> None:
    inspector = Inspector(fresh(small("lenet-5")))
    result = last(ARITHMETIC, asked(inspector, "conv1")).result
    assert isinstance(result, Arithmetic)
    assert result.unit == "channel 0, row 14, column 14"


def test_a_blank_is_shown_by_a_sign() -> None:
    assert [visible(name) for name in ("a", " ", "a b", "")] == ["a", "␣", "a b", "(empty)"]


@pytest.mark.parametrize("kind", ["weight_norm", "spectral_norm"])
def test_parametrized_weights_are_looked_at_as_they_are_used(kind: str) -> None:
    graph = on_digits(
        ("Conv2d", {"out_channels": 2, "kernel_size": 3}), ("Flatten", {}), ("Linear", {"out_features": 10})
    )
    SetProperty(graph.of_type("Conv2d")[0].id, "parametrization", kind).apply(graph)
    inspector = Inspector(fresh(graph))
    question = asked(inspector, "conv1")
    result = last(ARITHMETIC, question).result
    assert isinstance(result, Arithmetic)
    with torch.no_grad():
        module = inspector.trained.network.module.get_submodule("conv1")
        wanted = module(question.the_sample().batch["image"])[0, 0, 3, 3]
    assert result.total == pytest.approx(float(wanted), abs=1e-5)
    filters = last(method("filters"), question).result
    assert isinstance(filters, Grid)
    assert filters.maps[0] == pytest.approx(result.kernel[0], abs=1e-6)


def test_a_network_of_terms_of_the_loss_alone_has_layers_but_no_answer_to_explain() -> None:
    graph = on_digits(("Flatten", {}), ("Linear", {"out_features": 3}), ("Mean", {"dim": 1}))
    (output,) = graph.of_type("Output")
    SetParameter(output.id, "loss", "value").apply(graph)
    inspector = Inspector(fresh(graph))
    with pytest.raises(LookingError, match="terms of its loss") as caught:
        last(method("saliency"), asked(inspector))
    assert caught.value.kind == "task"
    found = last(method("pca"), asked(inspector, "mean1", options={"samples": 20})).result
    assert isinstance(found, Dots)
    assert found.points.shape == (20, 2)
