"""The data made on board: the same everywhere, different within, and parted so that no part knows another's samples."""

from __future__ import annotations

import datetime
import functools
import io
import os
import subprocess
import sys
import tokenize
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import pipeline
from engine.data.datasets import DataError, catalogue, get, load, samples
from engine.data.fields import fields
from engine.data.fingerprint import fingerprint
from engine.data.generated import standard_library as library
from engine.data.generated.dates import FIRST, LAST, MONTHS, WORDINGS, worded
from engine.data.generated.series import DELAY, SITES
from engine.data.on_board import digits
from engine.settings.data import DataConfig

MADE = [dataset.name for dataset in catalogue() if dataset.loader.startswith("engine.data.generated")]
AGAIN = ("masked_docstrings", "python_names")
"""Those that read the library once more, as the docstrings do: of them the long proofs have the most."""
LARGE = [pytest.param(name, marks=pytest.mark.slow if name in AGAIN else ()) for name in MADE if name != "digit_rows"]
SHARES = st.tuples(st.integers(4, 20), st.integers(0, 8), st.integers(0, 8))


def config(dataset: str, shares: tuple[int, int, int] = (70, 15, 15), seed: int = 0) -> DataConfig:
    train, validation, test = (share / sum(shares) for share in shares)
    return DataConfig.model_validate(
        {"dataset": dataset, "split": {"train": train, "validation": validation, "test": test}, "seed": seed}
    )


def split(made: DataConfig) -> dict[str, np.ndarray]:
    return pipeline.split(made, load(made.dataset), fields(made))


@functools.lru_cache(maxsize=1)
def items(name: str) -> list[bytes]:
    """The first input of every sample, as bytes."""
    values = load(name)[get(name).first("input")]
    return [value.tobytes() for value in values]


def text(name: str, field: str, row: np.ndarray) -> str:
    names = get(name).fields[field].names
    return "".join(names[index] for index in row.tolist()).rstrip("·")


@settings(max_examples=2)
@given(SHARES, st.integers(0, 2**31 - 2))
@pytest.mark.parametrize("name", LARGE)
def test_parts_cover_everything_and_share_no_item_and_no_group(name: str, shares, seed) -> None:
    made = config(name, shares, seed)
    parts = split(made)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(get(name).samples))
    groups = samples(name).groups
    assert groups is not None
    seen = [set(groups[indices].tolist()) for indices in parts.values()]
    assert sum(map(len, seen)) == len(set().union(*seen))
    largest = np.bincount(groups).max()
    for part, share in zip(("train", "validation", "test"), shares, strict=True):
        assert abs(len(parts[part]) - get(name).samples * share / sum(shares)) <= 2 * largest
        assert bool(len(parts[part])) == bool(share)
    content = items(name)
    assert len(set(content)) == get(name).samples >= 10_000
    own = [{content[index] for index in indices.tolist()} for indices in parts.values()]
    assert sum(map(len, own)) == len(set().union(*own))
    again, other = split(made), split(config(name, shares, seed + 1))
    if get(name).parting == "groups" and len(parts["test"]):
        assert set(other["test"].tolist()) != set(parts["test"].tolist()), "another seed is another split"
    assert all(np.array_equal(parts[part], again[part]) for part in parts)


def test_series_are_cut_in_time_and_no_hour_is_in_two_samples() -> None:
    when = samples("series").groups
    assert when is not None
    parts = split(config("series"))
    assert when[parts["train"]].max() < when[parts["validation"]].min()
    assert when[parts["validation"]].max() < when[parts["test"]].min()
    assert np.bincount(when).tolist() == [SITES] * 60, "every site is watched at every time"
    hours = load("series")["past"].shape[1] + load("series")["future"].shape[1]
    assert len(when) * hours == SITES * 60 * hours


def test_the_driver_of_a_series_says_something_of_what_comes() -> None:
    """Its last hours show in the value DELAY hours later: knowing it beats not knowing it."""
    past, future = load("series")["past"], load("series")["future"]
    change = future[:, DELAY - 1] - past[:, -1, 0]
    hint = past[:, -1, 1] - past[:, -1 - DELAY, 1]
    assert np.corrcoef(change, hint)[0, 1] > 0.2
    assert np.corrcoef(future[:, 0], past[:, -24, 0])[0, 1] > 0.7, "and a day ago it was alike"


QUICK = ["python_tokens", "dates", "series", "moving_digits"]


