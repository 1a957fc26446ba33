"""The report of a run: one file that loads nothing, runs nothing, tells nobody's name, and says what the run says."""

from __future__ import annotations

import base64
import io
import json
import math
import re
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import presets
from engine import project
from engine.data import sources
from engine.edits import RenameGraph, RenameNode, SetSetting
from engine.graph import Graph
from engine.report import html
from engine.report.charts import MOST_POINTS, Line, chart, thinned, ticks
from engine.report.report import Drawings, Wishes, report
from engine.training.loop import Trainer
from engine.training.runs.run_info import read
from gui import cli
from gui.drawing.for_report import drawings_of
from presets.fitting import fit, fitted
from tests.engine.networks import chain
from tests.engine.own_data import blob_folder, diabetes_table, digit_folders

FROZEN = Path(__file__).parents[1] / "frozen" / "runs"
VOID = {"meta", "img", "br"}
HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(2)>'\"&"


@dataclass
class Read(HTMLParser):
    """What an HTML parser makes of a report: its tags, its text, the tables by their captions."""

    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    _rows: list[list[str]] = field(default_factory=list)
    _caption: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> does not close what is open"
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.words.append(data)
        if "caption" in self.open:
            self._caption += data
        elif self.open and self.open[-1] in ("td", "th"):
            self._rows[-1][-1] += data

    @property
    def text(self) -> str:
        return " ".join(self.words)


def parsed(content: str) -> Read:
    found = Read()
    found.feed(content)
    found.close()
    assert not found.open
    return found


def trained(graph: Graph, folder: Path, **settings: object) -> Path:
    for name, value in {"epochs": 2, "threads": 1, "device": "cpu", **settings}.items():
        SetSetting(("training", name), value).apply(graph)
    assert Trainer(graph, folder).run().state == "finished"
    return folder


def of(folder: Path, *, samples: bool = False, resamples: int = 20) -> Read:
    return parsed(report(folder, Drawings(), Wishes(samples=samples, resamples=resamples)))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def digits(place: Path) -> Path:
    return trained(presets.build("mlp"), place / "digits")


@pytest.fixture(scope="module")
def photos(place: Path) -> Path:
    graph = fitted("lenet-5", sources.describe(digit_folders(place / "patients", 60)))[0]
    return trained(graph, place / "photos")


def test_it_holds_what_the_run_says(digits: Path) -> None:
    page, info = of(digits), read(digits)
    scores = page.tables["On the 270 samples of the test part"]
    values = {row[0]: [float(cell) for cell in row[1:] if cell] for row in scores[1:]}
    for name, value in info.test.items():
        assert values[name][0] == pytest.approx(float(value), rel=1e-3)
        assert values[name][1] <= values[name][0] <= values[name][2] or name not in ("accuracy", "loss")
    layers = page.tables[f"{info.network}, activations at batch 1"]
    assert layers[-1][0] == "total"
    assert layers[-1][4] == "17,226"
    assert page.tables["Samples in each part"][1][:2] == ["train", "1,257"]
    assert {row[0] for row in page.tables["Settings of training"]} >= {"optimizer.lr", "epochs", "seed"}
    matrix = page.tables["Confusion matrix"]
    assert sum(float(cell) for row in matrix[1:] for cell in row[1:]) == 270
    right = sum(float(row[index]) for index, row in enumerate(matrix[1:], 1))
    assert right / 270 == pytest.approx(float(info.test["accuracy"]), abs=1e-6)
    for text in ("layerloom train project.loom", info.environment["torch"], info.state, '"format": "layerloom"'):
        assert text in page.text


def test_the_project_in_it_trains_the_same_network_again(digits: Path, tmp_path: Path) -> None:
    page = of(digits)
    text = next(words for words in page.words if '"format": "layerloom"' in words)
    (tmp_path / "project.loom").write_text(text, encoding="utf-8")
    again = Trainer(project.load(tmp_path / "project.loom"), tmp_path / "again")
    assert again.run().state == "finished"
    assert (tmp_path / "again" / "metrics.jsonl").read_bytes() == (digits / "metrics.jsonl").read_bytes()


