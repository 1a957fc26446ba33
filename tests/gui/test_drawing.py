"""The network as a picture: what others read in the files is what the network is."""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtGui import QImage

import presets
from engine import layers
from engine.exports.export import export
from engine.exports.exporter import ExportError
from engine.exports.subject import Subject
from engine.files import FileError
from engine.graph import Graph
from engine.layer_table.rows import layer_table
from gui import cli
from gui.drawing.drawing import DrawingError, Kind, Options
from gui.drawing.exporter import PdfDrawing, PngDrawing, SvgDrawing
from gui.drawing.figure.boxes import Layout
from gui.drawing.figure.layout import lay_out
from gui.drawing.figure.network import figure
from gui.drawing.formats import pdf, picture, svg
from gui.drawing.making import drawing_of
from gui.theme import Name
from tests.engine.classics import densenet_121, googlenet, resnet_152
from tests.engine.classics_images import efficientnet_b0, nasnet_cell, siamese, unet, vae
from tests.engine.classics_sequences import gpt2, lstm_cell, wavenet

pytestmark = pytest.mark.usefixtures("qapp")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert('x')</script> & \"q\" ]]>"


def texts(content: bytes) -> list[str]:
    """What stands in an SVG, as an XML parser reads it."""
    return ["".join(text.itertext()) for text in ElementTree.fromstring(content).iter(f"{SVG}text")]


def letters(content: bytes) -> set[str]:
    """The letters that the fonts of a PDF map their glyphs to (ToUnicode, ISO 32000-1, 9.10.3)."""
    found: set[str] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            text = zlib.decompress(stream)
        except zlib.error:  # it is not packed
            text = stream
        if b"begincmap" in text:
            for code in re.findall(rb"<[0-9A-Fa-f]+> <[0-9A-Fa-f]+> \[?((?:<[0-9A-Fa-f]+> ?)+)", text):
                found |= {chr(int(one, 16)) for one in re.findall(rb"[0-9A-Fa-f]{4}", code)}
    return found


@pytest.mark.parametrize("kind", ["canvas", "figure"])
def test_names_and_shapes_stand_in_the_svg_as_text(kind: Kind) -> None:
    graph = presets.build("lenet-5")
    found = texts(svg(drawing_of(graph, Options(kind=kind))))
    rows = [row for row in layer_table(graph).all() if row.type not in ("ReLU", "Output")]
    for row in rows:
        assert row.name in found
        size = row.outputs[0].removeprefix("(N, ").rstrip(",)")
        shown = f"(N, {size})" if kind == "canvas" else size.replace(", ", " × ")
        assert shown in found, (row.name, shown)


@pytest.mark.parametrize("kind", ["canvas", "figure"])
def test_without_shapes_there_are_none(kind: Kind) -> None:
    found = texts(svg(drawing_of(presets.build("lenet-5"), Options(kind=kind, shapes=False))))
    assert "conv1" in found
    assert not [text for text in found if "28, 28" in text or "28 × 28" in text]


def test_the_fonts_of_the_pdf_know_which_letters_they_draw() -> None:
    content = pdf(drawing_of(presets.build("lenet-5"), Options()))
    assert set("conv1MaxPool2dReLUdigit(N, 6, 28, 28)") - {" "} <= letters(content)
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["canvas", "figure"])
def test_the_picture_is_not_blank(kind: Kind, theme: Name) -> None:
    drawing = drawing_of(presets.build("lenet-5"), Options(kind=kind, theme=theme))
    pixels = _pixels(picture(drawing, 1.0))
    ground = pixels[0, 0]
    assert (ground[:3].mean() > 128) == (theme == "light")
    inked = (pixels != ground).any(axis=2)
    assert 0.02 < inked.mean() < 0.95
    edge = np.concatenate([inked[0], inked[-1], inked[:, 0], inked[:, -1]])
    assert not edge.any(), "something is cut off at the edge"


