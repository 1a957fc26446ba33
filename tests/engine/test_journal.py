"""The journal: whatever is killed, cut off or damaged, what is restored is the project after some of its edits."""

from __future__ import annotations

import json
import os
import random
import stat
import sys
import zlib
from pathlib import Path

import pytest

from engine import home, project
from engine.blocks.block import Block, BlockParameter
from engine.blocks.block_edits import AddBlock, RemoveBlock, SetBlock, Within
from engine.edits import Edit, RenameGraph, SetSetting
from engine.graph import Graph, GraphError
from engine.journals import journal
from engine.journals.edit_format import EditFormatError, from_text, to_text
from engine.journals.journal import Journal, JournalError
from engine.journals.recovery import abandoned, discard, take
from tests.engine.graphs import random_edit, random_graph
from tests.engine.test_edits import ALL_EDITS

BLOCK = Block("cell", "Cell", Graph("Cell"), (BlockParameter("width", 8),), "help", {"library": "mine", "hash": "0"})
BLOCK_EDITS: list[Edit] = [
    AddBlock(BLOCK, 0),
    RemoveBlock("cell"),
    SetBlock("cell", "Cell 2", (BlockParameter("rate", 0.5, "float", "how much"),), "words"),
    Within("cell", RenameGraph("x")),
]


@pytest.mark.parametrize("edit", [*ALL_EDITS, *BLOCK_EDITS], ids=lambda edit: type(edit).__name__)
def test_an_edit_is_the_same_after_a_file(edit: Edit) -> None:
    text = to_text(edit)
    assert "\n" not in text
    read = from_text(text.encode())
    assert type(read) is type(edit)
    assert to_text(read) == text
    if not isinstance(edit, AddBlock):  # a graph is equal to itself alone
        assert read == edit


def test_every_kind_of_edit_has_a_form() -> None:
    written = {type(edit).__name__ for edit in [*ALL_EDITS, *BLOCK_EDITS]}
    assert written == {kind.__name__ for kind in Edit.__subclasses__() if kind.__module__.startswith("engine.")}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"null", b"[]", b"{}", b'{"edit":"Edit"}', b'{"edit":"RemoveNode"}', b'{"edit":"RemoveNode","node":1}',
        b'{"edit":"RenameGraph","name":"x","more":1}', b'{"edit":"AddNode","node":{"id":"a b"}}', b"\xff",
        b'{"edit":"Move","positions":{"n1":[1e400,0]}}', b'{"edit":"AddBlock","block":{},"index":-1}',
        b'{"edit":"Compound","name":"deep","edits":[' * 400,
    ],
)  # fmt: skip
def test_what_is_no_edit_is_refused(text: bytes) -> None:
    with pytest.raises(EditFormatError):
        from_text(text)


def edited(rng: random.Random, count: int) -> tuple[Path, list[bytes]]:
    """A journal that its program has left after so many random edits, undone and redone ones among them.

    Returns its folder and the project after none of them, after the first, and so on.
    """
    graph = random_graph(rng, 20)
    states, inverses = [project.to_bytes(graph)], list[Edit]()
    written = Journal.begin(states[0], None, graph.name)
    while len(states) <= count:
        edit = inverses.pop() if inverses and rng.random() < 0.3 else random_edit(rng, graph)
        try:
            inverses.append(edit.apply(graph))
        except GraphError:
            continue
        written.append(edit)
        states.append(project.to_bytes(graph))
    written.close()
    return written.folder, states


def restored(folder: Path) -> bytes:
    """The project that a journal restores; it is left for the next one."""
    found = take(folder)
    found.journal.close()
    return project.to_bytes(found.graph)


def test_killed_after_any_byte_at_most_the_last_edit_is_gone(scale: int) -> None:
    rng = random.Random(5)
    for _ in range(4 * scale):
        folder, states = edited(rng, 25)
        file = folder / journal.FILE
        whole = file.read_bytes()
        base = whole.index(b"\n", whole.index(b"\n") + 1) + 1
        for cut in sorted(rng.sample(range(base, len(whole) + 1), 40), reverse=True):
            os.truncate(file, cut)
            assert restored(folder) == states[whole.count(b"\n", base, cut)]
        for cut in rng.sample(range(base), 3):
            file.write_bytes(whole[:cut])
            with pytest.raises(JournalError):
                take(folder)


