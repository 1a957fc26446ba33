"""The weights that a run began with, where they came from a file that is still there as it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.exports.subject import Subject
from engine.weights.failure import WeightsError

if TYPE_CHECKING:
    from engine.data.dataset import Array

START: Final = '''
def begin(model, path):
    """Let a model begin with the weights that the run began with."""
    with np.load(path) as arrays:
        names = [name for name in arrays.files if name.startswith("start/")]
        model.load_state_dict({name.partition("/")[2]: torch.from_numpy(arrays[name]) for name in names})
'''


def is_known(subject: Subject) -> bool:
    """Whether the run began with weights from a file that is there and unchanged, and with no other run's."""
    from engine.weights.files.opening import open_weights

    weights = subject.trained.plan.training.weights
    if weights is None or subject.info.inherited:
        return False
    try:
        return open_weights(Path(weights.path)).sha256() == weights.sha256
    except WeightsError:
        return False


def start_weights(subject: Subject) -> dict[str, Array]:
    """``start/NAME`` → tensor, the state of the network before the first step; nothing where it is not known."""
    import torch

    from engine.compile import compile_source
    from engine.seeds import derive
    from engine.weights.chosen import begin_with

    if not is_known(subject):
        return {}
    training = subject.trained.plan.training
    assert training.weights is not None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(training.seed, "init"))
        module = compile_source(subject.source)
    begin_with(module, training.weights, subject.source.attributes)
    return {f"start/{name}": value.numpy() for name, value in module.state_dict().items()}
