"""What a layer declares: fields, ports, shape rule, torch call, cost and words, each once and in its own class."""

# No annotations from the future here: pydantic would evaluate each of these texts again for every layer, 0.2 s a start.

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import RLock
from typing import Any, ClassVar, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, PrivateAttr

from engine.dims import Dim, ceil_div
from engine.layers.nature import Nature
from engine.spec import Spec

Saves = Literal["inputs", "outputs", "both", "nothing"]
Role = Literal["numbers", "pointer", "context", "mask", "state"]


@dataclass(frozen=True, slots=True)
class Port:
    """An end for wires. ``many``: takes any number of wires on numbered inputs, in their order."""

    name: str
    help: str = ""
    many: bool = False
    optional: bool = False
    label: str = ""
    """What people see where that is not the name."""
    role: Role = "numbers"
    """What comes in there: ``numbers`` to compute with; a ``pointer``, which says which of the others are taken; the
    ``context``, a sequence that is only looked at; a ``mask`` of the steps that a step may look at; the ``state`` that
    it begins with."""


class Stretch(NamedTuple):
    """A range of positions along an axis of a tensor, both ends included; it may reach over the edge, into padding."""

    axis: int
    first: int
    last: int


_completing = RLock()
MOST = 256
"""The most ports a variadic input offers."""


def is_numbered(name: str, variadic: str) -> bool:
    """Whether ``name`` is a numbered port of the variadic port: ``x0``, ``x1``, …"""
    number = name[len(variadic) :]
    return (
        name.startswith(variadic)
        and len(number) < 4
        and number.isascii()
        and number.isdigit()
        and str(int(number)) == number
        and int(number) < MOST
    )


class ShapeError(ValueError):
    """Why a layer cannot take its input: a clause that follows the node's name ("gets …, but needs …").

    ``port`` is the guilty input (by name, or by its index among the wired ones), ``parameter`` the guilty setting,
    ``inside`` the way to the guilty node within a block: node ids, outermost first. ``code`` is the kind of fault, one
    of `engine.problems.explanations`; ``needed`` the shape that would fit the guilty input, where there is one.
    """

    def __init__(
        self,
        message: str,
        *,
        port: str | int | None = None,
        parameter: str | None = None,
        inside: tuple[str, ...] = (),
        code: str = "",
        needed: tuple[Dim, ...] | None = None,
    ) -> None:
        super().__init__(message)
        self.needed = needed
        self.code = code
        self.port = port
        self.parameter = parameter
        self.inside = inside


