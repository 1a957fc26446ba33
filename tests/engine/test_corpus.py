"""The corpus of faulty networks: every fault is found before running, on the right node, and a fix fixes it."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from engine.problems import Problem, find
from engine.problems.problem import SEVERITIES
from tests.benchmarks.tables import table
from tests.engine import corpus
from tests.engine.corpus.notation import Fault, more_data

FILES = sorted(path.stem for path in Path(corpus.__path__[0]).glob("*.py"))
FAULTS: list[Fault] = [
    fault
    for name in FILES
    if name not in ("__init__", "notation")
    for fault in import_module(f"tests.engine.corpus.{name}").FAULTS
]
SOUND: list[Fault] = [
    alike for name in FILES for alike in getattr(import_module(f"tests.engine.corpus.{name}"), "SOUND", [])
]
"""Networks that look like a fault of their kind and are right."""
FOUND, PLACED, CURED = 0.99, 0.98, 0.95


def found(fault: Fault) -> Problem | None:
    """The problem that is expected, on whatever node it was found."""
    graph = fault.graph()
    guilty = graph.by_name(fault.node) if fault.node is not None else None
    same = [problem for problem in find(graph) if problem.code == fault.code]
    right = [p for p in same if p.node == (guilty.id if guilty is not None else None)]
    return (right or same or [None])[0]


def mended(fault: Fault, problem: Problem) -> bool:
    """Whether the first fix keeps what is to be kept, and applied to another copy of the network clears the problem."""
    fixes = problem.fixes
    if not fixes or not fixes[0].label.startswith(fault.first):
        return False
    removes = fault.removes or fixes[0].spares  # a Flatten of what is flat is no loss
    if not (fixes[0].keeps or removes):
        return False
    graph = fault.graph()
    nodes = set(graph.nodes)
    fixes[0].apply(graph)
    after = find(graph)
    lost = len(nodes - graph.nodes.keys())
    return lost <= removes and problem.key not in [other.key for other in after]


def test_the_corpus_is_large_and_has_ten_of_every_kind() -> None:
    kinds = Counter(fault.kind for fault in FAULTS)
    assert len(FAULTS) >= 150
    assert {kind: count for kind, count in kinds.items() if count < 10} == {}
    assert len({(fault.kind, fault.network, str(fault.settings)) for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("alike", SOUND, ids=[f"{alike.kind}-{n}" for n, alike in enumerate(SOUND)])
def test_what_only_looks_like_a_fault_is_silent(alike: Fault) -> None:
    with more_data():
        found = [problem for problem in find(alike.graph()) if problem.code == alike.code]
    assert [problem.message for problem in found] == []


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_faults_are_found_before_running_and_mended(every: int) -> None:
    rows: dict[str, list[int]] = {}
    missed: list[str] = []
    with more_data():
        for fault in FAULTS[::every]:
            counts = rows.setdefault(fault.kind, [0, 0, 0, 0])
            counts[0] += 1
            problem = found(fault)
            if problem is None:
                missed.append(f"{fault.kind}: {fault.node} not found in {fault.network}")
                continue
            node = fault.graph().by_name(fault.node) if fault.node is not None else None
            right = problem.node == (node.id if node is not None else None)
            cured = mended(fault, problem)
            counts[1] += 1
            counts[2] += right
            counts[3] += cured
            if not (right and cured):
                missed.append(f"{fault.kind}: {fault.node} {right=} {cured=} {[str(f) for f in problem.fixes]}")
    total = [sum(column) for column in zip(*rows.values(), strict=True)]
    lines = [["fault", "networks", "found", "right node", "fixed, all kept"]]
    lines += [[kind, *map(str, counts)] for kind, counts in sorted(rows.items())]
    share = [f"{100 * count / total[0]:.1f} %" for count in total[1:]]
    table("Faulty networks", [*lines, ["all", str(total[0]), *share]])
    print("\n".join(missed))
    assert total[1] >= FOUND * total[0]
    assert total[2] >= PLACED * total[0]
    assert total[3] >= CURED * total[0]


@pytest.mark.parametrize("severity", SEVERITIES)
def test_the_corpus_has_faults_of_every_gravity(severity: str) -> None:
    with more_data():
        assert any((problem := found(fault)) is not None and problem.severity == severity for fault in FAULTS)
