"""Messages between a window and a training process, mutated: each is understood or refused with one error."""

from __future__ import annotations

import copy
import json
import math
import random
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from engine.graph import Graph
from engine.training.control import Control
from engine.training.findings import Diagnosis, HealthCheck, LayerHealth, NodePath
from engine.training.history import LiveChange, Table
from engine.training.process.child import Child
from engine.training.process.handover import Request
from engine.training.process.messages import (
    COMMAND,
    Diagnoses,
    Ended,
    Message,
    NewChanges,
    NewLook,
    NewStatus,
    NewTable,
    Pause,
    Points,
    Refused,
    Resume,
    SetRate,
    StepOnce,
    Stop,
)
from engine.training.process.wire import Line, WireError
from engine.training.sample_table import Sample, SampleInput, SampleTable
from engine.training.status import Result, Status
from gui.hosts.process_host import ProcessHost
from tests.engine.refusals import check_sentence

FEW, MANY, SHARES = 20_000, 1_000_000, 10
ROOM, ROOM_A_BYTE = 200_000, 200
"""Bytes of memory that taking in a message may need: some, and some for each of its own."""
WRONG: list[Any] = [
    *(None, True, 0, -1, 1.5, 2**31, 2**62, -(2**63), 10**400, 1e308, math.nan, math.inf, "", "NaN", "1e999", "\x00"),
    *([], [[]], [[[[]]]], {}, {"kind": "stop"}, [1, "x"], "stop", "finished", "x" * 5000, "../..", "ÿ\u2028\u202e"),
]
PIECES = [b"\n", b"\x00", b"}", b'"', b"[" * 300, b"{" * 300, b"1e999", b"\\ud800", b"\xff", b"NaN", b"\x80\x04}q\x00."]
ANSWERS = SampleTable(
    head="output",
    task="classes",
    names=["a", "b"],
    input=SampleInput(field="image", shape=[1, 2]),
    samples=[Sample(place=4, input=[0, 0.5], target=[1], answer=[0], right=False, sure=0.75, likeliest=[[0, 0.75]])],
)
STATUS = Status(
    *("running", "training", 0.25, "words", 3, 10, 41, 70, 512.5, 1.25, 0.01, {"loss": 0.5}, {"loss": math.nan}, {}),
    Path("/runs/one"),
    notes=("A note.",),
)
WHERE = NodePath(("n3",), "n7", "stage1.0.conv")
FROM_THE_TRAINING: list[tuple[BaseModel, Any]] = [
    (Points(name="train/loss", count=3), np.arange(12.0)),
    (NewTable(name="validation/confusion_matrix", table=Table(4, 1, [[1, 2], [3, 4]])), None),
    (NewTable(name="validation/f1_per_class", table=Table(4, 1, [0.5, math.nan])), None),
    (NewTable(name="validation/predictions", table=Table(4, 1, ANSWERS)), None),
    (Diagnoses(diagnoses=(Diagnosis("dead", "It is dead.", "Try that.", 7, ("n3",), "n7"),)), None),
    (NewLook.of(HealthCheck(7, {WHERE: LayerHealth(0.5, True, 0.1)})), None),
    (NewStatus(status=STATUS), None),
    (Ended(result=Result("finished", "Trained 3 epochs.", 3, 21, 1.5, Path("/runs/one"), {"loss": 0.5})), None),
    (NewChanges(changes=(LiveChange(7, "training.optimizer.lr", 0.01, 0.02),)), None),
    (Refused(why="Another window watches."), None),
]
FROM_THE_WINDOW: list[tuple[BaseModel, Any]] = [
    (message, None) for message in (Pause(), Resume(), StepOnce(), Stop(), SetRate(lr=0.125))
]


class Wire:
    """A connection on which one message lies."""

    def __init__(self) -> None:
        self.content = b""

    def send_bytes(self, content: bytes) -> None:
        self.content = content

    def recv_bytes(self, _largest: int) -> bytes:
        return self.content


def as_bytes(messages: list[tuple[BaseModel, Any]]) -> list[bytes]:
    """What goes over the wire for each."""
    found, wire = [], Wire()
    for message, numbers in messages:
        Line(wire).send(message, numbers)  # type: ignore[arg-type]
        found.append(wire.content)
    return found


