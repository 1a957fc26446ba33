"""A network is asked about clips of one's own: what they show, and what each of their frames does."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from engine.data.dataset import DataError
from engine.data.sources import describe, listing
from engine.inside.predicting import predict
from engine.inside.trained import open_run
from gui.cli import main
from presets.fitting import fitted
from tests.engine.own_clips import clip_folders, frame_table, write_clip
from tests.engine.runs_to_export import trained


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that labels the frames of clips of at most 12 frames."""
    place = tmp_path_factory.mktemp("frames")
    found = describe(frame_table(place / "clips", (11, 11, 12, 9, 12)), "clips", {"take": "all"})
    graph = fitted("frame-labels-cnn-lstm:channels=2,features=4,hidden=4", found)[0]
    return trained(graph, place / "run", 1)


def test_each_frame_that_is_there_gets_a_label_and_no_blank_one_does(frames: Path, tmp_path: Path) -> None:
    for count in (1, 5, 12, 15):
        write_clip(tmp_path / "asked" / f"clip{count}", "right", min(count, 15))
    found = predict(open_run(frames), [tmp_path / "asked"])
    assert [Path(one.name).name for one in found] == ["clip1", "clip12", "clip15", "clip5"]
    answers = [one.answers[0] for one in found]
    assert [len(one.positions) for one in answers] == [1, 12, 12, 5]
    assert [one.note for one in found] == [
        "", "", f"{found[2].name} has 15 frames, of which the first 12 are read.", "",
    ]  # fmt: skip
    for one in answers:
        assert set(one.positions) <= {"first", "second"}
        shares = {name: one.positions.count(name) / len(one.positions) for name in ("first", "second")}
        assert dict(one.probabilities) == pytest.approx(shares)


def test_the_labels_of_frames_are_in_every_form_of_the_answer(
    frames: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = write_clip(tmp_path / "clip", "right", 4)
    assert main(["predict", str(frames), str(clip), "--json"]) == 0
    (said,) = json.loads(capsys.readouterr().out)
    assert len(said["positions"]) == 4
    assert main(["predict", str(frames), str(clip), "-o", str(tmp_path / "a.csv")]) == 0
    (row,) = csv.DictReader((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines())
    assert row["positions"].split() == said["positions"]
    capsys.readouterr()
    longer = write_clip(tmp_path / "longer", "right", 14)
    assert main(["predict", str(frames), str(longer), str(longer)]) == 0
    assert "has 14 frames, of which the first 12 are read. The same goes for 1 more." in capsys.readouterr().err
    assert main(["predict", str(frames), str(clip)]) == 0
    assert said["positions"][0] in capsys.readouterr().out.partition(" %: ")[2]


def test_what_is_no_clip_gets_one_sentence(frames: Path, tmp_path: Path) -> None:
    asked, clip = open_run(frames), write_clip(tmp_path / "clip", "right", 4)
    (tmp_path / "empty").mkdir()
    for path, message in {
        clip / "frame1.png": "is one file: a clip is a folder of its frames",
        tmp_path / "empty": "There are no frames below .*empty: a clip is a folder of images",
        tmp_path / "gone": "There is no file or folder .*gone",
    }.items():
        with pytest.raises(DataError, match=message):
            predict(asked, [clip, path])


def test_a_folder_that_may_not_be_looked_into_gets_one_sentence(
    frames: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, clip = open_run(frames), write_clip(tmp_path / "clip", "right", 4)

    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(listing.os, "scandir", refuse)
    with pytest.raises(DataError, match="clip cannot be read: Permission denied"):
        predict(asked, [clip])


def test_clips_longer_and_shorter_than_those_it_has_learned_from_are_answered(tmp_path: Path) -> None:
    found = describe(clip_folders(tmp_path / "moves", (5, 6, 6, 7, 7)), "clips", {"take": "evenly", "length": 6})
    graph = fitted("clip-classifier-cnn-lstm:channels=2,features=4,hidden=4", found)[0]
    asked = open_run(trained(graph, tmp_path / "run", 1))
    clips = [write_clip(tmp_path / "asked" / f"clip{count}", "right", count) for count in (1, 12)]
    for one in predict(asked, clips):
        assert one.error == ""
        assert {name for name, _ in one.answers[0].probabilities} == {"left", "right"}
        assert sum(chance for _, chance in one.answers[0].probabilities) == pytest.approx(1)
        assert one.answers[0].positions == ()