def test_a_transparent_picture_has_no_background() -> None:
    drawing = drawing_of(presets.build("lenet-5"), Options(transparent=True))
    assert _pixels(picture(drawing, 1.0))[0, 0, 3] == 0


def test_the_scale_is_that_of_the_pixels() -> None:
    drawing = drawing_of(presets.build("mlp"), Options())
    one, three = picture(drawing, 1.0), picture(drawing, 3.0)
    assert abs(three.width() - 3 * one.width()) <= 3
    assert abs(three.height() - 3 * one.height()) <= 3


def test_a_picture_too_large_to_paint_is_refused_in_a_sentence() -> None:
    with pytest.raises(DrawingError, match=r"choose a smaller scale, or SVG or PDF"):
        picture(drawing_of(presets.build("lenet-5"), Options()), 40.0)


@pytest.mark.parametrize("kind", ["canvas", "figure"])
def test_a_hostile_name_is_text(kind: Kind) -> None:
    graph = Graph(HOSTILE)
    image = graph.add("Input", shape=(4,), name="x")
    layer = graph.add("Linear", out_features=3, name=HOSTILE)
    graph.connect(image, layer)
    content = svg(drawing_of(graph, Options(kind=kind)))
    root = ElementTree.fromstring(content)
    assert not [node for node in root.iter() if node.tag.rpartition("}")[2].lower() in ("script", "foreignobject", "a")]
    assert [text for text in texts(content) if text.startswith("<script>")]
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == HOSTILE


def test_blocks_are_drawn_with_what_is_inside() -> None:
    graph = presets.build("resnet-18-small")
    closed, opened = (texts(svg(drawing_of(graph, Options(blocks=blocks)))) for blocks in (False, True))
    assert "BlockInput" not in closed
    assert {"BasicBlock", "shortcut", "bn2", "BlockInput"} <= set(opened)


def test_marks_and_the_selection_are_left_out_and_the_canvas_stays_as_it_is() -> None:
    graph = presets.build("lenet-5")
    before = {node_id: graph.positions[node_id] for node_id in graph.nodes}
    clean = svg(drawing_of(graph, Options()))
    conv = next(node for node in graph.nodes.values() if node.name == "conv2")
    conv.parameters["kernel_size"] = 50
    wrong = svg(drawing_of(graph, Options()))
    assert b"#c62828" not in clean + wrong  # the colour of errors
    assert {node_id: graph.positions[node_id] for node_id in graph.nodes} == before


# -- the figure --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["canvas", "figure"])
def test_a_drawing_is_painted_by_one_thread_after_another(kind: Kind) -> None:
    drawing = drawing_of(presets.build("resnet-18"), Options(kind))
    painted: list[bytes] = []
    for _ in range(3):
        thread = threading.Thread(target=lambda: painted.append(_pixels(picture(drawing, 1.0)).tobytes()))
        thread.start()
        thread.join()
    assert painted == [painted[0]] * 3


def _layout(graph: Graph, *, blocks: bool = False) -> Layout:
    from engine.shapes import infer

    return lay_out(figure(graph, infer(graph), blocks=blocks), lambda text, _: 7.0 * len(text), shapes=True)


def test_larger_tensors_have_larger_boxes() -> None:
    boxes = {box.node.name: box for box in _layout(presets.build("lenet-5")).boxes}
    assert boxes["image"].tall > boxes["conv1"].tall > boxes["pool1"].tall > boxes["conv2"].tall > boxes["pool2"].tall
    assert boxes["image"].slant > boxes["pool2"].slant > 0
    assert boxes["fc1"].slant == 0
    assert boxes["fc1"].tall > boxes["fc2"].tall > boxes["fc3"].tall
    assert boxes["image"].thick < boxes["pool1"].thick < boxes["pool2"].thick
    assert [kind for _, kind in boxes["conv1"].node.bands] == ["ReLU"]


@pytest.mark.parametrize("name", ["lenet-5", "resnet-18", "lstm-classifier", "transformer-encoder", "vit-tiny"])
def test_boxes_and_labels_of_a_figure_do_not_overlap(name: str) -> None:
    _is_tidy(_layout(presets.build(name)))
    _is_tidy(_layout(presets.build(name), blocks=True))


