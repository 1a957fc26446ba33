"""What expressions are worth in the uses of a class: so it shows whether one says what a value is, or is equal to it
by chance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from engine import expressions
from engine.scope import ExpressionError
from engine.source.views import BlockView

Value = Callable[[BlockView], object]
"""How a view tells a value; None where the value plays no part in it."""
UNKNOWN = object()
MOST_SCALED = 8


class Samples:
    """The uses of a class in the network, and others that it must serve as well.

    ``trials`` are uses with other arguments and sizes; ``reached`` those that the blocks around would make of it.
    """

    def __init__(self, views: Sequence[BlockView], trials: Sequence[BlockView], reached: Sequence[BlockView]) -> None:
        self.views = [*views, *reached, *trials]
        self.used = range(len(views))
        self.reached = range(len(views), len(views) + len(reached))
        self.active = [True] * len(self.views)
        self.environments = [dict(view.arguments) for view in self.views]
        self._worth: dict[tuple[str, int], object] = {}

    def give(self, name: str, value: Value) -> None:
        """The constructor is given one more argument."""
        for view, environment in zip(self.views, self.environments, strict=True):
            environment[name] = value(view)
        self._worth = {key: worth for key, worth in self._worth.items() if worth is not UNKNOWN}

    def worth(self, candidate: str, index: int) -> object:
        """The value of an expression in one use; UNKNOWN where it has none."""
        key = candidate, index
        if key not in self._worth:
            try:
                self._worth[key] = expressions.evaluate(candidate, self.environments[index])
            except ExpressionError:
                self._worth[key] = UNKNOWN
        return self._worth[key]

    def wanted(self, value: Value) -> Wanted:
        """The values to be expressed."""
        return Wanted(self.views, value)

    def wanted_of(self, values: Sequence[object]) -> Wanted:
        """The same where they are known already, one for each use."""
        return Wanted(self.views, lambda view: None, dict(enumerate(values)))

    def holds(self, candidate: str, wanted: Wanted, among: Iterable[int] | None = None) -> bool:
        """Whether an expression gives the right value in all these uses (or in all that there are)."""
        for index in range(len(self.views)) if among is None else among:
            if not self.active[index] or (right := wanted[index]) is None:
                continue
            got = self.worth(candidate, index)
            if got != right or type(got) is not type(right):
                return False
        return True

    def constant(self, wanted: Wanted) -> bool:
        """Whether a value is the same in all uses in the network."""
        return len(set(map(repr, wanted.some(self.used)))) == 1

    def varies(self, wanted: Wanted) -> bool:
        """Whether other arguments, here or of the blocks around, change a value that is the same in all uses."""
        first = wanted.some(self.used)[0]
        given = self.views[0].inputs
        for index in range(len(self.used), len(self.views)):
            counts = index in self.reached or self.views[index].inputs == given
            if self.active[index] and counts and wanted[index] not in (None, first):
                return True
        return False

    def scaled(self, candidates: Iterable[str], wanted: Wanted, *, parts: bool = True) -> Iterator[str]:
        """Multiples (and whole ``parts``) of expressions that give the right value in the first use."""
        right = wanted.some(self.used)[0]
        if type(right) is not int:
            return
        index = next(i for i in self.used if wanted[i] is not None)
        for candidate in list(dict.fromkeys(candidates))[:MOST_SCALED]:
            base = self.worth(candidate, index)
            if type(base) is int and base > 1 and right > 1 and base != right:
                if right % base == 0:
                    yield expressions.times(right // base, candidate)
                elif parts and base % right == 0:
                    yield expressions.substitute("given // number", {"number": str(base // right), "given": candidate})

    def keep(self, candidate: str, wanted: Wanted) -> None:
        """Leave out the uses in which an expression is wrong that was taken all the same: no class serves them."""
        for index in range(len(self.used), len(self.views)):
            right = wanted[index]
            if right is not None and self.worth(candidate, index) != right:
                self.active[index] = False


class Wanted:
    """The values of something in all uses, each found when it is asked for."""

    def __init__(self, views: Sequence[BlockView], value: Value, known: dict[int, object] | None = None) -> None:
        self._views, self._value = views, value
        self._known = known or {}

    def __getitem__(self, index: int) -> object:
        if index not in self._known:
            self._known[index] = self._value(self._views[index])
        return self._known[index]

    def some(self, among: Iterable[int]) -> list[object]:
        """The values in the uses in which it plays a part."""
        return [self[index] for index in among if self[index] is not None]
