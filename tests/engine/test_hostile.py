"""Files from strangers: each is a project, or one sentence that names the place; nothing else, and never for long."""

from __future__ import annotations

import copy
import json
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine import cost, layers, project
from engine.graph import Graph
from engine.problems import find
from engine.project import ProjectError
from engine.shapes import infer
from engine.source import SourceError, write
from tests.engine.graphs import random_graph
from tests.engine.networks import lenet
from tests.engine.syntax import strange

LONGEST = 2.0
"""The most seconds of work a file may cause."""


def outcome(content: bytes) -> str:
    """``loaded`` or the one sentence; fails for any other exception, another form of sentence, or too long a time."""
    began = time.process_time()
    try:
        graph = project.from_bytes(content, "it.loom")
    except ProjectError as error:
        result = str(error)
        assert result.startswith("it.loom")
        assert result.endswith(".")
        assert result.isprintable()
        assert len(result) < 500
    else:
        result = "loaded"
    assert time.process_time() - began < LONGEST
    if result == "loaded":
        used(graph)
    return result


def used(graph: Graph) -> None:
    """What a window does first with a project works, whatever is in it."""
    for step in (find, lambda g: cost.total(g), cost.depth, lambda g: project.from_bytes(project.to_bytes(g))):
        began = time.process_time()
        step(graph)
        assert time.process_time() - began < LONGEST
    assert all(problem.message.endswith((".", "?")) and "\n" not in problem.message for problem in find(graph))
    began = time.process_time()
    try:
        assert strange(write(graph)) == ""
    except SourceError as error:
        assert str(error).endswith((".", "?"))
    assert time.process_time() - began < LONGEST


def data(graph: Graph | None = None) -> dict[str, Any]:
    """A project as plain JSON."""
    plain: dict[str, Any] = json.loads(project.to_bytes(graph or lenet()))
    return plain


def dumped(plain: Any) -> bytes:
    """JSON with whatever is in it, NaN and lone surrogates as well."""
    return json.dumps(plain).encode()


def changed(change: Callable[[dict[str, Any]], Any]) -> bytes:
    """LeNet's file after a change of its JSON."""
    plain = data()
    change(plain)
    return dumped(plain)


def with_value(text: str) -> bytes:
    """LeNet's file with this text in the place of a value."""
    return project.to_bytes(lenet()).replace(b'"out_features": 120', b'"out_features": ' + text.encode())


def test_the_unharmed_file_is_loaded() -> None:
    assert outcome(project.to_bytes(lenet())) == "loaded"


