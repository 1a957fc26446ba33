"""Where samples come in and answers go out."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, create_model
from pydantic.fields import FieldInfo

from engine import losses
from engine.dims import Dim, Size
from engine.layers.axes import batch_axis
from engine.layers.layer import Layer, Port, ShapeError
from engine.layers.parameters import Positive, Whole
from engine.losses import Loss, LossName
from engine.losses.packages import LOSSES_OF_PACKAGES
from engine.spec import BATCH, Axes, DType, Spec

Symbol = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9_]{0,15}$")]
MOST_EXAMPLE = 4096
"""Numbers of an example: it is written by hand."""
MEANINGS: dict[int, Axes] = {2: ("batch", "features"), 4: ("batch", "channels", "height", "width")}


class Input(Layer):
    """Where the samples enter the network. It reads one field of the data; the batch axis N comes in front by itself.

    A size the data leaves open is written as a capital letter, for example T for the length of a sequence.
    """

    family: ClassVar[str] = "Input and output"
    also_called: ClassVar[str] = "data sample"
    initial: ClassVar[dict[str, object]] = {"shape": (1, 28, 28)}
    inputs: ClassVar[tuple[Port, ...]] = ()
    stem_name: ClassVar[str] = "input"

    shape: tuple[Positive | Symbol, ...] = Field(
        max_length=8, description="the shape of one sample without the batch axis, for example 1, 28, 28"
    )
    dtype: DType = Field("float32", description="what the numbers are")
    field: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        None, description="the field of the data it reads; none takes the first that fits"
    )
    example: Annotated[tuple[Whole | float, ...], Field(min_length=1, max_length=MOST_EXAMPLE)] | None = Field(
        None, description="the numbers of one sample, row by row, that are on the wires while no data is chosen"
    )

    @classmethod
    def stem(cls) -> str:
        return "input"

    def check(self) -> None:
        if self.example is not None:
            self._check_example(self.example)
        if BATCH.symbol in self.shape:
            raise ShapeError(
                "names a size N, but N is the batch axis and comes in front by itself; take another letter.",
                parameter="shape",
            )

    def _check_example(self, example: tuple[float, ...]) -> None:
        sizes = [size for size in self.shape if isinstance(size, int)]
        if len(sizes) < len(self.shape):
            raise ShapeError("has an open size, so no example can be given for it.", parameter="example")
        if prod(sizes) != len(example):
            shape = " · ".join(map(str, sizes)) or "1"
            raise ShapeError(
                f"has an example of {len(example)} numbers for a shape of {shape} = {prod(sizes)}.", parameter="example"
            )

    def infer(self, *inputs: Spec) -> Spec:
        shape: list[Dim] = [BATCH, *(Size(size) if isinstance(size, str) else size for size in self.shape)]
        return Spec(tuple(shape), self.dtype, MEANINGS.get(len(shape)))

    def summary(self) -> str:
        return " × ".join(map(str, self.shape)) or "one number"


class _Answer(Layer):
    """What an Output has whatever its loss is."""

    family: ClassVar[str] = "Input and output"
    also_called: ClassVar[str] = "loss target result"
    outputs: ClassVar[tuple[Port, ...]] = ()

    field: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        None, description="the field of the data to learn; none takes the first target"
    )
    loss: LossName | None = Field(
        losses.USUAL,
        description="how answer and target are compared; 'value': what arrives is the loss; none: not trained",
    )
    weight: float = Field(1.0, ge=0.0, description="the share of this loss in the sum of all")
    class_axis: Annotated[int, Field(ge=-16, le=16)] | None = Field(
        None, description="the axis of the classes; none: the one without which the answer has the target's shape"
    )


def _options(known: Iterable[type[Loss]]) -> dict[str, Any]:
    """The parameters of these losses, as fields. Raises TypeError where two have another type or default for a name."""
    found: dict[str, Any] = {}
    for name, those in losses.options(known).items():
        first = those[0].model_fields[name]
        help = dict.fromkeys(loss.model_fields[name].description or "" for loss in those)
        for loss in those:
            info = loss.model_fields[name]
            if (info.annotation, info.default, info.metadata) != (first.annotation, first.default, first.metadata):
                raise TypeError(f"{loss.name} and {those[0].name} declare {name} differently.")
        given = FieldInfo.merge_field_infos(first, description="; or: ".join(help))
        found[name] = (first.annotation, given)
    return found


if TYPE_CHECKING:
    _Options = _Answer
else:
    _Options = create_model("_Options", __base__=_Answer, **_options(losses.built_in().values()))


class Output(_Options):
    """Where the answer leaves the network. It names the field of the data to learn and the loss that compares them.

    Classes are on axis 1 of images, as in torch, and on the last axis of (N, T, classes): the axis whose removal gives
    the shape of the target. For classification leave the Softmax out: cross-entropy contains it. With the loss 'value'
    it learns no field: the mean of what arrives is itself a term of the loss, for example a penalty.
    """

    @classmethod
    def stem(cls) -> str:
        return "output"

    @cached_property
    def criterion(self) -> Loss:
        """Its loss, with the parameters of this Output. Only where it has one."""
        cls = losses.get(self.loss or "")
        assert cls is not None
        return cls.model_construct(**{name: getattr(self, name) for name in cls.model_fields})

    @classmethod
    def refused(cls, parameter: str, value: object) -> str:
        reason = LOSSES_OF_PACKAGES.missing(value) if parameter == "loss" and isinstance(value, str) else None
        return "" if reason is None else f"cannot compare by {value}: {reason}"

    def check(self) -> None:
        fault = None if self.loss is None else self.criterion.fault()
        if fault is not None:
            raise ShapeError(fault[1], parameter=fault[0])

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        (answer,) = inputs
        if not answer.shape or answer.shape[0] != BATCH:
            way = " Expand repeats it for every sample." if batch_axis(answer) is None else ""
            raise ShapeError(f"gets {answer}, but the first axis of an answer must be the batch N.{way}", port="input")
        return ()

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        return "" if self.loss is None else f"{self.criterion.title}\nloss = {self.criterion.formula}"

    @property
    def ignored(self) -> int | None:
        """The class of the target that counts for nothing; None where the loss leaves none out."""
        return None if self.loss is None else self.criterion.ignored

    def unread(self) -> frozenset[str]:
        options = frozenset({*losses.options(losses.all()), "class_axis"})
        if self.loss is None:
            return options | {"field", "weight"}
        known = type(self.criterion).model_fields.keys() | ({"class_axis"} if self.criterion.by_class else set())
        return (options - known) | (frozenset() if losses.compares(self.loss) else {"field"})

    def summary(self) -> str:
        return (self.loss or "no loss").replace("_", " ")


def output_class() -> type[Output]:
    """Output with the losses of installed packages and their parameters; those that clash with others are left out."""
    known, more = list(losses.built_in().values()), dict[str, Any]()
    for loss in LOSSES_OF_PACKAGES.all():
        try:
            more |= _options([*known, loss])
        except TypeError as error:
            LOSSES_OF_PACKAGES.faults().setdefault(loss.name.partition(".")[0], str(error))
        else:
            known.append(loss)
    if len(known) == len(losses.built_in()):
        return Output
    info = Output.model_fields["loss"]
    more = {name: field for name, field in more.items() if name not in Output.model_fields}
    more["loss"] = (Literal[tuple(loss.name for loss in known)] | None, info)
    return create_model("Output", __base__=Output, __module__=__name__, __doc__=Output.__doc__, **more)


class BlockInput(Layer):
    """Where a value enters a block: it becomes an input of every node that uses the block, of whatever shape.

    As a state it carries a value from step to step when the block is scanned over time.
    """

    family: ClassVar[str] = "Input and output"
    inputs: ClassVar[tuple[Port, ...]] = ()

    optional: bool = Field(False, description="whether a use may leave it without a wire")
    sequence: bool = Field(True, description="step by step: take one step of it; else every step sees the whole")
    state: bool = Field(False, description="in a scan: carries what a BlockOutput hands on to the next step")
    shape: tuple[Positive, ...] = Field(
        (), max_length=8, description="of a state: its shape without the batch, when it starts at zero"
    )
    help: Annotated[str, Field(max_length=200)] = Field("", description="what it is for, shown at the port")

    @classmethod
    def stem(cls) -> str:
        return "x"

    def infer(self, *inputs: Spec) -> Spec:
        raise ShapeError("is allowed only inside a block; use an Input here.")

    def summary(self) -> str:
        return "state" if self.state else "optional" if self.optional else ""


class BlockOutput(Layer):
    """Where a value leaves a block: it becomes an output of every node that uses the block."""

    family: ClassVar[str] = "Input and output"
    outputs: ClassVar[tuple[Port, ...]] = ()

    state: Annotated[str, Field(max_length=80)] = Field(
        "", description="in a scan: the name of the state that this is the next value of"
    )
    help: Annotated[str, Field(max_length=200)] = Field("", description="what it is, shown at the port")

    @classmethod
    def stem(cls) -> str:
        return "y"

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        return ()

    def summary(self) -> str:
        return f"next {self.state}" if self.state else ""


LAYERS = (Input, Output, BlockInput, BlockOutput)
