"""Siamese network: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class Encoder(nn.Module):
    """What an image looks like, as a vector."""

    def __init__(self, features: int = 128) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, kernel_size=3)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(32, 64, kernel_size=3)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten1 = nn.Flatten()
        self.embed = nn.Linear(1600, features)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        # image: (N, 1, 28, 28)
        x = self.conv1(image)  # (N, 32, 26, 26)
        x = self.relu1(x)      # (N, 32, 26, 26)
        x = self.pool1(x)      # (N, 32, 13, 13)
        x = self.conv2(x)      # (N, 64, 11, 11)
        x = self.relu2(x)      # (N, 64, 11, 11)
        x = self.pool2(x)      # (N, 64, 5, 5)
        x = self.flatten1(x)   # (N, 1600)
        x = self.embed(x)      # (N, features)
        return x


class SiameseNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.distance = nn.PairwiseDistance(keepdim=True)
        self.score = nn.Linear(1, 1)

    def forward(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        # left: (N, 1, 28, 28)
        # right: (N, 1, 28, 28)
        x = self.encoder(left)      # (N, 128)
        twin = self.encoder(right)  # (N, 128)
        x = self.distance(x, twin)  # (N, 1)
        x = self.score(x)           # (N, 1)
        return x
