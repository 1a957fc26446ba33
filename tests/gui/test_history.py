"""The undo history against a plain model of one, and a document that dies with all its steps."""

from __future__ import annotations

import gc

from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from engine.edits import Move, RenameGraph, remove
from engine.graph import Graph
from gui.document import Document


@given(st.lists(st.sampled_from(["do", "undo", "redo", "save", "go"]), max_size=40))
def test_it_behaves_as_a_list_of_states_with_a_position_in_it(actions: list[str]) -> None:
    document = Document(Graph("0"))
    states, position, saved = ["0"], 0, 0
    for number, action in enumerate(actions, 1):
        if action == "do":
            document.apply(RenameGraph(str(number)))
            saved = -1 if saved > position else saved
            states[position + 1 :] = [str(number)]
            position += 1
        elif action == "undo":
            document.history.undo()
            position = max(position - 1, 0)
        elif action == "redo":
            document.history.redo()
            position = min(position + 1, len(states) - 1)
        elif action == "save":
            document.history.set_clean()
            saved = position
        else:
            position = number % len(states)
            document.history.go_to(position)
        assert document.graph.name == states[position]
        assert (document.history.index, document.history.count) == (position, len(states) - 1)
        assert document.unsaved == (saved != position)
        assert bool(document.history.undo_title) == (position > 0)
        assert bool(document.history.redo_title) == (position < len(states) - 1)


def test_documents_with_long_histories_can_be_collected_in_any_order(qtbot: QtBot) -> None:
    """Qt's own stack crashed here: it and the collector both destroyed the steps.

    A collection that another thread has begun makes this one do nothing, so it is asked for again.
    """

    def left() -> list[Document]:
        gc.collect()
        return [
            thing for thing in gc.get_objects() if type(thing) is Document and thing.graph.name == "a name of this test"
        ]

    for _ in range(30):
        document = Document(Graph("0"))
        for number in range(1, 20):
            document.apply(RenameGraph(str(number)))
        document.history.go_to(7)
        document.apply(RenameGraph("a name of this test"))
        del document
    qtbot.waitUntil(lambda: not left())


def test_undo_and_redo_restore_what_was_selected(chain: Graph) -> None:
    document = Document(chain)
    document.select(["n2", "n3"])
    remove_both = remove(chain, {"n2", "n3"})
    document.apply(remove_both)
    assert not document.selection
    document.select(["n1"])
    document.history.undo()
    assert document.selection == ("n2", "n3"), "what was deleted is back, and selected as it was"
    document.history.redo()
    assert document.selection == ("n1",), "as it was when the step was undone"


def test_selecting_is_no_step_and_another_level_keeps_its_own_selection(chain: Graph) -> None:
    document = Document(chain)
    document.select(["n2"])
    document.apply(Move({"n2": (64.0, 160.0)}))
    document.select(["n3", "n4"])
    assert document.history.count == 1
    document.history.undo()
    assert document.selection == ("n2",)
