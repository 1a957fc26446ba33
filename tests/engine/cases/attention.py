"""Layers in which every step looks at all others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from engine.dims import Dim
from engine.layers.transformer import TransformerEncoderLayer
from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.cases.case import Case, Drawing, Trial

BATCH_FIRST = {"batch_first": True}  # everything on the canvas has the batch first
often = st.sampled_from([False, False, True])
Values = list[torch.Tensor | None]


def laid(drawing: Drawing, steps: Dim, features: Dim) -> Spec:
    first = drawing.typed.get("batch_first", True)
    return Spec((BATCH, steps, features) if first else (steps, BATCH, features))


def mask(drawing: Drawing, *shape: Dim) -> Spec:
    return Spec(shape, "bool") if drawing.draw(often) else UNWIRED


def square(drawing: Drawing, *shape: Dim) -> Spec:
    """A mask of steps by steps, for all samples or for every one."""
    lead = [BATCH] if drawing.draw(st.booleans()) else []
    return mask(drawing, *lead, *shape)


def each_head(given: torch.Tensor | None, heads: Any, batch: int) -> torch.Tensor | None:
    """A mask of every sample as torch wants it. Raises ValueError for another number of samples."""
    if given is None or given.ndim != 3:
        return given
    if len(given) != batch:
        raise ValueError("a mask for each sample")
    return torch.cat([one.expand(heads, *one.shape) for one in given]) if batch else given


def multihead(drawing: Drawing) -> list[Spec]:
    """Self-attention, or another sequence with features of its own, now and then with masks."""
    draw = drawing.draw
    size = drawing.typed["num_heads"] * draw(st.sampled_from([1, 2, 3]))
    steps, keys = drawing.axis(1, 2, 3, 5), drawing.axis(1, 2, 3, 5)
    query = laid(drawing, steps, size)
    how = draw(st.integers(0, 2))
    if how == 0:
        key = value = UNWIRED
        keys = steps
    else:
        key = laid(drawing, keys, draw(st.sampled_from([size, size, 3])))
        value = laid(drawing, keys, draw(st.sampled_from([size, 4]))) if how == 2 else UNWIRED
    return [query, key, value, mask(drawing, BATCH, keys), square(drawing, steps, keys)]


def self_attention(values: Values) -> tuple[Any, Any, Any]:
    query, key, value = values[:3]
    if key is None and value is not None:
        raise ValueError("values without keys")
    key = query if key is None else key
    return query, key, key if value is None else value


def future(module: Any, query: torch.Tensor) -> torch.Tensor:
    steps = query.shape[1 if module.batch_first else 0]
    return torch.ones(steps, steps, dtype=torch.bool).triu(1)


def attend(module: nn.Module, values: Values) -> Any:
    query, key, value = self_attention(values)
    attn_mask = values[4]
    if module.is_causal:
        if attn_mask is not None:
            raise ValueError("two masks")
        attn_mask = future(module, query)
    attn_mask = each_head(attn_mask, module.num_heads, query.shape[0 if module.batch_first else 1])
    return module(query, key, value, key_padding_mask=values[3], attn_mask=attn_mask)


def causal_class(cls: type[nn.Module], field: str) -> Any:
    """torch's module with our switch kept beside it."""

    def build(trial: Trial, **sizes: Any) -> nn.Module:
        typed = BATCH_FIRST | trial.parameters
        causal = typed.pop(field, False)
        module = cls(**sizes, **typed)
        module.is_causal = causal
        return module

    return build


def multihead_module(trial: Trial) -> nn.Module:
    bound = trial.bound()
    query = bound[0]
    key = query if bound[1] is UNWIRED else bound[1]
    value = key if bound[2] is UNWIRED else bound[2]
    build = causal_class(nn.MultiheadAttention, "is_causal")
    found: nn.Module = build(trial, embed_dim=query.shape[-1], kdim=key.shape[-1], vdim=value.shape[-1])
    return found