class Layer(Nature, BaseModel):
    """A resolved layer: a frozen model whose fields are torch's own parameters.

    A subclass declares ``family``, ``torch``, its fields and its `Nature`, and gives the shape rule; its docstring is
    the explanation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)

    _gpu: bool = PrivateAttr(default=False)  # whether its memory is that of a GPU; see `engine.memory`
    family: ClassVar[str] = ""
    """Where it is in the palette; every layer has one."""
    torch: ClassVar[str] = ""
    """The public name in torch, for example ``torch.nn.Conv2d``; empty where torch has no such layer."""
    own: ClassVar[str] = ""
    """The class where torch has no module for it: one of `engine.nn`, whose text goes along with the source."""
    imported_from: ClassVar[str] = ""
    """The module of an installed package that ``own`` is imported from instead."""
    functions: ClassVar[tuple[str, ...]] = ()
    """Functions of `engine.nn` that its statements may call; their text goes along where they do."""
    formula: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    """Where it is described: the paper or torch's page."""
    initial: ClassVar[Mapping[str, object]] = {}
    """What a newly dropped layer starts with, for parameters that torch requires."""
    positional: ClassVar[tuple[str, ...]] = ()
    """The leading arguments of the torch call that are written without their names."""
    always: ClassVar[tuple[str, ...]] = ()
    """Further arguments that are written even where they have their default."""
    at_call: ClassVar[tuple[str, ...]] = ()
    """Fields that decide how the forward pass reads and are no arguments of the constructor."""
    saves: ClassVar[Saves] = "inputs"
    """Which of its values torch's backward pass reads again, so that training has to keep them (measured)."""
    on_demand: ClassVar[tuple[str, ...]] = ()
    """Outputs that are computed only where somebody reads them."""
    views: ClassVar[bool] = False
    """Whether its outputs lie in the memory of its input."""
    idle: ClassVar[bool] = False
    """Whether it hands its input on as it is when the network is not training."""
    inputs: ClassVar[tuple[Port, ...]] = (Port("input"),)
    outputs: ClassVar[tuple[Port, ...]] = (Port("output"),)
    stem_name: ClassVar[str] = ""
    beyond_float: ClassVar[tuple[str, ...]] = ()
    """Numbers among the parameters that may be larger than a float32 can be: it depends on the input."""

    @classmethod
    def model_rebuild(cls, **options: Any) -> bool | None:
        """Build what checks its fields: for all layers at once it takes longer than all else at the start.

        pydantic calls it when the first of a kind is made, and is not made for two threads that do so at once.
        """
        with _completing:
            return super().model_rebuild(**{**options, "_types_namespace": {}})

    @classmethod
    def stem(cls) -> str:
        """The name a first node of this kind gets: ``conv1``."""
        return f"{cls.stem_name or cls.__name__.lower()}1"

    @classmethod
    def type_name(cls) -> str:
        """The type that a node of this kind has in a project: the package comes before a layer that is not ours."""
        package = cls.__module__.partition(".")[0]
        return cls.__name__ if package == "engine" else f"{package}.{cls.__name__}"

    @classmethod
    def title(cls) -> str:
        """What people call it."""
        return cls.__name__

    @classmethod
    def refused(cls, parameter: str, value: object) -> str:
        """Why a value is not allowed, a clause after the node's name; empty where the allowed ones say it."""
        return ""

    def input_ports(self) -> tuple[Port, ...]:
        """The inputs with these parameters."""
        return self.inputs

    def output_ports(self) -> tuple[Port, ...]:
        """The outputs with these parameters."""
        return self.outputs

    def check(self) -> None:
        """Raise ShapeError naming a parameter where the parameters do not fit each other."""

    def infer(self, *inputs: Spec) -> Spec | tuple[Spec, ...]:
        """The spec of every output, from those of the inputs in port order. Raises ShapeError."""
        raise TypeError(f"{type(self).__name__} has no shape rule")

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        """Arguments of the torch call that follow from the input (``in_channels``)."""
        return {}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        """The shapes of the trainable tensors."""
        return {}

    def buffers(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        """The shapes of the tensors that are kept but not trained."""
        return {}

    def together(self, *inputs: Spec) -> Dim | None:
        """How many numbers it makes add up to 1, or brings to mean 0 or mean square 1, together; None: it does neither.

        Of one number alone the answer is always the same.
        """
        return None

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        """Multiply-add operations of one forward pass; symbolic where a size is. Matrix products only."""
        return 0

    def products(self, *inputs: Spec) -> Dim:
        """Into about how many matrix products, one after another, these fall: one for each matrix of its weights."""
        return max(1, sum(len(shape) > 1 for shape in self.weights(*inputs).values()))

    def passes_through(self, inputs: tuple[Spec, ...], training: bool) -> bool:
        """Whether its outputs take no memory of their own."""
        return self.views or (self.idle and not training)

    def hands_on(self, inputs: tuple[Spec, ...], training: bool) -> bool:
        """Deprecated: the name of `passes_through` in packages written for Layerloom 0.1."""
        return self.passes_through(inputs, training)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        if "hands_on" in cls.__dict__ and "passes_through" not in cls.__dict__:
            warnings.warn(f"{cls.__name__}.hands_on is called passes_through now.", DeprecationWarning, stacklevel=2)
            setattr(cls, "passes_through", cls.__dict__["hands_on"])  # noqa: B010 - mypy forbids the plain assignment
        cls.__annotations__ = {name: kind for name, kind in cls.__annotations__.items() if name in cls.model_fields}

    def draws(self) -> bool:
        """Whether it may draw at random while training: one of a package may, as long as it does not say otherwise."""
        if not type(self).__module__.startswith("engine."):
            return True
        if self.drops_by:
            return bool(getattr(self, self.drops_by))
        return self.numbers in ("dropped", "noisy")

    def mixes_samples(self, *inputs: Spec) -> bool:
        """Whether what it makes of one sample depends on the others of the batch (the first axis), in training, too.

        By default where that is the axis it works along, or standardizes over. A block that is applied to each step of
        a sequence takes all steps as one batch only if none of its layers mixes samples.
        """
        if self.numbers == "standardized":
            return True
        dims = getattr(self, "dim", None)
        return any(type(dim) is int and dim % max(x.rank, 1) == 0 for x in inputs[:1] for dim in _several(dims))

    def receptive_field(
        self, part: Stretch, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], source: int = 0
    ) -> Stretch | None:
        """Which positions of an input (the ``source``-th) a part of its result is computed from.

        All sizes are numbers. None where it is all positions of that axis, one value for all, or not known.
        """
        return shared_part(part, inputs[source], outputs[0]) if self.keeps_positions else None

    def learning(self, learned: Sequence[bool]) -> "Layer":
        """The layer as it computes where gradients go to these of its inputs; most do not care."""
        return self

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        """Bytes it needs only while it computes, beside inputs and outputs."""
        return 0

    def workspace(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], training: bool) -> tuple[Dim, ...]:
        """The same at several moments of which any may be the worst, in training or not; by default its scratch."""
        return (self.scratch(inputs, outputs),)

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        """Bytes that training keeps beside its values: masks, indices, statistics.

        Here and in `workspace` an output of `on_demand` that nobody reads is UNWIRED.
        """
        return 0

    def reads_again(self, *inputs: Spec) -> Saves:
        """Which of its values torch's backward pass reads again with these parameters and inputs."""
        return self.saves

    def arguments(self, *inputs: Spec) -> dict[str, object]:
        """The arguments of the constructor call by name: what follows from the input, then what is not the default."""
        arguments = self.inferred(*inputs)
        for name, default, always in _written(type(self)):
            value = getattr(self, name)
            if always or value != default:
                arguments[name] = value
        return arguments

    def constructor(self) -> str:
        """What is called to build the module: ``nn.Conv2d``; empty for a layer that is an expression."""
        return self.own or (self.torch.removeprefix("torch.") if is_module(self.torch) else "")

    def module(self, *inputs: Spec, texts: Mapping[str, str] | None = None) -> str | None:
        """The constructor call as source, or None for a layer that is an expression.

        ``texts`` says how arguments read that are no literals here (``channels * 4`` within a block).
        """
        name = self.constructor()
        return self.call(name, inputs, texts or {}) if name else None

    def call(self, name: str, inputs: tuple[Spec, ...], texts: Mapping[str, str], without: tuple[str, ...] = ()) -> str:
        """A call of ``name`` with the arguments of the constructor, but ``without`` some."""
        arguments = {key: repr(value) for key, value in self.arguments(*inputs).items()}
        arguments |= {key: text for key, text in texts.items() if key not in self.at_call}
        arguments = {key: text for key, text in arguments.items() if key not in without}
        names = dict.fromkeys((*self.inferred(*inputs), *type(self).model_fields))
        order = {key: index for index, key in enumerate(names)}
        arguments = {key: arguments[key] for key in sorted(arguments, key=lambda key: order.get(key, -1))}
        leading = [arguments.pop(key) for key in self.positional if key in arguments]
        named = [f"{key}={value}" for key, value in arguments.items()]
        return f"{name}({', '.join(leading + named)})"

    def expression(self, module: str, arguments: list[str]) -> str:
        """How the forward pass reads: by default the module (``self.conv1``) called on its arguments.

        ``arguments`` are the variables on the inputs in port order, ``None`` for an optional one without a wire.
        """
        given = list(arguments)
        while given and given[-1] == "None":
            given.pop()
        return f"{module}({', '.join(given)})"

    def statements(self, module: str, arguments: list[str], targets: list[str]) -> list[str]:
        """The lines of the forward pass; ``targets`` are the variables for the outputs, ``_`` where nothing reads one.

        A target may be the variable of an argument that is dead after this layer.
        """
        return [f"{', '.join(targets)} = {self.expression(module, arguments)}"]

    def summary(self) -> str:
        """The main parameters in a few characters, for the node on the canvas."""
        return ""

    def unread(self) -> frozenset[str]:
        """The parameters that say nothing beside the others as they are: forms leave them out."""
        return frozenset()

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        """The formula with the user's numbers, one line an axis; empty where there is none."""
        return ""


