"""VAE: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class NormalNoise(nn.Module):
    """While training (or always) adds random numbers of a normal distribution, another one to every number."""

    def __init__(self, mean: float = 0.0, std: float = 0.1, training_only: bool = True) -> None:
        super().__init__()
        self.mean, self.std, self.training_only = mean, std, training_only

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training_only and not self.training:
            return x
        return x + (torch.randn_like(x) * self.std + self.mean)


class VAE(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.flatten1 = nn.Flatten()
        self.encode = nn.Linear(784, 400)
        self.hidden = nn.ReLU()
        self.mu = nn.Linear(400, 20)
        self.log_var = nn.Linear(400, 20)
        self.noise = NormalNoise(std=1.0, training_only=False)
        self.decode = nn.Linear(20, 400)
        self.relu1 = nn.ReLU()
        self.pixels = nn.Linear(400, 784)
        self.unflatten1 = nn.Unflatten(1, (1, 28, 28))

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # image: (N, 1, 28, 28)
        x = self.flatten1(image)   # (N, 784)
        x = self.encode(x)         # (N, 400)
        x = self.hidden(x)         # (N, 400)
        mu = self.mu(x)            # (N, 20)
        log_var = self.log_var(x)  # (N, 20)
        x = log_var * 0.5          # (N, 20)
        std = torch.exp(x)         # (N, 20)
        x = torch.zeros_like(std)  # (N, 20)
        x = self.noise(x)          # (N, 20)
        x = x * std                # (N, 20)
        x = mu + x                 # (N, 20)
        x = self.decode(x)         # (N, 400)
        x = self.relu1(x)          # (N, 400)
        x = self.pixels(x)         # (N, 784)
        x = self.unflatten1(x)     # (N, 1, 28, 28)
        mu_squared = mu**2.0       # (N, 20)
        var = torch.exp(log_var)   # (N, 20)
        y = mu_squared + var       # (N, 20)
        y = y - log_var            # (N, 20)
        y = y * 0.5 - 0.5          # (N, 20)
        kl = y.sum(dim=-1)         # (N,)
        return x, kl
