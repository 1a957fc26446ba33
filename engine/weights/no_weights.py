"""Tensors that files hold beside the weights: known, and not missed."""

from __future__ import annotations

import re
from typing import Final

from engine.weights.files.weights_file import TensorFacts

KNOWN: Final = (
    (re.compile(r"(^|\.)num_batches_tracked$"), 0, "it counts batches"),
    (re.compile(r"(^|\.)position_ids$"), 1, "it counts the positions"),
    (re.compile(r"(^|\.)token_type_ids$"), 1, "it is an empty input"),
    (re.compile(r"(^|\.)relative_position_index$"), 1, "it counts positions"),
    (re.compile(r"(^|\.)(rotary_emb|rope)\.(inv_freq|freqs|cos_cached|sin_cached)$"), 1, "it follows from positions"),
    (re.compile(r"^freqs_(cis|cos|sin)$|(^|\.)rope\.freqs$|(^|\.)inv_freq$"), 1, "it follows from positions"),
    (re.compile(r"(^|\.)attn\.bias$|(^|\.)attention\.bias$"), 4, "it is the mask of what comes later"),
    (re.compile(r"(^|\.)masked_bias$"), 0, "it is a number of the mask"),
    (re.compile(r"(^|\.)total_(ops|params)$"), 0, "it counts operations"),
)
"""The name, the least number of axes, and what it is."""


def reason(name: str, facts: TensorFacts) -> str:
    """What a tensor is that is not a weight; empty for a weight."""
    return next((why for pattern, axes, why in KNOWN if len(facts.shape) >= axes and pattern.search(name)), "")
