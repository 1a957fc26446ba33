"""``.int8.onnx``: weights and values of eight bits, with what that costs in score and gains in time and size."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.exports.exporter import Checked, Exporter, ExportError
from engine.exports.onnx_file import answers_of, model_of, session_of
from engine.exports.subject import Subject

if TYPE_CHECKING:
    from torch import Tensor

CALIBRATION: Final = 256
"""Samples of the training part that say which values occur at each place of the network."""
REPEATS: Final = 21
"""Batches of each that are timed, in turns."""
BATCH: Final = 64
LARGER: Final = (
    "The file is larger than that of 32 bits: the network has few weights for its many operations, "
    "each of which comes with scales of its own."
)


class Int8File(Exporter):
    """Quantised by onnxruntime: static with scales from the training part where there are convolutions, else dynamic.

    (Jacob and others 2018, Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
    Inference.)
    """

    name: ClassVar[str] = "int8"
    title: ClassVar[str] = "ONNX of 8 bits (.int8.onnx)"
    summary: ClassVar[str] = "smaller and often faster; shows what that costs in score"
    suffixes: ClassVar[tuple[str, ...]] = (".int8.onnx",)
    needs = "run"
    libraries: ClassVar[tuple[str, ...]] = ("onnx", "onnxscript", "onnxruntime")

    def write(self, subject: Subject, beside: Path) -> None:
        from engine.exports.dynamic import quiet, reason

        if subject.judged is None:
            raise ExportError("The data of this run are gone, and eight bits are measured with them: put them back.")
        whole = _whole(beside)
        with _whole(beside).open("wb") as file:
            file.write(model_of(subject))
        try:
            with quiet():
                quantise(subject, whole, beside)
        except Exception as error:  # of onnx and onnxruntime, for operations they do not quantise
            raise ExportError(f"onnxruntime cannot quantise this network: {reason(error)}.") from error
        finally:
            whole.unlink(missing_ok=True)

    def check(self, subject: Subject, beside: Path) -> Checked:
        """Both are asked for the whole test part; how far the answers are apart is what eight bits cost."""
        from engine.exports.comparing import difference, samples_of
        from engine.files import read_bytes

        small, large = read_bytes(beside, beside.stat().st_size), model_of(subject)
        samples = samples_of(subject)
        answers = answers_of(small, samples)
        expected = subject.answers(samples)
        if any(a.shape != b.shape for a, b in zip(expected, answers, strict=True)):
            raise ExportError("What was quantised answers in another shape than the network.")
        scores = [_scores(subject, model) for model in (large, small)]
        times = _times(subject, (large, small))
        rows: list[tuple[str, ...]] = [("", "float32", "int8", "change")]
        facts: dict[str, object] = {}
        for name in scores[0]:
            before, after = scores[0][name], scores[1][name]
            rows.append((f"{_part(subject)} {name}", f"{before:.4f}", f"{after:.4f}", f"{after - before:+.4f}"))
            facts[name] = [before, after]
        sizes = (len(large), len(small))
        rows.append(("size", *(f"{size / 1024:,.0f} KB" for size in sizes), f"× {sizes[1] / sizes[0]:.2f}"))
        shown = (f"{1000 * times[0]:.2f} ms", f"{1000 * times[1]:.2f} ms", f"× {times[1] / times[0]:.2f}")
        rows.append((f"time for {len(samples[0])} samples", *shown))
        facts |= {"bytes": list(sizes), "seconds": list(times)}
        notes = (*subject.notes, *((LARGER,) if sizes[1] > sizes[0] else ()))
        return Checked(len(samples[0]), difference(expected, answers), notes=notes, table=tuple(rows), facts=facts)


def _whole(beside: Path) -> Path:
    """The model that is quantised, while that lasts."""
    return beside.with_name("float32.onnx")


def quantise(subject: Subject, whole: Path, beside: Path) -> None:
    """Write the model in ``whole`` with eight bits to ``beside``."""
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static

    if _has_convolutions(subject):
        quantize_static(
            str(whole), str(beside), _Calibration(subject, whole), quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
        )  # fmt: skip
    else:
        quantize_dynamic(str(whole), str(beside), per_channel=True, weight_type=QuantType.QInt8)


def _has_convolutions(subject: Subject) -> bool:
    from torch import nn

    kinds = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
    return any(isinstance(one, kinds) for one in subject.module.modules())


class _Calibration:
    """Batches of training samples by the names of the model's inputs, as onnxruntime asks for them."""

    def __init__(self, subject: Subject, whole: Path) -> None:
        from engine.files import read_bytes

        names = [one.name for one in session_of(read_bytes(whole, whole.stat().st_size)).get_inputs()]
        self._batches = self._made(subject, names)

    def _made(self, subject: Subject, names: list[str]) -> Iterator[dict[str, Any]]:
        trained = subject.trained
        for number, batch in enumerate(trained.data.train.batches(trained.network.inputs, BATCH)):
            if number * BATCH >= CALIBRATION:
                return
            values = [batch[field] for field in trained.network.inputs]
            yield {name: value.numpy() for name, value in zip(names, values, strict=True)}

    def get_next(self) -> dict[str, Any] | None:
        return next(self._batches, None)


def _part(subject: Subject) -> str:
    """What the part is called that is judged."""
    data = subject.trained.data
    return "test" if len(data.test) else "validation" if len(data.validation) else "training"


def _scores(subject: Subject, model: bytes) -> dict[str, float]:
    """Loss and metric of a model of ONNX over the part that is judged."""
    network, session = subject.trained.network, session_of(model)
    ask = _asking(session)

    def answered() -> Iterator[tuple[tuple[Tensor, ...], dict[str, Tensor]]]:
        assert subject.judged is not None, "it was asked for before"
        for batch in subject.judged.batches(network.fields, subject.trained.size()):
            yield ask(tuple(batch[name] for name in network.inputs)), batch

    wanted = ("loss", network.metric)
    return {
        name: value
        for name, value in network.measure(answered()).items()
        if name in wanted and isinstance(value, float)
    }


def _asking(session: Any) -> Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]:
    import torch

    names = [one.name for one in session.get_inputs()]

    def ask(values: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        found = session.run(None, {name: value.numpy() for name, value in zip(names, values, strict=True)})
        return tuple(torch.from_numpy(answer) for answer in found)

    return ask


def _times(subject: Subject, models: tuple[bytes, bytes]) -> tuple[float, float]:
    """The median seconds for a batch of each, measured in turns on one thread."""
    samples = subject.samples(BATCH)
    asks = [_asking(session_of(model)) for model in models]
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(REPEATS):
        for ask, times in zip(asks, taken, strict=True):
            began = perf_counter()
            ask(samples)
            times.append(perf_counter() - began)
    return statistics.median(taken[0]), statistics.median(taken[1])
