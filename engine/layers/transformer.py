"""The layers that Transformers are stacked of, as torch has them whole."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.attention import VASWANI, need_heads, need_mask, need_sequence, need_square
from engine.layers.attention_memory import Attention, attended
from engine.layers.layer import Layer, Port, Saves, ShapeError
from engine.layers.parameters import Positive, Probability
from engine.spec import UNWIRED, Spec


class _TransformerLayer(Layer):
    """What encoder and decoder share: attention, then two linear layers, each added to what was there."""

    family: ClassVar[str] = "Attention"
    functions: ClassVar[tuple[str, ...]] = ("future", "each_head")
    formula: ClassVar[str] = "x = norm(x + attention(x)),  x = norm(x + W₂·act(W₁·x))"
    reference: ClassVar[str] = VASWANI
    initial: ClassVar[dict[str, object]] = {"nhead": 4}
    positional: ClassVar[tuple[str, ...]] = ("d_model", "nhead")
    always: ClassVar[tuple[str, ...]] = ("batch_first",)
    attentions: ClassVar[tuple[str, ...]]

    nhead: Positive = Field(description="how many attentions stand side by side; they share the features")
    dim_feedforward: Positive = Field(2048, description="how wide the hidden one of the two linear layers is")
    dropout: Probability = Field(0.1, description="the share of numbers dropped while training")
    activation: Literal["relu", "gelu"] = Field("relu", description="how the hidden layer bends")
    layer_norm_eps: float = Field(1e-5, gt=0.0, description="added to the variance, against division by zero")
    batch_first: bool = Field(True, description="whether sequences are (N, T, features); else (T, N, features)")
    norm_first: bool = Field(False, description="whether each part is normalized before, not behind: trains deeper")
    bias: bool = Field(True, description="whether constants are learned")

    def _axes(self, x: Spec) -> tuple[Dim, Dim]:
        return (x.shape[0], x.shape[1]) if self.batch_first else (x.shape[1], x.shape[0])

    def mixes_samples(self, *inputs: Spec) -> bool:
        return not self.batch_first

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        return {"d_model": inputs[0].shape[-1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        size, hidden = inputs[0].shape[-1], self.dim_feedforward
        found: dict[str, tuple[Dim, ...]] = {}
        for name in self.attentions:
            found |= {f"{name}.in_proj_weight": (size * 3, size), f"{name}.in_proj_bias": (size * 3,)}
            found |= {f"{name}.out_proj.weight": (size, size), f"{name}.out_proj.bias": (size,)}
        found |= {"linear1.weight": (hidden, size), "linear1.bias": (hidden,)}
        found |= {"linear2.weight": (size, hidden), "linear2.bias": (size,)}
        for index in range(len(self.attentions) + 1):
            found |= {f"norm{index + 1}.weight": (size,), f"norm{index + 1}.bias": (size,)}
        return {name: shape for name, shape in found.items() if self.bias or not name.endswith("bias")}

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        x, size = inputs[0], inputs[0].shape[-1]
        steps = x.shape[1] if self.batch_first else x.shape[0]
        total = product(x.shape) * self.dim_feedforward * 2
        for seen in (x, *self.memories(inputs)):
            keys = seen.shape[1] if self.batch_first else seen.shape[0]
            batch = x.shape[0] if self.batch_first else x.shape[1]
            total = total + (product(x.shape) + product(seen.shape)) * size * 2 + batch * steps * keys * size * 2
        return total

    def memories(self, inputs: tuple[Spec, ...]) -> tuple[Spec, ...]:
        """What else is looked at."""
        return ()

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        calls = self._calls(inputs)
        query, hidden, parts = calls[0].query, self._hidden(inputs), len(calls) + 1
        sums = parts if self.norm_first else parts + 1  # what the norms read again, and what the linear layers do
        dropped = parts if self.dropout else 0
        layers = 3 if self.dropout else 2 if self.activation == "gelu" else 1
        total = query * (sums + dropped) + hidden * layers
        for call in calls:
            total = total + call.kept()
        return 4 * total

    def workspace(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], training: bool) -> tuple[Dim, ...]:
        calls = self._calls(inputs)
        query, hidden = calls[0].query, self._hidden(inputs)
        masks = sum((call.truths // 4 if call.truths else 0 for call in calls), start=0)
        if len(calls) == 1 and self.dropout:  # an encoder holds the mask itself; without dropout it is kept anyway
            masks = masks + calls[0].mask
        if not training:
            normed = query if self.norm_first else 0
            moments = [moment + normed for call in calls for moment in call.moments(False)]
            return tuple(4 * (moment - query) for moment in (*moments, query + 2 * hidden))
        kept = self.kept(inputs, outputs) + 4 * masks
        relu = self.activation == "relu"
        more = hidden if relu != bool(self.dropout) else 0  # a value of the hidden layer that is not kept
        return kept, kept + 4 * (more - query * (1 if self.norm_first else 2))

    def reads_again(self, *inputs: Spec) -> Saves:
        return "inputs" if self.norm_first else "nothing"

    def _hidden(self, inputs: tuple[Spec, ...]) -> Dim:
        return product(inputs[0].shape[:-1]) * self.dim_feedforward

    def _calls(self, inputs: tuple[Spec, ...]) -> tuple[Attention, ...]:
        """Its attentions, of the sequence to itself first."""
        x, *memories = (inputs[0], *self.memories(inputs))
        masks = (*inputs, *(UNWIRED for _ in self.inputs[len(inputs) :]))[1 + len(memories) :]
        count = 1 + len(memories)
        causal = getattr(self, "is_causal", False) or getattr(self, "tgt_is_causal", False)
        found = []
        for place, seen in enumerate((x, *memories)):
            batch, steps = self._axes(x)
            call = attended(
                (x, seen, seen),
                (masks[count + place], masks[place]),
                (batch, steps, self._axes(seen)[1]),
                self.nhead,
                causal=causal and not place,
                itself=not place,
                dropout=self.dropout > 0,
                biased=self.bias and self.batch_first,
            )
            found.append(call)
        return tuple(found)

    def summary(self) -> str:
        return f"{self.nhead} heads · {self.dim_feedforward}"


class TransformerEncoderLayer(_TransformerLayer):
    """Self-attention and two linear layers, each added to what was there and normalized: repeat it for an encoder."""

    torch: ClassVar[str] = "torch.nn.TransformerEncoderLayer"
    stem_name: ClassVar[str] = "encoder"
    attentions: ClassVar[tuple[str, ...]] = ("self_attn",)
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("src", "the sequence, (N, T, features)"),
        Port("src_mask", "truth values, (N, T, T) or (T, T): where true, one may not look", optional=True),
        Port("src_key_padding_mask", "truth values, (N, T): where true, a step is padding", optional=True),
    )

    at_call: ClassVar[tuple[str, ...]] = ("is_causal",)

    is_causal: bool = Field(False, description="whether each step sees only itself and those before it")

    def infer(self, *inputs: Spec) -> Spec:
        src, mask, padding = inputs
        need_sequence(src, 0, self.batch_first)
        need_heads(src.shape[-1], self.nhead, "nhead")
        batch, steps = self._axes(src)
        need_square(mask, (batch,), steps, steps, "a row and a column for each step", "src_mask")
        need_mask(padding, (batch, steps), "one for each step", "src_key_padding_mask")
        if self.is_causal and mask is not UNWIRED:
            raise ShapeError(
                "is causal and gets a mask besides; choose one.", port="src_mask", parameter="is_causal", code="mask"
            )
        return src

    def expression(self, module: str, arguments: list[str]) -> str:
        src, mask, padding = arguments
        if self.is_causal:
            mask = f"future({src}{'' if self.batch_first else ', dim=0'})"
        elif mask != "None":
            mask = f"each_head({mask}, {self.nhead})"
        given = [src, *([f"src_mask={mask}"] if mask != "None" else [])]
        return f"{module}({', '.join(given + ([f'src_key_padding_mask={padding}'] if padding != 'None' else []))})"


class TransformerDecoderLayer(_TransformerLayer):
    """Self-attention, attention to what an encoder has made, and two linear layers: repeat it for a decoder."""

    torch: ClassVar[str] = "torch.nn.TransformerDecoderLayer"
    stem_name: ClassVar[str] = "decoder"
    attentions: ClassVar[tuple[str, ...]] = ("self_attn", "multihead_attn")
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("tgt", "the sequence so far, (N, T, features)"),
        Port("memory", "what the encoder has made, (N, S, features)"),
        Port("tgt_mask", "truth values, (N, T, T) or (T, T): where true, one may not look", optional=True),
        Port("memory_mask", "truth values, (N, T, S) or (T, S): where true, one may not look", optional=True),
        Port("tgt_key_padding_mask", "truth values, (N, T): where true, a step is padding", optional=True),
        Port("memory_key_padding_mask", "truth values, (N, S): where true, a step is padding", optional=True),
    )

    at_call: ClassVar[tuple[str, ...]] = ("tgt_is_causal",)

    tgt_is_causal: bool = Field(False, description="whether each step sees only itself and those before it")

    def infer(self, *inputs: Spec) -> Spec:
        tgt, memory, mask, memory_mask, padding, memory_padding = inputs
        need_sequence(tgt, 0, self.batch_first)
        need_sequence(memory, 1, self.batch_first)
        need_heads(tgt.shape[-1], self.nhead, "nhead")
        (batch, steps), (others, keys) = self._axes(tgt), self._axes(memory)
        if memory.shape[-1] != tgt.shape[-1] or others != batch:
            raise ShapeError(
                f"gets {tgt} and memory {memory}: samples and features must agree.", port="memory", code="mismatch"
            )
        need_square(mask, (batch,), steps, steps, "a row and a column for each step", "tgt_mask")
        what = "a row for each step, a column for each of the memory"
        need_square(memory_mask, (batch,), steps, keys, what, "memory_mask")
        need_mask(padding, (batch, steps), "one for each step", "tgt_key_padding_mask")
        need_mask(memory_padding, (batch, keys), "one for each step of the memory", "memory_key_padding_mask")
        if self.tgt_is_causal and mask is not UNWIRED:
            raise ShapeError(
                "is causal and gets a mask besides; choose one.",
                port="tgt_mask",
                parameter="tgt_is_causal",
                code="mask",
            )
        return tgt

    def memories(self, inputs: tuple[Spec, ...]) -> tuple[Spec, ...]:
        return (inputs[1],)

    def expression(self, module: str, arguments: list[str]) -> str:
        tgt, memory, *masks = arguments
        masks[:2] = [mask if mask == "None" else f"each_head({mask}, {self.nhead})" for mask in masks[:2]]
        if self.tgt_is_causal:
            masks[0] = f"future({tgt}{'' if self.batch_first else ', dim=0'})"
        named = [f"{port.name}={mask}" for port, mask in zip(self.inputs[2:], masks, strict=True) if mask != "None"]
        return f"{module}({', '.join([tgt, memory, *named])})"


LAYERS = (TransformerEncoderLayer, TransformerDecoderLayer)
