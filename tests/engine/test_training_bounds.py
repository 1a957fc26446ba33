"""What is read of a run is bounded and checked: damage of one bit is seen, numbers beyond all sense are refused."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import own_files
from engine.training.history import History
from engine.training.loop import Trainer
from engine.training.runs.checkpoint import MODEL, OPTIMIZER, STATE, load
from engine.training.runs.folder import FACTS, METRICS, RunError, kept
from engine.training.runs.metric_lines import MOST_SERIES, read_metrics
from engine.training.runs.run_info import read
from tests.engine.refusals import refusal
from tests.engine.stopping import Stopping
from tests.engine.test_training_learning import table
from tests.work import counted


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped half way, with one state."""
    run = tmp_path_factory.mktemp("bounds") / "run"
    assert Trainer(table(epochs=4), run, control=Stopping(20)).run().state == "stopped"
    for _, folder in kept(run)[:-1]:
        shutil.rmtree(folder)
    return run


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bit_of_a_state_changes_unseen(data: st.DataObject, stopped: Path) -> None:
    state = kept(stopped)[-1][1] / STATE
    whole, before = state.read_bytes(), load(stopped)
    assert before is not None
    bit = data.draw(st.integers(0, 8 * len(whole) - 1))
    try:
        state.write_bytes(bytes(byte ^ (bit // 8 == at) << bit % 8 for at, byte in enumerate(whole)))
        try:
            after = load(stopped)
        except RunError:
            return
        assert after is not None
        assert after.progress == before.progress, "only what stands between the entries"
    finally:
        state.write_bytes(whole)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bit_of_the_metrics_behind_a_state_changes_unseen(data: st.DataObject, stopped: Path) -> None:
    path = stopped / METRICS
    whole = path.read_bytes()
    checkpoint = load(stopped)
    assert checkpoint is not None
    bit = data.draw(st.integers(0, 8 * checkpoint.progress.metrics_bytes - 1))
    try:
        path.write_bytes(bytes(byte ^ (bit // 8 == at) << bit % 8 for at, byte in enumerate(whole)))
        with pytest.raises(RunError, match=r"metrics\.jsonl is"):
            load(stopped)
    finally:
        path.write_bytes(whole)


def test_a_state_of_an_earlier_version_says_less_and_is_read(stopped: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(stopped, run)
    state = kept(run)[-1][1] / STATE
    entries = json.loads(state.read_text())
    state.write_text(json.dumps({key: entries[key] for key in entries if key not in ("seal", "metrics_sha256")}))
    assert Trainer.resume(run).run().state == "finished"


SENSELESS = [
    ("threads", 1_000_000), ("threads", -1), ("epochs", -5), ("steps", -1), ("seconds", -0.5), ("seconds", 1e999),
    ("device", "cuda:99999999999999999999"), ("device", "quantum"), ("device", "cpu; rm"), ("device", "c" * 10_000),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), SENSELESS, ids=range(len(SENSELESS)))
def test_facts_beyond_all_sense_are_damage(key: str, value: object, stopped: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(stopped, run)
    facts = json.loads((run / FACTS).read_text())
    (run / FACTS).write_text(json.dumps(facts | {key: value}))
    with pytest.raises(RunError, match=rf"run\.json is damaged: {key}"):
        read(run)
    with pytest.raises(RunError, match=key):
        Trainer.resume(run)


SENSELESS_STATES = [
    ("epochs", -5), ("step", -1), ("batches", -1), ("metrics_bytes", 2**70), ("timing_bytes", -5), ("bad_epochs", -1),
    ("seconds", -1.0), ("seconds", 1e999), ("step", 10**30), ("sums", [0.5, 0.5, -3]), ("step", 19),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), SENSELESS_STATES, ids=range(len(SENSELESS_STATES)))
def test_a_state_beyond_all_sense_is_damage_even_without_a_seal(
    key: str, value: object, stopped: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(stopped, run)
    state = kept(run)[-1][1] / STATE
    state.write_text(json.dumps(json.loads(state.read_text()) | {"seal": "", key: value}))
    with pytest.raises(RunError, match=r"state\.json is damaged"):
        load(run)


def curves(folder: Path, count: int) -> Path:
    """A run with so many curves, each of one point."""
    folder.mkdir()
    rows = ({"step": 1, "epoch": 1, "split": "train", f"m{number}": 1.0} for number in range(count))
    (folder / METRICS).write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return folder


def test_reading_many_curves_takes_as_much_work_each_as_few(tmp_path: Path) -> None:
    work = {}
    for count in (500, 4_000):
        folder, history = curves(tmp_path / str(count), count), History()
        with counted("engine") as calls:
            read_metrics(folder, history)
        assert len(history) == count
        work[count] = calls.count / count
    assert work[4_000] <= 1.05 * work[500]


def test_no_training_has_written_so_many_curves(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="line 10001 begins a curve beyond 10,000"):
        read_metrics(curves(tmp_path / "run", MOST_SERIES + 10))


def seal(state: Path) -> None:
    """Let the sums of a state fit what is in it, as a stranger can."""
    entries = json.loads((state / STATE).read_text()) | {"seal": ""}
    entries["digests"] = {part: hashlib.sha256((state / part).read_bytes()).hexdigest() for part in (MODEL, OPTIMIZER)}
    (state / STATE).write_text(json.dumps(entries))


def test_a_pickle_in_a_state_is_named_without_advice_to_run_it(stopped: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(stopped, run)
    folder = kept(run)[-1][1]
    (folder / OPTIMIZER).write_bytes(pickle.dumps(Path, 2))
    seal(folder)
    with pytest.raises(RunError, match=r"optimizer\.pt is damaged: it holds something else than numbers") as caught:
        load(run)
    assert "weights_only" not in str(caught.value)


STUMBLES = {
    IndexError: b"t.",
    KeyError: b"h\x05.",
    TypeError: b"}}K\x01s.",
    struct.error: b"J\x01.",
    UnicodeDecodeError: b"X\x02\x00\x00\x00\xff\xff.",
    AttributeError: b"ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x01))\x89}tR.",
}
"""What torch's own reader of pickles runs into → what makes it."""


@pytest.mark.parametrize("whole", [True, False], ids=["archive", "bare"])
@pytest.mark.parametrize("error", STUMBLES, ids=lambda error: error.__name__)
def test_whatever_the_reader_of_pickles_stumbles_over_is_damage(
    error: type[Exception], whole: bool, stopped: Path, tmp_path: Path
) -> None:
    run, content = tmp_path / "run", b"\x80\x02" + STUMBLES[error]
    shutil.copytree(stopped, run)
    folder = kept(run)[-1][1]
    if whole:
        with zipfile.ZipFile(folder / OPTIMIZER) as before:
            parts = {name: before.read(name) for name in before.namelist()}
        with zipfile.ZipFile(folder / OPTIMIZER, "w") as after:
            for name, part in parts.items():
                after.writestr(name, content if name.endswith("/data.pkl") else part)
    else:
        (folder / OPTIMIZER).write_bytes(content)
    seal(folder)
    with pytest.raises(error):
        torch.load(folder / OPTIMIZER, weights_only=True)
    assert "optimizer.pt is damaged: it holds something else than numbers" in refusal(lambda: load(run))


def test_a_missing_part_of_a_state_is_missing_and_not_damaged(stopped: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(stopped, run)
    (kept(run)[-1][1] / MODEL).unlink()
    with pytest.raises(RunError, match=r"is incomplete: model\.safetensors is missing\."):
        load(run)


def test_a_forbidden_state_is_not_damaged(stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(folder: Path, name: str, *_more: object) -> None:
        raise PermissionError(13, "Permission denied", str(folder / name))

    monkeypatch.setattr(own_files, "read_bytes", forbidden)
    with pytest.raises(RunError, match=r"state\.json cannot be read: Permission denied\.") as caught:
        load(stopped)
    assert "is damaged" not in str(caught.value)