def test_a_unet_is_a_u() -> None:
    layout = _layout(unet())
    _is_tidy(layout)
    volumes = sorted((box for box in layout.boxes if box.node.form == "volume" and box.lane == 0), key=lambda b: b.x)
    by_size: dict[int, set[float]] = {}
    for box in volumes:
        by_size.setdefault(box.node.sizes[-1], set()).add(box.y)
    assert all(len(heights) == 1 for heights in by_size.values())
    depths = [min(by_size[size]) for size in sorted(by_size, reverse=True)]
    assert depths == sorted(set(depths))


def test_branches_run_side_by_side_and_a_skip_over_what_it_skips() -> None:
    graph = Graph()
    image = graph.add("Input", shape=(8, 16, 16), name="image")
    left = graph.add("Conv2d", out_channels=8, kernel_size=1, name="left")
    right = graph.add("Conv2d", out_channels=8, kernel_size=3, padding=1, name="right")
    total = graph.add("Add", name="total")
    answer = graph.add("Output", name="answer")
    for edge in ((image, left), (image, right), (left, total), (right, total), (image, total), (total, answer)):
        graph.connect(*edge)
    layout = _layout(graph)
    _is_tidy(layout)
    boxes = {box.node.name: box for box in layout.boxes}
    assert boxes["left"].column == boxes["right"].column
    assert boxes["left"].y != boxes["right"].y
    arcs = [arrow for arrow in layout.arrows if len({y for _, y in arrow.points}) == 3 and arrow.points[1][1] < 0]
    assert min(y for arrow in arcs for _, y in arrow.points) < min(box.top for box in layout.boxes)


def test_the_longest_path_is_straight_and_opened_blocks_of_two_paths_stand_apart() -> None:
    layout = _layout(presets.build("transformer-small"), blocks=True)
    boxes = {box.node.name: box for box in layout.boxes}
    assert boxes["encoder_norm"].lane == 0, "the encoder is on the longest path"
    assert boxes["tgt_embedding"].lane != 0
    blocks = {name: (low[0], high[0]) for name, low, high in layout.groups}
    assert list(blocks) == ["encoder 1/2", "encoder 2/2", "decoder 1/2", "decoder 2/2"]
    edges = [edge for one in blocks.values() for edge in one]
    assert edges[:4] == sorted(edges[:4])
    assert blocks["encoder 1/2"][1] < blocks["decoder 1/2"][0]


def test_names_are_never_cut() -> None:
    long = "a_rather_long_name_of_a_layer"
    graph = Graph()
    image = graph.add("Input", shape=(8, 16, 16), name="image")
    total = graph.add("Concat", name="total")
    for index in range(4):
        one = graph.add("Conv2d", out_channels=8, kernel_size=1, name=f"{long}_{index}")
        two = graph.add("Conv2d", out_channels=8, kernel_size=1, name=f"{long}_{index}_again")
        graph.connect(image, one)
        graph.connect(one, two)
        graph.connect(two, total)
    answer = graph.add("Output", name="answer")
    graph.connect(total, answer)
    found = texts(svg(drawing_of(graph, Options(kind="figure"))))
    assert {f"{long}_{index}" for index in range(4)} <= set(found)


def _is_tidy(layout: Layout) -> None:
    """No two boxes share room, upright labels neither, and everything is within the figure."""
    areas = [(box.node.name, box.x, box.top, box.right, box.bottom) for box in layout.boxes if box.node.form != "end"]
    for box in layout.boxes:
        if box.label is not None and not box.label.slanted and box.node.form != "end":
            label = box.label
            half = label.width / 2
            areas.append((f"label of {box.node.name}", label.x - half, label.y, label.x + half, label.y + label.height))
    for index, (name, left, top, right, bottom) in enumerate(areas):
        assert layout.low[0] <= left
        assert right <= layout.high[0]
        assert layout.low[1] <= top
        assert bottom <= layout.high[1]
        for other, left2, top2, right2, bottom2 in areas[index + 1 :]:
            apart = right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
            assert apart, (name, other)


