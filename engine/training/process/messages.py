"""What a window and a training in a separate process say to each other: one union for each direction."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    field_serializer,
)

from engine.training.findings import Diagnosis, HealthCheck, LayerHealth, NodePath
from engine.training.history import LiveChange, Table
from engine.training.status import Result, Status


class Message(BaseModel):
    """A message; numbers may come along with it (`engine.training.process.wire`). NaN is a number here."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class Pause(Message):
    """Hold the run before its next step."""

    kind: Literal["pause"] = "pause"


class Resume(Message):
    """Let the run continue."""

    kind: Literal["resume"] = "resume"


class StepOnce(Message):
    """Do one more step, then hold."""

    kind: Literal["step"] = "step"


class Stop(Message):
    """End the run."""

    kind: Literal["stop"] = "stop"


class SetRate(Message):
    """Use another learning rate from the next step on."""

    kind: Literal["lr"] = "lr"
    lr: Annotated[float, Field(gt=0.0, allow_inf_nan=False, strict=True)]


class Points(Message):
    """New points of a series; their four rows (step, value, epoch, seconds) come along as numbers."""

    kind: Literal["points"] = "points"
    name: str
    count: Annotated[int, Field(ge=1)]


class NewTable(Message):
    """A table that has replaced the one of that name."""

    kind: Literal["table"] = "table"
    name: str
    table: Table


class NewChanges(Message):
    """All settings that were changed while the run goes."""

    kind: Literal["changes"] = "changes"
    changes: tuple[LiveChange, ...]


class Diagnoses(Message):
    """What goes wrong now; it stays with every status from here on."""

    kind: Literal["diagnoses"] = "diagnoses"
    diagnoses: tuple[Diagnosis, ...]


class NewLook(Message):
    """The last look into the layers; it stays with every status from here on."""

    kind: Literal["look"] = "look"
    step: int
    layers: tuple[tuple[NodePath, LayerHealth], ...]

    @classmethod
    def of(cls, look: HealthCheck) -> NewLook:
        """The message for a look."""
        return cls(step=look.step, layers=tuple(look.layers.items()))

    @property
    def look(self) -> HealthCheck:
        """The look it is about."""
        return HealthCheck(self.step, dict(self.layers))


class NewStatus(Message):
    """What the run is doing, but for diagnoses and health, which seldom change and come by themselves."""

    kind: Literal["status"] = "status"
    status: Status

    @field_serializer("status", mode="wrap")
    def _in_short(self, status: Status, write: SerializerFunctionWrapHandler) -> dict[str, JsonValue]:
        entries: dict[str, JsonValue] = write(status)
        return {name: value for name, value in entries.items() if name not in ("diagnoses", "health")}


class Ended(Message):
    """How the run ended: the last message."""

    kind: Literal["result"] = "result"
    result: Result


class Refused(Message):
    """Why this window may not watch: the last message."""

    kind: Literal["refused"] = "refused"
    why: Annotated[str, Field(max_length=300)]


Command: TypeAlias = Pause | Resume | StepOnce | Stop | SetRate
News: TypeAlias = Points | NewTable | NewChanges | Diagnoses | NewLook | NewStatus | Ended | Refused
COMMAND: Final[TypeAdapter[Command]] = TypeAdapter(Annotated[Command, Field(discriminator="kind")])
"""From the window to the training."""
NEWS: Final[TypeAdapter[News]] = TypeAdapter(Annotated[News, Field(discriminator="kind")])
"""From the training to the window."""
