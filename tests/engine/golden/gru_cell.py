"""GRU tagger: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class GRUStep(nn.Module):
    """One step: a reset and an update gate blend the state with a new one."""

    def __init__(self, in_features: int, hidden: int = 128) -> None:
        super().__init__()
        self.from_input = nn.Linear(in_features, 3 * hidden)
        self.from_state = nn.Linear(hidden, 3 * hidden)
        self.r = nn.Sigmoid()
        self.n = nn.Tanh()
        self.z = nn.Sigmoid()

    def forward(self, x: torch.Tensor, h: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # x: (N, in_features)
        # h: (N, hidden)
        x = self.from_input(x)        # (N, 3 * hidden)
        r, z, n = x.chunk(3, dim=-1)  # 3 × (N, hidden)
        x = self.from_state(h)        # (N, 3 * hidden)
        x, y, u = x.chunk(3, dim=-1)  # 3 × (N, hidden)
        r = r + x                     # (N, hidden)
        r = self.r(r)                 # (N, hidden)
        kept = r * u                  # (N, hidden)
        n = n + kept                  # (N, hidden)
        n = self.n(n)                 # (N, hidden)
        change = h - n                # (N, hidden)
        z = z + y                     # (N, hidden)
        z = self.z(z)                 # (N, hidden)
        y = z * change                # (N, hidden)
        h_next = n + y                # (N, hidden)
        return h_next, h_next


class GRUTagger(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gru = nn.ModuleList([GRUStep(40), GRUStep(128)])
        self.head = nn.Linear(128, 12)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        # signal: (N, T, 40)
        x = signal
        for layer in self.gru:
            h = x.new_zeros(x.shape[0], 128)
            steps = []
            for step in x.unbind(1):
                result, h = layer(step, h)
                steps.append(result)
            x = torch.stack(steps, dim=1)  # (N, T, 128)
        x = self.head(x)                   # (N, T, 12)
        return x
