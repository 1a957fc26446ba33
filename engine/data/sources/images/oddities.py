"""What is odd about images: damaged ones, the same one twice, across parts or with two answers, sizes and modes."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.data.dataset import DataError
from engine.data.sampling import is_uneven
from engine.data.sources.found import Note, several
from engine.data.sources.images.checking import FLAT, Checked, checked
from engine.data.sources.images.images import Images, is_image
from engine.data.sources.listing import Entry, LeftOut, Why
from engine.data.watch import Watch
from engine.errors import Reason

SHOWN: Final = 20
MOST_DECODED: Final = 20_000
"""Images that are decoded to be checked; of more every so many-th one is."""
FEW: Final = 5
NEAR: Final = 12
"""Tones, of 255, that two images may differ by and still look the same."""
BITS: Final = 3
NEIGHBOURS: Final = 20
UNREAD: Final[dict[Reason, tuple[str, tuple[str, str]]]] = {
    "damaged-file": ("broken", ("is damaged and", "are damaged and")),
    "unreadable-file": ("unreadable", ("cannot be read and is", "cannot be read and are")),
    "missing-file": ("vanished", ("is gone and", "are gone and")),
    "too-large": ("too-large", ("is too large and", "are too large and")),
}
"""Why an image is left out → the code of the note, and words for one and several."""
LEFT: Final[dict[Why, str]] = {
    "unreadable": "Folders may not be looked into and are left out: change their permissions",
    "no-text": "Names are no text in UTF-8 and are left out: rename them",
    "dead-link": "Links lead nowhere and are left out",
    "special": "Pipes, sockets and devices are left out",
}
SIDES: Final = (28, 32, 48, 64, 96, 128, 160, 192, 224)


@dataclass(frozen=True, slots=True)
class Odd:
    """``broken`` are damaged files; ``size`` and ``grey`` suit the images, ``reasons`` say why.

    ``twins`` are the names of images that are the same: a code, in what, and the groups.
    """

    broken: tuple[str, ...]
    size: tuple[int, int]
    grey: bool
    reasons: Mapping[str, str]
    notes: tuple[Note, ...]
    twins: tuple[tuple[str, str, tuple[tuple[str, ...], ...]], ...]


def of(path: Path, source: Images, entries: list[Entry], watch: Watch) -> Odd:
    """Decode the images once and look at them. Raises DataError where none is whole, and Stopped."""
    names = source._images({entry.name for entry in entries})
    step = -(-len(names) // MOST_DECODED)
    chosen = [name for name in names if zlib.crc32(name.encode()) % step == 0] or names[:1]
    facts = {entry.name: (entry.size, entry.time) for entry in entries}
    found = checked(path, chosen, facts, source.largest, watch)
    broken = [one for one in found if one.fault]
    whole = [one for one in found if not one.fault]
    if not whole:
        raise DataError(f"None of the {len(found):,} images below {path} can be read: {broken[0].fault}")
    twice = _twice(whole)
    notes = [*_unread(broken), *_of_twins(source, twice), *_sizes(whole)]
    if step > 1:
        notes.append(
            Note("sampled", f"{len(chosen):,} of the {len(names):,} images were checked, one in {step}.", (), "hint")
        )
    notes += of_links(entries, "image")
    sizes = Counter(one.size for one in whole)
    (size, often) = max(sizes.items(), key=lambda pair: (pair[1], pair[0]))
    reasons = {"size": f"All images have {size[0]} × {size[1]} pixels."}
    if often < len(whole):
        middle = sorted(min(one.size) for one in whole)[len(whole) // 2]
        side = max((side for side in SIDES if side <= middle), default=max(1, middle))
        size = (side, side)
        reasons = {"size": f"The images differ in size; half of them have at least {middle} pixels on a side."}
    elif max(size) > SIDES[-1]:
        scale = SIDES[-1] / min(size)
        size = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale))) if scale < 1 else size
        reasons = {"size": f"All images have the same size; {SIDES[-1]} pixels on the shorter side are enough."}
    grey = all(one.colourless for one in whole)
    reasons["grey"] = "No image has colours." if grey else "Some images have colours."
    twins = tuple(
        (code, words, tuple(tuple(one.name for one in group) for group in some)) for code, words, some in twice
    )
    return Odd(tuple(one.name for one in broken), size, grey, reasons, tuple(notes), twins)


def _unread(faulty: list[Checked]) -> list[Note]:
    """The images that are left out, by why they are; the first of each with what can be done."""
    notes = list[Note]()
    for reason, (code, words) in UNREAD.items():
        some = [one for one in faulty if one.reason == reason]
        if some:
            many = f"{len(some):,} images" if len(some) > 1 else "1 image"
            message = f"{many} {words[len(some) > 1]} left out: {some[0].fault}"
            notes.append(Note(code, message, tuple(one.name for one in some[:SHOWN]), "error", len(some)))
    return notes


def of_links(entries: list[Entry], what: str) -> list[Note]:
    """That some images, or frames, are reached by links."""
    linked = [entry.name for entry in entries if entry.linked and is_image(entry.name)]
    if not linked:
        return []
    message = f"{several(len(linked), f'{what} is', f'{what}s are')} reached by links."
    return [Note("links", message, tuple(linked[:SHOWN]), "hint", len(linked))]


def of_listing(left: list[LeftOut]) -> list[Note]:
    """What below a folder could not be listed."""
    notes = list[Note]()
    for why, words in LEFT.items():
        names = tuple(one.name for one in left if one.why == why)
        if names:
            shown = tuple(name.encode(errors="replace").decode() for name in names[:SHOWN])
            notes.append(Note(f"listing-{why}", f"{words} ({len(names):,}).", shown, "warning", len(names)))
    return notes


def _twice(whole: list[Checked]) -> list[tuple[str, str, list[list[Checked]]]]:
    """The same image more than once: by its bytes, or by its look at another size or quality (a difference hash).

    Krawetz (2013), Kind of Like That: 64 bits, each saying whether a pixel of 9 × 8 is brighter than its neighbour.
    """
    by_bytes = defaultdict[object, list[Checked]](list)
    for one in whole:
        by_bytes[one.digest].append(one)
    same = [group for group in by_bytes.values() if len(group) > 1]
    alike = _alike([group[0] for group in by_bytes.values()])
    return [("duplicates", "the same bytes", same), ("near-duplicates", "the same look", alike)]


def _of_twins(source: Images, twice: list[tuple[str, str, list[list[Checked]]]]) -> list[Note]:
    """That there are such images, and those in two classes at once."""
    notes = list[Note]()
    for code, words, groups in twice:
        if groups:
            many = sum(len(group) - 1 for group in groups)
            message = f"{several(many, 'image has', 'images have')} {words} as another one."
            notes.append(_named(code, groups, many, message))
    torn = [group for group in twice[0][2] if len({source.class_of(one.name) for one in group}) > 1]
    if torn and source.answers in ("folders", "names"):
        message = f"{several(len(torn), 'image is', 'images are')} in two classes at once."
        notes.append(_named("two-labels", torn, len(torn), message))
    return notes


def _alike(different: list[Checked]) -> list[list[Checked]]:
    """Groups of images of the same look: at most three bits and a few tones apart.

    Of 64 bits in four bands one band is the same then, so only images that share one are compared, each with those next
    to it in order of their bits.
    """
    first = list(range(len(different)))

    def root(index: int) -> int:
        while first[index] != index:
            index = first[index]
        return index

    for band in range(0, 64, 16):
        buckets = defaultdict[int, list[int]](list)
        for index, one in enumerate(different):
            if one.look != FLAT:
                buckets[one.look >> band & 0xFFFF].append(index)
        for bucket in buckets.values():
            bucket.sort(key=lambda index: different[index].look)
            for rank, index in enumerate(bucket):
                for other in bucket[rank + 1 : rank + 1 + NEIGHBOURS]:
                    if _close(different[index], different[other]):
                        first[root(other)] = root(index)
    groups = defaultdict[int, list[Checked]](list)
    for index, one in enumerate(different):
        groups[root(index)].append(one)
    return [group for group in groups.values() if len(group) > 1]


def _close(one: Checked, other: Checked) -> bool:
    """Small drawings share hashes by chance, so their tones are held side by side, too."""
    if (one.look ^ other.look).bit_count() > BITS:
        return False
    return max(abs(a - b) for a, b in zip(one.tones, other.tones, strict=True)) <= NEAR


def _named(code: str, groups: list[list[Checked]], count: int, message: str) -> Note:
    return Note(code, message, tuple(one.name for group in groups for one in group)[:SHOWN], "warning", count)


def _sizes(whole: list[Checked]) -> list[Note]:
    notes = list[Note]()
    sizes, modes = Counter(one.size for one in whole), Counter(one.mode for one in whole)
    if len(sizes) > 1:
        low, high = min(sizes), max(sizes)
        message = (
            f"The images have {len(sizes):,} different sizes, {low[0]} × {low[1]} to {high[0]} × {high[1]} pixels."
        )
        notes.append(Note("sizes", message, (), "hint", len(sizes)))
    if len(modes) > 1:
        said = ", ".join(f"{count:,} × {mode}" for mode, count in modes.most_common(6))
        notes.append(Note("modes", f"The images are stored in different ways: {said}.", (), "hint", len(modes)))
    return notes


def of_classes(source: Images, counts: Mapping[str, int]) -> list[Note]:
    """Classes with few images, and very uneven ones."""
    return few_and_uneven(counts, "images")


def few_and_uneven(counts: Mapping[str, int], what: str) -> list[Note]:
    """Classes with less than five samples, and the largest one far before the smallest."""
    notes = list[Note]()
    few = [name for name, count in counts.items() if count < FEW]
    if few:
        message = f"{several(len(few), 'class has', 'classes have')} less than {FEW} {what}: {', '.join(few[:6])}."
        notes.append(Note("few-samples", message, tuple(few[:SHOWN]), "warning", len(few)))
    if len(counts) > 1 and min(counts.values()) and is_uneven(counts.values()):
        most, least = max(counts, key=lambda name: counts[name]), min(counts, key=lambda name: counts[name])
        message = f"The classes are uneven: {counts[most]:,} {what} of {most}, {counts[least]:,} of {least}."
        notes.append(Note("uneven", message, (most, least), "hint", len(counts)))
    return notes