def test_it_is_whole_and_loads_and_runs_nothing(digits: Path) -> None:
    graph = project.load(digits / "project.loom")
    content = report(digits, drawings_of(graph)(), Wishes(resamples=5))
    page = parsed(content)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "embed", "form", "base"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href", "xlink:href", "action"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "data:image/png;base64,")), (tag, value)
    assert "url(" not in content
    assert "@import" not in content
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    drawn = re.findall(r"<svg.*?</svg>", content, re.DOTALL)
    assert len(drawn) >= 4 + 2
    for one in drawn:
        ElementTree.fromstring(one)
    assert "prefers-color-scheme:dark" in content
    assert "@media print" in content


def test_who_cannot_see_it_can_read_it(digits: Path) -> None:
    page = of(digits, samples=True)
    names = [tag for tag, _ in page.tags]
    assert dict(page.tags)["html"]["lang"] == "en"
    assert names.count("h1") == 1
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    sections = [attributes for tag, attributes in page.tags if tag == "section"]
    assert len(sections) >= 7
    assert all(attributes["aria-labelledby"] in ids for attributes in sections)
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert [link.removeprefix("#") for link in links if link] == [attributes["id"] for attributes in sections]
    assert names.count("table") == names.count("caption") == len(page.tables)
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    assert all(attributes.get("alt") for tag, attributes in page.tags if tag == "img")
    assert all(attributes.get("aria-label") for _, attributes in page.tags if attributes.get("role") == "img")