NODE = {"id": "n99", "type": "ReLU", "name": "new", "parameters": {}}
HOSTILE: list[tuple[str, bytes, str]] = [
    ("empty", b"", "it.loom is not a whole project: Expecting value in line 1, column 1."),
    ("no JSON", b"PK\x03\x04", "it.loom is not a whole project: Expecting value in line 1, column 1."),
    ("latin-1", b'{"name": "gr\xf6\xdfe"}', "it.loom is not a project: byte 12 is not UTF-8 text."),
    ("a list", b"[]", 'it.loom is not a Layerloom project: it does not say "format": "layerloom".'),
    ("another format", b'{"format": "x"}', 'it.loom is not a Layerloom project: it does not say "format": "layerloom".'),
    ("newer", changed(lambda d: d.update(schema=2)), "it.loom was written by a newer Layerloom (schema 2; this one reads 1)"),
    ("much newer", changed(lambda d: d.update(schema=10**18, nodes={})), "it.loom was written by a newer Layerloom"),
    ("schema 0", changed(lambda d: d.update(schema=0)), "it.loom, schema: Input should be greater than or equal to 1."),
    ("schema text", changed(lambda d: d.update(schema="1")), "it.loom, schema: Input should be a valid integer."),
    ("schema true", changed(lambda d: d.update(schema=True)), "it.loom, schema: Input should be a valid integer."),
    ("no nodes", changed(lambda d: d.pop("nodes")), "it.loom, nodes: Field required."),
    ("extra key", changed(lambda d: d.update({"a\nb": 1})), "it.loom, a?b: Extra inputs are not permitted."),
    ("extra in node", changed(lambda d: d["nodes"][1].update(code="x")), "it.loom, nodes[1].code: Extra inputs are not"),
    ("id", changed(lambda d: d["nodes"][1].update(id="../x")), "it.loom, nodes[1].id: String should match pattern"),
    ("id end of line", changed(lambda d: d["nodes"][1].update(id="n2\n")), "it.loom, nodes[1].id: String should match"),
    ("type", changed(lambda d: d["nodes"][1].update(type="os;")), "it.loom, nodes[1].type: String should match pattern"),
    ("name", changed(lambda d: d["nodes"][1].update(name="a\nb")), "it.loom, nodes[1]: A node needs a name of 1 to 80"),
    ("name blank", changed(lambda d: d["nodes"][1].update(name=" ")), "it.loom, nodes[1]: A node needs a name of 1 to 80"),
    ("name long", changed(lambda d: d["nodes"][1].update(name="x" * 81)), "it.loom, nodes[1].name: String should have at"),
    ("name null", changed(lambda d: d["nodes"][1].update(name=None)), "it.loom, nodes[1].name: Input should be a valid"),
    ("name twice", changed(lambda d: d["nodes"][1].update(name="fc1")), "it.loom, nodes[8]: There is a node named 'fc1'"),
    ("id twice", changed(lambda d: d["nodes"][2].update(id="n2")), "it.loom, nodes[2]: The id 'n2' is taken already."),
    ("key twice", with_value('1, "out_features": 2'), "it.loom has the key 'out_features' twice in one place."),
    ("no such node", changed(lambda d: d["edges"][3].update(source=["n77", "output"])), "it.loom, edges[3]: There is no"),
    ("two wires", changed(lambda d: d["edges"].append(d["edges"][0])), "it.loom, edges[13]: The input 'input' of conv1 has"),
    ("circle", changed(lambda d: d["edges"].append({"source": ["n9", "output"], "target": ["n3", "b"]})),
     "it.loom, edges[13]: The wire from fc1 to tanh1 is part of a circle."),
    ("self", changed(lambda d: d["edges"].append({"source": ["n9", "output"], "target": ["n9", "b"]})),
     "it.loom, edges[13]: The wire from fc1 to fc1 is part of a circle."),
    ("port", changed(lambda d: d["edges"][0].update(target=["n2", "a b"])), "it.loom, edges[0].target[1]: String should"),
    ("edge of three", changed(lambda d: d["edges"][0].update(source=["n1", "o", "x"])), "it.loom, edges[0].source: Tuple"),
    ("edge a number", changed(lambda d: d["edges"].append(7)), "it.loom, edges[13]: Input should be a valid dictionary"),
    ("position of nobody", changed(lambda d: d["positions"].update(n77=[0, 0])), "it.loom, positions: there is no node"),
    ("position far", changed(lambda d: d["positions"].update(n1=[1e8, 0])), "it.loom, positions.n1[0]: Input should be less"),
    ("position of one", changed(lambda d: d["positions"].update(n1=[1])), "it.loom, positions.n1[1]: Field required."),
    ("data a list", changed(lambda d: d.update(data=[])), "it.loom, data: Input should be a valid dictionary."),
    ("title long", changed(lambda d: d.update(name="x" * 201)), "it.loom, name: String should have at most 200"),
    ("parameter name long", changed(lambda d: d["nodes"][0]["parameters"].update({"p" * 81: 1})),
     "it.loom, nodes[0].parameters.pppppppppp"),
    ("NaN", with_value("NaN"), "it.loom holds NaN, which is no number a project may contain."),
    ("Infinity", with_value("-Infinity"), "it.loom holds -Infinity, which is no number a project may contain."),
    ("1e999", with_value("1e999"), "it.loom holds the number 1e999, which is too large."),
    ("10**5000", with_value("1" + "0" * 5000), "it.loom holds the number 100000000000000000000000000000…, which is too"),
    ("2**63", with_value(str(2**63)), "it.loom holds the number 9223372036854775808…, which is too large."),
    ("text long", with_value('"' + "x" * 10_001 + '"'), "it.loom holds a text of 10001 characters; the most is 10000."),
    ("half a character", with_value('"\\ud800"'), "it.loom holds text with half a character in it."),
    ("half a key", with_value('{"\\udfff": 1}'), "it.loom holds text with half a character in it."),
    ("25 levels", with_value("[" * 21 + "]" * 21), "it.loom is nested too deeply; the most is 24 levels in a file."),
    ("100,000 levels", with_value("[" * 100_000 + "]" * 100_000), "it.loom is nested too deeply"),
    ("100,000 tables", with_value('{"a":' * 100_000 + "1" + "}" * 100_000), "it.loom is nested too deeply"),
    ("100,000 open", b"[" * 100_000, "it.loom is nested too deeply"),
    ("33 MB", b" " * (33 * 2**20), "it.loom is larger than 32 MB, the most a project may be."),
    ("too many nodes", changed(lambda d: d.update(nodes=[NODE] * 20_001)), "it.loom, nodes: List should have at most 20000"),
    ("many wrong edges", changed(lambda d: d.update(edges=[7] * 200_000)), "it.loom, edges[0]: Input should be a valid"),
    ("many keys, one twice", b'{"format": "layerloom", ' + b", ".join(b'"k%d": 0' % n for n in range(200_000)) + b', "k199999": 0}',
     "it.loom has the key 'k199999' twice in one place."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), [item[1:] for item in HOSTILE], ids=[item[0] for item in HOSTILE])
