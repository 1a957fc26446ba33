"""Explanations of what is lost on the way through a network, or at its start."""

from __future__ import annotations

from typing import Final

from engine.problems.explanation import Explanation

BOTTLENECKS: Final[dict[str, Explanation]] = {
    "bottleneck": Explanation(
        "One number for all answers",
        "What a layer gives is all that the layers after it know of a sample. Where that is a single number, ten "
        "classes can only lie side by side on one line: none of those in the middle is ever the largest by much. A "
        "narrow layer is meant in an autoencoder, but its code has some numbers, not one.",
        "rank of the scores ≤ numbers that go through",
        "Goodfellow, Bengio and Courville 2016, Deep Learning, chapter 14",
    ),
    "hidden-softmax": Explanation(
        "A softmax between layers",
        "A softmax turns scores into shares of one whole. As an activation between layers it ties all units of a layer "
        "to each other: of a hundred units each is about a hundredth, one rises only where others fall, and the "
        "gradient is the product of two such shares. It belongs where shares are meant: at the end, before a loss of "
        "probabilities, and in attention, where they are multiplied with what they weigh.",
        "∂s_i/∂x_j = s_i·(δ_ij − s_j)",
        "Goodfellow, Bengio and Courville 2016, Deep Learning, section 6.2.2.3",
    ),
    "small-start": Explanation(
        "A start near zero in a deep network",
        "A layer whose weights start with a deviation of 0.02 makes its numbers about 0.02·√n times as large, n being "
        "what it reads. A few such layers in a row leave next to nothing of the signal, and as little of the gradient "
        "on its way back. Such a start is made for layers with a norm or a shortcut around them, as Transformers and "
        "GANs have. Elsewhere the start that PyTorch takes by itself, or Kaiming's, keeps the size.",
        "size after L layers ≈ (0.02·√n)^L",
        "He et al. 2015, Delving Deep into Rectifiers, https://arxiv.org/abs/1502.01852",
    ),
    "features-last": Explanation(
        "Steps taken for channels",
        "Embeddings, Linear, recurrent and attention layers have the features last: (N, T, features). Convolutions, "
        "poolings and batch norms of PyTorch have the channels second: (N, channels, T). Both are three axes, so "
        "nothing is refused, but the window then moves along the features, whose order means nothing, and the number "
        "of weights depends on the length. Permute(0, 2, 1) before it, and again after it where features come last.",
        "(N, T, C) → (N, C, T)",
        "https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv1d.html",
    ),
    "state-shape": Explanation(
        "A state of another shape",
        "A block that is scanned over time hands a state from step to step: what leaves it at one step comes in at the "
        "next. So it leaves with the shape it came in with. Where nothing is wired to it, it begins as zeros of the "
        "shape that its BlockInput says.",
        "h(t+1) has the shape of h(t)",
    ),
    "memory-of-itself": Explanation(
        "A decoder that looks at itself",
        "A decoder continues one sequence and looks at another, its memory: what the encoder has read. Where both come "
        "from the same layer, it never sees what is to be translated or described; and as nothing hides later steps of "
        "a memory, each step sees the answer that it should give. Every layer of a decoder gets the same memory.",
        "decoder(target, memory),  memory = encoder(source)",
        "Vaswani et al. 2017, Attention Is All You Need, https://arxiv.org/abs/1706.03762",
    ),
}
