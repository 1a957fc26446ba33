"""Files from strangers: each is a project, or one sentence that says what is wrong where, and never much work."""

from __future__ import annotations

import pytest

from engine import project
from tests.engine.hostile_files import changed, node, outcome, position_of, top, value, wire
from tests.engine.networks import lenet

NODE = {"id": "n99", "type": "ReLU", "name": "new", "parameters": {}}
NO_PROJECT = ' is not a Layerloom project: it does not say "format": "layerloom".'
BEGIN = b'{"format": "layerloom", '
KEYS = b", ".join(b'"k%d": 0' % number for number in range(200_000))
HOSTILE: list[tuple[str, bytes, str]] = [
    ("empty", b"", " is empty, so there is no project in it."),
    ("blank", b" \n", " is empty, so there is no project in it."),
    ("cut off", b'{"format": "layerloom", "sch', " is not a whole project: Unterminated string"),
    ("an archive", b"PK\x03\x04", " is not a Layerloom project: it seems to be a ZIP archive"),
    (
        "a table",
        b"width,height\n1,2\n3,4\n",
        " is not a Layerloom project: it seems to be a table (CSV). A table is data",
    ),
    ("a table with tabs", b"a\tb\n1\t2\n", " is not a Layerloom project: it seems to be a table (TSV)."),
    ("a picture", b"\x89PNG\r\n\x1a\n\x00", " is not a Layerloom project: it seems to be a PNG image."),
    ("weights", b"\x40" + 7 * b"\x00" + b'{"w": 1}', " is not a Layerloom project: it seems to be weights"),
    ("a pickle", b"\x80\x04K\x01.", " is not a Layerloom project: it seems to be a pickle of Python, which"),
    ("Python", b"import torch\nx = 1\n", " is not a Layerloom project: it seems to be Python source."),
    ("text", "Gr\xfc\xdfe, Welt".encode(), " is not a Layerloom project: it seems to be plain text."),
    ("lines of JSON", b'{"a": 1}\n{"a": 2}\n', " is not a Layerloom project: it seems to be a list of JSON objects"),
    ("a notebook", b'{"nbformat": 4}', f"{NO_PROJECT} It seems to be a Jupyter notebook."),
    ("a run", b'{"network": "", "state": "", "started": ""}', f"{NO_PROJECT} It seems to be the record of a run"),
    ("latin-1", b'{"name": "gr\xf6\xdfe"}', " is not a project: byte 12 is not UTF-8 text."),
    ("a list", b"[]", NO_PROJECT),
    ("another format", b'{"format": "x"}', NO_PROJECT),
    (
        "newer",
        top(schema=4),
        " was written by a newer Layerloom (schema 4; this one reads 3): update Layerloom to open",
    ),
    ("much newer", top(schema=10**18, nodes={}), " was written by a newer Layerloom"),
    ("schema 0", top(schema=0), ", schema: Input should be greater than or equal to 1."),
    ("schema text", top(schema="1"), ", schema: Input should be a valid integer."),
    ("schema true", top(schema=True), ", schema: Input should be a valid integer."),
    ("no nodes", changed(lambda plain: plain.pop("nodes")), ", nodes: Field required."),
    ("extra key", top(**{"a\nb": 1}), ", a?b: Extra inputs are not permitted."),
    ("extra in node", node(1, code="x"), ", nodes[1].code: Extra inputs are not permitted."),
    ("id", node(1, id="../x"), ", nodes[1].id: String should match pattern"),
    ("id with a line end", node(1, id="n2\n"), ", nodes[1].id: String should match pattern"),
    ("type", node(1, type="os;"), ", nodes[1].type: String should match pattern"),
    ("name", node(1, name="a\nb"), ", nodes[1]: A node needs a name of 1 to 80 characters on one line."),
    ("name blank", node(1, name=" "), ", nodes[1]: A node needs a name of 1 to 80 characters on one line."),
    ("name long", node(1, name="x" * 81), ", nodes[1].name: String should have at most 80 characters."),
    ("name null", node(1, name=None), ", nodes[1].name: Input should be a valid string."),
    ("name twice", node(1, name="fc1"), ", nodes[8]: There is a node named 'fc1' already; choose another name."),
    ("id twice", node(2, id="n2"), ", nodes[2]: The id 'n2' is taken already."),
    ("key twice", value('1, "out_features": 2'), " has the key 'out_features' twice in one place."),
    ("no such node", wire(["n77", "output"], ["n9", "b"]), ", edges[13]: There is no node with the id 'n77'."),
    (
        "two wires",
        wire(["n1", "output"], ["n3", "input"]),
        ", edges[13]: The input 'input' of tanh1 has a wire already.",
    ),
    ("circle", wire(["n9", "output"], ["n3", "b"]), ", edges[13]: The wire from fc1 to tanh1 is part of a circle."),
    ("to itself", wire(["n9", "output"], ["n9", "b"]), ", edges[13]: The wire from fc1 to fc1 is part of a circle."),
    ("port", wire(["n1", "output"], ["n2", "a b"]), ", edges[13].target[1]: String should match pattern"),
    (
        "wire of three",
        wire(["n1", "output", "x"], ["n2", "b"]),
        ", edges[13].source: Tuple should have at most 2 items",
    ),
    (
        "wire a number",
        changed(lambda plain: plain["edges"].append(7)),
        ", edges[13]: Input should be a valid dictionary",
    ),
    ("position of nobody", position_of("n77", 0, 0), ", positions: there is no node with the id 'n77'."),
    ("position far", position_of("n1", 1e8, 0), ", positions.n1[0]: Input should be less than or equal to 10000000."),
    ("position of one", position_of("n1", 1), ", positions.n1[1]: Field required."),
    ("data a list", top(data=[]), ", data: Input should be a valid dictionary."),
    ("title long", top(name="x" * 201), ", name: String should have at most 200 characters."),
    ("parameter name long", node(0, parameters={"p" * 81: 1}), ", nodes[0].parameters.pppppppppp"),
    ("NaN", value("NaN"), " holds NaN, which is not a number a project may contain."),
    ("Infinity", value("-Infinity"), " holds -Infinity, which is not a number a project may contain."),
    ("1e999", value("1e999"), " holds the number 1e999, which is too large."),
    ("10**5000", value("1" + "0" * 5000), " holds the number 100000000000000000000000000000…, which is too large."),
    ("2**63", value(str(2**63)), " holds the number 9223372036854775808…, which is too large."),
    ("text long", value('"' + "x" * 10_001 + '"'), " holds a text of 10001 characters; the most is 10000."),
    ("half a character", value('"\\ud800"'), " holds text with half a character in it."),
    ("half a key", value('{"\\udfff": 1}'), " holds text with half a character in it."),
    ("25 levels", value("[" * 21 + "]" * 21), " is nested too deeply; the most is 24 levels in a file."),
    ("100,000 levels", value("[" * 100_000 + "]" * 100_000), " is nested too deeply"),
    ("100,000 tables", value('{"a":' * 100_000 + "1" + "}" * 100_000), " is nested too deeply"),
    ("100,000 open", b"[" * 100_000, " is nested too deeply"),
    ("33 MB", b" " * (33 * 2**20), " is larger than 32 MB, the most a project may be."),
    ("too many nodes", top(nodes=[NODE] * 20_001), ", nodes: List should have at most 20000 items after validation"),
    (
        "many wrong wires",
        top(edges=[7] * 200_000),
        ", edges[0]: Input should be a valid dictionary or instance of StoredEdge.",
    ),
    ("many keys, one twice", BEGIN + KEYS + b', "k199999": 0}', " has the key 'k199999' twice in one place."),
]


