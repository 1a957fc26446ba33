"""What a reviewer would say of any source is said of none: rules that hold for every network there is."""

from __future__ import annotations

import ast
import inspect
import random
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from types import FrameType
from typing import Any

import pytest
import torch
from torch import nn

import presets
from engine import expressions
from engine.compile import compile_source
from engine.expressions import evaluate
from engine.graph import Graph
from engine.shapes import infer
from engine.source import Source, SourceError, write
from engine.source.folding import WIDTH
from engine.source.writer import Writer
from tests.engine.classics import along, joined, reckoned
from tests.engine.graphs import writable_graphs
from tests.engine.random_networks import Unfit, network
from tests.engine.test_source_classics import CLASSICS
from tests.presets.lists import names_of

COMMENTED = re.compile(r"^ +(?:# (?P<input>\w+):|(?P<targets>[\w, ]+) = .*?  #) (?P<shapes>.*)$")
SHAPE = re.compile(r"(?:(\d+) × )?\(((?:[^()]|\([^()]*\))*)\)")


@lru_cache(1)
def networks(scale: int) -> list[tuple[Writer, Source]]:
    """The sources of all that was reviewed, presets of each kind, and random networks with and without blocks; and
    the writer that knows what each class is given."""
    graphs = [build() for build, *_ in CLASSICS]
    graphs += [presets.build(name) for name in names_of(slow=False)]
    graphs += writable_graphs(random.Random(31), 2 * scale)
    for seed in range(2 * scale):
        with suppress(Unfit):
            graphs.append(network(seed).graph)
    found = []
    for graph in graphs:
        with suppress(SourceError):
            writer = Writer(graph, infer(graph))
            found.append((writer, writer.write()))
    assert len(found) > len(CLASSICS) + 10
    return found


def functions(text: str) -> Iterator[tuple[ast.FunctionDef, ast.FunctionDef]]:
    """Constructor and forward pass of the classes that are written, not lent."""
    for item in ast.parse(text).body:
        if isinstance(item, ast.ClassDef):
            parts = [part for part in item.body if isinstance(part, ast.FunctionDef)]
            if [part.name for part in parts] == ["__init__", "forward"]:
                yield parts[0], parts[1]


def names(tree: ast.AST, kind: type[ast.expr_context]) -> list[ast.Name]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, kind)]


def test_no_line_is_too_wide_and_nothing_is_written_that_nobody_reads(scale: int) -> None:
    for writer, source in networks(scale):
        assert max(map(len, source.text.splitlines())) <= WIDTH
        ours = {plan.class_name: plan for plan in writer.classes}
        for item in ast.parse(source.text).body:
            if not isinstance(item, ast.ClassDef) or item.name not in ours:
                continue
            constructor, forward = next(functions(ast.unparse(item)))
            read = {name.id for name in names(constructor, ast.Load)}
            assert {each.name for each in ours[item.name].derived} <= read
            last = {name.id: index for index, name in enumerate(_in_order(forward)) if isinstance(name.ctx, ast.Load)}
            for index, name in enumerate(_in_order(forward)):
                if isinstance(name.ctx, ast.Store) and name.id != "_":
                    assert last.get(name.id, -1) > index or _in_loop(forward, name.id), (name.id, source.text)
            assert attributes(item, ast.Store) <= attributes(item, ast.Load), source.text


