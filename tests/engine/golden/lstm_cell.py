"""LSTM language model: a PyTorch model written by Layerloom."""

import torch
from torch import nn


class LSTMStep(nn.Module):
    """One step: four gates of input and state decide what is remembered."""

    def __init__(self, hidden: int = 256) -> None:
        super().__init__()
        self.input_gates = nn.Linear(128, 4 * hidden)
        self.state_gates = nn.Linear(hidden, 4 * hidden)
        self.i = nn.Sigmoid()
        self.f = nn.Sigmoid()
        self.g = nn.Tanh()
        self.o = nn.Sigmoid()
        self.tanh = nn.Tanh()

    def forward(
        self, x: torch.Tensor, h: torch.Tensor, c: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        # x: (N, 128)
        # h: (N, hidden)
        # c: (N, hidden)
        input_gates = self.input_gates(x)  # (N, 4 * hidden)
        x = self.state_gates(h)            # (N, 4 * hidden)
        x = input_gates + x                # (N, 4 * hidden)
        i, f, g, o = x.chunk(4, dim=-1)    # 4 × (N, hidden)
        i = self.i(i)                      # (N, hidden)
        g = self.g(g)                      # (N, hidden)
        new = i * g                        # (N, hidden)
        o = self.o(o)                      # (N, hidden)
        f = self.f(f)                      # (N, hidden)
        kept = f * c                       # (N, hidden)
        c_next = kept + new                # (N, hidden)
        x = self.tanh(c_next)              # (N, hidden)
        h_next = o * x                     # (N, hidden)
        return h_next, h_next, c_next


class LSTMLanguageModel(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10000, 128)
        self.lstm = LSTMStep()
        self.head = nn.Linear(256, 10000)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        # tokens: (N, T)
        x = self.embedding(tokens)     # (N, T, 128)
        h = x.new_zeros(x.shape[0], 256)
        c = x.new_zeros(x.shape[0], 256)
        steps = []
        for step in x.unbind(1):
            result, h, c = self.lstm(step, h, c)
            steps.append(result)
        y = torch.stack(steps, dim=1)  # (N, T, 256)
        y = self.head(y)               # (N, T, 10000)
        return y
