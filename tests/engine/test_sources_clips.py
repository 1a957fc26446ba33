"""Clips of one's own: folders of frames, their answers, how many frames are taken, and what is said of odd ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.dataset import DataError
from engine.data.origin import opened
from engine.data.sources import describe
from engine.data.sources.clips import labels
from engine.data.sources.clips.frames import natural, taken
from engine.data.sources.describing import config_of
from engine.data.sources.found import Found
from engine.data.sources.kinds import source_of
from engine.data.splitting import split
from engine.problems import find
from engine.settings.data import SourceSettings
from presets.fitting import fitted
from tests.engine.own_clips import clip_folders, clip_table, frame_table, write_clip
from tests.engine.own_data import digit_folders


def values(found: Found, name: str) -> np.ndarray:
    """A field of all samples, as a project reads it."""
    return opened(config_of(found.settings)).arrays[name][:]


def notes(found: Found) -> dict[str, str]:
    return {note.code: note.message for note in found.notes}


def test_a_folder_of_clips_in_folders_of_classes_is_found_for_what_it_is(tmp_path: Path) -> None:
    found = describe(clip_folders(tmp_path / "moves", (12,) * 3))
    assert found.kind == "clips"
    assert found.reasons["answers"] == "The clips are in 2 folders, each one class."
    assert found.classes == {"left": 3, "right": 3}
    assert (found.fields["clip"].shape, found.fields["label"].names) == ((12, 1, 16, 16), ("left", "right"))
    clip, labels = values(found, "clip"), values(found, "label")
    assert labels.tolist() == [0, 0, 0, 1, 1, 1]
    centres = (clip[:, :, 0].max(2) > 0).argmax(2)  # frame10 comes after frame9
    assert centres[3].tolist() == list(range(12))
    assert centres[0].tolist() == list(range(12, 0, -1))
    assert "frames" not in found.fields, "nothing is padded"


def test_images_in_folders_of_classes_are_no_clips(tmp_path: Path) -> None:
    assert describe(digit_folders(tmp_path / "digits", 60)).kind == "images"
    numbered = tmp_path / "numbered"
    for name in ("left", "right"):
        write_clip(numbered / name, name, 8)
    assert describe(numbered).kind == "images", "a folder of a class, its images numbered"
    for part in ("train", "test"):
        for name in ("left", "right"):
            write_clip(tmp_path / "parted" / part / name, name, 8)
    assert describe(tmp_path / "parted").kind == "images"


def test_folders_may_name_the_parts(tmp_path: Path) -> None:
    found = describe(clip_folders(tmp_path / "moves", parts=True))
    config = config_of(found.settings)
    parts = split(config, opened(config).arrays, dict(found.fields))
    names = opened(config).names
    assert {names[index].split("/")[0] for index in parts["validation"]} == {"val"}
    assert [len(parts[one]) for one in ("train", "validation", "test")] == [6, 2, 2]


def test_a_table_names_the_clips(tmp_path: Path) -> None:
    found = describe(clip_table(tmp_path / "clips"))
    assert found.reasons["answers"] == "The column 'clip' of labels.csv names the clips."
    assert found.classes == {"left": 3, "right": 3}
    assert values(found, "label").tolist() == [0, 1] * 3


def test_a_table_may_name_the_parts_and_clips_that_are_not_there(tmp_path: Path) -> None:
    folder = clip_table(tmp_path / "clips", (6,) * 8)
    parts = ("train", "train", "val", "test")
    rows = [f"c{index},{('left', 'right')[index % 2]},{parts[index // 2]}" for index in range(8)]
    (folder / "labels.csv").write_text("\n".join(["clip,label,set", *rows, "gone,left,train"]), encoding="utf-8")
    found = describe(folder)
    config = config_of(found.settings)
    sizes = [len(one) for one in split(config, opened(config).arrays, dict(found.fields)).values()]
    assert sorted(sizes) == [2, 2, 4]
    assert next(note.files for note in found.notes if note.code == "no-such-clip") == ("gone",)


@pytest.mark.parametrize("names", ["frame", "clip"])
def test_a_table_may_have_a_row_for_each_frame(tmp_path: Path, names: str) -> None:
    folder = frame_table(tmp_path / "clips", names=names)
    found = describe(folder, "clips", {"take": "all"})
    assert found.task == "sequence labelling"
    assert found.fields["label"].names == ("<pad>", "first", "second")
    assert values(found, "label")[0].tolist() == [1] * 6 + [2] * 5 + [0]
    assert values(found, "frames")[0].tolist() == [1] * 11 + [0]
    assert values(found, "clip")[0, 11].max() == 0
    evenly = describe(folder, "clips", {"take": "evenly", "length": 3})
    assert values(evenly, "label")[0].tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("take", "length", "shape", "code"),
    [("all", 2, 7, "padded-clips"), ("first", 5, 5, "padded-clips"), ("evenly", 5, 5, "short-clips")],
)
def test_clips_of_different_lengths_are_padded_or_cut_as_it_is_said(
    tmp_path: Path, take: str, length: int, shape: int, code: str
) -> None:
    found = describe(clip_folders(tmp_path / "moves", (3, 5, 7)), "clips", {"take": take, "length": length})
    assert found.reasons["take"] == "The clips have 3 to 7 frames."
    assert found.fields["clip"].shape == (shape, 1, 16, 16)
    assert code in notes(found)
    there = values(found, "clip")[0].reshape(shape, -1).max(1) > 0
    if take == "evenly":
        assert there.all()
    else:
        assert there.tolist() == [True] * 3 + [False] * (shape - 3)
        assert (values(found, "frames")[0] > 0).tolist() == there.tolist()
    assert (take == "first") == ("cut-off" in notes(found))


def test_an_lstm_is_told_how_long_padded_clips_are(tmp_path: Path) -> None:
    found = describe(clip_folders(tmp_path / "moves", (5, 6, 7, 8, 8)), "clips", {"take": "all"})
    graph, _ = fitted("clip-classifier-cnn-lstm", found)
    (lstm,) = graph.of_type("LSTM")
    there = graph.add("Input", name="there", field="frames", shape=(8,), dtype="int64")
    lengths = graph.add("SequenceLengths")
    graph.connect(there, lengths)
    graph.connect(lengths, lstm.id, target="lengths")
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []


def test_odd_clips_are_named(tmp_path: Path) -> None:
    folder = clip_folders(tmp_path / "moves")
    (folder / "left" / "clip0" / "frame3.png").write_bytes(b"\x89PNG and no more")
    (folder / "left" / "nothing").mkdir()
    write_clip(folder / "right" / "large", "right", 6, 9, side=32)
    write_clip(folder / "right" / "again", "right", 6, 1)
    (folder / "left" / "linked").symlink_to(folder / "left" / "clip1", target_is_directory=True)
    found = describe(folder, "clips", {"take": "all"})
    said = {note.code: note for note in found.notes}
    assert said["broken"].files == ("left/clip0/frame3.png",)
    assert said["broken"].severity == "error"
    assert "frame3.png is damaged" in said["broken"].message
    assert said["no-frames"].files == ("left/nothing",)
    assert said["sizes"].message.startswith("The frames have 2 different sizes, 16 × 16 to 32 × 32 pixels")
    assert "right/again" in said["duplicates"].files
    assert said["links"].message == "6 frames are reached by links."
    assert found.fields["clip"].shape[2:] == (16, 16)
    assert values(found, "frames")[0].tolist() == [1] * 5 + [0], "the clip goes on without its damaged frame"


def test_what_cannot_be_learned_from_gets_one_sentence(tmp_path: Path) -> None:
    one = tmp_path / "one"
    write_clip(one / "left" / "a", "left", 4)
    (one / "right").mkdir()
    with pytest.raises(DataError, match=r"all of one class, 'left': put the clips of each class into a folder"):
        describe(one, "clips")
    alike = clip_table(tmp_path / "alike")
    alike.joinpath("labels.csv").write_text("clip,label\n" + "".join(f"c{index},left\n" for index in range(6)))
    with pytest.raises(DataError, match=r"The column 'label' of labels.csv is 'left' for all clips"):
        describe(alike)
    flat = tmp_path / "flat"
    write_clip(flat, "left", 4)
    with pytest.raises(DataError, match=r"There are no clips below .*flat: put the frames of each clip"):
        describe(flat, "clips")
    right = clip_table(tmp_path / "right")
    for options, message in {
        ("table", "none.csv"): r"There is no table none.csv below",
        ("answers", "frames"): r"No clip has a row for each of its frames in labels.csv",
        ("file_column", "label"): r"No column 'label' of labels.csv names the clips",
    }.items():
        with pytest.raises(DataError, match=message):
            describe(right, "clips", dict([options]))
    with pytest.raises(DataError, match=r"holds no table with a column that names the clips"):
        describe(clip_folders(tmp_path / "moves"), "clips", {"answers": "table"})


def test_other_clips_are_read_as_the_project_reads_its_own(tmp_path: Path) -> None:
    found = describe(clip_folders(tmp_path / "moves", (5, 6, 7)), "clips", {"take": "first", "length": 6})
    other = write_clip(tmp_path / "other", "right", 4)
    (other / "frame2.png").write_bytes(b"no image")
    asked = source_of(found.settings).ask([other, tmp_path / "moves" / "left"])
    assert asked.arrays["clip"][:].shape == (4, 6, 1, 16, 16)
    assert asked.arrays["frames"][0].tolist() == [1, 1, 1, 1, 0, 0]
    assert list(asked.unread) == [0]
    assert "frame2.png" in str(asked.unread[0])
    with pytest.raises(DataError, match="is one file: a clip is a folder of its frames"):
        source_of(found.settings).ask([other / "frame1.png"])


def test_files_that_are_gone_shorten_their_clip_without_a_word_about_padding(tmp_path: Path) -> None:
    """What the project says of its fields holds whatever becomes of the files; the last frame is held."""
    folder = clip_folders(tmp_path / "moves")
    found = describe(folder)
    (folder / "left" / "clip0" / "frame6.png").unlink()
    samples = source_of(found.settings).open(folder)
    clip = samples.arrays["clip"][0:1][0]
    assert (clip[5] == clip[4]).all()
    stored = SourceSettings(**found.settings.model_dump())
    assert source_of(stored).fingerprint(folder) != found.settings.fingerprint


@given(count=st.integers(1, 60), length=st.integers(1, 40))
@settings(max_examples=60)
def test_frames_taken_evenly_go_from_the_first_to_the_last(count: int, length: int) -> None:
    found = taken(count, length, "evenly")
    assert len(found) == length
    assert found == sorted(found)
    assert {0 <= index < count for index in found} == {True}
    if length > 1:
        assert (found[0], found[-1]) == (0, count - 1)
        gaps = set(np.diff(found).tolist())
        assert max(gaps) - min(gaps) <= 1
    if length == count:
        assert found == list(range(count))


@given(numbers=st.lists(st.integers(0, 10**12), unique=True, max_size=12))
@settings(max_examples=40)
def test_frames_are_in_the_order_of_their_numbers(numbers: list[int]) -> None:
    assert sorted([f"f{number}.png" for number in numbers], key=natural) == [f"f{one}.png" for one in sorted(numbers)]


def test_the_table_is_read_a_few_times_however_many_clips_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, read = list[Path](), labels.read

    def counting(path: Path) -> object:
        reads.append(path)
        return read(path)

    monkeypatch.setattr(labels, "read", counting)
    counts = list[int]()
    for count in (4, 24):
        describe(clip_table(tmp_path / str(count), (2,) * count), "clips")
        counts.append(len(reads))
        reads.clear()
    assert counts[0] == counts[1] <= 4
