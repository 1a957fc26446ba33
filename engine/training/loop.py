"""The Trainer: runs once, in whatever thread calls `run`, while any other thread may watch and steer it."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import project
from engine.data.datasets import DataError
from engine.data.fingerprint import fingerprint
from engine.data.origin import declared
from engine.errors import NOTHING, About
from engine.graph import Graph
from engine.training.control import Control
from engine.training.history import History
from engine.training.plan import TrainingPlan, check
from engine.training.runs import folds
from engine.training.runs.best import best_of
from engine.training.runs.catalogue import runs_folder
from engine.training.runs.clock import read_curves, store_curves
from engine.training.runs.copying import CopyCancelled, copy_run
from engine.training.runs.folder import PROJECT, RunError
from engine.training.runs.gpu_use import use_of
from engine.training.runs.origin import reason
from engine.training.runs.preparation import content_of, stored
from engine.training.runs.run import Run
from engine.training.runs.run_info import RunInfo, computing_text, environment, promise, read
from engine.training.status import Result, State, Status, TrainingError
from engine.training.steps.threads import prepare_environment
from engine.weights.chosen import missing

if TYPE_CHECKING:
    import torch

    from engine.data.pipeline import Prepared
    from engine.training.runs.checkpoint import Checkpoint
    from engine.training.session import Session
    from engine.weights.warm_start import Parent


class Trainer:
    """Trains a snapshot of a graph with the settings in it; what is drawn at random follows from the seed alone.

    ``run_dir`` is the folder of the run, else a new one is made under ``root`` (None: ``runs`` in Layerloom's home).
    ``weights_of`` is the folder of a run whose weights it begins with, where layers still fit. Where
    ``data.split.folds`` is set, a trainer trains one fold: without a ``run_dir`` in a new folder for all of them, and
    `resume` with that folder gives the trainer of the next one.
    ``status`` is replaced, never changed; ``on_epoch`` is called with it in the trainer's thread after every epoch.
    """

    def __init__(
        self,
        graph: Graph,
        run_dir: Path | None = None,
        *,
        root: Path | None = None,
        control: Control | None = None,
        history: History | None = None,
        on_epoch: Callable[[Status], None] | None = None,
        weights_of: Path | None = None,
        resumed: RunInfo | None = None,
    ) -> None:
        self.graph = graph.copy()
        self._resumed, self._weights_of = resumed, weights_of
        self.control = control or Control()
        self.history = history or History()
        self.status = Status()
        self._run_dir, self._root = run_dir, root
        self._on_epoch = on_epoch
        self._session: Session | None = None
        self._begun: tuple[str, ...] = ()

    @classmethod
    def resume(
        cls,
        run_dir: Path,
        *,
        root: Path | None = None,
        control: Control | None = None,
        history: History | None = None,
        on_epoch: Callable[[Status], None] | None = None,
    ) -> Trainer:
        """A trainer that resumes a run that was stopped, killed or has failed, from its last checkpoint.

        In the folder of a cross-validation (`engine.training.runs.folds`) it continues with the first fold not done.
        Device and threads are those of the run, so metrics continue byte by byte. A run of another computer or person
        continues in a copy under ``root``, and its own folder stays as it is. Raises RunError or ProjectError.
        """
        if folds.is_folds(run_dir):
            turn = folds.turn(run_dir)
            if turn is None:
                raise RunError(f"All folds in {run_dir} are done: there is nothing left to resume.")
            if not turn.resume:
                return cls(
                    turn.graph,
                    turn.path,
                    root=root,
                    control=control,
                    history=history,
                    on_epoch=on_epoch,
                    weights_of=turn.weights_of,
                )
            run_dir = turn.path
        info = read(run_dir)
        if info.state == "finished":
            raise RunError(
                f"The run in {run_dir} has finished: there is nothing left to resume. More epochs lengthen it."
            )
        graph = project.load_own(run_dir, PROJECT)
        return cls(graph, run_dir, root=root, control=control, history=history, on_epoch=on_epoch, resumed=info)

    def weights(self) -> tuple[int, dict[str, torch.Tensor]] | None:
        """After how many steps, and a copy of the weights that are judged, as they are between two steps.

        For any other thread, beside the run; None while there are none. It waits for the end of the step.
        """
        from engine.training.steps.turns import TURN

        with TURN.taken():
            session = self._session
            if session is None:
                return None
            found = session.stepper.judged.state_dict()
            return session.steps, {name: value.detach().to("cpu", copy=True) for name, value in found.items()}

    def run(self) -> Result:
        """Train to the end. Raises TrainingError, before anything is trained, for what the user has to fix first.

        What goes wrong later, in the network or for want of memory, is a Result with the state "failed".
        """
        if self.status.state != "waiting":
            raise TrainingError("This Trainer has run already: make a new one.")
        try:
            self._show(state="running", phase="checking")
            plan = check(self.graph)
            weights = plan.training.weights
            if not self._resumed and weights is not None and (why := missing(weights.path)):
                raise TrainingError(why, setting="training.weights.path", reason="missing-file", file=weights.path)
            self._show(phase="loading PyTorch", epochs=plan.training.epochs)
            prepare_environment()
            from engine.data.pipeline import prepare
            from engine.training.runs.checkpoint import load
            from engine.training.runs.stored import parent_of
            from engine.training.steps import computing, device, device_memory
            from engine.training.steps.assembly import batches_of

            device.freeze_imports()
            resumed = self._resumed
            target, why = (
                (device.resumed_device(resumed.device), "") if resumed else device.usable_device(plan.training.device)
            )
            if why:
                self._begun = (why,)
                self._show(notes=())
            plan = computing.of_run(resumed, plan) if resumed else computing.decided(plan, target)
            device.check_precision(plan.training.precision, target)
            threads = device.choose_threads(resumed.threads if resumed else plan.training.threads, plan.at_once)
            self._show(phase="loading the data")
            learnt = stored(resumed.path, plan.data) if resumed else None
            data = prepare(plan.data, target, device_memory.room_for_data(target), learnt)
            if not batches_of(len(data.train), plan):
                raise TrainingError(
                    f"data.batch_size is {plan.data.batch_size}, but there are {len(data.train)} training samples: "
                    "with data.drop_last on, no batch is left.",
                    setting="data.batch_size",
                )
            seen = fingerprint(plan.data)
            if resumed and resumed.data and resumed.data != seen:
                raise TrainingError(
                    f"The data {declared(plan.data).name!r} have changed since the run in {resumed.path} was begun, "
                    "so it cannot be resumed exactly: put them back, resume with them as they are, or "
                    "begin a new run from its weights.",
                    reason="changed-data",
                )
            checkpoint = load(resumed.path) if resumed else None
            parent = parent_of(self._weights_of) if self._weights_of is not None else None
            resumed = self._own(resumed) if resumed else None
            run = self._old_run(resumed, checkpoint, seen) if resumed else self._new_run(plan, target, threads, seen)
            if learnt is None:
                self._store(run, content_of(data.fitted))
        except CopyCancelled:
            return self._cancelled()
        except (DataError, RunError, TrainingError) as error:
            self._refused(str(error))
            raise TrainingError(str(error), about=error.about) from error
        except Exception as error:
            self._refused(f"{type(error).__name__}: {error}")
            raise
        if run.info.gpu:
            self._show(computing=f"{computing_text(run.info)}. {promise(run.info)}")
        with device.settled(threads, target, plan.training, steady=plan.data.buckets is None):
            result = self._guarded(plan, data, target, run, checkpoint, parent)
        del data, checkpoint, parent
        device.give_back(target)
        return result

    def _refused(self, message: str) -> None:
        self._show(state="failed", phase="", message=message)

    def _own(self, info: RunInfo) -> RunInfo:
        """The run itself, or a copy of it where it is not one's own. Raises RunError or CopyCancelled."""
        why = reason(info.path, info.id, info.origin)
        if not why:
            return info

        def copied(done: int, total: int) -> None:
            self._show(fraction=done / total if total else 1.0)

        self._show(phase="copying the run", fraction=0.0)
        copy = copy_run(info.path, runs_folder(self._root), copied, lambda: self.control.stopped)
        self._begun = (f"{why}: it is resumed in a copy, {copy.path}, and the original is unchanged.",)
        self._show(phase="loading the run", fraction=None, notes=())
        return copy

    def _cancelled(self) -> Result:
        """The end of a run of which not even a copy was wanted: all is as it was before."""
        assert self._resumed is not None
        info = self._resumed
        message = (
            "Cancelled while the run was being copied: nothing of the copy is left, and the original is unchanged."
        )
        self._show(state="stopped", phase="", message=message, fraction=None)
        return Result("stopped", message, info.epochs, info.steps, info.seconds, info.path)

    def _new_run(self, plan: TrainingPlan, device: torch.device, threads: int, seen: str) -> Run:
        from engine.training.steps.computing import facts

        if plan.data.split.folds is not None and self._run_dir is None:
            number = plan.data.split.fold
            together = folds.create(self.graph, None, root=self._root, weights_of=self._weights_of)
            self.graph, self._run_dir = folds.fold_graph(self.graph, number), folds.path_of(together, number)
        run = Run.create(
            self._run_dir,
            self.graph,
            root=self._root,
            device=str(device),
            threads=threads,
            **facts(plan, device),
            data=seen,
            environment=environment(),
            modules=plan.source.modules,
        )
        self._show(run=run.path)
        return run

    @staticmethod
    def _store(run: Run, content: bytes) -> None:
        """Store what the transforms have learnt. Raises RunError, and the run is nobody's then."""
        try:
            run.store_preparation(content)
        except RunError as error:
            try:
                run.update(state="failed", message=str(error))
            finally:
                run.close()
            raise

    def _old_run(self, info: RunInfo, checkpoint: Checkpoint | None, seen: str) -> Run:
        """Open a run again, cut back to its checkpoint, or to nothing; its curves so far are shown.

        ``seen`` is the fingerprint of the data it continues with.
        """
        if checkpoint is None:
            if info.inherited:
                raise RunError(
                    f"The run in {info.path} has stored no state, and it began with the weights of another run: begin "
                    "a new run with those."
                )
            run = Run.reopen(info, 0, 0, data=seen)
            self._show(run=run.path)
            return run
        from engine.training.runs.checkpoint import drop_later

        progress = checkpoint.progress
        run = Run.reopen(info, progress.metrics_bytes, progress.timing_bytes, progress.step, data=seen)
        self.history.changes = run.info.changes
        drop_later(run.path, progress.step)
        try:
            read_curves(run.path, self.history)
        except RunError as error:
            try:
                run.update(state="failed", message=str(error))
            finally:
                run.close()
            raise
        self._show(run=run.path, step=progress.step, epoch=progress.epochs)
        return run

    def _guarded(
        self,
        plan: TrainingPlan,
        data: Prepared,
        device: torch.device,
        run: Run,
        checkpoint: Checkpoint | None,
        parent: Parent | None,
    ) -> Result:
        """Train, and whatever happens keep what there is."""
        from engine.training.failures import explain
        from engine.training.opening import open_session
        from engine.training.steps.gpu_meter import metered

        told, remark, about = False, "", NOTHING
        try:
            with metered(device) as meter:
                session = open_session(
                    plan,
                    data,
                    device,
                    run,
                    self.history,
                    self.control,
                    self._show,
                    self._epoch_done,
                    checkpoint,
                    parent,
                    meter,
                )
                self._session = session
                if session.notes:
                    run.update(message=session.said, notes=[*run.info.notes, *session.notes])
                state, message, remark = session.train()
                if state == "stopped" and run.info.gpu == "fast":
                    remark = promise(run.info)
                about = session.about
                message, remark = (f"{text} {session.said}".strip() for text in (message, remark))
        except Exception as error:
            told = isinstance(error, RunError)
            fault = explain(error, plan, self._session.steps if self._session else 0, device, data)
            state, message, about = "failed", str(fault), fault.about
            self._keep_traceback(run)
        except BaseException:
            self._finish(run, "stopped", "Interrupted.")
            raise
        return self._finish(run, state, message, remark, about, told=told)

    def _finish(
        self, run: Run, state: State, message: str, remark: str = "", about: About = NOTHING, *, told: bool = False
    ) -> Result:
        """Keep the weights and close the run; what cannot be written makes it a failed one.

        ``told``: it ends because something could not be written. What follows from that says nothing new.
        """
        session, self._session = self._session, None
        self._show(phase="saving")
        if session is None:
            was = run.info  # one that could not be resumed is where it was
            judged, test = ({name: float(value) for name, value in part.items()} for part in (was.validation, was.test))
            result = Result(state, message, was.epochs, was.steps, was.seconds, run.path, judged, test, remark, about)
            means, said = was.train, self.status.diagnoses or was.diagnoses
            weights = list[Callable[[], None]]()
        else:
            result = replace(session.result(state, message), remark=remark, about=about)
            means, said = dict(session.recorder.epoch_means), session.monitor.said
            weights = [lambda: run.weights(session.stepper.judged.state_dict()), session.keeper.close, run.sync]

        def facts() -> None:
            run.update(
                state=result.state,
                message=result.message,
                remark=result.remark,
                about=result.about,
                epochs=result.epochs,
                steps=result.steps,
                seconds=result.seconds,
                train=means,
                validation=dict(result.validation),
                test=dict(result.test),
                best=best_of(self.history),
                gpu_use=use_of(self.history),
                diagnoses=said,
            )

        last = (facts, *weights) if told else (*weights, facts, lambda: store_curves(run.path))  # the last room first
        for keep in (*last, run.close):
            try:
                keep()
            except RunError as error:
                if not told:
                    result, told = replace(result, state="failed", message=f"{result.message} {error}"), True
        self._show(state=result.state, phase="", message=result.message, step=result.steps, remaining_seconds=0.0)
        return result

    def _keep_traceback(self, run: Run) -> None:
        try:
            run.error(traceback.format_exc())
        except RunError as error:  # the disk is full or gone: that is then the news
            self._show(message=str(error))

    def _epoch_done(self) -> None:
        if self._on_epoch is not None:
            self._on_epoch(self.status)

    def _show(self, **changes: Any) -> None:
        if "notes" in changes:
            changes["notes"] = (*self._begun, *changes["notes"])
        self.status = replace(self.status, **changes)
