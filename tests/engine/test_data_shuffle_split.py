"""Parts of data on board are what scikit-learn drew for earlier versions, index by index."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from engine.data.shuffle_split import shuffle_split


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 400), st.floats(0.01, 0.99), st.integers(0, 2**32 - 1), st.integers(0, 12))
def test_the_same_indices_as_scikit_learn(count: int, share: float, seed: int, classes: int) -> None:
    taken = min(max(1, round(share * count)), count - 1)
    labels = np.random.RandomState(seed % 1000).randint(0, classes, count) if classes else None
    try:
        expected = train_test_split(np.arange(count), test_size=taken, random_state=seed, stratify=labels)
    except ValueError:
        with pytest.raises(ValueError, match="classes"):
            shuffle_split(count, taken, seed, labels)
        return
    for ours, theirs in zip(shuffle_split(count, taken, seed, labels), expected, strict=True):
        assert ours.tolist() == theirs.tolist()
