"""What is wrong with a network and why: rules as data, run over a graph and its shapes."""

from engine.problems.checker import Checker, find
from engine.problems.problem import SEVERITIES, Problem, Severity

__all__ = ["SEVERITIES", "Checker", "Problem", "Severity", "find"]