def lenient(trial: Trial) -> str:
    """Why torch takes what the rule refuses."""
    if trial.inputs[0].rank == 2:
        return "one sequence without a batch"
    ports = zip(trial.cls.inputs, trial.inputs, strict=True)
    masks = [spec for port, spec in ports if "mask" in port.name and spec is not UNWIRED]
    if any(spec.dtype != "bool" for spec in masks):
        return "a mask of floats is added to the scores in torch; here a mask says yes or no"
    return ""


def dotted(drawing: Drawing) -> list[Spec]:
    """Queries, keys and values with heads or without; now and then fewer heads of keys, and a mask of either kind."""
    draw, grouped = drawing.draw, drawing.typed.get("enable_gqa", False)
    heads = [drawing.axis(2, 4, 6, open_=False)] if grouped or draw(st.booleans()) else []
    fewer = [draw(st.sampled_from([1, 2, 2, 4]))] if grouped else heads
    steps, keys = drawing.axis(1, 2, 3, 5), drawing.axis(1, 2, 3, 5)
    size, wide = drawing.axis(1, 2, 4, open_=False), drawing.axis(1, 2, 4, open_=False)
    lead = [BATCH, *heads][draw(st.integers(0, 2)) :]
    lead = [draw(st.sampled_from([size, size, 1])) for size in lead]
    masked = not drawing.typed.get("is_causal") and draw(often)
    return [
        drawing.batched(*heads, steps, size),
        drawing.batched(*fewer, keys, size),
        drawing.batched(*fewer, keys, wide),
        Spec((*lead, steps, keys), draw(st.sampled_from(["bool", "float32"]))) if masked else UNWIRED,
    ]


def loose(trial: Trial) -> str:
    """Why torch takes what the rule refuses."""
    query, given = trial.inputs[0], trial.inputs[3]
    if query.rank < 3:
        return "without an axis of steps the batch would be attended to"
    bound = trial.bound()
    if given is not UNWIRED and not 2 <= given.rank <= query.rank:
        return "some of torch's kernels take a mask with fewer axes, or more of size 1 in front"
    grouped = trial.parameters.get("enable_gqa", False)
    if grouped and query.rank < 4:
        return "without an axis of heads the samples would be grouped"
    last = -3 if grouped else -2
    if not bound[0].shape[:last] == bound[1].shape[:last] == bound[2].shape[:last]:
        return "torch repeats keys or values of one sample for all others"
    if bound[1].shape[:-2] != bound[2].shape[:-2]:
        return "torch's own page says that keys and values have as many heads"
    if bound[1].shape[-2] != bound[2].shape[-2]:
        return "torch's fused kernel does not hold the number of keys against that of values"
    return ""


def empty_rows(trial: Trial, generator: torch.Generator) -> Values:
    """Masks that leave every step something to look at."""
    made: Values = []
    for spec in trial.bound():
        if spec is UNWIRED:
            made.append(None)
        elif spec.dtype == "float32":
            made.append(torch.randn(spec.shape, generator=generator))  # type: ignore[arg-type]
        else:
            made.append(torch.zeros(spec.shape, dtype=getattr(torch, spec.dtype)))  # type: ignore[arg-type]
    return made


def encoded(drawing: Drawing) -> list[Spec]:
    size = drawing.typed["nhead"] * drawing.draw(st.sampled_from([1, 2, 3]))
    steps = drawing.axis(1, 2, 3, 5)
    return [laid(drawing, steps, size), square(drawing, steps, steps), mask(drawing, BATCH, steps)]


def decoded(drawing: Drawing) -> list[Spec]:
    size = drawing.typed.get("nhead", 8) * drawing.draw(st.sampled_from([1, 2, 3]))
    steps, keys = drawing.axis(1, 2, 3, 5), drawing.axis(1, 2, 3, 5)
    return [
        laid(drawing, steps, size),
        laid(drawing, keys, size),
        square(drawing, steps, steps),
        square(drawing, steps, keys),
        mask(drawing, BATCH, steps),
        mask(drawing, BATCH, keys),
    ]