def test_a_damaged_line_ends_the_reading(scale: int) -> None:
    rng = random.Random(6)
    folder, states = edited(rng, 25)
    file = folder / journal.FILE
    whole = file.read_bytes()
    for _ in range(60 * scale):
        harmed = bytearray(whole)
        at = rng.randrange(len(harmed))
        harmed[at] ^= 1 << rng.randrange(8)
        file.write_bytes(harmed)
        if whole.count(b"\n", 0, at) < 2:
            with pytest.raises(JournalError):
                take(folder)
        else:
            assert restored(folder) == states[whole.count(b"\n", 0, at) - 2]


def test_what_is_left_out_is_counted_and_the_journal_goes_on_without_it() -> None:
    folder, states = edited(random.Random(7), 10)
    with (folder / journal.FILE).open("ab") as file:
        file.write(b"0000000 half a li")
    found = take(folder)
    assert (found.edits, found.left_out) == (10, 1)
    edit = RenameGraph("after the crash")
    edit.apply(found.graph)
    found.journal.append(edit)
    found.journal.close()
    again = take(folder)
    assert (again.edits, again.left_out, again.graph.name) == (11, 0, "after the crash")
    assert project.to_bytes(again.graph) == project.to_bytes(found.graph) != states[-1]
    again.journal.remove()


def signed(*lines: object) -> bytes:
    texts = [json.dumps(line).encode() for line in lines]
    return b"".join(b"%08x %b\n" % (zlib.crc32(text), text) for text in texts)


HEADER = {"format": "layerloom-journal", "schema": 1, "project": None, "name": "x", "fingerprint": "", "edits": 0}
BASE = project.to_bytes(Graph("x")).decode()
LOST_BLOCK = {"id": "b", "name": "b", "nodes": [], "edges": [], "positions": {"n": [0, 0]}}


@pytest.mark.parametrize(
    "line",
    [
        {"edit": "RemoveNode", "node": "nobody"},
        {"edit": "SetSetting", "path": ["training", "a"], "value": 2**80},
        {"edit": "SetSetting", "path": ["training", "a"], "value": float("inf")},
        {"edit": "AddBlock", "block": LOST_BLOCK, "index": 0},
        {"edit": "Within", "block": "nobody", "inner": {"edit": "RenameGraph", "name": "y"}},
        {"edit": "os.system", "command": "true"},
        "__import__('os')",
    ],
)  # fmt: skip
def test_a_line_that_was_never_applied_ends_the_reading(line: object) -> None:
    folder = home.journals() / "stranger"
    folder.mkdir(parents=True)
    rename = {"edit": "RenameGraph", "name": "fine"}
    (folder / journal.FILE).write_bytes(signed(HEADER, BASE, rename, line, rename))
    found = take(folder)
    found.journal.close()
    assert (found.graph.name, found.edits, found.left_out) == ("fine", 1, 2)


@pytest.mark.parametrize(
    "lines",
    [(), (HEADER,), (HEADER, 1), (HEADER, "no project"), ({**HEADER, "edits": -1}, BASE), ({"format": "other"}, BASE)],
)
def test_what_is_no_journal_is_refused_in_one_sentence(lines: tuple[object, ...]) -> None:
    folder = home.journals() / "stranger"
    folder.mkdir(parents=True)
    (folder / journal.FILE).write_bytes(signed(*lines))
    with pytest.raises(JournalError) as caught:
        take(folder)
    assert str(caught.value).endswith(".")


def begin(path: Path | None = None, name: str = "mouse") -> tuple[Journal, Graph]:
    graph = Graph(name)
    if path is not None:
        project.save(graph, path)
    return Journal.begin(project.to_bytes(graph), path, name), graph


def test_it_is_offered_when_nobody_writes_it_any_more(tmp_path: Path) -> None:
    written, _ = begin(tmp_path / "mouse.loom")
    written.append(RenameGraph("rat"))
    assert abandoned() == []
    written.close()
    (found,) = abandoned()
    assert (found.folder, found.path, found.name, found.edits) == (
        written.folder,
        tmp_path / "mouse.loom",
        "mouse",
        1,
    )
    taken = take(found.folder)
    assert taken.path == tmp_path / "mouse.loom"
    assert abandoned() == []
    with pytest.raises(JournalError, match="Another window of Layerloom has these edits"):
        take(found.folder)
    with pytest.raises(JournalError, match="Another window of Layerloom has these edits"):
        discard(found.folder)
    taken.journal.close()
    discard(found.folder)
    assert list(home.journals().iterdir()) == []


