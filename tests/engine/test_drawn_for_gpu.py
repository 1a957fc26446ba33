"""What the tests of a GPU have instead of hypothesis: draws of every layer and loss, stored, and still valid."""

from __future__ import annotations

from engine.losses import compares, names
from engine.shapes import infer
from tests.engine.draws import COMPUTING
from tests.gpu.drawn import draws, network

AGAIN = "run `python -m tests.engine.drawn_for_gpu`"


def test_every_layer_and_loss_is_drawn_for_the_tests_of_a_gpu() -> None:
    assert [cls.__name__ for cls in COMPUTING if len(draws("layers").get(cls.__name__, ())) < 20] == [], AGAIN
    assert [name for name in names() if compares(name) and len(draws("losses").get(name, ())) < 8] == [], AGAIN


def test_their_layers_still_take_what_is_stored() -> None:
    for name, lines in draws("layers").items():
        graph, _ = network(lines[0])
        assert not infer(graph).errors, f"{name}: {AGAIN}"
        assert graph.of_type("Output"), name
