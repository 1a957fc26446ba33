"""MobileNet in its common PyTorch form; MobileNetV2 and V3, ShuffleNetV2 and EfficientNet as torchvision names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

Activation = Callable[[], nn.Module]


class MobileNet(nn.Module):
    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        w = width

        def conv_dw(before: int, after: int, stride: int) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(before, before, 3, stride, 1, groups=before, bias=False),
                nn.BatchNorm2d(before),
                nn.ReLU(),
                nn.Conv2d(before, after, 1, 1, 0, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
            )

        self.model = nn.Sequential(
            nn.Sequential(nn.Conv2d(channels, w, 3, 2, 1, bias=False), nn.BatchNorm2d(w), nn.ReLU()),
            *(conv_dw(w, 2 * w, 1), conv_dw(2 * w, 4 * w, 2), conv_dw(4 * w, 4 * w, 1)),
            *(conv_dw(4 * w, 8 * w, 2), conv_dw(8 * w, 8 * w, 1), conv_dw(8 * w, 16 * w, 2)),
            *(conv_dw(16 * w, 16 * w, 1) for _ in range(5)),
            *(conv_dw(16 * w, 32 * w, 2), conv_dw(32 * w, 32 * w, 1)),
            nn.AdaptiveAvgPool2d(1),
        )
        self.fc = nn.Linear(32 * w, classes)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.fc(self.model(x).flatten(1))
        return answer


class ConvNormActivation(nn.Sequential):
    def __init__(
        self,
        before: int,
        after: int,
        kernel: int = 3,
        stride: int = 1,
        groups: int = 1,
        activation: Activation | None = nn.ReLU6,
        eps: float = 1e-5,
    ) -> None:
        conv = nn.Conv2d(before, after, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)
        rest = [] if activation is None else [activation()]
        super().__init__(conv, nn.BatchNorm2d(after, eps=eps), *rest)


class InvertedResidualV2(nn.Module):
    def __init__(self, before: int, after: int, stride: int, expand: int) -> None:
        super().__init__()
        hidden = before * expand
        self.residual = stride == 1 and before == after
        layers: list[nn.Module] = [ConvNormActivation(before, hidden, 1)] if expand != 1 else []
        self.conv = nn.Sequential(
            *layers,
            ConvNormActivation(hidden, hidden, stride=stride, groups=hidden),
            nn.Conv2d(hidden, after, 1, bias=False),
            nn.BatchNorm2d(after),
        )

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = x + self.conv(x) if self.residual else self.conv(x)
        return answer


class MobileNetV2(nn.Module):
    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        table = [
            (1, 16, 1, 1),
            (6, 24, 2, 2),
            (6, 32, 3, 2),
            (6, 64, 4, 2),
            (6, 96, 3, 1),
            (6, 160, 3, 2),
            (6, 320, 1, 1),
        ]
        features: list[nn.Module] = [ConvNormActivation(channels, width, stride=2)]
        before = width
        for expand, c, n, s in table:
            after = c * width // 32
            for index in range(n):
                features.append(InvertedResidualV2(before, after, s if index == 0 else 1, expand))
                before = after
        features.append(ConvNormActivation(before, 1280 * width // 32, 1))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280 * width // 32, classes))

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.classifier(self.features(x).mean((2, 3)))
        return answer


class SqueezeExcitation(nn.Module):
    def __init__(self, channels: int, squeezed: int, activation: Activation, gate: Activation) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.activation, self.gate = activation(), gate()

    def forward(self, x: Tensor) -> Tensor:
        scale: Tensor = self.gate(self.fc2(self.activation(self.fc1(self.avgpool(x)))))
        return scale * x


class InvertedResidualV3(nn.Module):
    """One row of the paper's tables: kernel, expanded, channels, squeeze, "RE" or "HS", stride."""

    def __init__(self, before: int, row: tuple[int, int, int, bool, str, int]) -> None:
        super().__init__()
        kernel, expanded, after, squeeze, which, stride = row
        self.residual = stride == 1 and before == after
        activation: Activation = nn.Hardswish if which == "HS" else nn.ReLU
        layers: list[nn.Module] = []
        if expanded != before:
            layers.append(ConvNormActivation(before, expanded, 1, activation=activation, eps=1e-3))
        layers.append(ConvNormActivation(expanded, expanded, kernel, stride, expanded, activation, 1e-3))
        if squeeze:
            near = max(8, int(expanded // 4 + 4) // 8 * 8)
            squeezed = near + 8 if near < 0.9 * (expanded // 4) else near
            layers.append(SqueezeExcitation(expanded, squeezed, nn.ReLU, nn.Hardsigmoid))
        layers.append(ConvNormActivation(expanded, after, 1, activation=None, eps=1e-3))
        self.block = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = x + self.block(x) if self.residual else self.block(x)
        return answer


V3_LARGE = (
    *((3, 16, 16, False, "RE", 1), (3, 64, 24, False, "RE", 2), (3, 72, 24, False, "RE", 1)),
    *((5, 72, 40, True, "RE", 2), (5, 120, 40, True, "RE", 1), (5, 120, 40, True, "RE", 1)),
    *((3, 240, 80, False, "HS", 2), (3, 200, 80, False, "HS", 1), (3, 184, 80, False, "HS", 1)),
    *((3, 184, 80, False, "HS", 1), (3, 480, 112, True, "HS", 1), (3, 672, 112, True, "HS", 1)),
    *((5, 672, 160, True, "HS", 2), (5, 960, 160, True, "HS", 1), (5, 960, 160, True, "HS", 1)),
)
V3_SMALL = (
    *((3, 16, 16, True, "RE", 2), (3, 72, 24, False, "RE", 2), (3, 88, 24, False, "RE", 1)),
    *((5, 96, 40, True, "HS", 2), (5, 240, 40, True, "HS", 1), (5, 240, 40, True, "HS", 1)),
    *((5, 120, 48, True, "HS", 1), (5, 144, 48, True, "HS", 1), (5, 288, 96, True, "HS", 2)),
    *((5, 576, 96, True, "HS", 1), (5, 576, 96, True, "HS", 1)),
)


class MobileNetV3(nn.Module):
    def __init__(
        self, table: Sequence[tuple[int, int, int, bool, str, int]], last: int, classes: int, channels: int
    ) -> None:
        super().__init__()
        features: list[nn.Module] = [ConvNormActivation(channels, 16, stride=2, activation=nn.Hardswish, eps=1e-3)]
        before = 16
        for row in table:
            features.append(InvertedResidualV3(before, row))
            before = row[2]
        features.append(ConvNormActivation(before, 6 * before, 1, activation=nn.Hardswish, eps=1e-3))
        self.features = nn.Sequential(*features)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(
            nn.Linear(6 * before, last), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(last, classes)
        )

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.classifier(self.avgpool(self.features(x)).flatten(1))
        return answer


class ShuffleUnit(nn.Module):
    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        half, self.stride = after // 2, stride
        self.branch1 = nn.Sequential()
        if stride > 1:
            self.branch1 = nn.Sequential(
                nn.Conv2d(before, before, 3, stride, 1, groups=before, bias=False),
                nn.BatchNorm2d(before),
                nn.Conv2d(before, half, 1, bias=False),
                nn.BatchNorm2d(half),
                nn.ReLU(),
            )
        self.branch2 = nn.Sequential(
            *(nn.Conv2d(before if stride > 1 else half, half, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU()),
            *(nn.Conv2d(half, half, 3, stride, 1, groups=half, bias=False), nn.BatchNorm2d(half)),
            *(nn.Conv2d(half, half, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU()),
        )

    def forward(self, x: Tensor) -> Tensor:
        if self.stride == 1:
            one, two = x.chunk(2, dim=1)
            y = torch.cat((one, self.branch2(two)), 1)
        else:
            y = torch.cat((self.branch1(x), self.branch2(x)), 1)
        n, c, h, w = y.shape
        return y.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class ShuffleNetV2(nn.Module):
    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(channels, 24, 3, 2, 1, bias=False), nn.BatchNorm2d(24), nn.ReLU())
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = 24
        for number, repeat in ((2, 4), (3, 8), (4, 4)):
            after = width * 2 ** (number - 2)
            units = [ShuffleUnit(before if i == 0 else after, after, 2 if i == 0 else 1) for i in range(repeat)]
            self.add_module(f"stage{number}", nn.Sequential(*units))
            before = after
        last = 1024 * width // 116
        self.conv5 = nn.Sequential(nn.Conv2d(before, last, 1, bias=False), nn.BatchNorm2d(last), nn.ReLU())
        self.fc = nn.Linear(last, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.conv1(x))
        for number in (2, 3, 4):
            x = self.get_submodule(f"stage{number}")(x)
        answer: Tensor = self.fc(self.conv5(x).mean([2, 3]))
        return answer


class MBConv(nn.Module):
    def __init__(self, before: int, after: int, expand: int, kernel: int, stride: int) -> None:
        super().__init__()
        hidden = before * expand
        self.residual = stride == 1 and before == after
        layers: list[nn.Module] = [ConvNormActivation(before, hidden, 1, activation=nn.SiLU)] if expand != 1 else []
        self.block = nn.Sequential(
            *layers,
            ConvNormActivation(hidden, hidden, kernel, stride, hidden, nn.SiLU),
            SqueezeExcitation(hidden, max(1, before // 4), nn.SiLU, nn.Sigmoid),
            ConvNormActivation(hidden, after, 1, activation=None),
        )

    def forward(self, x: Tensor) -> Tensor:  # without stochastic depth, which is off in the comparison
        answer: Tensor = x + self.block(x) if self.residual else self.block(x)
        return answer


class EfficientNet(nn.Module):
    def __init__(self, classes: int, channels: int, width: int) -> None:
        super().__init__()
        table = (
            *((1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3)),
            *((6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1)),
        )
        features: list[nn.Module] = [ConvNormActivation(channels, width, stride=2, activation=nn.SiLU)]
        before = width
        for expand, kernel, stride, c, repeat in table:
            stage, after = list[nn.Module](), c * width // 32
            for index in range(repeat):
                stage.append(MBConv(before, after, expand, kernel, stride if index == 0 else 1))
                before = after
            features.append(nn.Sequential(*stage))
        features.append(ConvNormActivation(before, 40 * width, 1, activation=nn.SiLU))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(40 * width, classes))

    def forward(self, x: Tensor) -> Tensor:
        answer: Tensor = self.classifier(self.features(x).mean((2, 3)))
        return answer
