"""Exports are loaded again and compared before they are done; nothing is overwritten, nothing is left half written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import presets
from engine.exports import registry
from engine.exports.dynamic import reason
from engine.exports.export import Exported, export
from engine.exports.exporter import Checked, Exporter, ExportError
from engine.exports.subject import Subject
from engine.graph import Graph
from engine.inside.trained import open_run
from gui.cli import main
from presets.attention.heads import along, connect
from tests.engine.runs_to_export import trained


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(presets.build("mlp"), tmp_path_factory.mktemp("exports") / "digits", 1)


def exported(what: Subject, target: Path, *, force: bool = False) -> Exported:
    return export(registry.meant(target), what, target, force=force)


def test_weights_are_those_of_the_run(digits: Path, tmp_path: Path) -> None:
    done = exported(Subject.of_run(digits), tmp_path / "weights.safetensors")
    assert str(done.checked) == "64 samples, no difference"
    ours = open_run(digits).network.module.state_dict()
    theirs = load_file(tmp_path / "weights.safetensors")
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert [path.name for path in tmp_path.iterdir()] == ["weights.safetensors"]


@pytest.mark.slow
def test_the_model_class_needs_torch_alone_and_takes_the_weights(digits: Path, tmp_path: Path) -> None:
    subject = Subject.of_run(digits)
    exported(subject, tmp_path / "model.py")
    exported(subject, tmp_path / "weights.safetensors")
    (samples,) = subject.samples(3)
    torch.save(samples, tmp_path / "samples.pt")
    code = (
        "import sys, torch, model; from safetensors.torch import load_file\n"
        f"net = model.{subject.source.class_name}().eval(); net.load_state_dict(load_file('weights.safetensors'))\n"
        "torch.save(net(torch.load('samples.pt')).detach(), 'answers.pt')\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] in ('engine', 'gui', 'presets')]\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=clean(), check=True)
    assert torch.equal(torch.load(tmp_path / "answers.pt"), subject.answers((samples,))[0])


def clean() -> dict[str, str]:
    """An environment without Layerloom on the path."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def test_nothing_is_replaced_unasked(digits: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.safetensors"
    target.write_bytes(b"mine")
    with pytest.raises(ExportError, match="is there already; --force replaces it"):
        exported(Subject.of_run(digits), target)
    assert target.read_bytes() == b"mine"
    exported(Subject.of_run(digits), target, force=True)
    assert load_file(target)


@pytest.mark.slow
def test_attention_to_learned_distances_is_written_as_onnx(tmp_path: Path) -> None:
    """(torch 2.13 took it apart as if gradients were wanted, and then put it together as if not.)"""
    graph = Graph("distances")
    read = graph.add("Input", name="steps", shape=("S", 8))
    heads = along(
        graph, read, ("Unflatten", {"dim": -1, "unflattened_size": (2, 4)}), ("Permute", {"dims": (0, 2, 1, 3)})
    )
    attention = graph.add("ScaledDotProductAttention")
    for port in ("query", "key", "value"):
        connect(graph, heads, attention, port)
    bias = along(graph, read, ("RelativePositionBias", {"num_heads": 2}))
    hidden = graph.add("MaskedFill")
    connect(graph, bias, hidden, "input")
    connect(graph, graph.add("Input", name="padding", shape=(1, 1, "S"), dtype="bool"), hidden, "mask")
    connect(graph, hidden, attention, "attn_mask")
    along(graph, attention, ("Permute", {"dims": (0, 2, 1, 3)}), ("Flatten", {"start_dim": 2}), ("Output", {}))
    done = exported(Subject(graph), tmp_path / "distances.onnx")
    assert (done.checked.samples, done.checked.notes) == (64, ())


def test_why_an_export_fails_is_said_in_one_plain_line() -> None:
    wrong = RuntimeError("\x1b[96mStep 2/3\x1b[0m failed:\n- Create an issue")
    wrong.__cause__ = ValueError("\n\x1b[1mThere is no\x1b[0m such operation.\nUse another.")
    assert reason(wrong) == "There is no such operation"
    assert reason(TimeoutError()) == "TimeoutError"


class _Wrong(Exporter):
    name, title, summary, suffixes = "wrong", "Wrong", "never right", (".wrong",)

    def write(self, subject: Subject, beside: Path) -> None:
        beside.write_bytes(b"half")

    def check(self, subject: Subject, beside: Path) -> Checked:
        from engine.exports.comparing import compared

        samples = subject.samples(5)
        return compared(subject, [answer + 1 for answer in subject.answers(samples)], samples)


def test_what_answers_otherwise_is_not_left_behind(digits: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="on 5 samples the largest difference is 1"):
        export(_Wrong(), Subject.of_run(digits), tmp_path / "x.wrong")
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_left_goes_with_the_next(digits: Path, tmp_path: Path) -> None:
    left = tmp_path / ".a.safetensors.12345678.tmp"
    left.mkdir()
    (left / ".held").touch()
    (left / "a.safetensors").write_bytes(b"half")
    exported(Subject.of_run(digits), tmp_path / "a.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]


def test_a_missing_library_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(_Wrong):
        libraries = ("there_is_no_such_library",)

    assert Other().missing() == (
        "Wrong needs there_is_no_such_library, which is not installed: pip install 'layerloom[export]'"
    )
    assert _Wrong().missing() == ""


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["lenet-5", "-o", "x.strange"], "does not say which format is meant"),
        (["lenet-5", "-o", "x.py", "--as", "modle"], "did you mean 'model'?"),
        (["lenet5", "-o", "x.py"], "did you mean 'lenet-5'?"),
        (["no-such-thing", "-o", "x.py"], "There is no run 'no-such-thing'"),
        (["lenet-5", "-o", "no/folder/x.py"], "There is no folder"),
    ],
)
def test_a_wrong_call_is_refused_in_a_sentence(
    call: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["export", *call]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_was_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "vit-tiny", "-o", str(tmp_path / "vit.py")]) == 0
    assert "64 samples, no difference" in capsys.readouterr().out
