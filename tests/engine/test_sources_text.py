"""Texts of a user's own: found, split into tokens by the training part alone, learned from, asked about, exported."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine import Graph, project
from engine.data import sources
from engine.data.dataset import DataError
from engine.data.lengths import bucketed
from engine.data.origin import opened
from engine.data.pipeline import prepare
from engine.data.sources.describing import config_of
from engine.data.sources.kinds import source_of
from engine.data.sources.text import vocabulary
from engine.data.sources.text.codec import END, PADDING, START, UNKNOWN, Codec, Unit, merged
from engine.data.sources.text.text import Text, window_starts
from engine.edits import SetSetting
from engine.exports.export import export
from engine.exports.prediction_package.package import PackageFolder
from engine.exports.subject import Subject
from engine.exports.training_script.training_script import TrainingScript
from engine.inside.asking import of_text
from engine.inside.generating.alphabet import Alphabet
from engine.inside.generating.writing import LAST
from engine.inside.predicting import answers_to, predict
from engine.inside.trained import open_run
from engine.settings.data import DataConfig, SplitSettings
from engine.settings.resolution import SettingFault, resolve_settings
from engine.training.loop import Trainer
from engine.training.plan import check
from engine.training.status import TrainingError
from engine.training.steps.device import settled
from presets.fitting import data_edits
from tests.engine.own_texts import pair_files, pair_table, review_folder, review_table, story

LAYOUTS: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "folders": (lambda where: review_folder(where / "reviews"), "classification", "words"),
    "column": (lambda where: review_table(where / "reviews.csv"), "classification", "words"),
    "file": (lambda where: story(where / "story.txt"), "language model", "characters"),
    "pairs": (lambda where: pair_table(where / "pairs.csv"), "translation", "characters"),
    "parallel": (lambda where: pair_files(where / "pairs"), "translation", "characters"),
}


def text_of(found: sources.Found) -> Text:
    source = source_of(found.settings)
    assert isinstance(source, Text)
    return source


def network(found: sources.Found, *, free: bool = False, **data: object) -> Graph:
    """Embedding → LSTM → Linear on the last step, or on all of them where the next token is to be foretold."""
    field, goal = found.fields["text"], found.fields[found.dataset.first("target")]
    graph = Graph("texts")
    shape = ("T",) if free else field.shape
    before = graph.add("Input", name="text", shape=shape, dtype="int64")
    layers = (("Embedding", {"num_embeddings": field.classes, "embedding_dim": 8}), ("LSTM", {"hidden_size": 16}))
    for name, parameters in layers:
        now = graph.add(name, **parameters)
        graph.connect(before, now)
        before = now
    head = graph.add("Linear", out_features=goal.classes)
    graph.connect(before, head, source="output" if goal.shape else "last")
    graph.connect(head, graph.add("Output", name="answer"))
    for edit in data_edits(graph, found):
        edit.apply(graph)
    training: dict[str, object] = {"epochs": 2, "optimizer": {"name": "adam", "lr": 0.02}}
    for section, values in (("training", training), ("data", {"batch_size": 16, **data})):
        for name, value in values.items():
            SetSetting((section, name), value).apply(graph)
    return graph


@pytest.mark.parametrize("layout", LAYOUTS)
def test_texts_are_found_for_what_they_are_and_come_as_tokens(tmp_path: Path, layout: str) -> None:
    make, task, unit = LAYOUTS[layout]
    found = sources.describe(make(tmp_path))
    source = text_of(found)
    assert (found.kind, found.task, source.layout, source.tokens) == ("text", task, layout, unit)
    config = config_of(found.settings)
    prepared = prepare(config)
    assert len(prepared.train) > len(prepared.test) > 0 < len(prepared.validation)
    assert len(opened(config).arrays["text"]) == found.samples
    tokens = prepared.train.tensors["text"]
    assert source.codec.decode(tokens[0].tolist())
    assert int(tokens.max()) < len(source.vocabulary)
    assert source.vocabulary[:2] == (PADDING, UNKNOWN)
    if task == "language model":
        after = prepared.train.tensors["next"]
        inside = tokens[:, 1:] != 0
        assert (tokens[:, 1:] == after[:, :-1])[inside].all(), "the target is the text one token later"
    if task == "translation":
        shown, said = (prepared.train.tensors[name][0].tolist() for name in ("answer_in", "answer"))
        codec = source.answer_codec
        assert codec.symbols[shown[0]] == START
        assert END in [codec.symbols[number] for number in said]
        assert codec.decode(shown) == codec.decode(said) != ""
    graph = Graph("kept")
    for edit in data_edits(graph, found):
        edit.apply(graph)
    project.save(graph, tmp_path / "kept.loom")
    resolved = resolve_settings(project.load(tmp_path / "kept.loom"))
    assert not isinstance(resolved, SettingFault)
    stored = resolved[0].source
    assert stored is not None
    assert source_of(stored) == source, "nothing is guessed again"


def test_the_vocabulary_is_of_the_training_part_alone(tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "reviews")
    config = config_of(sources.describe(folder).settings)
    samples, prepared = opened(config), prepare(config)
    for part in (prepared.validation, prepared.test):
        path = folder / samples.names[int(part.indices[0])]
        path.write_text(path.read_text() + " zyzzyva zyzzyva zyzzyva", encoding="utf-8")
    inside = folder / samples.names[int(prepared.train.indices[0])]
    inside.write_text(inside.read_text() + " quokka quokka rare", encoding="utf-8")
    words = text_of(sources.describe(folder)).vocabulary
    assert "quokka" in words
    assert "zyzzyva" not in words, "it is in the other parts alone"
    assert "rare" not in words, "it comes once, and twice is needed"
    assert "rare" in text_of(sources.describe(folder, "text", {"minimum_count": 1})).vocabulary


def test_another_split_needs_another_vocabulary(tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "reviews")
    found = sources.describe(folder)
    other = DataConfig(source=found.settings, seed=3)
    with pytest.raises(DataError, match=r"another training part .*seed 0.*Look Again"):
        prepare(other)
    folded = config_of(found.settings).model_copy(update={"split": SplitSettings(folds=3)})
    with pytest.raises(DataError, match=r"every fold has another"):
        prepare(folded)
    again = sources.describe(folder, "text", config=other)
    prepare(other.model_copy(update={"source": again.settings}))


def test_folders_may_name_the_parts(tmp_path: Path) -> None:
    found = sources.describe(review_folder(tmp_path / "reviews", parts=True))
    prepared = prepare(config_of(found.settings))
    assert [len(part) for part in (prepared.train, prepared.validation, prepared.test)] == [48, 16, 16]
    assert found.dataset.fields["label"].names == ("neg", "pos")


def test_blocks_of_one_text_are_in_one_part_each(tmp_path: Path) -> None:
    path = story(tmp_path / "story.txt")
    found = sources.describe(path, "text", {"length": 16, "stride": 4})
    config = config_of(found.settings)
    samples, prepared = opened(config), prepare(config)
    assert samples.groups is not None
    parts = [
        set(samples.groups[part.indices].tolist()) for part in (prepared.train, prepared.validation, prepared.test)
    ]
    assert all(parts)
    assert sum(map(len, parts)) == len(set.union(*parts)), "none is in two"


def test_wrong_texts_get_one_sentence(tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "reviews", 12)
    (folder / "pos" / "empty.txt").write_text(" \n", encoding="utf-8")
    (folder / "neg" / "latin.txt").write_bytes("na\xefve".encode("latin-1"))
    (folder / "neg" / "binary.txt").write_bytes(b"a\0b")
    (folder / "pos" / "long.txt").write_text("The film was great. " * 60, encoding="utf-8")
    found = sources.describe(folder, "text", {"length": 45})
    notes = {note.code: note for note in found.notes}
    assert set(notes["not-text"].files) == {"neg/latin.txt", "neg/binary.txt"}
    assert notes["empty-files"].files == ("pos/empty.txt",)
    assert notes["cut-off"].files == ("pos/long.txt",)
    assert "longer than 45 tokens" in notes["cut-off"].message
    assert found.samples == 25
    lone = tmp_path / "lone" / "only"
    lone.mkdir(parents=True)
    (lone / "a.txt").write_text("one text", encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / "short.txt").write_text("too short", encoding="utf-8")
    (tmp_path / "numbers.csv").write_text("text,label\n1,a\n2,b\n", encoding="utf-8")
    (tmp_path / "one.csv").write_text("text,label\nsome words here,a\nother words there,a\n", encoding="utf-8")
    uneven = pair_files(tmp_path / "uneven")
    (uneven / "train.de").write_text("eine Zeile\n", encoding="utf-8")
    wrong: list[tuple[Path, dict[str, object], str]] = [
        (tmp_path / "lone", {}, r"one class, 'only' in the folder"),
        (tmp_path / "empty.txt", {}, r"holds no text: it is empty"),
        (tmp_path / "short.txt", {}, r"has 9 characters, too few for a context of 64 characters"),
        (tmp_path / "numbers.csv", {"column": "text"}, r"'text' holds numbers, not text"),
        (tmp_path / "one.csv", {"column": "text", "answer": "label"}, r"one class, 'a' in the column 'label'"),
        (uneven, {}, r"train.de has 1 lines and train.en 60"),
    ]
    for path, options, said in wrong:
        with pytest.raises(DataError, match=said):
            sources.describe(path, "text", options)


def test_subwords_need_the_extra_to_be_learnt_and_nothing_to_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(DataError, match=r"pip install layerloom\[text\]"):
        sources.describe(review_folder(tmp_path / "reviews", 8), "text", {"tokens": "bpe"})
    ranks = {("l", "o"): 0, ("lo", "w"): 1, ("e", "r"): 2}
    assert merged("lower", ranks) == ["low", "er"]
    codec = Codec(
        "bpe", (PADDING, UNKNOWN, "▁", "low", "er", "▁low"), (("l", "o"), ("lo", "w"), ("e", "r"), ("▁", "low"))
    )
    assert codec.decode(codec.encode("low lower")) == "low lower"


def test_subwords_are_learnt_by_the_extra(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")
    found = sources.describe(review_folder(tmp_path / "reviews", 8), "text", {"tokens": "bpe", "most_tokens": 60})
    source = text_of(found)
    assert 30 < len(source.vocabulary) <= 60
    said = "The film was lovely."
    assert source.codec.decode(source.codec.encode(said)) == said
    assert len(source.codec.encode(said)) < len(said)


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00↵▁", exclude_categories=["Cs"]), max_size=40))
def test_characters_come_back_as_they_were(text: str) -> None:
    plain = Codec("characters")
    codec = vocabulary.learnt(plain, [text], 1, 5000, ends=True)
    assert "".join(codec.split(text)).replace("↵", "\n") == codec.decode(codec.encode(text, start=True, end=True))
    words = vocabulary.learnt(Codec("words"), [text], 1, 5000, ends=False)
    assert words.number(UNKNOWN) not in words.encode(text)
    assert words.encode(words.decode(words.encode(text))) == words.encode(text), "joined words part again"


@given(st.sampled_from(["characters", "words", "bpe"]), st.lists(st.integers(2, 9), max_size=LAST))
def test_a_text_that_comes_token_by_token_is_the_same(unit: Unit, tokens: list[int]) -> None:
    symbols = ("<pad>", "<unk>", "▁", "a", "b", "▁a", ".", "(", "↵", "'")
    alphabet = Alphabet(symbols, frozenset({0}), Codec(unit, symbols))
    pieces = [alphabet.added(tokens[max(0, at - LAST) : at], token) for at, token in enumerate(tokens)]
    assert "".join(pieces) == alphabet.decode(tokens)


@given(st.integers(0, 60), st.integers(1, 12), st.integers(1, 12))
def test_windows_foretell_every_token_they_can(count: int, length: int, stride: int) -> None:
    seen = [start + step + 1 for start in window_starts(count, length, stride) for step in range(length)]
    known = {index for index in seen if index < count}
    if stride <= length:
        assert known == set(range(1, count))
    assert all(start + 1 < count for start in window_starts(count, length, stride))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=80), st.integers(1, 9), st.integers(2, 5), st.integers(0, 3))
def test_buckets_mix_the_same_samples(lengths: list[int], size: int, buckets: int, epoch: int) -> None:
    known, order = np.array(lengths), np.random.RandomState(0).permutation(len(lengths))
    found = bucketed(order, known, size, buckets, 7, epoch)
    assert sorted(found.tolist()) == list(range(len(lengths)))
    assert found.tolist() == bucketed(order, known, size, buckets, 7, epoch).tolist()


def test_buckets_pad_each_batch_to_its_own_longest(tmp_path: Path) -> None:
    found = sources.describe(review_folder(tmp_path / "reviews"))
    graph = network(found, free=True, buckets=4)
    config = config_of(found.settings).model_copy(update={"batch_size": 8, "buckets": 4})
    part = prepare(config).train
    batches = list(part.batches(["text", "label"], 8))
    assert all((batch["text"] != 0).any(0)[-1] for batch in batches), "the last step is no padding in all of them"
    assert len({batch["text"].shape[1] for batch in batches}) > 1
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "finished"
    with pytest.raises(TrainingError, match=r"text \(Input\) takes \d+ steps, but with data.buckets"):
        check(network(found, buckets=4))
    script = export(TrainingScript(), Subject.of_run(tmp_path / "run"), tmp_path / "train.py")
    assert script.checked.samples > 0
    assert script.checked.difference == 0.0, "the script makes the same batches"


@pytest.mark.parametrize("layout", ["folders", "column", "file"])
def test_new_text_is_read_as_the_project_reads_its_own(
    tmp_path: Path, layout: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = sources.describe(LAYOUTS[layout][0](tmp_path))
    assert Trainer(network(found), tmp_path / "run").run().state == "finished"
    trained = open_run(tmp_path / "run")
    said = answers_to(trained, of_text(trained, "The film was wonderful and zyzzyva."))[0]
    (tmp_path / "new.txt").write_text("The film was wonderful and zyzzyva.", encoding="utf-8")
    (tmp_path / "new.csv").write_text('text\n"The film was wonderful and zyzzyva."\n', encoding="utf-8")
    asked = tmp_path / ("new.csv" if layout == "column" else "new.txt")
    assert predict(trained, [asked])[0].answers == said.answers
    with pytest.raises(DataError, match="nothing to read"):
        answers_to(trained, of_text(trained, "  "[: layout != "file"]))
    export(PackageFolder(), Subject.of_run(tmp_path / "run"), tmp_path / "package")
    monkeypatch.syspath_prepend(str(tmp_path / "package"))
    monkeypatch.setattr(sys, "argv", ["predict.py", str(asked), "--json"])
    monkeypatch.setitem(sys.modules, "model", None)
    monkeypatch.delitem(sys.modules, "model")
    capsys.readouterr()
    with settled(1), pytest.raises(SystemExit) as ended:
        runpy.run_path(str(tmp_path / "package" / "predict.py"), run_name="__main__")
    assert ended.value.code == 0
    theirs = json.loads(capsys.readouterr().out)
    assert [(one["name"], one["probability"]) for one in theirs[0]["answers"]] == list(said.answers[0].probabilities)


def test_an_encoding_is_that_of_the_project_and_one_bad_file_spoils_no_other(tmp_path: Path) -> None:
    """Asked about a folder: files are read as its own were, and what cannot be read has its reason, by name."""
    folder = review_folder(tmp_path / "reviews", 12)
    for file in folder.rglob("*.txt"):
        file.write_bytes(f"naïve: {file.read_text(encoding='utf-8')}".encode("utf-16"))
    (folder / "pos" / "bare.txt").write_bytes(b"a\0b")
    (folder / "neg" / "blank.txt").write_text(" ", encoding="utf-16")
    found = sources.describe(folder)
    assert found.samples == 24, "half of the files say which encoding they have"
    assert Trainer(network(found), tmp_path / "run").run().state == "finished"
    said = {Path(one.name).name: one for one in predict(open_run(tmp_path / "run"), [folder / "pos", folder / "neg"])}
    assert len(said) == 14, "names repeat in the two folders"
    assert "bare.txt" in said["bare.txt"].error
    assert "blank.txt" in said["blank.txt"].error
    assert all(one.answers for name, one in said.items() if name not in ("bare.txt", "blank.txt"))


def test_what_is_no_text_is_told_with_what_the_network_is_given(tmp_path: Path) -> None:
    found = sources.describe(review_folder(tmp_path / "reviews", 12))
    assert Trainer(network(found), tmp_path / "run").run().state == "finished"
    table = review_table(tmp_path / "reviews.csv")
    with pytest.raises(DataError, match=r"is not a text: this network is given texts in folders"):
        predict(open_run(tmp_path / "run"), [table])


@pytest.mark.parametrize("ending", [".csv", ".de"])
def test_rows_that_lack_a_side_are_named(tmp_path: Path, ending: str) -> None:
    """They were left out in silence."""
    if ending == ".csv":
        path = pair_table(tmp_path / "pairs.csv")
        path.write_text(path.read_text(encoding="utf-8") + ",ohne\nwithout,\n , \n", encoding="utf-8")
        rows = ("pairs.csv row 61", "pairs.csv row 62", "pairs.csv row 63")
    else:
        path = pair_files(tmp_path / "pairs")
        for side, more in (("en", "\nwithout\n \n"), ("de", "ohne\n\n\n")):
            with (path / f"train.{side}").open("a", encoding="utf-8") as file:
                file.write(more)
        rows = ("train.de line 61", "train.de line 62", "train.de line 63")
    found = sources.describe(path)
    (note,) = [note for note in found.notes if note.code == "alone"]
    assert found.samples == 60
    assert note.files == rows
    assert note.message == "3 rows have no text or no translation, and are left out."


def test_either_of_two_files_may_be_the_translation(tmp_path: Path) -> None:
    folder = pair_files(tmp_path / "pairs")
    for options, column in (
        ({}, "train.de"),
        ({"answer": "train.de"}, "train.en"),
        ({"column": "train.en"}, "train.en"),
    ):
        source = text_of(sources.describe(folder, "text", options))
        assert (source.column, {source.column, source.answer}) == (column, {"train.de", "train.en"})
        assert [choice for choice, _ in source.offers(folder)["answer"].choices] == [source.column, source.answer]


def test_numbers_are_written_where_they_are_no_classes(tmp_path: Path) -> None:
    """Sentences beside numbers were refused, and so was the column that was asked for; zeros in front stay."""
    path = tmp_path / "dictated.tsv"
    figures = ["zero", "one", "two", "three", "four"]
    rows = [(a, b, c) for a in range(5) for b in range(5) for c in range(5)]
    lines = [f"{figures[a]} {figures[b]} {figures[c]}\t{a}{b}{c}" for a, b, c in rows]
    path.write_text("\n".join(["said\tdigits", *lines]), encoding="utf-8")
    for options in ({}, {"answer": "digits"}):
        found = sources.describe(path, "text", options)
        source = text_of(found)
        assert (source.layout, source.column, source.answer, found.samples) == ("pairs", "said", "digits", 125)
    eighth = np.asarray(opened(config_of(found.settings)).arrays["answer"][7:8])[0]
    assert source.answer_codec.decode(eighth.tolist()) == "012"


def test_a_stray_image_among_texts_is_left_alone(tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "reviews", 12)
    (folder / "pos" / "cover.png").write_bytes(b"\x89PNG\r\n")
    found = sources.describe(folder)
    assert (found.kind, found.samples) == ("text", 24)
    for file in list(folder.rglob("*.txt")):  # a text to each image is about the image
        Image.new("L", (8, 8), len(file.read_text(encoding="utf-8"))).save(file.with_suffix(".png"))
    assert sources.describe(folder).kind == "images"
