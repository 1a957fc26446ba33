"""How many numbers torch's attention keeps for the backward pass, and how many it needs on the way.

Measured on the CPU with torch 2.13. Without its weights being read and without dropout it is one fused kernel, which
never holds a score for each pair of steps; else scores, their softmax and what dropout leaves are values of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.dims import Dim, product
from engine.spec import UNWIRED, Spec


@dataclass(frozen=True, slots=True)
class Attention:
    """One call of an attention with projections, in numbers of floats (4 bytes each).

    ``query``, ``keys`` and ``values`` are its inputs, ``projected`` the keys once they have the size of the query and
    ``seen`` the same with the steps that it adds itself; ``scores`` one for each head and pair of steps, ``shown`` one
    for each pair of steps, if they are read; ``rows`` one for each head and step. ``mask`` are floats made of truth
    values, ``truths`` the bytes of such values that are made on the way.
    """

    query: Dim
    keys: Dim
    values: Dim
    projected: Dim
    seen: Dim
    scores: Dim
    shown: Dim
    rows: Dim
    mask: Dim = 0
    truths: Dim = 0
    itself: bool = True
    apart: bool = False
    """Whether keys and values are two different inputs."""
    adds_steps: bool = False
    copies: bool = True
    """Whether torch copies the inputs, which it does where the batch is their first axis."""
    dropout: bool = False
    read: bool = False
    """Whether its weights are read."""
    fast: bool = True
    """Whether torch may take its fast path when it is not training."""

    @property
    def copied(self) -> Dim:
        """The inputs, once more."""
        if not self.copies:
            return 0
        return self.query if self.itself else self.query + self.keys + (self.values if self.apart else 0)

    @property
    def projections(self) -> Dim:
        """What is left of queries, keys and values once they are projected."""
        own = 3 * self.query if self.itself else self.query + (0 if self.adds_steps else 2 * self.projected)
        return own + (2 * self.seen if self.adds_steps else 0)

    def kept(self) -> Dim:
        """The numbers that wait for the backward pass, beside its outputs."""
        before = self.copied + self.projections
        if self.read:
            return before + 2 * self.query + self.scores * (3 if self.dropout else 1)
        if self.dropout:
            return before + 2 * self.query + self.seen + 3 * self.scores
        return before + self.query + self.rows + self.mask

    def moments(self, training: bool) -> tuple[Dim, ...]:
        """The numbers that there are at once on the way, outputs included, at each moment that may be the worst."""
        truths = self.truths // 4 if self.truths else 0
        masks = self.mask + truths
        if not training and self.fast:
            scores = self.scores * (2 if self.mask else 1) + 3 * self.query
            read = self.scores + self.shown + 4 * self.query if self.read else 0
            return 6 * self.query, masks + scores, masks + read
        if not training:
            scaled = self.query if self.read and self.itself else 0
            scores = 2 * self.scores if self.read else self.query + self.rows
            return masks + self._projecting(0), masks + self.projections + scaled + scores
        moments = [masks + self._projecting(self.copied)]
        if self.read or self.dropout:
            scaled = self.query if self.read else self.query + self.seen
            moments.append(masks + self.copied + self.projections + scaled + 2 * self.scores)
            return (*moments, masks + self.kept() + self.query, masks + self.kept() + self.query + self.shown)
        return (*moments, truths + self.kept() + self.query)

    def _projecting(self, copied: Dim) -> Dim:
        """While the projections are computed, and laid out once more."""
        return copied + (6 * self.query if self.itself else self.query + 4 * self.projected)


def attended(
    sequences: tuple[Spec, Spec, Spec],
    masks: tuple[Spec, Spec],
    sizes: tuple[Dim, Dim, Dim],
    heads: int,
    *,
    causal: bool = False,
    added: int = 0,
    itself: bool = False,
    copies: bool = True,
    dropout: bool = False,
    read: bool = False,
    biased: bool = True,
) -> Attention:
    """The attention of query, key and value under the masks of padding and of pairs of steps.

    ``sizes`` are those of the batch, of the steps of the query, and of the key's, to which the layer may have ``added``
    some. What else there is see `Attention`.
    """
    (query, key, value), (padding, mask) = sequences, masks
    batch, steps, keys = sizes
    size = query.shape[-1]
    pairs, seen = batch * steps * keys, batch * (keys + added) * size
    scores = heads * batch * steps * (keys + added)
    floats: Dim = 0
    truths: Dim = 0
    if causal:
        floats, truths = steps * keys, steps * keys
    elif mask is not UNWIRED and mask.rank == 2:
        floats = steps * keys
    elif mask is not UNWIRED:
        floats, truths = heads * pairs, heads * pairs
    if padding is not UNWIRED:
        floats = floats + (heads * pairs if floats else 0) + batch * keys * (1 + heads)
    return Attention(
        query=product(query.shape),
        keys=product(key.shape),
        values=product(value.shape),
        projected=batch * keys * size,
        seen=seen,
        scores=scores,
        shown=batch * steps * (keys + added) if read else 0,
        rows=heads * batch * steps,
        mask=floats,
        truths=truths,
        itself=itself,
        apart=value is not key,
        adds_steps=added > 0,
        copies=copies,
        dropout=dropout,
        read=read,
        fast=itself and biased and copies and not added and heads % 2 == 0,
    )
