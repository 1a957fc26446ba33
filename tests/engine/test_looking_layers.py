"""What single layers do: maps, filters, attention, templates, neighbours, projections, and images that excite them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors
from torch import nn

from engine.graph import Graph
from engine.inside.looking import samples
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.methods import method
from engine.inside.looking.results import Bars, Dots, Grid, Nearest
from engine.seeds import derive
from tests.engine.looking_networks import asked, fresh, last, on, on_digits, rename, small
from tests.engine.networks import chain


@pytest.fixture(scope="module")
def lenet() -> Inspector:
    return Inspector(fresh(small("lenet-5")))


def test_feature_maps_are_the_answers_of_the_channels(lenet: Inspector) -> None:
    question = asked(lenet, "conv1", index=4)
    result = last(method("feature-maps"), question).result
    assert isinstance(result, Grid)
    wanted = lenet.network.module.get_submodule("conv1")(question.the_sample().batch["image"])[0].detach()
    assert np.array_equal(result.maps, wanted.numpy())
    assert result.signed
    ordered = last(method("feature-maps"), asked(lenet, "conv1", index=4, options={"order": "strongest first"})).result
    assert isinstance(ordered, Grid)
    strength = np.abs(ordered.maps).mean((1, 2))
    assert (np.diff(strength) <= 0).all()
    assert {title.split()[-1] for title in ordered.titles} == set("012345")
    flat = last(method("feature-maps"), asked(lenet, "fc2", index=4)).result
    assert isinstance(flat, Bars)
    assert len(flat.values) == 84


def test_filters_are_the_weights(lenet: Inspector) -> None:
    weight = lenet.network.module.get_submodule("conv2").get_parameter("weight").detach().numpy()
    result = last(method("filters"), asked(lenet, "conv2")).result
    assert isinstance(result, Grid)
    assert np.array_equal(result.maps, weight.reshape(96, 5, 5))
    assert result.titles[7] == "1 ← 1"
    strong = last(method("filters"), asked(lenet, "conv2", options={"show": "strength"})).result
    assert isinstance(strong, Grid)
    assert strong.maps == pytest.approx(np.sqrt((weight**2).mean(1)), rel=1e-5)


def test_filters_over_three_channels_are_in_colours() -> None:
    graph = on_digits(
        ("Conv2d", {"out_channels": 3, "kernel_size": 1}),
        ("Conv2d", {"out_channels": 5, "kernel_size": 3}),
        ("Flatten", {}),
        ("Linear", {"out_features": 10}),
    )
    result = last(method("filters"), asked(Inspector(fresh(graph)), "conv2")).result
    assert isinstance(result, Grid)
    assert result.maps.shape == (5, 3, 3, 3)
    assert (result.maps.min(axis=(1, 2, 3)) == 0).all()
    assert result.maps.max(axis=(1, 2, 3)) == pytest.approx(np.ones(5))


def test_templates_are_the_rows_of_a_linear_classifier() -> None:
    inspector = Inspector(fresh(on_digits(("Flatten", {}), ("Linear", {"out_features": 10}))))
    result = last(method("templates"), asked(inspector, "fc1")).result
    weight = inspector.network.module.get_submodule("fc1").get_parameter("weight").detach().numpy()
    assert isinstance(result, Grid)
    assert np.array_equal(result.maps, weight.reshape(10, 8, 8))
    assert result.titles == tuple(map(str, range(10)))


def rows(*layers: tuple[str, dict[str, object]]) -> Graph:
    graph = chain((8, 8), *layers, ("Mean", {"dim": 1}), ("Linear", {"out_features": 10}))
    rename(graph, graph.of_type("Input")[0].id, "rows")
    return on("digit_rows", graph)


@pytest.mark.parametrize("causal", [False, True])
def test_attention_is_that_of_each_head(causal: bool) -> None:
    inspector = Inspector(fresh(rows(("MultiheadAttention", {"num_heads": 4, "is_causal": causal}))))
    question = asked(inspector, "attention1", index=3)
    result = last(method("attention"), question).result
    module = inspector.network.module.get_submodule("attention1")
    assert isinstance(module, nn.MultiheadAttention)
    x = question.the_sample().batch["rows"][0]
    query, key, _ = (x @ module.in_proj_weight.T + module.in_proj_bias).detach().chunk(3, dim=-1)
    scores = torch.stack([query[:, 2 * h : 2 * h + 2] @ key[:, 2 * h : 2 * h + 2].T for h in range(4)]) / 2**0.5
    if causal:
        scores = scores.masked_fill(torch.ones(8, 8, dtype=torch.bool).triu(1), -torch.inf)
    assert isinstance(result, Grid)
    assert result.maps == pytest.approx(scores.softmax(-1).numpy(), abs=1e-6)
    assert result.titles == ("head 1", "head 2", "head 3", "head 4")


def test_attention_within_a_stack_is_shown_layer_by_layer() -> None:
    stack = ("TransformerEncoder", {"nhead": 2, "num_layers": 2, "dim_feedforward": 16})
    inspector = Inspector(fresh(rows(stack)))
    question = asked(inspector, "encoder1", index=3)
    result = last(method("attention"), question).result
    assert isinstance(result, Grid)
    assert result.titles == tuple(f"layers.{layer}.self_attn head {head}" for layer in (0, 1) for head in (1, 2))
    assert result.maps.sum(-1) == pytest.approx(np.ones((4, 8)), abs=1e-6)
    module = inspector.network.module.get_submodule("encoder1.layers.0.self_attn")
    assert isinstance(module, nn.MultiheadAttention)
    x = question.the_sample().batch["rows"]
    wanted = module(x, x, x, average_attn_weights=False)[1]
    assert result.maps[:2] == pytest.approx(wanted[0].detach().numpy(), abs=1e-6)


@pytest.mark.parametrize("options", [{}, {"is_causal": True}, {"scale": 0.3}])
def test_attention_without_weights_gives_what_the_layer_takes(options: dict[str, object]) -> None:
    graph = Graph("attention")
    start = graph.add("Input", name="rows", shape=(8, 8))
    attention, mean, head = (
        graph.add("ScaledDotProductAttention", **options),
        graph.add("Mean", dim=1),
        graph.add("Linear", out_features=10),
    )
    for port in ("query", "key", "value"):
        graph.connect(start, attention, target=port)
    for source, target in ((attention, mean), (mean, head), (head, graph.add("Output", name="label"))):
        graph.connect(source, target)
    inspector = Inspector(fresh(on("digit_rows", graph)))
    question = asked(inspector, graph.nodes[attention].name, index=3)
    result = last(method("attention"), question).result
    assert isinstance(result, Grid)
    assert question.layer is not None
    answer = inspector.run(question.the_sample().batch, [question.layer.id]).values[question.layer.id][0]
    taken = torch.from_numpy(result.maps[0]) @ question.the_sample().batch["rows"][0]
    assert torch.allclose(taken, answer, atol=1e-5)


def points(inspector: Inspector, layer: str, most: int) -> np.ndarray:
    """What a layer answers to the first test samples, by hooks of torch itself."""
    batch, found = samples.first(inspector.trained, inspector.trained.data.test, most), list[torch.Tensor]()
    module = inspector.network.module.get_submodule(layer)
    handle = module.register_forward_hook(lambda one, given, answer: found.append(answer.detach()))
    with torch.no_grad():
        inspector.network.module(batch["image"])
    handle.remove()
    return found[0].flatten(1).numpy()


@pytest.mark.parametrize("measure", ["euclidean", "cosine"])
def test_neighbours_are_scikit_learns(lenet: Inspector, measure: str) -> None:
    question = asked(lenet, "fc2", index=9, options={"count": 6, "samples": 200, "measure": measure})
    result = last(method("neighbours"), question).result
    known = points(lenet, "fc2", 200)
    distances, order = NearestNeighbors(n_neighbors=7, metric=measure).fit(known).kneighbors(known[9:10])
    assert isinstance(result, Nearest)
    assert 9 not in result.samples
    assert result.samples.tolist() == [one for one in order[0].tolist() if one != 9]
    assert result.distances == pytest.approx(distances[0, 1:], rel=1e-4, abs=1e-6)
    labels = lenet.trained.data.test.values("label")
    assert result.classes == tuple(str(int(labels[one])) for one in result.samples)
    assert result.images is not None
    assert np.array_equal(result.images[0], lenet.trained.data.test.values("image")[result.samples[0]].numpy())


def test_pca_is_scikit_learns(lenet: Inspector) -> None:
    result = last(method("pca"), asked(lenet, "fc1", index=5, options={"samples": 150})).result
    assert isinstance(result, Dots)
    model = PCA(2).fit(points(lenet, "fc1", 150).astype(np.float64))
    wanted = model.transform(points(lenet, "fc1", 150).astype(np.float64))
    assert np.abs(result.points) == pytest.approx(np.abs(wanted), rel=1e-3, abs=1e-4)
    assert f"{100 * model.explained_variance_ratio_[0]:.3g} %" in result.axes[0]
    assert result.chosen == 5
    assert np.array_equal(result.classes, lenet.trained.data.test.values("label")[:150].numpy())


def test_t_sne_is_scikit_learns_and_begins_with_the_pca(lenet: Inspector) -> None:
    question = asked(lenet, "fc2", options={"samples": 60, "perplexity": 10.0, "iterations": 250})
    shown = [step.result for step in method("t-sne").looks(question) if step.result is not None]
    assert len(shown) == 2
    assert all(isinstance(one, Dots) for one in shown)
    seed = derive(0, "t-SNE") % 2**32
    wanted = TSNE(perplexity=10, init="pca", max_iter=250, random_state=seed).fit_transform(points(lenet, "fc2", 60))
    assert isinstance(shown[-1], Dots)
    assert shown[-1].points == pytest.approx(wanted, rel=1e-3, abs=1e-3)


def test_an_image_excites_its_channel_more_than_any_sample_does(lenet: Inspector) -> None:
    options = {"channel": 2, "steps": 64, "jitter": 1}
    steps = [
        step for step in method("maximise").looks(asked(lenet, "conv2", options=options)) if step.result is not None
    ]
    reached = [float(dict(step.facts)["activation"]) for step in steps]
    assert reached[-1] > reached[0]
    batch = samples.first(lenet.trained, lenet.trained.data.test, 200)
    question = asked(lenet, "conv2")
    assert question.layer is not None
    known = lenet.run(batch, [question.layer.id]).values[question.layer.id][:, 2].mean((1, 2))
    assert reached[-1] > float(known.max())


def test_another_seed_begins_elsewhere_and_the_same_gives_the_same(lenet: Inspector) -> None:
    def made(**options: int) -> np.ndarray:
        result = last(method("maximise"), asked(lenet, "conv2", options={"steps": 6, **options})).result
        assert isinstance(result, Grid)
        return result.maps

    assert np.array_equal(made(seed=1), made(seed=1))
    assert not np.array_equal(made(seed=1), made(seed=2))


def test_total_variation_makes_smoother_images(lenet: Inspector) -> None:
    def roughness(tv: float) -> float:
        options = {"steps": 32, "tv": tv, "blur": 0, "l2": 0}
        result = last(method("maximise"), asked(lenet, "conv2", options=options)).result
        assert isinstance(result, Grid)
        return float(np.abs(np.diff(result.maps[0, 0], axis=1)).mean())

    assert roughness(20.0) < roughness(0.0)
