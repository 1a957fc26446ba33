"""AlexNet, VGG, SqueezeNet: torchvision's modules, and Caffe's AlexNet, from the papers and their published names."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class AlexNet(nn.Module):
    """torchvision.models.alexnet."""

    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        w = width
        self.features = nn.Sequential(
            *(nn.Conv2d(channels, w, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(w, 3 * w, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)),
            *(nn.Conv2d(3 * w, 6 * w, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(6 * w, 4 * w, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(4 * w, 4 * w, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2)),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            *(nn.Dropout(), nn.Linear(4 * w * 36, 64 * w), nn.ReLU()),
            *(nn.Dropout(), nn.Linear(64 * w, 64 * w), nn.ReLU()),
            nn.Linear(64 * w, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))
        return answer


def local_response_norm(x: Tensor) -> Tensor:
    """Section 3.3 of Krizhevsky et al. 2012: k = 2, n = 5, alpha = 1e-4, beta = 0.75, sums over neighbouring maps."""
    squares = torch.stack([_shifted(x.square(), by) for by in range(-2, 3)]).sum(0)
    answer: Tensor = x / (2 + 1e-4 * squares) ** 0.75
    return answer


def _shifted(x: Tensor, by: int) -> Tensor:
    """Map c + by at the position of map c; zero outside."""
    moved = torch.zeros_like(x)
    count = x.shape[1]
    low, high = max(0, -by), min(count, count - by)
    moved[:, low:high] = x[:, low + by : high + by]
    return moved


class AlexNet2012(nn.Module):
    """The network of the paper with Caffe's names."""

    def __init__(self, classes: int, channels: int, width: int, last: int) -> None:
        super().__init__()
        w = width
        self.conv1 = nn.Conv2d(channels, 3 * w, 11, 4, 2)
        self.conv2 = nn.Conv2d(3 * w, 8 * w, 5, padding=2, groups=2)
        self.conv3 = nn.Conv2d(8 * w, 12 * w, 3, padding=1)
        self.conv4 = nn.Conv2d(12 * w, 12 * w, 3, padding=1, groups=2)
        self.conv5 = nn.Conv2d(12 * w, 8 * w, 3, padding=1, groups=2)
        self.fc6 = nn.Linear(8 * w * last * last, 128 * w)
        self.fc7 = nn.Linear(128 * w, 128 * w)
        self.fc8 = nn.Linear(128 * w, classes)
        self.pool = nn.MaxPool2d(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(local_response_norm(self.conv1(x).relu()))
        x = self.pool(local_response_norm(self.conv2(x).relu()))
        x = self.conv5(self.conv4(self.conv3(x).relu()).relu()).relu()
        x = self.fc7(self.fc6(self.pool(x).flatten(1)).relu()).relu()
        answer: Tensor = self.fc8(x)
        return answer


class VGG(nn.Module):
    """torchvision.models.vgg: "M" is a pooling."""

    def __init__(self, plan: Sequence[int | str], classes: int, channels: int, width: int) -> None:
        super().__init__()
        layers, before = list[nn.Module](), channels
        for item in plan:
            if isinstance(item, str):
                layers.append(nn.MaxPool2d(2, 2))
            else:
                layers += [nn.Conv2d(before, item * width // 64, 3, padding=1), nn.ReLU()]
                before = item * width // 64
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        hidden = 64 * width
        self.classifier = nn.Sequential(
            *(nn.Linear(before * 49, hidden), nn.ReLU(), nn.Dropout()),
            *(nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout()),
            nn.Linear(hidden, classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))
        return answer


VGG_PLANS: dict[int, list[int | str]] = {
    11: [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    13: [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    16: [64, 64, "M", 128, 128, "M", *[256] * 3, "M", *[512] * 3, "M", *[512] * 3, "M"],
    19: [64, 64, "M", 128, 128, "M", *[256] * 4, "M", *[512] * 4, "M", *[512] * 4, "M"],
}


class Fire(nn.Module):
    def __init__(self, before: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(before, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze(x).relu()
        return torch.cat([self.expand1x1(x).relu(), self.expand3x3(x).relu()], 1)


class SqueezeNet(nn.Module):
    """torchvision.models.squeezenet1_0 and squeezenet1_1."""

    def __init__(self, version: str, classes: int, channels: int, width: int) -> None:
        super().__init__()
        w = width
        fires = [(1, 64), (1, 64), (2, 128), (2, 128), (3, 192), (3, 192), (4, 256), (4, 256)]
        first = 96 if version == "1.0" else 64
        layers: list[nn.Module] = [
            nn.Conv2d(channels, first * w // 16, 7 if version == "1.0" else 3, stride=2),
            nn.ReLU(),
            nn.MaxPool2d(3, 2, ceil_mode=True),
        ]
        pooled = {3, 7} if version == "1.0" else {2, 4}  # after this many fire modules
        before = first * w // 16
        for number, (squeeze, expand) in enumerate(fires, 1):
            layers.append(Fire(before, squeeze * w, expand * w // 16))
            before = 2 * expand * w // 16
            if number in pooled:
                layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Conv2d(before, classes, 1), nn.ReLU(), nn.AdaptiveAvgPool2d((1, 1))
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.flatten(self.classifier(self.features(x)), 1)