@pytest.mark.parametrize("what", ["changed", "gone", "damaged"])
def test_edits_of_a_file_that_is_another_one_now_are_restored_beside_it(what: str, tmp_path: Path) -> None:
    path = tmp_path / "mouse.loom"
    written, _ = begin(path)
    written.append(RenameGraph("rat"))
    written.close()
    if what == "changed":
        project.save(Graph("cat"), path)
    elif what == "gone":
        path.unlink()
    else:
        path.write_bytes(b"{")
    found = take(written.folder)
    found.journal.close()
    assert (found.graph.name, found.path) == ("rat", None)


def test_a_journal_that_begins_over_belongs_to_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "mouse.loom"
    first, graph = begin(path)
    RenameGraph("rat").apply(graph)
    saved = journal.fingerprint_of(path.read_bytes())
    second = Journal.begin(project.to_bytes(graph), path, graph.name, fingerprint=saved, edits=1)
    first.remove()
    second.close()
    (offered,) = abandoned()
    assert (offered.edits, offered.name) == (1, "rat")
    found = take(second.folder)
    found.journal.close()
    assert (found.path, found.graph.name, found.edits) == (path, "rat", 1)


def test_it_says_when_it_is_to_begin_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "FULL", 200)
    written, _ = begin()
    assert not written.full
    for number in range(5):
        written.append(RenameGraph(f"a name of some length {number}"))
    assert written.full
    written.remove()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are Unix's")
def test_nobody_else_can_read_it() -> None:
    written, _ = begin()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (written.folder, written.folder / journal.FILE)]
    assert modes == [0o700, 0o600]
    written.remove()


def test_nothing_is_left_of_it_when_it_is_saved() -> None:
    written, _ = begin()
    written.append(SetSetting(("training", "epochs"), 3))
    written.sync()
    written.remove()
    written.sync()
    assert list(home.journals().iterdir()) == []


def test_a_disk_that_is_full_is_reported_and_costs_nothing_that_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    written, _ = begin()
    written.append(RenameGraph("kept"))

    class Full:
        def write(self, _line: bytes) -> int:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(written, "_file", Full())
        with pytest.raises(JournalError, match=r"cannot be saved in .*: No space left on device\."):
            written.append(RenameGraph("lost"))
    written.close()
    found = take(written.folder)
    found.journal.close()
    assert found.graph.name == "kept"


def test_what_only_a_newer_program_can_read_is_left_for_it() -> None:
    folder = home.journals() / "newer"
    folder.mkdir(parents=True)
    (folder / journal.FILE).write_bytes(signed({**HEADER, "schema": 2}, BASE, {"edit": "new"}))
    os.utime(folder, (0, 0))
    assert abandoned() == []
    with pytest.raises(JournalError, match="was written by a newer Layerloom"):
        take(folder)
    assert (folder / journal.FILE).exists()


@pytest.mark.parametrize("lines", [None, (), (HEADER,), (HEADER, BASE)])
def test_what_holds_no_edit_is_not_offered_and_goes_when_it_is_old(lines: tuple[object, ...] | None) -> None:
    folder = home.journals() / "empty"
    folder.mkdir(parents=True)
    if lines is not None:
        (folder / journal.FILE).write_bytes(signed(*lines))
    assert abandoned() == []
    assert folder.exists(), "somebody may just be beginning it"
    os.utime(folder, (0, 0))
    assert abandoned() == []
    assert not folder.exists()


def test_the_newest_is_offered_first() -> None:
    for name, when in (("old", 1000), ("new", 3000), ("middle", 2000)):
        written, _ = begin(name=name)
        written.append(RenameGraph("x"))
        written.close()
        os.utime(written.folder / journal.FILE, (when, when))
    assert [found.name for found in abandoned()] == ["new", "middle", "old"]


def test_a_link_in_the_stead_of_its_file_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(signed(HEADER, BASE, {"edit": "RenameGraph", "name": "y"}))
    folder = home.journals() / "linked"
    folder.mkdir(parents=True)
    (folder / journal.FILE).symlink_to(outside)
    assert abandoned() == []
    with pytest.raises(JournalError, match="it is a link"):
        take(folder)