def inner(module: nn.Module) -> Any:
    """The attention of a layer, or of the first one of several."""
    layers: Any = getattr(module, "layers", None)
    return module.self_attn if layers is None else layers[0].self_attn


def encode(module: nn.Module, values: Values) -> Any:
    src, src_mask, padding = values
    attention: Any = inner(module)
    if module.is_causal:
        if src_mask is not None:
            raise ValueError("two masks")
        src_mask = future(attention, src)  # type: ignore[arg-type]
    src_mask = each_head(src_mask, attention.num_heads, src.shape[0 if attention.batch_first else 1])
    return module(src, src_mask, padding)


def decode(module: nn.Module, values: Values) -> Any:
    tgt, memory, tgt_mask, memory_mask, padding, memory_padding = values
    attention: Any = inner(module)
    if module.is_causal:
        if tgt_mask is not None:
            raise ValueError("two masks")
        tgt_mask = future(attention, tgt)  # type: ignore[arg-type]
    batch = tgt.shape[0 if attention.batch_first else 1]
    tgt_mask, memory_mask = (each_head(one, attention.num_heads, batch) for one in (tgt_mask, memory_mask))
    return module(tgt, memory, tgt_mask, memory_mask, padding, memory_padding)


def stacked(cls: type[nn.Module], field: str) -> Any:
    build = causal_class(cls, field)
    return lambda trial: build(trial, d_model=trial.bound()[0].shape[-1])


def transformer(cls: type[nn.Module], field: str, inputs: Any, call: Any, exemplar: tuple[Spec, ...]) -> Case:
    return Case(
        likely={"nhead": st.sampled_from([1, 2, 3]), "dim_feedforward": st.sampled_from([2, 3, 8])},
        inputs=inputs,
        asked={"d_model": lambda inputs: inputs[0].shape[-1]},
        module=stacked(cls, field),
        call=call,
        tensors=empty_rows,
        stricter=lenient,
        open_refused=True,
        other_defaults=BATCH_FIRST | {"activation": "relu"},  # torch names the function itself
        ours={field: "torch has it as an argument of the call"},
        exemplar=exemplar,
        flops=False,
    )


SHARED = dict.fromkeys(TransformerEncoderLayer.model_fields, "of each of its layers") | {"batch_first": "the same"}
FIXED = "padded steps would come out as zeros in evaluation alone"
COUNTS = st.sampled_from([1, 1, 2, 3])


def several(cls: type[nn.Module], layer: type[nn.Module], field: str, **more: Any) -> Any:
    """torch's stack of a layer."""

    def build(trial: Trial) -> nn.Module:
        typed = BATCH_FIRST | trial.parameters
        causal, count, norm = typed.pop(field, False), typed.pop("num_layers"), typed.pop("norm", False)
        size = trial.bound()[0].shape[-1]
        end = nn.LayerNorm(size, typed.get("layer_norm_eps", 1e-5), bias=typed.get("bias", True)) if norm else None
        module = cls(layer(d_model=size, **typed), count, end, **more)
        module.is_causal = causal
        return module

    return build


def whole(trial: Trial) -> nn.Module:
    typed = BATCH_FIRST | trial.parameters
    causal = [typed.pop(name, False) for name in ("src_is_causal", "tgt_is_causal")]
    module = nn.Transformer(d_model=trial.bound()[0].shape[-1], **typed)
    module.causal = causal
    return module


def read_and_say(module: nn.Module, values: Values) -> Any:
    src, tgt, src_mask, tgt_mask, memory_mask, src_padding, tgt_padding, memory_padding = values
    attention: Any = module.encoder.layers[0].self_attn
    masks = [src_mask, tgt_mask]
    for place, causal in enumerate(module.causal):
        if causal and masks[place] is not None:
            raise ValueError("two masks")
        if causal:
            masks[place] = future(attention, (src, tgt)[place])
    batch = src.shape[0 if attention.batch_first else 1]
    given = [each_head(one, attention.num_heads, batch) for one in (*masks, memory_mask)]
    return module(src, tgt, *given, src_padding, tgt_padding, memory_padding)