def mutated(rng: random.Random, content: bytes, plain: Any) -> bytes:
    """The message cut off, with flipped bits, a piece in it, or valid JSON with another value somewhere."""
    kind, at = rng.random(), rng.randrange(len(content))
    if kind < 0.1:
        return content[:at]
    if kind < 0.3:
        harmed = bytearray(content)
        for _ in range(rng.choice((1, 1, 8))):
            harmed[rng.randrange(len(harmed))] ^= 1 << rng.randrange(8)
        return bytes(harmed)
    if kind < 0.4:
        return content[:at] + rng.choice(PIECES) + content[at + rng.randrange(9) :]
    changed = copy.deepcopy(plain)
    for _ in range(rng.choice((1, 1, 3))):
        _change(rng, changed)
    return json.dumps(changed).encode() + content[content.index(b"\n") :]


def _change(rng: random.Random, plain: Any) -> None:
    """Replace, remove, double or add one value somewhere in it."""
    holder = plain
    while True:
        keys = list(holder) if isinstance(holder, dict) else range(len(holder))
        if not keys:
            break
        key = rng.choice(keys)
        if not isinstance(holder[key], (dict, list)) or not holder[key] or rng.random() < 0.3:
            break
        holder = holder[key]
    how = rng.random()
    if not keys or how < 0.1:
        value = copy.deepcopy(rng.choice(WRONG))
        holder.append(value) if isinstance(holder, list) else holder.update(extra=value)
    elif how < 0.25:
        del holder[key]
    else:
        holder[key] = copy.deepcopy(rng.choice(WRONG))


class Window:
    """Takes in what a training says, as the thread of a window does."""

    def __init__(self, wire: Wire) -> None:
        self._line = Line(wire)  # type: ignore[arg-type]
        self.begin()

    def begin(self) -> None:
        self.host = ProcessHost.attach(Path("/nowhere"))

    def take(self) -> None:
        self.host._take(self._line)

    def close(self) -> None:
        self.host._woken.close()
        self.host._waker.close()


class Training:
    """Takes in what a window says, as a training does."""

    def __init__(self, wire: Wire) -> None:
        self._line = Line(wire)  # type: ignore[arg-type]
        self.child = Child(Path("/nowhere"), Request(), Graph("x"), b"")

    def take(self) -> None:
        self.child._obey(self._line.receive(COMMAND)[0])


def taken(receiver: Window | Training) -> str:
    """The sentence a message is refused with, empty where it was understood; fails for any other exception."""
    try:
        receiver.take()
    except WireError as error:
        words = str(error)
        if isinstance(receiver, Window) and words == receiver.host.refused:
            return "refused"  # in words of the other end
        check_sentence(words)
        return words
    return ""


def prove(honest: list[bytes], receiver: Window | Training, wire: Wire, seed: int, count: int) -> None:
    """So many mutations of these messages."""
    rng, refused, understood = random.Random(seed), 0, 0
    plains = [json.loads(content.partition(b"\n")[0]) for content in honest]
    measured = 0
    for number in range(count):
        which = rng.randrange(len(honest))
        wire.content = mutated(rng, honest[which], plains[which])
        if number % 50:
            words = taken(receiver)
        else:
            tracemalloc.start()
            words = taken(receiver)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak <= ROOM + ROOM_A_BYTE * len(wire.content), f"{peak:,} bytes for {len(wire.content):,}"
            measured += 1
        refused, understood = refused + bool(words), understood + (not words)
    assert measured == math.ceil(count / 50)
    assert refused > count // 4
    assert understood > count // 50, "mutations are not all rejected at the door"


def test_the_messages_are_all_there_are() -> None:
    kinds = set(Message.__subclasses__())
    assert {type(message) for message, _ in FROM_THE_TRAINING + FROM_THE_WINDOW} == kinds


COUNTS = [
    pytest.param(-1, FEW // 2, id="some"),
    *(pytest.param(share, MANY // 2 // SHARES, marks=pytest.mark.slow, id=f"share {share}") for share in range(SHARES)),
]


@pytest.mark.parametrize(("seed", "count"), COUNTS)
def test_a_window_understands_or_refuses_whatever_comes(seed: int, count: int) -> None:
    wire = Wire()
    window = Window(wire)
    try:
        prove(as_bytes(FROM_THE_TRAINING), window, wire, seed, count)
    finally:
        window.close()


@pytest.mark.parametrize(("seed", "count"), COUNTS)
def test_a_training_understands_or_refuses_whatever_comes(seed: int, count: int) -> None:
    wire = Wire()
    training = Training(wire)
    prove(as_bytes(FROM_THE_WINDOW), training, wire, seed, count)
    assert isinstance(training.child.control, Control)
