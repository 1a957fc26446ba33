"""Looking into networks of sequences: attention, gates, gradients over time, positions and embeddings, all by torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import presets
from engine.data import sources
from engine.graph import Graph
from engine.inside.looking.attending.maps import METHOD as ATTENTION
from engine.inside.looking.attending.on_image import METHOD as ON_IMAGE
from engine.inside.looking.embeddings import METHOD as EMBEDDINGS
from engine.inside.looking.errors import LookingError
from engine.inside.looking.gates import METHOD as GATES
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.positions import METHOD as POSITIONS
from engine.inside.looking.results import Dots, Grid, Heat, Lines
from engine.inside.looking.samples import first
from engine.inside.looking.time_gradients import METHOD as GRADIENTS
from presets.blocks import gru_cell, lstm_cell, multi_head_attention
from presets.fitting import fitted
from tests.engine.looking_networks import asked, fresh, last, on
from tests.engine.own_texts import pair_table


def rows(*middle: tuple[str, dict[str, object]], port: str = "") -> Graph:
    """Digits row by row through some layers, to ten classes."""
    graph = Graph("rows")
    for define in (lstm_cell.define, gru_cell.define, multi_head_attention.define):
        define(graph)
    end = graph.add("Input", name="image", shape=(1, 8, 8))
    for kind, parameters in (("Squeeze", {"name": "rows", "dim": 1}), *middle):
        node = graph.add(kind, **parameters)
        needed = 3 if kind == multi_head_attention.NAME else 1
        for target in range(needed):
            graph.connect(end, node, target=target)
        end = node
    head = graph.add("Linear", name="head", out_features=10)
    if port:
        graph.connect(end, head, source=port)
    else:
        mean = graph.add("Mean", dim=1)
        graph.connect(end, mean)
        graph.connect(mean, head)
    graph.connect(head, graph.add("Output", name="label"))
    return on("digits", graph)


def result(method, inspector: Inspector, layer: str = "", **options: object):
    return last(method, asked(inspector, layer, options=options)).result


def test_a_recurrent_layer_has_gradients_on_a_gpu_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """There cuDNN computes it, which has no backward pass outside of training."""
    inspector, seen = Inspector(fresh(rows(("LSTM", {"name": "read", "hidden_size": 4})))), list[bool]()
    compute = nn.LSTM.forward

    def forward(self: nn.LSTM, *given: torch.Tensor) -> object:
        seen.append(torch.backends.cudnn.enabled)
        return compute(self, *given)

    monkeypatch.setattr(nn.LSTM, "forward", forward)
    batch = first(inspector.trained, inspector.trained.data.train, 2)
    inspector.run(batch)
    inspector.run(batch, gradients=True)
    assert seen == [True, False]
    assert torch.backends.cudnn.enabled


def test_attention_drawn_from_products_is_what_torch_gives_with_need_weights() -> None:
    inspector = Inspector(fresh(rows((multi_head_attention.NAME, {"name": "look", "width": 8, "heads": 2}))))
    found = result(ATTENTION, inspector, "look")
    inner = result(ATTENTION, inspector, "look › heads › weights")
    assert isinstance(found, Grid)
    assert isinstance(inner, Grid)
    theirs = nn.MultiheadAttention(8, 2, batch_first=True)
    own = dict(inspector.network.module.named_parameters())
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([own[f"look.W_{name}.weight"] for name in "QKV"]))
        theirs.in_proj_bias.copy_(torch.cat([own[f"look.W_{name}.bias"] for name in "QKV"]))
        x = first(inspector.trained, inspector.trained.data.test, 1)["image"][:, 0]
        _, wanted = theirs(x, x, x, need_weights=True, average_attn_weights=False)
    np.testing.assert_allclose(found.maps, wanted[0].numpy(), atol=1e-5)
    np.testing.assert_array_equal(inner.maps, found.maps)
    with pytest.raises(LookingError, match="has no attention"):
        result(ATTENTION, inspector, "head")


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize(("stacked", "both"), [(1, False), (2, True)])
def test_gates_and_states_of_torchs_layers_lead_to_their_answers(kind: str, stacked: int, both: bool) -> None:
    layer = {"name": "cell", "hidden_size": 5, "num_layers": stacked, "bidirectional": both}
    inspector = Inspector(fresh(rows((kind, layer))))
    question = asked(inspector, "cell", options={"layer": stacked})
    found = last(GATES, question).result
    assert isinstance(found, Grid)
    assert found.titles == {"RNN": ("h",), "LSTM": ("i", "f", "g", "o", "c", "h"), "GRU": ("r", "z", "n", "h")}[kind]
    assert question.layer is not None
    answer = inspector.run(first(inspector.trained, inspector.trained.data.test, 1), [question.layer.id])
    np.testing.assert_allclose(found.maps[-1].T, answer.values[question.layer.id][0, :, :5].numpy(), atol=1e-5)


def test_the_gates_of_a_scanned_block_are_those_of_its_layers_at_every_step() -> None:
    inspector = Inspector(fresh(rows((lstm_cell.NAME, {"name": "cell", "hidden": 4, "apply": "scan", "repeat": 2}))))
    question = asked(inspector, "cell")
    found = last(GATES, question).result
    assert isinstance(found, Grid)
    assert set(found.titles) == {"i", "f", "g", "o", "new_c", "tanh_c", "new_h"}
    gates = dict(zip(found.titles, found.maps, strict=True))
    np.testing.assert_allclose(gates["new_h"], gates["o"] * np.tanh(gates["new_c"]), atol=1e-6)
    kept = gates["f"][:, 1:] * gates["new_c"][:, :-1] + (gates["i"] * gates["g"])[:, 1:]
    np.testing.assert_allclose(gates["new_c"][:, 1:], kept, atol=1e-6)
    second = last(GATES, asked(inspector, "cell", options={"layer": 2})).result
    assert isinstance(second, Grid)
    assert second.maps.shape == (7, 4, 8)
    question = asked(inspector, "cell")
    assert question.layer is not None
    answer = inspector.run(first(inspector.trained, inspector.trained.data.test, 1), [question.layer.id])
    shown = dict(zip(second.titles, second.maps, strict=True))["new_h"].T
    np.testing.assert_allclose(shown, answer.values[question.layer.id][0].numpy(), atol=1e-6)


@pytest.mark.parametrize("clip", [0.0, 1e-4])
def test_gradients_over_time_are_those_of_autograd(clip: float) -> None:
    scan = (gru_cell.NAME, {"name": "cell", "hidden": 4, "apply": "scan"})
    inspector = Inspector(fresh(rows(scan, ("LSTM", {"name": "lstm", "hidden_size": 3}), port="last")))
    found = result(GRADIENTS, inspector, samples=8, clip=clip)
    assert isinstance(found, Lines)
    module, batch = inspector.network.module, first(inspector.trained, inspector.trained.data.test, 8)
    module.requires_grad_(True)
    x = batch["image"][:, 0].clone().requires_grad_()
    y = []
    h = torch.zeros(8, 4)
    for step in x.unbind(1):
        out, h = module.cell(step, h)
        y.append(out)
    sequence = torch.stack(y, 1)
    answer = module.head(module.lstm(sequence)[1][0][-1])
    loss = nn.functional.cross_entropy(answer, batch["label"])
    slopes = torch.autograd.grad(loss, [x, sequence, *module.parameters()])
    total = float(torch.stack([slope.square().sum() for slope in slopes[2:]]).sum().sqrt())
    assert found.names == (("cell", "lstm") if not clip else ("cell", "lstm", "cell, clipped", "lstm, clipped"))
    for number, slope in enumerate(slopes[:2]):
        wanted = np.log10((slope.norm(dim=-1).mean(0) * 8).numpy())
        np.testing.assert_allclose(found.heights[number], wanted, atol=1e-4)
        if clip:
            np.testing.assert_allclose(found.heights[number + 2], wanted + np.log10(clip / total), atol=1e-4)
    with pytest.raises(LookingError, match="no recurrent layer"):
        result(GRADIENTS, Inspector(fresh(rows())))


def test_positions_and_embeddings_are_shown_as_they_are() -> None:
    positions = ("SinusoidalPositions", {"name": "waves"})
    found = result(POSITIONS, Inspector(fresh(rows(positions))), "waves")
    assert isinstance(found, Grid)
    assert found.maps.shape == (1, 8, 8)
    np.testing.assert_allclose(found.maps[0, :, 0], np.sin(np.arange(8)), atol=1e-4)
    graph = Graph("text")
    text = graph.add("Input", name="words", shape=(56,), dtype="int64")
    table = graph.add("Embedding", name="table", num_embeddings=41, embedding_dim=6)
    mean, head = graph.add("Mean", dim=1), graph.add("Linear", out_features=130)
    shaped = graph.add("Unflatten", dim=1, unflattened_size=(10, 13))
    output = graph.add("Output", name="iso", field="iso")
    for source, target in ((text, table), (table, mean), (mean, head), (head, shaped), (shaped, output)):
        graph.connect(source, target)
    inspector = Inspector(fresh(on("dates", graph)))
    dots = result(EMBEDDINGS, inspector, "table")
    assert isinstance(dots, Dots)
    assert (len(dots.points), dots.labels[:3]) == (41, ("·", " ", ","))
    weight = inspector.network.module.table.weight.detach().numpy()
    assert abs(np.var(dots.points[:, 0]) - np.linalg.eigvalsh(np.cov(weight.T, bias=True))[-1]) < 1e-4
    with pytest.raises(LookingError, match="no table of vectors"):
        result(EMBEDDINGS, inspector, "fc1")


def test_each_of_two_layers_that_read_the_same_has_a_gradient_of_its_own() -> None:
    inspector = Inspector(fresh(presets.build("rnn-beside-lstm", hidden=6)))
    found = result(GRADIENTS, inspector, samples=4, clip=0.0)
    assert isinstance(found, Lines)
    module, batch = inspector.network.module, first(inspector.trained, inspector.trained.data.test, 4)
    for number, name in enumerate(("rnn", "lstm")):
        x = batch["image"].flatten(1)[..., None].clone().requires_grad_()
        last_state = getattr(module, name)(x)[1]
        state = (last_state[0] if isinstance(last_state, tuple) else last_state)[-1]
        loss = nn.functional.cross_entropy(getattr(module, f"head_{name}")(state), batch["label"])
        (slope,) = torch.autograd.grad(loss, x)
        np.testing.assert_allclose(found.heights[number], np.log10(slope.norm(dim=-1).mean(0).numpy() * 4), atol=1e-3)


def test_padded_samples_have_gradients_as_long_as_they_are() -> None:
    graph = Graph("text")
    text = graph.add("Input", name="words", shape=(56,), dtype="int64")
    table = graph.add("Embedding", num_embeddings=41, embedding_dim=4)
    lstm = graph.add("LSTM", name="lstm", hidden_size=3)
    lengths, head = graph.add("SequenceLengths"), graph.add("Linear", out_features=130)
    shaped = graph.add("Unflatten", dim=1, unflattened_size=(10, 13))
    for source, target in ((text, table), (table, lstm), (text, lengths)):
        graph.connect(source, target)
    graph.connect(lengths, lstm, target="lengths")
    graph.connect(lstm, head, source="last")
    graph.connect(head, shaped)
    graph.connect(shaped, graph.add("Output", name="iso", field="iso"))
    inspector = Inspector(fresh(on("dates", graph)))
    found = result(GRADIENTS, inspector, samples=16, clip=0.0)
    longest = int((first(inspector.trained, inspector.trained.data.test, 16)["words"] != 0).sum(1).max())
    assert isinstance(found, Lines)
    assert found.heights.shape == (1, longest)


def test_attention_lies_over_the_patches_it_was_computed_from() -> None:
    inspector = Inspector(fresh(presets.build("vit-tiny")))
    layer = "encoder"
    heads = result(ATTENTION, inspector, layer)
    mean, one = (result(ON_IMAGE, inspector, layer, head=head) for head in (0, 1))
    assert isinstance(heads, Grid)
    for found in (mean, one):
        assert isinstance(found, Heat)
        assert found.image.shape == (1, 8, 8)
    patches = heads.maps[0, 0, 1:].reshape(4, 4)  # those of the class token, the first step
    np.testing.assert_allclose(one.heat, patches.repeat(2, 0).repeat(2, 1), rtol=1e-5)
    last_four = heads.maps[-4:, 0, 1:].mean(0).reshape(4, 4)
    np.testing.assert_allclose(mean.heat, last_four.repeat(2, 0).repeat(2, 1), rtol=1e-5)
    with pytest.raises(LookingError, match="heads: choose one of them"):
        result(ON_IMAGE, inspector, layer, head=60)
    by_rows = Inspector(fresh(rows((multi_head_attention.NAME, {"name": "look", "width": 8, "heads": 2}))))
    with pytest.raises(LookingError, match="cannot be cut into as many square patches"):
        result(ON_IMAGE, by_rows, "look")


def test_an_alignment_names_what_is_written_down_and_what_is_read_across(tmp_path: Path) -> None:
    found = sources.describe(pair_table(tmp_path / "pairs.csv"), options={"answer_length": 24, "length": 24})
    graph, _ = fitted("encoder-decoder-lstm:hidden=8", found)
    inspector = Inspector(fresh(graph))
    alignment = result(ATTENTION, inspector, "looking › weights")
    assert isinstance(alignment, Grid)
    assert alignment.maps.shape == (1, 24, 24), "both texts are as long"
    assert alignment.rows[0] == "<start>"
    assert "".join(alignment.rows[1:4]) == "Ich"
    assert "".join(alignment.columns[:5]) == "I␣saw"
    gates = result(GATES, inspector, "decoder")
    assert isinstance(gates, Grid)
    assert gates.columns[0] == "<start>"
