"""A node that is not there in one use of its graph: its condition does not hold, or it is repeated zero times."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import ClassVar

from pydantic import PrivateAttr

from engine.layers.layer import Layer, Port, is_numbered
from engine.spec import Spec


class Absent(Layer):
    """What an absent node resolves to: it has no weights, and hands some inputs on as they are.

    Inputs that it does not hand on may stay without a wire, and what flows there is of no account.
    """

    family: ClassVar[str] = ""
    views: ClassVar[bool] = True

    _inputs: tuple[Port, ...] = PrivateAttr(default=())
    _pairs: tuple[tuple[str, str], ...] = PrivateAttr(default=())

    @classmethod
    def handing(cls, inputs: Sequence[Port], pairs: Sequence[tuple[str, str]]) -> Absent:
        """One with these inputs, of which it hands some on: ``pairs`` of (output, input)."""
        made, handed = cls(), {source for _, source in pairs}
        made._inputs = tuple(
            port if port.name in handed else replace(port, optional=True)
            for port in inputs
            if port.name in handed or not port.many
        )
        made._pairs = tuple(pairs)
        return made

    def input_ports(self) -> tuple[Port, ...]:
        return self._inputs

    def output_ports(self) -> tuple[Port, ...]:
        return tuple(Port(output) for output, _ in self._pairs)

    def indices(self) -> list[int]:
        """Which of the wired inputs, by its index among them, is what each output hands on."""
        names = [port.name for port in self._inputs]
        return [names.index(source) for _, source in self._pairs]

    def handed(self) -> dict[str, int]:
        """The index among the wired inputs of what each output hands on."""
        return {output: index for (output, _), index in zip(self._pairs, self.indices(), strict=True)}

    def reads(self, wired: Collection[str]) -> list[str]:
        """Which of the wired ports carry what it hands on; of a variadic one the first."""
        read = []
        for port in self._inputs:
            if port.name in {source for _, source in self._pairs}:
                numbers = [int(name[len(port.name) :]) for name in wired if is_numbered(name, port.name)]
                name = f"{port.name}{min(numbers)}" if port.many and numbers else port.name
                read += [name] if name in wired else []
        return read

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        return tuple(inputs[index] for index in self.indices())
