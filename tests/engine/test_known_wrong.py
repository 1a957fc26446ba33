"""One small network for each kind on which the written source was wrong once. A kind that still is has a mark, and an
entry in `known_wrong`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from engine.graph import Graph
from engine.problems import find
from tests.engine.agreement import disagreement
from tests.engine.classics import along, joined, reckoned
from tests.engine.known_wrong import KNOWN_WRONG, known
from tests.engine.random_networks import Network

Build = Callable[[], Network]


def counter(graph: Graph, shape: tuple[Any, ...], **parameters: Any) -> tuple[Graph, str, str]:
    """A block with one state that begins at zero: (its graph, its input x, its state)."""
    block = graph.define("Counter", **parameters)
    x = block.add("BlockInput", name="x")
    return block, x, block.add("BlockInput", name="h", state=True, shape=shape)


def ended(graph: Graph, node: str, *outputs: int, sizes: tuple[int, ...] = (2,), dtype: Any = torch.float32) -> Network:
    """The network with an Output after each of these outputs of a node."""
    for index in outputs or (0,):
        graph.connect(node, graph.add("Output", loss="mse_loss"), source=index)
    starts = graph.of_type("Input")
    shapes = [tuple(3 if size == "T" else size for size in node.parameters["shape"]) for node in starts]
    tensors = [torch.randn(*sizes, *shape, dtype=dtype) for shape in shapes]
    return Network(graph, tensors, dtype, {"N": sizes[0], "T": 3})


def unread_states() -> Network:
    """A repeated scan whose last state and first output nobody reads."""
    graph = Graph("scan")
    block, x, h = counter(graph, (4,))
    new = joined(block, "Add", x, h)
    block.connect(along(block, x, ("Linear", {"out_features": 4})), block.add("BlockOutput", name="y"))
    block.connect(new, block.add("BlockOutput", name="z"))
    block.connect(new, block.add("BlockOutput", name="next", state="h"))
    use = along(graph, graph.add("Input", shape=("T", 4)), ("Counter", {"apply": "scan", "repeat": 2}))
    return ended(graph, use, 1)


def scan_of_a_state() -> Network:
    """The second repeat reads the last state of the first one, a sequence by itself."""
    graph = Graph("scan")
    block, x, h = counter(graph, (3, 4))
    new = along(block, x, ("Linear", {"out_features": 12}), ("Reshape", {"shape": (3, 4)}))
    block.connect(joined(block, "Add", new, h), block.add("BlockOutput", name="next", state="h"))
    use = along(graph, graph.add("Input", shape=("T", 4)), ("Counter", {"apply": "scan", "repeat": 2}))
    return ended(graph, use)


def steps_of_a_state() -> Network:
    """The second repeat scans the last state of the first one, so its other output is as long as that state."""
    graph = Graph("scan")
    block, x, h = counter(graph, (3, 4))
    new = along(block, x, ("Linear", {"out_features": 12}), ("Reshape", {"shape": (3, 4)}))
    block.connect(joined(block, "Add", new, h), block.add("BlockOutput", name="next", state="h"))
    block.connect(along(block, x, ("Linear", {"out_features": 2})), block.add("BlockOutput", name="y"))
    use = along(graph, graph.add("Input", shape=(5, 4)), ("Counter", {"apply": "scan", "repeat": 2}))
    flat, out = graph.add("Flatten"), graph.add("Linear", out_features=6)
    graph.connect(use, flat, source=1)
    graph.connect(flat, out)
    return ended(graph, out)


def state_dtype() -> Network:
    """Integers come in, and the states are floats of the network's kind."""
    graph = Graph("scan")
    block, x, h = counter(graph, (4,))
    new = along(block, x, ("Embedding", {"num_embeddings": 5, "embedding_dim": 4}))
    new = joined(block, "Add", new, along(block, h, ("Linear", {"out_features": 4})))
    block.connect(new, block.add("BlockOutput", name="next", state="h"))
    use = along(graph, graph.add("Input", shape=(3,), dtype="int64"), ("Counter", {"apply": "scan"}))
    graph.connect(use, graph.add("Output", loss="mse_loss"))
    return Network(graph, [torch.tensor([[0, 1, 4], [2, 2, 3]])], torch.float64, {"N": 2})


def state_sizes() -> Network:
    """A state whose size is a value of each repeat."""
    graph = Graph("scan")
    block, x, h = counter(graph, (reckoned("size"),), size=3)
    block.connect(along(block, x, ("Linear", {"out_features": 4})), block.add("BlockOutput", name="y"))
    block.connect(h, block.add("BlockOutput", name="next", state="h"))
    more = {"apply": "scan", "repeat": 2, "size": {"per_repeat": (3, 2)}}
    use = along(graph, graph.add("Input", shape=("T", 4)), ("Counter", more))
    return ended(graph, use, 0, 1)


def loop_variable() -> Network:
    graph = Graph("loop")
    block = graph.define("Sum")
    a, b = block.add("BlockInput", name="a"), block.add("BlockInput", name="b")
    block.connect(joined(block, "Add", a, b), block.add("BlockOutput"))
    use = graph.add("Sum", repeat=2)
    for name in ("x", "layer"):
        graph.connect(graph.add("Input", shape=(3,), name=name), use)
    return ended(graph, along(graph, use, ("Linear", {"out_features": 2})))


def class_names() -> Network:
    graph = Graph("LayerScale")
    steps = (("Linear", {"out_features": 4}), ("LayerScale", {"init_value": 1.0}))
    return ended(graph, along(graph, graph.add("Input", shape=(3,)), *steps))


