"""What each kind of problem is about, in a few sentences: the page after the link "Why?"."""

from __future__ import annotations

from typing import Final

from engine.problems.bottleneck_explanations import BOTTLENECKS
from engine.problems.explanation import BROADCASTING, CONV, CS231N, ENTROPY, Explanation
from engine.problems.learning_explanations import LEARNING
from engine.problems.setting_explanations import SETTINGS
from engine.problems.training_explanations import TRAINING

EXPLANATIONS: Final[dict[str, Explanation]] = {
    # -- shapes ----------------------------------------------------------------------------------------------------
    "axes": Explanation(
        "Too many or too few axes",
        "Every layer counts on a certain number of axes: a Conv2d on images (N, channels, height, width), an LSTM on "
        "sequences (N, T, features). Flatten and global pooling make an image one row of numbers; Unflatten, Unsqueeze "
        "and Reshape go the other way; Permute changes the order.",
    ),
    "axis": Explanation(
        "An axis that is not there",
        "Axes are counted from 0, the batch, or from the end: −1 is the last one. A tensor with 3 axes has the axes 0, "
        "1, 2 or −3, −2, −1. The batch is left alone, for samples do not know of each other.",
    ),
    "sizes": Explanation(
        "The numbers do not come out",
        "A change of shape keeps every number: the product of the sizes must be the same before and after. One size "
        "may be −1, then it is worked out from the others.",
        "in₁ · in₂ · … = out₁ · out₂ · …",
        "https://docs.pytorch.org/docs/stable/generated/torch.reshape.html",
    ),
    "range": Explanation(
        "An index that is not there",
        "Positions along an axis are counted from 0 up to its size less one, or from the end: −1 is the last.",
    ),
    "dtype": Explanation(
        "Another kind of number",
        "Weights are floats and multiply floats. Integers (int64) are names: of a word, a token, a class. They "
        "are looked up in an Embedding, which turns each into a vector. Booleans are masks.",
    ),
    "division": Explanation(
        "It does not divide",
        "Groups of a convolution or a norm, heads of attention, and the cells of a pixel shuffle share the channels "
        "out evenly, so their number must divide the channels.",
        "channels mod groups = 0",
        CONV,
    ),
    "mismatch": Explanation(
        "Branches that do not fit together",
        "Where branches are added, their sizes must be equal, or 1, which is repeated. Where they are concatenated, "
        "all axes but the one joined along must be equal. A skip connection over a layer that changes channels or "
        "shrinks the image needs a 1×1 convolution with the same stride; a layer that should keep the size needs "
        "padding of half its window.",
        "padding = ⌊kernel_size / 2⌋ keeps the size at stride 1",
        BROADCASTING,
    ),
    "window": Explanation(
        "The window is larger than its input",
        "A window slides over its input, padding included; where it is larger, it fits nowhere. Deep networks meet "
        "this when every layer shrinks a small image: pad more, shrink less, or use a smaller window.",
        "out = ⌊(in + 2·padding − dilation·(kernel_size − 1) − 1) / stride⌋ + 1",
        CONV,
    ),
    "padding": Explanation(
        "More padding than there can be",
        "A pooling window may hang over the edge by at most half its size, else it would see padding alone. Reflected "
        "and circular padding is taken from the image, so it cannot be larger than that.",
        "padding ≤ kernel_size / 2",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html",
    ),
    "same-stride": Explanation(
        "'same' goes with stride 1",
        "With padding 'same' the result has the size of the input, which a stride above 1 contradicts. TensorFlow and "
        "Keras mean another thing: the size divided by the stride, rounded up; here that is 'same_tf', which puts an "
        "odd cell at the end. Padding of half an odd window gives the same size with as many cells on both sides.",
        "same_tf, or padding = ⌊kernel_size / 2⌋ → out = ⌈in / stride⌉",
        CONV,
    ),
    "output-padding": Explanation(
        "More cells at the end than the stride leaves open",
        "A transposed convolution with stride s could come from s different input sizes; output_padding says which "
        "one is meant, so it is less than the stride (or the dilation).",
        "out = (in − 1)·stride − 2·padding + dilation·(kernel_size − 1) + output_padding + 1",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html",
    ),
    "open-size": Explanation(
        "A size that is left open",
        "Letters such as N or T stand for sizes that differ from batch to batch. Weights are made once, so the axis "
        "they multiply must have a fixed size: give the Input a number there, or take the mean over the open axis. "
        "Expressions and conditions are worked out once, too, so they can only ask for sizes that are fixed.",
    ),
    "one-value": Explanation(
        "One number has no variance",
        "Batch norm subtracts the mean of a channel over the batch and divides by its spread. With one sample whose "
        "channel is a single number there is no spread, and PyTorch stops. Take larger batches, leave the last batch "
        "out, or use a norm that looks at one sample alone.",
        "y = (x − E[x]) / √(Var[x] + eps)",
        "Ioffe and Szegedy 2015, Batch Normalization, https://arxiv.org/abs/1502.03167",
    ),
    "state": Explanation(
        "The state does not fit",
        "A recurrent layer begins with a state for every layer and direction; what one layer hands to another must "
        "have the same number of layers, directions and features.",
        "h₀: (num_layers · directions, N, hidden_size)",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html",
    ),
    "mask": Explanation(
        "The mask does not fit",
        "An attention mask has a row for each step that asks and a column for each step that is looked at; a padding "
        "mask says for each sample which steps are filling. Being causal is a mask by itself.",
        "attn_mask: (T, S), key_padding_mask: (N, S)",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html",
    ),
    "shape": Explanation(
        "The layer cannot take its input",
        "The sentence says what came in and what is needed. A click on the layer shows the formula with your numbers.",
    ),
    # -- what is typed ---------------------------------------------------------------------------------------------
    "parameter": Explanation(
        "A value that is not allowed",
        "Every parameter has a type and bounds, the same as in PyTorch; the field's tooltip names them.",
    ),
    "expression": Explanation(
        "An expression that cannot be worked out",
        "After = come numbers and the parameters of the surrounding block; the sizes of the inputs: in_channels is "
        "axis 1 of the first one, size(x, 2) axis 2 of the input x; index and count, the number of the repeat (from 0) "
        "and how many there are; + − · / // % **, min, max; round_to(a, 8), the multiple of 8 nearest to a, and "
        "make_divisible(a, 8), the same as MobileNet rounds; comparisons (== != < <= > >=), and, or, not, and a if "
        "condition else b. Nothing else.",
    ),
    "property": Explanation(
        "A property this layer cannot have",
        "Repeats and steps belong to blocks; freezing, sharing and how weights start to layers that have weights; a "
        "condition to any layer, but not to where values enter or leave.",
    ),
    "absent": Explanation(
        "A value that an absent layer does not have",
        "A layer whose condition (when) does not hold has no weights and hands its first required input on in place of "
        "its first output; a block that is repeated 0 times hands on each input that its repeats would hand on. Other "
        "outputs do not exist then, so whatever reads one must be absent, too.",
    ),
    "bypassed": Explanation(
        "A bypassed layer with nothing clear to pass on",
        "A bypassed layer stays in the drawing but does nothing: it has no weights, and whatever comes in goes out of "
        "its first output unchanged. That is clear only where one value comes in and only the first output is read; a "
        "layer that joins different values, or whose other outputs are used, must take part.",
    ),
    "sharing": Explanation(
        "Weights that do not fit",
        "Two layers can use the same weights only where these have the same shape: the same kind of layer with the "
        "same sizes coming in, or a Linear that reads an Embedding's table backwards.",
        "",
        "Press and Wolf 2016, Using the Output Embedding, https://arxiv.org/abs/1608.05859",
    ),
    "max-norm": Explanation(
        "Rows that are shortened too early",
        "With max_norm an Embedding shortens the rows that it looks up, in the table itself. Another gradient may "
        "still need them as they were: that of the weights of a bag which runs at every step of a scan, or that of a "
        "Linear which uses the same table and ran before. Then training would stop in its first backward pass.",
        "",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html",
    ),
    "unknown-layer": Explanation(
        "A layer that is not here",
        "The project names a layer that neither Layerloom nor an installed package has. It is kept as it is; install "
        "the package, or change it to a layer that is here.",
    ),
    # -- wires -----------------------------------------------------------------------------------------------------
    "unconnected": Explanation(
        "An input without a wire",
        "Data flows along wires from the Input to the Output; a layer works once all its inputs have one, but for "
        "those drawn smaller, which are optional.",
    ),
    "one-wire": Explanation(
        "A join of one value",
        "Add, Concat and Multiply bring branches together. With one wire they hand on what they get, and the same "
        "value on both sides of a sum only doubles it. Mostly the other wire is the shortcut of a residual network, "
        "which begins before the layers that the sum skips; the skip of a U-Net; or what a gate multiplies.",
        "y = x + F(x)",
        "He et al. 2015, Deep Residual Learning, https://arxiv.org/abs/1512.03385",
    ),
    "no-such-port": Explanation(
        "A wire to a port that is gone",
        "With other parameters a layer may have other ports: a pooling hands out indices only if asked to. The wire "
        "is kept until you decide.",
    ),
    "unused": Explanation(
        "A result that nothing uses",
        "What leads to no Output takes no part: it is neither trained nor exported, and costs nothing.",
    ),
    "misplaced": Explanation(
        "Another kind of end",
        "Samples enter a network by Inputs and leave by Outputs; values enter and leave a block by BlockInputs and "
        "BlockOutputs.",
    ),
    "empty": Explanation("Nothing is drawn yet", "Begin with an Input, or open a preset from the start page."),
    "no-input": Explanation("No Input", "Samples of the data enter by an Input, which says what shape one has."),
    "no-output": Explanation("No Output", "The answer leaves by an Output, which says what it is compared with."),
    "no-loss": Explanation(
        "Nothing to learn",
        "A network learns by making a loss smaller. It is chosen on an Output: cross-entropy for classes, the mean "
        "squared error for numbers.",
    ),
    # -- data ------------------------------------------------------------------------------------------------------
    "setting": Explanation("A setting that is not allowed", "The sentence names it and what is allowed there."),
    "data": Explanation(
        "The data cannot be used", "The data set, or one of its transforms, is not there or does not fit."
    ),
    "weights-missing": Explanation(
        "The file of the weights is gone",
        "The training is to begin with weights from a file, and only the way to it is stored in the project.",
    ),
    "frozen-at-random": Explanation(
        "Frozen without loaded weights",
        "To freeze a layer keeps what it has learned elsewhere, while layers after it learn. Without loaded weights it "
        "has learned nothing: it holds random numbers, and what comes after it has to make the best of them.",
        "",
        "Yosinski et al. 2014, How Transferable Are Features in Deep Neural Networks?, https://arxiv.org/abs/1411.1792",
    ),
    "weights-normalization": Explanation(
        "Images come otherwise than the weights expect",
        "Loaded layers answer best to values in the range they have learned from: the mean of the images they were "
        "trained on is subtracted, channel by channel, and the result divided by the deviation.",
        "value = (pixel / 255 − mean) / deviation",
    ),
    "no-data": Explanation("No data", "Shapes, code and cost need none. To train, choose some on the Data page."),
    "input-data": Explanation(
        "The Input is not as the data",
        "An Input takes one field of the data, sample by sample, so shape and kind of number must be those of the "
        "field. Images can be resized on the way.",
    ),
    "output-data": Explanation(
        "The answer is not as the target",
        "For classes one axis holds one score a class, and without it the answer has the shape of the target; for "
        "numbers the answer has the shape of the target.",
        "cross_entropy: (N, classes) with labels (N,), (N, classes, H, W) with labels (N, H, W)",
        ENTROPY,
    ),
    "class-axis": Explanation(
        "Two axes could be the classes",
        "The axis of the classes is the one without which the answer has the shape of the target. Where two fit and "
        "both have as many positions as there are classes, the first one is taken, as torch does.",
        "",
        ENTROPY,
    ),
    "too-many-classes": Explanation(
        "More answers than classes",
        "It runs, for no label ever names the rest, but weights are spent on classes that do not exist.",
        "",
        ENTROPY,
    ),
    "embedding-range": Explanation(
        "A number without a row",
        "An Embedding has a row for each number from 0 to num_embeddings − 1, OneHot a position up to num_classes − 1. "
        "A larger number stops the training the first time it is met, perhaps late in an epoch.",
        "0 ≤ x < num_embeddings",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html",
    ),
    # -- images ----------------------------------------------------------------------------------------------------
    "linear-on-image": Explanation(
        "A Linear layer on an image",
        "Linear works on the last axis and repeats itself over all others: on an image it sees one row of pixels at "
        "a time. Flatten lets it see the whole image, global pooling the mean of each channel.",
    ),
    "unused-columns": Explanation(
        "Columns that no window reaches",
        "With W = 10, F = 3, P = 0 and S = 2 the windows begin at 0, 2, 4 and 6 and end at column 8; the last column "
        "is never seen. PyTorch rounds down silently. Other padding, window or stride, or ceil_mode, use it all.",
        "(W + 2·P − F) / S should be an integer",
        CS231N,
    ),
    "channels-last": Explanation(
        "Channels at the end",
        "Image files and TensorFlow have (height, width, channels); PyTorch has (channels, height, width). Read the "
        "wrong way, rows of pixels are taken for channels: it runs, and learns badly.",
    ),
    "narrow-view": Explanation(
        "Every cell sees too little",
        "The receptive field is the part of the image that one cell depends on. A global pooling takes the mean over "
        "cells, so something larger than their receptive field is seen by none of them as a whole. We speak of it "
        "below half of the image.",
        "r ← r + (kernel_size − 1)·dilation·j,  j ← j·stride",
        "Araujo, Norris and Sim 2019, https://distill.pub/2019/computing-receptive-fields",
    ),
    **LEARNING,
    **BOTTLENECKS,
    **SETTINGS,
    **TRAINING,
}


def explain(code: str) -> Explanation:
    """The explanation of a kind of problem. Raises KeyError for an unknown one."""
    return EXPLANATIONS[code]
