"""Layers in which every step looks at all others and takes what fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field, PrivateAttr

from engine.dims import Dim, product
from engine.layers.attention_memory import Attention, attended
from engine.layers.layer import Layer, Port, Saves, ShapeError, need_float, need_truth
from engine.layers.parameters import Positive, Probability
from engine.spec import UNWIRED, Spec

VASWANI = "Vaswani et al. 2017, Attention Is All You Need, https://arxiv.org/abs/1706.03762"
CAUSAL = "whether each step sees only itself and those before it"


def need_sequence(x: Spec, index: int, first: bool) -> None:
    """Raise ShapeError unless ``x`` is a sequence of float vectors of a fixed size."""
    layout = "(N, T, features)" if first else "(T, N, features)"
    if x.rank != 3:
        raise ShapeError(f"gets {x.rank}-D input {x} but needs 3-D input {layout}.", port=index, code="axes")
    if x.dtype != "float32":
        raise ShapeError(f"gets {x.dtype} input {x} but computes with float32 only.", port=index, code="dtype")
    if not isinstance(x.shape[-1], int):
        raise ShapeError(
            f"gets {x}, whose last axis is open; weights need a fixed number there.", port=index, code="open-size"
        )


def need_mask(mask: Spec, shape: tuple[Dim, ...], what: str, port: str) -> None:
    """Raise ShapeError unless ``mask`` holds booleans of this shape (or nothing is wired)."""
    if mask is UNWIRED:
        return
    need_truth(mask, port)
    if mask.shape != shape:
        words = f"gets {port} {mask} but needs {Spec(shape)}: {what}."
        raise ShapeError(words, port=port, code="mask", needed=shape)


def need_square(mask: Spec, batch: tuple[Dim, ...], steps: Dim, keys: Dim, what: str, port: str) -> None:
    """The same for a mask of steps by steps: one for all, (T, S), or one for every sample, (N, …, T, S)."""
    for_all = (steps, keys)
    need_mask(mask, for_all if mask.shape == for_all else (*batch, *for_all), what, port)


def need_heads(size: Dim, heads: int, parameter: str) -> None:
    """Raise ShapeError unless the features split into heads."""
    if isinstance(size, int) and size % heads:
        words = f"splits {size} features into {heads} heads, and {size} / {heads} is not an integer."
        port = "query" if parameter == "num_heads" else None
        raise ShapeError(words, port=port, parameter=parameter, code="division")


class ScaledDotProductAttention(Layer):
    """Each query takes of all values as much as its key fits; it has no weights of its own.

    Axes before the last two (samples, heads) are done side by side. With enable_gqa several heads of queries look with
    one head of keys and values.
    """

    family: ClassVar[str] = "Attention"
    attends: ClassVar[bool] = True
    drops_by: ClassVar[str] = "dropout_p"
    causal_by: ClassVar[tuple[str, bool]] = ("is_causal", True)
    own: ClassVar[str] = "ScaledDotProductAttention"
    formula: ClassVar[str] = "y = softmax(Q·Kᵀ·scale)·V"
    reference: ClassVar[str] = f"{VASWANI}; in groups: Ainslie et al. 2023, GQA, https://arxiv.org/abs/2305.13245"
    stem_name: ClassVar[str] = "attention"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("query", "what is asked, (N, …, T, d)"),
        Port("key", "what is offered, (N, …, S, d)", role="context"),
        Port("value", "what is taken, (N, …, S, e)", role="context"),
        Port(
            "attn_mask",
            "booleans: where false, attention is blocked; or floats, which are added to the scores. (T, S), or with "
            "axes before, (N, …, T, S); axes of size 1 are repeated",
            optional=True,
            role="mask",
        ),
    )

    dropout_p: Probability = Field(0.0, description="the share of the attention dropped while training")
    is_causal: bool = Field(False, description=CAUSAL)
    scale: float | None = Field(None, gt=0.0, description="what the scores are multiplied by; none: 1/√d")
    enable_gqa: bool = Field(
        False,
        description="whether heads (axis −3) of keys and values may be fewer; each then serves a group of queries",
    )

    _learned_mask: bool = PrivateAttr(default=False)

    def infer(self, *inputs: Spec) -> Spec:
        query, key, value, mask = inputs
        for index, x in enumerate(inputs[:3]):
            need_float(x, self.inputs[index].name)
            if x.rank < 3:
                raise ShapeError(f"gets {x} but needs at least (N, T, features).", port=index, code="axes")
        self._check_heads(query, key, value)
        if query.shape[-1] != key.shape[-1]:
            raise ShapeError(
                f"multiplies queries of {query.shape[-1]} features with keys of {key.shape[-1]}.",
                port="key",
                code="mismatch",
            )
        if key.shape[-2] != value.shape[-2]:
            raise ShapeError(f"gets {key.shape[-2]} keys for {value.shape[-2]} values.", port="value", code="mismatch")
        if mask is not UNWIRED and self.is_causal:
            raise ShapeError(
                "is causal and gets a mask besides; choose one.", port="attn_mask", parameter="is_causal", code="mask"
            )
        if mask is not UNWIRED:
            self._check_mask(mask, (*query.shape[:-1], key.shape[-2]))
        return Spec((*query.shape[:-1], value.shape[-1]), "float32", query.axes)

    def _check_heads(self, query: Spec, key: Spec, value: Spec) -> None:
        """Raise ShapeError unless the axes before the last two agree, but for the heads where those are grouped."""
        grouped = self.enable_gqa
        if grouped and query.rank < 4:
            raise ShapeError(
                f"groups heads, but gets {query} without an axis of heads; it needs (N, heads, T, features).",
                port="query",
                parameter="enable_gqa",
                code="axes",
            )
        last = -3 if grouped else -2
        if not query.shape[:last] == key.shape[:last] == value.shape[:last] or key.shape[:-2] != value.shape[:-2]:
            raise ShapeError(
                f"gets query {query}, key {key} and value {value}, which differ in their first axes.",
                port=1,
                code="mismatch",
            )
        if not grouped or query.shape[-3] == key.shape[-3]:
            return
        queries, keys = query.shape[-3], key.shape[-3]
        if not isinstance(queries, int) or not isinstance(keys, int):
            raise ShapeError(
                f"gets {queries} heads of queries for {keys} of keys; groups need fixed numbers.",
                port="key",
                parameter="enable_gqa",
                code="open-size",
            )
        if queries % keys:
            raise ShapeError(
                f"shares {keys} heads of keys among {queries} heads of queries, and {queries} / "
                f"{keys} is not an integer.",
                port="key",
                parameter="enable_gqa",
                code="division",
            )

    def _check_mask(self, mask: Spec, scores: tuple[Dim, ...]) -> None:
        """Raise ShapeError unless the mask is repeated to the shape of the scores, (…, T, S)."""
        if mask.dtype == "int64":
            raise ShapeError(
                f"gets attn_mask {mask} of int64; booleans or floats that are added are needed.",
                port="attn_mask",
                code="dtype",
            )
        ends = zip(reversed(mask.shape), reversed(scores), strict=False)
        if not 2 <= mask.rank <= len(scores) or any(size not in (1, wanted) for size, wanted in ends):
            raise ShapeError(
                f"gets attn_mask {mask} but needs {Spec(scores)}: a row for each query, a column for each key; "
                "axes before these may be missing or 1.",
                port="attn_mask",
                code="mask",
                needed=scores[-2:] if mask.rank == 2 else scores,
            )

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        query, key, value, *_ = inputs
        return product(query.shape[:-1]) * key.shape[-2] * (query.shape[-1] + value.shape[-1])

    def learning(self, learned: Sequence[bool]) -> Layer:
        return self.model_copy(update={"_learned_mask": True}) if learned[3:] == [True] else self

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        query, *_ = inputs
        if self._fused(inputs, True):
            return self._floats(inputs) + 4 * product(query.shape[:-1])
        scores = product(query.shape[:-1]) * inputs[1].shape[-2]
        return 4 * (scores * (3 if self.dropout_p else 1) + product(query.shape) + sum(self._heads(inputs)))

    def workspace(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], training: bool) -> tuple[Dim, ...]:
        query, key, *_ = inputs
        floats = self._floats(inputs)
        if self._fused(inputs, training):
            return (floats + 4 * product(query.shape[:-1]),)
        scores = 2 * product(query.shape[:-1]) * key.shape[-2]
        keys, values = self._heads(inputs)
        scaled = product(query.shape) + keys + (keys + values if self._grouped(inputs) else 0)
        kept = self.kept(inputs, outputs) - 4 * product(inputs[2].shape) if training else 0
        return floats + 4 * (scaled + scores - product(outputs[0].shape)), floats + kept

    def reads_again(self, *inputs: Spec) -> Saves:
        return "both" if self._fused(inputs, True) else "nothing"  # but copies of them

    def _grouped(self, inputs: tuple[Spec, ...]) -> bool:
        return self.enable_gqa and inputs[0].shape[-3] != inputs[1].shape[-3]

    def _heads(self, inputs: tuple[Spec, ...]) -> tuple[Dim, Dim]:
        """The numbers of keys and values, which are repeated where several heads of queries look with one of them."""
        query, key, value, _ = inputs
        keys, values = (product((*query.shape[:-2], *x.shape[-2:])) for x in (key, value))
        return keys, values

    def _floats(self, inputs: tuple[Spec, ...]) -> Dim:
        """The bytes of the floats that torch makes of a mask of booleans."""
        mask = inputs[3]
        return 0 if mask is UNWIRED or mask.dtype != "bool" else 4 * product(mask.shape)

    def _fused(self, inputs: tuple[Spec, ...], training: bool) -> bool:
        """Whether torch takes its one kernel, which holds no scores; a CPU's drops none, and no mask learns by it."""
        query, _, value, _ = inputs
        drops = training and self.dropout_p
        simple = not drops and not self._learned_mask and value.shape[-1] == query.shape[-1]
        return query.rank == 4 and (not self._grouped(inputs) if self._gpu else simple)

    def summary(self) -> str:
        return " · ".join(["grouped"] * self.enable_gqa + ["causal"] * self.is_causal)


