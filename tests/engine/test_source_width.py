"""No line of written source is wider than a page, and folding what was too wide changes nothing of what it says."""

from __future__ import annotations

import ast
import inspect

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compile import compile_source
from engine.graph import Graph
from engine.problems import find
from engine.source import source, writer
from engine.source.folding import WIDTH
from tests.engine.classics import along, joined, reckoned

NAMES = st.text("ab_", max_size=39).map("n{}".format)
TEXTS = st.one_of(
    st.text(st.sampled_from("ab -\t\n'\"\\,([{#=ö漢 \u00a0\0"), max_size=200),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    st.sampled_from(["nearest-exact", "-".join(["ab"] * 60), "x" * 200, " " * 200, "'" * 200, "\\" * 200, "\0" * 200]),
)
"""Texts with everything at which a line might be broken by mistake."""


@st.composite
def twos(draw: st.DrawFn, names: list[str]) -> dict[str, str]:
    """An expression of up to 200 characters over these parameters whose value is 2."""
    text, wide = "2", draw(st.sampled_from([1, 100, 180]))
    while names and len(text) < wide:
        name = draw(st.sampled_from(names))
        longer = text + draw(st.sampled_from([f" + 0 * {name}", f" - 0 * max({name}, 3)", f" + ({name} - {name})"]))
        if len(longer) > 200:
            break
        text = longer
    return reckoned(text)


@st.composite
def wide_networks(draw: st.DrawFn) -> Graph:
    """A network with two nested blocks in which whatever may be long or many now and then is."""
    names = draw(st.lists(NAMES, max_size=12, unique=True))
    declared = {name: draw(st.one_of(st.just(3), TEXTS)) for name in names}
    numbers = [name for name, item in declared.items() if item == 3]
    mode = draw(st.sampled_from(["once", "each_step", "scan"]))
    long = st.sampled_from([1, 1, 70])

    graph = Graph("w" * draw(st.sampled_from([1, 100])))
    block = graph.define("B" * draw(st.integers(1, 60)), **declared)
    starts = [block.add("BlockInput", name=f"{'x' * draw(long)}{n}") for n in range(draw(st.integers(1, 8)))]
    last = along(block, starts[0], ("Tanh", {})) if len(starts) == 1 else joined(block, "Concat", *starts, dim=-1)
    parts = draw(st.sampled_from([2, 2, 40]))
    chunks = block.add("Chunk", chunks=parts, dim=-1)
    block.connect(along(block, last, ("Linear", {"out_features": 40})), chunks)
    for place in range(draw(st.integers(1, parts))):
        end = block.add("Linear", out_features=draw(twos(numbers)), name=f"{'l' * draw(long)}{place}")
        block.connect(chunks, end, source=place)
        block.connect(end, block.add("BlockOutput"))
    if mode == "scan":
        state = block.add("BlockInput", name=f"{'s' * draw(long)}", state=True, shape=(draw(twos(numbers)), 2))
        end = block.add("BlockOutput", state=block.nodes[state].name)
        block.connect(along(block, state, ("Tanh", {})), end)

    outer = graph.define("Outer", **declared)
    given = {name: draw(st.sampled_from([declared[name], reckoned(name)])) for name in names}
    for name in names:
        if name not in numbers and draw(st.booleans()):
            given[name] = {"per_repeat": (draw(TEXTS), draw(TEXTS))}
    use = outer.add(block.name, **given, apply=mode, repeat=draw(st.sampled_from([1, 1, 3])), name="u" * draw(long))
    for place, start in enumerate(starts):
        outer.connect(outer.add("BlockInput", name=f"{'i' * draw(long)}{place}"), use, target=start)
    outer.connect(use, outer.add("BlockOutput"))

    texts = {name: draw(TEXTS) for name in names if name not in numbers and draw(st.booleans())}
    node = graph.add("Outer", **texts)
    for _ in starts:
        graph.connect(graph.add("Input", shape=("T", 4)), node)
    graph.connect(node, graph.add("Output", loss="mse_loss"))
    return graph


def unfolded(graph: Graph) -> str:
    """The source without any folding."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "WIDEST", 10**9)
        patch.setattr(writer, "folded", lambda line: [line])
        return source(graph).text


def test_whatever_is_long_or_many_fits_a_page_and_says_the_same(scale: int) -> None:
    folds = []

    @settings(max_examples=20 * scale)
    @given(wide_networks())
    def check(graph: Graph) -> None:
        assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
        written = source(graph)
        lines = written.text.splitlines()
        assert [line for line in lines if len(line) > WIDTH] == []
        plain = unfolded(graph)
        assert ast.dump(ast.parse(written.text)) == ast.dump(ast.parse(plain))
        folds.append(len(lines) - len(plain.splitlines()))
        model = compile_source(written)
        for block in graph.blocks.values():
            made = [type(module) for module in model.modules() if type(module).__module__ == type(model).__module__]
            cls = next(each for each in made if each.__name__.startswith(writer.class_name(block.name)))
            signature = inspect.signature(cls)
            assert {p.name: signature.parameters[p.name].default for p in block.parameters} == block.defaults()

    check()
    assert sum(fold > 5 for fold in folds) > 5
