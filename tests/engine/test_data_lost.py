"""Files of the user's that are gone or broken while a run reads them: it says which, waits, and loses nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.data import pipeline, sources
from engine.data.dataset import SampleError
from engine.data.sources.images.decoding import opened
from engine.graph import Graph
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.status import Result, Status, TrainingError
from presets.fitting import fitted
from tests.engine.own_data import digit_folders

Loss = Callable[[Path], Callable[[], None]]
"""Does something to a file, and gives back what undoes it."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Images that are read batch by batch; their labels stay in memory."""
    monkeypatch.setattr(pipeline, "free_memory", lambda: 6_000)
    return digit_folders(tmp_path / "digits", 70)


def network(folder: Path) -> Graph:
    graph, _ = fitted("mlp", sources.describe(folder))
    graph.settings["training"]["epochs"] = 3
    graph.settings["data"]["batch_size"] = 16
    return graph


def removed(path: Path) -> Callable[[], None]:
    away = path.with_name("away")
    path.rename(away)
    return lambda: away.rename(path) and None


def broken(path: Path) -> Callable[[], None]:
    content, facts = path.read_bytes(), path.stat()
    path.write_bytes(content[: len(content) // 2])

    def mend() -> None:
        path.write_bytes(content)
        assert path.stat().st_size == facts.st_size

    return mend


def folder_gone(path: Path) -> Callable[[], None]:
    return removed(path.parents[1])


LOSSES: dict[str, tuple[Loss, str, int]] = {
    "removed": (removed, "missing-file", 0),
    "broken": (broken, "damaged-file", 0),
    "folder": (folder_gone, "missing-file", 2),
}
"""What happens, the reason that is said, and how far above the image what is named lies."""


@contextmanager
def running(trainer: Trainer) -> Iterator[list[Result]]:
    """A trainer in a thread of its own, waited for at the end."""
    results = list[Result]()
    thread = threading.Thread(target=lambda: results.append(trainer.run()))
    thread.start()
    try:
        yield results
    finally:
        thread.join(60)


@pytest.mark.parametrize(
    ("what", "part"),
    [
        ("removed", "train"),
        ("broken", "validation"),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in (("broken", "train"), ("folder", "train"))),
        pytest.param("removed", "validation", marks=pytest.mark.slow),
    ],
)
def test_a_watched_run_waits_for_a_file_and_goes_on_to_the_same_bytes(
    folder: Path, tmp_path: Path, what: str, part: str
) -> None:
    loss, reason, above = LOSSES[what]
    graph = network(folder)
    assert Trainer(graph, tmp_path / "whole").run().state == "finished"
    control, mends = Control(attended=True), list[Callable[[], None]]()
    image = image_of(graph, part)

    def lose(status: Status) -> None:
        if status.epoch == 1:
            mends.append(loss(image))

    trainer = Trainer(graph, tmp_path / "held", control=control, on_epoch=lose)
    with running(trainer) as results:
        assert control.wait_paused(60)
        status = trainer.status
        named = [image, *image.parents][above]
        assert (status.state, status.about.file, status.about.reason) == ("paused", str(named), reason)
        assert str(named) in status.message
        control.resume()
        assert not control.wait_paused(0.0)
        assert control.wait_paused(60), "it is not fixed yet"
        mends[0]()
        control.resume()
    assert (results[0].state, trainer.status.about.file) == ("finished", None)
    assert metrics(tmp_path / "held") == metrics(tmp_path / "whole")


@pytest.mark.parametrize(
    "what", ["folder", *(pytest.param(what, marks=pytest.mark.slow) for what in ("removed", "broken"))]
)
def test_a_run_that_nobody_watches_is_saved_and_resumed_to_the_same_bytes(
    folder: Path, tmp_path: Path, what: str
) -> None:
    loss, reason, above = LOSSES[what]
    graph = network(folder)
    assert Trainer(graph, tmp_path / "whole").run().state == "finished"
    image, mends = image_of(graph, "train"), list[Callable[[], None]]()
    trainer = Trainer(graph, tmp_path / "held", on_epoch=lambda status: mends.append(loss(image)))
    result = trainer.run()
    named = str([image, *image.parents][above])
    assert (result.state, result.epochs, result.about.file, result.about.reason) == ("stopped", 1, named, reason)
    assert named in result.message
    with pytest.raises(TrainingError, match=r"changed|not at|damaged"):
        Trainer.resume(tmp_path / "held").run()
    mends[0]()
    assert Trainer.resume(tmp_path / "held").run().state == "finished"
    assert metrics(tmp_path / "held") == metrics(tmp_path / "whole")


def test_a_stop_while_it_waits_saves_the_run(folder: Path, tmp_path: Path) -> None:
    graph, control = network(folder), Control(attended=True)
    image = image_of(graph, "train")
    trainer = Trainer(graph, tmp_path / "held", control=control, on_epoch=lambda status: removed(image) and None)
    with running(trainer) as results:
        assert control.wait_paused(60)
        control.stop()
    assert (results[0].state, results[0].epochs) == ("stopped", 1)


def test_a_file_that_is_lost_before_the_first_step_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = network(folder)
    image = image_of(graph, "train")
    mend = broken(image)
    with pytest.raises(TrainingError) as refused:
        Trainer(graph, tmp_path / "run").run()
    assert (refused.value.about.file, refused.value.about.reason) == (str(image), "damaged-file")
    mend()


def test_what_may_not_be_read_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = next((digit_folders(tmp_path / "digits", 10) / "1").iterdir())

    def refuse(path: Path) -> object:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("engine.data.sources.images.decoding.open_to_read", refuse)
    with pytest.raises(SampleError, match="Permission denied") as error, opened(path):
        pass
    assert error.value.about.reason == "unreadable-file"


def image_of(graph: Graph, part: str) -> Path:
    """The last image of a part of the split."""
    from engine.data.pipeline import prepare
    from engine.settings.resolution import SettingFault, resolve_settings

    settings = resolve_settings(graph)
    assert not isinstance(settings, SettingFault)
    prepared = prepare(settings[0])
    column = prepared.raw["image"]
    return column.folder / column.names[prepared.part(part).indices[-1]]  # type: ignore[attr-defined, arg-type, no-any-return]


def metrics(run: Path) -> bytes:
    return (run / "metrics.jsonl").read_bytes()