class MultiheadAttention(Layer):
    """Several attentions side by side, each looking for something else, mixed at the end.

    With a wire on query alone it is self-attention; with one on key, too, it looks at another sequence.
    """

    family: ClassVar[str] = "Attention"
    attends: ClassVar[bool] = True
    drops_by: ClassVar[str] = "dropout"
    causal_by: ClassVar[tuple[str, bool]] = ("is_causal", True)
    torch: ClassVar[str] = "torch.nn.MultiheadAttention"
    functions: ClassVar[tuple[str, ...]] = ("future", "each_head")
    formula: ClassVar[str] = "y = W·[head₁ … headₕ],  headᵢ = softmax(QᵢKᵢᵀ/√d)·Vᵢ"
    reference: ClassVar[str] = VASWANI
    initial: ClassVar[dict[str, object]] = {"num_heads": 4}
    positional: ClassVar[tuple[str, ...]] = ("embed_dim", "num_heads")
    always: ClassVar[tuple[str, ...]] = ("batch_first",)
    at_call: ClassVar[tuple[str, ...]] = ("is_causal",)
    stem_name: ClassVar[str] = "attention"
    inputs: ClassVar[tuple[Port, ...]] = (
        Port("query", "the sequence that asks, (N, T, features)"),
        Port(
            "key", "the sequence looked at, (N, S, …); without a wire the query itself", optional=True, role="context"
        ),
        Port("value", "what is taken from it, (N, S, …); without a wire the key itself", optional=True, role="context"),
        Port("key_padding_mask", "booleans, (N, S): where true, a step is padding", optional=True),
        Port("attn_mask", "booleans, (N, T, S) or (T, S): true hides a step", optional=True, role="mask"),
    )
    on_demand: ClassVar[tuple[str, ...]] = ("weights",)
    outputs: ClassVar[tuple[Port, ...]] = (
        Port("output", "what was taken, (N, T, features)"),
        Port("weights", "how much each step looked at each, (N, T, S), the mean of all heads"),
    )

    num_heads: Positive = Field(description="how many attentions run side by side; they share the features")
    dropout: Probability = Field(0.0, description="the share of the attention dropped while training")
    bias: bool = Field(True, description="whether constants are learned")
    add_bias_kv: bool = Field(False, description="whether one learned step is added to keys and values")
    add_zero_attn: bool = Field(False, description="whether one step of zeros is added to keys and values")
    batch_first: bool = Field(True, description="whether sequences are (N, T, features); else (T, N, features)")
    is_causal: bool = Field(False, description=CAUSAL)

    @property
    def _added(self) -> int:
        """How many steps it adds to those of the key."""
        return int(self.add_bias_kv) + int(self.add_zero_attn)

    def sequences(self, inputs: tuple[Spec, ...]) -> tuple[Spec, Spec, Spec]:
        """Query, key and value, the last two as they are meant without a wire."""
        query, key, value = inputs[:3]
        if key is UNWIRED:
            key = query
        return query, key, key if value is UNWIRED else value

    def _axes(self, x: Spec) -> tuple[Dim, Dim]:
        """The size of the batch, and of time."""
        return (x.shape[0], x.shape[1]) if self.batch_first else (x.shape[1], x.shape[0])

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        query, key, value = self.sequences(inputs)
        if inputs[1] is UNWIRED and inputs[2] is not UNWIRED:
            raise ShapeError("gets values without keys; wire the keys, too.", port="value")
        for index, x in enumerate((query, key, value)):
            need_sequence(x, index, self.batch_first)
        need_heads(query.shape[-1], self.num_heads, "num_heads")
        (batch, steps), (others, keys) = self._axes(query), self._axes(key)
        if others != batch or self._axes(value) != (others, keys):
            raise ShapeError(
                f"gets query {query}, key {key} and value {value}: samples, and steps of key and value, must agree.",
                port="key",
                code="mismatch",
            )
        padding, mask = inputs[3:]
        need_mask(padding, (batch, keys), "one for each step of the key", "key_padding_mask")
        what = "a row for each step of the query, a column for each of the key"
        need_square(mask, (batch,), steps, keys, what, "attn_mask")
        if self.is_causal and mask is not UNWIRED:
            raise ShapeError(
                "is causal and gets a mask besides; choose one.", port="attn_mask", parameter="is_causal", code="mask"
            )
        if self.is_causal and steps != keys:
            raise ShapeError(
                f"is causal, but looks from {steps} steps at {keys} others; that is for self-attention.",
                port="key",
                parameter="is_causal",
                code="mask",
            )
        return Spec(query.shape, "float32", query.axes), Spec((batch, steps, keys + self._added))

    def mixes_samples(self, *inputs: Spec) -> bool:
        return not self.batch_first

    def inferred(self, *inputs: Spec) -> dict[str, object]:
        query, key, value = self.sequences(inputs)
        found: dict[str, object] = {"embed_dim": query.shape[-1]}
        if key.shape[-1] != query.shape[-1]:
            found["kdim"] = key.shape[-1]
        if value.shape[-1] != query.shape[-1]:
            found["vdim"] = value.shape[-1]
        return found

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        query, key, value = self.sequences(inputs)
        size, found = query.shape[-1], dict[str, tuple[Dim, ...]]()
        if key.shape[-1] == size == value.shape[-1]:
            found["in_proj_weight"] = (size * 3, size)
        else:
            found = {
                "q_proj_weight": (size, size),
                "k_proj_weight": (size, key.shape[-1]),
                "v_proj_weight": (size, value.shape[-1]),
            }
        if self.bias:
            found["in_proj_bias"] = (size * 3,)
        if self.add_bias_kv:
            found |= {"bias_k": (1, 1, size), "bias_v": (1, 1, size)}
        found["out_proj.weight"] = (size, size)
        return found | ({"out_proj.bias": (size,)} if self.bias else {})

    def multiply_adds(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        query, key, value = self.sequences(inputs)
        size = query.shape[-1]
        projections = product(query.shape) * size * 2 + product(key.shape) * size + product(value.shape) * size
        batch, steps = self._axes(query)
        return projections + 2 * batch * steps * (self._axes(key)[1] + self._added) * size

    def kept(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Dim:
        return 4 * self._attention(inputs, outputs).kept()

    def workspace(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...], training: bool) -> tuple[Dim, ...]:
        found = self._attention(inputs, outputs)
        return tuple(4 * (moment - found.query - found.shown) for moment in found.moments(training))

    def reads_again(self, *inputs: Spec) -> Saves:
        return "nothing" if self.batch_first else "inputs"

    def _attention(self, inputs: tuple[Spec, ...], outputs: tuple[Spec, ...]) -> Attention:
        query, key, value = self.sequences(inputs)
        padding, mask = inputs[3:]
        batch, steps = self._axes(query)
        return attended(
            (query, key, value),
            (padding, mask),
            (batch, steps, self._axes(key)[1]),
            self.num_heads,
            causal=self.is_causal,
            added=self._added,
            itself=inputs[1] is UNWIRED,
            copies=self.batch_first,
            dropout=self.dropout > 0 and (not self._gpu or outputs[1] is not UNWIRED),  # a GPU's kernel can drop
            read=outputs[1] is not UNWIRED,
            biased=self.bias,
        )

    def statements(self, module: str, arguments: list[str], targets: list[str]) -> list[str]:
        query, key, value, padding, mask = arguments
        key = query if key == "None" else key
        value = key if value == "None" else value
        given = [query, key, value]
        if padding != "None":
            given.append(f"key_padding_mask={padding}")
        if self.is_causal:
            mask = f"future({query}{'' if self.batch_first else ', dim=0'})"
        elif mask != "None":
            mask = f"each_head({mask}, {self.num_heads})"
        if mask != "None":
            given.append(f"attn_mask={mask}")
        if targets[1] == "_":
            given.append("need_weights=False")
        return [f"{', '.join(targets)} = {module}({', '.join(given)})"]

    def summary(self) -> str:
        return f"{self.num_heads} heads" + (" · causal" if self.is_causal else "")


LAYERS = (ScaledDotProductAttention, MultiheadAttention)
