"""Every preset, by existing: builds, is free of problems, has the published size, survives a file, runs a step."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import presets
from engine import cost, project
from engine.compile import compile_graph
from engine.layer_table.rows import layer_table
from engine.problems import find
from engine.settings.resolution import resolve_settings
from engine.shapes import infer
from presets import followers
from presets.own import broken_presets, save_preset
from presets.preset import PresetError
from tests.presets.followers import counted
from tests.presets.lists import names_of
from tests.presets.samples import SIZES, samples

PUBLISHED = {
    "lenet-5": 61_706,  # conv 156 + 2,416, dense 48,120 + 10,164 + 850
    "mlp": 64 * 128 + 128 + 128 * 64 + 64 + 64 * 10 + 10,
    "linear-classifier": 4 * 3 + 3,
    "lstm-classifier": 4 * 64 * (8 + 64) + 8 * 64 + 64 * 10 + 10,
    "transformer-encoder": 68_298,  # embedding 576, two blocks of 33,472, norm 128, head 650
    "vit-tiny": 102_666,  # patches 320, token 64, positions 1,088, three blocks of 33,472, norm 128, head 650
    "resnet-18-small": 701_178,  # a quarter of ResNet-18's width, one channel, ten classes
    "resnet-18": 11_689_512,
    "resnet-34": 21_797_672,
    "resnet-50": 25_557_032,
    "resnet-101": 44_549_160,
    "resnet-152": 60_192_808,
    "cifar-resnet-20": 272_474,
    "cifar-resnet-56": 855_770,
    "cifar-resnet-110": 1_730_714,
    "plain-20": 272_474 - 2_752,  # without the projections: 16·32 + 64 and 32·64 + 128
    "plain-56": 855_770 - 2_752,
    "resnext-50-32x4d": 25_028_904,
    "se-resnet-50": 28_088_024,
    "alexnet": 61_100_840,
    "alexnet-2012": 60_965_224,
    "vgg-11": 132_863_336,
    "vgg-13": 133_047_848,
    "vgg-16": 138_357_544,
    "vgg-19": 143_667_240,
    "googlenet": 13_378_280,
    "squeezenet-1.0": 1_248_424,
    "squeezenet-1.1": 1_235_496,
    "densenet-121": 7_978_856,
    "densenet-161": 28_681_000,
    "mobilenet-v1": 4_231_976,
    "mobilenet-v2": 3_504_872,
    "mobilenet-v3-small": 2_542_856,  # as torchvision has it
    "mobilenet-v3-large": 5_483_032,
    "shufflenet-v2-1.0": 2_278_604,
    "efficientnet-b0": 5_288_548,
    "convnext-tiny": 28_589_128,
    "nasnet-a-mobile": 5_289_978,
    "vit-b-16": 86_567_656,
    "transformer-base": 44_140_544,
    "bert-base": 109_482_240,
    "gpt-2-small": 124_439_808,
    "llama": 134_515_008,  # SmolLM-135M
    "mlp-mixer": 59_880_472,
    "whisper-tiny-encoder": 8_208_384,
    "clip-vit-b-32": 151_277_313,
    "t5-small": 60_506_624,
    "u-net": 31_037_698,  # milesial's, for two classes
    "c3d": 79_991_015,  # conv 27.7 million, fc6 33,558,528, fc7 16,781,312, fc8 1,995,239
}
"""The small variants, and what nobody has published, are counted by the networks written by hand."""
HINTS = {
    "squeezenet-1.0": ["unused-columns"],
    "squeezenet-1.1": ["unused-columns"],
    "nasnet-a-mobile": ["unused-columns"],  # 224 pixels do not divide as these stems would like
    "inception-pair": ["narrow-view", "narrow-view"],  # one module on the maps of another network
    "convolutional-autoencoder": ["no-activation"],  # the code is linear, and narrow on purpose
}
"""What the published networks are really like."""
NAMES = [preset.name for preset in presets.BUILT_IN]


@pytest.mark.parametrize("name", NAMES)
def test_preset_is_free_of_problems_and_has_the_published_size(name: str) -> None:
    graph, preset = presets.build(name), presets.get(name)
    expected = [*([] if preset.data else ["no-data"]), *HINTS.get(name, [])]
    assert sorted(problem.code for problem in find(graph)) == sorted(expected)
    assert cost.total(graph).parameters == PUBLISHED.get(name, cost.total(graph).parameters)
    assert isinstance(resolve_settings(graph), tuple)


def test_a_preset_without_data_has_a_published_size_and_a_small_variant_that_learns() -> None:
    small = {preset.small_of for preset in presets.BUILT_IN if preset.data}
    for preset in presets.BUILT_IN:
        if not preset.data:
            assert preset.name in small
            assert preset.name in PUBLISHED or preset.name in ("inception-pair", "dilated-u-net")


@pytest.mark.parametrize(
    ("what", "parameters"),
    [
        (
            "llama:vocab_size=32000,hidden_size=2048,num_hidden_layers=22,num_attention_heads=32,"
            "num_key_value_heads=4,intermediate_size=5632,tie_word_embeddings=false",
            1_100_048_384,  # TinyLlama-1.1B
        ),
        (
            "bert-base:hidden_size=384,num_hidden_layers=6,num_attention_heads=12,intermediate_size=1536",
            22_713_216,  # all-MiniLM-L6-v2
        ),
        ("gpt-2-small:n_embd=1024,n_layer=24,n_head=16", 354_823_168),  # GPT-2 medium
        ("vit-b-16:hidden_size=1024,num_hidden_layers=24,num_attention_heads=16,intermediate_size=4096", 304_326_632),
    ],
)
def test_a_published_configuration_gives_a_published_size(what: str, parameters: int) -> None:
    assert cost.total(presets.open_what(what)[0]).parameters == parameters


def test_googlenet_without_its_auxiliary_heads() -> None:
    graph, _ = presets.open_what("googlenet:auxiliary=false")
    assert cost.total(graph).parameters == 6_998_552
    heads = presets.build("googlenet").of_type("Output")
    assert [output.parameters.get("weight", 1.0) for output in heads] == [1.0, 0.3, 0.3]


def test_bottlenecks_take_most_of_the_work_out_of_an_inception_module() -> None:
    """By hand, for 256 maps of 28×28: 784·256·(128 + 9·192 + 25·96), and with 64 channels in between."""
    rows = {row.name: row.amounts.multiply_adds for row in layer_table(presets.build("inception-pair")).all()}
    naive = 784 * 256 * (128 + 9 * 192 + 25 * 96)
    bottleneck = 784 * (256 * (128 + 3 * 64) + 64 * (9 * 192 + 25 * 96))
    assert (rows["naive"], rows["bottleneck"]) == (naive, bottleneck)


@pytest.mark.parametrize("name", NAMES)
def test_preset_survives_a_file(name: str) -> None:
    content = project.to_bytes(presets.build(name))
    assert project.to_bytes(project.from_bytes(content)) == content


@pytest.mark.parametrize("name", names_of())
def test_preset_runs_and_every_weight_gets_a_gradient(name: str) -> None:
    import torch

    graph = presets.build(name)
    if not presets.get(name).data:  # full size: shapes alone
        report = infer(graph)
        expected = [report.inputs[node.id][0].bound(SIZES) for node in graph.of_type("Output")]
        with torch.device("meta"):
            model = compile_graph(graph)
            answers = model(*(each.to("meta") for each in samples(graph)))
        several = answers if isinstance(answers, tuple) else (answers,)
        assert [tuple(answer.shape) for answer in several] == expected
        assert sum(weight.numel() for weight in model.parameters()) == cost.total(graph).parameters
        return
    torch.manual_seed(0)
    model = compile_graph(graph)
    answers = model(*samples(graph))
    several = answers if isinstance(answers, tuple) else (answers,)
    torch.stack([answer.square().sum() for answer in several]).sum().backward()
    assert sum(weight.numel() for weight in model.parameters()) == cost.total(graph).parameters
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_each_architecture_is_a_short_file_from_a_paper_that_can_be_found() -> None:
    files = [*Path(presets.__path__[0]).glob("*/*.py")]
    assert len(files) > 40
    assert [file.name for file in files if len(file.read_text(encoding="utf-8").splitlines()) > 120] == []
    for preset in presets.BUILT_IN:
        assert preset.paper is not None
        assert preset.year == preset.paper.year
        assert re.fullmatch(r"https://\S+\.\S+/\S+", preset.paper.url)


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
        ("mlp:classes=none", "integer"),
        ("mlp:classes=0", "integer"),
        ("mlp:classes=3x3", "integer"),
        ("mlp:input=", "sizes as in"),
        ("mlp:classes", "name=value"),
        ("googlenet:auxiliary=2", "true or false"),
        ("gpt-2-small:resid_pdrop=no", "a number ≥ 0"),
        ("convolutional-autoencoder:input=1x9x8", "divide by 4"),
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


def test_the_counts_of_what_follows_what_are_those_of_the_presets() -> None:
    assert followers.followers() == counted(), "python -m tests.presets.followers counts anew"
