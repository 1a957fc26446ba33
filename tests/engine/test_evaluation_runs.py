"""Runs are judged beyond their metrics: sample by sample, on their own data and others, alone and side by side."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn import datasets as sets
from sklearn import metrics

from engine import project
from engine.data import sources
from engine.edits import SetSetting
from engine.graph import Graph
from engine.inside.evaluation.answered import Answered, answer_all
from engine.inside.evaluation.chances import chances
from engine.inside.evaluation.comparing import compare
from engine.inside.evaluation.details import details, suspects_by_folds
from engine.inside.evaluation.ensembles import ensemble, spreads
from engine.inside.evaluation.evaluation_set import of_files, of_part
from engine.inside.evaluation.overlays import overlay
from engine.inside.evaluation.properties import properties
from engine.inside.evaluation.sample_scores import sample_scores
from engine.inside.evaluation.scores import scores_of
from engine.inside.evaluation.suspects import suspects
from engine.inside.evaluation.tallies import tallies
from engine.inside.trained import open_run
from engine.training.loop import Trainer
from engine.training.runs.folds import run_folders
from engine.training.status import TrainingError
from gui.cli import main
from presets.fitting import fit, fitted
from tests.engine.networks import chain
from tests.engine.own_data import blob_folder, diabetes_table, digit_folders, wine_table

Capture = pytest.CaptureFixture[str]


def trained(graph: Graph, folder: Path, epochs: int = 3, **settings: object) -> Path:
    for path, value in {"training.epochs": epochs, "training.threads": 1, "training.device": "cpu", **settings}.items():
        SetSetting(tuple(path.split(".")), value).apply(graph)  # type: ignore[arg-type]
    assert Trainer(graph, folder).run().state == "finished"
    return folder


def asked(run: Path, part: str = "test") -> Answered:
    one = open_run(run)
    return answer_all(one, of_part(one, part))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluation")


@pytest.fixture(scope="module")
def table(place: Path) -> Path:
    return wine_table(place / "wine.csv")


@pytest.fixture(scope="module")
def wine(place: Path, table: Path) -> Path:
    return trained(fitted("mlp", sources.describe(table))[0], place / "wine")


@pytest.fixture(scope="module")
def other(place: Path, table: Path) -> Path:
    """The same data and split, from other weights."""
    return trained(fitted("mlp", sources.describe(table))[0], place / "other", 1, **{"training.seed": 5})


@pytest.fixture(scope="module")
def diabetes(place: Path) -> Path:
    return trained(fitted("mlp", sources.describe(diabetes_table(place / "d.csv")))[0], place / "diabetes")


@pytest.fixture(scope="module")
def blobs(place: Path) -> Path:
    steps = [("Conv2d", {"out_channels": 2, "kernel_size": 3, "padding": 1})]
    graph = chain((1, 20, 24), *steps)  # type: ignore[arg-type]
    return trained(fit(graph, sources.describe(blob_folder(place / "blobs"))), place / "segment", 4)


@pytest.fixture(scope="module")
def images(place: Path) -> Path:
    return trained(fitted("lenet-5", sources.describe(digit_folders(place / "own", 120)))[0], place / "images", 1)


@pytest.mark.parametrize("run", ["wine", "diabetes", "blobs", "images"])
def test_metrics_of_samples_drawn_again_are_sums_over_samples(run: str, request: pytest.FixtureRequest) -> None:
    one = asked(request.getfixturevalue(run), "train")
    network = one.trained.network
    of_rows = tallies(network, one.answers, one.batch)
    source = np.random.default_rng(0)
    for rows in (np.arange(len(one)), *source.integers(0, len(one), (3, len(one))), np.zeros(5, int)):
        chosen = torch.from_numpy(rows)
        drawn = {name: values[chosen] for name, values in one.batch.items()}
        known = network.measure([(tuple(answer[chosen] for answer in one.answers), drawn)])
        ours = of_rows(np.bincount(rows, minlength=len(one))[None].astype(float))
        single = {name: value for name, value in known.items() if isinstance(value, float)}
        assert set(single) == set(ours)
        assert {name: float(ours[name][0]) for name in single} == pytest.approx(single, rel=1e-4, abs=1e-6)


def test_samples_are_called_as_in_their_files(wine: Path, images: Path, table: Path, place: Path) -> None:
    found = asked(wine)
    row = 3
    number = int(found.data.name(row).removeprefix("wine.csv row "))
    frame = pd.read_csv(table)
    name = found.trained.data.fields["grower"].names[int(found.labels(found.head())[row])]
    assert frame["grower"][number - 1] == name
    pictures = asked(images)
    label = int(pictures.labels(pictures.head())[0])
    file = place / "own" / pictures.data.name(0)
    assert file.parent.name == pictures.trained.data.fields["label"].names[label]
    shown = np.asarray(Image.open(file).resize((32, 32), Image.Resampling.BILINEAR))
    assert np.array_equal(shown, pictures.data.raw("image", [0])[0, 0])


def test_what_a_run_has_is_known_of_every_kind_of_answer(wine: Path, diabetes: Path, blobs: Path, images: Path) -> None:
    for run in (wine, images):
        found = details(asked(run))
        assert len(found.curves) == (3 if run == wine else 10)
        assert found.calibration is not None
        assert found.suspects is not None
        assert found.residuals == ()
    numbers = details(asked(diabetes))
    assert (numbers.curves, numbers.calibration, numbers.suspects) == ((), None, None)
    assert [one.name for one in numbers.residuals] == ["target"]
    masks = details(asked(blobs))
    assert (masks.calibration, masks.suspects) == (None, None)
    assert len(masks.curves) == 2
    one = asked(blobs)
    ground = one.trained.data.fields["mask"].names[0]
    assert set(properties(one)) >= {"brightness of image", "contrast of image", f"mask that is not {ground}"}


def test_the_hardest_samples_have_the_highest_loss(wine: Path) -> None:
    one = asked(wine, "train")
    found = details(one, count=5)
    logits, labels = one.answers[0], one.labels(one.head())
    expected = torch.nn.functional.cross_entropy(logits, labels, reduction="none")
    worst = expected.argsort(descending=True)[:5].tolist()
    assert [sample.row for sample in found.hardest] == worst
    assert [sample.loss for sample in found.hardest] == pytest.approx(expected[worst].tolist())
    names = one.trained.data.fields["grower"].names
    first = found.hardest[0]
    share = logits.softmax(-1)[worst[0]]
    assert first.target == names[int(labels[worst[0]])]
    assert first.answer == f"{names[int(share.argmax())]} ({100 * float(share.max()):.1f} %)"


def test_residuals_are_in_the_order_of_the_samples(diabetes: Path) -> None:
    one = asked(diabetes)
    (found,) = details(one).residuals
    assert found.mean == pytest.approx(float((one.answers[0] - one.batch["target"]).mean()), rel=1e-4)
    assert np.allclose(found.quantiles, np.percentile(found.differences, [5, 25, 50, 75, 95]))
    counts, edges = found.histogram()
    assert (counts.sum(), len(edges)) == (len(one), len(counts) + 1)
    assert metrics.r2_score(found.true, found.predicted) == pytest.approx(
        scores_of(one, resamples=0).metrics["r2"].value,
        abs=1e-4,  # type: ignore[union-attr]
    )


def test_slices_are_by_all_columns_of_the_table(wine: Path, table: Path) -> None:
    one = asked(wine, "train")
    known = properties(one)
    frame = pd.read_csv(table)
    rows = [int(one.data.name(row).rpartition(" ")[2]) - 1 for row in range(len(one))]
    for name in ("alcohol", "proline"):
        assert np.allclose(known[name], frame[name].to_numpy()[rows], equal_nan=True)
    assert known["grower"].tolist() == frame["grower"][rows].tolist()


def test_slices_of_images_are_by_brightness_and_the_table_beside(place: Path) -> None:
    """A table of labels with a column that the network is not given."""
    folder = place / "labelled"
    folder.mkdir()
    found = sets.load_digits()
    rows = []
    for index, (values, label) in enumerate(zip(found.images[:80], found.target[:80], strict=True)):
        Image.fromarray((values * 15).astype(np.uint8)).save(folder / f"{index}.png")
        rows.append((f"{index}.png", f"n{label}", ("left", "right")[index % 2]))
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "digit", "hand"), *rows])
    graph, _ = fitted("lenet-5", sources.describe(folder))
    one = asked(trained(graph, place / "labelled-run", 1))
    known = properties(one)
    names = [one.data.name(row) for row in range(len(one))]
    numbers = [int(name.removesuffix(".png")) for name in names]
    assert known["hand"].tolist() == [rows[number][2] for number in numbers]
    means = [np.asarray(Image.open(folder / name)).mean() for name in names]
    assert np.allclose(known["brightness of image"], means, atol=0.5)
    assert (known["pixels in the file"] == 64).all()


def test_several_labels_are_judged_one_by_one(place: Path) -> None:
    """Digits that are even, large, or neither: each label by itself."""
    folder, found = place / "several", sets.load_digits()
    folder.mkdir()
    rows = [(f"{k}.png", int(label % 2 == 0), int(label > 4)) for k, label in enumerate(found.target[:120])]
    for (name, *_), values in zip(rows, found.images, strict=False):
        Image.fromarray((values * 15).astype(np.uint8)).save(folder / name)
    with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "even", "large"), *rows])
    graph, _ = fitted("lenet-5", sources.describe(folder))
    one = asked(trained(graph, place / "several-run", 2))
    shares, truth = one.answers[0].sigmoid().numpy(), one.labels(one.head()).numpy()
    report = details(one)
    assert [each.name for each in report.curves] == ["even", "large"]
    areas = [each.auroc for each in report.curves]
    assert areas == pytest.approx(metrics.roc_auc_score(truth, shares, average=None).tolist())
    assert report.calibration is not None
    surely = np.maximum(shares, 1 - shares)
    expected = np.abs(((shares > 0.5) == truth).mean() - surely.mean())
    assert report.calibration.before.ece >= expected - 1e-6, "bins cannot cancel more than all together do"
    assert report.suspects is not None
    assert {each.given for each in report.suspects} <= {"even", "not even", "large", "not large"}


def test_the_length_of_a_text_is_what_is_no_padding(place: Path) -> None:
    graph = Graph("dates")
    words = graph.add("Input", shape=(56,), dtype="int64", field="words")
    layers = [graph.add("Embedding", num_embeddings=41, embedding_dim=4), graph.add("Flatten"),
              graph.add("Linear", out_features=130), graph.add("Unflatten", dim=1, unflattened_size=(10, 13)),
              graph.add("Output", field="iso", class_axis=2)]  # fmt: skip
    for node, after in zip([words, *layers], layers, strict=False):
        graph.connect(node, after)
    graph.settings["data"] = {"dataset": "dates", "batch_size": 512}
    one = asked(trained(graph, place / "dates", 1))
    raw = one.data.raw("words")
    assert properties(one)["length of words"].tolist() == [int((row != 0).sum()) for row in raw]
    found = details(one, count=2)
    assert found.hardest[0].answer.endswith("% right")


def test_masks_are_covered_as_scikit_learn_counts(blobs: Path) -> None:
    one = asked(blobs)
    head = one.head()
    pieces = [overlay(one, head, row) for row in range(len(one))]
    given = np.concatenate([piece.answered.ravel() for piece in pieces])
    goal = np.concatenate([piece.target.ravel() for piece in pieces])
    known = metrics.jaccard_score(goal, given, average=None, labels=[0, 1])
    found = scores_of(one, resamples=0)
    assert found is not None
    assert found.per_class["iou_per_class"] == pytest.approx(known.tolist())
    alone = metrics.jaccard_score(pieces[0].target.ravel(), pieces[0].answered.ravel(), average="macro")
    assert pieces[0].mean_iou == pytest.approx(alone)
    scored = sample_scores(one, head)
    assert (scored.metric, scored.values.tolist()) == ("iou", pytest.approx([piece.mean_iou for piece in pieces]))


def test_two_runs_on_the_same_samples_say_who_fixed_what(wine: Path, other: Path) -> None:
    first, second = asked(wine), asked(other)
    found = compare(first, second)
    right = [sample_scores(one, one.head()).values == 1 for one in (first, second)]
    assert found.only_a.tolist() == np.flatnonzero(right[0] & ~right[1]).tolist()
    assert found.only_b.tolist() == np.flatnonzero(~right[0] & right[1]).tolist()
    assert len(found.both) + len(found.only_a) + len(found.only_b) + len(found.neither) == len(first)
    assert (found.a, found.b) == (right[0].mean(), right[1].mean())
    assert found.difference.low <= found.difference.value <= found.difference.high
    assert found.test is not None
    assert found.test.only_a == len(found.only_a)


def test_runs_with_other_samples_are_refused(wine: Path, place: Path, table: Path, diabetes: Path) -> None:
    graph, _ = fitted("mlp", sources.describe(table))
    elsewhere = trained(graph, place / "elsewhere", 1, **{"data.seed": 9})
    with pytest.raises(TrainingError, match="do not have the same samples in the test part"):
        compare(asked(wine), asked(elsewhere))
    with pytest.raises(TrainingError, match="learned from different data"):
        compare(asked(wine), asked(diabetes))
    with pytest.raises(TrainingError, match="learned from different data"):
        ensemble([asked(wine), asked(diabetes)])
    both = [open_run(run) for run in (wine, elsewhere)]
    found = compare(*(answer_all(one, of_files(one, table)) for one in both))
    assert sum(map(len, (found.both, found.only_a, found.only_b, found.neither))) == 178


def test_an_ensemble_is_the_mean_of_the_probabilities(wine: Path, other: Path) -> None:
    parts = [asked(wine), asked(other)]
    together = ensemble(parts)
    mean = torch.stack([one.answers[0].double().softmax(-1) for one in parts]).mean(0)
    assert torch.allclose(together.answers[0].double().softmax(-1), mean, atol=1e-6)
    found = scores_of(together, resamples=30)
    assert found is not None
    labels = parts[0].labels(parts[0].head()).numpy()
    assert found.metrics["accuracy"].value == pytest.approx(metrics.accuracy_score(labels, mean.argmax(-1).numpy()))
    assert found.metrics["loss"].value == pytest.approx(metrics.log_loss(labels, mean.numpy()), rel=1e-4)
    alone = [scores_of(one, resamples=0) for one in parts]
    values = [one.metrics["accuracy"].value for one in alone if one is not None]
    spread = spreads([one for one in alone if one is not None])["accuracy"]
    assert (spread.mean, spread.deviation) == pytest.approx((np.mean(values), np.std(values, ddof=1)))


def planted(path: Path) -> tuple[Path, set[int]]:
    """A table of digits, 5 % of whose labels are wrong; and the rows in the file that are."""
    found = sets.load_digits()
    labels = found.target.copy()
    chance = np.random.RandomState(1)
    wrong = chance.choice(len(labels), len(labels) // 20, replace=False)
    labels[wrong] = (labels[wrong] + chance.randint(1, 10, len(wrong))) % 10
    frame = pd.DataFrame(found.data, columns=[f"p{index}" for index in range(64)])
    frame["digit"] = [f"d{label}" for label in labels]
    frame.to_csv(path, index=False)
    return path, {int(row) + 1 for row in wrong}


@pytest.mark.slow
def test_planted_label_mistakes_are_found_by_folds(place: Path) -> None:
    file, wrong = planted(place / "planted.csv")
    graph, _ = fitted("mlp:hidden=64", sources.describe(file))
    for path, value in {"data.split.folds": 2, "training.epochs": 8, "training.threads": 1}.items():
        SetSetting(tuple(path.split(".")), value).apply(graph)
    together = place / "folds"
    assert (
        main(["train", str(saved(graph, place / "planted.loom")), "--run-dir", str(together), "--device", "cpu"]) == 0
    )
    runs = [asked(run, "validation") for run in run_folders(together)]
    found = suspects_by_folds(runs)
    marked = [int(one.name.rpartition(" ")[2]) in wrong for one in found]
    there = {int(one.data.name(row).rpartition(" ")[2]) for one in runs for row in range(len(one))}
    assert np.mean(marked[:40]) > 0.8
    assert sum(marked) > 0.7 * len(there & wrong)


def saved(graph: Graph, path: Path) -> Path:
    project.save(graph, path)
    return path


def test_labels_are_not_checked_on_what_was_learned(wine: Path, table: Path) -> None:
    one = open_run(wine)
    again = answer_all(one, of_files(one, table))
    for found in (details(asked(wine, "train")), details(again)):
        assert found.suspects is None
        assert any("has learned from these samples" in note for note in found.notes)


def test_chances_of_two_classes_have_the_name_of_the_second(place: Path) -> None:
    graph = chain((30,), ("Linear", {"out_features": 1}))
    output = graph.of_type("Output")[0]
    output.parameters["loss"] = "binary_cross_entropy_with_logits"
    graph.settings["data"] = {
        "dataset": "breast_cancer",
        "transforms": ({"name": "standardise", "field": "features"},),
    }
    one = asked(trained(graph, place / "cancer", 2))
    found = chances(one, one.head())
    assert (found.names, found.one, found.logits.shape) == (("benign",), False, (len(one), 1))
    wrong = replace(found, truth=found.truth ^ (np.arange(len(one)) % 9 == 0)[:, None])
    assert {(each.given, each.likely) for each in suspects(wrong)} == {
        ("malignant", "benign"),
        ("benign", "malignant"),
    }
    report = details(one)
    labels = one.labels(one.head()).numpy()
    shares = one.answers[0].sigmoid().numpy().ravel()
    assert report.curves[0].auroc == pytest.approx(metrics.roc_auc_score(labels, shares))
    assert report.hardest[0].target in ("malignant", "benign")
    assert {"mean radius"} <= {part.name for part in report.slices}
