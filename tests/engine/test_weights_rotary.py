"""Files whose rotary positions turn other pairs than the network: their queries and keys are put into its order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

import presets
from engine import weights
from engine.compile import compile_graph
from engine.weights.failure import WeightsError

HEADS, GROUPS, SIZE = 4, 2, 16


def as_neighbours(weight: Tensor) -> Tensor:
    """Rows of queries or keys as LLaMA's own files have them: what was permuted for transformers, undone.

    (The inverse of ``permute`` in convert_llama_weights_to_hf.py: the halves of each head become pairs.)
    """
    heads = weight.shape[0] // SIZE
    return weight.view(heads, 2, SIZE // 2, weight.shape[1]).transpose(1, 2).reshape(weight.shape)


@pytest.fixture
def module() -> torch.nn.Module:
    torch.manual_seed(2)
    return compile_graph(presets.build("llama-small")).eval()


def answers(module: torch.nn.Module) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    answer: Tensor = module(torch.randint(0, 20, (2, 12), generator=generator))
    return answer


OWN = {
    "query": "attention.wq", "key": "attention.wk", "value": "attention.wv", "project": "attention.wo",
    "gate": "feed_forward.w1", "down": "feed_forward.w2", "up": "feed_forward.w3",
    "norm1": "attention_norm", "norm2": "ffn_norm",
}  # fmt: skip
"""Our names in a layer, and those in LLaMA's own files."""


def theirs(module: torch.nn.Module, names: dict[str, str]) -> dict[str, Tensor]:
    """Its weights as LLaMA's own files have them, with these names."""
    found = {}
    for name, value in module.state_dict().items():
        parts = name.split(".")
        turned = parts[-2] in ("query", "key")
        parts = ["layers", *parts[1:-2], names.get(parts[-2], parts[-2]), parts[-1]] if len(parts) > 3 else parts
        found[".".join(parts)] = as_neighbours(value) if turned else value.clone()
    return found


def test_a_file_of_neighbours_is_known_by_its_names(module: torch.nn.Module, tmp_path: Path) -> None:
    graph = presets.build("llama-small")
    torch.save(theirs(module, OWN), tmp_path / "own.pth")
    report = weights.match(graph, tmp_path / "own.pth")
    assert report.rotary is not None
    assert (report.rotary.order, report.rotary.asked) == ("neighbours", False)
    assert sum("halves_16(" in source for source in report.placed.values()) == 4
    torch.testing.assert_close(
        answers(weights.load(graph, tmp_path / "own.pth", accept_guess=True).eval()), answers(module)
    )


def test_where_the_names_do_not_tell_one_is_asked(module: torch.nn.Module, tmp_path: Path) -> None:
    graph = presets.build("llama-small")
    odd = {**OWN, "query": "one", "key": "two"}
    torch.save(theirs(module, odd), tmp_path / "odd.pth")
    report = weights.match(graph, tmp_path / "odd.pth")
    assert report.rotary is not None
    assert (report.rotary.order, report.rotary.asked) == (None, True)
    assert "choose halves or neighbours" in str(report)
    chosen = weights.load(graph, tmp_path / "odd.pth", accept_guess=True, rotary="neighbours")
    torch.testing.assert_close(answers(chosen.eval()), answers(module))
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "gptj"}))
    found = weights.load(graph, tmp_path / "odd.pth", accept_guess=True)
    torch.testing.assert_close(answers(found.eval()), answers(module))


def test_our_own_names_are_in_our_own_order(module: torch.nn.Module, tmp_path: Path) -> None:
    torch.save(module.state_dict(), tmp_path / "ours.pth")
    report = weights.match(presets.build("llama-small"), tmp_path / "ours.pth")
    assert not any("(" in source for source in report.placed.values())
    with pytest.raises(WeightsError):
        weights.match(presets.build("llama-small"), tmp_path / "gone.pth")
