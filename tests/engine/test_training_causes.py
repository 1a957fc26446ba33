"""What comes of what: causes are said first, nothing is lost, and nobody is sent to fix a consequence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.problems.explanations import explain
from engine.training.diagnosis.causes import CAUSES, explained, matters, remedy
from engine.training.findings import Diagnosis
from engine.training.loop import Trainer
from engine.training.runs.run_info import read
from tests.engine.test_training_learning import table

some = st.builds(
    Diagnosis,
    code=st.sampled_from([*CAUSES, "overfitting", "tight-memory", "something-new"]),
    message=st.just("m"),
    advice=st.just("a"),
    step=st.integers(0, 9),
    node=st.sampled_from([None, "n1", "n2"]),
    over=st.booleans(),
)


@given(st.lists(some, max_size=12))
def test_every_diagnosis_is_said_once_and_what_holds_stands_first(said: list[Diagnosis]) -> None:
    found = matters(said)
    told = [d for matter in found for d in (matter.cause, *matter.also, *matter.consequences)]
    assert sorted(map(id, told)) == sorted(map(id, said))
    assert [matter.over for matter in found] == sorted(matter.over for matter in found)
    for matter in found:
        assert all(d.over == matter.over for d in (*matter.also, *matter.consequences)), "what holds has own advice"
        assert {d.code for d in matter.also} <= {matter.cause.code}
        assert {d.code for d in matter.consequences} <= CAUSES.get(matter.cause.code, frozenset())


@pytest.mark.parametrize("code", [*CAUSES, "overfitting", "too-few-epochs", "tight-memory", "waits-for-data"])
def test_every_diagnosis_says_why(code: str) -> None:
    said = explain(code)
    assert said.title
    assert said.text.endswith(".")


def test_zeros_are_one_thing_to_look_at_and_one_step_to_mend(tmp_path: Any) -> None:
    layers: Any = (("Linear", {"out_features": 16}), ("ReLU", {}))
    graph = table(layers=layers, epochs=20, optimizer={"lr": 0.01}, health=1)
    for node in graph.of_type("Linear"):
        graph.replace_node(type(node)(node.id, node.type, node.name, node.parameters, {"initialization": "zeros"}))
    Trainer(graph, tmp_path / "run").run()
    said = read(tmp_path / "run").diagnoses
    assert {"alike", "dead-units"} <= {d.code for d in said}
    (matter,) = [m for m in matters(said) if not m.over]
    assert matter.cause.code == "alike"
    assert len(matter.also) == 1
    assert "dead-units" in {d.code for d in matter.consequences}
    dead = next(d for d in explained(said) if d.code == "dead-units")
    assert dead.advice.startswith("This comes of something else: All units of ")
    found = remedy(matter, graph)
    assert found is not None
    assert found[0] == "Reset initialization of fc1, fc2"
    inverse = found[1].apply(graph)
    assert not any(node.properties for node in graph.nodes.values())
    assert remedy(matter, graph) is None, "mended"
    inverse.apply(graph)
    assert remedy(matter, graph) is not None
