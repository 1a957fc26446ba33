"""The least median that each preset is to reach on the test part: see `tests.presets.test_learning`.

Accuracy, the IoU of masks, R² of reconstructions and forecasts, exact match of read words;
of contrastive learning the loss, which is to be below.
"""

from __future__ import annotations

DIGITS = {
    # a linear model reaches 0.952
    **dict.fromkeys(("lenet-5", "mlp", "inception-pair-small", "conv-1d-classifier"), 0.96),
    **dict.fromkeys(("lstm-classifier", "transformer-encoder", "vit-tiny", "mlp-mixer-small"), 0.95),
    **dict.fromkeys(("whisper-tiny-encoder-small", "vit-b-16-small"), 0.94),
    **dict.fromkeys(("alexnet-2012-small", "alexnet-small", "googlenet-small"), 0.94),
    **dict.fromkeys(("vgg-11-small", "vgg-13-small", "vgg-16-small"), 0.94),
    "vgg-19-small": 0.92,
    **dict.fromkeys(("resnet-18-small", "densenet-121-small", "densenet-161-small"), 0.96),
    **dict.fromkeys(("resnet-34-small", "resnet-50-small", "resnet-101-small", "resnet-152-small"), 0.93),
    **dict.fromkeys(("resnext-50-32x4d-small", "se-resnet-50-small", "convnext-tiny-small"), 0.93),
    **dict.fromkeys(("squeezenet-1.0-small", "squeezenet-1.1-small"), 0.88),
    **dict.fromkeys(("mobilenet-v1-small", "mobilenet-v2-small"), 0.9),
    **dict.fromkeys(("mobilenet-v3-small-tiny", "mobilenet-v3-large-tiny"), 0.9),
    **dict.fromkeys(
        ("efficientnet-b0-small", "nasnet-a-mobile-small", "shufflenet-v2-1.0-small", "vgg-19-small"), 0.88
    ),
}
SHAPES = {
    # a linear model reaches 0.227, the small perceptron 0.515
    "cifar-resnet-20-small": 0.95,
    "plain-20-small": 0.6,
    "cifar-resnet-56-small": 0.7,
    "cifar-resnet-110-small": 0.45,
    "plain-56-small": 0.18,  # guessing reaches 0.163: so deep without shortcuts it hardly learns
    "u-net-small": 0.9,
    "dilated-u-net-small": 0.9,
    "clip-small": 2.5,
}
OTHERS = {
    "convolutional-autoencoder": 0.88,  # eight principal components: 0.827
    "linear-classifier": 0.86,  # of flowers
    "c3d-small": 0.8,  # of moving digits, of which a linear model knows 0.576
    "transformer-small": 0.98,  # of dates: linear 0.62
    "t5-tiny": 0.8,
    "bert-tiny": 0.8,  # of Python's tokens: linear 0.774
    "gpt-2-tiny": 0.6,  # of docstrings, without the filling: linear 0.278 with it
    "llama-small": 0.54,
}
SEQUENCES = {
    **dict.fromkeys(("rnn-classifier", "rnn-from-primitives"), 0.93),
    **dict.fromkeys(("lstm-from-primitives", "gru-from-primitives"), 0.94),
    **dict.fromkeys(("gru-classifier", "bidirectional-lstm", "stacked-lstm", "lstm-with-attention"), 0.95),
    "rnn-beside-lstm": 0.4,  # pixel by pixel, judged by the plain network
    "encoder-decoder-lstm": 0.99,  # of dates: the small MLP 0.712
    **dict.fromkeys(("lstm-forecaster", "tcn-forecaster", "transformer-forecaster"), 0.86),  # R²: linear 0.82
    "token-tagger": 0.98,  # of Python's tokens, without the filling: linear 0.774 with it
    "rnn-language-model": 0.53,  # of docstrings: linear 0.278
    "lstm-language-model": 0.59,
    "masked-language-model": 0.5,  # of gaps: the small MLP 0.399
    "name-classifier": 0.69,  # of names: linear 0.678
    "lstm-text-classifier": 0.69,
    "bag-of-words-classifier": 0.6,  # a bag of letters: the majority 0.45
    "captioning-cnn-lstm": 0.98,  # of words: nearest neighbours 0.71
    "clip-classifier-cnn-lstm": 0.95,  # of moving digits: linear 0.576
    "frame-labels-cnn-lstm": 0.88,  # of digits that change: the small MLP 0.656
    "crnn": 0.97,  # exact words that nobody has seen; nearest neighbours have 0.359 of the letters
}
GOALS: dict[str, float] = DIGITS | SHAPES | OTHERS | SEQUENCES
