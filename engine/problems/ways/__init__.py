"""Fixes, by the kind of fault: each function yields what might fix it, the likeliest first. What is offered is
decided by trying (`engine.problems.fixes`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from engine.graph import GraphError
from engine.problems.ways import activation_ways as activations
from engine.problems.ways import answer_ways as answers
from engine.problems.ways import axis_ways as axes
from engine.problems.ways import batch_ways as batches
from engine.problems.ways import block_ways as blocks
from engine.problems.ways import branch_ways as branches
from engine.problems.ways import decoder_ways as decoders
from engine.problems.ways import dimension_ways as dimensions
from engine.problems.ways import dropout_ways as dropouts
from engine.problems.ways import join_ways as joins
from engine.problems.ways import label_ways as labels
from engine.problems.ways import layout_ways as layouts
from engine.problems.ways import learning_ways as learning
from engine.problems.ways import level_ways as levels
from engine.problems.ways import number_ways as kinds
from engine.problems.ways import padding_ways as padding
from engine.problems.ways import parameter_ways as parameters
from engine.problems.ways import reshape_ways as reshapes
from engine.problems.ways import scale_ways as scale
from engine.problems.ways import sensible_ways as sensible
from engine.problems.ways import sequence_ways as sequences
from engine.problems.ways import setting_ways as settings
from engine.problems.ways import size_ways as sizes
from engine.problems.ways import width_ways as widths
from engine.problems.ways import window_ways as windows
from engine.problems.ways import wire_ways as wires
from engine.problems.ways.fault_site import FaultSite, Way
from engine.problems.ways.previous_ways import previous

Finder = Callable[[FaultSite], Iterator[Way | None]]

WAYS: Final[dict[str, tuple[Finder, ...]]] = {
    "axes": (
        batches.in_front,
        sequences.back_in_shape,
        kinds.looked_up,
        dimensions.all_along,
        axes.insert,
        axes.other_kind,
        axes.own_settings,
    ),
    "axis": (batches.in_front, axes.own_settings, axes.insert),
    "sizes": (sequences.last_of_states, axes.sizes, axes.own_settings, sizes.made_to_fit),
    "range": (axes.indices, parameters.back),
    "dtype": (kinds.other_numbers, kinds.other_source, sequences.masks, wires.without_optional),
    "division": (sizes.divide, sizes.whole_multiple, sizes.outside, parameters.back),
    "mismatch": (
        decoders.same_width,
        batches.in_front,
        levels.every_level,
        branches.every_branch,
        sizes.same,
        sizes.joined_otherwise,
        kinds.other_numbers,
    ),
    "window": (levels.fewer_strides, windows.fit, windows.larger_input),
    "padding": (windows.less_padding, windows.larger_input),
    "same-stride": (windows.keep_size,),
    "output-padding": (windows.output_padding,),
    "open-size": (
        batches.in_front,
        sequences.answer_not_state,
        axes.fixed_size,
        axes.given_length,
        axes.insert,
        parameters.back,
    ),
    "one-value": (settings.batch, learning.other_norm),
    "state": (
        decoders.of_one_step,
        decoders.of_a_vector,
        decoders.same_kind,
        decoders.bridged,
        sequences.both_states,
        sequences.states,
        sequences.as_needed,
        wires.without_optional,
    ),
    "mask": (sequences.masks, sequences.as_needed, sizes.same, wires.without_optional),
    "shape": (
        batches.in_front,
        answers.for_every_sample,
        sequences.answer_not_state,
        axes.own_settings,
        axes.insert,
        sequences.states,
        wires.without_optional,
        parameters.back,
        parameters.plain_property,
    ),
    "parameter": (parameters.fixed, parameters.back),
    "expression": (parameters.back,),
    "property": (parameters.plain_property,),
    "absent": (parameters.same_condition, parameters.plain_property, wires.other_port),
    "bypassed": (parameters.used_again,),
    "sharing": (parameters.as_owner, parameters.same_condition, parameters.plain_property),
    "unknown-layer": (parameters.known_layer,),
    "one-wire": (joins.other_side,),
    "unconnected": (joins.other_side, wires.obvious, wires.optional_input),
    "no-such-port": (wires.other_port,),
    "unused": (decoders.for_the_decoder, wires.somewhere),
    "states-exchanged": (decoders.by_name,),
    "memory-exchanged": (decoders.exchanged,),
    "misplaced": (wires.right_end,),
    "no-input": (wires.start,),
    "no-output": (wires.end,),
    "no-loss": (settings.loss,),
    "setting": (settings.back,),
    "input-scale": (scale.standardised, scale.normed, scale.scaled),
    "setting-range": (sensible.usual,),
    "run-length": (sensible.of_the_run,),
    "batch-size": (sensible.smaller_batches,),
    "data": (settings.other_data,),
    "no-data": (settings.some_data,),
    "weights-missing": (settings.new_weights,),
    "weights-normalization": (settings.as_weights_expect,),
    "input-data": (settings.as_data, settings.resized, settings.other_data),
    "output-data": (
        sequences.answer_at_the_end,
        decoders.other_steps,
        answers.class_axes,
        settings.other_loss,
        sizes.classes,
        settings.other_target,
        settings.drawn_as_data,
        axes.insert,
        learning.some_weights,
        settings.whole_answer,
    ),
    "class-axis": (answers.class_axes,),
    "too-many-classes": (sizes.classes,),
    "embedding-range": (settings.table,),
    "linear-on-image": (layouts.whole_image,),
    "unused-columns": (windows.all_columns,),
    "channels-last": (layouts.channels_first,),
    "features-last": (layouts.features_second,),
    "softmax-before-loss": (learning.to_prediction,),
    "sigmoid-before-loss": (learning.other_loss, learning.to_prediction),
    "activation-before-loss": (learning.to_prediction,),
    "no-probability": (activations.as_wanted, learning.other_loss, learning.sigmoid),
    "softmax-before-nll": (activations.with_logarithm,),
    "answer-range": (activations.plain_answer,),
    "padding-read": (padding.without_padding, blocks.padding_told),
    "state-shape": (blocks.same_state,),
    "gaps": (windows.no_gaps,),
    "early-pooling": (windows.later_shrinking, windows.more_cells),
    "bottleneck": (widths.wider,),
    "small-start": (parameters.usual_start,),
    "memory-of-itself": (decoders.same_memory,),
    "hidden-softmax": (activations.bent_each,),
    "over-padding": (windows.later_shrinking, windows.smaller_window),
    "window-of-one": (windows.larger_window,),
    "axes-by-reshape": (reshapes.kept_together,),
    "heads-behind-steps": (reshapes.steps_behind_heads,),
    "constant-answer": (activations.of_one,),
    "several-labels": (labels.each_by_itself,),
    "softmax-for-several": (labels.sigmoid_instead,),
    "exclusive-classes": (labels.one_of_many,),
    "redundant-activation": (activations.one_less,),
    "batch-mixed": (batches.other_axis,),
    "batch-moved": (batches.in_front,),
    "batch-as-time": (sequences.batch_first,),
    "idle-dropout": (sequences.stacked,),
    "last-of-both": (sequences.last_output,),
    "first-step": (sequences.last_output,),
    "dropout-last": (learning.earlier,),
    "heavy-dropout": (dropouts.less,),
    "dropout-in-a-row": (dropouts.fewer,),
    "dropout-before-norm": (dropouts.later, dropouts.without),
    "dropout-before-pooling": (dropouts.later, dropouts.whole_channels, dropouts.without),
    "no-activation": (learning.activation,),
    "max-norm": (parameters.back, wires.without_optional, parameters.plain_property),
    "bias-before-norm": (learning.no_bias,),
    "no-positions": (sequences.positions,),
    "no-causal-mask": (sequences.causal,),
    "narrow-view": (windows.wider_view,),
    "no-weights": (parameters.thawed, sizes.classes, learning.some_weights),
    "frozen-at-random": (parameters.all_thawed,),
    "many-weights": (sizes.narrower,),
    "empty": (),
}
DISPENSABLE: Final = frozenset(
    {"unused", "one-wire", "dropout-last", "softmax-before-loss", "sigmoid-before-loss", "activation-before-loss"}
)
"""Warnings that deleting the guilty layer answers; of errors it always is a last fix."""
DECISIVE: Final = (batches.in_front,)
"""Where these find the cause further up, nothing else is a fix: it would build on what is wrong there."""


def ways(site: FaultSite) -> Iterator[Way | None]:
    """The ways worth a try, the likeliest first; None is a rest between two of them."""
    before = (previous,) if site.problem.severity == "error" else ()
    for find in (*before, *WAYS.get(site.problem.code, ())):
        found = False
        try:
            for way in find(site):
                yield way
                found = found or way is not None
        except GraphError:  # a layer that is not installed here
            continue
        if found and find in DECISIVE:
            return


def last_ways(site: FaultSite) -> Iterator[Way | None]:
    """What is tried after all others: to do without the guilty layer."""
    if site.node is not None and (site.problem.severity == "error" or site.problem.code in DISPENSABLE):
        yield from wires.removal(site)


def desperate_ways(site: FaultSite) -> Iterator[Way | None]:
    """What is tried where nothing else has helped: to do without what the guilty layer depends on."""
    if site.node is not None and site.problem.severity == "error":
        yield from wires.without_others(site)
