"""Runs listed, described, deleted, and written as tables."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Graph
from engine.training.history import History
from engine.training.runs.best import best_of, better
from engine.training.runs.catalogue import INDEX, delete, describe, listing
from engine.training.runs.clock import Clock, read_curves
from engine.training.runs.export import curves_csv, result, runs_csv
from engine.training.runs.folder import FACTS, RunError, writer_lock
from engine.training.runs.numbers import NUMBERS
from engine.training.runs.origin import ELSEWHERE
from engine.training.runs.run import Run
from engine.training.runs.run_info import read
from engine.training.series import Series


def made(root: Path, network: str = "net", folder: str = "", **facts: object) -> Path:
    run = Run.create(root / folder if folder else None, Graph(network), root=root, device="cpu", threads=1)
    run.metrics([{"step": s, "epoch": 1, "split": "train", "loss": 1 / s} for s in range(1, 11)])
    run.timing({"step": 10, "seconds": 2.0, "samples_per_second": 50.0, "memory": 2**20})
    run.update(**{"state": "finished", "epochs": 1, "steps": 10, "seconds": 2.0, **facts})
    run.close()
    return run.path


def test_the_index_gives_what_the_folders_say(tmp_path: Path) -> None:
    paths = {made(tmp_path, f"net {number}", best={"accuracy": 0.5, "loss": math.inf}) for number in range(3)}
    (tmp_path / "nothing").mkdir()
    first = listing(tmp_path)
    assert {entry.path for entry in first.entries} == paths
    assert list(first.broken) == [tmp_path / "nothing"]
    kept = (tmp_path / INDEX).read_bytes()
    assert listing(tmp_path) == first
    assert (tmp_path / INDEX).read_bytes() == kept
    changed = first.entries[1].path
    describe(changed, name="the good one", note="  wide  ", tags=["a", " b ", "a", ""])
    entry = next(entry for entry in listing(tmp_path).entries if entry.path == changed)
    assert (entry.name, entry.note, entry.tags) == ("the good one", "wide", ["a", "b"])
    (tmp_path / INDEX).unlink()
    assert next(entry for entry in listing(tmp_path).entries if entry.path == changed) == entry


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_index_is_built_anew(tmp_path: Path, data: st.DataObject) -> None:
    if not any(path.is_dir() for path in tmp_path.iterdir()):
        made(tmp_path)
    (tmp_path / INDEX).unlink(missing_ok=True)
    right = listing(tmp_path)
    content = bytearray((tmp_path / INDEX).read_bytes())
    offset = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[offset:]
    else:
        content[offset] = data.draw(st.integers(0, 255))
    (tmp_path / INDEX).write_bytes(bytes(content))
    assert listing(tmp_path) == right, "whatever it says now"
    (tmp_path / INDEX).write_bytes(json.dumps({"version": 1, "runs": {right.entries[0].path.name: 5}}).encode())
    assert listing(tmp_path) == right


def test_an_index_that_another_installation_has_written_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "runs"
    path = made(root, name="mine")
    right = listing(root)
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "stranger"))
    made(tmp_path / "stranger" / "runs")
    assert listing(root).foreign == {path: ELSEWHERE}, "from the index it would be the stranger's own"
    changed = (root / INDEX).read_bytes().replace(b"mine", b"fine")
    monkeypatch.undo()
    assert listing(root) == right
    (root / INDEX).write_bytes(changed)
    assert listing(root) == right


def test_what_is_said_of_a_run_stays_when_it_goes_on(tmp_path: Path) -> None:
    path = made(tmp_path, state="stopped")
    describe(path, note="keep me")
    run = Run.reopen(read(path), 0, 0)
    with pytest.raises(RunError, match="Another program is training"):
        describe(path, note="too late")
    run.update(state="finished")
    run.close()
    assert read(path).note == "keep me"


@pytest.mark.parametrize(
    "wrong", [{"name": "x" * 201}, {"note": "x" * 10_001}, {"tags": ["x" * 61]}, {"tags": [str(n) for n in range(33)]}]
)
def test_too_much_is_refused_and_nothing_changes(tmp_path: Path, wrong: dict[str, object]) -> None:
    path = made(tmp_path)
    before = (path / "run.json").read_bytes()
    with pytest.raises(RunError, match="at most"):
        describe(path, **wrong)  # type: ignore[arg-type]
    assert (path / "run.json").read_bytes() == before


def test_deleting(tmp_path: Path) -> None:
    path, other = made(tmp_path), made(tmp_path)
    lock = writer_lock(path)
    with pytest.raises(RunError, match="Another program is training"):
        delete(path, tmp_path)
    assert read(path).state == "finished"
    lock.release()
    delete(path, tmp_path)
    assert [entry.path for entry in listing(tmp_path).entries] == [other]
    assert sorted(item.name for item in tmp_path.iterdir()) == [INDEX, NUMBERS, other.name]
    outside = made(tmp_path / "elsewhere")
    for wrong in (outside, tmp_path / "elsewhere", tmp_path):
        with pytest.raises(RunError, match="not a run in"):
            delete(wrong, tmp_path)
    assert outside.is_dir()


def test_the_run_that_goes_on_is_told(tmp_path: Path) -> None:
    path, cut = made(tmp_path, state="running"), made(tmp_path, state="running")
    lock = writer_lock(path)
    assert listing(tmp_path).going_on == {path}
    lock.release()
    assert {entry.path for entry in listing(tmp_path).entries} == {path, cut}
    assert not listing(tmp_path).going_on


def test_a_number_stays_with_its_run(tmp_path: Path) -> None:
    first, second, third = (made(tmp_path, folder=name) for name in "abc")
    other = made(tmp_path, "another")
    assert listing(tmp_path).numbers == {first: 1, second: 2, third: 3, other: 1}
    for gone in (first, third):
        delete(gone, tmp_path)
    (tmp_path / INDEX).unlink()
    assert listing(tmp_path).numbers == {second: 2, other: 1}
    fourth = made(tmp_path, folder="d")
    assert listing(tmp_path).numbers == {second: 2, fourth: 4, other: 1}, "no other run is ever called run 3"


@pytest.mark.parametrize("wrong", [b"{", b"[]", b'{"net": {"a": 1, "b": 1}}', b'{"net": {"a": "1"}}', b'{"net": 3}'])
def test_damaged_numbers_are_given_anew_in_the_order_of_time(tmp_path: Path, wrong: bytes) -> None:
    first, second = made(tmp_path), made(tmp_path)
    (tmp_path / NUMBERS).write_bytes(wrong)
    assert listing(tmp_path).numbers == {first: 1, second: 2}
    assert json.loads((tmp_path / NUMBERS).read_bytes()) == {"net": {first.name: 1, second.name: 2}}


# -- times -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 100), st.floats(0, 1e6)), max_size=20), st.integers(-5, 120))
def test_a_clock_never_runs_backwards(rows: list[tuple[int, float]], step: int) -> None:
    clock = Clock()
    for row in rows:
        clock.add(*row)
    early, late = clock.at(np.array([step, step + 1.0]))
    assert early <= late or math.isnan(early) == math.isnan(late) == (not rows)


def test_stored_curves_have_their_times(tmp_path: Path) -> None:
    path = made(tmp_path)
    history = read_curves(path)
    assert history.seconds("train/loss").tolist() == pytest.approx([0.2 * step for step in range(1, 11)])
    assert history.series("train/samples_per_second")[1].tolist() == [50.0]
    assert history.epochs("train/memory").tolist() == [1.0]
    with (path / "timing.jsonl").open("a") as file:
        file.write("{]\n")
    assert read_curves(path).seconds("train/loss")[-1] == pytest.approx(2.0)
    (path / "timing.jsonl").unlink()
    assert math.isnan(read_curves(path).seconds("train/loss")[-1])


@pytest.mark.parametrize(
    "step", [10**400, 10**299, -1, 1.5, True, None, "11", math.inf], ids=lambda step: str(step)[:9]
)
@pytest.mark.parametrize("seconds", [3.0, 10**400], ids=["usual", "huge"])
def test_times_are_known_up_to_a_line_that_is_none(step: object, seconds: object, tmp_path: Path) -> None:
    path = made(tmp_path)
    row = {"step": step, "seconds": seconds, "samples_per_second": 60.0}
    with (path / "timing.jsonl").open("a") as file:
        file.write(f"{json.dumps(row)}\n")
    history = read_curves(path)
    assert history.seconds("train/loss")[-1] == pytest.approx(2.0)
    assert history.series("train/samples_per_second")[1].tolist() == [50.0]


# -- results and tables ----------------------------------------------------------------------------------------------


def test_the_best_is_on_the_side_of_the_metric() -> None:
    history = History()
    for name, values in {
        "accuracy": [0.5, 0.9, math.nan],
        "loss": [2.0, math.inf, 1.0],
        "mae_out2": [3.0, 4.0],
    }.items():
        for step, value in enumerate(values):
            history.append(f"validation/{name}", step, value, 1)
    history.append("train/accuracy", 1, 1.0, 1)
    assert best_of(history) == {"accuracy": 0.9, "loss": 1.0, "mae_out2": 3.0}
    assert (better("loss_two"), better("top5_accuracy"), better("confusion_matrix"), better("lr")) == (
        "low",
        "high",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("key", "series"),
    [
        ("train/loss", Series("train", "loss")),
        ("validation/loss_side", Series("validation", "loss", "side")),
        ("test/top5_accuracy", Series("test", "top5_accuracy")),
        ("test/accuracy_my/out_2", Series("test", "accuracy", "my/out_2")),
        ("validation/f1_per_class", Series("validation", "f1_per_class")),
        ("validation/f1_per_class_out2", Series("validation", "f1_per_class", "out2")),
        ("validation/confusion_matrix_out2", Series("validation", "confusion_matrix", "out2")),
        ("validation/predictions", Series("validation", "predictions")),
        ("train/of_another_program", Series("train", "of_another_program")),
    ],
)
def test_a_series_reads_as_it_is_stored(key: str, series: Series) -> None:
    assert Series.parse(key) == series
    assert str(series) == key


def test_curves_as_csv() -> None:
    history = History()
    history.append("train/loss", 1, 0.5, 1, 0.25)
    history.append("train/loss", 2, math.nan, 1)
    rows = list(csv.reader(io.StringIO(curves_csv([("run, one", history), ("=1+1", history)]))))
    assert rows[0] == ["run", "series", "step", "epoch", "seconds", "value"]
    assert rows[1:3] == [
        ["run, one", "train/loss", "1", "1", "0.25", "0.5"],
        ["run, one", "train/loss", "2", "1", "", "nan"],
    ]
    assert rows[3][0] == "'=1+1", "a spreadsheet must not compute with it"


def test_runs_as_csv(tmp_path: Path) -> None:
    made(tmp_path, best={"loss": 0.25, "accuracy": 0.75}, name="one", tags=["x", "y"])
    (entry,) = listing(tmp_path).entries
    assert result(entry) == ("accuracy", 0.75)
    (row,) = csv.DictReader(io.StringIO(runs_csv([entry], {"training.optimizer.lr": ["=0.1"]})))
    assert row["training.optimizer.lr"] == "'=0.1"
    assert (row["name"], row["metric"], row["best"], row["tags"]) == ("one", "accuracy", "0.75", "x; y")


def test_a_link_to_itself_among_the_runs_hides_none_of_them(tmp_path: Path) -> None:
    Run.create(tmp_path / "one", Graph("net")).close()
    (tmp_path / "loop").symlink_to("loop")
    assert [entry.path.name for entry in listing(tmp_path).entries] == ["one"]


@pytest.mark.parametrize("value", ["\ud800", 1e400, float("nan")], ids=repr)
def test_settings_that_no_text_can_hold_hide_no_run(value: object, tmp_path: Path) -> None:
    Run.create(tmp_path / "one", Graph("net")).close()
    facts = json.loads((tmp_path / "one" / FACTS).read_text())
    (tmp_path / "one" / FACTS).write_text(json.dumps({**facts, "settings": {"training": {"epochs": value}}}))
    for _ in range(2):
        assert [entry.path.name for entry in listing(tmp_path).entries] == ["one"]