@pytest.mark.parametrize("names", [QUICK, pytest.param(MADE, marks=pytest.mark.slow)], ids=["quick", "all"])
def test_another_process_makes_the_same_bytes(names: list[str]) -> None:
    code = (
        "from engine.settings.data import DataConfig; from engine.data.fingerprint import fingerprint; "
        f"print(*[fingerprint(DataConfig(dataset=name)) for name in {names}])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == [fingerprint(DataConfig(dataset=name)) for name in names]


def test_fingerprints_tell_data_apart_and_not_what_is_done_to_them() -> None:
    every = [fingerprint(DataConfig(dataset=name)) for name in ("iris", "wine", *MADE) if name not in AGAIN]
    assert len(set(every)) == len(every)
    changed = {"dataset": "iris", "seed": 5, "transforms": ({"name": "standardise", "field": "features"},)}
    assert fingerprint(DataConfig.model_validate(changed)) == every[0]


def test_what_comes_next_in_a_docstring_is_what_comes_next() -> None:
    arrays = load("docstrings")
    assert np.array_equal(arrays["text"][:, 1:], arrays["next"][:, :-1])
    lengths = (arrays["text"] != 0).sum(1)
    assert lengths.min() >= 16
    assert (np.arange(64) < lengths[:, None])[arrays["text"] != 0].all(), "padding only after the end"
    words = " ".join(text("docstrings", "text", row) for row in arrays["text"][:2000])
    assert words.count(" the ") > 300


def test_kinds_of_tokens_are_those_of_the_tokenizer() -> None:
    arrays, names = load("python_tokens"), get("python_tokens").fields["kind"].names
    assert np.array_equal(arrays["text"] == 0, arrays["kind"] == 0)
    kinds = {tokenize.NAME: {"name", "keyword"}, tokenize.NUMBER: {"number"}, tokenize.COMMENT: {"comment"}}
    judged = 0
    for row, kind in zip(arrays["text"][::40], arrays["kind"][::40], strict=True):
        line = text("python_tokens", "text", row)
        try:
            found = list(tokenize.generate_tokens(io.StringIO(line + "\n").readline))
        except (tokenize.TokenError, SyntaxError):
            continue  # part of a statement of several lines
        for token in found:
            if token.type in kinds:
                said = {names[index] for index in kind[token.start[1] : token.end[1]]}
                assert len(said) == 1
                assert said <= kinds[token.type], line
                judged += 1
    assert judged > 500
    assert set(np.unique(arrays["kind"])) == set(range(len(names)))


@given(st.dates(FIRST, LAST), st.integers(0, len(WORDINGS) - 1))
def test_every_wording_says_its_date(date: datetime.date, wording: int) -> None:
    said = worded(date, wording)
    field = get("dates").fields["words"]
    assert len(said) <= field.shape[0]
    assert set(said) <= set(field.names[1:])
    assert MONTHS[date.month - 1][:3] in said
    others = {worded(other, wording) for other in (FIRST, LAST, date + datetime.timedelta(1 if date < LAST else -1))}
    assert said not in others or date in (FIRST, LAST)


def test_dates_come_in_two_wordings_in_one_part() -> None:
    arrays = load("dates")
    iso = [text("dates", "iso", row) for row in arrays["iso"]]
    assert {iso.count(one) for one in set(iso[:400])} == {2}
    assert all(datetime.date.fromisoformat(one) for one in iso)
    assert np.array_equal(arrays["iso_in"][:, 1:], arrays["iso"][:, :-1])
    assert {text("dates", "iso_in", row)[0] for row in arrays["iso_in"]} == {"»"}
    parts = split(config("dates"))
    assert not {iso[index] for index in parts["train"]} & {iso[index] for index in parts["test"]}


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ((1900, 3, 1), "first of march, nineteen hundred"),
        ((1905, 12, 12), "twelfth of december, nineteen oh five"),
        ((2000, 1, 31), "thirty-first of january, two thousand"),
        ((2007, 2, 22), "twenty-second of february, two thousand seven"),
        ((2026, 11, 21), "twenty-first of november, twenty twenty-six"),
        ((1987, 7, 13), "thirteenth of july, nineteen eighty-seven"),
    ],
)
def test_years_in_words(date: tuple[int, int, int], words: str) -> None:
    assert worded(datetime.date(*date), 7) == words


def test_captions_and_masks_say_what_is_drawn() -> None:
    arrays, declared = load("shapes"), get("shapes").fields
    forms = declared["label"].names
    for number in range(0, 12_000, 97):
        words = [declared["caption"].names[index] for index in arrays["caption"][number] if index]
        assert words[-1] == "."
        assert words[:2] == ["a", "large"]
        assert words[3] == forms[arrays["label"][number]]
        named = [word for word in words if word in forms]
        drawn = {declared["mask"].names[index] for index in np.unique(arrays["mask"][number])} - {"ground"}
        assert drawn == set(named)
        if len(named) == 2:
            first, second = (
                np.argwhere(arrays["mask"][number] == declared["mask"].names.index(name)).mean(0) for name in named
            )
            where = next(word for word in words if word in ("above", "below", "left", "right"))
            told = {"above": first[0] < second[0], "below": first[0] > second[0]}
            told |= {"left": first[1] < second[1], "right": first[1] > second[1]}
            assert told[where], words


