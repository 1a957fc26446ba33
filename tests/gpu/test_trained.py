"""A network that was trained on the device, asked there and on the CPU: answers, scores, and what speaks for them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from engine.inside.evaluation.answered import answered
from engine.inside.evaluation.scores import scores
from engine.inside.looking import samples
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.method import Question
from engine.inside.looking.methods import method
from engine.inside.looking.target import Target
from engine.inside.trained import open_run
from tests.gpu.comparing import FAR, away, exact_products, furthest
from tests.gpu.device import CPU, DEVICE
from tests.gpu.runs import preset, trained

METHODS = ("saliency", "integrated-gradients", "grad-cam", "occlusion", "feature-maps", "histograms")


@pytest.fixture(scope="module", params=["lenet-5", "transformer-encoder", "lstm-classifier"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLOOM_HOME", str(tmp_path_factory.mktemp("home")))
        folder = tmp_path_factory.mktemp("trained") / "run"
        assert trained(preset(request.param, epochs=2), folder).state == "finished"
    return folder


def test_its_answers_and_scores_are_those_on_the_cpu(run: Path) -> None:
    exact_products()
    there, here = open_run(run, DEVICE), open_run(run, CPU)
    ours, theirs = (answered(one, one.part("test"))[0] for one in (there, here))
    assert furthest(ours, theirs) <= FAR[torch.float32]
    found, expected = (scores(one, one.part("test")) for one in (there, here))
    for name, value in numbers(expected).items():
        assert numbers(found)[name] == pytest.approx(value, rel=1e-3, abs=5e-3), name


def numbers(found: Any) -> dict[str, float]:
    """The metrics of scores by name."""
    return {name: interval.value for name, interval in found.metrics.items()}


@pytest.mark.parametrize("name", METHODS)
def test_what_speaks_for_an_answer_is_the_same(name: str, run: Path) -> None:
    exact_products()
    asking, found = method(name), []
    for device in (DEVICE, CPU):
        inspector = Inspector(open_run(run, device))
        sample = samples.of_part(inspector.trained, inspector.trained.data.test, 3)
        layers = inspector.layers(sample.batch)
        questions = [Question(inspector, sample, layer, target=Target(0, 1), options={}) for layer in layers]
        fitting = [question for question in questions if not asking.refuses(question)]
        found.append([list(asking.looks(question))[-1].result for question in fitting[:3]])
    assert len(found[0]) == len(found[1])
    if not found[0]:
        pytest.skip(f"{name} does not fit this network")
    for ours, theirs in zip(*found, strict=True):
        assert type(ours) is type(theirs)
        for mine, other in zip(arrays(ours), arrays(theirs), strict=True):
            assert away(torch.from_numpy(mine), torch.from_numpy(other)) <= 10 * FAR[torch.float32]


def arrays(result: Any) -> list[np.ndarray[Any, Any]]:
    """The numbers of a result."""
    values = [getattr(result, item.name) for item in dataclasses.fields(result)]
    return [
        np.asarray(value, np.float64) for value in values if isinstance(value, np.ndarray) and value.dtype.kind == "f"
    ]
