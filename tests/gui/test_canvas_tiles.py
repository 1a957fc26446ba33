"""The spatial index of the canvas finds exactly what is there, however large areas and rectangles are."""

from __future__ import annotations

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from gui.canvas.sight.tiles import Area, Tiles

AT = st.integers(-3000, 3000).map(float)
SIZE = st.sampled_from([0.0, 1.0, 52.0, 192.0, 511.0, 512.0, 5000.0, 90_000.0])
RECTANGLES = st.builds(lambda x, y, w, h: Area(x, y, x + w, y + h), AT, AT, SIZE, SIZE)
EDGES = st.one_of(AT, st.sampled_from([-inf, inf, -1e15, 1e15]))


@given(
    st.lists(st.tuples(st.integers(0, 9), st.none() | RECTANGLES), max_size=30), st.tuples(EDGES, EDGES, EDGES, EDGES)
)
def test_it_finds_what_touches_an_area(steps: list[tuple[int, Area | None]], sides: tuple[float, ...]) -> None:
    tiles, there = Tiles[int](), dict[int, Area]()
    for key, area in steps:
        if area is None:
            tiles.drop(key)
            there.pop(key, None)
        else:
            tiles.put(key, area)
            there[key] = area
    left, top, right, bottom = sides
    touched = {
        key
        for key, area in there.items()
        if left <= right and top <= bottom and area.left <= right and left <= area.right and area.top <= bottom
        if top <= area.bottom
    }
    found = tiles.within(Area(*sides))
    assert set(found) == touched
    assert len(found) == len(touched)
    assert tiles.areas == there
    ends = [*zip(*there.values(), strict=True)]
    assert tiles.extent() == (Area(min(ends[0]), min(ends[1]), max(ends[2]), max(ends[3])) if there else None)
