"""Sliding windows with the numbers of a trained network: the layer's own input, weights and answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import layers
from engine.inside.looking.errors import LookingError
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.samples import of_part
from engine.inside.looking.sliding_numbers import sliding_numbers
from engine.sliding.sliding import sliding_of
from engine.spec import Spec
from tests.engine.looking_networks import fresh, on_digits

LAYERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": "same_tf", "stride": 2}),
    ("MaxPool2d", {"kernel_size": 3, "padding": "same_tf", "stride": 2}),
    ("ConvTranspose2d", {"out_channels": 2, "kernel_size": 3}),
    ("AvgPool2d", {"kernel_size": 2}),
    ("Flatten", {}),
    ("Linear", {"out_features": 10}),
)


def test_the_numbers_are_those_of_the_network() -> None:
    trained = fresh(on_digits(*LAYERS))
    graph = trained.plan.graph
    inspector, sample = Inspector(trained), of_part(trained, trained.part("test"), 0)
    answers = {one.id.path.node: one for one in inspector.layers(sample.batch)}
    previous = next(iter(graph.of_type("Input"))).id
    for name, parameters in LAYERS[:4]:
        (node,) = graph.of_type(name)
        given = inspector.run(sample.batch, [answers[previous].id]).values[answers[previous].id]
        wanted = inspector.run(sample.batch, [answers[node.id].id]).values[answers[node.id].id]
        sliding = sliding_of(layers.get(name)(**parameters), Spec((1, *given.shape[1:])))
        found = sliding_numbers(trained, sliding, (), node.id)
        np.testing.assert_array_equal(found.inputs, given[0].numpy())
        np.testing.assert_allclose(found.outputs, wanted[0].numpy(), rtol=1e-5, atol=1e-6)
        assert found.real
        assert found.source == f"{node.name} of the run nowhere, sample 1"
        previous = node.id


def test_a_layer_that_was_trained_otherwise_is_refused_with_a_sentence() -> None:
    trained = fresh(on_digits(*LAYERS))
    (conv,) = trained.plan.graph.of_type("Conv2d")
    own = LAYERS[0][1]
    for parameters, sizes in (
        ({**own, "kernel_size": 5}, (1, 8, 8)),
        (own, (1, 9, 9)),
        ({**own, "stride": 3}, (1, 8, 8)),
    ):
        with pytest.raises(LookingError, match="was trained with other settings"):
            sliding_numbers(trained, sliding_of(layers.get("Conv2d")(**parameters), Spec((1, *sizes))), (), conv.id)
    with pytest.raises(LookingError, match="not in the network"):
        sliding_numbers(trained, sliding_of(layers.get("Conv2d")(**own), Spec((1, 1, 8, 8))), (), "nobody")