@pytest.mark.slow
@pytest.mark.parametrize("blocks", [False, True], ids=["closed", "opened"])
@pytest.mark.parametrize(
    "make",
    [densenet_121, googlenet, resnet_152, efficientnet_b0, nasnet_cell, unet, vae, siamese, gpt2, wavenet, lstm_cell],
)
def test_the_figures_of_classic_networks_are_tidy(make: Callable[[], Graph], blocks: bool) -> None:
    _is_tidy(_layout(make(), blocks=blocks))


# -- files -------------------------------------------------------------------------------------------------------------


def test_drawings_are_formats_of_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for ending, start in (("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF-")):
        target = tmp_path / f"net.{ending}"
        assert cli.main(["export", "mlp", "-o", str(target), "--figure", "--dark"]) == 0
        assert target.read_bytes().startswith(start)
        assert cli.main(["export", "mlp", "-o", str(target)]) == 2, "an existing file is not replaced unasked"
    assert "--force" in capsys.readouterr().err


def test_options_of_drawings_are_refused_for_other_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "mlp", "-o", str(tmp_path / "net.py"), "--figure"]) == 2
    assert "is not a drawing" in capsys.readouterr().err
    assert cli.main(["export", "mlp", "-o", str(tmp_path / "net.svg"), "--scale", "0"]) == 2
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_of_a_drawing_that_is_too_large(tmp_path: Path) -> None:
    with pytest.raises((DrawingError, ExportError, FileError)):
        export(PngDrawing(Options(), 40.0), Subject(presets.build("lenet-5")), tmp_path / "x.png")
    assert not list(tmp_path.iterdir())


def test_the_table_is_written_by_info(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for ending in ("csv", "md", "tex"):
        assert cli.main(["info", "lenet-5", "--table", str(tmp_path / f"t.{ending}")]) == 0
    assert "61706" in (tmp_path / "t.csv").read_text().splitlines()[-1]
    assert "**61,706**" in (tmp_path / "t.md").read_text().splitlines()[-1]
    assert "61,706" in (tmp_path / "t.tex").read_text()
    assert cli.main(["info", "lenet-5", "--table", str(tmp_path / "t.csv")]) == 2
    assert cli.main(["info", "lenet-5", "--table", str(tmp_path / "t.xls")]) == 2
    assert "must end with .csv, .md or .tex" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("name", [preset.name for preset in presets.all()])
@pytest.mark.parametrize("blocks", [False, True], ids=["closed", "opened"])
def test_every_preset_is_drawn_in_every_way(name: str, blocks: bool, tmp_path: Path) -> None:
    graph = presets.build(name)
    for exporter in (SvgDrawing, PdfDrawing):
        for kind in ("canvas", "figure"):
            options = Options(kind=kind, theme="dark", blocks=blocks)  # type: ignore[arg-type]
            target = tmp_path / f"{kind}.{exporter.ending}"
            export(exporter(options), Subject(graph), target)
            if exporter is SvgDrawing:
                found = texts(target.read_bytes())
                for row in layer_table(graph).rows:
                    if row.family not in ("Activation", "Normalization", "Dropout") and not (blocks and row.rows):
                        sign = kind == "figure" and len(row.inputs) > 1
                        shown = layers.kind(row.type).symbol or row.name if sign else row.name
                        assert any(_says(text, shown, whole=kind == "figure") for text in found), (kind, row.name)
    _is_tidy(_layout(graph, blocks=blocks))


def _says(text: str, name: str, *, whole: bool) -> bool:
    """Whether a text is a name; in the boxes of the canvas, which are all as wide, its beginning and an ellipsis."""
    if text == name or (whole and text.startswith(f"{name}  ")):  # a slanted label has the size after the name
        return True
    return not whole and text.endswith("…") and len(text) > 8 and name.startswith(text[:-1])


def _pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()].copy()