def test_a_digit_moves_one_pixel_a_frame_in_its_heading() -> None:
    arrays, names = load("moving_digits"), get("moving_digits").fields["heading"].names
    for number in range(0, 10_782, 211):
        frames, name = arrays["clip"][number, :, 0], names[arrays["heading"][number]]
        down, right = (("down" in name) - ("up" in name)), (("right" in name) - ("left" in name))
        for before, after in pairwise(frames):
            assert np.array_equal(np.roll(before, (down, right), (0, 1)), after), name


def test_rows_are_the_digits() -> None:
    assert np.array_equal(load("digit_rows")["rows"], load("digits")["image"][:, 0])
    assert np.array_equal(load("digit_rows")["label"], load("digits")["label"])


def test_pictures_reach_the_network_as_float32() -> None:
    prepared = pipeline.prepare(config("moving_digits"))
    assert str(prepared.train.tensors["clip"].dtype) == "torch.float32"
    assert prepared.raw["clip"].dtype == np.uint8
    index = prepared.test.indices[3]
    assert np.array_equal(prepared.test.tensors["clip"][3].numpy(), prepared.raw["clip"][index])


def test_a_library_without_sources_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    from engine.data.generated import written_text as module

    monkeypatch.setattr(library.sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(DataError, match="no sources of its standard library"):
        module.load(get("docstrings"), None)
    (tmp_path / "small.py").write_text('"""Only this sentence is said."""\n')
    with pytest.raises(DataError, match="gives 1 samples and 12,000 are needed"):
        module.load(get("docstrings"), None)


def test_a_share_too_small_for_a_group_gets_the_smallest() -> None:
    parts = split(config("python_tokens", (9998, 1, 1)))
    assert 0 < len(parts["test"]) <= 300
    assert 0 < len(parts["validation"]) <= 300


def test_shares_that_leave_nothing_to_train_on_are_one_sentence() -> None:
    with pytest.raises(DataError, match="leave none of the 60 stretches of time to train on"):
        split(config("series", (1, 9999, 9999)))


@pytest.mark.slow
def test_gaps_hold_what_was_there() -> None:
    arrays, names = load("masked_docstrings"), get("masked_docstrings").fields["text"].names
    text, hidden = arrays["text"], arrays["hidden"]
    asked = hidden != 0
    assert 0.14 < asked[text != 0].mean() < 0.16
    assert (text != 0)[asked].all(), "padding is never asked for"
    assert 0.77 < (text[asked] == names.index("▢")).mean() < 0.83
    assert 0.08 < (text[asked] == hidden[asked]).mean() < 0.13
    assert (text[~asked] != names.index("▢")).all()


@pytest.mark.slow
def test_names_are_what_their_spelling_says() -> None:
    arrays, kinds = load("python_names"), get("python_names").fields["kind"].names
    named = dict(
        zip((text("python_names", "name", row) for row in arrays["name"]), arrays["kind"].tolist(), strict=True)
    )
    assert len(named) == 12_000
    assert kinds[named["TransportSocket"]] == "class"
    assert all(name.isupper() for name, kind in named.items() if kinds[kind] == "constant")
    assert np.bincount(arrays["kind"]).min() > 500


def test_a_drawn_word_stands_where_it_is_written() -> None:
    arrays = load("drawn_words")
    said = [text("drawn_words", "word", row) for row in arrays["word"]]
    assert {said.count(word) for word in said[:60]} == {6}
    assert {len(word) for word in said} == {3, 4, 5, 6}
    bright = arrays["image"][:, 0].max(1) > 150
    ends = [int(np.flatnonzero(row).max()) for row in bright]
    lengths = np.array([len(word) for word in said])
    assert np.corrcoef(ends, lengths)[0, 1] > 0.95
    assert min(ends[index] for index in np.flatnonzero(lengths == 6)) > max(
        ends[index] for index in np.flatnonzero(lengths == 3)
    )


def test_a_digit_changes_at_most_once_and_every_frame_shows_a_part_of_it() -> None:
    arrays, (images, labels) = load("changing_digits"), digits()
    assert ((np.diff(arrays["digit"]) != 0).sum(1) <= 1).all()
    for number in range(0, 12_000, 599):
        clip, said = arrays["clip"][number, :, 0], arrays["digit"][number]
        for first, last in ((0, 0), (7, 7)):
            part = clip[first]
            fits = [((part == 0) | (part == image)).all() for image in images[labels == said[last]]]
            assert any(fits)
        assert 0.2 < (clip != 0).mean() / max((images[labels == said[0]] != 0).mean(), 0.1) < 0.8


def test_what_is_copied_was_shown_before_the_delay() -> None:
    fields = get("copying").fields
    arrays = load("copying")
    for number in range(0, 12_000, 997):
        shown = "".join(fields["symbols"].names[index] for index in arrays["symbols"][number].tolist())
        said = "".join(fields["copy"].names[index] for index in arrays["copy"][number].tolist())
        assert shown == f"{said[-5:]}{'·' * 10}?????"
        assert said[:-5] == "·" * 15
    assert np.bincount(arrays["copy"][:, -5:].ravel())[1:].min() > 7_000, "all letters come alike"
