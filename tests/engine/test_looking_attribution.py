"""What speaks for an answer: captum is the oracle where each module is used once, else the sum that must hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from captum import attr
from torch.nn import functional

from engine.inside.looking.grad_cam import METHOD as GRAD_CAM
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.integrated_gradients import METHOD as INTEGRATED
from engine.inside.looking.method import Question
from engine.inside.looking.occlusion import METHOD as OCCLUSION
from engine.inside.looking.results import Bars, Heat
from engine.inside.looking.saliency import METHOD as SALIENCY
from engine.inside.looking.target import Target
from tests.engine.looking_networks import asked, fresh, last, on, rename, small, tokens, unet
from tests.engine.networks import chain
from tests.engine.test_looking import looped

IMAGES = ("lenet-5", "resnet-18-small", "lstm-classifier", "transformer-encoder")
UNIT = 3


@pytest.fixture(scope="module", params=IMAGES)
def question(request: pytest.FixtureRequest) -> Question:
    return asked(Inspector(fresh(small(request.param))), index=5, unit=UNIT)


def network(question: Question) -> torch.nn.Module:
    return question.inspector.network.module


def image(question: Question) -> torch.Tensor:
    return question.the_sample().batch["image"].clone().requires_grad_()


def heat(step: Any) -> np.ndarray:
    assert isinstance(step.result, Heat)
    return step.result.heat


def with_options(question: Question, **options: Any) -> Question:
    return replace(question, options=options)


def test_saliency_is_captums(question: Question) -> None:
    wanted = attr.Saliency(network(question)).attribute(image(question), target=UNIT)
    assert heat(last(SALIENCY, question)) == pytest.approx(wanted[0].amax(0).detach().numpy(), rel=1e-4, abs=1e-6)


def test_integrated_gradients_are_captums(question: Question) -> None:
    options = {"baseline": "zero", "points": 16, "tolerance": 0.001}
    found = last(INTEGRATED, with_options(question, **options))
    method = attr.IntegratedGradients(network(question))
    points = int(dict(found.facts)["completeness gap"].split()[-2])
    x = image(question)
    wanted = method.attribute(x, baselines=torch.zeros_like(x), target=UNIT, n_steps=points, method="gausslegendre")
    assert heat(found) == pytest.approx(wanted[0].sum(0).detach().numpy(), rel=1e-3, abs=1e-5)


def test_occlusion_is_captums(question: Question) -> None:
    x = image(question).detach()
    size = x.shape[-1] // 4
    found = last(OCCLUSION, with_options(question, baseline="zero", patch=size, stride=size // 2))
    wanted = attr.Occlusion(network(question)).attribute(
        x,
        sliding_window_shapes=(1, size, size),
        strides=(1, size // 2, size // 2),
        baselines=0,
        target=UNIT,
        perturbations_per_eval=8,
    )
    assert heat(found) == pytest.approx(wanted[0, 0].numpy(), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "layer"), [("lenet-5", "conv2"), ("lenet-5", "relu1"), ("resnet-18-small", "stage3 [2] › conv2")]
)
def test_grad_cam_is_captums(name: str, layer: str) -> None:
    question = asked(Inspector(fresh(small(name))), layer, index=2, unit=UNIT)
    assert question.layer is not None
    module = network(question).get_submodule(question.layer.module)
    wanted = attr.LayerGradCam(network(question), module).attribute(
        image(question), target=UNIT, relu_attributions=True
    )
    large = functional.interpolate(wanted, (32, 32), mode="bilinear", align_corners=False)[0, 0]
    assert heat(last(GRAD_CAM, question)) == pytest.approx(large.detach().numpy(), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("name", ["lenet-5", "looped", pytest.param("resnet-18-small", marks=pytest.mark.slow)])
def test_the_shares_of_integrated_gradients_add_up(name: str) -> None:
    """Also where layers are used several times: their sum is the difference of the two answers."""
    inspector = Inspector(fresh(looped() if name == "looped" else small(name)))
    question = asked(inspector, index=7, options={"points": 512, "tolerance": 0.5})
    found = last(INTEGRATED, question)
    sample = question.the_sample().batch["image"]
    known = inspector.trained.data.train.values("image")[:128]
    both = torch.cat([sample, torch.full_like(sample, float(known.min()))])
    with torch.no_grad():
        answers = inspector.network.module(both)
    unit = int(answers[0].argmax())
    difference = float(answers[0, unit] - answers[1, unit])
    assert heat(found).sum() == pytest.approx(difference, rel=0.006)
    assert dict(found.facts)["sum of attributions"] == f"{heat(found).sum():.4g}"


def test_previews_come_first_and_end_in_the_same_as_the_whole(question: Question) -> None:
    steps = [*OCCLUSION.looks(question)]
    shares = [step.done for step in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    shown = [step for step in steps if step.result is not None]
    assert len(shown) > 1, "there is a coarse preview"
    assert steps.index(shown[0]) <= 4


def test_tokens_are_explained_by_their_embedding() -> None:
    inspector = Inspector(fresh(tokens()))
    question = asked(inspector, index=1, unit=40, options={"points": 64, "tolerance": 0.001})
    module, sample = inspector.network.module, question.the_sample().batch["text"]

    def mean(text: torch.Tensor) -> torch.Tensor:
        return module(text).mean(1)

    oracle = attr.LayerIntegratedGradients(mean, module.get_submodule("embedding1"))
    found = last(INTEGRATED, question)
    points = int(dict(found.facts)["completeness gap"].split()[-2])
    wanted = oracle.attribute(  # token 0 is padding: its embedding is zeros
        sample, baselines=torch.zeros_like(sample), target=40, n_steps=points, method="gausslegendre"
    )
    assert isinstance(found.result, Bars)
    assert found.result.values == pytest.approx(wanted[0].sum(-1).detach().numpy(), rel=1e-3, abs=1e-6)
    text = inspector.trained.data.fields["text"].names
    assert found.result.names == tuple(text[token].replace(" ", "␣") for token in sample[0].tolist())
    slope = last(SALIENCY, asked(inspector, index=1, unit=40)).result
    assert isinstance(slope, Bars)
    embedded = module.get_submodule("embedding1")(sample).detach().requires_grad_()
    rest = module.get_submodule("fc1")(module.get_submodule("lstm1")(embedded)[0]).mean(1)[0, 40]
    (gradient,) = torch.autograd.grad(rest, embedded)
    assert slope.values == pytest.approx(gradient[0].norm(dim=-1).numpy(), rel=1e-4, abs=1e-8)


@pytest.mark.slow
def test_a_mask_is_explained_at_one_position_or_in_the_mean() -> None:
    inspector = Inspector(fresh(unet()))
    question = asked(inspector, index=3, unit=2)
    module = inspector.network.module
    x = image(question)
    wanted = attr.Saliency(lambda value: module(value).mean((2, 3))).attribute(x, target=2)
    assert heat(last(SALIENCY, question)) == pytest.approx(wanted[0].amax(0).numpy(), rel=1e-4, abs=1e-8)
    one = replace(question, target=Target(0, 2, 5 * 32 + 7))
    wanted = attr.Saliency(module).attribute(x, target=(2, 5, 7))
    assert heat(last(SALIENCY, one)) == pytest.approx(wanted[0].amax(0).numpy(), rel=1e-4, abs=1e-8)


@pytest.mark.slow
def test_a_clip_is_shown_frame_by_frame() -> None:
    """The frames lie side by side; covering one is covering all of its pixels."""
    graph = chain(
        (8, 1, 16, 16),
        ("Permute", {"dims": (0, 2, 1, 3, 4)}),
        ("Conv3d", {"out_channels": 2, "kernel_size": 3}),
        ("Flatten", {}),
        ("Linear", {"out_features": 10}),
    )
    rename(graph, graph.of_type("Input")[0].id, "clip")
    rename(graph, graph.of_type("Output")[0].id, "label")
    inspector = Inspector(fresh(on("moving_digits", graph)))
    question = asked(inspector, index=2, unit=UNIT, options={"baseline": "zero"})
    found, clip = heat(last(OCCLUSION, question)), question.the_sample().batch["clip"]
    assert found.shape == (16, 8 * 16)
    module = inspector.network.module
    for frame in (0, 5):
        covered = clip.clone()
        covered[:, frame] = 0
        with torch.no_grad():
            wanted = float(module(clip)[0, UNIT] - module(covered)[0, UNIT])
        assert found[:, 16 * frame : 16 * frame + 16] == pytest.approx(np.full((16, 16), wanted), abs=1e-5)
    wanted_slope = attr.Saliency(module).attribute(clip.clone().requires_grad_(), target=UNIT)[0, :, 0]
    slope = heat(last(SALIENCY, asked(inspector, index=2, unit=UNIT)))
    assert slope[:, 16:32] == pytest.approx(wanted_slope[1].numpy(), rel=1e-4, abs=1e-8)