def translated(drawing: Drawing) -> list[Spec]:
    tgt, src, tgt_mask, memory_mask, tgt_padding, memory_padding = decoded(drawing)
    keys = src.shape[1 if drawing.typed.get("batch_first", True) else 0]
    src_mask, src_padding = square(drawing, keys, keys), UNWIRED
    if memory_padding is not UNWIRED or not drawing.draw(st.integers(0, 7)):
        src_padding = mask(drawing, BATCH, keys)
    return [src, tgt, src_mask, tgt_mask, memory_mask, src_padding, tgt_padding, memory_padding]


def stack(known: Case, cls: type[nn.Module], layer: type[nn.Module], field: str, **more: Any) -> Case:
    """As one layer is known, but for how it is built."""
    return replace(
        known,
        likely={**known.likely, "num_layers": COUNTS},
        module=several(cls, layer, field, **more),
        asked={},
        ours=SHARED | known.ours,
        left_out={"encoder_layer": "its fields are here", "decoder_layer": "its fields are here"}
        | {"enable_nested_tensor": FIXED, "mask_check": FIXED},
        other_defaults={"norm": "a module in torch, yes or no here"},
    )


def padding_seen(trial: Trial) -> str:
    """Why torch takes what the rule refuses."""
    if trial.inputs[5] is not UNWIRED and trial.inputs[7] is UNWIRED:
        return "torch makes zeros of padded steps in evaluation alone, and the decoder would look at them"
    return lenient(trial)


SELF = Spec((BATCH, 7, 16))
ENCODER = transformer(nn.TransformerEncoderLayer, "is_causal", encoded, encode, (SELF, UNWIRED, UNWIRED))
DECODER = transformer(nn.TransformerDecoderLayer, "tgt_is_causal", decoded, decode, (SELF, SELF, *(UNWIRED,) * 4))
CASES = {
    "ScaledDotProductAttention": Case(
        likely={"dropout_p": st.sampled_from([0.0, 0.0, 0.5]), "is_causal": often, "enable_gqa": often},
        inputs=dotted,
        tensors=empty_rows,
        stricter=loose,
        open_refused=True,
        exemplar=(SELF, SELF, SELF, UNWIRED),
        flops=False,  # which kernel runs depends on the machine, and the counter with it
    ),
    "MultiheadAttention": Case(
        likely={
            "num_heads": st.sampled_from([1, 2, 3]),
            "dropout": st.sampled_from([0.0, 0.0, 0.5]),
            "is_causal": often,
            "add_bias_kv": often,
            "add_zero_attn": often,
        },
        inputs=multihead,
        asked={name: lambda inputs: inputs[0].shape[-1] for name in ("embed_dim", "kdim", "vdim")},
        module=multihead_module,
        call=attend,
        tensors=empty_rows,
        stricter=lenient,
        open_refused=True,
        other_defaults=BATCH_FIRST,
        ours={"is_causal": "torch has it as an argument of the call"},
        exemplar=(SELF, UNWIRED, UNWIRED, UNWIRED, UNWIRED),
        flops=False,
    ),
    "TransformerEncoderLayer": ENCODER,
    "TransformerDecoderLayer": DECODER,
    "TransformerEncoder": stack(
        ENCODER, nn.TransformerEncoder, nn.TransformerEncoderLayer, "is_causal", enable_nested_tensor=False
    ),
    "TransformerDecoder": stack(DECODER, nn.TransformerDecoder, nn.TransformerDecoderLayer, "tgt_is_causal"),
    "Transformer": replace(
        DECODER,
        likely={**DECODER.likely, "num_encoder_layers": COUNTS, "num_decoder_layers": COUNTS},
        inputs=translated,
        module=whole,
        call=read_and_say,
        ours=dict.fromkeys(("src_is_causal", "tgt_is_causal"), "torch has it as an argument of the call"),
        left_out=dict.fromkeys(("custom_encoder", "custom_decoder"), "another network can be drawn"),
        stricter=padding_seen,
        exemplar=(SELF, SELF, *(UNWIRED,) * 6),
    ),
}
