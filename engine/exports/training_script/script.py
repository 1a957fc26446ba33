"""Puts the training script of a run together, section by section."""

from __future__ import annotations

import ast
import inspect
from textwrap import dedent

from engine.data import lengths, membership, sampling
from engine.data.sampling import classes_of
from engine.exports.subject import Subject
from engine.exports.training_script import augmentation, losses, own_answers, sections, start
from engine.exports.training_script.optimization import Optimization
from engine.exports.training_script.text import carried, indented, spelled, unannotated
from engine.exports.words import data_words, preparation
from engine.source.names import one_line
from engine.training.steps.kernels import tensor_float


class Script:
    """The text of the script of a run. ``data_file`` is the name of the file with its data, ``notes`` are sentences
    about what is not exactly as in the run."""

    def __init__(self, subject: Subject, data_file: str) -> None:
        self.subject, self.data_file = subject, data_file
        trained = subject.trained
        self.network, self.data, self.plan = trained.network, trained.data, trained.plan
        self.config = self.plan.training
        changes = subject.info.changes
        self.device = subject.info.device.partition(":")[0] or "cpu"
        rates = subject.source.rates
        self.optimization = Optimization(self.config, self.network.module, self.device, changes, rates)
        ranks = [spec.rank for spec in subject.outputs.values()]
        self.heads = losses.codes(self.network, ranks, self.data.fields)
        self.exact = subject.info.gpu == "exact"
        for head in self.heads:
            head.exact = self.exact
        self.lbfgs = self.config.optimizer.name == "lbfgs"
        self.begins = start.is_known(subject)
        self.notes = tuple(self._notes())

    def _notes(self) -> list[str]:
        found = list[str]()
        if not self.begins and (self.subject.info.inherited or self.config.weights is not None):
            found.append(
                "This run began with the weights of another run, or of a file that is gone or has changed: the script "
                "begins with new ones, so its losses are others."
            )
        if self.config.compile in (True, "graphs"):
            means = "CUDA graphs" if self.config.compile == "graphs" else "torch.compile"
            found.append(f"The run used {means} and the script does not: its losses may differ in the last digits.")
        if self.device != "cpu":
            found.append(
                f"The run was trained on {self.device}: on another device"
                f"{'' if self.exact else ', and on a GPU also from run to run'}, losses differ in the last digits."
            )
        return found

    def text(self) -> str:
        """The whole script."""
        model = self.subject.source.text
        parts = [
            f"{self._docstring()}\n\n{self._imports(model)}\n\n{self._settings()}",
            _without_imports(model),
            *self._randomness(),
            sections.LOAD.strip(),
            *([start.START.strip()] if self.begins else []),
            *self._order(),
            *([sections.TOGETHER.strip()] if self.config.accumulate > 1 else []),
            self._answers(),
            *([sections.RECURRENT.strip()] if self._keeps_float32 else []),
            *filter(None, [self._exchange]),
            losses.functions(self.network, self.heads, shares=self.config.accumulate > 1),
            losses.table(self.network),
            self._evaluation(),
            *self.optimization.functions(),
            sections.LOG.strip(),
            self._train(),
            self._main(),
        ]
        return "\n\n\n".join(parts) + "\n"

    def _docstring(self) -> str:
        name = one_line(self.subject.name)
        lines = [f'"""Trains {name}: step by step the same losses as the run that this script was exported from.', ""]
        data = one_line(data_words(self.plan.data), 200)
        lines += [f"The data are in {self.data_file} beside this file ({data}), split and prepared:"]
        lines += [f"    {one_line(sentence, 200)}" for sentence in preparation(self.subject)] or ["    as they are"]
        lines += ["Its arrays are called PART/FIELD; PART/index are the positions of the samples in the data.", ""]
        lines += [
            "It needs PyTorch and NumPy. Losses are the same to the last digit with the same version of PyTorch on the",
            "same kind of processor.",
        ]
        lines += [f"\n{note}" for note in self.notes]
        return "\n".join([*lines, '"""'])

    def _imports(self, model: str) -> str:
        standard = {"argparse", "hashlib", "json", "math"}
        standard |= {"os"} if self.device == "cuda" and self.config.gpu == "exact" else set()
        standard |= {"itertools"} if self.config.accumulate > 1 else set()
        third = {"import numpy as np", "import torch", "from torch import nn", "from torch.nn import functional"}
        more = set[str]()
        for node in ast.parse(model).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                text = ast.unparse(node)
                (third if "torch" in text or "numpy" in text else more).add(text)
        more |= {f"import {name}" for name in standard}
        more |= {"from contextlib import nullcontext", "from pathlib import Path"}
        more |= {"from types import SimpleNamespace"} if self._augmented else set()
        if self.config.ema is not None:
            third.add("from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn")
        ordered = [sorted(group, key=lambda line: (line.startswith("from"), line)) for group in (more, third)]
        future = [line for line in ordered[0] if "__future__" in line]
        ordered[0] = [line for line in ordered[0] if line not in future]
        return "\n\n".join("\n".join(group) for group in ([*([future] if future else []), *ordered]))

    @property
    def _augmented(self) -> str:
        network = self.network
        return augmentation.code(self.plan.data.augmentation, self.data.fields, network.fields, network.ignored)

    @property
    def _exchange(self) -> str:
        from engine.training.steps import scheduled_sampling  # loads torch, and the window knows this module

        own = scheduled_sampling.own_answers(self.config, self.network, self.data)
        head = next((one for one in self.heads if own is not None and one.head is own.job.head), None)
        return own_answers.code(own, head, drawn=bool(self._augmented))

    def _settings(self) -> str:
        return "\n".join(["HERE = Path(__file__).resolve().parent", *self.optimization.constants()])

    def _randomness(self) -> list[str]:
        return [sections.DERIVE.strip(), *filter(None, [self._augmented])]

    def _order(self) -> list[str]:
        config = self.plan.data
        drop = " - (0 if order is None else size - 1)" if config.drop_last else ""
        field = classes_of(config, self.data.fields)
        if field is None:
            order = [sections.ORDER.strip() if config.shuffle else sections.IN_ORDER.strip()]
        else:
            drawn = unannotated(inspect.getsource(sampling.balanced)).replace("uniform(", "numbers_of(")
            order = [_uniform(), drawn.strip(), sections.BALANCED.strip().format(field=spelled(field))]
        if config.buckets is None:
            return [*order, sections.BATCHES.strip().format(drop=drop)]
        free = {name: (one.free, one.padding) for name, one in self.data.fields.items() if one.free}
        mixed = unannotated(inspect.getsource(lengths.bucketed)).replace("uniform(", "numbers_of(").strip()
        axis = spelled(next(iter(free.values()))[0])
        cut = sections.CUT_BATCHES.strip().format(drop=drop, axis=axis, buckets=config.buckets)
        uniform = [] if field is not None else [_uniform()]
        return [f"FREE = {free!r}  # field: the name of its axis, and its padding", *uniform, *order, mixed, cut]

    def _answers(self) -> str:
        inputs = [f"batch[{spelled(name)}]" for name in self.network.inputs]
        if self.network.channels_last:
            inputs = [f"channels_last({one})" for one in inputs]
        lines = [f"result = model({', '.join(inputs)})"]
        if self.network.autocast is not None:
            kind = str(self.network.autocast)
            lines = [f"with torch.autocast({inputs[0]}.device.type, {kind}):", f"    {lines[0]}"]
        single = "value.float() if value.dtype in (torch.bfloat16, torch.float16) else value"
        lines.append("answers = result if isinstance(result, tuple) else (result,)")
        if self.network.autocast is not None:
            lines.append(f"return tuple({single} for value in answers)")
        else:
            lines[-1] = lines[-1].replace("answers = ", "return ")
        text = (
            'def answers_of(model, batch):\n    """What the network answers, a tuple in the order of its outputs."""\n'
        )
        text += indented("\n".join(lines))
        if self.network.channels_last:
            from engine.training.evaluation.network import channels_last  # it loads torch

            text = f"{carried(channels_last)}\n\n\n{text}"
        return text

    def _evaluation(self) -> str:
        name, expression = self.heads[0].score() if self.heads else ("", "")
        scores = score = result = ""
        if name:
            scores = "\n    right = judged = 0.0"
            score = f"\n        good, number = {expression}"
            score += "\n        right, judged = right + float(good), judged + float(number)"
            result = f'\n    result["{name}"] = right / judged if judged else math.nan'
        from engine.training.steps.assembly import evaluates_by_length, evaluation_size  # they load torch

        samples = len(self.data.train)
        several = evaluation_size(self.plan, samples) // self.plan.data.size(samples)
        together = f"{several} * " if several > 1 else ""
        parts = {"scores": scores, "score": score, "result": result, "together": together}
        batches = "by_length" if evaluates_by_length(self.plan) else "batches_of"
        return sections.EVALUATE.strip().format(**parts, batches=batches)

    # -- the loop --------------------------------------------------------------------------------------------------

    def _train(self) -> str:
        from engine.training.steps.memory_format import lays_weights  # it loads torch

        optimization, config = self.optimization, self.config
        size = "args.batch_size or args.samples"
        count = 'len(train["index"])'
        batches = f"{count} // size" if self.plan.data.drop_last else f"-(-{count} // size)"
        steps = batches if config.accumulate == 1 else f"-(-({batches}) // {config.accumulate})"
        lines = [
            "device = torch.device(args.device)",
            "torch.set_num_threads(args.threads)",
            *self._kernels(),
            "data = load(args.data, device)",
            'train, args.samples = data["train"], len(data["train"]["index"])',
            f"size = {size}",
            f"steps = {steps}  # of an epoch",
            'torch.manual_seed(derive(args.seed, "init"))',
            f"model = {self.subject.source.class_name}().to(device)",
            *(["begin(model, args.data)"] if self.begins else []),
        ]
        if self._keeps_float32:
            lines += ['if device.type == "cuda":', "    keep_float32(model)"]
        if config.channels_last is True and lays_weights(config):
            lines += ["for weight in model.parameters():", "    weight.data = channels_last(weight.data)"]
        lines += [*optimization.optimizer(), *optimization.schedule()]
        if config.precision == "float16":
            lines.append("scaler = torch.amp.GradScaler(device.type)")
        judged = "model"
        if config.ema is not None:
            judged = "average.module"
            lines.append(f"average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn({config.ema.decay!r}))")
        if config.early_stopping is not None:
            lines.append("best, bad = math.inf, 0")
        lines.append("step = 0")
        lines.append("for epoch in range(1, args.epochs + 1):")
        lines += [f"    {line}" if line else line for line in self._epoch(judged)]
        lines += [
            'if len(data["test"]["index"]):',
            f'    test = evaluate({judged}, data["test"], args, "test", step)',
            '    log(file, step=step, epoch=epoch, split="test", **test)',
            '    print("test: " + ", ".join(f"{name} {value:.4f}" for name, value in test.items()))',
            f"return {judged}",
        ]
        head = 'def train(args, file=None):\n    """Train the network and return it; ``file`` gets the losses."""\n'
        return head + indented("\n".join(lines))

    def _epoch(self, judged: str) -> list[str]:
        config, optimization = self.config, self.optimization
        order = "order_of(train, args.seed, epoch)"
        if self.plan.data.buckets is not None:
            order = f"in_buckets({order}, train, size, args.seed, epoch)"
        loop = f"batches_of(train, size, {order})"
        several = config.accumulate > 1
        loop = f"together({loop}, {config.accumulate})" if several else loop
        lines = ["total = 0.0", f"for {'several' if several else 'batch'} in {loop}:"]
        inner = ["step += 1", *optimization.live()]
        if self._augmented:
            inner.append(
                "several = [augment(batch, args.seed, epoch) for batch in several]"
                if several
                else "batch = augment(batch, args.seed, epoch)"
            )
        if self._exchange:
            inner.append(
                "several = [with_own_answers(model, batch, args.seed, epoch) for batch in several]"
                if several
                else "batch = with_own_answers(model, batch, args.seed, epoch)"
            )
        inner += self._step(several)
        if config.ema is not None:
            inner.append("average.update_parameters(model)")
        inner += [
            'log(file, step=step, epoch=epoch, split="train", loss=loss, lr=lr)',
            "total += loss",
            *optimization.after_step(),
            "if step == args.max_steps:",
            f"    return {judged}",
        ]
        lines += [f"    {line}" for line in inner]
        watched = config.early_stopping is not None or optimization.plateau
        lines += [
            *(["validation_loss = None"] if watched else []),
            'said = f"epoch {epoch}: training loss {total / steps:.4f}"',
            'if len(data["validation"]["index"]):',
            f'    validation = evaluate({judged}, data["validation"], args, "validation", step)',
            *(['    validation_loss = validation["loss"]'] if watched else []),
            '    log(file, step=step, epoch=epoch, split="validation", **validation)',
            '    said += "".join(f", validation {name} {value:.4f}" for name, value in validation.items())',
            "print(said, flush=True)",
            *optimization.after_epoch(),
        ]
        if config.early_stopping is not None:
            delta = config.early_stopping.min_delta
            lines += [
                "if validation_loss is not None:",
                f"    if validation_loss < best - {delta!r}:",
                "        best, bad = validation_loss, 0",
                "    else:",
                "        bad += 1",
                f"    if bad > {config.early_stopping.patience}:  # it has stopped falling",
                "        break",
            ]
        return lines

    def _step(self, several: bool) -> list[str]:
        config = self.config
        clipping, scaled = self.optimization.clipping(), config.precision == "float16"
        seeds = ['torch.manual_seed(derive(args.seed, "step", step))', "optimizer.zero_grad()"]
        goal = "goal" if config.l1 or config.l2 or scaled else "value"
        body = list[str]()
        if several:
            body += ["value = 0.0", "for number, (batch, shares) in enumerate(zip(several, shares_of(several))):"]
            body += ["    part = loss_of(answers_of(model, batch), batch, shares)"]
            penal = "part + penalty(model) if number == 0 else part" if config.l1 or config.l2 else "part"
            body += [
                f"    ({f'scaler.scale({penal})' if scaled else penal}).backward()"
                if penal != "part" or scaled
                else "    part.backward()"
            ]
            body += ["    value = value + part.detach()"]
        else:
            body += ["value = loss_of(answers_of(model, batch), batch)"]
            penal = "value + penalty(model)" if config.l1 or config.l2 else "value"
            back = f"scaler.scale({penal})" if scaled else penal
            body += [f"{back}.backward()" if "+" not in back or scaled else f"({back}).backward()"]
        lr = 'lr = optimizer.param_groups[0]["lr"]'
        check = ["if not math.isfinite(loss):", '    raise SystemExit(f"The loss is {loss} at step {step}.")']
        if self.lbfgs:
            closure = ["def closure():", *(f"    {line}" for line in [*seeds, *body, *clipping, "return value"])]
            return [lr, "", *closure, "", "loss = optimizer.step(closure).item()", *check]
        if scaled:
            after = ["scaler.unscale_(optimizer)", *clipping, "scaler.step(optimizer)", "scaler.update()"]
        else:
            after = [*clipping, "optimizer.step()"]
        assert goal
        return [*seeds, *body, "loss = value.item()", *check, lr, *after]

    def _kernels(self) -> list[str]:
        """The lines that choose how a GPU computes, as the run did."""
        repeatable = ["torch.backends.cudnn.deterministic = True"]
        if self.device != "cuda":
            return repeatable
        exact, fewer = self.config.gpu == "exact", tensor_float(self.config)
        strict = ['os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # before CUDA begins']
        strict += [*repeatable, "torch.use_deterministic_algorithms(True)"]
        steady = self.plan.data.buckets is None
        lines = strict if exact else [f"torch.backends.cudnn.benchmark = {steady}"]
        lines += [
            f"torch.set_float32_matmul_precision({'high' if fewer else 'highest'!r})".replace("'", '"'),
            f"torch.backends.cudnn.allow_tf32 = {fewer}",
        ]
        return ['if device.type == "cuda":', *(f"    {line}" for line in lines)]

    @property
    def _keeps_float32(self) -> bool:
        """Whether recurrent layers keep float32, as `engine.training.steps.recurrent` lets them."""
        from torch import nn

        recurrent = any(isinstance(part, nn.RNNBase) for part in self.network.module.modules())
        return recurrent and self.device == "cuda" and self.config.precision == "bfloat16"

    def _default_device(self) -> str:
        cuda = '"cuda" if torch.cuda.is_available() else "cpu"'
        return cuda if self.device == "cuda" else spelled(self.device)

    def _main(self) -> str:
        config, data, info = self.config, self.plan.data, self.subject.info
        beside, whole = spelled(self.data_file), "" if data.batch_size else ', help="none: all samples"'
        lines = [
            "parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])",
            f'parser.add_argument("--data", type=Path, default=HERE / {beside}, help="the prepared samples")',
            f'parser.add_argument("--epochs", type=int, default={config.epochs})',
            f'parser.add_argument("--lr", type=float, default={config.optimizer.lr!r}, help="the learning rate")',
            f'parser.add_argument("--batch-size", type=int, default={data.batch_size}{whole})',
            f'parser.add_argument("--seed", type=int, default={config.seed}, help="decides every random draw")',
            f'parser.add_argument("--device", default={self._default_device()}, help="cpu, cuda or mps")',
            f'parser.add_argument("--threads", type=int, default={info.threads or 1}, help="of the CPU")',
            'parser.add_argument("--max-steps", type=int, help="end after so many steps")',
            'parser.add_argument("--log", type=Path, help="a file for the losses of all steps, a JSON object a line")',
            'parser.add_argument("--save", type=Path, help="a file for the weights (torch.save of the state dict)")',
            "args = parser.parse_args(argv)",
            'with args.log.open("w") if args.log else nullcontext() as file:',
            "    model = train(args, file)",
            "if args.save:",
            "    torch.save(model.state_dict(), args.save)",
        ]
        head = 'def main(argv=None):\n    """The command line."""\n' + indented("\n".join(lines))
        return f'{head}\n\n\nif __name__ == "__main__":\n    main()'


def _uniform() -> str:
    """Our generator of numbers that depend on what they are drawn for alone."""
    return unannotated(inspect.getsource(membership.uniform)).replace("def uniform(", "def numbers_of(").strip()


def _without_imports(model: str) -> str:
    """The classes of the model's source."""
    body = ast.parse(model).body
    first = next(node for node in body if not isinstance(node, (ast.Import, ast.ImportFrom, ast.Expr)))
    decorated = [one.lineno for one in getattr(first, "decorator_list", [])]
    return dedent("\n".join(model.splitlines()[min([first.lineno, *decorated]) - 1 :])).rstrip()
