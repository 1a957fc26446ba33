"""The wire between a window and a training in a separate process: messages as JSON, curves as plain numbers.

Nothing that comes over it is ever unpickled. Both ends prove that they know the key before anything is believed, and
a stranger who stalls is cut off.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import selectors
import socket
import threading
from collections.abc import Sequence
from multiprocessing.connection import Client, Connection, Listener
from typing import Any, Final, TypeVar

import numpy as np
from pydantic import BaseModel, TypeAdapter, ValidationError

from engine.errors import LayerloomError, first_fault
from engine.files import reason_of
from engine.training.history import Values

M = TypeVar("M")
Address = str | tuple[str, int]
KEY_BYTES: Final = 32
PATIENCE: Final = 5.0
"""Seconds that the other end may take to prove itself."""
LARGEST: Final = 32 * 2**20
"""Bytes of one message."""


class WireError(LayerloomError):
    """Why the other end cannot be spoken with: one whole sentence."""


class Line:
    """One end of a connection. One thread receives, one at a time sends, any may `shut` it."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def send(self, message: BaseModel, numbers: Values | None = None) -> None:
        """Send a message, and numbers along with it. Raises OSError where nobody is there any more."""
        body = b"" if numbers is None else np.ascontiguousarray(numbers, "<f8").tobytes()
        self.connection.send_bytes(message.model_dump_json().encode() + b"\n" + body)

    def receive(self, kinds: TypeAdapter[M]) -> tuple[M, Values]:
        """The next message, one of these kinds, and its numbers, one after the other; waits for it.

        Raises EOFError or OSError where nobody is there any more, WireError for what is no such message.
        """
        head, _, body = self.connection.recv_bytes(LARGEST).partition(b"\n")
        try:
            return kinds.validate_json(head), np.frombuffer(body, "<f8").astype(float)
        except ValidationError as error:
            location, reason = first_fault(error)
            where = f"in {location}: " if location else ""
            raise WireError(f"What came over the wire is not a message: {where}{reason}.") from error
        except ValueError as error:
            raise WireError(f"What came with a message over the wire are not numbers: {error}.") from error

    def poll(self, seconds: float) -> bool:
        """Whether something comes within this time. Raises OSError where nobody is there any more."""
        return self.connection.poll(seconds)

    def writable(self) -> bool:
        """Whether a short message can be sent without waiting. Raises OSError where nobody is there any more."""
        with selectors.DefaultSelector() as ready:
            ready.register(self.connection, selectors.EVENT_WRITE)
            return bool(ready.select(0))

    def shut(self) -> None:
        """End the conversation: whoever waits in `receive` or `send` gets an error at once."""
        with contextlib.suppress(OSError):
            ours = socket.socket(fileno=self.connection.fileno())
            try:
                ours.shutdown(socket.SHUT_RDWR)
            finally:
                ours.detach()

    def close(self) -> None:
        """Give the connection back; only once no thread uses it any more."""
        self.connection.close()


def accept(listener: Listener, key: bytes) -> Line | None:
    """Wait for a window; None for someone who does not know the key. Raises OSError where the listener is closed."""
    connection: Any = listener.accept()  # that of a socket, and no pipe of Windows
    line = Line(connection)
    return line if _proved(line, key, b"child", b"window") else None


def connect(address: Address, key: bytes) -> Line:
    """Call a training. Raises WireError where it does not answer as it should."""
    try:
        connection: Any = Client(address)
    except (OSError, ValueError) as error:
        raise WireError(f"The process of the training does not answer: {reason_of(error)[1]}.") from error
    line = Line(connection)
    if not _proved(line, key, b"window", b"child"):
        raise WireError("What answers is not the process of the training: it does not know the key.")
    return line


def _proved(line: Line, key: bytes, own: bytes, other: bytes) -> bool:
    """Whether the other end knows the key, told ours; else the line is closed."""
    ours, wire = os.urandom(KEY_BYTES), line.connection
    guard = threading.Timer(PATIENCE, line.shut)
    guard.daemon = True
    guard.start()
    try:
        wire.send_bytes(ours)
        wire.send_bytes(_proof(key, own, wire.recv_bytes(KEY_BYTES)))
        proved = hmac.compare_digest(wire.recv_bytes(KEY_BYTES), _proof(key, other, ours))
    except (OSError, EOFError):
        proved = False
    finally:
        guard.cancel()
        guard.join()  # it must not shut what another connection is called by then
    if not proved:
        line.close()
    return proved


def _proof(key: bytes, who: bytes, question: bytes) -> bytes:
    return hmac.new(key, who + question, "sha256").digest()


def columns(numbers: Values, count: int) -> Sequence[Values]:
    """The four rows of a piece of a curve: step, value, epoch, seconds. Raises WireError where they are not there."""
    if len(numbers) != 4 * count:
        raise WireError("What came over the wire is not a piece of a curve.")
    return tuple(numbers.reshape(4, count))
