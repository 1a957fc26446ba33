"""U-Nets for images of odd sizes: one fix in one step, after which all levels fit."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from engine.problems import find
from tests.engine.corpus.notation import read
from tests.engine.fixed_networks import errors, idle, reach, share, trains
from tests.engine.unets import unet

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch")
DEPTHS, JOINS, UPS = (2, 3, 4), ("Concat", "Add"), ("ConvTranspose2d", "Upsample")
USUAL = (7, 30)


@pytest.mark.parametrize("size", [*USUAL, *(pytest.param(n, marks=pytest.mark.slow) for n in (28, 50, 97, 100, 572))])
def test_one_fix_makes_all_levels_fit(size: int) -> None:
    for depth, join, up in product(DEPTHS, JOINS, UPS):
        graph: Any = unet(size, depth, join, up)  # type: ignore[arg-type]
        wrong, nodes = errors(graph), set(graph.nodes)
        if not wrong:
            assert size % 2**depth == 0
            continue
        best, before = wrong[0].fixes[0], idle(graph)
        best.apply(graph)
        assert [problem.message for problem in find(graph) if problem.severity == "error"] == [], (depth, join, up)
        assert best.keeps
        assert nodes <= graph.nodes.keys()
        assert idle(graph) <= before
        if size == USUAL[0]:
            assert trains(graph) == ""
            assert share(reach(graph)) == 1.0, best.label


@pytest.mark.parametrize("index", range(3))
def test_levels_are_fitted_by_their_own_layers_by_padding_or_by_resizing(index: int) -> None:
    graph = unet(30, 3, "Concat", "ConvTranspose2d")
    fix = errors(graph)[0].fixes[index]
    labels = [
        "Set output_padding of up2 to 1 and up1 to 1",
        "Pad with zeros before join2 and join1",
        "Resize before join2 to 7 × 7 and join1 to 15 × 15",
    ]
    assert fix.label == labels[index]
    fix.apply(graph)
    assert errors(graph) == []


def test_what_came_out_far_smaller_is_met_by_a_crop_as_in_the_paper() -> None:
    """Ronneberger et al. 2015: convolutions without padding, copy and crop."""
    graph = read("""
        x: Input(shape=(1, 60, 60))
        a: Conv2d(out_channels=4, kernel_size=3); ra: ReLU
        pa: MaxPool2d(kernel_size=2); b: Conv2d(out_channels=8, kernel_size=3); rb: ReLU
        pb: MaxPool2d(kernel_size=2); c: Conv2d(out_channels=16, kernel_size=3); rc: ReLU
        ub: ConvTranspose2d(out_channels=8, kernel_size=2, stride=2); jb: Concat <- rb, ub
        d: Conv2d(out_channels=8, kernel_size=3); rd: ReLU
        ua: ConvTranspose2d(out_channels=4, kernel_size=2, stride=2); ja: Concat <- ra, ua
        e: Conv2d(out_channels=2, kernel_size=3); y: Output(class_axis=1)
    """)
    best = errors(graph)[0].fixes[0]
    assert best.label == "Crop to the smaller size before jb and ja"
    best.apply(graph)
    assert errors(graph) == []
    assert trains(graph) == ""