def test_a_hostile_file_is_one_sentence(content: bytes, sentence: str) -> None:
    assert outcome(content).startswith(sentence)


ODD: list[tuple[str, bytes]] = [
    ("BOM", b"\xef\xbb\xbf" + project.to_bytes(lenet())),
    ("unknown layer", changed(lambda d: d["nodes"][1].update(type="somebody.Conv9d"))),
    ("wrong parameters", with_value('{"expr": "__import__(\'os\')"}')),
    ("20 levels", with_value("[" * 20 + "]" * 20)),
    ("no positions", changed(lambda d: d.pop("positions"))),
    ("hostile title", changed(lambda d: d.update(name='"""\nimport os\n\\'))),
    (
        "hostile names",
        changed(lambda d: [n.update(name=f'"""\'; {{import}} #\\{k}') for k, n in enumerate(d["nodes"])]),
    ),
    ("wire to nowhere", changed(lambda d: d["edges"].append({"source": ["n2", "mask"], "target": ["n9", "memory"]}))),
    ("deep settings", changed(lambda d: d.update(training={"optimizer": [[{"name": "\x00\u2028"}]], "epochs": "\n"}))),
    ("huge layers", with_value(str(2**31 - 1))),
]


@pytest.mark.parametrize("content", [item[1] for item in ODD], ids=[item[0] for item in ODD])
def test_an_odd_file_is_a_project_all_the_same(content: bytes) -> None:
    assert outcome(content) == "loaded"


def mutated(rng: random.Random, content: bytes) -> bytes:
    """The file cut off, with flipped bits, or with a value somewhere in it replaced, doubled or gone."""
    kind = rng.choice(["cut", "flip", "bytes", "value", "value", "value", "value"])
    if kind == "cut":
        return content[: rng.randrange(len(content))]
    if kind == "flip":
        harmed = bytearray(content)
        for _ in range(rng.choice([1, 1, 8])):
            harmed[rng.randrange(len(harmed))] ^= 1 << rng.randrange(8)
        return bytes(harmed)
    if kind == "bytes":
        start = rng.randrange(len(content))
        return (
            content[:start]
            + rng.choice([b"\x00", b"}", b'"', b"[[", b"1e5", b"\\u0000"])
            + content[start + rng.randrange(9) :]
        )
    plain = json.loads(content)
    inside = rng.choice([plain, plain, [node["parameters"] for node in plain["nodes"]], plain["training"]])
    for _ in range(rng.choice([1, 1, 3])):
        holder, key = rng.choice(list(places(inside)) or [(plain["data"], "dataset")])
        if rng.random() < 0.2:
            holder.pop(key, None) if isinstance(holder, dict) else holder.pop(key)
        elif rng.random() < 0.2 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[key] = copy.deepcopy(rng.choice(WRONG))
    return dumped(plain)


