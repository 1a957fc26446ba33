"""A copy of a trained network whose every layer can be asked: its answers, and gradients with respect to them."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.backends import cudnn

from engine.inside.looking.errors import LookingError
from engine.inside.looking.layer_answers import AnswerId, LayerAnswer, named
from engine.inside.trained import Trained
from engine.training.diagnosis.probes import Probed, Results
from engine.training.evaluation.network import Network
from engine.training.findings import NodePath

SEEN: Final = 128
"""Training samples by which the values of the data are known."""
Batch = Mapping[str, Tensor]
Hook = Callable[[nn.Module, tuple[Any, ...], dict[str, Any], Any], Any]


@dataclass(frozen=True, slots=True)
class Start:
    """Where gradients end: a float input, or what the Embedding at the path ``module`` makes of one of tokens."""

    field: str
    module: str = ""
    call: int = 0


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward pass: the answers of the Outputs, and those of the layers that were asked for."""

    answers: tuple[Tensor, ...]
    values: dict[AnswerId, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """What the module at a path was given, by position and by name, and what it answered."""

    path: str
    given: tuple[Any, ...]
    named: dict[str, Any]
    answer: Any


class Inspector:
    """The network of a run with weights of its own: whatever is done with it changes nothing of the run.

    ``weights`` are those of another moment, by the names of the state dict; else those that ``trained`` has. It is in
    evaluation mode, computes in float32, and its parameters get no gradients.
    """

    def __init__(self, trained: Trained, weights: Mapping[str, Tensor] | None = None) -> None:
        self.trained = trained
        network = trained.network
        module = copy.deepcopy(network.module)
        if weights is not None:
            module.load_state_dict(dict(weights))
        module.requires_grad_(False).eval()
        self.network = Network(
            module, network.inputs, network.heads, network.terms, channels_last=network.channels_last
        )
        self._probed = Probed(trained.plan.graph, trained.plan.report, module)
        self._probed.module.requires_grad_(False).eval()
        self._usual: dict[str, Tensor] = {}
        self._own = {id(value) for value in (*module.parameters(), *module.buffers())}
        self.modules: dict[str, nn.Module] = dict(self._probed.module.named_modules())

    def usual(self, field: str) -> Tensor:
        """The first training samples of a field, by which the values of the data are known; read once."""
        if field not in self._usual:
            part = self.trained.data.train
            order = torch.arange(min(len(part), SEEN))
            self._usual[field] = next(part.batches([field], len(order), order))[field]
        return self._usual[field]

    @property
    def homes(self) -> Mapping[str, NodePath]:
        """To which node the module at a path belongs."""
        return self._probed.homes

    def run(
        self,
        batch: Batch,
        wanted: Collection[AnswerId] = (),
        *,
        starts: Mapping[Start, Tensor] | None = None,
        hooks: Mapping[str, Hook] | None = None,
        gradients: bool = False,
    ) -> Pass:
        """A forward pass over a batch (N, …) with the answers of layers in ``wanted``.

        ``starts`` are taken instead of what the batch holds, ``hooks`` called after the modules at their paths.
        With ``gradients`` every wanted answer is part of the graph of autograd, else of none.
        """
        # marks for autograd are for this pass alone
        given = {name: batch[name].detach() for name in self.network.inputs if name in batch}
        replaced = dict[tuple[str, int], Tensor]()
        for start, value in (starts or {}).items():
            if start.module:
                replaced[start.module, start.call] = value
            else:
                given[start.field] = value
        asked, found, calls = frozenset(wanted), dict[AnswerId, Tensor](), Counter[NodePath]()

        def hear(path: NodePath, values: Results) -> None:
            call, calls[path] = calls[path], calls[path] + 1
            for port, value in enumerate(values):
                one = AnswerId(path, call, port)
                if value is not None and one in asked:
                    marked = value.is_floating_point() and not value.requires_grad and id(value) not in self._own
                    if gradients and marked:  # nothing before it has a gradient: it is where the graph begins
                        value.requires_grad_()
                    found[one] = value

        listening = self._listening(hear, self._replacing(replaced), hooks or {})
        with listening, torch.set_grad_enabled(gradients), _differentiable() if gradients else nullcontext():
            answers = self.network.answers(given, self._probed)
        return Pass(answers, found)

    def calls_of(self, batch: Batch, layer: LayerAnswer, paths: Collection[str] = ()) -> list[Call]:
        """How the modules at ``paths`` (none: that of the layer) were called for this very answer of the layer."""
        found, recent, calls = list[Call](), list[Call](), Counter[NodePath]()

        def hook_for(path: str) -> Hook:
            def hook(module: nn.Module, given: tuple[Any, ...], named: dict[str, Any], answer: Any) -> None:
                recent.append(Call(path, given, named, answer))

            return hook

        def hear(path: NodePath, values: Results) -> None:
            call, calls[path] = calls[path], calls[path] + 1
            if path == layer.id.path and call == layer.id.call:
                found.extend(recent)
            if path.inside[: len(within)] != within:  # what is inside a block belongs to it
                recent.clear()

        within = (*layer.id.path.inside, layer.id.path.node)
        hooks = {path: hook_for(path) for path in paths or (layer.module,)}
        with self._listening(hear, hooks), torch.no_grad():
            self.network.answers(batch, self._probed)
        return found

    def layers(self, batch: Batch) -> list[LayerAnswer]:
        """The answers of all layers to a batch in the order in which they compute, Inputs first."""
        seen: list[tuple[AnswerId, tuple[int, ...], str]] = []
        calls, ports = Counter[NodePath](), dict[NodePath, int]()

        def hear(path: NodePath, values: Results) -> None:
            call, calls[path] = calls[path], calls[path] + 1
            ports[path] = sum(value is not None for value in values)
            for port, value in enumerate(values):
                if value is not None:
                    dtype = str(value.dtype).removeprefix("torch.")
                    seen.append((AnswerId(path, call, port), tuple(value.shape), dtype))

        with self._listening(hear), torch.no_grad():
            self.network.answers(batch, self._probed)
        found = list[LayerAnswer]()
        for one, shape, dtype in seen:
            name, kind = named(self.trained.plan.graph, one, calls[one.path], ports[one.path])
            found.append(LayerAnswer(one, name, kind, shape, dtype, self.module_of(one.path)))
        return found

    def module_of(self, path: NodePath) -> str:
        """The path of the module of a node; empty where it has none."""
        around = type(self._probed.module.get_submodule(path.path)).__name__
        attribute = self.trained.plan.source.attributes.get(around, {}).get(path.node)
        found = "" if attribute is None else f"{path.path}.{attribute}".lstrip(".")
        return found if found in self.modules else ""

    def starts(self, batch: Batch) -> dict[Start, Tensor]:
        """Where gradients can go to, with what a batch gives there. Raises LookingError for tokens without Embedding.

        Floats are the inputs themselves, (N, …); of tokens (N, T) it is what an Embedding makes of them, (N, T, E).
        """
        tokens = [name for name in self.network.inputs if not batch[name].is_floating_point()]
        found = {Start(name): batch[name] for name in self.network.inputs if name not in tokens}
        embedded, calls = dict[Start, Tensor](), Counter[str]()

        def hook_for(path: str) -> Hook:
            def hook(module: nn.Module, given: tuple[Any, ...], named: dict[str, Any], answer: Any) -> None:
                call, calls[path] = calls[path], calls[path] + 1
                for name in tokens:
                    if given and _same(given[0], batch[name]):
                        embedded[Start(name, path, call)] = answer

            return hook

        if tokens:
            tables = [path for path, module in self.modules.items() if isinstance(module, nn.Embedding)]
            self.run(batch, hooks={path: hook_for(path) for path in tables})
        for name in tokens:
            if not any(start.field == name for start in embedded):
                raise LookingError(
                    "no-gradient",
                    f"The input {name!r} holds integers and goes to no Embedding layer, so there is nothing to "
                    "take a gradient of: choose occlusion, which needs none.",
                    field=name,
                )
        return {**found, **embedded}

    def _replacing(self, replaced: Mapping[tuple[str, int], Tensor]) -> dict[str, Hook]:
        """Hooks that put other answers after modules at paths, by the number of the call."""
        calls = Counter[str]()

        def hook_for(path: str) -> Hook:
            def hook(module: nn.Module, given: tuple[Any, ...], named: dict[str, Any], answer: Any) -> Any:
                call, calls[path] = calls[path], calls[path] + 1
                return replaced.get((path, call), answer)

            return hook

        return {path: hook_for(path) for path, _ in replaced}

    def _listening(self, hear: Callable[[NodePath, Results], None], *hooks: Mapping[str, Hook]) -> ExitStack:
        """While it is open, ``hear`` is told of every result, and the hooks are called."""
        stack = ExitStack()
        for path, hook in (pair for some in hooks for pair in some.items()):
            handle = self.modules[path].register_forward_hook(hook, with_kwargs=True)
            stack.callback(handle.remove)
        self._probed.listener = hear
        stack.callback(setattr, self._probed, "listener", None)
        return stack


@contextmanager
def _differentiable() -> Iterator[None]:
    """Without cuDNN: its recurrent layers have a backward pass in training alone."""
    before = cudnn.enabled
    cudnn.enabled = False
    try:
        yield
    finally:
        cudnn.enabled = before


def repeated(batch: Batch, count: int, inputs: Sequence[str]) -> dict[str, Tensor]:
    """The inputs of one sample so many times, as one batch."""
    return {name: batch[name].expand(count, *batch[name].shape[1:]) for name in inputs}


def _same(value: object, other: Tensor) -> bool:
    """Whether both are the same tokens, not a copy of them."""
    return isinstance(value, Tensor) and value.shape == other.shape and value.data_ptr() == other.data_ptr()