def one_of_many() -> Network:
    """The first use of the outer block has the inner one once, the second twice."""
    graph = Graph("repeats")
    inner = graph.define("Mix")
    a, b = inner.add("BlockInput", name="a"), inner.add("BlockInput", name="b")
    new = along(inner, joined(inner, "Add", a, b), ("Linear", {"out_features": 3}))
    inner.connect(new, inner.add("BlockOutput"))
    outer = graph.define("Stage", depth=1)
    x = outer.add("BlockInput")
    use = joined(outer, "Mix", x, x, repeat=reckoned("depth"))
    outer.connect(use, outer.add("BlockOutput"))
    return ended(graph, along(graph, graph.add("Input", shape=(3,)), ("Stage", {}), ("Stage", {"depth": 2})))


def counted_repeats() -> Network:
    """Each repeat gives one feature more, and an expression says how many there are."""
    graph = Graph("dense")
    inner = graph.define("Grow")
    x = inner.add("BlockInput")
    new = along(inner, x, ("Linear", {"out_features": 1}))
    inner.connect(joined(inner, "Concat", x, new, dim=-1), inner.add("BlockOutput"))
    outer = graph.define("Stage", depth=4)
    along(outer, outer.add("BlockInput"), ("Grow", {"repeat": reckoned("depth")}), ("BlockOutput", {}))
    return ended(graph, along(graph, graph.add("Input", shape=(3,)), ("Stage", {})))


def inside(kind: str, shape: tuple[Any, ...], parameters: dict[str, Any], **declared: Any) -> Network:
    """One layer in a block with these parameters, after a Linear that has something to learn."""
    graph = Graph("one layer")
    block = graph.define("Around", **declared)
    along(block, block.add("BlockInput"), (kind, parameters), ("BlockOutput", {}))
    steps = (("Linear", {"out_features": shape[-1]}), ("Around", {}))
    return ended(graph, along(graph, graph.add("Input", shape=shape), *steps))


def count_of_outputs() -> Network:
    return inside("Chunk", (6,), {"chunks": reckoned("parts")}, parts=3)


def causal() -> Network:
    graph = Graph("decoder")
    block = graph.define("Around", first=True)
    x = block.add("BlockInput")
    node = joined(block, "TransformerDecoderLayer", x, x, nhead=2, tgt_is_causal=reckoned("first"))
    block.connect(node, block.add("BlockOutput"))
    return ended(graph, along(graph, graph.add("Input", shape=(5, 4)), ("Around", {})))


def stored_names() -> Network:
    return inside("Permute", (3, 4), {"dims": (0, reckoned("training"), 1)}, training=2)


def open_inside() -> Network:
    """An LSTM cell whose states nothing is wired to where the block is used."""
    graph = Graph("open")
    block = graph.define("Around")
    x = block.add("BlockInput", name="x")
    h, c = (block.add("BlockInput", name=name, optional=True) for name in "hc")
    node = joined(block, "LSTMCell", x, h, c, hidden_size=4)
    block.connect(node, block.add("BlockOutput"))
    return ended(graph, along(graph, graph.add("Input", shape=(3,)), ("Around", {})))


def across_the_batch() -> Network:
    """Each step is (N, S, features), and the layer takes N for the time."""
    graph = Graph("steps")
    block = graph.define("Around")
    along(block, block.add("BlockInput"), ("GRU", {"hidden_size": 4, "batch_first": False}), ("BlockOutput", {}))
    return ended(graph, along(graph, graph.add("Input", shape=(3, 2, 5)), ("Around", {"apply": "each_step"})))


def wrapped_text() -> Network:
    """The head of the class is so wide that the text comes to stand at the end of its first line."""
    declared = dict.fromkeys(("size", "depth", "stride", "height"), 1) | {"mode": "nearest-exact"}
    return inside("Upsample", (3, 4), {"scale_factor": 2.0, "mode": reckoned("mode")}, **declared)


def one_sample() -> Network:
    """Source and interpreter add up gradients in another order, so only one meets torch's mistake."""
    graph = Graph("norms")
    norm = along(graph, graph.add("Input", shape=(2, 6, 6)), ("InstanceNorm2d", {}))
    images = along(graph, norm, ("LayerNorm2d", {}))
    for answer in (along(graph, norm, ("Flatten", {}), ("Linear", {"out_features": 2})), images):
        graph.connect(answer, graph.add("Output", loss="mse_loss"))
    return Network(graph, [torch.randn(1, 2, 6, 6)], torch.float32, {"N": 1})


EXAMPLES: dict[str, Build] = {
    "unread states": unread_states,
    "scan of a state": scan_of_a_state,
    "steps of a state": steps_of_a_state,
    "state dtype": state_dtype,
    "state sizes": state_sizes,
    "loop variable": loop_variable,
    "class names": class_names,
    "one of many": one_of_many,
    "counted repeats": counted_repeats,
    "count of outputs": count_of_outputs,
    "causal": causal,
    "stored names": stored_names,
    "open inside": open_inside,
    "across the batch": across_the_batch,
    "wrapped text": wrapped_text,
    "one sample": one_sample,
}


def kinds() -> list[Any]:
    """Every example, marked where its kind is known to be wrong."""
    marks = {name: [pytest.mark.xfail(strict=True, reason=wrong.reason)] for name, wrong in KNOWN_WRONG.items()}
    return [pytest.param(build, id=name, marks=marks.get(name, [])) for name, build in EXAMPLES.items()]


@pytest.mark.parametrize("build", kinds())
def test_source_and_interpreter_agree(build: Build) -> None:
    assert disagreement(build()) == ""


def test_a_kind_is_known_by_its_example_which_has_no_error() -> None:
    assert KNOWN_WRONG.keys() <= EXAMPLES.keys()
    for name in KNOWN_WRONG:
        example = EXAMPLES[name]()
        assert name in known(example)
        assert [problem.message for problem in find(example.graph) if problem.severity == "error"] == []
