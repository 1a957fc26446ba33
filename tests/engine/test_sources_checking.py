"""What was found of images is kept: looked at again, only what has changed is decoded."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data import sources
from engine.data.cache import shelf
from engine.data.sources.images import checking
from engine.data.watch import Stopped, Watch
from tests.engine.own_data import digit_folders


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The images that are decoded to be checked."""
    names, before = list[str](), checking.see
    monkeypatch.setattr(checking, "WORTH", 10)
    monkeypatch.setattr(
        checking, "see", lambda path, name, largest: (names.append(name), before(path, name, largest))[1]
    )
    return names


def test_only_what_has_changed_is_checked_again(tmp_path: Path, seen: list[str]) -> None:
    folder = digit_folders(tmp_path / "digits", 60)
    (folder / "1" / "broken.png").write_bytes(b"nothing")
    first = sources.describe(folder)
    assert len(seen) == 61
    seen.clear()
    assert sources.describe(folder) == first
    assert seen == ["1/broken.png"], "what was damaged may have been repaired"
    (folder / "1" / "broken.png").unlink()
    changed, copied = sorted((folder / "3").iterdir())[:2]
    changed.write_bytes(copied.read_bytes())
    seen.clear()
    found = sources.describe(folder)
    assert seen == [f"3/{changed.name}"]
    assert [note.code for note in found.notes if note.code == "duplicates"] == ["duplicates"]
    assert shelf.empty() > 0
    seen.clear()
    assert sources.describe(folder) == found
    assert len(seen) == 60


def test_what_was_done_when_it_was_cancelled_is_kept(tmp_path: Path, seen: list[str]) -> None:
    folder, told = digit_folders(tmp_path / "digits", 200), list[str]()
    watch = Watch(lambda share, words: told.append(words), lambda: any("100 of" in words for words in told))
    with pytest.raises(Stopped):
        sources.describe(folder, watch=watch)
    assert "Checking images: 50 of 200" in told
    seen.clear()
    sources.describe(folder)
    assert 40 < len(seen) < 100


@pytest.mark.parametrize(
    "content", [b"", b"[", b"[[1]]", b'{"a": 1}', b'[["0/0000.png", 1, 2, "x", [], 1, 2, "?"]]', b"\xff"]
)
def test_damaged_findings_are_made_again(tmp_path: Path, seen: list[str], content: bytes) -> None:
    folder = digit_folders(tmp_path / "digits", 30)
    first = sources.describe(folder)
    (kept,) = shelf.kept()
    (kept.folder / checking.KEPT).write_bytes(content)
    seen.clear()
    assert sources.describe(folder) == first
    assert len(seen) == 30
