"""Words that nobody has seen before, drawn letter by letter in a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.dataset import Dataset, Samples
from engine.data.generated.drawing import draws, words
from engine.data.generated.strokes import inked

if TYPE_CHECKING:
    import numpy as np

CONSONANTS, VOWELS = "BCDFGHJKLMNPQRSTVWXYZ", "AEIOU"
EACH = 6
"""How often each word is drawn."""
SHORTEST = 3
PATCH = (14, 12)
APART = 9.5
"""Pixels from the middle of a letter to that of the next."""
HANDS = 200
"""Drawings of each letter, of which every word takes one by chance."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """``image`` (samples, 1, height, width) in uint8 and its ``word`` (samples, letters); the groups are the words."""
    import numpy as np

    source = draws(dataset.name)
    field, (_, high, wide) = dataset.fields["word"], dataset.fields["image"].shape
    said = np.repeat(_made_up(source, dataset.samples // EACH, field.shape[0]), EACH)
    image = np.zeros((dataset.samples, high, wide + 2 * PATCH[1]))
    where: dict[str, list[tuple[int, int]]] = {}
    for number, word in enumerate(said.tolist()):
        for index, letter in enumerate(word):
            where.setdefault(letter, []).append((number, index))
    start = source.uniform(1.0, 4.0, dataset.samples)
    for letter, every in sorted(where.items()):
        some = np.array(every)
        ink = inked(source, letter, HANDS, PATCH)[source.randint(0, HANDS, len(some))]
        left = start[some[:, 0]] + APART * some[:, 1] + source.uniform(-0.8, 0.8, len(some)) + PATCH[1]
        top = source.randint(0, high - PATCH[0] + 1, len(some))
        down = (top[:, None] + np.arange(PATCH[0]))[:, :, None]
        right = (np.rint(left).astype(int)[:, None] + np.arange(PATCH[1]))[:, None, :]
        at = some[:, 0, None, None], down, right  # one letter twice in a word is never side by side
        image[at] = np.maximum(image[at], ink)
    image = image[:, :, PATCH[1] : -PATCH[1]] * 215 + source.uniform(0, 40, (dataset.samples, high, wide))
    groups = np.repeat(np.arange(dataset.samples // EACH), EACH)
    arrays = {
        "image": image.astype(np.uint8)[:, None],
        "word": words([list(word) for word in said.tolist()], field.shape[0], field.names),
    }
    return Samples(arrays, groups)


def _made_up(source: np.random.RandomState, count: int, longest: int) -> list[str]:
    """Different words of consonants and vowels in turn."""
    found: dict[str, None] = {}
    while len(found) < count:
        length, vowel = source.randint(SHORTEST, longest + 1), bool(source.randint(2))
        kinds = (VOWELS if (index % 2 == 0) == vowel else CONSONANTS for index in range(length))
        found["".join(letters[source.randint(len(letters))] for letters in kinds)] = None
    return list(found)
