"""What simple answers reach on a data set, so that a network's score can be judged: measured on the page's own split.

The majority class (or the mean, or the last value), the nearest neighbour, a linear model, gradient boosting of trees
for tables, and a small multilayer perceptron, all of scikit-learn, fitted on the training part and judged on the test
part; on the validation part where the data keep nothing for a test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from engine.data.dataset import DataError, Dataset, Samples
from engine.data.datasets import get
from engine.data.origin import declared, opened
from engine.data.splitting import PartName, split
from engine.data.views import JUDGED, ROWS, Views, views
from engine.seeds import derive
from engine.settings.data import DataConfig, SplitSettings

if TYPE_CHECKING:
    from engine.data.dataset import Array

    Model = Callable[[Views, "Going"], Array]

HIDDEN, EPOCHS, BATCH = 64, 20, 64
"""The small perceptron: one hidden layer, trained by Adam with scikit-learn's own settings otherwise."""
LINEAR_RATE = 0.01
"""The learning rate of a linear model, which needs larger steps than scikit-learn's own of 0.001."""
TREES, TOGETHER = 100, 20
"""Trees of gradient boosting, as many as scikit-learn has by itself, and how many grow between two reports."""
FEW = 20_000
"""Samples it sees at least, again and again where there are few."""
FILE = "baselines.json"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What one way to answer reaches for one target on the test part, or on another ``part``.

    ``score`` is the share of right answers, padding left out, or R² for numbers; ``mae`` the mean absolute error there.
    ``train`` and ``test`` are how many samples, or positions in samples, it was fitted on and judged on.
    """

    target: str
    name: str
    score: float
    mae: float | None
    train: int
    test: int
    part: str = "test"


class Stopped(Exception):
    """The measuring was cancelled."""


class Going:
    """Tells how far the measuring is, and ends it where that is wanted."""

    def __init__(self, total: int, progress: Callable[[float, str], None], cancelled: Callable[[], bool]) -> None:
        self._total, self._progress, self._cancelled = total, progress, cancelled
        self._done, self.name = 0, ""

    def step(self, share: float = 1.0) -> None:
        """A baseline is done to this share. Raises Stopped."""
        if self._cancelled():
            raise Stopped
        self._progress((self._done + share) / self._total, self.name)
        self._done += share >= 1.0


def measure(
    config: DataConfig,
    progress: Callable[[float, str], None] = lambda share, name: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Baseline, ...]:
    """The baselines of every target, whatever the transforms. Raises DataError, or Stopped once ``cancelled``."""
    import numpy as np

    dataset, found = declared(config), opened(config)
    parts = split(config, found.arrays, dict(dataset.fields))
    part: PartName = "test" if len(parts["test"]) else "validation"
    if not len(parts[part]):
        raise DataError(
            "Baselines are judged on the test part, or the validation part, and data.split leaves both empty: enlarge "
            "data.split.test.",
            setting="data.split.test",
        )
    targets = [name for name, field in dataset.fields.items() if field.role == "target"]
    ways = _ways(dataset)
    arrays, train, test = _in_memory(found, parts["train"], parts[part])
    going, result = Going(len(targets) * len(ways), progress, cancelled), []
    for target in targets:
        source = np.random.RandomState(derive(config.seed, f"baselines {target}") % 2**32)
        seen = views(dataset, arrays, train, test, target, source)
        for name, way in ways.items():
            going.name = f"{name} for {target}"
            going.step(0.0)
            answers = way(seen, going)
            going.step()
            result.append(replace(_judged(target, name, seen, answers), part=part))
    return tuple(result)


def _in_memory(found: Samples, train: Array, test: Array) -> tuple[dict[str, Array], Array, Array]:
    """The samples as arrays, with the indices of the parts; of data of one's own no more than are looked at.

    (Those lie in an order drawn by the seed, so the first ones are like all others.)
    """
    import numpy as np

    if found.ids is None:
        return {name: column[:] for name, column in found.arrays.items()}, train, test
    train, test = train[:ROWS], test[:JUDGED]
    both = np.concatenate([train, test])
    arrays = {name: column[both] for name, column in found.arrays.items()}
    return arrays, np.arange(len(train)), np.arange(len(train), len(both))


def remembered(config: DataConfig) -> tuple[Baseline, ...]:
    """The baselines of a data set on board with the split of a new project; nothing for all else: measure those.

    They were measured with Python 3.11, whose sources some of the sets are made of.
    """
    if config.split != SplitSettings() or config.seed != 0 or config.dataset is None or get(config.dataset).files:
        return ()
    return _file().get(config.dataset, ())


def as_json(found: Mapping[str, tuple[Baseline, ...]]) -> str:
    """The text of the file that `remembered` reads."""
    rows = [
        f" {json.dumps(name)}: [\n" + ",\n".join(f"  {json.dumps(_row(one))}" for one in every) + "\n ]"
        for name, every in found.items()
    ]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def _row(one: Baseline) -> dict[str, object]:
    numbers = {"score": round(one.score, 4), "mae": None if one.mae is None else round(one.mae, 4)}
    return {"target": one.target, "name": one.name, **numbers, "train": one.train, "test": one.test}


def _file() -> dict[str, tuple[Baseline, ...]]:
    table = json.loads(files("resources").joinpath(FILE).read_text(encoding="utf-8"))
    return {name: tuple(Baseline(**row) for row in rows) for name, rows in table.items()}


def _ways(dataset: Dataset) -> dict[str, Model]:
    first = "mean" if dataset.fields[dataset.first("target")].classes is None else "majority"
    ways: dict[str, Model] = {first: _majority}
    if dataset.task == "forecast":
        ways["last value"] = _last
    goal = dataset.fields[dataset.first("target")]
    if 1 < goal.season <= dataset.fields[dataset.first("input")].shape[0]:
        ways["a season before"] = _seasonal
    ways |= {"nearest neighbour": _neighbour, "linear": _linear}
    if dataset.kind == "table":
        ways["gradient boosting"] = _boosting
    return ways | {"small MLP": _perceptron}


def _judged(target: str, name: str, seen: Views, answers: Array) -> Baseline:
    import numpy as np

    sizes = len(seen.train), len(seen.test)
    if seen.classes:
        return Baseline(target, name, float(np.mean(answers == seen.test_goal)), None, *sizes)
    goal = seen.test_goal.reshape(len(seen.test), -1)
    wrong = goal - answers.reshape(goal.shape)
    spread = ((goal - goal.mean(0)) ** 2).sum()
    score = 1.0 - float((wrong**2).sum() / spread) if spread else 0.0
    return Baseline(target, name, score, float(np.abs(wrong).mean()), *sizes)


def _majority(seen: Views, going: Going) -> Array:
    from sklearn.dummy import DummyClassifier, DummyRegressor

    model = DummyClassifier(strategy="most_frequent") if seen.classes else DummyRegressor()
    answers: Array = model.fit(seen.train, seen.train_goal).predict(seen.test)
    return answers


def _last(seen: Views, going: Going) -> Array:
    """The last value, for every time to come."""
    assert seen.last is not None
    return seen.last


def _seasonal(seen: Views, going: Going) -> Array:
    """What was a season before: the naive forecast."""
    assert seen.seasonal is not None
    return seen.seasonal


def _neighbour(seen: Views, going: Going) -> Array:
    import numpy as np
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    model = (KNeighborsClassifier if seen.classes else KNeighborsRegressor)(n_neighbors=1, algorithm="brute", n_jobs=1)
    model.fit(seen.train, seen.train_goal)
    pieces = np.array_split(seen.test, max(1, len(seen.test) // 250))
    answers = []
    for number, piece in enumerate(pieces):
        going.step(0.99 * number / len(pieces))
        answers.append(model.predict(piece))
    return np.concatenate(answers)


def _boosting(seen: Views, going: Going) -> Array:
    """Trees grown some at a time, each to fix what those before it get wrong; for each number to predict again."""
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if seen.classes else HistGradientBoostingRegressor
    goals = [seen.train_goal] if seen.train_goal.ndim == 1 else list(seen.train_goal.T)
    if seen.classes and len(np.unique(goals[0])) < 2:
        return _majority(seen, going)
    answers: list[Array] = []
    for number, goal in enumerate(goals):
        model = kind(warm_start=True, early_stopping=False, random_state=0)
        for trees in range(TOGETHER, TREES + 1, TOGETHER):
            going.step(0.99 * (number + (trees - TOGETHER) / TREES) / len(goals))
            model.set_params(max_iter=trees).fit(seen.train, goal)
        answers.append(model.predict(seen.test))
    return answers[0] if len(answers) == 1 else np.stack(answers, axis=1)


def _linear(seen: Views, going: Going) -> Array:
    """Logistic or linear regression, by the steps of a perceptron without a hidden layer."""
    return _trained(seen, going, {"hidden_layer_sizes": (), "learning_rate_init": LINEAR_RATE})


def _perceptron(seen: Views, going: Going) -> Array:
    return _trained(seen, going, {"hidden_layer_sizes": (HIDDEN,)})


def _trained(seen: Views, going: Going, own: dict[str, Any]) -> Array:
    import numpy as np
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    settings = {**own, "batch_size": min(BATCH, len(seen.train)), "random_state": 0}
    if seen.classes:
        model, known = MLPClassifier(**settings), {"classes": np.unique(seen.train_goal)}
        goal, middle, spread = seen.train_goal, 0.0, 1.0
    else:
        model, known = MLPRegressor(**settings), {}
        flat = seen.train_goal.reshape(len(seen.train), -1)
        middle, spread = flat.mean(), flat.std() or 1.0
        goal = ((flat - middle) / spread).squeeze()
    epochs = max(EPOCHS, FEW // len(seen.train))
    for epoch in range(epochs):
        going.step(0.99 * epoch / epochs)
        model.partial_fit(seen.train, goal, **known)
    answers = model.predict(seen.test)
    result: Array = answers if seen.classes else answers * spread + middle
    return result
