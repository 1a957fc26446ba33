"""``layerloom generate``: a network of sequences does its job on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import presets
from gui.cli import main
from tests.engine.own_texts import review_table, story
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


def test_a_sentence_of_ones_own_is_classified(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = review_table(tmp_path / "reviews.csv", 200)
    run = tmp_path / "run"
    assert (
        main(["train", "bag-of-words-classifier", "--data", str(table), "--run-dir", str(run), "--epochs", "40"]) == 0
    )
    capsys.readouterr()
    found = json.loads(said(capsys, str(run), "--prompt", "A superb film.", "--json"))
    assert [one["class"] for one in found] == ["pos", "neg"]
    assert sum(one["probability"] for one in found) == pytest.approx(1)
    assert main(["generate", str(run), "--prompt", "A dull zebra. " * 40]) == 0
    both = capsys.readouterr()
    assert both.out.splitlines()[1].startswith("neg ")
    assert "Not in its vocabulary: 'A', 'zebra'." in both.err
    assert " of the 160 tokens: the rest is cut off." in both.err
    for call, words in ((("--prompt", " "), "nothing to classify"), (("--sample", "1"), "classifies a text: --sample")):
        assert main(["generate", str(run), *call]) == 2
        assert words in capsys.readouterr().err
    (tmp_path / "lines.txt").write_text(
        "So dull and so very boring.\nWhat a superb film, how lovely.\n", encoding="utf-8"
    )
    said_of = {}
    for call in ((str(tmp_path / "lines.txt"),), ("--text", "So dull and so very boring.", "--text", "A superb film.")):
        assert main(["predict", str(run), *call, "--json"]) == 0
        said_of[call] = [one["answers"][0]["name"] for one in json.loads(capsys.readouterr().out)]
    assert list(said_of.values()) == [["neg", "pos"]] * 2
    assert main(["predict", str(run)]) == 2
    assert "give files, or --text TEXT" in capsys.readouterr().err


def test_a_text_of_ones_own_is_continued_with_what_was_not_read_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    train = ["train", "rnn-language-model", "--data", str(story(tmp_path / "story.txt"))]
    assert main([*train, "--run-dir", str(run), "--epochs", "1"]) == 0
    for prompt, words in (
        ("Once", ""),
        ("日 Once 日🙂", "Not in its vocabulary: '日', '🙂'."),
        ("Once " * 20, " 100 tokens"),
    ):
        capsys.readouterr()
        assert main(["generate", str(run), "--prompt", prompt, "--length", "3"]) == 0
        found = capsys.readouterr()
        assert words in found.err
        assert bool(found.err) == bool(words)
        assert found.out.startswith(prompt.replace("日", "").replace("🙂", ""))


def test_a_run_of_images_is_sent_to_predict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = trained(presets.build("mlp"), tmp_path / "run", 1)
    assert main(["generate", str(run), "--prompt", "x"]) == 2
    assert "`layerloom predict` asks it" in capsys.readouterr().err
