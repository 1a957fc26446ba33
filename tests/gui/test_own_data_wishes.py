"""What the user has settled about own data: kept as text, handed to the engine, told from what is found anyway."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from engine.data.dataset import DataError
from engine.data.sources import describe
from engine.data.sources.kinds import source_of
from engine.data.split_facts import split_facts
from engine.data.watch import Watch
from engine.edits import MISSING
from engine.settings.data import DataConfig
from gui.data.own.comparing import differences
from gui.data.own.looking import look_again, look_into
from gui.data.own.options_panel import _offers
from gui.data.own.recent_own import OwnEntry, RecentOwn
from gui.data.own.splitting import WAYS, is_settled, settle, splitting_of, unsettled
from gui.data.own.wishes import Wishes, kept, of_text
from tests.engine.own_data import digit_folders, iris_arrays, table, wine_table

VALUES = some.none() | some.booleans() | some.integers(0, 2**40) | some.text(max_size=5)
TABLES = some.dictionaries(some.text(max_size=5), VALUES, max_size=3)
PARTS = some.dictionaries(some.text(max_size=5), TABLES, max_size=3)


@given(some.none() | some.text(max_size=5), TABLES, PARTS)
def test_wishes_come_back_from_their_text(kind: str | None, options: dict[str, object], parts: dict) -> None:  # type: ignore[type-arg]
    wishes = Wishes(kind, options, parts)
    assert of_text(wishes.text()) == wishes


@given(some.text(max_size=60) | some.from_regex(r'\{"kind": .{0,10}, "options": .{0,10}, "parts": .{0,10}\}'))
def test_a_text_of_another_kind_is_no_wish(text: str) -> None:
    assert isinstance(of_text(text), Wishes)


def test_a_target_takes_the_place_of_the_one_before() -> None:
    wishes = Wishes("table").with_part("b", "role", "target").with_part("a", "type", "number")
    now = wishes.with_target("a", ("b",))
    assert now.parts == {"b": {}, "a": {"type": "number", "role": "target"}}
    assert now.with_part("a", "role", MISSING).parts["a"] == {"type": "number"}


def test_looking_again_at_what_is_read_as_found_settles_nothing(tmp_path: Path) -> None:
    for path in (
        wine_table(tmp_path / "wines.csv"),
        digit_folders(tmp_path / "digits", 60),
        iris_arrays(tmp_path / "iris.npz"),
    ):
        settings = describe(path).settings
        look = look_again(settings, Watch())
        assert look.found.settings == settings, path
        assert not look.wishes.options
        assert not look.wishes.parts


def test_what_was_settled_is_the_same_after_looking_again(tmp_path: Path) -> None:
    path = wine_table(tmp_path / "wines.csv")
    wishes = Wishes("table").with_target("alcohol", ("grower",)).with_part("hue", "role", "ignored")
    settings = look_into(path, wishes, Watch()).found.settings
    look = look_again(settings, Watch())
    assert look.found.settings == settings
    assert look.wishes.parts["hue"] == {"role": "ignored"}
    assert set(look.wishes.parts) == {"hue", "alcohol", "grower"}
    assert kept(settings).parts["alcohol"]["role"] == "target"


def test_differences_name_classes_columns_and_counts(tmp_path: Path) -> None:
    folder = digit_folders(tmp_path / "digits", 60)
    before = describe(folder).dataset
    for file in (folder / "7").iterdir():
        file.unlink()
    (folder / "0").rename(folder / "nought")
    after = describe(folder)
    said = " ".join(differences(before, after))
    assert f"60 samples before, {after.samples} now." in said
    assert "New: the class nought." in said
    assert "Gone: classes 0, 7." in said


def test_a_listed_entry_keeps_its_place_and_the_list_is_short() -> None:
    recent = RecentOwn(None)
    for number in range(12):
        recent.add(OwnEntry(f"/data/{number}", Wishes("table"), "150 samples"))
    assert [entry.title for entry in recent.entries()] == [str(number) for number in range(11, 3, -1)]
    recent.add(OwnEntry("/data/9", Wishes("images"), "new"))
    assert [entry.title for entry in recent.entries()] == [str(number) for number in range(11, 3, -1)]
    assert recent.entries()[2] == OwnEntry("/data/9", Wishes("images"), "new")


@pytest.mark.parametrize("text", ['{"path": 3}', "[]", '{"path": "a\\u0000b", "wishes": "", "facts": ""}', "{"])
def test_a_damaged_entry_of_the_preferences_is_left_out(text: str) -> None:
    recent = RecentOwn(None)
    recent._texts = [text]
    assert recent.entries() == []
    recent.add(OwnEntry("/data/a", Wishes()))
    assert [entry.path for entry in recent.entries()] == ["/data/a"]


def visits(path: Path) -> Path:
    rows = [
        (index % 12, f"2024-02-{1 + index % 28:02}", ("train", "val", "test")[index % 3], index / 7, index % 2)
        for index in range(90)
    ]
    return table(path, ("patient", "day", "set", "value", "label"), *rows)


def test_every_way_to_split_is_a_wish_that_can_be_taken_back(tmp_path: Path) -> None:
    look = look_into(visits(tmp_path / "visits.csv"), Wishes(), Watch())
    found = splitting_of(source_of(look.found.settings))
    assert found is not None
    assert (found.way, found.column, found.ways) == ("part", "set", ("chance", "group", "time", "part"))
    columns = {"chance": None, "group": "patient", "time": "day", "part": "set"}
    for way, column in columns.items():
        now = look_into(tmp_path / "visits.csv", settle(look.wishes, source_of(look.found.settings), way), Watch())
        source = source_of(now.found.settings)
        split = splitting_of(source)
        assert split is not None
        assert (split.way, split.column) == (way, column)
        features = now.found.fields["features"].columns
        assert not [name for name in features if name.startswith("set")], "what names the part is nothing to learn from"
        assert is_settled(now.wishes) == (way in ("group", "time", "part"))
        assert split_facts(DataConfig(source=now.found.settings))[0].groups == (
            None if way in ("chance", "part") else pytest.approx(10, abs=10)
        )
        back = look_into(tmp_path / "visits.csv", unsettled(now.wishes), Watch())
        assert way == "chance" or back.found.settings == look.found.settings
        assert look_again(now.found.settings, Watch()).found.settings == now.found.settings


def test_images_are_split_by_folders_and_by_their_table(tmp_path: Path) -> None:
    folder = digit_folders(tmp_path / "digits", 60)
    look = look_into(folder, Wishes(), Watch())
    for way in ("folders", "chance"):
        now = look_into(folder, settle(look.wishes, source_of(look.found.settings), way), Watch())
        split = splitting_of(source_of(now.found.settings))
        assert split is not None
        assert split.way == way
        assert set(split.ways) <= set(WAYS)
    flat = tmp_path / "flat"
    flat.mkdir()
    names = sorted(folder.rglob("*.png"))
    for name in names:
        name.rename(flat / name.name)
    rows = [(name.name, name.parent.name, index // 6) for index, name in enumerate(names)]
    table(flat / "labels.csv", ("file", "label", "writer"), *rows)
    look = look_into(flat, Wishes(), Watch())
    source = source_of(look.found.settings)
    now = look_into(flat, settle(look.wishes, source, "group", None, look.columns), Watch())
    assert now.found.settings.options["split_column"] == "writer"
    assert [fact.groups for fact in split_facts(DataConfig(source=now.found.settings))] != [None] * 3


def test_folders_of_masks_and_the_file_column_are_wishes(tmp_path: Path) -> None:
    folder = tmp_path / "all"
    for name in ("photos", "masks", "other"):
        (folder / name).mkdir(parents=True)
    for index in range(6):
        values = np.zeros((8, 8), np.uint8)
        values[2:4, index : index + 2] = 255
        for name, made in (("photos", values // 3), ("masks", values), ("other", 255 - values // 2)):
            Image.fromarray(made).save(folder / name / f"{index}.png")
    look = look_into(folder, Wishes(), Watch())
    offers = _offers(source_of(look.found.settings), look.found.settings, look)
    assert ("other", "other") in offers["masks_in"][0]
    wishes = look.wishes.with_option("answers", "masks").with_option("images_in", "photos")
    now = look_into(folder, wishes.with_option("masks_in", "other"), Watch())
    assert now.found.settings.options["mask_values"] == (128, 255)
    with pytest.raises(DataError, match="has a mask of its name"):
        look_into(folder, wishes.with_option("masks_in", "nowhere"), Watch())
    flat = folder / "photos"
    rows = [(f"{index}.png", f"{(index + 1) % 6}.png", "ab"[index < 2]) for index in range(6)]
    table(flat / "labels.csv", ("file", "copy", "label"), *rows)
    look = look_into(flat, Wishes(), Watch())
    offers = _offers(source_of(look.found.settings), look.found.settings, look)
    assert offers["file_column"] == ((("file", "file"), ("copy", "copy"), ("label", "label")), "file")
    now = look_into(flat, look.wishes.with_option("answers", "table").with_option("file_column", "copy"), Watch())
    assert now.found.settings.options["file_column"] == "copy"
