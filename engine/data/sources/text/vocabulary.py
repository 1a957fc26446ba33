"""The tokens that a project knows: counted, and joined to byte pairs, in the texts of the training part alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from engine.data.dataset import DataError
from engine.data.sources.text.codec import END, PADDING, START, UNKNOWN, Codec, normalized, pieces

MOST: Final = 50_000
"""Tokens of a vocabulary."""
USUAL: Final = {"characters": 2_000, "words": 10_000, "bpe": 2_000}
"""Tokens that a vocabulary of each unit has at most, unless it is set."""
APART: Final = "\x00"
NEEDED: Final = (
    "Subwords (BPE) need tokenizers: install it with `pip install layerloom[text]`, or split the text into words or "
    "characters."
)


def learnt(codec: Codec, texts: Iterable[str], least: int, most: int, *, ends: bool) -> Codec:
    """A codec with the vocabulary of some texts: tokens that come ``least`` times, the ``most`` most frequent ones.

    With ``ends`` there are tokens of start and end. Raises DataError where byte pairs cannot be learnt.
    """
    special = (PADDING, UNKNOWN, *((START, END) if ends else ()))
    if codec.unit == "bpe":
        texts = list(texts)
        codec = replace(codec, merges=_merges(codec, texts, least, most - len(special)), _known={})
    counts = Counter[str]()
    for text in texts:
        counts.update(codec.split(text))
    if codec.unit == "bpe":
        for pair in codec.merges:
            counts.setdefault("".join(pair), least)
            for part in pair:
                counts.setdefault(part, least)
    often = [token for token, count in counts.items() if count >= least and token not in special]
    often.sort(key=lambda token: (-counts[token], token))
    kept = often[: most - len(special)]
    return replace(codec, symbols=(*special, *(sorted(kept) if codec.unit == "characters" else kept)), _known={})


def _merges(codec: Codec, texts: Iterable[str], least: int, most: int) -> tuple[tuple[str, str], ...]:
    """The pairs to join, in order, until there are ``most`` tokens. Raises DataError without the extra."""
    try:
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    except ImportError as error:
        raise DataError(NEEDED, setting="data.source.options.tokens") from error
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Split(APART, "removed")
    trainer = trainers.BpeTrainer(vocab_size=max(1, most), min_frequency=max(1, least), show_progress=False)
    tokenizer.train_from_iterator((APART.join(pieces(normalized(one, lower=codec.lower))) for one in texts), trainer)
    found = json.loads(tokenizer.to_str())["model"]["merges"]
    return tuple(tuple(pair) if isinstance(pair, list) else tuple(pair.split(" ")) for pair in found)