def attributes(tree: ast.AST, kind: type[ast.expr_context]) -> set[str]:
    """The attributes of ``self`` that are read or written."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, kind)]
    return {node.attr for node in found if isinstance(node.value, ast.Name) and node.value.id == "self"}


def _in_order(tree: ast.AST) -> list[ast.Name]:
    """The names in the order in which they are read and written."""
    found: list[ast.Name] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            visit(node.value)
            for target in node.targets:
                visit(target)
            return
        if isinstance(node, ast.Name):
            found.append(node)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return found


def _in_loop(tree: ast.AST, name: str) -> bool:
    """Whether a loop hands this variable from one round to the next."""
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)]
    return any(name in {each.id for each in names(loop, ast.Load)} for loop in loops)


def test_no_argument_is_always_equal_to_another_one(scale: int) -> None:
    several = 0
    for writer, source in networks(scale):
        for plan in writer.classes:
            environments = [plan.samples.environments[index] for index in plan.samples.used]
            for each in plan.derived:
                values = [environment[each.name] for environment in environments]
                assert len(set(map(repr, values))) > 1, source.text
                others = {name for name in plan.names if name != each.name}
                same = {name for name in others if [environment.get(name) for environment in environments] == values}
                assert not same, (each.name, same, source.text)
                several += 1
    assert several > 5


def test_a_parameter_of_equal_value_is_not_named() -> None:
    """Both parameters are 64, and so is what comes in: only what is made with one of them is called so."""
    graph = Graph("equal")
    block = graph.define("Unit", width=64, channels=64, depth=32)
    x = block.add("BlockInput", name="x")
    conv = along(block, x, ("Conv2d", {"out_channels": reckoned("channels"), "kernel_size": 1}))
    both = joined(block, "Concat", x, conv)
    flat = along(block, conv, ("AdaptiveAvgPool2d", {"output_size": 1}), ("Flatten", {}))
    along(block, flat, ("Linear", {"out_features": reckoned("2 * depth")}), ("BlockOutput", {}))
    block.connect(both, block.add("BlockOutput"))
    unit = along(graph, graph.add("Input", shape=(64, 8, 8)), ("Unit", {}))
    graph.connect(unit, graph.add("Output"), source=0)
    graph.connect(unit, graph.add("Output"), source=1)
    source = write(graph)
    assert "# x: (N, 64, 8, 8)" in source
    assert re.search(r"self.conv1\(x\) +# \(N, channels, 8, 8\)", source)
    assert re.search(r"torch.cat\(.*# \(N, 128, 8, 8\)", source)
    assert re.search(r"self.fc1\(.*# \(N, 2 \* depth\)", source)
    assert "nn.Linear(channels, 2 * depth)" in source
    assert "width," not in source.partition("def forward")[2]


# -- comments --------------------------------------------------------------------------------------------------------


@lru_cache
def commented(cls: type[nn.Module]) -> dict[int, tuple[list[str], list[list[str]]]]:
    """For each line of the file with a comment: the variables and their sizes, as they are written."""
    lines, start = inspect.getsourcelines(cls.forward)
    found = {}
    for number, line in enumerate(lines, start):
        if match := COMMENTED.match(line.rstrip("\n")):
            variables = [match["input"]] if match["input"] else match["targets"].split(", ")
            shapes = [parts(text) for many, text in SHAPE.findall(match["shapes"]) for _ in range(int(many or 1))]
            found[number] = [name for name in variables if name != "_"], shapes
    return found


def parts(text: str) -> list[str]:
    """The sizes in a shape; what is in brackets of its own is one."""
    found, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [part.strip() for part in found if part.strip()]


def told(size: str, arguments: Mapping[str, Any]) -> int | None:
    """What a size must be, if it names an argument."""
    if "·" in size or not expressions.names(size) & arguments.keys():  # an open size has a sign of its own
        return None
    found = evaluate(size, arguments)
    assert type(found) is int
    return found


def mistakes(cls: type[nn.Module], arguments: Mapping[str, Any]) -> list[str] | None:
    """The comments that are wrong with these arguments; None where the class does not work with them."""
    comments = commented(cls)
    wrong: list[str] = []
    shapes = [(names[0], sizes[0]) for names, sizes in comments.values() if names and len(sizes) == 1]
    inputs = [name for name in inspect.signature(cls.forward).parameters if name != "self"]
    given = {}
    for name, sizes in shapes:
        if name in inputs and name not in given:
            letters = {"N": 2}
            given[name] = [
                told(size, arguments) or (int(size) if size.isdigit() else letters.get(size, 24)) for size in sizes
            ]
    if [*given] != inputs:
        return None

    def check(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not cls.forward.__code__:
            return None
        done, check.line = check.line, frame.f_lineno  # type: ignore[attr-defined]
        for name, sizes in zip(*comments.get(done, ([], [])), strict=True):
            value = frame.f_locals.get(name)
            if isinstance(value, torch.Tensor):
                for size, real in zip(sizes, value.shape, strict=True):
                    expected = told(size, arguments)
                    if expected is not None and expected != real:
                        wrong.append(f"{cls.__name__}, {name}: {size} with {dict(arguments)} is {real}")
        return check

    try:
        with torch.device("meta"):
            module = cls(**arguments).eval()
            values = [torch.empty(sizes) for sizes in given.values()]
            before = sys.gettrace()
            check.line = 0  # type: ignore[attr-defined]
            sys.settrace(check)
            try:
                module(*values)
            finally:
                sys.settrace(before)
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, NameError):  # it serves no such use
        return None
    return wrong


def perturbed(arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The arguments as they are, and with other numbers in place of some."""
    numbers = [name for name, item in arguments.items() if type(item) is int]
    yield dict(arguments)
    yield {**arguments, **{name: 2 * arguments[name] for name in numbers}}
    yield from ({**arguments, name: arguments[name] + 1} for name in numbers)


@pytest.mark.filterwarnings("ignore")
def test_what_a_comment_names_is_the_size_whatever_the_class_is_given(scale: int) -> None:
    checked = 0
    for writer, source in networks(scale):
        if len(writer.classes) == 1:
            continue
        module = sys.modules[type(compile_source(source)).__module__]
        for plan in writer.classes[:-1]:
            cls = getattr(module, plan.class_name)
            for arguments in perturbed(plan.samples.environments[0]):
                found = mistakes(cls, arguments)
                checked += found is not None
                assert not found, found
    assert checked > 100, checked
