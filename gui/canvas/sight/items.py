"""The items of a level by key, each made when somebody first asks for it: mostly because it comes into sight."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from typing import TypeVar

from PySide6.QtWidgets import QGraphicsItem

K = TypeVar("K", bound=Hashable)
I = TypeVar("I", bound=QGraphicsItem)  # noqa: E741 - an item


class Items(Mapping[K, I]):
    """All items there could be, one for each of the ``existing`` keys; `made` are those that there are.

    Going through all values makes all items. Who wants only what can be seen goes through `made`.
    """

    def __init__(self, existing: Collection[K], make: Callable[[K], I]) -> None:
        self._existing, self._make = existing, make
        self.made: dict[K, I] = {}

    def __getitem__(self, key: K) -> I:
        item = self.made.get(key)
        if item is None:
            if key not in self._existing:
                raise KeyError(key)
            item = self.made[key] = self._make(key)
        return item

    def __iter__(self) -> Iterator[K]:
        return iter(self._existing)

    def __len__(self) -> int:
        return len(self._existing)

    def __contains__(self, key: object) -> bool:
        return key in self._existing

    def drop(self, key: K) -> None:
        """Take the item away; it is made again if somebody asks for it while the key exists."""
        item = self.made.pop(key, None)
        if item is not None and (scene := item.scene()) is not None:
            scene.removeItem(item)