def test_a_hostile_name_is_text_everywhere(digits: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(digits, tmp_path / "run")
    graph = project.load(folder / "project.loom")
    for node_id in list(graph.nodes):
        RenameNode(node_id, f"{HOSTILE} {node_id}").apply(graph)
    RenameGraph(HOSTILE).apply(graph)
    project.save(graph, folder / "project.loom")
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    facts |= {"name": HOSTILE, "note": HOSTILE, "tags": [HOSTILE], "message": HOSTILE, "notes": [HOSTILE]}
    facts["environment"] |= {HOSTILE: HOSTILE}
    facts["test"] |= {HOSTILE: 0.5}
    (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    page = parsed(report(folder, drawings_of(graph)(), Wishes(samples=True, resamples=2)))
    assert "script" not in {tag for tag, _ in page.tags}
    assert not [a for _, a in page.tags if any(name.startswith("on") for name in a)]
    assert page.text.count("<script>alert(1)</script>") > 10


def test_nobody_is_named_and_no_place(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html.text.cache_clear()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "marie")
    monkeypatch.setattr(socket, "gethostname", lambda: "pc17.lab.example.org")
    folder = shutil.copytree(photos, tmp_path / "run")
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    facts |= {"message": f"marie on pc17 wrote {tmp_path}/x.", "notes": [f"It began with the weights of {photos}."]}
    facts["environment"]["platform"] = "Linux-pc17-x86_64"
    (folder / "run.json").write_text(json.dumps(facts), encoding="utf-8")
    for samples in (False, True):
        content = report(folder, Drawings(), Wishes(samples=samples, resamples=2))
        for secret in ("marie", "pc17", str(tmp_path), str(photos.parent), "/tmp/"):
            assert secret not in content, secret
    html.text.cache_clear()


def test_samples_are_shown_only_to_who_asks_and_are_pixels_alone(photos: Path, place: Path) -> None:
    without, page = of(photos), of(photos, samples=True)
    names = {path.name for path in (place / "patients").rglob("*.*")}
    assert not [tag for tag, _ in without.tags if tag == "img"]
    assert not [name for name in names if name in without.text]
    images = [attributes["src"] for tag, attributes in page.tags if tag == "img"]
    assert images
    for source in images:
        assert source is not None
        content = base64.b64decode(source.partition(",")[2])
        image = Image.open(io.BytesIO(content))
        assert not image.getexif()
        assert not image.info
        assert np.asarray(image).std() > 0


def test_a_report_of_numbers_has_errors_and_no_classes(place: Path) -> None:
    graph = fitted("mlp", sources.describe(diabetes_table(place / "d.csv")))[0]
    page = of(trained(graph, place / "diabetes"), samples=True)
    scores = next(rows for caption, rows in page.tables.items() if caption.startswith("On the "))
    assert "mae" in {row[0] for row in scores}
    assert not [caption for caption in page.tables if caption.startswith(("Confusion", "Class by class"))]
    assert len(page.tables["Samples with the highest loss"]) > 5


def test_a_report_of_masks_shows_which_pixels_are_wrong(place: Path) -> None:
    graph = chain((1, 20, 24), ("Conv2d", {"out_channels": 2, "kernel_size": 3, "padding": 1}))
    page = of(trained(fit(graph, sources.describe(blob_folder(place / "blobs"))), place / "masks"), samples=True)
    scores = next(rows for caption, rows in page.tables.items() if caption.startswith("On the "))
    assert {"loss", "accuracy"} <= {row[0] for row in scores}
    shown = [(str(attributes["alt"]), pixels_of(attributes)) for tag, attributes in page.tags if tag == "img"]
    assert len(shown) > 2
    for (words, image), (_, mistakes) in zip(shown[::2], shown[1::2], strict=True):
        assert image.shape == mistakes.shape == (20, 24)
        right = re.search(r"([\d.]+) % right", words)
        assert right is not None
        assert 100 * (mistakes == 0).mean() == pytest.approx(float(right[1]), abs=0.06)


def pixels_of(attributes: dict[str, str | None]) -> np.ndarray:
    content = base64.b64decode(str(attributes["src"]).partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(content)))


def test_settings_are_told_in_words(place: Path) -> None:
    graph = fitted("mlp", sources.describe(diabetes_table(place / "words.csv")))[0]
    page = of(trained(graph, place / "words"))
    told = dict(page.tables["Settings of data"][1:])
    assert told["source.options.columns"].startswith("patient (role ignored; type id), age, sex")
    assert told["source.options.columns"].endswith("role target)")
    assert "transforms" not in told
    assert [row[:2] for row in page.tables["Preparation, of every sample"][1:]][-1] == ["standardise", "features"]


@pytest.mark.parametrize("steps", [300.0, 1_000.0, 200_000.0])
def test_numbers_at_the_end_of_an_axis_are_not_cut_off(steps: float) -> None:
    root = ElementTree.fromstring(chart("loss", [Line("a", np.array([0.0, steps]), np.array([0.0, 40_000.0]))]))
    texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert f"{steps:,.0f}" in [one.text for one in texts]
    assert "40,000" in [one.text for one in texts]
    for one in texts:
        middle, half = float(one.attrib["x"]), 6.2 * len(str(one.text)) / 2
        if one.attrib["text-anchor"] == "middle":
            assert middle + half <= 460
        if one.attrib["text-anchor"] == "end":
            assert middle - 2 * half >= 0


def test_a_report_of_folds_has_each_and_the_mean(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    together = place / "folds"
    call = ["train", "linear-classifier", "--folds", "3", "--epochs", "2", "--run-dir", str(together)]
    assert cli.main([*call, "--device", "cpu", "--threads", "1"]) == 0
    target = place / "folds.html"
    assert cli.main(["report", str(together), "-o", str(target)]) == 0
    page = parsed(target.read_text(encoding="utf-8"))
    rows = page.tables["Metrics on the validation part of each fold"]
    assert [row[0] for row in rows[1:]] == ["fold 1", "fold 2", "fold 3", "mean", "deviation"]
    column = rows[0].index("accuracy")
    values = [float(read(together / f"fold-{number}").validation["accuracy"]) for number in (1, 2, 3)]
    assert float(rows[4][column]) == pytest.approx(np.mean(values), abs=1e-4)
    assert float(rows[5][column]) == pytest.approx(np.std(values, ddof=1), abs=1e-4)
    assert "3 of 3 folds trained" in page.text
    capsys.readouterr()


@pytest.mark.parametrize("state", ["stopped", "failed", "killed"])
def test_a_run_that_did_not_end_is_reported_as_far_as_it_came(state: str) -> None:
    page = of(FROZEN / state)
    info = read(FROZEN / state)
    assert (info.state if info.state != "running" else "was killed") in page.text
    assert "Settings of training" in page.tables
    if state == "killed":
        assert "The network was not asked" in page.text


def test_data_that_are_gone_are_said_in_their_place(place: Path, tmp_path: Path) -> None:
    table = diabetes_table(tmp_path / "gone.csv")
    run = trained(fitted("mlp", sources.describe(table))[0], tmp_path / "run")
    table.unlink()
    page = of(run)
    assert "gone.csv" in page.text
    assert "The network was not asked" in page.text
    assert page.tables["Metrics noted by the run"]


def test_the_run_is_not_touched(digits: Path) -> None:
    before = {path: path.read_bytes() for path in digits.rglob("*") if path.is_file()}
    of(digits, samples=True)
    assert {path: path.read_bytes() for path in digits.rglob("*") if path.is_file()} == before


def test_the_command_replaces_nothing_unasked(digits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "run.html"
    call = ["report", str(digits), "-o", str(target), "--resamples", "5"]
    assert cli.main(call) == 0
    first = target.read_bytes()
    assert first.count(b"<svg") > 5
    assert cli.main(call) == 2
    assert "--force" in capsys.readouterr().err
    assert cli.main([*call, "--force"]) == 0
    assert target.read_bytes() == first, "the same run has the same report"
    assert cli.main(["report", str(digits), "-o", str(tmp_path / "run.txt")]) == 2
    assert cli.main(["report", str(tmp_path), "-o", str(tmp_path / "no.html")]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["run.html"]


# -- curves ------------------------------------------------------------------------------------------------------------


def test_a_long_curve_keeps_its_peaks() -> None:
    values = np.random.default_rng(0).normal(size=100_000)
    values[31_234], values[77_777] = 40, -40
    found = thinned(Line("x", np.arange(100_000.0), values))
    assert len(found.xs) <= MOST_POINTS
    assert found.ys.max() == 40
    assert found.ys.min() == -40
    assert (np.diff(found.xs) > 0).all()


@pytest.mark.parametrize("span", [(0.0, 1.0), (-3.2, 7.9), (1e-8, 3e-8), (1e6, 1e7), (0.93, 0.94)])
def test_ticks_are_round_and_within(span: tuple[float, float]) -> None:
    found = ticks(*span)
    assert 3 <= len(found) <= 9
    assert all(span[0] - 1e-12 <= value <= span[1] + 1e-12 for value in found)
    step = found[1] - found[0]
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9), 6) in (1, 2, 5, 10)


def test_what_is_no_number_is_left_out_of_a_curve() -> None:
    lines = [Line("a", np.array([0.0, 1, 2]), np.array([1.0, np.nan, np.inf])), Line("b", np.array([]), np.array([]))]
    root = ElementTree.fromstring(chart("loss", lines))
    curves = list(root.iter("{http://www.w3.org/2000/svg}polyline"))
    assert len(curves) == 1
    assert len(curves[0].attrib["points"].split()) == 1
    assert chart("loss", lines[1:]) == ""


@pytest.mark.parametrize("make", [html.text, html.paragraph, html.code])
def test_texts_are_escaped(make: Callable[[str], str]) -> None:
    assert parsed(make(HOSTILE)).text == HOSTILE
