"""Every preset, by existing: builds, is free of problems, has the published size, survives a file, runs a step."""

from __future__ import annotations

import pytest

import presets
from engine import cost, project
from engine.compile import compile_graph
from engine.problems import find
from engine.settings.resolution import resolve_settings
from presets.own import broken_presets, save_preset
from presets.preset import PresetError

PUBLISHED = {
    "lenet-5": 61_706,  # conv 156 + 2,416, dense 48,120 + 10,164 + 850
    "mlp": 64 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10,
    "linear-classifier": 4 * 3 + 3,
    "resnet-18-small": 701_178,  # a quarter of ResNet-18's width, one channel, ten classes
    "lstm-classifier": 4 * 64 * (8 + 64) + 8 * 64 + 64 * 10 + 10,
    "transformer-encoder": 68_298,  # embedding 576, two blocks of 33,472, norm 128, head 650
    "vit-tiny": 102_666,  # patches 320, token 64, positions 1,088, three blocks of 33,472, norm 128, head 650
    "resnet-18": 11_689_512,
    "resnet-50": 25_557_032,
    "mobilenet-v3-small": 2_542_856,  # as torchvision has it
    "mobilenet-v3-large": 5_483_032,
}
NAMES = [preset.name for preset in presets.BUILT_IN]


def test_every_preset_has_a_published_size() -> None:
    assert set(NAMES) == set(PUBLISHED)


@pytest.mark.parametrize("name", NAMES)
def test_preset_is_free_of_problems_and_has_the_published_size(name: str) -> None:
    graph = presets.build(name)
    without_data = [] if presets.get(name).data else ["no-data"]
    assert [problem.code for problem in find(graph)] == without_data
    assert cost.total(graph).parameters == PUBLISHED[name]
    assert isinstance(resolve_settings(graph), tuple)


@pytest.mark.parametrize("name", NAMES)
def test_preset_survives_a_file(name: str) -> None:
    content = project.to_bytes(presets.build(name))
    assert project.to_bytes(project.from_bytes(content)) == content


@pytest.mark.parametrize("name", NAMES)
def test_preset_runs_and_every_weight_gets_a_gradient(name: str) -> None:
    import torch

    graph = presets.build(name)
    shape = next(iter(graph.of_type("Input"))).parameters["shape"]
    if max(shape) > 64:  # full size: shapes alone
        with torch.device("meta"):
            model = compile_graph(graph)
            assert tuple(model(torch.empty(2, *shape)).shape) == (2, 1000)
        assert sum(weight.numel() for weight in model.parameters()) == PUBLISHED[name]
        return
    model = compile_graph(graph)
    answer = model(torch.randn(3, *shape))
    answer.square().sum().backward()
    assert sum(weight.numel() for weight in model.parameters()) == PUBLISHED[name]
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_options_change_the_network() -> None:
    graph, path = presets.open_what("mlp:classes=3,input=3x5x5,hidden=7")
    assert path is None
    assert cost.total(graph).parameters == 75 * 7 + 7 + 7 * 3 + 3


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("lenet5", "did you mean 'lenet-5'"),
        ("xyz", "there are: lenet-5"),
        ("mlp:clases=3", "has no option 'clases'"),
        ("mlp:classes=none", "whole number"),
        ("mlp:classes=0", "whole number"),
        ("mlp:classes=3x3", "whole number"),
        ("mlp:input=", "sizes as in"),
        ("mlp:classes", "name=value"),
    ],
)
def test_a_wrong_what_is_one_sentence(what: str, said: str) -> None:
    with pytest.raises(PresetError) as error:
        presets.open_what(what)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_network_of_ones_own_becomes_a_preset() -> None:
    graph = presets.build("mlp")
    preset = save_preset(graph, "My little net")
    assert preset.name == "my-little-net"
    assert [p.name for p in presets.all()] == [*NAMES, "my-little-net"]
    built = presets.build("my-little-net")
    assert built.name == "My little net"
    assert cost.total(built).parameters == PUBLISHED["mlp"]


@pytest.mark.parametrize("title", ["", "  ", "…", "LeNet 5", "lenet-5"])
def test_a_preset_needs_a_name_of_its_own(title: str) -> None:
    with pytest.raises(PresetError):
        save_preset(presets.build("mlp"), title)
    assert [p.name for p in presets.all()] == NAMES


def test_a_broken_file_among_the_presets_is_named_and_harms_none() -> None:
    folder = save_preset(presets.build("mlp"), "mine").build.args[0].parent  # type: ignore[attr-defined]
    (folder / "broken.loom").write_text("{")
    assert [p.name for p in presets.all()] == [*NAMES, "mine"]
    (sentence,) = broken_presets()
    assert "broken.loom" in sentence
