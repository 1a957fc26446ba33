"""The layers that Transformers are stacked of, and the stacks, as torch has them whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from engine.dims import Dim, product
from engine.layers.attention import CAUSAL, VASWANI, need_heads, need_mask, need_sequence, need_square
from engine.layers.attention_memory import Attention, attended
from engine.layers.layer import Layer, Port, Saves, ShapeError
from engine.layers.parameters import Positive, Probability
from engine.spec import UNWIRED, Spec

HEADS = "how many attentions run side by side; they share the features"


class _TransformerLayer(Layer):
    """What encoder and decoder share: attention, then two linear layers, each added to what was there."""

    family: ClassVar[str] = "Attention"
    attends: ClassVar[bool] = True
    drops_by: ClassVar[str] = "dropout"
    functions: ClassVar[tuple[str, ...]] = ("future", "each_head")
    formula: ClassVar[str] = "x = norm(x + attention(x)),  x = norm(x + W₂·act(W₁·x))"
    reference: ClassVar[str] = VASWANI
    initial: ClassVar[dict[str, object]] = {"nhead": 4}
    positional: ClassVar[tuple[str, ...]] = ("d_model", "nhead")
    always: ClassVar[tuple[str, ...]] = ("batch_first",)
    attentions: ClassVar[tuple[str, ...]]
    hints: ClassVar[Mapping[int, str]] = {}
    """Arguments that say whether the mask on a port is causal, by its index: else torch compares it at each call."""

    nhead: Positive = Field(description=HEADS)
    dim_feedforward: Positive = Field(2048, description="how wide the hidden one of the two linear layers is")
    dropout: Probability = Field(0.1, description="the share of numbers dropped while training")
    activation: Literal["relu", "gelu"] = Field("relu", description="how the hidden layer bends")
    layer_norm_eps: float = Field(1e-5, gt=0.0, description="added to the variance, against division by zero")
    batch_first: bool = Field(True, description="whether sequences are (N, T, features); else (T, N, features)")
    norm_first: bool = Field(False, description="whether each part is normalized before, not after: trains deeper")
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

    def need_own(
        self, x: Spec, index: int, mask: Spec, padding: Spec, ports: tuple[str, str], causal: str
    ) -> tuple[Dim, Dim]:
        """(samples, steps) of a sequence that looks at itself. Raises ShapeError where it or its masks do not fit.

        ``ports`` are those of the two masks, ``causal`` the parameter that forbids to look ahead.
        """
        need_sequence(x, index, self.batch_first)
        need_heads(x.shape[-1], self.nhead, "nhead")
        batch, steps = self._axes(x)
        need_square(mask, (batch,), steps, steps, "a row and a column for each step", ports[0])
        need_mask(padding, (batch, steps), "one for each step", ports[1])
        if getattr(self, causal) and mask is not UNWIRED:
            raise ShapeError(
                "is causal and gets a mask besides; choose one.", port=ports[0], parameter=causal, code="mask"
            )
        return batch, steps

    def masked(self, x: str, mask: str, causal: bool) -> str:
        """How the mask of a sequence reads that looks at itself; ``None`` where there is none."""
        if causal:
            return f"future({x}{'' if self.batch_first else ', dim=0'})"
        return mask if mask == "None" else f"each_head({mask}, {self.nhead})"

    @staticmethod
    def need_other(batch: Dim, steps: Dim, keys: Dim, mask: Spec, padding: Spec) -> None:
        """Raise ShapeError unless these masks fit a sequence that looks at so many steps of another one."""
        what = "a row for each step, a column for each of the memory"
        need_square(mask, (batch,), steps, keys, what, "memory_mask")
        need_mask(padding, (batch, keys), "one for each step of the memory", "memory_key_padding_mask")

    def memories(self, inputs: tuple[Spec, ...]) -> tuple[Spec, ...]:
        """What else is looked at."""
        return ()

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        calls = self._calls(inputs)
        query, hidden, parts = calls[0].query, self._hidden(inputs), len(calls) + 1
        sums = parts if self.norm_first else parts + 1  # what the norms read again, and what the linear layers do
        total = query * sums + hidden * (2 if self.dropout or self.activation == "gelu" else 1)
        for call in calls:
            total = total + call.kept()
        masks = query * parts + hidden if self.dropout else 0
        return 4 * total + (1 if self._gpu else 4) * masks

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
        for index, seen in enumerate((x, *memories)):
            batch, steps = self._axes(x)
            call = attended(
                (x, seen, seen),
                (masks[count + index], masks[index]),
                (batch, steps, self._axes(seen)[1]),
                self.nhead,
                causal=causal and not index,
                itself=not index,
                dropout=self.dropout > 0 and not self._gpu,  # the kernel of a GPU drops and holds no scores
                biased=self.bias and self.batch_first,
            )
            found.append(call)
        return tuple(found)

    def summary(self) -> str:
        return f"{self.nhead} heads · {self.dim_feedforward}"


class TransformerEncoderLayer(_TransformerLayer):
    """Self-attention and two linear layers, each added to what was there and normalized: repeat it for an encoder."""

    torch: ClassVar[str] = "torch.nn.TransformerEncoderLayer"
    causal_by: ClassVar[tuple[str, bool]] = ("is_causal", True)
    stem_name: ClassVar[str] = "encoder"
    attentions: ClassVar[tuple[str, ...]] = ("self_attn",)
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("src", "the sequence, (N, T, features)"),
        Port("src_mask", "booleans, (N, T, T) or (T, T): where true, attention is blocked", optional=True, role="mask"),
        Port("src_key_padding_mask", "booleans, (N, T): where true, a step is padding", optional=True),
    )

    at_call: ClassVar[tuple[str, ...]] = ("is_causal",)

    is_causal: bool = Field(False, description=CAUSAL)

    def infer(self, *inputs: Spec) -> Spec:
        src, mask, padding = inputs
        self.need_own(src, 0, mask, padding, (self.inputs[1].name, self.inputs[2].name), "is_causal")
        return src

    def expression(self, module: str, arguments: list[str]) -> str:
        src, mask, padding = arguments
        return _called(self, module, [src], {1: self.masked(src, mask, self.is_causal), 2: padding})


class TransformerDecoderLayer(_TransformerLayer):
    """Self-attention, attention to what an encoder has made, and two linear layers: repeat it for a decoder."""

    torch: ClassVar[str] = "torch.nn.TransformerDecoderLayer"
    causal_by: ClassVar[tuple[str, bool]] = ("tgt_is_causal", True)
    stem_name: ClassVar[str] = "decoder"
    attentions: ClassVar[tuple[str, ...]] = ("self_attn", "multihead_attn")
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("tgt", "the sequence so far, (N, T, features)"),
        Port("memory", "what the encoder has made, (N, S, features)", role="context"),
        Port("tgt_mask", "booleans, (N, T, T) or (T, T): where true, attention is blocked", optional=True, role="mask"),
        Port("memory_mask", "booleans, (N, T, S) or (T, S): where true, attention is blocked", optional=True),
        Port("tgt_key_padding_mask", "booleans, (N, T): where true, a step is padding", optional=True),
        Port("memory_key_padding_mask", "booleans, (N, S): where true, a step is padding", optional=True),
    )

    at_call: ClassVar[tuple[str, ...]] = ("tgt_is_causal",)

    tgt_is_causal: bool = Field(False, description=CAUSAL)

    def infer(self, *inputs: Spec) -> Spec:
        tgt, memory, mask, memory_mask, padding, memory_padding = inputs
        need_sequence(memory, 1, self.batch_first)
        batch, steps = self.need_own(tgt, 0, mask, padding, ("tgt_mask", "tgt_key_padding_mask"), "tgt_is_causal")
        others, keys = self._axes(memory)
        if memory.shape[-1] != tgt.shape[-1] or others != batch:
            raise ShapeError(
                f"gets {tgt} and memory {memory}: samples and features must agree.", port="memory", code="mismatch"
            )
        self.need_other(batch, steps, keys, memory_mask, memory_padding)
        return tgt

    def memories(self, inputs: tuple[Spec, ...]) -> tuple[Spec, ...]:
        return (inputs[1],)

    def expression(self, module: str, arguments: list[str]) -> str:
        tgt, memory, mask, memory_mask, *paddings = arguments
        masks = [self.masked(tgt, mask, self.tgt_is_causal), self.masked("", memory_mask, False), *paddings]
        return _called(self, module, [tgt, memory], dict(enumerate(masks, 2)))


Layers = Annotated[int, Field(ge=1, le=1000)]
COUNT = "how many such layers follow each other, each with weights of its own; they begin as copies of the first"
NORM = "whether the result is normalized once more, as it should be with norm_first"


class _Stack(_TransformerLayer):
    """Several layers of a kind, one after the other."""

    kind: ClassVar[str]
    """The constructor of one layer."""
    initial: ClassVar[dict[str, object]] = {"nhead": 4, "num_layers": 2}
    more: ClassVar[tuple[str, ...]] = ()
    """Further arguments of the whole."""

    if TYPE_CHECKING:
        num_layers: int
        norm: bool

    def module(self, *inputs: Spec, texts: Mapping[str, str] | None = None) -> str:
        given = {key: repr(value) for key, value in self.arguments(*inputs).items()} | dict(texts or {})
        layer = self.call(self.kind, inputs, texts or {}, ("num_layers", "norm"))
        parts = [layer, f"num_layers={given['num_layers']}"]
        if "norm" in given:
            shared = (
                f"{own}={given[name]}" for own, name in (("eps", "layer_norm_eps"), ("bias", "bias")) if name in given
            )
            norm = f"norm=nn.LayerNorm({', '.join([given['d_model'], *shared])})"
            parts.append(norm if given["norm"] == "True" else f"{norm} if {given['norm']} else None")
        return f"{self.constructor()}({', '.join([*parts, *self.more])})"

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        one, size = super().weights(*inputs), (inputs[0].shape[-1],)
        found = {f"layers.{n}.{name}": shape for n in range(self.num_layers) for name, shape in one.items()}
        if self.norm:
            found |= {"norm.weight": size} | ({"norm.bias": size} if self.bias else {})
        return found

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return super().multiply_adds(inputs, outputs) * self.num_layers

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        between = self.num_layers - 1 + int(self.norm)
        return super().kept(inputs, outputs) * self.num_layers + 4 * product(inputs[0].shape) * between

    def summary(self) -> str:
        return f"{self.num_layers} layers · {super().summary()}"


class TransformerEncoder(_Stack, TransformerEncoderLayer):
    """An encoder as one layer: self-attention and two linear layers, so many times."""

    torch: ClassVar[str] = "torch.nn.TransformerEncoder"
    kind: ClassVar[str] = "nn.TransformerEncoderLayer"
    more: ClassVar[tuple[str, ...]] = ("enable_nested_tensor=False",)  # else padded steps come out as zeros at times
    hints: ClassVar[Mapping[int, str]] = {1: "is_causal"}
    inputs: ClassVar[tuple[Port, ...]] = (
        TransformerEncoderLayer.inputs[0],
        replace(TransformerEncoderLayer.inputs[1], name="mask"),
        TransformerEncoderLayer.inputs[2],
    )

    num_layers: Layers = Field(description=COUNT)
    norm: bool = Field(False, description=NORM)


class TransformerDecoder(_Stack, TransformerDecoderLayer):
    """A decoder as one layer: self-attention, attention to an encoder's results, two linear layers, so many times."""

    torch: ClassVar[str] = "torch.nn.TransformerDecoder"
    kind: ClassVar[str] = "nn.TransformerDecoderLayer"
    hints: ClassVar[Mapping[int, str]] = {2: "tgt_is_causal"}

    num_layers: Layers = Field(description=COUNT)
    norm: bool = Field(False, description=NORM)


