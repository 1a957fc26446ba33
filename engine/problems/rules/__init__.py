"""The rules as data, one file a theme: of a node, of what feeds it, and of the network as a whole."""

from __future__ import annotations

from typing import Final

from engine.problems.rule import EdgeRule, GraphRule, MarkRule, NodeRule, SumRule, ViewRule
from engine.problems.rules import activation_rules as activations
from engine.problems.rules import batch_rules as batches
from engine.problems.rules import bottleneck_rules as bottlenecks
from engine.problems.rules import data_rules as data
from engine.problems.rules import decoder_rules as decoders
from engine.problems.rules import depth_rules as depth
from engine.problems.rules import dropout_rules as dropouts
from engine.problems.rules import extent_rules as extent
from engine.problems.rules import image_rules as images
from engine.problems.rules import join_rules as joins
from engine.problems.rules import label_rules as labels
from engine.problems.rules import layout_rules as layouts
from engine.problems.rules import learning_rules as learning
from engine.problems.rules import padding_rules as padding
from engine.problems.rules import range_rules as ranges
from engine.problems.rules import reshape_rules as reshapes
from engine.problems.rules import scale_rules as scale
from engine.problems.rules import seam_rules as seams
from engine.problems.rules import sequence_rules as sequences
from engine.problems.rules import setting_rules as settings
from engine.problems.rules import start_rules as starts
from engine.problems.rules import table_rules as tables
from engine.problems.rules import time_rules as time
from engine.problems.rules import weights_rules as weights
from engine.problems.rules import window_rules as windows
from engine.problems.rules import wiring_rules as wiring

NODE_RULES: Final[tuple[NodeRule, ...]] = (
    *wiring.NODE,
    *joins.NODE,
    *decoders.NODE,
    *learning.NODE,
    *images.NODE,
    *data.NODE,
    *activations.NODE,
    *dropouts.NODE,
    *batches.NODE,
    *bottlenecks.NODE,
    *time.NODE,
    *windows.NODE,
)
OF_ABSENT: Final[tuple[NodeRule, ...]] = wiring.NODE
"""What is said of a node whose condition does not hold."""
EDGE_RULES: Final[tuple[EdgeRule, ...]] = (
    *learning.EDGE,
    *images.EDGE,
    *data.EDGE,
    *activations.EDGE,
    *dropouts.EDGE,
    *decoders.EDGE,
    *layouts.EDGE,
    *time.EDGE,
    *windows.EDGE,
    *labels.EDGE,
    *seams.EDGE,
    *reshapes.EDGE,
)
GRAPH_RULES: Final[tuple[GraphRule, ...]] = (
    *wiring.GRAPH,
    *data.GRAPH,
    *settings.GRAPH,
    *scale.GRAPH,
    *learning.GRAPH,
    *sequences.GRAPH,
    *padding.GRAPH,
    *decoders.GRAPH,
    *extent.GRAPH,
    *tables.GRAPH,
    *weights.GRAPH,
)
MARK_RULES: Final[tuple[MarkRule, ...]] = (
    *batches.MARK,
    *bottlenecks.MARK,
    *starts.MARK,
    *depth.MARK,
    *dropouts.MARK,
    *images.MARK,
    *ranges.MARK,
    *weights.MARK,
)
SUM_RULES: Final[tuple[SumRule, ...]] = (*extent.SUM, *depth.SUM)
VIEW_RULES: Final[tuple[ViewRule, ...]] = extent.VIEW
