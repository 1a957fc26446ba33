"""Explanations of what runs and learns badly."""

from __future__ import annotations

from typing import Final

from engine.problems.explanation import ATTENTION, BINARY, CS231N, ENTROPY, Explanation

LEARNING: Final[dict[str, Explanation]] = {
    "answer-range": Explanation(
        "An answer that cannot reach its target",
        "An activation bounds what it gives: a sigmoid from 0 to 1, tanh from −1 to 1, ReLU from 0. Where the target "
        "goes beyond, the error can never become small there, and near its bounds the activation passes no gradient. "
        "Regression ends with a weighted sum as it is.",
        "σ(x) ∈ (0, 1), tanh(x) ∈ (−1, 1), ReLU(x) ≥ 0",
    ),
    "input-scale": Explanation(
        "Numbers far from 1",
        "Weights start out so that numbers around 1 stay around 1. A column in thousands drowns all others and makes "
        "gradients a million times larger than those of a column around 1, so no learning rate suits both; pixels from "
        "0 to 255 push every layer the same way. Standardised numbers have mean 0 and deviation 1, measured on the "
        "training part alone. A norm as the first layer does the same, and trees or embeddings do not need it.",
        "x' = (x − mean) / std",
        "LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.3",
    ),
    "padding-read": Explanation(
        "Padding read as words",
        "Texts of a batch are filled up to one length. A recurrent layer without lengths continues through the "
        "filling, and what it answers at the end is mostly made of it; with the lengths it stops at the last token of "
        "each text. A mean counts the filling as words, and attention looks at it: a padding mask says which steps are "
        "none. The largest number over the steps suffers less.",
        "last(n) = h(n, length(n)),  mean(n) = Σ x(n, t) / length(n)",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html",
    ),
    "gaps": Explanation(
        "Cells that no window sees",
        "A window of kernel_size cells moves by stride. Where it moves farther than it is wide, the cells between are "
        "read by nothing. A shortcut beside a branch that sees them may do so; a layer by itself should not.",
        "stride ≤ dilation·(kernel_size − 1) + 1",
        CS231N,
    ),
    "early-pooling": Explanation(
        "Shrunk too early",
        "A convolution finds patterns of neighbouring cells. Every stride of 2 halves the map: after three of them "
        "32 × 32 pixels are 4 × 4 cells, and windows of 3 × 3 see nearly the whole map and its padding. Layers after "
        "that add weights and hardly any patterns. Published networks for small images shrink once in several layers.",
        "out = ⌊(in + 2·padding − kernel_size) / stride⌋ + 1",
        "He et al. 2015, Deep Residual Learning, section 4.2 (CIFAR-10), https://arxiv.org/abs/1512.03385",
    ),
    "over-padding": Explanation(
        "A window over padding",
        "Padding lets a window stand where it is larger than the map. Then many of its weights multiply zeros at every "
        "position, and learn nothing; on a map of one cell only the middle one sees anything.",
        "kernel_size ≤ map",
        CS231N,
    ),
    "window-of-one": Explanation(
        "A window of one cell",
        "The largest, or the mean, of one number is that number: such a pooling changes nothing.",
    ),
    "axes-by-reshape": Explanation(
        "Axes are exchanged by Permute",
        "Reshape writes all numbers of a sample in one row and cuts it into other pieces; their order stays. To turn "
        "(time, features) into (features, time) numbers have to change places, and that is what Permute does. The "
        "heads of attention are split off the features behind the steps, (T, heads, d), and then exchanged with them; "
        "patches of an image are squares, which Unfold cuts out.",
        "(a, b) → (b, a): y(j, i) = x(i, j)",
        "https://docs.pytorch.org/docs/stable/generated/torch.permute.html",
    ),
    "heads-behind-steps": Explanation(
        "Heads that look at each other",
        "Attention with several heads splits the features of each step, (N, T, heads, d), and then exchanges steps and "
        "heads, (N, heads, T, d), for it compares the rows of the last two axes. Without the exchange it compares the "
        "heads of one step with each other. After it the axes go back, and the heads are joined.",
        "(N, T, E) → (N, T, h, d) → (N, h, T, d) → attention → (N, T, h, d) → (N, T, E)",
        ATTENTION,
    ),
    "constant-answer": Explanation(
        "One number alone",
        "A softmax makes the numbers along an axis add up to 1, a norm brings them to mean 0. Of one number the first "
        "is always 1, the second always 0: nothing of the input is left, and nothing can be learned before it. For yes "
        "or no one number goes through a sigmoid; two classes and more have one number each.",
        "softmax(x) = eˣ / eˣ = 1",
    ),
    "several-labels": Explanation(
        "One class for several labels",
        "Cross-entropy and its softmax are made for classes of which one is right: the probabilities of all add up to "
        "1. Where several labels hold at once, such as the genres of a film, each gets a yes or no of its own: a "
        "sigmoid for each number, and binary cross-entropy.",
        "Σ_c softmax(x)_c = 1,  but Σ_c y_c may be 0, 1, 2 …",
        BINARY,
    ),
    "softmax-for-several": Explanation(
        "A softmax before yes or no",
        "Binary cross-entropy and losses of numbers look at each number by itself. After a softmax one can rise only "
        "where the others fall, so no two labels can both be likely. A sigmoid lets each decide for itself; classes "
        "that exclude each other go to cross_entropy.",
        "σ(x_c) for each label c, not eˣᶜ / Σ eˣ",
        BINARY,
    ),
    "exclusive-classes": Explanation(
        "Yes or no for classes that exclude each other",
        "With a sigmoid for each class nothing ties the answers together: several classes, or none, may be said to "
        "hold. It can be meant, to leave room for none of them; else the softmax inside cross-entropy weighs the "
        "classes against each other and learns faster.",
        "loss = −log(exp(x_y) / Σ exp(x_c))",
        ENTROPY,
    ),
    "redundant-activation": Explanation(
        "Two activations in a row",
        "Softmax and Sigmoid turn scores of any size into numbers from 0 to 1. Of such numbers, or of numbers that are "
        "never negative, a second one makes nearly equal ones, so the answer is never sure and the gradient is small. "
        "A ReLU of numbers that are never negative changes nothing. An activation belongs after a weighted sum, and "
        "one is enough.",
        "σ(x) ≥ 0.5 for x ≥ 0,  ReLU(ReLU(x)) = ReLU(x)",
    ),
    "softmax-before-nll": Explanation(
        "Probabilities for a loss that needs their logarithms",
        "The negative log-likelihood takes the answer for the right class as it is and turns its sign: the logarithm "
        "is the network's part. Of plain probabilities it lies between −1 and 0 and has nearly no slope where the "
        "network is wrong. LogSoftmax gives softmax and logarithm in one step that does not overflow; cross-entropy "
        "takes the scores and does both itself.",
        "nll(x) = −x[class],  x = log softmax(scores)",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html",
    ),
    "batch-mixed": Explanation(
        "The samples of a batch mixed",
        "The first axis is the batch N: samples that happened to be drawn together and know nothing of each other. A "
        "softmax along it makes the probabilities of one class add up to 1 over the samples, so an answer changes with "
        "the batch, and a single sample always gets 1. For (N, classes) it works along axis 1, for (N, T, classes) "
        "along the last one.",
        "softmax over classes: Σ_c y(n, c) = 1 for each sample n",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html",
    ),
    "batch-moved": Explanation(
        "The batch is not in front any more",
        "Layers, losses and metrics count on the samples along the first axis. A Permute that puts another axis there, "
        "or a Flatten that begins at axis 0, makes samples of what are steps or rows. It is sound only where all "
        "until the way back knows: recurrent layers with batch_first = False between two Permutes, or layers that see "
        "each step by itself between a Flatten and an Unflatten.",
        "(N, T, F) → (T, N, F) → (N, T, F);  (N, T, F) → (N·T, F) → (N, T, F)",
    ),
    "batch-as-time": Explanation(
        "The batch taken for time",
        "Data come as (N, T, features): samples first. With batch_first = False a layer reads (T, N, features), goes "
        "through the samples of the batch as if they were steps, and each answer depends on which samples happen to be "
        "in the same batch.",
        "(N, T, features) ↔ (T, N, features)",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html",
    ),
    "idle-dropout": Explanation(
        "Dropout with nothing to drop",
        "The dropout of a recurrent layer is between its stacked layers, after each but the last. With one layer there "
        "is no such place, and PyTorch warns that it does nothing.",
        "",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html",
    ),
    "states-exchanged": Explanation(
        "The cell taken for the state",
        "An LSTM hands on two things of one size: h, what it shows at the last step, and c, the cell that its gates "
        "keep. A decoder continues where the encoder stopped only if each comes where it belongs; a GRU has h alone.",
        "h₀ = h_T,  c₀ = c_T",
        "Sutskever, Vinyals and Le 2014, Sequence to Sequence Learning, https://arxiv.org/abs/1409.3215",
    ),
    "memory-exchanged": Explanation(
        "A decoder whose two sequences are exchanged",
        "A decoder continues one sequence, the target so far, and looks at another, the memory that an encoder has "
        "made. Its answer has the steps of the first. Exchanged, it continues the source and looks at the target.",
        "",
        ATTENTION,
    ),
    "first-step": Explanation(
        "The first step of a recurrent layer",
        "A recurrent layer reads step by step, and what it gives at a step is made of that one and those before it. At "
        "the first step it has read one alone; at the last it knows the whole sequence.",
        "h_t = f(x_t, h_{t−1})",
    ),
    "last-of-both": Explanation(
        "The last step of both directions",
        "A bidirectional layer reads the sequence from both ends. At the last step the forward pass has seen "
        "everything, but the backward pass has only begun. What both know at their ends is the output last.",
        "last = [→h_T, ←h_1]",
    ),
    "softmax-before-loss": Explanation(
        "A softmax before cross-entropy",
        "Cross-entropy takes scores of any size and applies a log-softmax itself. Probabilities in their place differ "
        "by 1 at most, so the second softmax is nearly flat: with 10 classes the loss cannot fall below 1.46.",
        "loss = −log(exp(x_y) / Σ exp(x_c))",
        ENTROPY,
    ),
    "sigmoid-before-loss": Explanation(
        "A sigmoid before a loss that has one",
        "Losses 'with logits' apply the sigmoid themselves, in a way that does not overflow. None comes before them.",
        "loss = −y·log σ(x) − (1 − y)·log(1 − σ(x))",
        BINARY,
    ),
    "activation-before-loss": Explanation(
        "An activation after the last layer",
        "Scores say for and against; an activation that cuts off the one side takes the gradient of those classes "
        "away. The last weighted sum goes to the loss as it is.",
    ),
    "no-probability": Explanation(
        "No probability for a loss that needs one",
        "binary_cross_entropy takes the logarithm of the answer, so that must lie between 0 and 1; PyTorch stops "
        "otherwise. The loss with logits takes scores of any size. nll_loss, kl_div and ctc_loss want the logarithms "
        "themselves: a LogSoftmax makes them; other numbers give a loss without a bottom.",
        "loss = −y·log p − (1 − y)·log(1 − p)",
        BINARY,
    ),
    "dropout-last": Explanation(
        "Dropout as the last layer",
        "Dropout sets numbers to 0 while training so that later layers do not rely on single ones. After the last "
        "layer it only spoils the answers.",
        "",
        "Srivastava et al. 2014, Dropout, https://jmlr.org/papers/v15/srivastava14a.html",
    ),
    "heavy-dropout": Explanation(
        "Nearly everything dropped",
        "In PyTorch and Keras p is the share that is set to zero; old TensorFlow code has keep_prob, the share that is "
        "kept, so 0.8 there is 0.2 here. Hidden layers take up to 0.5, inputs and convolutions 0.1 to 0.3.",
        "y = x · m / (1 − p),  m = 0 with probability p",
        "Srivastava et al. 2014, Dropout, https://jmlr.org/papers/v15/srivastava14a.html",
    ),
    "dropout-in-a-row": Explanation(
        "Heavy dropout again and again",
        "Shares multiply: after three dropouts of a half an eighth of the signal is left, and its noise is seven times "
        "as large. The network then learns slowly or not at all. One or two heavy ones at the end are usual, with "
        "less further up. A skip connection around a dropout lets the signal by, and in very wide layers the noise "
        "evens out.",
        "left = (1 − p₁)·(1 − p₂)·(1 − p₃)",
        "Srivastava et al. 2014, Dropout, https://jmlr.org/papers/v15/srivastava14a.html",
    ),
    "dropout-before-norm": Explanation(
        "Dropout before a batch norm",
        "Dropout raises the variance of what it lets through, and batch norm stores that variance. When the network is "
        "used nothing is dropped, the variance is smaller than stored, and every layer after it is off. After the "
        "norm, or after the last norm of the network, dropout does no harm. Layer norm stores nothing, so there the "
        "order is free.",
        "Var[y] = (Var[x] + p·E[x]²) / (1 − p)",
        "Li et al. 2018, Disharmony between Dropout and Batch Normalization, https://arxiv.org/abs/1801.05134",
    ),
    "dropout-before-pooling": Explanation(
        "Dropout before a pooling",
        "Neighbouring cells of a map are much alike. Where single ones are dropped, max pooling takes the next largest "
        "and average pooling evens the zeros out, so the layers after it hardly notice. Dropout after the pooling, or "
        "of whole channels, does what is meant.",
        "max over k cells is dropped with probability pᵏ",
        "Tompson et al. 2015, Efficient Object Localization, https://arxiv.org/abs/1411.4280",
    ),
    "no-activation": Explanation(
        "No activation between two layers",
        "A weighted sum of weighted sums is a weighted sum: without something that bends the line between them two "
        "layers can do no more than one. Average pooling, dropout, padding and batch norm are linear as well once the "
        "network is trained, and max pooling and other norms bend little. A narrow layer in the middle limits the "
        "rank, which may be meant.",
        "W₂(W₁x + b₁) + b₂ = (W₂W₁)x + (W₂b₁ + b₂)",
    ),
    "bias-before-norm": Explanation(
        "A bias before a batch norm",
        "Batch norm subtracts the mean of every channel, and with it any constant added before. The norm has a bias "
        "of its own.",
        "(x + b) − E[x + b] = x − E[x]",
        "Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167",
    ),
    "no-positions": Explanation(
        "Attention without positions",
        "Attention weighs steps by what they hold, not by where they are: in another order the same comes out. "
        "Positions are added to the steps, or turned into them, before the first attention. Points of a set need none.",
        "PE(t, 2i) = sin(t / 10000^(2i/d)),  PE(t, 2i + 1) = cos(…)",
        ATTENTION,
    ),
    "no-causal-mask": Explanation(
        "A language model that sees the answer",
        "Trained to predict the next token at every step, a network must not look at later steps, or it copies the "
        "answer and cannot write. For other tasks, such as naming each word's kind, looking ahead is right.",
        "step t looks at steps ≤ t",
        ATTENTION,
    ),
    "no-weights": Explanation(
        "Nothing to learn",
        "Learning changes weights. Activations, pooling and changes of shape have none, and frozen layers keep theirs: "
        "at least one Linear, convolution or other layer with weights has to lead to the loss.",
    ),
    "many-weights": Explanation(
        "Far more weights than samples",
        "Large networks can memorise thousands of samples, even with random labels. We speak of it above 1,000 "
        "weights for each training sample.",
        "",
        "Zhang et al. 2016, Understanding deep learning requires rethinking generalization, "
        "https://arxiv.org/abs/1611.03530",
    ),
}
