"""Inferring shapes and finding problems may stop at any node and go on after further edits: nothing is forgotten."""

from __future__ import annotations

import random
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.edits import RenameNode, SetProperty
from engine.graph import Graph, GraphError
from engine.problems import Checker, find
from engine.shapes import Shapes, infer
from tests.engine.graphs import random_edit, random_graph


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_was_stopped_at_any_node_ends_as_what_is_found_from_nothing(seed: int) -> None:
    rng = random.Random(seed)
    graph = random_graph(rng, 60)
    checker = Checker(Shapes(graph))
    shapes = checker.shapes
    for _ in range(5):
        for _ in range(rng.randint(1, 4)):
            edit = random_edit(rng, graph)
            try:
                edit.apply(graph)
            except GraphError:
                continue
            checker.waiting.update(islice(shapes.updating(edit.change().dirty(graph)), rng.choice([0, 1, 2, 5, 100])))
            if not shapes.under_way and rng.random() < 0.5:
                for _found in islice(checker.updating(()), rng.randint(0, 150)):
                    pass
        checker.update(shapes.update(()))
        assert not checker.under_way
        assert shapes.report == infer(graph)
        assert checker.problems() == find(graph)


@pytest.mark.parametrize("stop", range(24))
def test_readers_of_what_was_stopped_are_looked_at_again(stop: int) -> None:
    """Whether an activation is redundant depends on the one before, through a layer that changes nothing."""
    graph = Graph("activations")
    last = graph.add("Input", shape=(4,))
    for kind, parameters in (("Linear", {"out_features": 4}), ("ReLU", {}), ("Dropout", {}), ("ReLU", {})):
        node = graph.add(kind, **parameters)
        graph.connect(last, node)
        last = node
    graph.connect(last, graph.add("Output"))
    checker = Checker(Shapes(graph))
    shapes, first = checker.shapes, graph.of_type("ReLU")[0]
    assert "redundant-activation" in [problem.code for problem in checker.problems()]
    for edit in (SetProperty(first.id, "bypassed", True), RenameNode(graph.of_type("Input")[0].id, "x")):
        edit.apply(graph)
        checker.waiting.update(shapes.updating(edit.change().dirty(graph)))
        for _found in islice(checker.updating(()), stop):
            pass
    checker.update(())
    assert checker.problems() == find(graph)
