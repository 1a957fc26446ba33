"""Networks of sequences do their job, and keeping keys, values and states changes no number."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
import torch

import presets
from engine.graph import Graph
from engine.inside.generating.alphabet import Alphabet
from engine.inside.generating.choosing import Choosing
from engine.inside.generating.errors import GeneratingError
from engine.inside.generating.forecasting import forecast
from engine.inside.generating.jobs import Forecasting, Labelling, job_of
from engine.inside.generating.labelling import labels, runs
from engine.inside.generating.writing import Writer
from engine.inside.trained import Trained
from presets.blocks import lstm_cell
from tests.engine.looking_networks import fresh, on

# -- keeping -----------------------------------------------------------------------------------------------------------


def writes(*middle: tuple[str, dict[str, object]], ports: dict[int, str] | None = None) -> Graph:
    """A language model of dates: what comes next, of an embedding through some layers."""
    graph = Graph("writes")
    lstm_cell.define(graph, 16)
    end = graph.add("Input", name="iso_in", field="iso_in", shape=("T",), dtype="int64")
    for kind, parameters in (("Embedding", {"num_embeddings": 13, "embedding_dim": 16}), *middle):
        node = graph.add(kind, **parameters)
        graph.connect(end, node)
        end = node
    head = graph.add("Linear", name="head", out_features=13)
    graph.connect(end, head)
    graph.connect(head, graph.add("Output", name="iso"))
    return on("dates", graph)


def small(name: str, **options: object) -> Callable[[], Graph]:
    return lambda: presets.build(name, **options)


ATTENTION = ("MultiheadAttention", {"num_heads": 2, "is_causal": True})
KEPT: dict[str, Callable[[], Graph]] = {
    "RNN": lambda: writes(("RNN", {"hidden_size": 16})),
    "two GRUs in one": lambda: writes(("GRU", {"hidden_size": 16, "num_layers": 2})),
    "an LSTM": lambda: writes(("LSTM", {"hidden_size": 16})),
    "a scanned cell": lambda: writes((lstm_cell.NAME, {"name": "cell", "apply": "scan"})),
    "attention and learned positions": lambda: writes(("LearnedPositions", {"max_length": 10}), ATTENTION),
    "torch's own layers": lambda: writes(
        ("SinusoidalPositions", {}),
        ("TransformerEncoder", {"nhead": 2, "dim_feedforward": 16, "num_layers": 2, "is_causal": True}),
    ),
    "rotary positions": lambda: writes(("RotaryPositions", {}), ATTENTION),
    "an encoder and a decoder": small("transformer-small"),
}
WHOLE: dict[str, tuple[Callable[[], Graph], str]] = {
    "both directions": (lambda: writes(("LSTM", {"hidden_size": 16, "bidirectional": True})), "both directions"),
    "attention to all": (lambda: writes(("MultiheadAttention", {"num_heads": 2})), "ahead"),
    "distances": (small("t5-tiny"), "mask"),
}


def told(trained: Trained, *, keep: bool) -> tuple[Writer, list[int], list[float]]:
    """The tokens that are drawn after a sample, past the end of the context, and how likely each was."""
    writer = Writer(trained, keep=keep)
    found = list(writer.write(writer.from_sample(0), Choosing(seed=3), 25))
    return writer, [one.token for one in found], [one.probability for one in found]


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept_changes_no_number(name: str) -> None:
    trained = fresh(KEPT[name]())
    writer, tokens, chances = told(trained, keep=True)
    opened = writer.opened(writer.from_sample(0))
    assert opened.kept, opened.why
    _, others, their = told(trained, keep=False)
    if name in ("RNN", "two GRUs in one", "an LSTM", "a scanned cell"):  # they never forget what was before
        room = trained.data.fields["iso_in"].shape[0] - len(writer.from_sample(0).first)
        tokens, others, chances, their = tokens[:room], others[:room], chances[:room], their[:room]
    assert tokens == others
    assert chances == pytest.approx(their, abs=1e-4)
    sample = writer.from_sample(1)
    kept, again = (one.search(sample, 3, 4) for one in (writer, Writer(trained, keep=False)))
    assert [one.text for one in kept] == [one.text for one in again]


@pytest.mark.parametrize("name", WHOLE)
def test_a_layer_that_looks_ahead_is_computed_whole_and_it_says_so(name: str) -> None:
    graph, why = WHOLE[name]
    writer = Writer(fresh(graph()))
    opened = writer.opened(writer.from_sample(0))
    assert not opened.kept
    assert why in opened.why


def test_a_network_of_a_fixed_length_is_filled_up() -> None:
    graph = Graph("fixed")
    start = graph.add("Input", name="iso_in", field="iso_in", shape=(10,), dtype="int64")
    end = start
    for kind, parameters in (
        ("Embedding", {"num_embeddings": 13, "embedding_dim": 4}),
        ("Flatten", {}),
        ("Linear", {"out_features": 130}),
        ("Unflatten", {"dim": 1, "unflattened_size": (10, 13)}),
        ("Output", {"name": "iso"}),
    ):
        node = graph.add(kind, **parameters)
        graph.connect(end, node)
        end = node
    writer = Writer(fresh(on("dates", graph)))
    opened = writer.opened(writer.from_text("19"))
    assert "10 tokens at once" in opened.why
    assert len(list(writer.write(writer.from_text("19"), Choosing(), 15))) == 15


# -- jobs --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def translator() -> Trained:
    return fresh(presets.build("transformer-small"))


def test_a_translation_reads_a_text_and_knows_how_answers_begin(translator: Trained) -> None:
    writer = Writer(translator)
    job = writer.job
    assert (job.kind, job.beside, job.start, job.end) == ("translate", "words", 1, None)
    sample = writer.from_sample(4)
    assert len(sample.wanted) == 10
    typed = writer.from_text(sample.source)
    assert torch.equal(typed.beside["words"], sample.beside["words"])
    text = "".join(one.text for one in writer.write(typed, Choosing()))
    assert len(text) == 10
    assert set(text) <= set("-0123456789")
    best = writer.search(typed, 4)
    assert [one.score for one in best] == sorted((one.score for one in best), reverse=True)
    assert len({one.text for one in best}) == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "nothing to translate"), ("Ämter", "character 'Ä' is in none"), ("may " * 20, "reads up to 56")],
)
def test_what_cannot_be_translated_is_said(translator: Trained, text: str, said: str) -> None:
    with pytest.raises(GeneratingError, match=said):
        Writer(translator).from_text(text)


def test_texts_are_split_as_their_source_says_where_it_does() -> None:
    class Pairs:
        def encode(self, text: str) -> list[int]:
            return [int(text[index : index + 2]) for index in range(0, len(text), 2)]

        def decode(self, numbers: Iterable[int]) -> str:
            return "".join(f"{number:02}" for number in numbers)

    alphabet = Alphabet(tuple(map(str, range(100))), frozenset({0}), Pairs())
    assert alphabet.encode("0417") == [4, 17]
    assert alphabet.decode([0, 4, 17]) == "0417"
    words = Alphabet(("<pad>", "a", "red", "ring"), frozenset({0}))
    assert words.decode([*words.encode("a  red ring"), 0]) == "a red ring"
    lines = Alphabet(("·", "↵", "a"), frozenset({0}))
    assert lines.decode(lines.encode("a\na")) == "a\na"
    with pytest.raises(GeneratingError, match="word 'blue'"):
        words.encode("a blue ring")


def test_a_language_model_without_a_beginning_begins_as_its_data_do() -> None:
    writer = Writer(fresh(KEPT["RNN"]()))
    first = writer.from_text("", seed=5)
    assert first.first == writer.from_text("", seed=5).first
    assert first.shown == ()
    assert "".join(one.text for one in writer.write(writer.from_text("1984"), Choosing(), 3)) != ""
    with pytest.raises(GeneratingError, match="length is 0"):
        list(writer.write(first, Choosing(), 0))


def test_captions_end_where_those_of_the_data_end() -> None:
    graph = Graph("caption")
    image = graph.add("Input", name="image", shape=(3, 32, 32))
    seen = graph.add("Flatten", name="flat")
    thought = graph.add("Linear", name="seen", out_features=8)
    words = graph.add("Input", name="caption_in", shape=("T",), dtype="int64")
    vectors = graph.add("Embedding", name="words", num_embeddings=23, embedding_dim=8)
    lstm = graph.add("LSTM", name="lstm", hidden_size=8)
    one = graph.add("Unsqueeze", name="one", dim=1)
    both = graph.add("Add", name="both")
    head = graph.add("Linear", name="head", out_features=23)
    for source, target in (
        (image, seen),
        (seen, thought),
        (words, vectors),
        (vectors, lstm),
        (thought, one),
        (lstm, both),
    ):
        graph.connect(source, target)
    graph.connect(one, both)
    graph.connect(both, head)
    graph.connect(head, graph.add("Output", name="word", field="caption"))
    writer = Writer(fresh(on("shapes", graph)))
    assert (writer.job.kind, writer.job.start) == ("caption", 1)
    assert writer.job.end == writer.job.alphabet.names.index(".")
    sample = writer.from_sample(0)
    assert sample.image is not None
    assert sample.wanted.startswith("a large ")
    assert writer.opened(sample).kept
    text = "".join(one.text for one in writer.write(sample, Choosing(seed=1)))
    assert len(text.split()) <= 11
    assert "·" not in text
    assert "»" not in text
    with pytest.raises(GeneratingError, match="image"):
        writer.from_text("a circle")


def test_labels_stand_under_tokens_and_padding_is_none() -> None:
    graph = Graph("labels")
    end = graph.add("Input", name="text", shape=("T",), dtype="int64")
    for kind, parameters in (
        ("Embedding", {"num_embeddings": 96, "embedding_dim": 4}),
        ("Linear", {"out_features": 8}),
        ("Output", {"name": "kind"}),
    ):
        node = graph.add(kind, **parameters)
        graph.connect(end, node)
        end = node
    trained = fresh(on("python_tokens", graph))
    job = job_of(trained)
    assert isinstance(job, Labelling)
    found = labels(trained, job, "x = 1")
    assert "".join(one.symbol for one in found) == "x␣=␣1"
    assert all(one.label in job.labels[1:] and 0 < one.probability <= 1 for one in found)
    assert found[1] == found[3]
    assert "".join(symbols for symbols, _ in runs(found)) == "x␣=␣1"
    for text, said in (("", "nothing to label"), ("x" * 65, "up to 64"), ("é", "'é'")):
        with pytest.raises(GeneratingError, match=said):
            labels(trained, job, text)


def test_a_forecast_continues_the_value_that_goes_on() -> None:
    graph = Graph("forecast")
    end = graph.add("Input", name="past", shape=(48, 2))
    for kind, parameters in (
        ("Flatten", {}),
        ("Linear", {"out_features": 12}),
        ("Output", {"name": "future", "loss": "mse_loss"}),
    ):
        node = graph.add(kind, **parameters)
        graph.connect(end, node)
        end = node
    trained = fresh(on("series", graph))
    job = job_of(trained)
    assert isinstance(job, Forecasting)
    assert job.column == 0
    found = forecast(trained, job, 7)
    position = int(trained.data.test.indices[7])
    assert found.past.tolist() == pytest.approx(trained.data.raw["past"][position : position + 1][0, :, 0].tolist())
    assert found.true.tolist() == pytest.approx(trained.data.raw["future"][position : position + 1][0].tolist())
    with torch.no_grad():
        batch = next(trained.data.test.batches(["past"], 1, torch.tensor([7])))
        assert found.expected.tolist() == pytest.approx(trained.network.answers(batch)[0][0].tolist(), abs=1e-5)
    assert found.naive is not None
    assert found.error >= 0
    with pytest.raises(GeneratingError, match="number from 1"):
        forecast(trained, job, 10**6)


def test_a_network_of_images_is_sent_to_predict() -> None:
    with pytest.raises(GeneratingError, match="predict"):
        job_of(fresh(presets.build("mlp")))
