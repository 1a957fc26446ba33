"""Where samples come in and answers go out."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, Size
from engine.layers.axes import batch_axis
from engine.layers.layer import Layer, Port, ShapeError
from engine.layers.losses import LOSSES, OPTIONS, LossName, compares, ignores
from engine.layers.parameters import NonNegative, Positive
from engine.spec import BATCH, Axes, DType, Spec

Symbol = Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9_]{0,15}$")]
Weights = Annotated[tuple[Annotated[float, Field(ge=0.0)], ...], Field(min_length=1, max_length=1000)]
MEANINGS: dict[int, Axes] = {2: ("batch", "features"), 4: ("batch", "channels", "height", "width")}


class Input(Layer):
    """Where the samples enter the network. It reads one field of the data; the batch axis N comes in front by itself.

    A size the data leaves open is written as a capital letter, for example T for the length of a sequence.
    """

    family: ClassVar[str] = "Input and output"
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

    @classmethod
    def stem(cls) -> str:
        return "input"

    def check(self) -> None:
        if BATCH.symbol in self.shape:
            raise ShapeError(
                "names a size N, but N is the batch axis and comes in front by itself; take another letter.",
                parameter="shape",
            )

    def infer(self, *inputs: Spec) -> Spec:
        shape: list[Dim] = [BATCH, *(Size(size) if isinstance(size, str) else size for size in self.shape)]
        return Spec(tuple(shape), self.dtype, MEANINGS.get(len(shape)))

    def summary(self) -> str:
        return " × ".join(map(str, self.shape)) or "one number"


class Output(Layer):
    """Where the answer leaves the network. It names the field of the data to learn and the loss that compares them.

    Classes are on axis 1 of images, as in torch, and on the last axis of (N, T, classes): the axis whose removal gives
    the shape of the target. For classification leave the Softmax out: cross-entropy contains it. With the loss 'value'
    it learns no field: the mean of what arrives is itself a term of the loss, for example a penalty.
    """

    family: ClassVar[str] = "Input and output"
    outputs: ClassVar[tuple[Port, ...]] = ()

    field: Annotated[str, Field(min_length=1, max_length=80)] | None = Field(
        None, description="the field of the data to learn; none takes the first target"
    )
    loss: LossName | None = Field(
        "cross_entropy",
        description="how answer and target are compared; 'value': what arrives is the loss; none: not trained",
    )
    weight: float = Field(1.0, ge=0.0, description="the share of this loss in the sum of all")
    class_axis: Annotated[int, Field(ge=-16, le=16)] | None = Field(
        None, description="the axis of the classes; none: the one without which the answer has the target's shape"
    )
    ignore_index: int = Field(-100, description="a class of the target that counts for nothing, such as padding")
    class_weights: Literal["balanced"] | Weights | None = Field(
        None,
        description="how much each class counts: a number a class, or 'balanced' (rare ones more); none: all alike",
    )
    label_smoothing: Annotated[float, Field(ge=0.0, le=1.0)] = Field(
        0.0, description="the share of each target that is spread over all classes"
    )
    pos_weight: Annotated[float, Field(gt=0.0)] | None = Field(
        None, description="how much a 1 of the target counts against a 0; none: alike"
    )
    delta: Annotated[float, Field(gt=0.0)] = Field(
        1.0, description="where the Huber loss turns from square to straight"
    )
    beta: Annotated[float, Field(gt=0.0)] = Field(1.0, description="where smooth L1 turns from square to straight")
    margin: float = Field(1.0, description="how far the score of the right class must be above the others")
    p: Literal[1, 2] = Field(1, description="the power of what is missing to the margin")
    blank: NonNegative = Field(0, description="the class that stands for no label; it also fills up short targets")

    @classmethod
    def stem(cls) -> str:
        return "output"

    def check(self) -> None:
        if (
            "class_weights" not in self.unread()
            and isinstance(self.class_weights, tuple)
            and not any(self.class_weights)
        ):
            raise ShapeError(
                "gives every class the weight 0, so there is nothing to learn; set one above 0, or leave "
                "class_weights empty.",
                parameter="class_weights",
            )

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        (answer,) = inputs
        if not answer.shape or answer.shape[0] != BATCH:
            way = " Expand repeats it for every sample." if batch_axis(answer) is None else ""
            raise ShapeError(f"gets {answer}, but the first axis of an answer must be the batch N.{way}", port="input")
        return ()

    def filled(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> str:
        if self.loss is None:
            return ""
        known = LOSSES[self.loss]
        return f"{known.title}\nloss = {known.formula}"

    @property
    def ignored(self) -> int | None:
        """The class of the target that counts for nothing; None where the loss leaves none out."""
        return self.ignore_index if ignores(self.loss) else None

    def unread(self) -> frozenset[str]:
        if self.loss is None:
            return OPTIONS | {"field", "weight"}
        return (OPTIONS - LOSSES[self.loss].options) | (frozenset() if compares(self.loss) else {"field"})

    def summary(self) -> str:
        return (self.loss or "no loss").replace("_", " ")


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
