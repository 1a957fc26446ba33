"""The prediction package answers as `layerloom predict` does, to the same files, without Layerloom."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn import datasets as sklearn_datasets

import presets
from engine.data import sources
from engine.exports.export import export
from engine.exports.exporter import ExportError
from engine.exports.prediction_package.package import PackageArchive, PackageFolder
from engine.exports.safetensors_file import SafetensorsFile
from engine.exports.subject import Subject
from engine.exports.training_script.training_script import TrainingScript
from engine.training.steps.device import settled
from gui.cli import main
from presets.fitting import fitted
from tests.engine.own_clips import clip_folders, frame_table, odd_clips
from tests.engine.own_data import diabetes_table, digit_folders, iris_arrays, wine_table
from tests.engine.own_series import hourly, written
from tests.engine.runs_to_export import trained
from tests.engine.test_exports import clean


def own(preset: str, path: Path, folder: Path) -> Path:
    return trained(fitted(preset, sources.describe(path))[0], folder, 1)


def said_by_us(run: Path, paths: list[Path], capsys: pytest.CaptureFixture[str], code: int = 0) -> Any:
    capsys.readouterr()
    assert main(["predict", str(run), *map(str, paths), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def said_by_package(folder: Path, paths: list[Path], *more: str, code: int = 0) -> str:
    call = [sys.executable, str(folder / "predict.py"), *map(str, paths), *more]
    done = subprocess.run(call, env=clean(), check=False, capture_output=True, text=True, cwd=folder.parent)
    assert done.returncode == code, done.stderr
    return done.stdout


def wine(place: Path) -> tuple[Path, list[Path]]:
    path = wine_table(place / "wine.csv")
    return own("mlp", path, place / "run"), [path]


def diabetes(place: Path) -> tuple[Path, list[Path]]:
    path = diabetes_table(place / "diabetes.csv")
    return own("mlp", path, place / "run"), [path]


def people(place: Path) -> tuple[Path, list[Path]]:
    """A table with dates, yes and no, money, categories and empty cells."""
    generator = np.random.default_rng(0)
    lines = ["born,member,income,town,stays"]
    for row in range(120):
        income = f"${generator.integers(1, 90):,}00.50" if row % 9 else ""
        town, born = ["Ulm", "Bonn", "Köln"][row % 3], f"{1950 + row % 50}-0{1 + row % 9}-1{row % 9}"
        lines.append(f'{born},{["yes", "no"][row % 2]},"{income}",{town},{["y", "n", "m"][(row // 2) % 3]}')
    path = place / "people.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return own("mlp", path, place / "run"), [path]


def arrays(place: Path) -> tuple[Path, list[Path]]:
    path = iris_arrays(place / "iris.npz")
    return own("mlp", path, place / "run"), [path]


def own_images(place: Path) -> tuple[Path, list[Path]]:
    folder = digit_folders(place / "own", 200)
    run = own("lenet-5", folder, place / "run")
    extra = place / "extra.png"  # transparent, in colour, of another shape
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (30, 44, 4), np.uint8), "RGBA").save(extra)
    return run, [folder, extra]


def board_images(place: Path) -> tuple[Path, list[Path]]:
    run = trained(presets.build("lenet-5"), place / "run", 1)
    found = list[Path]()
    for index, values in enumerate(sklearn_datasets.load_digits().images[:20]):
        found.append(place / f"{index}.png")
        grey = (values * 15).astype(np.uint8)
        Image.fromarray(255 - grey if index % 2 else grey).resize((40, 32)).save(found[-1])
    return run, found


def board_table(place: Path) -> tuple[Path, list[Path]]:
    frame = sklearn_datasets.load_iris(as_frame=True).frame
    frame.to_csv(place / "iris.csv", index=False)
    return trained(presets.build("linear-classifier"), place / "run", 1), [place / "iris.csv"]


def series(place: Path) -> tuple[Path, list[Path]]:
    """Two sites whose last rows are to come: what is known of them is given."""
    rows = hourly(200, ("north", "south"))
    options = {"window": 12, "horizon": 3, "known": "holiday", "targets": "load,temperature"}
    found = sources.describe(written(place / "load.csv", rows), "series", options)
    run = trained(fitted("lstm-forecaster:hidden=4", found)[0], place / "run", 1)

    def empty(index: int, row: dict[str, str]) -> None:
        if index >= len(rows) - 6:
            row["load"] = row["temperature"] = ""
        if index == 40:
            row["temperature"] = ""

    return run, [written(place / "new.csv", rows, empty)]


def clips(place: Path, options: dict[str, object] | None = None) -> tuple[Path, list[Path]]:
    """Clips of one label each, in colour and standardised; asked about are odd ones."""
    found = sources.describe(clip_folders(place / "moves", (4, 5, 6, 6, 7)), "clips", options or {"take": "evenly"})
    graph = fitted("clip-classifier-cnn-lstm:channels=2,features=4,hidden=4", found)[0]
    return trained(graph, place / "run", 1), [odd_clips(place / "odd"), place / "moves" / "left" / "clip0"]


def padded_clips(place: Path) -> tuple[Path, list[Path]]:
    """Clips that are cut off or padded, in colour, with a border; the network is told which frames are there."""
    options = {"take": "first", "length": 6, "grey": False, "fit": "pad", "size": (12, 20)}
    found = sources.describe(clip_folders(place / "moves", (4, 5, 6, 6, 7)), "clips", options)
    graph = fitted("clip-classifier-cnn-lstm:channels=2,features=4,hidden=4", found)[0]
    there = graph.add("Input", name="there", field="frames", shape=(6,), dtype="int64")
    lengths = graph.add("SequenceLengths")
    graph.connect(there, lengths)
    graph.connect(lengths, graph.of_type("LSTM")[0].id, target="lengths")
    return trained(graph, place / "run", 1), [odd_clips(place / "odd"), place / "moves"]


def labelled_frames(place: Path) -> tuple[Path, list[Path]]:
    """A label for each frame of clips that are padded."""
    found = sources.describe(frame_table(place / "clips", (11, 11, 12, 9, 12)), "clips", {"take": "all"})
    graph = fitted("frame-labels-cnn-lstm:channels=2,features=4,hidden=4", found)[0]
    return trained(graph, place / "run", 1), [odd_clips(place / "odd"), place / "clips"]


def broken_images(place: Path) -> tuple[Path, list[Path]]:
    """Images of which one is damaged, among hidden ones, and in folders reached by links."""
    run = own("lenet-5", digit_folders(place / "own", 200), place / "run")
    asked = digit_folders(place / "asked", 20)
    (asked / "0" / "broken.png").write_bytes(b"no image")
    (asked / "linked").symlink_to(place / "own" / "3", target_is_directory=True)
    (asked / "1" / ".hidden.png").write_bytes(b"nothing")
    return run, [asked]


OWN = [clips, padded_clips, labelled_frames, broken_images]
CASES = [series, wine, diabetes, people, arrays, own_images, board_images, board_table, *OWN]


@pytest.mark.parametrize("make", [wine, labelled_frames], ids=lambda make: make.__name__)
def test_an_archive_answers_as_predict_does(
    make: Callable[[Path], tuple[Path, list[Path]]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, paths = make(tmp_path)
    done = export(PackageArchive(), Subject.of_run(run), tmp_path / "packed.zip")
    assert (done.checked.samples, done.checked.difference) == (len(Subject.of_run(run).samples(64)[0]), 0.0)
    with zipfile.ZipFile(tmp_path / "packed.zip") as archive:
        archive.extractall(tmp_path / "elsewhere")
    package, code = tmp_path / "elsewhere" / "packed", int(make in OWN)
    ours = said_by_us(run, paths, capsys, code)
    monkeypatch.syspath_prepend(str(package))
    monkeypatch.setattr(sys, "argv", ["predict.py", *map(str, paths), "--json"])
    monkeypatch.setitem(sys.modules, "model", None)
    monkeypatch.delitem(sys.modules, "model")
    with settled(1), pytest.raises(SystemExit) as ended:
        runpy.run_path(str(package / "predict.py"), run_name="__main__")
    assert ended.value.code == code
    assert json.loads(capsys.readouterr().out) == ours
    text = "".join(path.read_text() for path in package.iterdir() if path.is_file() and path.suffix != ".pt")
    assert str(tmp_path) not in text
    assert "import engine" not in text


@pytest.mark.slow
@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_every_kind_of_data(
    make: Callable[[Path], tuple[Path, list[Path]]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, paths = make(tmp_path)
    export(PackageFolder(), Subject.of_run(run), tmp_path / "package")
    shutil.copytree(tmp_path / "package", tmp_path / "far" / "away")
    package, code = tmp_path / "far" / "away", int(make in OWN)  # one sample of those cannot be read
    ours = said_by_us(run, paths, capsys, code)
    assert [bool(one.get("error")) for one in ours].count(True) == code
    assert json.loads(said_by_package(package, paths, "--json", code=code)) == ours
    assert main(["predict", str(run), *map(str, paths), "-o", str(tmp_path / "ours.csv")]) == code
    said_by_package(package, paths, "-o", str(tmp_path / "theirs.csv"), code=code)
    assert (tmp_path / "theirs.csv").read_bytes() == (tmp_path / "ours.csv").read_bytes()
    assert said_by_package(package, paths, code=code).count("\n") == len(ours) - code


@pytest.mark.slow
def test_data_without_files_of_the_users_are_refused(tmp_path: Path) -> None:
    names = [preset.name for preset in presets.all() if preset.data]
    assert names
    graph = fitted("mlp", sources.describe(wine_table(tmp_path / "wine.csv")))[0]
    with pytest.raises(ExportError, match="needs a run"):
        export(PackageFolder(), Subject(graph), tmp_path / "package")


def test_a_run_whose_data_are_gone_still_answers_elsewhere(tmp_path: Path) -> None:
    path = wine_table(tmp_path / "wine.csv")
    run = own("mlp", path, tmp_path / "run")
    path.unlink()
    for exporter, name in ((PackageFolder(), "package"), (SafetensorsFile(), "w.safetensors")):
        checked = export(exporter, Subject.of_run(run), tmp_path / name).checked
        assert checked.samples == 64
        assert "are not at" in checked.notes[0]
    with pytest.raises(ExportError, match="The data of this run are gone"):
        export(TrainingScript(), Subject.of_run(run), tmp_path / "train.py")
