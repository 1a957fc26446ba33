"""``layerloom generate``: a network of sequences does its job on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import presets
from gui.cli import main
from tests.engine.sequence_networks import translator as translator_graph
from tests.engine.test_inside import trained


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run of one epoch: it translates badly."""
    return str(trained(translator_graph(), tmp_path_factory.mktemp("generate") / "translator", 1))


def said(capsys: pytest.CaptureFixture[str], *call: str) -> str:
    assert main(["generate", *call]) == 0
    return capsys.readouterr().out


def test_a_translation_as_text_as_json_and_with_beams(translator: str, capsys: pytest.CaptureFixture[str]) -> None:
    prompt = ("--prompt", "may 4, 1984")
    text = said(capsys, translator, *prompt)
    assert len(text) == 11
    found = json.loads(said(capsys, translator, *prompt, "--json"))
    assert (found["kind"], found["source"], found["kept"]) == ("translate", "may 4, 1984", True)
    assert found["text"] == text.strip() == "".join(one["token"] for one in found["tokens"])
    assert said(capsys, translator, *prompt, "--beams", "1") == text  # without a temperature it takes the likeliest
    beams = json.loads(said(capsys, translator, *prompt, "--beams", "3", "--json"))
    assert len(beams["answers"]) == 3
    assert beams["answers"][0]["probability"] >= beams["answers"][2]["probability"]
    drawn = [said(capsys, translator, *prompt, "--temperature", "2", "--seed", seed) for seed in ("1", "1", "2")]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(said(capsys, translator, "--sample", "3", "--length", "4", "--best")) == 5
    sample = json.loads(said(capsys, translator, "--sample", "3", "--json"))
    assert len(sample["expected"]) == 10


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ((), "nothing to translate"),
        (("--prompt", "é"), "character 'é'"),
        (("--prompt", "x", "--sample", "2"), "exclude each other"),
        (("--sample", "0"), "counted from 1"),
        (("--sample", "999999"), "number from 1 to"),
        (("--prompt", "x", "--beams", "2", "--seed", "1"), "leave out --seed"),
        (("--prompt", "x", "--beams", "0"), "beams is 0"),
        (("--prompt", "x", "--length-penalty", "1"), "give --beams"),
        (("--prompt", "x", "--temperature", "-1"), "temperature is -1"),
        (("--prompt", "x", "--top-p", "2"), "top-p is 2"),
        (("--prompt", "x", "--length", "0"), "length is 0"),
        (("--image", "x.png"), "no images"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    translator: str, call: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", translator, *call]) == 2
    found = capsys.readouterr()
    assert words in found.err
    assert "Traceback" not in found.err
    assert found.out == ""


def test_a_run_of_images_is_sent_to_predict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(presets.build("mlp"), tmp_path / "run", 1)
    assert main(["generate", str(run), "--prompt", "x"]) == 2
    assert "`layerloom predict` asks it" in capsys.readouterr().err
