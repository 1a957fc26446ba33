"""Answers that cannot reach their targets, on board and of one's own, and those that can."""

from __future__ import annotations

from typing import Any

from tests.engine.corpus.notation import Fault

FEATURES = {"name": "standardise", "field": "features"}
ILLNESS: dict[str, Any] = {"data.dataset": "diabetes", "data.transforms": [FEATURES]}
SCALED: dict[str, Any] = {
    "data.dataset": "diabetes",
    "data.transforms": [FEATURES, {"name": "standardise", "field": "target"}],
}
SERIES = {"data.dataset": "series"}


def own(low: float, high: float) -> dict[str, Any]:
    """A table of one's own whose target goes from ``low`` to ``high``."""
    given = [{"name": name, "least": 0.0, "greatest": 3.0} for name in ("a", "b", "c")]
    target = {"name": "t", "role": "target", "least": low, "greatest": high}
    options = {"columns": [*given, target], "samples": 500}
    return {"data.source": {"kind": "table", "path": "/data/own.csv", "options": options}}


ROW = "x: Input(shape=(10,)); h: Linear(out_features=16); r: ReLU; fc: Linear(out_features=1)"
OWN = "x: Input(shape=(3,)); h: Linear(out_features=16); r: SiLU; fc: Linear(out_features=1)"
PAST = "past: Input(shape=(48, 2)); g: GRU(hidden_size=24); fc: Linear(out_features=12) <- g.last"
MSE, L1, HUBER = "y: Output(loss='mse_loss')", "y: Output(loss='l1_loss')", "y: Output(loss='huber_loss')"
HEAD = "block Head(width=1); x: BlockInput; l: Linear(out_features={'expr': 'width'}); s: Sigmoid; o: BlockOutput; end"


def bounded(node: str, data: dict[str, Any], *parts: str) -> Fault:
    return Fault("answer that cannot reach its target", "answer-range", node, "; ".join(parts), data, True, "Remove ")


def shown(node: str, data: dict[str, Any], *parts: str) -> Fault:
    first = "Insert Linear("
    return Fault("answer that cannot reach its target", "answer-range", node, "; ".join(parts), data, first=first)


def refused(data: dict[str, Any], *parts: str) -> Fault:
    return Fault("targets beyond the loss", "output-data", "y", "; ".join(parts), data, first="Set loss to mse_loss")


def fine(data: dict[str, Any], *parts: str) -> Fault:
    return Fault("answer that reaches its target", "answer-range", None, "; ".join(parts), data)


FAULTS = [
    bounded("a", ILLNESS, ROW, "a: Sigmoid", MSE),
    bounded("a", ILLNESS, ROW, "a: Hardtanh", HUBER),
    bounded("a", ILLNESS, ROW, "a: ReLU6", L1),
    bounded("a", ILLNESS, ROW, "a: LogSigmoid", "y: Output(loss='smooth_l1_loss')"),
    bounded("a", SERIES, PAST, "a: Tanh", MSE),
    bounded("a", SERIES, PAST, "a: ReLU", L1),
    bounded("a", SERIES, PAST, "n: Linear(out_features=12); a: Softplus", MSE),
    bounded("a", SERIES, PAST, "a: Softmax(dim=-1)", MSE),
    bounded("a", SCALED, ROW, "a: Sigmoid", MSE),
    bounded("a", SCALED, ROW, "a: ReLU", HUBER),
    bounded("a", SCALED, ROW, "a: Tanh", MSE),
    bounded("a", SCALED, ROW, "a: Softplus", L1),
    bounded("a", own(-40.0, 85.0), OWN, "a: ReLU", MSE),
    bounded("a", own(0.0, 12.0), OWN, "a: Sigmoid", MSE),
    bounded("a", own(-9.0, -2.0), OWN, "a: Softplus", HUBER),
    bounded("head", ILLNESS, HEAD, "x: Input(shape=(10,)); h: Linear(out_features=9); r: ReLU; head: Head", MSE),
    bounded(
        "a",
        own(0.0, 250.0),
        "x: Input(shape=(3,)); l: Linear(out_features=8); r: ReLU; k: Linear(out_features=8) <- x; t: Tanh; "
        "both: Concat <- r, t; fc: Linear(out_features=1); a: Hardsigmoid",
        MSE,
    ),
    shown("g", SERIES, "past: Input(shape=(48, 2)); g: LSTM(hidden_size=12)", "y: Output(loss='mse_loss') <- g.last"),
    shown("g", SERIES, "past: Input(shape=(48, 2)); g: GRU(hidden_size=12); dr: Identity <- g.last", L1),
    refused(ILLNESS, ROW, "y: Output(loss='binary_cross_entropy_with_logits')"),
    refused(ILLNESS, ROW, "a: Sigmoid; y: Output(loss='binary_cross_entropy')"),
    refused(ILLNESS, ROW, "y: Output(loss='soft_margin_loss')"),
    refused(ILLNESS, ROW, "y: Output(loss='hinge_embedding_loss')"),
    refused(SERIES, PAST, "y: Output(loss='poisson_nll_loss')"),
    refused(SERIES, PAST, "y: Output(loss='binary_cross_entropy_with_logits')"),
    refused(SERIES, PAST, "y: Output(loss='soft_margin_loss')"),
    refused(own(-4.0, 9.0), OWN, "y: Output(loss='poisson_nll_loss')"),
    refused(own(0.0, 5.0), OWN, "y: Output(loss='binary_cross_entropy_with_logits')"),
    refused(own(1.0, 10.0), OWN, "a: Sigmoid; y: Output(loss='binary_cross_entropy')"),
    refused(own(-3.0, 3.0), OWN, "y: Output(loss='soft_margin_loss')"),
]
SOUND = [
    fine(ILLNESS, ROW, MSE),
    fine(ILLNESS, ROW, "a: ReLU", MSE),
    fine(ILLNESS, ROW, "a: Softplus", L1),
    fine(ILLNESS, ROW, "a: Hardtanh(min_val=0.0, max_val=400.0)", MSE),
    fine(ILLNESS, ROW, "a: Sigmoid; s: Scale(factor=400.0)", MSE),
    fine(SCALED, ROW, "a: LeakyReLU", MSE),
    fine(SCALED, ROW, "a: Hardtanh(min_val=-4.0, max_val=4.0)", MSE),
    fine(own(0.0, 1.0), OWN, "a: Sigmoid", MSE),
    fine(own(-0.9, 0.9), OWN, "a: Tanh", HUBER),
    fine(SERIES, PAST, "a: ELU(alpha=6.0)", MSE),
    fine({}, ROW, "a: Sigmoid", MSE),
]
