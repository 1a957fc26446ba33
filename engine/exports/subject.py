"""What is exported: a drawn network, or the network of a run with its weights and data."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine import project
from engine.graph import Graph
from engine.seeds import derive
from engine.settings.resolution import SettingFault, resolve_settings
from engine.shapes import Report, infer
from engine.source import Source, source
from engine.spec import Spec
from engine.training.runs.folder import PROJECT
from engine.training.runs.run_info import RunInfo, read
from engine.weights.chosen import begin_with

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.data.pipeline import Part
    from engine.inside.trained import Trained

LENGTH: Final = 8
"""What a size is bound to that the data leave open, where there are no data."""


class Subject:
    """A graph, and the folder of the run whose weights it has; None: those it begins with.

    Everything that takes long is made once, when it is asked for, and raises what opening a run raises.
    """

    def __init__(self, graph: Graph, run: Path | None = None) -> None:
        self.graph, self.run = graph, run
        self.notes: tuple[str, ...] = ()
        """What `Exporter.write` has to say of what it wrote, for `Exporter.check` to pass on."""
        self.onnx: tuple[bytes, tuple[str, ...]] | None = None
        """The network in the format of ONNX once it was made, with notes: it takes long, and two formats need it."""

    @classmethod
    def of_run(cls, folder: Path) -> Subject:
        """The network of a run as it was trained. Raises RunError and ProjectError."""
        read(folder)
        return cls(project.load(folder / PROJECT), folder)

    @property
    def name(self) -> str:
        """What the network is called."""
        return self.graph.name

    @cached_property
    def info(self) -> RunInfo:
        """What the run says of itself."""
        assert self.run is not None
        return read(self.run)

    @cached_property
    def trained(self) -> Trained:
        """The run with its weights and data."""
        from engine.inside.trained import open_run

        assert self.run is not None
        return open_run(self.run)

    @property
    def opened_with(self) -> tuple[str, ...]:
        """What there was to say when the run was opened, if it was."""
        note = self.trained.note if "trained" in self.__dict__ else ""
        return (note,) if note else ()

    @cached_property
    def report(self) -> Report:
        """The shapes of the network."""
        return infer(self.graph)

    @cached_property
    def source(self) -> Source:
        """The Python source of the network. Raises SourceError where it is not complete."""
        return source(self.graph, self.report)

    @cached_property
    def seed(self) -> int:
        """What the weights are drawn from that a training would begin with."""
        settings = resolve_settings(self.graph)
        return 0 if isinstance(settings, SettingFault) else settings[1].seed

    @cached_property
    def module(self) -> nn.Module:
        """The network on the CPU, in evaluation mode, with the weights of the run, or those it would begin with.

        In memory they lie as they come, whatever the run has done: exports do, and kernels follow the weights.
        """
        import torch

        from engine.compile import compile_source

        if self.run is not None:
            network = self.trained.network
            if not network.channels_last:
                return network.module
            module = compile_source(self.source).eval()
            module.load_state_dict(network.module.state_dict())
            return module
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(self.seed, "init"))
            module = compile_source(self.source).eval()
        settings = resolve_settings(self.graph)
        if not isinstance(settings, SettingFault) and settings[1].weights is not None:
            begin_with(module, settings[1].weights, self.source.attributes)
        return module

    @property
    def judged(self) -> Part | None:
        """The test part of the run, or the next best; None without a run, and where its data are gone."""
        if self.run is None:
            return None
        data = self.trained.data
        return next((part for part in (data.test, data.validation, data.train) if len(part)), None)

    @property
    def inputs(self) -> dict[str, Spec]:
        """Name → shape and type of each Input, in the order of ``forward``."""
        return {node.name: next(iter(self.report.outputs[node.id].values())) for node in self.graph.of_type("Input")}

    @property
    def outputs(self) -> dict[str, Spec]:
        """Name → shape and type of each Output, in the order in which ``forward`` gives them."""
        return {node.name: self.report.inputs[node.id][0] for node in self.graph.of_type("Output")}

    def samples(self, count: int) -> tuple[Tensor, ...]:
        """At most so many samples as the network takes them: of the test part of the run, else drawn by a seed."""
        import torch

        if (part := self.judged) is not None:
            inputs = self.trained.network.inputs
            batch = next(part.batches(inputs, count))
            return tuple(batch[name] for name in inputs)
        generator = torch.Generator().manual_seed(derive(self.seed, "export"))
        return tuple(_drawn(spec, count, generator) for spec in self.inputs.values())

    def answers(self, samples: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """What the network answers, in the order of its Outputs, without gradients."""
        return answers_of(self.module, samples)


def answers_of(module: nn.Module, samples: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """What any module like the network answers, as a tuple."""
    import torch

    with torch.no_grad():
        result = module(*samples)
    return tuple(result) if isinstance(result, (tuple, list)) else (result,)


def _drawn(spec: Spec, count: int, generator: object) -> Tensor:
    """Normal numbers, or the indices 0 and 1, which every embedding has."""
    import torch

    assert isinstance(generator, torch.Generator)
    sizes = dict.fromkeys((dim.symbol for dim in spec.shape if not isinstance(dim, int)), LENGTH) | {"N": count}
    shape = spec.bound(sizes)
    if spec.dtype == "float32":
        return torch.randn(shape, generator=generator)
    drawn = torch.randint(0, 2, shape, generator=generator)
    return drawn.bool() if spec.dtype == "bool" else drawn
