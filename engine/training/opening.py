"""How a training is opened: the network is built, earlier weights or a checkpoint are taken on, one batch is tried."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from engine.data.pipeline import Prepared
from engine.foreign import is_out_of_memory
from engine.settings.weights import WeightsSettings
from engine.training.control import Control
from engine.training.diagnosis.blame import drawn_faults
from engine.training.diagnosis.course import TrainingFacts
from engine.training.diagnosis.dropouts import dropouts
from engine.training.diagnosis.monitor import HealthMonitor
from engine.training.diagnosis.probes import Probed
from engine.training.diagnosis.pull import pull_of
from engine.training.evaluation.chance_level import baseline
from engine.training.evaluation.network import Network
from engine.training.evaluation.predictions import PredictionSampler
from engine.training.history import History
from engine.training.keeper import Keeper
from engine.training.patience import Patience
from engine.training.plan import TrainingPlan
from engine.training.preflight import NotFinite, preflight
from engine.training.recorder import Recorder
from engine.training.runs.checkpoint import Checkpoint
from engine.training.runs.run import Run
from engine.training.session import Session
from engine.training.status import TrainingError
from engine.training.steps.assembly import build
from engine.training.steps.compiling import compile_network
from engine.training.steps.cuda_graphs import backend_of
from engine.training.steps.device import seed_step
from engine.training.steps.device_memory import free_memory, needed_memory
from engine.training.steps.gpu_meter import GpuMeter
from engine.training.steps.graphs import ROOM, RecordedSteps, hindrance
from engine.training.steps.scheduled_sampling import own_answers
from engine.training.steps.stepper import Stepper
from engine.weights.chosen import begin_with
from engine.weights.failure import WeightsError
from engine.weights.warm_start import Parent, inherit


def open_session(
    plan: TrainingPlan,
    data: Prepared,
    device: torch.device,
    run: Run,
    history: History,
    control: Control,
    show: Callable[..., None],
    on_epoch: Callable[[], None],
    checkpoint: Checkpoint | None = None,
    parent: Parent | None = None,
    meter: GpuMeter | None = None,
) -> Session:
    """A session that is ready to train: new, with the weights of ``parent``, or where ``checkpoint`` left off.

    ``meter`` reads the GPU for its curves.

    Raises TrainingError for what the user has to fix first, and whatever the network raises.
    """
    show(phase="building the network")
    stepper = build(plan, data, device)
    session = Session(
        plan,
        data,
        device,
        control,
        show,
        on_epoch,
        stepper,
        Probed(plan.graph, plan.report, stepper.network.module),
        HealthMonitor(facts_of(plan, data, stepper)),
        Recorder(run, history, stepper.network, device, meter),
        Keeper(plan.training.checkpoint, run, stepper),
        Patience(plan.training.early_stopping),
        observers=[PredictionSampler(run.path, history, data.fields, data.fitted)],
        own=own_answers(plan.training, stepper.network, data),
    )
    if checkpoint is not None:
        session.note(checkpoint.notes)
    if checkpoint is None and plan.training.weights is not None:
        _begin_with(session, plan.training.weights)
    if parent is not None:
        _take_weights(session, parent)
    if plan.training.compile is True:
        _compile(session)
    if checkpoint is not None:
        _restore(session, checkpoint)
    else:
        _try_a_batch(session)
    if plan.training.compile == "graphs":
        _record_steps(session)
    return session


def facts_of(plan: TrainingPlan, data: Prepared, stepper: Stepper) -> TrainingFacts:
    """What the diagnosis has to know of a training beside the numbers."""
    config, network = plan.training, stepper.network
    return TrainingFacts(
        plan.graph,
        lr=config.optimizer.lr,
        baseline=baseline(network, data.train),
        samples=plan.data.size(len(data.train)) * config.accumulate,
        classes=_classes(network),
        clipped=config.clip_norm is not None,
        best_kept=config.checkpoint.best,
        epochs=config.epochs,
        optimizer=config.optimizer,
        dropouts=tuple(dropouts(plan.graph)),
        as_they_come=plan.data.sampling == "each",
        clip=config.clip_norm,
        pull=pull_of(config),
        drawn=drawn_faults(plan.graph),
        trained_on=plan.data.split.train,
        balanced=plan.data.sampling != "each",
    )


def _classes(network: Network) -> int:
    """How many classes the one Output tells apart; 0: it answers numbers, or there are several."""
    if len(network.objectives) > 1 or not network.heads:
        return 0
    task = network.heads[0].task
    return 2 if task.kind == "two" else task.classes


def _begin_with(session: Session, weights: WeightsSettings) -> None:
    """Begin with the weights of a file. Raises TrainingError where it is missing, or nothing of it fits."""
    stepper = session.stepper
    session.show(phase="loading the weights")
    try:
        short, whole = begin_with(stepper.network.module, weights, session.plan.source.attributes)
    except WeightsError as error:
        raise TrainingError(str(error), about=error.about) from error
    _follow(stepper)
    session.note(short, whole)


def _follow(stepper: Stepper) -> None:
    """Let the average of the weights begin where they do now."""
    if stepper.average is not None:
        stepper.average.module.load_state_dict(stepper.network.module.state_dict())


def _take_weights(session: Session, parent: Parent) -> None:
    """Begin with the weights of an earlier run, where layers still fit."""
    plan, stepper = session.plan, session.stepper
    found = inherit(stepper.network.module, plan.graph, plan.source.modules, parent)
    _follow(stepper)
    session.recorder.run.update(inherited=True)
    session.note(parent.note)
    session.note(str(found), found.whole)


def _compile(session: Session) -> None:
    """Try to compile with a batch of the data; why it could not be is noted."""
    session.show(phase="compiling")
    train, network = session.data.train, session.network
    batch = next(train.batches(network.fields, session.plan.data.size(len(train))))
    session.note(compile_network(network, batch))


def _record_steps(session: Session) -> None:
    """Let the usual steps be replayed; why they cannot be is noted, now or when the first is tried."""
    stepper, plan, run = session.stepper, session.plan, session.recorder.run
    size = plan.data.size(len(session.data.train))
    needed, free = needed_memory(plan, size, session.device), free_memory(session.device)
    backend, why = backend_of(stepper), hindrance(plan.training)
    if backend is None:
        why = f"those need a CUDA GPU, and the run computes on {session.device}"
    elif not why and free is not None and ROOM * needed > free:
        why = f"those need about {ROOM} times the memory of a step, and less is free"
    if why or backend is None:
        session.note(f"Steps are not recorded as CUDA graphs: {why}.")
        return

    def note(sentence: str) -> None:
        session.note(sentence)
        run.update(notes=[*run.info.notes, sentence])

    stepper.recorded = RecordedSteps(stepper, backend, note)


def _restore(session: Session, checkpoint: Checkpoint) -> None:
    """Take on the state of a checkpoint. Raises TrainingError where it is none of this network."""
    progress = checkpoint.progress
    try:
        session.network.module.load_state_dict(dict(checkpoint.weights))
        session.stepper.restore(checkpoint.optimizer)
    except Exception as error:  # torch takes a stranger's state apart without asking what it is
        if is_out_of_memory(error):
            raise
        raise TrainingError(
            f"{checkpoint.folder} is not a state of this network, so the run cannot be resumed: begin a new one."
        ) from error
    if session.lr.resized:
        changes = {one.step: one.value for one in session.recorder.run.info.changes}
        session.lr.follow(progress.step, progress.epochs, changes)
        name, epochs = session.config.schedule.name, session.config.epochs
        session.note(
            f"The schedule {name!r} depends on the number of epochs: from here on the learning rate is that of a run "
            f"of {epochs} epochs, but the first {progress.epochs} were trained with that of another length."
        )
    session.recorder.restore(progress.seconds, progress.sums)
    session.monitor.remember(session.recorder.run.info.diagnoses, session.recorder.history)
    session.epochs, session.steps, session.batches = progress.epochs, progress.step, progress.batches
    session.validation, session.ended = dict(progress.validation), progress.ended
    session.patience.bad = progress.bad_epochs
    session.patience.best = math.inf if progress.best is None else progress.best
    session.keeper.best_loss = math.inf if progress.best_loss is None else progress.best_loss


def _try_a_batch(session: Session) -> None:
    """Try a batch before the first step. Raises TrainingError for what the user has to fix first."""
    session.show(phase="trying a batch")
    seed_step(session.device, session.config.seed, "preflight")
    try:
        found, said = preflight(session.plan, session.data, session.stepper, session.probed, session.device)
    except NotFinite as error:
        session.show(diagnoses=(error.diagnosis,))
        raise
    for diagnosis in said:
        session.monitor.say(diagnosis)
    session.show(preflight=str(found), diagnoses=session.monitor.diagnoses)
