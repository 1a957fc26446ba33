"""Particular lines, words and meanings of the layers in `engine.layers.tensors`, beside what the property tests see."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine import layers
from engine.dims import Size
from engine.graph import Node
from engine.layers.layer import Layer, ShapeError
from engine.resolve import Fault, resolve
from engine.source import write
from engine.spec import BATCH, IMAGE, UNWIRED, Spec
from tests.engine.syntax import strange
from tests.engine.test_layers_run import exemplar, graph_of

Typed = dict[str, Any]
PICTURE = Spec((BATCH, 3, 9, 8), axes=IMAGE)
TOKENS = Spec((BATCH, Size("T")), "int64", axes=("batch", "time"))
SEQUENCE = Spec((BATCH, Size("T"), 16), axes=("batch", "time", "features"))

NO_EQUATION = (
    "needs an equation of letters, one for each axis, such as 'bij,bjk->bik': inputs between commas, the result "
    "after ->, without spaces; ... stands for axes without a letter, once in each."
)


def layer(name: str, parameters: Typed) -> Layer:
    found = resolve(Node("n1", name, "a", parameters))
    assert isinstance(found, Layer), found
    return found


@pytest.mark.parametrize(
    ("name", "parameters", "given", "line"),
    [
        ("Clamp", {"min": 0}, ["x"], "y = torch.clamp(x, min=0)"),
        ("Clamp", {"min": -0.5, "max": 2.0}, ["x"], "y = torch.clamp(x, min=-0.5, max=2.0)"),
        ("Neg", {}, ["x"], "y = -x"),
        ("Pow", {"exponent": -0.5}, ["x", "None"], "y = x ** -0.5"),
        ("Pow", {"exponent": -0.5}, ["x", "z"], "y = x ** z"),
        ("Equal", {}, ["x", "None"], "y = x == 0"),
        ("Less", {"other": 0.5}, ["x", "None"], "y = x < 0.5"),
        ("GreaterEqual", {}, ["x", "z"], "y = x >= z"),
        ("And", {}, ["x", "z"], "y = torch.logical_and(x, z)"),
        ("Expand", {}, ["x", "z"], "y = x.expand_as(z)"),
        ("Expand", {"sizes": (4, -1)}, ["x", "z"], "y = x.expand(z.shape[0], 4, -1)"),
        ("Expand", {"sizes": (4, -1)}, ["x", "None"], "y = x.expand(-1, 4, -1)"),
        ("Arange", {}, ["x"], "y = torch.arange(x.shape[1], device=x.device)"),
        ("Arange", {"step": 2, "dim": -1}, ["x"], "y = torch.arange(0, x.shape[-1], 2, device=x.device)"),
        ("Arange", {"end": 5}, [], "y = self.a()"),
        ("Constant", {"value": 0.5}, [], "y = self.a()"),
        ("ZerosLike", {}, ["x"], "y = torch.zeros_like(x)"),
        ("Gather", {}, ["x", "z"], "y = x.gather(1, z)"),
        ("IndexSelect", {"dim": -1}, ["x", "z"], "y = x.index_select(-1, z)"),
        ("TakeAt", {}, ["x", "z"], "y = x[torch.arange(x.shape[0], device=x.device), z]"),
        ("TakeAt", {"dim": 2}, ["x", "z"], "y = x[torch.arange(x.shape[0], device=x.device), :, z]"),
        ("TakeAt", {"dim": -2}, ["x", "z"], "y = x[torch.arange(x.shape[0], device=x.device), ..., z, :]"),
        ("Normalize", {}, ["x"], "y = nn.functional.normalize(x, dim=1)"),
        ("Normalize", {"p": 1.0, "dim": -1}, ["x"], "y = nn.functional.normalize(x, p=1.0, dim=-1)"),
        ("CosineSimilarity", {}, ["x", "z"], "y = self.a(x, z)"),
        ("CumSum", {"dim": -1}, ["x"], "y = x.cumsum(-1)"),
        ("LogSumExp", {"dim": (1, 2), "keepdim": True}, ["x"], "y = x.logsumexp(dim=(1, 2), keepdim=True)"),
        ("OneHot", {"num_classes": 5}, ["x"], "y = nn.functional.one_hot(x, 5)"),
        ("Einsum", {"equation": "bi,bj->bij"}, ["x", "z"], "y = torch.einsum('bi,bj->bij', x, z)"),
        ("Roll", {"shifts": (1, -2), "dims": (1, 2)}, ["x"], "y = x.roll((1, -2), dims=(1, 2))"),
    ],
)
def test_a_line_of_the_forward_pass(name: str, parameters: Typed, given: list[str], line: str) -> None:
    assert layer(name, parameters).statements("self.a", given, ["y"]) == [line]


@pytest.mark.parametrize(
    ("name", "parameters", "inputs", "port", "message"),
    [
        (
            "Clamp",
            {"max": 2.5},
            (TOKENS,),
            "input",
            "limits the integers of (N, T) by max = 2.5; write an integer, without a decimal point.",
        ),
        (
            "Less",
            {},
            (PICTURE, Spec((BATCH, 3, 9, 7))),
            1,
            "compares (N, 3, 9, 8) < (N, 3, 9, 7), but along the width they differ: 8 and 7 are neither equal nor 1.",
        ),
        (
            "Where",
            {},
            (PICTURE, PICTURE, PICTURE),
            "condition",
            "gets a condition (N, 3, 9, 8) of float32; booleans are needed.",
        ),
        (
            "Output",
            {},
            (Spec((4, 16)),),
            "input",
            "gets (4, 16), but the first axis of an answer must be the batch N. Expand repeats it for every sample.",
        ),
        (
            "Expand",
            {"sizes": (5, -1)},
            (Spec((BATCH, 4, 16)), UNWIRED),
            "input",
            "expands (N, 4, 16) to (N, 5, -1), but axis 1 has the size 4; only a size of 1 can be repeated.",
        ),
        (
            "Expand",
            {"sizes": (5, -1)},
            (Spec((16,)), UNWIRED),
            "input",
            "has 2 sizes for the 0 axes of (16,) after the first; give one for each, or wire a tensor that has the "
            "batch to like.",
        ),
        (
            "Expand",
            {"sizes": (-1, 16)},
            (Spec((16,)), PICTURE),
            "input",
            "expands (16,) to (N, -1, 16), but axis 1 is new, so it has no size to keep.",
        ),
        (
            "TakeAt",
            {},
            (SEQUENCE, TOKENS),
            "position",
            "gets positions (N, T) but needs one for each sample of (N, T, 16): (N,).",
        ),
        (
            "TakeAt",
            {"dim": 0},
            (SEQUENCE, Spec((BATCH,), "int64")),
            "input",
            "takes one position of axis 0, which is the batch; choose another axis.",
        ),
        (
            "IndexSelect",
            {},
            (SEQUENCE, Spec((BATCH,), "int64")),
            "index",
            "takes the same positions of every sample, but its index (N,) has one for each sample; TakeAt takes those.",
        ),
        (
            "Gather",
            {},
            (PICTURE, Spec((BATCH, 2, 9, 10), "int64")),
            "index",
            "takes numbers of (N, 3, 9, 8) with an index (N, 2, 9, 10), but along the width it has 10 positions where "
            "the input has 8.",
        ),
        (
            "Gather",
            {},
            (PICTURE, PICTURE),
            "index",
            "gets float32 index (N, 3, 9, 8) but needs integers (int64).",
        ),
        (
            "TopK",
            {"k": 4, "dim": 1},
            (PICTURE,),
            "input",
            "takes 4 numbers along the channels of (N, 3, 9, 8), which has only 3.",
        ),
        (
            "TopK",
            {"k": 2, "dim": 1},
            (SEQUENCE,),
            "input",
            "takes 2 numbers along the time of (N, T, 16), which is open: only k = 1 is there for every size.",
        ),
        (
            "Einsum",
            {"equation": "bti,ij->btj"},
            (SEQUENCE, Spec((8, 4))),
            1,
            "multiplies by 'bti,ij->btj', but the letter i stands for 16 and for 8.",
        ),
        (
            "Einsum",
            {"equation": "bi,ij->bj"},
            (SEQUENCE, Spec((16, 4))),
            0,
            "has 2 letters, bi, for the 3 axes of (N, T, 16).",
        ),
        (
            "Einsum",
            {"equation": "bti->bt"},
            (SEQUENCE, SEQUENCE),
            None,
            "has letters for 1 inputs in 'bti->bt', but 2 are wired.",
        ),
        ("Tile", {"dims": (2, 1, 1)}, (SEQUENCE,), "input", "would repeat the batch; use 1 for it, or leave it out."),
        (
            "Pow",
            {},
            (PICTURE, Spec((BATCH, 3, 9, 8), "bool")),
            "exponent",
            "gets bool exponents (N, 3, 9, 8) but needs numbers.",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_its_numbers(
    name: str, parameters: Typed, inputs: tuple[Spec, ...], port: str | int | None, message: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        layer(name, parameters).infer(*inputs)
    assert (str(caught.value), caught.value.port) == (message, port)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("Clamp", {}, "has neither min nor max; set at least one of them."),
        ("Clamp", {"min": 2, "max": 1.5}, "has min 2 above max 1.5."),
        (
            "Constant",
            {"value": (1, 2, 3), "shape": (2, 2)},
            "has 3 numbers for a shape of 2 · 2 = 4.",
        ),
        (
            "Constant",
            {"value": 0.5, "dtype": "int64"},
            "holds int64, but not all its numbers are integers; write them without a decimal point.",
        ),
        ("Constant", {"value": (1.0, 1e39)}, "has value = 1e+39; torch counts in float32, up to ±3.4e38."),
        ("Einsum", {"equation": "bi->bb"}, "has the letter b twice in its result."),
        ("Einsum", {"equation": "bi->c"}, "has the letter c in its result, but in none of its inputs."),
        ("Einsum", {"equation": "bi->b\n"}, NO_EQUATION),
        ("Einsum", {"equation": "bi', print('!'), 'b"}, NO_EQUATION),
        ("Arange", {"step": 0}, "has a step of 0 and never ends."),
        ("Arange", {"step": -1}, "counts down to the size of an axis; set an end, or a step above 0."),
        ("Roll", {"shifts": 1, "dims": (1, 2)}, "has 1 in shifts, but 2 in dims; give one shift for each axis."),
    ],
)
def test_parameters_that_make_no_layer_are_named(name: str, parameters: Typed, message: str) -> None:
    fault = resolve(Node("n1", name, "a", parameters))
    assert isinstance(fault, Fault)
    assert fault.message == message


@pytest.mark.parametrize(
    ("name", "parameters", "call"),
    [
        ("Constant", {"value": 0.5}, "Constant(0.5)"),
        ("Constant", {"value": (0, 3), "dtype": "int64"}, "Constant((0, 3), dtype='int64')"),
        ("Constant", {"value": 0.5, "shape": (3, 1, 1)}, "Constant(0.5, (3, 1, 1))"),
        ("Parameter", {"shape": (1, 16)}, "LearnedTensor((1, 16))"),
        ("Parameter", {"shape": (4,), "init": "constant", "std": 0.5}, "LearnedTensor((4,), init='constant')"),
        ("Arange", {"end": 5, "start": 1}, "Arange(start=1, end=5)"),
        ("Arange", {}, None),
    ],
)
def test_how_a_module_is_built(name: str, parameters: Typed, call: str | None) -> None:
    found = layer(name, parameters)
    assert found.module(*((SEQUENCE,) if found.input_ports() else ())) == call


def test_a_comparison_keeps_the_meaning_of_the_axes() -> None:
    padding = layer("Equal", {}).infer(TOKENS, UNWIRED)
    assert isinstance(padding, Spec)
    assert (padding, padding.axes) == (Spec((BATCH, Size("T")), "bool"), TOKENS.axes)


@pytest.mark.parametrize(
    ("name", "parameters", "given", "shape"),
    [
        ("Expand", {"sizes": (-1, -1)}, (Spec((1, 16)), SEQUENCE), (BATCH, 1, 16)),
        ("Expand", {}, (Spec((16,)), SEQUENCE), SEQUENCE.shape),
        ("Tile", {"dims": (3, 1)}, (Spec((4, 16)),), (12, 16)),
        ("IndexSelect", {"dim": 0}, (Spec((4, 16)), Spec((BATCH,), "int64")), (BATCH, 16)),
        ("Flip", {"dims": (0,)}, (Spec((4, 16)),), (4, 16)),
        ("Mean", {"dim": 0}, (Spec((4, 16)),), (16,)),
        ("Select", {"dim": 0, "index": 3}, (Spec((4, 16)),), (16,)),
        ("Add", {}, (SEQUENCE, Spec((16,))), SEQUENCE.shape),
        ("Einsum", {"equation": "bti,ij->btj"}, (SEQUENCE, Spec((16, 4))), (BATCH, Size("T"), 4)),
        ("Einsum", {"equation": "bti,"}, (SEQUENCE, Spec(())), (BATCH, 16, Size("T"))),
        ("CosineSimilarity", {"dim": -1}, (Spec((BATCH, 1, 16)), Spec((10, 16))), (BATCH, 10)),
        ("PairwiseDistance", {}, (Spec((BATCH, 16)), Spec((16,))), (BATCH,)),
        ("MatMul", {"transpose": True}, (SEQUENCE, Spec((10, 16))), (BATCH, Size("T"), 10)),
    ],
)
def test_a_tensor_without_a_batch_is_taken(
    name: str, parameters: Typed, given: tuple[Spec, ...], shape: tuple[Any, ...]
) -> None:
    result = layer(name, parameters).infer(*given)
    assert isinstance(result, Spec)
    assert result.shape == shape


@pytest.mark.parametrize(
    ("equation", "shapes", "expected"),
    [
        ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)], 2 * 3 * 4 * 5),
        ("bi,bi->b", [(2, 3), (2, 3)], 2 * 3),
        ("bi,ij,jk->bk", [(2, 3), (3, 4), (4, 5)], 2 * 3 * 4 + 2 * 4 * 5),
        ("bi,bj->bij", [(2, 3), (2, 4)], 0),
        ("bij->b", [(2, 3, 4)], 0),
    ],
)
def test_multiply_adds_of_einsum_are_what_torch_counts(
    equation: str, shapes: list[tuple[int, ...]], expected: int
) -> None:
    specs = tuple(map(Spec, shapes))
    with FlopCounterMode(display=False) as counter:
        torch.einsum(equation, *map(torch.randn, shapes))
    result = layer("Einsum", {"equation": equation}).infer(*specs)
    assert isinstance(result, Spec)
    assert layer("Einsum", {"equation": equation}).multiply_adds(specs, (result,)) == expected
    assert counter.get_total_flops() == 2 * expected


OURS = [cls for cls in layers.all() if cls.__module__.startswith("engine.layers.tensors.")]


@pytest.mark.parametrize("cls", OURS, ids=lambda cls: cls.__name__)
def test_the_source_of_a_layer_has_the_expected_syntax(cls: type[Layer]) -> None:
    assert strange(write(graph_of(exemplar(cls)))) == ""
