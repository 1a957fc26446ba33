"""ViT-B/16: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class ClassToken(nn.Module):
    """Puts one learned token before the sequence (N, T, features); what becomes of it is the answer."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.randn(features) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat((self.token.expand(x.shape[0], 1, -1), x), dim=1)


class LearnedPositions(nn.Module):
    """Adds a learned vector for each place to (N, T, features), so that a step knows its place."""

    def __init__(self, features: int, max_length: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(max_length, features) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.table[: x.shape[1]]


class EncoderBlock(nn.Module):
    """Every step looks at all others, then thinks by itself; each part is added to what was there."""

    def __init__(self, width: int = 768, heads: int = 12, hidden: int = 3072, dropout: float = 0.2) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.dropout1 = nn.Dropout(dropout)
        self.norm2 = nn.LayerNorm(width)
        self.fc1 = nn.Linear(width, hidden)
        self.gelu1 = nn.GELU()
        self.fc2 = nn.Linear(hidden, width)
        self.dropout2 = nn.Dropout(dropout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # x: (N, 197, width)
        y = self.norm1(x)                                   # (N, 197, width)
        y, _ = self.attention(y, y, y, need_weights=False)  # (N, 197, width)
        y = self.dropout1(y)                                # (N, 197, width)
        y = y + x                                           # (N, 197, width)
        x = self.norm2(y)                                   # (N, 197, width)
        x = self.fc1(x)                                     # (N, 197, hidden)
        x = self.gelu1(x)                                   # (N, 197, hidden)
        x = self.fc2(x)                                     # (N, 197, width)
        x = self.dropout2(x)                                # (N, 197, width)
        x = x + y                                           # (N, 197, width)
        return x


class ViTB16(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 768, kernel_size=16, stride=16)
        self.flatten1 = nn.Flatten(start_dim=2)
        self.class_token = ClassToken(768)
        self.positions = LearnedPositions(768, 197)
        self.encoder = nn.Sequential(*(EncoderBlock() for _ in range(12)))
        self.norm = nn.LayerNorm(768)
        self.head = nn.Linear(768, 1000)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        # image: (N, 3, 224, 224)
        x = self.patches(image)  # (N, 768, 14, 14)
        x = self.flatten1(x)     # (N, 768, 196)
        x = x.permute(0, 2, 1)   # (N, 196, 768)
        x = self.class_token(x)  # (N, 197, 768)
        x = self.positions(x)    # (N, 197, 768)
        x = self.encoder(x)      # (N, 197, 768)
        x = self.norm(x)         # (N, 197, 768)
        x = x[:, 0]              # (N, 768)
        x = self.head(x)         # (N, 1000)
        return x