CLASSES = [cls.__name__ for cls in layers.all()]
WRONG: list[Any] = [
    None, True, 0, -1, 1.5, 2**31 - 1, 2**62, -(2**62), 1e300, "", "n1", "n2", "output", "x0", "input", "same", "T", "N", "\n",
    "a'b\"c", "__class__", [], [[]], {}, {"expr": "1"}, [1, 2], ["n1", "output"], {"shape": ["T"]}, "x" * 300, *CLASSES,
]  # fmt: skip


def places(plain: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in the JSON that holds a value."""
    stack = [plain]
    while stack:
        holder = stack.pop()
        for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            yield holder, key
            if isinstance(value, (dict, list)):
                stack.append(value)


def test_mutated_files_are_projects_or_one_sentence(scale: int) -> None:
    rng = random.Random(8)
    sources = [project.to_bytes(lenet()), *(project.to_bytes(random_graph(rng, 120)) for _ in range(8))]
    outcomes = [outcome(mutated(rng, rng.choice(sources))) for _ in range(1000 * scale)]
    loaded = outcomes.count("loaded")
    assert 200 * scale < loaded < 800 * scale
    assert len(set(outcomes)) > 100


def ladder(count: int) -> Graph:
    """A network whose open lengths split and meet again: written out, its sizes would double with every rung."""
    graph = Graph("ladder")
    last = graph.add("Input", shape=(1, "T", "T"))
    for _ in range(count):
        half, third = graph.add("MaxPool2d", kernel_size=2), graph.add("MaxPool2d", kernel_size=(3, 2))
        both = graph.add("Concat", dim=2)
        for source, target in ((last, half), (last, third), (half, both), (third, both)):
            graph.connect(source, target)
        last = both
    graph.connect(last, graph.add("Output"))
    return graph


def doubling(count: int) -> Graph:
    """Each node doubles the channels."""
    graph = Graph("doubling")
    last = graph.add("Input", shape=(2**30, 1, 1))
    for _ in range(count):
        both = graph.add("Concat")
        graph.connect(last, both)
        graph.connect(last, both)
        last = both
    graph.connect(last, graph.add("Output"))
    return graph


def same_names(count: int) -> Graph:
    """Names that all become one identifier, and as many layers that nobody has."""
    graph = Graph("語")
    last = graph.add("Input", shape=(4,))
    for number in range(count):
        node = graph.add("ReLU", name=chr(0x4E00 + number % 20_000) + "語" * (1 + number // 20_000))
        graph.connect(last, node)
        last = node
    graph.connect(last, graph.add("Output"))
    return graph


@pytest.mark.parametrize("graph", [ladder(300), doubling(500), same_names(8_000)], ids=lambda graph: graph.name)
def test_a_small_file_makes_no_large_work(graph: Graph) -> None:
    assert outcome(project.to_bytes(graph)) == "loaded"
    assert infer(graph).layers


@pytest.mark.parametrize("backwards", [False, True])
def test_wires_in_any_order_are_drawn_in_no_time(backwards: bool) -> None:
    plain = data(same_names(8_000))
    if backwards:
        plain["edges"].reverse()
    assert outcome(dumped(plain)) == "loaded"


def test_many_layers_that_nobody_has() -> None:
    plain = data(same_names(4_000))
    for number, node in enumerate(plain["nodes"]):
        node["type"] = f"Conv{number}d"
    assert outcome(dumped(plain)) == "loaded"
