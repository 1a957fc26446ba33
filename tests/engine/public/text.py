"""Networks that read words or characters."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target, tokens

REVIEWS = {"words": tokens(56, of=5000), "label": labels(2)}
PADDED = {"words": tokens(56, of=5000, padding=0), "label": labels(2)}


def read(graph: Graph, length: int, words: int, width: int) -> str:
    """Words, and a vector of each."""
    start = graph.add("Input", shape=(length,), dtype="int64")
    return along(graph, start, step("Embedding", num_embeddings=words, embedding_dim=width))


@public(REVIEWS, PADDED)
def text_cnn() -> Graph:
    """Kim 2014, Convolutional neural networks for sentence classification."""
    graph = Graph("TextCNN")
    last = along(graph, read(graph, 56, 5000, 300), step("Permute", dims=(0, 2, 1)))
    views = []
    for width in (3, 4, 5):
        view = [step("Conv1d", out_channels=100, kernel_size=width), step("ReLU"), step("Max", dim=2)]
        views.append(along(graph, last, *view))
    end = [step("Dropout", p=0.5), step("Linear", out_features=2), step("Output")]
    along(graph, joined(graph, "Concat", *views, dim=1), *end)
    return graph


@public({"letters": tokens(1014, of=70), "label": labels(4)})
def character_cnn() -> Graph:
    """Zhang, Zhao and LeCun 2015, Character-level convolutional networks: six convolutions over one-hot letters."""
    graph = Graph("Character CNN")
    start = graph.add("Input", shape=(1014,), dtype="int64")
    last = along(graph, start, step("OneHot", num_classes=70), step("Scale"), step("Permute", dims=(0, 2, 1)))
    for kernel, pools in ((7, True), (7, True), (3, False), (3, False), (3, False), (3, True)):
        pool = [step("MaxPool1d", kernel_size=3)] if pools else []
        last = along(graph, last, step("Conv1d", out_channels=256, kernel_size=kernel), step("ReLU"), *pool)
    dense = [step("Linear", out_features=1024), step("ReLU"), step("Dropout", p=0.5)]
    along(graph, last, step("Flatten"), *dense, *dense, step("Linear", out_features=4), step("Output"))
    return graph


@public(REVIEWS, PADDED)
def fast_text() -> Graph:
    """Joulin, Grave, Bojanowski and Mikolov 2016, Bag of tricks for efficient text classification."""
    graph = Graph("fastText")
    bag = step("EmbeddingBag", num_embeddings=5000, embedding_dim=10, padding_idx=0)
    start = graph.add("Input", shape=(56,), dtype="int64")
    along(graph, start, bag, step("Linear", out_features=2), step("Output"))
    return graph


@public({"context": tokens(5, of=5000), "word": labels(5000)})
def neural_language_model() -> Graph:
    """Bengio, Ducharme, Vincent and Jauvin 2003, A neural probabilistic language model, with direct connections."""
    graph = Graph("Neural language model")
    flat = along(graph, read(graph, 5, 5000, 30), step("Flatten"))
    hidden = along(graph, flat, step("Linear", out_features=50), step("Tanh"), step("Linear", out_features=5000))
    direct = along(graph, flat, step("Linear", out_features=5000, bias=False))
    along(graph, joined(graph, "Add", hidden, direct), step("Output"))
    return graph


@public({"context": tokens(8, of=5000), "word": labels(5000)})
def continuous_bag_of_words() -> Graph:
    """Mikolov, Chen, Corrado and Dean 2013, Efficient estimation of word representations: no layer between."""
    graph = Graph("CBOW")
    mean = [step("Mean", dim=1), step("Linear", out_features=5000, bias=False)]
    along(graph, read(graph, 8, 5000, 100), *mean, step("Output"))
    return graph


@public({"text": tokens(64, of=98), "kind": labels(8, 64)}, "python_tokens")
def bidirectional_lstm_tagger() -> Graph:
    """Huang, Xu and Yu 2015, Bidirectional LSTM-CRF models for sequence tagging: the tagger without the CRF."""
    graph = Graph("BiLSTM tagger")
    lstm = [step("Dropout", p=0.5), step("LSTM", hidden_size=100, bidirectional=True)]
    last = along(graph, read(graph, 64, 98, 50), *lstm, step("Dropout", p=0.5))
    along(graph, last, step("Linear", out_features=8), step("Output"))
    return graph


@public({"text": tokens(64, of=97, padding=0), "next": target(tokens(64, of=97, padding=0))}, "docstrings")
def lstm_language_model() -> Graph:
    """Zaremba, Sutskever and Vinyals 2014, Recurrent neural network regularization: the medium LSTM, tied as usual."""
    graph = Graph("LSTM language model")
    last = along(graph, read(graph, 64, 97, 650), step("Dropout", p=0.5))
    last = along(graph, last, step("LSTM", hidden_size=650, num_layers=2, dropout=0.5), step("Dropout", p=0.5))
    along(graph, last, step("Linear", out_features=97), step("Output"))
    return graph


@public({"words": tokens(20, of=5000), "label": labels(5)})
def recurrent_convolution() -> Graph:
    """Lai, Xu, Liu and Zhao 2015, Recurrent convolutional neural networks for text classification."""
    graph = Graph("RCNN")
    embedded = read(graph, 20, 5000, 50)
    both = joined(
        graph, "Concat", embedded, along(graph, embedded, step("LSTM", hidden_size=50, bidirectional=True)), dim=-1
    )
    latent = [step("Linear", out_features=100), step("Tanh"), step("Max", dim=1), step("Linear", out_features=5)]
    along(graph, both, *latent, step("Output"))
    return graph


@public({"sentence": tokens(30, of=5000), "other": tokens(30, of=5000), "score": target(numbers(1, low=0.0))})
def manhattan_lstm() -> Graph:
    """Mueller and Thyagarajan 2016, Siamese recurrent architectures: exp(−distance) of two sentences."""
    graph = Graph("Manhattan LSTM")
    first = graph.add("Embedding", num_embeddings=5000, embedding_dim=300)
    lstm = graph.add("LSTM", hidden_size=50)
    graph.connect(graph.add("Input", shape=(30,), dtype="int64", field="sentence"), first)
    graph.connect(first, lstm)
    second = graph.add("Embedding", num_embeddings=5000, embedding_dim=300, weights_of=first)
    graph.connect(graph.add("Input", shape=(30,), dtype="int64", field="other"), second)
    twin = along(graph, second, step("LSTM", hidden_size=50, weights_of=lstm))
    distance = graph.add("PairwiseDistance", p=1.0, keepdim=True)
    graph.connect(lstm, distance, source="last")
    graph.connect(twin, distance, source="last")
    along(graph, distance, step("Neg"), step("Exp"), step("Output", loss="mse_loss"))
    return graph
