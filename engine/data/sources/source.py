"""What a kind of data is: how it is recognised, looked into, declared and read."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

from engine.data.dataset import Asked, DataError, Dataset, Samples, Unfit
from engine.data.sources.offers import Offer
from engine.settings.section import Section

if TYPE_CHECKING:
    from engine.data.dataset import Array
    from engine.data.sources.found import Found
    from engine.data.watch import Watch
    from engine.settings.data import DataConfig


class Source(Section):
    """A kind of data as a class; as an object, the options with which a project reads data of this kind.

    What can be inferred is inferred once, by `look`, and stands in the options from then on: `declare` and `open` guess
    nothing. Options are plain literals with a description each, so they can be shown and changed like any setting.
    Packages add kinds through the entry-point group ``layerloom.sources``.
    """

    kind: ClassVar[str]
    """What projects call it: small letters, digits, ``_`` and ``-``."""
    title: ClassVar[str]
    """What people call it: "Images in folders"."""
    reads: ClassVar[tuple[str, ...]] = ()
    """Options that say how data are read and can be set; the others (counts, classes, damaged files) are facts."""
    voids: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Option → those that are found out again when it changes."""
    target_option: ClassVar[str] = ""
    """The option that names what is to be learned, where there is one."""
    takes_text: ClassVar[bool] = False
    """Whether `ask_texts` answers."""

    @classmethod
    @abstractmethod
    def suspect(cls, path: Path) -> str:
        """Why a file or folder may be of this kind, as a sentence; empty where it is not. By names, few bytes at most.

        Raises OSError.
        """

    @classmethod
    def leads(cls, path: Path) -> bool:
        """Whether, of a path it suspects, it is chosen before the kinds that come later. Raises OSError."""
        return True

    @classmethod
    @abstractmethod
    def look(cls, path: Path, wishes: Self | None, watch: Watch) -> Found:
        """What is there, and the options to read it with: inferred, but for those that ``wishes`` were made with.

        (What the user has set is ``wishes.model_fields_set``.) Samples and options it finds odd are notes. Raises
        DataError where nothing can be learned from it, OSError, and Stopped once the watcher wants that.
        """

    @abstractmethod
    def declare(self, path: Path) -> Dataset:
        """The data in words and numbers, from the options alone: the disk is not touched."""

    @abstractmethod
    def open(self, path: Path) -> Samples:
        """The samples, read when they are asked for. Raises DataError with the file, MissingFiles where it is gone."""

    def ask(self, paths: Sequence[Path]) -> Asked:
        """Samples whose answers nobody knows, in files of this kind, read as the project reads its own.

        Raises DataError where they cannot be read so, or the kind has no such files.
        """
        raise DataError(f"{type(self).title}: what a network answers to other files cannot be asked of this kind.")

    def ask_texts(self, texts: Sequence[str]) -> Asked:
        """Texts as samples, read as the project reads its own. Raises DataError where they cannot be."""
        raise DataError(f"{type(self).title}: this network is not given text.")

    def offers(self, path: Path | None = None) -> Mapping[str, Offer]:
        """What may be chosen of the options in `reads`; with a path also what only its files tell.

        Raises DataError, OSError.
        """
        return {}

    def check(self, config: DataConfig) -> None:
        """Raises DataError where what is stored was learnt from another training part than the one of ``config``."""

    def judged_by(self) -> str:
        """What files must be like for their answers to be read: "images in folders that are called '3', '8'"."""
        return f"{self.title.lower()} with answers"

    def unknown_classes(self, path: Path) -> Mapping[str, int]:
        """Classes that files name and these options do not: `open` leaves so many samples of each out.

        Raises DataError, OSError.
        """
        return {}

    def unfit(self, path: Path) -> tuple[Unfit, ...]:
        """Cells of the samples of `open` that do not hold what their columns do. Raises DataError, OSError."""
        return ()

    def columns_beside(self, path: Path) -> Mapping[str, Array]:
        """What the files say of the samples of `open`, in their order, whether or not a network is given it.

        Column → values (samples): float64 with NaN, or texts with "" where nothing is said. Raises DataError, OSError.
        """
        return {}

    @abstractmethod
    def fingerprint(self, path: Path) -> str:
        """SHA-256 in hexadecimal that changes with the data, wherever they are, not with times. Raises OSError."""

    @abstractmethod
    def stamp(self, path: Path) -> str:
        """What changes when the data do, as cheap as can be: sizes and times. Raises OSError."""
