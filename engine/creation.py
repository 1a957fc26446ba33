"""The order in which the nodes of a graph were created, kept as they come, go, and come back to their old places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any


class Creation:
    """Keeps ``nodes`` in creation order; ``moved`` gets the nodes that went to other places in it."""

    def __init__(self, nodes: dict[str, Any], moved: Callable[[set[str]], None]) -> None:
        self._nodes, self._moved = nodes, moved
        self.of: dict[str, int] = {}
        """Numbers that rise in creation order."""
        self.renumbered = 0
        """How often those numbers were given again, because a node came back to its old place."""
        self._returning: list[tuple[str, int]] | None = None
        """Nodes that came back, each with its old index, while several edits count as one; they still are the last."""

    def copy(self, nodes: dict[str, Any], moved: Callable[[set[str]], None]) -> Creation:
        """The same for a copy of the graph."""
        other = Creation(nodes, moved)
        other.of, other.renumbered = dict(self.of), self.renumbered
        return other

    def enter(self, node_id: str) -> None:
        """A node is there, as the last."""
        self.of[node_id] = next(reversed(self.of.values()), -1) + 1

    def sorted(self, node_ids: Iterable[str]) -> list[str]:
        """These nodes in creation order."""
        self.settle()
        return sorted(node_ids, key=self.of.__getitem__)

    def index(self, node_id: str) -> int:
        """How many nodes come before this one."""
        self.settle()
        if node_id == next(reversed(self._nodes)):  # as one does whose creation is undone
            return len(self._nodes) - 1
        return bisect_left([*self.of.values()], self.of[node_id])

    def put_back(self, node_id: str, index: int) -> None:
        """The last node goes to its old place, with others at the end of `reordering`."""
        with self.reordering():
            assert self._returning is not None
            self._returning.append((node_id, index))

    @contextmanager
    def reordering(self) -> Iterator[None]:
        """Until the end nodes that come back may be the last: they all go to their old places at once."""
        if self._returning is not None:
            yield
            return
        self._returning = []
        try:
            yield
        finally:
            self.settle()
            self._returning = None

    def settle(self) -> None:
        """Let the nodes that came back go to their old places now, for somebody asks for the order."""
        if not self._returning:
            return
        back, self._returning = self._returning, []
        came = {node_id for node_id, _ in back}
        order = [node_id for node_id in self._nodes if node_id not in came]
        for node_id, index in back:
            order.insert(index, node_id)
        for node_id in order:  # in place: others hold this very dictionary
            self._nodes[node_id] = self._nodes.pop(node_id)
        self.of = {node_id: number for number, node_id in enumerate(order)}
        self.renumbered += 1
        self._moved(came)