for _base in (Nature, Layer):
    _base.__annotations__ = {}  # read once: pydantic would read these class variables again for every layer


@lru_cache(1024)
def _written(layer: type[Layer]) -> tuple[tuple[str, object, bool], ...]:
    """The fields that the constructor takes: name, default, and whether it is written even then."""
    always = {name for name, info in layer.model_fields.items() if info.is_required()}
    always |= {*layer.positional, *layer.always}
    fields = layer.model_fields.items()
    return tuple((name, info.default, name in always) for name, info in fields if name not in layer.at_call)


@lru_cache(1024)
def is_module(name: str) -> bool:
    """Whether a public name of torch is that of a module, not of a function."""
    return name.startswith("torch.nn.") and not name.startswith("torch.nn.functional.")


def shared_part(part: Stretch, x: Spec, y: Spec) -> Stretch | None:
    """The positions of x at the same share of the axis as a part of y: ⌊i·in/out⌋ … ⌈(i + 1)·in/out⌉ − 1.

    Axes are aligned at the last one. None where x, or y, has one position for all.
    """
    axis = part.axis - y.rank + x.rank
    if axis < 0:
        return None
    size, out = x.shape[axis], y.shape[part.axis]
    if size == out:
        return part._replace(axis=axis)
    if not (isinstance(size, int) and isinstance(out, int)) or 1 in (size, out):
        return None
    last = ceil_div((part.last + 1) * size, out) - 1
    assert isinstance(last, int)
    return Stretch(axis, part.first * size // out, last)


def _several(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def need_rank(spec: Spec, rank: int, layout: str, port: str = "input") -> None:
    """Raise ShapeError unless ``spec`` has this many axes."""
    if spec.rank != rank:
        raise ShapeError(f"gets {spec.rank}-D input {spec} but needs {rank}-D input {layout}.", port=port, code="axes")


def need_float(spec: Spec, port: str = "input") -> None:
    """Raise ShapeError unless ``spec`` holds floats."""
    if spec.dtype != "float32":
        raise ShapeError(f"gets {spec.dtype} input {spec} but computes with float32 only.", port=port, code="dtype")


def need_numbers(spec: Spec, port: str = "input", called: str = "input") -> None:
    """Raise ShapeError where ``spec`` holds booleans."""
    if spec.dtype == "bool":
        raise ShapeError(f"gets bool {called} {spec} but needs numbers.", port=port, code="dtype")


def need_truth(spec: Spec, port: str, called: str = "") -> None:
    """Raise ShapeError unless ``spec`` holds booleans."""
    if spec.dtype != "bool":
        raise ShapeError(f"gets {called or port} {spec} of {spec.dtype}; booleans are needed.", port=port, code="dtype")
