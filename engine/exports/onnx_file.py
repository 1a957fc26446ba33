"""``.onnx``: the network for other runtimes, written by torch.onnx and checked by onnxruntime."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from engine.exports.exporter import Checked, Exporter, ExportError
from engine.exports.subject import Subject

if TYPE_CHECKING:
    from torch import Tensor


class OnnxFile(Exporter):
    """ONNX with open sizes: batches, and the lengths that the Inputs leave open. (onnx.ai; torch.onnx, dynamo=True)"""

    name: ClassVar[str] = "onnx"
    title: ClassVar[str] = "ONNX (.onnx)"
    summary: ClassVar[str] = "for other runtimes and devices; checked by onnxruntime"
    suffixes: ClassVar[tuple[str, ...]] = (".onnx",)
    libraries: ClassVar[tuple[str, ...]] = ("onnx", "onnxscript", "onnxruntime")

    def write(self, subject: Subject, beside: Path) -> None:
        with beside.open("wb") as file:
            file.write(model_of(subject))

    def check(self, subject: Subject, beside: Path) -> Checked:
        from engine.exports.comparing import compared, samples_of
        from engine.files import read_bytes

        samples = samples_of(subject)
        answers = answers_of(read_bytes(beside, beside.stat().st_size), samples)
        checked = compared(subject, answers, samples, notes=subject.notes)
        if not subject.notes:  # it says that it takes batches of any size
            few = tuple(value[:3] for value in samples)
            compared(subject, answers_of(read_bytes(beside, beside.stat().st_size), few), few)
        return checked


def model_of(subject: Subject) -> bytes:
    """The model in the format of ONNX, made once. Raises ExportError where torch cannot write it."""
    if subject.onnx is None:
        subject.onnx = _written(subject)
    subject.notes = subject.onnx[1]
    return subject.onnx[0]


def _written(subject: Subject) -> tuple[bytes, tuple[str, ...]]:
    """The model, and what is not as it should be."""
    import torch

    from engine.exports.comparing import samples_of
    from engine.exports.dynamic import captured, quiet, reason
    from engine.source.names import identifier

    program, notes = captured(subject, samples_of(subject))
    taken: dict[str, int] = {}
    inputs = [identifier(name, taken, "input") for name in subject.inputs]
    outputs = [identifier(name, taken, "output") for name in subject.outputs]
    with quiet(), torch.no_grad():  # attention to learned distances is else taken apart in two ways that do not fit
        try:
            written = torch.onnx.export(
                program, input_names=inputs, output_names=outputs, dynamo=True, verbose=False, external_data=False
            )
        except Exception as error:  # of torch, of onnxscript, of an operation that ONNX lacks
            raise ExportError(f"torch.onnx cannot write this network: {reason(error)}.") from error
    assert written is not None
    proto = written.model_proto
    for node in proto.graph.node:  # where in our sources it came from is for nobody
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*proto.graph.value_info, *proto.graph.input, *proto.graph.output, *proto.graph.initializer):
        del value.metadata_props[:]
    del proto.metadata_props[:]
    del proto.graph.metadata_props[:]
    try:
        content: bytes = proto.SerializeToString()
    except ValueError as error:  # of protobuf: more than 2 GB
        raise ExportError("The network is too large for one file of ONNX, which holds at most 2 GB.") from error
    return content, notes


def answers_of(model: bytes, samples: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """What onnxruntime answers, on one thread of the CPU."""
    import torch

    session = session_of(model)
    names = [one.name for one in session.get_inputs()]
    found = session.run(None, {name: value.numpy() for name, value in zip(names, samples, strict=True)})
    return tuple(torch.from_numpy(answer) for answer in found)


def session_of(model: bytes) -> Any:
    """A session of onnxruntime that sends nothing anywhere."""
    import os

    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
