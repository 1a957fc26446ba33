"""Bypassing on the canvas: stripes, what it says, one undo step, and what cannot be bypassed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPointF

from engine.graph import Graph
from gui.canvas.node_item import node_look

Show = Callable[[Graph], Any]


def test_a_bypassed_layer_is_striped_at_every_zoom_and_passes_its_shape_on(show: Show, chain: Graph) -> None:
    hand = show(chain)
    view, document = hand.view, hand.view.document
    plain = {scale: grabbed(hand, scale) for scale in (1.0, 0.4, 0.2)}
    document.select(["n2"])
    with hand.one_step():
        view.editing.bypass()
    assert document.history.undo_title == "Bypass conv1"
    look = node_look(chain, document.report, "n2")
    assert (look.summary, look.bypassed, look.absent) == ("bypassed", True, False)
    assert document.report.spec("n3") == document.report.spec("n1")
    document.select([])
    for scale, before in plain.items():
        assert grabbed(hand, scale) != before, scale
    document.select(["n2"])
    with hand.one_step():
        view.editing.bypass()
    assert document.history.undo_title == "Use conv1 again"
    document.select([])
    assert grabbed(hand, 1.0) == plain[1.0]


def grabbed(hand: Any, scale: float) -> object:
    """How the second node looks at a zoom, without the text of wires beside it."""
    hand.view.camera.zoom(scale)
    hand.view.centerOn(hand.view.canvas.nodes["n2"].box.center())
    box = hand.view.mapFromScene(hand.view.canvas.nodes["n2"].box).boundingRect().adjusted(1, 4, -1, -4)
    return hand.view.viewport().grab(box).toImage()


def test_what_cannot_be_bypassed_says_why_and_nothing_changes(show: Show, chain: Graph) -> None:
    hand = show(chain)
    said: list[str] = []
    hand.view.message.connect(said.append)
    hand.click(QPointF(400, 100))
    hand.view.document.select(["n2", "n1"])
    with hand.no_step():
        hand.view.editing.bypass()
    assert said == [f"{chain.nodes['n1'].name} cannot be bypassed: values enter or leave the network there."]
