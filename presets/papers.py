"""The papers that the presets are from, each once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Paper:
    """``link`` is ``arXiv:…``, ``doi:…`` or an address."""

    authors: str
    year: int
    title: str
    link: str

    def __str__(self) -> str:
        return f"{self.authors}: {self.title}"

    @property
    def url(self) -> str:
        """Where it can be read."""
        kind, _, number = self.link.partition(":")
        pages = {"arXiv": "https://arxiv.org/abs/", "doi": "https://doi.org/"}
        return f"{pages[kind]}{number}" if kind in pages else self.link


def _arxiv(authors: str, year: int, title: str, number: str) -> Paper:
    return Paper(authors, year, title, f"arXiv:{number}")


FISHER: Final = Paper(
    "Fisher",
    1936,
    "The Use of Multiple Measurements in Taxonomic Problems",
    "doi:10.1111/j.1469-1809.1936.tb02137.x",
)
BACK_PROPAGATION: Final = Paper(
    "Rumelhart, Hinton and Williams",
    1986,
    "Learning Representations by Back-propagating Errors",
    "doi:10.1038/323533a0",
)
ELMAN: Final = Paper("Elman", 1990, "Finding Structure in Time", "doi:10.1207/s15516709cog1402_1")
BENGIO_1994: Final = Paper(
    "Bengio, Simard and Frasconi",
    1994,
    "Learning Long-Term Dependencies with Gradient Descent Is Difficult",
    "doi:10.1109/72.279181",
)
LSTM: Final = Paper("Hochreiter and Schmidhuber", 1997, "Long Short-Term Memory", "doi:10.1162/neco.1997.9.8.1735")
BIDIRECTIONAL: Final = Paper(
    "Schuster and Paliwal", 1997, "Bidirectional Recurrent Neural Networks", "doi:10.1109/78.650093"
)
LENET: Final = Paper(
    "LeCun, Bottou, Bengio and Haffner",
    1998,
    "Gradient-Based Learning Applied to Document Recognition",
    "doi:10.1109/5.726791",
)
AUTOENCODER: Final = Paper(
    "Masci et al.",
    2011,
    "Stacked Convolutional Auto-Encoders for Hierarchical Feature Extraction",
    "doi:10.1007/978-3-642-21735-7_7",
)
ALEXNET_2012: Final = Paper(
    "Krizhevsky, Sutskever and Hinton",
    2012,
    "ImageNet Classification with Deep Convolutional Neural Networks",
    "doi:10.1145/3065386",
)
ALEXNET: Final = _arxiv(
    "Krizhevsky", 2014, "One Weird Trick for Parallelizing Convolutional Neural Networks", "1404.5997"
)
RNN_LANGUAGE_MODEL: Final = Paper(
    "Mikolov et al.",
    2010,
    "Recurrent Neural Network Based Language Model",
    "doi:10.21437/Interspeech.2010-343",
)
GRAVES: Final = _arxiv("Graves", 2013, "Generating Sequences With Recurrent Neural Networks", "1308.0850")
DEEP_RNN: Final = _arxiv(
    "Graves, Mohamed and Hinton", 2013, "Speech Recognition with Deep Recurrent Neural Networks", "1303.5778"
)
GRU: Final = _arxiv(
    "Cho et al.",
    2014,
    "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation",
    "1406.1078",
)
LRCN: Final = _arxiv(
    "Donahue et al.",
    2014,
    "Long-term Recurrent Convolutional Networks for Visual Recognition and Description",
    "1411.4389",
)
CRNN: Final = _arxiv(
    "Shi, Bai and Yao",
    2015,
    "An End-to-End Trainable Neural Network for Image-based Sequence Recognition",
    "1507.05717",
)
SEMI_SUPERVISED: Final = _arxiv("Dai and Le", 2015, "Semi-supervised Sequence Learning", "1511.01432")
SHOW_ATTEND_TELL: Final = _arxiv(
    "Xu et al.",
    2015,
    "Show, Attend and Tell: Neural Image Caption Generation with Visual Attention",
    "1502.03044",
)
LUONG: Final = _arxiv(
    "Luong, Pham and Manning", 2015, "Effective Approaches to Attention-based Neural Machine Translation", "1508.04025"
)
TAGGER: Final = _arxiv("Huang, Xu and Yu", 2015, "Bidirectional LSTM-CRF Models for Sequence Tagging", "1508.01991")
INCEPTION: Final = _arxiv("Szegedy et al.", 2014, "Going Deeper with Convolutions", "1409.4842")
VGG: Final = _arxiv(
    "Simonyan and Zisserman", 2014, "Very Deep Convolutional Networks for Large-Scale Image Recognition", "1409.1556"
)
C3D: Final = _arxiv("Tran et al.", 2015, "Learning Spatiotemporal Features with 3D Convolutional Networks", "1412.0767")
RESNET: Final = _arxiv("He, Zhang, Ren and Sun", 2015, "Deep Residual Learning for Image Recognition", "1512.03385")
U_NET: Final = _arxiv(
    "Ronneberger, Fischer and Brox",
    2015,
    "U-Net: Convolutional Networks for Biomedical Image Segmentation",
    "1505.04597",
)
DILATED: Final = _arxiv("Yu and Koltun", 2015, "Multi-Scale Context Aggregation by Dilated Convolutions", "1511.07122")
DENSENET: Final = _arxiv(
    "Huang, Liu, van der Maaten and Weinberger", 2016, "Densely Connected Convolutional Networks", "1608.06993"
)
RESNEXT: Final = _arxiv(
    "Xie, Girshick, Dollár, Tu and He",
    2016,
    "Aggregated Residual Transformations for Deep Neural Networks",
    "1611.05431",
)
FAST_TEXT: Final = _arxiv(
    "Joulin, Grave, Bojanowski and Mikolov", 2016, "Bag of Tricks for Efficient Text Classification", "1607.01759"
)
SQUEEZENET: Final = _arxiv(
    "Iandola et al.", 2016, "SqueezeNet: AlexNet-Level Accuracy with 50x Fewer Parameters", "1602.07360"
)
TIME_SERIES: Final = _arxiv(
    "Wang, Yan and Oates",
    2017,
    "Time Series Classification from Scratch with Deep Neural Networks",
    "1611.06455",
)
MOBILENET: Final = _arxiv(
    "Howard et al.",
    2017,
    "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
    "1704.04861",
)
NASNET: Final = _arxiv(
    "Zoph, Vasudevan, Shlens and Le",
    2017,
    "Learning Transferable Architectures for Scalable Image Recognition",
    "1707.07012",
)
SE_NET: Final = _arxiv("Hu, Shen, Albanie, Sun and Wu", 2017, "Squeeze-and-Excitation Networks", "1709.01507")
ATTENTION: Final = _arxiv("Vaswani et al.", 2017, "Attention Is All You Need", "1706.03762")
MOBILENET_V2: Final = _arxiv(
    "Sandler et al.", 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", "1801.04381"
)
SHUFFLENET_V2: Final = _arxiv(
    "Ma, Zhang, Zheng and Sun",
    2018,
    "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
    "1807.11164",
)
SELF_ATTENTIVE: Final = _arxiv("Lin et al.", 2017, "A Structured Self-attentive Sentence Embedding", "1703.03130")
DEEP_AR: Final = _arxiv(
    "Salinas, Flunkert and Gasthaus",
    2017,
    "DeepAR: Probabilistic Forecasting with Autoregressive Recurrent Networks",
    "1704.04110",
)
TCN: Final = _arxiv(
    "Bai, Kolter and Koltun",
    2018,
    "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for Sequence Modeling",
    "1803.01271",
)
SERIES_TRANSFORMER: Final = _arxiv(
    "Wu, Green, Ben and O'Banion",
    2020,
    "Deep Transformer Models for Time Series Forecasting: The Influenza Prevalence Case",
    "2001.08317",
)
BERT: Final = _arxiv(
    "Devlin et al.",
    2018,
    "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
    "1810.04805",
)
EFFICIENTNET: Final = _arxiv(
    "Tan and Le", 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", "1905.11946"
)
MOBILENET_V3: Final = _arxiv("Howard et al.", 2019, "Searching for MobileNetV3", "1905.02244")
GPT_2: Final = Paper(
    "Radford et al.",
    2019,
    "Language Models are Unsupervised Multitask Learners",
    "https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf",
)
T5: Final = _arxiv(
    "Raffel et al.",
    2019,
    "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
    "1910.10683",
)
VIT: Final = _arxiv("Dosovitskiy et al.", 2020, "An Image is Worth 16x16 Words", "2010.11929")
CLIP: Final = _arxiv(
    "Radford et al.",
    2021,
    "Learning Transferable Visual Models From Natural Language Supervision",
    "2103.00020",
)
MLP_MIXER: Final = _arxiv("Tolstikhin et al.", 2021, "MLP-Mixer: An all-MLP Architecture for Vision", "2105.01601")
CONVNEXT: Final = _arxiv("Liu et al.", 2022, "A ConvNet for the 2020s", "2201.03545")
WHISPER: Final = _arxiv(
    "Radford et al.", 2022, "Robust Speech Recognition via Large-Scale Weak Supervision", "2212.04356"
)
LLAMA: Final = _arxiv("Touvron et al.", 2023, "LLaMA: Open and Efficient Foundation Language Models", "2302.13971")
