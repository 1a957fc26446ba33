"""What is looked for in the folder of a data set is what its loader reads; what is there instead is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.data.dataset import DataError, Dataset, MissingFiles
from engine.data.datasets import catalogue, load
from engine.data.searching import in_words, look_into, sought

WITH_FILES = [dataset for dataset in catalogue() if dataset.files]


@pytest.mark.parametrize("dataset", WITH_FILES, ids=lambda dataset: dataset.name)
def test_with_the_files_sought_nothing_is_missing_to_the_loader(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(MissingFiles):
        load(dataset.name, str(tmp_path))
    for index, way in enumerate(sought(dataset)):
        for choice in range(max(map(len, way))):
            here = tmp_path / f"{index}-{choice}"
            names = [names[min(choice, len(names) - 1)] for names in way]
            for name in names[:-1]:
                (here / name).parent.mkdir(parents=True, exist_ok=True)
                (here / name).touch()
            if len(names) > 1:
                assert look_into(dataset, here).part
            assert not look_into(dataset, here).whole
            (here / names[-1]).parent.mkdir(parents=True, exist_ok=True)
            (here / names[-1]).touch()
            assert look_into(dataset, here).whole
            with pytest.raises(DataError) as caught:
                load(dataset.name, str(here))
            assert not isinstance(caught.value, MissingFiles), "they are empty, but there"


def test_other_things_are_named_and_hidden_ones_count_for_nothing(tmp_path: Path) -> None:
    (dataset,) = (one for one in WITH_FILES if one.name == "mnist")
    (tmp_path / ".DS_Store").touch()
    empty = look_into(dataset, tmp_path)
    assert (empty.part, empty.whole, empty.others, empty.fault) == (False, False, (), "")
    assert "Nothing else is there." in in_words(dataset, empty, tmp_path)
    for number in range(9):
        (tmp_path / f"page{number}.txt").touch()
    found = look_into(dataset, tmp_path)
    assert not found.part
    assert "There are: page0.txt, page1.txt, page2.txt, page3.txt, page4.txt, page5.txt and 3 more." in in_words(
        dataset, found, tmp_path
    )


def test_what_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = look_into(WITH_FILES[0], tmp_path / "file")
    assert found.fault == f"{tmp_path / 'file'} is not a folder."
    assert not found.writable
    assert look_into(WITH_FILES[0], tmp_path / "new" / "folder").writable
