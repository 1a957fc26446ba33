"""Taking another version of a project: edits that lead to the same bytes, whatever the two have in common, and back."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import presets
from engine import project
from engine.edits import Edit, SetParameter
from engine.graph import Graph, GraphError
from engine.journals.edit_format import from_text, to_text
from engine.saving.replacement import replacement
from tests.engine.graphs import random_edit, random_graph


def taken(mine: Graph, theirs: Graph) -> Edit:
    """Make one into the other, see that it is, and return the way back."""
    edit = from_text(to_text(replacement(mine, theirs, "Take theirs")).encode())
    back = edit.apply(mine)
    assert project.to_bytes(mine) == project.to_bytes(theirs)
    return back


@settings(deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_it_leads_to_the_other_version_and_back(seed: int, common: int, here: int, there: int) -> None:
    rng = random.Random(seed)
    mine = random_graph(rng, common)
    theirs = mine.copy()
    for graph, count in ((mine, here), (theirs, there)):
        for _ in range(count):
            try:
                random_edit(rng, graph).apply(graph)
            except GraphError:
                continue
    before = project.to_bytes(mine)
    taken(mine, theirs).apply(mine)
    assert project.to_bytes(mine) == before


@pytest.mark.parametrize("other", ["lenet-5", "vit-tiny", "mlp"])
def test_any_network_becomes_any_other(other: str) -> None:
    mine, theirs = presets.build("resnet-50"), presets.build(other)
    before = project.to_bytes(mine)
    taken(mine, theirs).apply(mine)
    assert project.to_bytes(mine) == before


def test_what_is_the_same_is_left_alone() -> None:
    mine = presets.build("resnet-50")
    theirs = mine.copy()
    assert replacement(mine, theirs, "Take theirs").edits == ()
    node = next(node for node in theirs.nodes.values() if node.type == "Linear")
    SetParameter(node.id, "bias", False).apply(theirs)
    change = replacement(mine, theirs, "Take theirs").change()
    assert change.nodes == {node.id}
    assert change.blocks == set()
