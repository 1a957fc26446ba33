"""Comment frames: a titled box behind some nodes, with words and a colour. They are drawn, and compute nothing.

What belongs to a frame is what lies wholly inside it at the moment one asks; no node knows of frames, so that frames
take nodes from nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from engine.edits import Change, Edit, Move
from engine.errors import GraphError
from engine.limits import FARTHEST, LONGEST_TITLE
from engine.literals import unstorable

if TYPE_CHECKING:
    from engine.graph import Graph, Position

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width and height."""
FrameColor = Literal["gray", "blue", "green", "yellow", "red", "purple"]
COLORS: Final[tuple[FrameColor, ...]] = get_args(FrameColor)
LONGEST_TEXT: Final = 2_000
SMALLEST: Final = 48.0
"""The least width and height."""
MOST_FRAMES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: its title is one line, its text may be several."""

    id: str
    box: Box
    title: str = ""
    text: str = ""
    color: FrameColor = "gray"

    def holds(self, box: Box) -> bool:
        """Whether a box lies wholly inside."""
        left, top, width, height = self.box
        x, y, w, h = box
        return left <= x and top <= y and x + w <= left + width and y + h <= top + height

    def moved(self, dx: float, dy: float) -> Frame:
        """The same somewhere else."""
        left, top, width, height = self.box
        return replace(self, box=(left + dx, top + dy, width, height))

    @property
    def name(self) -> str:
        """What it is called in a list."""
        return self.title or "frame"


@dataclass(frozen=True, slots=True)
class AddFrame(Edit):
    """Draws a frame, by default as the last."""

    frame: Frame
    index: int | None = None

    def apply(self, graph: Graph) -> Edit:
        if self.frame.id in graph.frames:
            raise GraphError(f"The id {self.frame.id!r} of a frame is taken already.")
        if len(graph.frames) >= MOST_FRAMES:
            raise GraphError(f"There are {MOST_FRAMES:,} frames already, the most there may be.")
        check(self.frame)
        frames = list(graph.frames.values())
        frames.insert(len(frames) if self.index is None else self.index, self.frame)
        _put(graph, frames)
        return RemoveFrame(self.frame.id)

    def change(self) -> Change:
        return Change(frames={self.frame.id})

    def title(self, graph: Graph) -> str:
        return f"Add frame {self.frame.title}".rstrip()


@dataclass(frozen=True, slots=True)
class RemoveFrame(Edit):
    """Removes a frame; what is in it stays."""

    frame_id: str

    def apply(self, graph: Graph) -> Edit:
        frame = frame_of(graph, self.frame_id)
        index = list(graph.frames).index(frame.id)
        del graph.frames[frame.id]
        return AddFrame(frame, index)

    def change(self) -> Change:
        return Change(frames={self.frame_id})

    def title(self, graph: Graph) -> str:
        return f"Remove {_called(frame_of(graph, self.frame_id))}"


@dataclass(frozen=True, slots=True)
class SetFrame(Edit):
    """Gives a frame another box, title, text or colour: the whole frame as it is then."""

    frame: Frame

    def apply(self, graph: Graph) -> Edit:
        before = frame_of(graph, self.frame.id)
        check(self.frame)
        graph.frames[self.frame.id] = self.frame
        return SetFrame(before)

    def change(self) -> Change:
        return Change(frames={self.frame.id})

    def title(self, graph: Graph) -> str:
        before, after = frame_of(graph, self.frame.id), self.frame
        if before.title != after.title:
            return f"Rename {_called(before)} to {after.title}"
        if before.color != after.color:
            return f"Color {_called(before)} {after.color}"
        if before.text != after.text:
            return f"Write in {_called(before)}"
        return f"{'Move' if before.box[2:] == after.box[2:] else 'Resize'} {_called(before)}"


def frame_of(graph: Graph, frame_id: str) -> Frame:
    """The frame with this id. Raises GraphError where there is none."""
    try:
        return graph.frames[frame_id]
    except KeyError:
        raise GraphError(f"There is no frame with the id {frame_id[:40]!r}.") from None


def check(frame: Frame) -> None:
    """Raise GraphError unless a file can hold this frame."""
    left, top, width, height = frame.box
    if not all(-FARTHEST <= edge <= FARTHEST for edge in (left, top, left + width, top + height)):
        raise GraphError(f"A frame lies within {FARTHEST:,.0f} pixels on either side.")
    if not (width >= SMALLEST and height >= SMALLEST):
        raise GraphError(f"A frame is at least {SMALLEST:.0f} pixels wide and high.")
    if len(frame.title) > LONGEST_TITLE or (frame.title and not frame.title.isprintable()):
        raise GraphError(f"The title of a frame has at most {LONGEST_TITLE} characters on one line.")
    if len(frame.text) > LONGEST_TEXT or unstorable(frame.text):
        raise GraphError(f"The text of a frame has at most {LONGEST_TEXT:,} characters.")
    if frame.color not in COLORS:
        raise GraphError(f"A frame is {', '.join(COLORS[:-1])} or {COLORS[-1]}, not {str(frame.color)[:40]!r}.")


def fresh_frame_id(graph: Graph) -> str:
    """An id that no frame has."""
    number = len(graph.frames) + 1
    while f"f{number}" in graph.frames:
        number += 1
    return f"f{number}"


def held(frame: Frame, boxes: Mapping[str, Box]) -> set[str]:
    """Which of these boxes lie wholly inside a frame."""
    return {key for key, box in boxes.items() if frame.holds(box)}


def frames_in(graph: Graph, frame: Frame) -> list[Frame]:
    """The other frames that lie wholly inside one; of two with the same box neither is in the other."""
    return [other for other in graph.frames.values() if other.box != frame.box and frame.holds(other.box)]


def moves(graph: Graph, frame: Frame, nodes: Iterable[str], by: Position) -> list[Edit]:
    """The edits that move a frame with these nodes and with the frames that are inside it."""
    dx, dy = by
    places = {node_id: (x + dx, y + dy) for node_id in nodes for x, y in [graph.positions[node_id]]}
    frames = [frame, *frames_in(graph, frame)]
    return [*([Move(places)] if places else []), *(SetFrame(each.moved(dx, dy)) for each in frames)]


def around(graph: Graph, before: Mapping[str, Box], after: Mapping[str, Box]) -> Iterator[SetFrame]:
    """The edits that keep frames around what is in them, where nodes get other boxes: margins stay as they are."""
    for frame in sorted(graph.frames.values(), key=lambda each: each.box[2] * each.box[3]):
        inside = held(frame, before)
        if not inside or all(before[key] == after[key] for key in inside):
            continue
        old, new = _hull(before[key] for key in inside), _hull(after[key] for key in inside)
        left, top, width, height = frame.box
        room = old[0] - left, old[1] - top, left + width - old[0] - old[2], top + height - old[1] - old[3]
        box = (new[0] - room[0], new[1] - room[1], new[2] + room[0] + room[2], new[3] + room[1] + room[3])
        yield SetFrame(replace(frame, box=box))


def _hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of these."""
    corners = [(x, y, x + w, y + h) for x, y, w, h in boxes]
    left, top = min(corner[0] for corner in corners), min(corner[1] for corner in corners)
    return left, top, max(corner[2] for corner in corners) - left, max(corner[3] for corner in corners) - top


def _called(frame: Frame) -> str:
    return f"frame {frame.title}".rstrip()


def _put(graph: Graph, frames: Iterable[Frame]) -> None:
    graph.frames = {frame.id: frame for frame in frames}
