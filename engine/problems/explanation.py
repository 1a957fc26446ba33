"""What each kind of problem is about, in a few sentences: the page after the link "Why?"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Explanation:
    """``formula`` is the rule in signs, ``reference`` where it is written down."""

    title: str
    text: str
    formula: str = ""
    reference: str = ""


BROADCASTING: Final = "https://docs.pytorch.org/docs/stable/notes/broadcasting.html"
CS231N: Final = "https://cs231n.github.io/convolutional-networks/"
CONV: Final = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html"
ATTENTION: Final = "Vaswani et al. 2017, Attention Is All You Need, https://arxiv.org/abs/1706.03762"
ENTROPY: Final = "https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html"
BINARY: Final = "https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html"
