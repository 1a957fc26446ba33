"""Everything that is said of answers, on networks of every kind, against scikit-learn and torch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn import metrics

from engine.graph import Graph
from engine.inside.evaluation.answered import answer_all
from engine.inside.evaluation.chances import chances
from engine.inside.evaluation.details import details
from engine.inside.evaluation.evaluation_set import of_part
from engine.inside.evaluation.scores import scores_of
from tests.engine.looking_networks import fresh, small, tokens, unet

KINDS: dict[str, Callable[[], Graph]] = {
    "LeNet": lambda: small("lenet-5"),
    "ResNet-18": lambda: small("resnet-18-small"),
    "LSTM": lambda: small("lstm-classifier"),
    "Transformer": lambda: small("transformer-encoder"),
    "symbols": tokens,
    "U-Net": unet,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_answers_of_every_kind_of_network(kind: str) -> None:
    trained = fresh(KINDS[kind]())
    asked = answer_all(trained, of_part(trained, "test"))
    head = asked.head()
    found, scores = details(asked, count=5), scores_of(asked, resamples=200)
    assert scores is not None
    answer, labels = head.answer(asked.answers), asked.labels(head)
    given, goal = answer.argmax(-1).flatten().numpy(), labels.flatten().numpy()
    kept = goal != head.output.ignore_index if head.masked else np.ones(len(goal), bool)
    assert scores.metrics["accuracy"].value == pytest.approx(metrics.accuracy_score(goal[kept], given[kept]))
    assert scores.metrics["accuracy"].low <= scores.metrics["accuracy"].value <= scores.metrics["accuracy"].high
    drawn = chances(asked, head)
    one = next(one for one in found.curves if one.positives > 0 and one.negatives)
    index = found.curves.index(one)
    shares = drawn.probabilities()[:, index]
    assert one.auroc == pytest.approx(metrics.roc_auc_score(drawn.truth[:, index], shares))
    assert bool(found.slices) == (kind != "symbols"), "all pieces of text are equally long"
    ignored = head.output.ignore_index if head.masked else -100
    every = torch.nn.functional.cross_entropy(
        answer.movedim(-1, 1), labels, reduction="none", ignore_index=ignored
    ).reshape(len(labels), -1)
    count = torch.from_numpy(kept).reshape(len(labels), -1).sum(1).clamp(min=1)
    worst = (every.sum(1) / count).max()
    assert found.hardest[0].loss == pytest.approx(float(worst), rel=1e-4)
    assert (found.calibration is None) == (labels.dim() > 1)