class Transformer(_TransformerLayer):
    """Encoder and decoder of a whole Transformer: what the decoder says so far, continued after what the encoder reads.

    Both end in a normalization. Embeddings, positions and the last Linear are not part of it.
    """

    torch: ClassVar[str] = "torch.nn.Transformer"
    causal_by: ClassVar[tuple[str, bool]] = ("tgt_is_causal", True)
    initial: ClassVar[dict[str, object]] = {}
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("src", "what is read, (N, S, features)", role="context"),
        Port("tgt", "what is said so far, (N, T, features)"),
        Port("src_mask", "booleans, (N, S, S) or (S, S): where true, attention is blocked", optional=True),
        *TransformerDecoderLayer.inputs[2:4],
        Port("src_key_padding_mask", "booleans, (N, S): where true, a step is padding", optional=True),
        *TransformerDecoderLayer.inputs[4:],
    )
    at_call: ClassVar[tuple[str, ...]] = ("src_is_causal", "tgt_is_causal")
    hints: ClassVar[Mapping[int, str]] = {2: "src_is_causal", 3: "tgt_is_causal"}

    nhead: Positive = Field(8, description=HEADS)
    num_encoder_layers: Layers = Field(6, description="how many layers the encoder has")
    num_decoder_layers: Layers = Field(6, description="how many layers the decoder has")
    src_is_causal: bool = Field(False, description="whether each step of what is read sees none after it")
    tgt_is_causal: bool = Field(False, description=CAUSAL)

    def infer(self, *inputs: Spec) -> Spec:
        src, tgt, src_mask, tgt_mask, memory_mask, src_padding, tgt_padding, memory_padding = inputs
        others, keys = self.need_own(
            src, 0, src_mask, src_padding, ("src_mask", "src_key_padding_mask"), "src_is_causal"
        )
        batch, steps = self.need_own(
            tgt, 1, tgt_mask, tgt_padding, ("tgt_mask", "tgt_key_padding_mask"), "tgt_is_causal"
        )
        if src.shape[-1] != tgt.shape[-1] or others != batch:
            raise ShapeError(f"gets {src} and {tgt}: samples and features must agree.", port="tgt", code="mismatch")
        if src_padding is not UNWIRED and memory_padding is UNWIRED:
            raise ShapeError(
                "hides the padding of src from the encoder but lets the decoder look at it, where torch has other "
                "numbers in evaluation than in training; wire the same mask to memory_key_padding_mask.",
                port="memory_key_padding_mask",
                code="mask",
            )
        self.need_other(batch, steps, keys, memory_mask, memory_padding)
        return tgt

    def halves(self) -> tuple[TransformerEncoder, TransformerDecoder]:
        """Encoder and decoder as layers of their own."""
        shared = {name: getattr(self, name) for name in _TransformerLayer.model_fields}
        encoder = TransformerEncoder(**shared, num_layers=self.num_encoder_layers, norm=True)
        decoder = TransformerDecoder(**shared, num_layers=self.num_decoder_layers, norm=True)
        encoder._gpu = decoder._gpu = self._gpu
        return encoder, decoder

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        encoder, decoder = self.halves()
        found = {f"encoder.{name}": shape for name, shape in encoder.weights(inputs[0]).items()}
        return found | {f"decoder.{name}": shape for name, shape in decoder.weights(inputs[1], inputs[0]).items()}

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        encoder, decoder = self.halves()
        src, tgt = inputs[:2]
        return encoder.multiply_adds((src,), (src,)) + decoder.multiply_adds((tgt, src), (tgt,))

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        encoder, decoder = self.halves()
        src, tgt = inputs[:2]
        return encoder.kept((src,), (src,)) + decoder.kept((tgt, src), (tgt,)) + 4 * product(src.shape)

    def expression(self, module: str, arguments: list[str]) -> str:
        src, tgt, src_mask, tgt_mask, memory_mask, *paddings = arguments
        masks = [self.masked(src, src_mask, self.src_is_causal), self.masked(tgt, tgt_mask, self.tgt_is_causal)]
        masks += [self.masked("", memory_mask, False), *paddings]
        return _called(self, module, [src, tgt], dict(enumerate(masks, 2)))

    def summary(self) -> str:
        return f"{self.num_encoder_layers} + {self.num_decoder_layers} layers · {super().summary()}"


def _called(layer: _TransformerLayer, module: str, given: list[str], more: Mapping[int, str]) -> str:
    """The call of a module; ``more`` are arguments that may be missing, by the index of their port."""
    named = [f"{layer.inputs[index].name}={text}" for index, text in more.items() if text != "None"]
    named += [f"{name}={getattr(layer, name)!r}" for index, name in layer.hints.items() if more[index] != "None"]
    return f"{module}({', '.join(given + named)})"


LAYERS = (TransformerEncoderLayer, TransformerDecoderLayer, TransformerEncoder, TransformerDecoder, Transformer)
