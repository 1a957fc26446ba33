"""Weights from elsewhere: ``match(graph, path)`` says which tensor goes where, ``load(graph, path)`` loads them."""

from engine.weights.failure import WeightsError
from engine.weights.loading import load
from engine.weights.matching import match
from engine.weights.report import Report

__all__ = ["Report", "WeightsError", "load", "match"]