@pytest.mark.parametrize(("content", "sentence"), [item[1:] for item in HOSTILE], ids=[item[0] for item in HOSTILE])
def test_a_hostile_file_is_one_sentence(content: bytes, sentence: str) -> None:
    assert outcome(content).removeprefix("it.loom").startswith(sentence)


ODD: list[tuple[str, bytes]] = [
    ("nothing odd", project.to_bytes(lenet())),
    ("BOM", b"\xef\xbb\xbf" + project.to_bytes(lenet())),
    ("unknown layer", node(1, type="somebody.Conv9d")),
    ("code as a parameter", value('{"expr": "__import__(\'os\')"}')),
    ("20 levels", value("[" * 20 + "]" * 20)),
    ("huge layer", value(str(2**31 - 1))),
    ("no positions", changed(lambda plain: plain.pop("positions"))),
    ("hostile title", top(name='"""\nimport os\n\\')),
    (
        "hostile names",
        changed(lambda d: [n.update(name=f'"""\'; {{import}} #\\{k}') for k, n in enumerate(d["nodes"])]),
    ),
    ("wire to nowhere", wire(["n2", "mask"], ["n9", "memory"])),
    ("odd settings", top(training={"optimizer": [[{"name": "\x00\u2028"}]], "epochs": "\n"}, data={"": {"": ""}})),
]


@pytest.mark.parametrize("content", [item[1] for item in ODD], ids=[item[0] for item in ODD])
def test_an_odd_file_is_a_project_all_the_same(content: bytes) -> None:
    assert outcome(content) == "loaded"
