"""Layers that read a sequence step by step and remember."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.layer import Layer, Port, Saves, ShapeError, need_float, need_rank
from engine.layers.parameters import Positive, Probability
from engine.spec import UNWIRED, Spec

LAYOUT = {True: "(N, T, features)", False: "(T, N, features)"}


class _Recurrent(Layer):
    """What RNN, LSTM and GRU share: layers, directions, states."""

    family: ClassVar[str] = "Recurrent"
    runs_over_time: ClassVar[bool] = True
    drops_by: ClassVar[str] = "dropout"
    causal_by: ClassVar[tuple[str, bool]] = ("bidirectional", False)
    width_parameter: ClassVar[str] = "hidden_size"
    initial: ClassVar[dict[str, object]] = {"hidden_size": 64}
    positional: ClassVar[tuple[str, ...]] = ("input_size", "hidden_size")
    always: ClassVar[tuple[str, ...]] = ("batch_first",)
    functions: ClassVar[tuple[str, ...]] = ("run_lengths",)
    saves: ClassVar[Saves] = "nothing"
    gates: ClassVar[int]
    kept_a_step: ClassVar[int]
    """How many numbers for each one remembered torch keeps of a step (measured on the CPU)."""
    states: ClassVar[tuple[str, ...]] = ("h",)
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "the sequence"),
        Port(
            "h_0",
            "the state it begins with, (layers · directions, N, hidden); zeros without a wire",
            optional=True,
            role="state",
        ),
        Port("lengths", "how many steps of each sample count, (N,); all without a wire", optional=True),
    )
    outputs: ClassVar[tuple[Port, ...]] = (
        Port("output", "the top layer at every step"),
        Port("h_n", "the final state of every layer and direction"),
        Port("last", "the top layer after the last step that counts, both directions side by side"),
    )

    hidden_size: Positive = Field(description="how many numbers it remembers")
    num_layers: Annotated[int, Field(ge=1, le=1000)] = Field(1, description="how many layers are stacked")
    bias: bool = Field(True, description="whether constants are learned")
    batch_first: bool = Field(True, description="whether the input is (N, T, features); else (T, N, features)")
    dropout: Probability = Field(0.0, description="the share of numbers dropped between layers while training")
    bidirectional: bool = Field(False, description="whether a second pass reads from the end")

    @property
    def directions(self) -> int:
        """1, or 2 with a second pass from the end."""
        return 2 if self.bidirectional else 1

    @property
    def result_size(self) -> int:
        """The size of what one direction gives at a step."""
        return self.hidden_size

    def orders_steps(self) -> bool:
        return True

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        x, *rest = inputs
        need_rank(x, 3, LAYOUT[self.batch_first])
        need_float(x)
        if not isinstance(x.shape[-1], int):
            raise ShapeError(
                f"gets {x}, whose last axis is open; weights need a fixed number there.", port="input", code="open-size"
            )
        steps, batch = (x.shape[1], x.shape[0]) if self.batch_first else (x.shape[0], x.shape[1])
        if steps == 0:
            raise ShapeError(f"gets {x} without a step.", port="input")
        *before, lengths = rest
        finals = self._finals(batch)
        for index, (given, needed) in enumerate(zip(before, finals, strict=True)):
            if given is not UNWIRED and (given.shape != needed.shape or given.dtype != "float32"):
                raise ShapeError(
                    f"begins with the state {given} of {given.dtype}, but needs {needed}: one for each layer and "
                    "direction.",
                    port=index + 1,
                    code="state",
                    needed=needed.shape,
                )
        if len({given is UNWIRED for given in before}) > 1:
            raise ShapeError("gets one of its two states; wire both, or none.", port=1, code="state")
        if lengths is not UNWIRED and (lengths.shape != (batch,) or lengths.dtype != "int64"):
            raise ShapeError(
                f"gets lengths {lengths} of {lengths.dtype}, but needs an integer for each sample, ({batch},).",
                port="lengths",
                code="state",
            )
        size = self.directions * self.result_size
        output = Spec((*x.shape[:2], size), "float32", x.axes)
        return (output, *finals, Spec((batch, size), "float32", ("batch", "features")))

    def mixes_samples(self, *inputs: Spec) -> bool:
        return not self.batch_first

    def _finals(self, batch: Dim) -> tuple[Spec, ...]:
        return (Spec((self.num_layers * self.directions, batch, self.result_size)),)

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"input_size": inputs[0].shape[-1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        found: dict[str, tuple[Dim, ...]] = {}
        wide = self.gates * self.hidden_size
        for layer in range(self.num_layers):
            size: Dim = inputs[0].shape[-1] if not layer else self.directions * self.result_size
            for end in ("", "_reverse")[: self.directions]:
                tail = f"l{layer}{end}"
                found[f"weight_ih_{tail}"] = (wide, size)
                found[f"weight_hh_{tail}"] = (wide, self.result_size)
                if self.bias:
                    found |= {f"bias_ih_{tail}": (wide,), f"bias_hh_{tail}": (wide,)}
                if self.result_size != self.hidden_size:
                    found[f"weight_hr_{tail}"] = (self.result_size, self.hidden_size)
        return found

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        matrices = sum(product(shape) for shape in self.weights(*inputs).values() if len(shape) > 1)
        return product(inputs[0].shape[:2]) * matrices

    def products(self, *inputs: Spec) -> Dim:
        return inputs[0].shape[1 if self.batch_first else 0] * super().products(*inputs)

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        steps = product(inputs[0].shape[:2])
        passes = self.directions * self.num_layers
        return 4 * steps * (passes * self.hidden_size * self.kept_a_step + inputs[0].shape[-1])

    def scratch(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * (product(inputs[0].shape) + 3 * product(outputs[1].shape))

    def statements(self, module: str, arguments: list[str], targets: list[str]) -> list[str]:
        sequence, *states, lengths = arguments
        output, *finals, last = targets
        if last != "_" and finals[0] == "_":
            finals[0] = last
        start = "" if states[0] == "None" else f", {states[0]}"
        if len(states) > 1 and start:
            start = f", ({', '.join(states)})"
        hidden = finals[0] if len(finals) == 1 else f"({', '.join(finals)})"
        call = f"{module}({sequence}{start})"
        if lengths != "None":
            call = f"run_lengths({module}, {sequence}, {lengths}{start})"
        lines = [f"{output}, {hidden} = {call}"]
        if last != "_":
            end = f"torch.cat(({finals[0]}[-2], {finals[0]}[-1]), dim=1)" if self.bidirectional else f"{finals[0]}[-1]"
            lines.append(f"{last} = {end}")
        return lines

    def summary(self) -> str:
        text = f"{self.hidden_size}" + (f" × {self.num_layers}" if self.num_layers > 1 else "")
        return text + (" · both ways" if self.bidirectional else "")


class RNN(_Recurrent):
    """Reads a sequence step by step; what it remembers is mixed with each step and bent."""

    torch: ClassVar[str] = "torch.nn.RNN"
    formula: ClassVar[str] = "hₜ = tanh(W·xₜ + b + U·hₜ₋₁ + c)"
    reference: ClassVar[str] = "Elman 1990, Finding Structure in Time"
    gates: ClassVar[int] = 1
    kept_a_step: ClassVar[int] = 1

    nonlinearity: Literal["tanh", "relu"] = Field("tanh", description="how it bends")


class LSTM(_Recurrent):
    """Reads a sequence step by step and keeps a cell whose gates say what to forget, to add and to show.

    So gradients reach far back: it remembers longer than an RNN.
    """

    torch: ClassVar[str] = "torch.nn.LSTM"
    formula: ClassVar[str] = "cₜ = f ⊙ cₜ₋₁ + i ⊙ g,  hₜ = o ⊙ tanh(cₜ)"
    reference: ClassVar[str] = "Hochreiter and Schmidhuber 1997, Long Short-Term Memory"
    gates: ClassVar[int] = 4
    kept_a_step: ClassVar[int] = 17
    states: ClassVar[tuple[str, ...]] = ("h", "c")
    inputs: ClassVar[tuple[Port, ...]] = (
        *_Recurrent.inputs[:2],
        Port(
            "c_0",
            "the cell it begins with, (layers · directions, N, hidden); zeros without a wire",
            optional=True,
            role="state",
        ),
        _Recurrent.inputs[2],
    )
    outputs: ClassVar[tuple[Port, ...]] = (
        *_Recurrent.outputs[:2],
        Port("c_n", "the final cell of every layer and direction"),
        _Recurrent.outputs[2],
    )

    proj_size: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(
        0, description="the size that what it shows is brought down to; 0: as many as it remembers"
    )

    @property
    def result_size(self) -> int:
        return self.proj_size or self.hidden_size

    def check(self) -> None:
        if self.proj_size >= self.hidden_size > 0 and self.proj_size:
            raise ShapeError(
                f"brings {self.hidden_size} numbers down to {self.proj_size}; proj_size must be smaller.",
                parameter="proj_size",
            )

    def _finals(self, batch: Dim) -> tuple[Spec, ...]:
        cells = Spec((self.num_layers * self.directions, batch, self.hidden_size))
        return (*super()._finals(batch), cells)


class GRU(_Recurrent):
    """Reads a sequence step by step with two gates: almost an LSTM, with fewer weights."""

    torch: ClassVar[str] = "torch.nn.GRU"
    formula: ClassVar[str] = "hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁,  n = tanh(W·xₜ + r ⊙ (U·hₜ₋₁))"
    reference: ClassVar[str] = "Cho et al. 2014, https://arxiv.org/abs/1406.1078"
    gates: ClassVar[int] = 3
    kept_a_step: ClassVar[int] = 7


class _Cell(Layer):
    """One step of a recurrent network."""

    family: ClassVar[str] = "Recurrent"
    width_parameter: ClassVar[str] = "hidden_size"
    initial: ClassVar[dict[str, object]] = {"hidden_size": 64}
    positional: ClassVar[tuple[str, ...]] = ("input_size", "hidden_size")
    gates: ClassVar[int]
    kept_a_step: ClassVar[int]
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("input", "one step, (N, features)"),
        Port("h", "the state before, (N, hidden); zeros without a wire", optional=True),
    )
    outputs: ClassVar[tuple[Port, ...]] = (Port("h_next", "the state after"),)

    hidden_size: Positive = Field(description="how many numbers it remembers")
    bias: bool = Field(True, description="whether constants are learned")

    def infer(self, *inputs: Spec) -> Spec | tuple[Spec, ...]:
        x, *states = inputs
        need_rank(x, 2, "(N, features)")
        need_float(x)
        if not isinstance(x.shape[-1], int):
            raise ShapeError(
                f"gets {x}, whose last axis is open; weights need a fixed number there.", port="input", code="open-size"
            )
        state = Spec((x.shape[0], self.hidden_size), "float32", ("batch", "features"))
        for index, given in enumerate(states):
            if given is not UNWIRED and (given.shape != state.shape or given.dtype != "float32"):
                raise ShapeError(
                    f"gets the state {given} of {given.dtype}, but needs {state}.",
                    port=index + 1,
                    code="state",
                    needed=state.shape,
                )
        if len({given is UNWIRED for given in states}) > 1:
            raise ShapeError("gets one of its two states; wire both, or none.", port=1, code="state")
        return tuple(state for _ in states)

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"input_size": inputs[0].shape[-1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        wide = self.gates * self.hidden_size
        found: dict[str, tuple[Dim, ...]] = {
            "weight_ih": (wide, inputs[0].shape[-1]),
            "weight_hh": (wide, self.hidden_size),
        }
        return found | ({"bias_ih": (wide,), "bias_hh": (wide,)} if self.bias else {})

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return inputs[0].shape[0] * self.gates * self.hidden_size * (inputs[0].shape[-1] + self.hidden_size)

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * inputs[0].shape[0] * self.hidden_size * self.kept_a_step

    def summary(self) -> str:
        return f"{self.hidden_size}"


class RNNCell(_Cell):
    """One step of an RNN: for networks that are scanned over time by hand."""

    torch: ClassVar[str] = "torch.nn.RNNCell"
    formula: ClassVar[str] = "h' = tanh(W·x + b + U·h + c)"
    reference: ClassVar[str] = "Elman 1990, Finding Structure in Time"
    gates: ClassVar[int] = 1
    kept_a_step: ClassVar[int] = 1

    nonlinearity: Literal["tanh", "relu"] = Field("tanh", description="how it bends")


class LSTMCell(_Cell):
    """One step of an LSTM: for networks that are scanned over time by hand."""

    torch: ClassVar[str] = "torch.nn.LSTMCell"
    formula: ClassVar[str] = "c' = f ⊙ c + i ⊙ g,  h' = o ⊙ tanh(c')"
    reference: ClassVar[str] = "Hochreiter and Schmidhuber 1997, Long Short-Term Memory"
    gates: ClassVar[int] = 4
    kept_a_step: ClassVar[int] = 6
    inputs: ClassVar[tuple[Port, ...]] = (
        *_Cell.inputs,
        Port("c", "the cell before, (N, hidden); zeros without a wire", optional=True),
    )
    outputs: ClassVar[tuple[Port, ...]] = (*_Cell.outputs, Port("c_next", "the cell after"))

    def expression(self, module: str, arguments: list[str]) -> str:
        step, h, c = arguments
        return f"{module}({step})" if h == "None" else f"{module}({step}, ({h}, {c}))"


class GRUCell(_Cell):
    """One step of a GRU: for networks that are scanned over time by hand."""

    torch: ClassVar[str] = "torch.nn.GRUCell"
    formula: ClassVar[str] = "h' = (1 − z) ⊙ n + z ⊙ h,  n = tanh(W·x + r ⊙ (U·h))"
    reference: ClassVar[str] = "Cho et al. 2014, https://arxiv.org/abs/1406.1078"
    gates: ClassVar[int] = 3
    kept_a_step: ClassVar[int] = 6


LAYERS = (RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell)
