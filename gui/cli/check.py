"""``layerloom check WHAT``: the problems; exit code 1 if one is an error."""

from __future__ import annotations

import argparse

import presets
from engine.graph import Graph
from engine.problems import Problem, find
from gui.cli.common import Commands, add_json, add_what, print_json


def add(commands: Commands) -> None:
    parser = commands.add_parser("check", help="say what is wrong with a network")
    add_what(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    graph, _ = presets.open_what(args.what)
    problems = find(graph)
    if args.json:
        print_json({"problems": [describe(graph, problem) for problem in problems]})
    else:
        for problem in problems:
            print(f"{problem.severity}: {problem.message}")
            for fix in problem.fixes:
                print(f"    fix: {fix}")
        if not problems:
            print("No problems.")
    return 1 if any(problem.severity == "error" for problem in problems) else 0


def describe(graph: Graph, problem: Problem) -> dict[str, object]:
    """A problem as JSON; nodes go by their names."""
    return {
        "severity": problem.severity,
        "code": problem.code,
        "node": graph.node(problem.node).name if problem.node else None,
        "port": problem.port,
        "message": problem.message,
        "fixes": [{"label": fix.label, "result": fix.result} for fix in problem.fixes],
    }
